//! What people and bots say, without the dress a channel puts on it.

/// What a contact said: words, a tap on a choice, or things attached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heard {
    pub text: String,
    /// The id of the choice that was tapped. Dispatch on this, never on the words beside it.
    pub tap: Option<String>,
    /// What the link said by which the contact came.
    pub referral: Option<String>,
    pub attachments: Vec<Attachment>,
}

impl Heard {
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Nothing was said: the contact only came by a link.
    pub fn is_wordless(&self) -> bool {
        self.text.is_empty() && self.tap.is_none() && self.attachments.is_empty() && self.referral.is_some()
    }

    pub fn tap(id: impl Into<String>, label: impl Into<String>) -> Self {
        Self { text: label.into(), tap: Some(id.into()), ..Self::default() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub kind: AttachmentKind,
    /// Where the provider keeps it; empty if it gave no link.
    pub url: String,
    pub name: String,
    /// How long it is; none: nobody said.
    pub bytes: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachmentKind {
    Image,
    Audio,
    Video,
    File,
    Other,
}

impl AttachmentKind {
    pub fn as_str(self) -> &'static str {
        match self {
            AttachmentKind::Image => "image",
            AttachmentKind::Audio => "audio",
            AttachmentKind::Video => "video",
            AttachmentKind::File => "file",
            AttachmentKind::Other => "other",
        }
    }
}

/// What we say: words, choices the contact may tap, and something to look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    pub text: String,
    pub choices: Vec<Choice>,
    pub attachment: Option<Attachment>,
    /// What a question wants to hear, for channels that can show a field for it.
    pub wanted: Option<Box<Wanted>>,
}

impl Line {
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub id: String,
    pub label: String,
}

/// An answer that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub kind: WantedKind,
    /// What the answer becomes.
    pub attribute: String,
    /// The word that leaves the question out; none: it cannot be left out.
    pub skip: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WantedKind {
    Text,
    Email,
    Number,
    Phone,
    Url,
    Date,
    /// One of the line's choices.
    Choice,
    /// One of these two words.
    YesNo {
        yes: String,
        no: String,
    },
}
