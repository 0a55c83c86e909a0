//! What each channel can do, as plain values: the splitter, the linter of bots, the console and the docs all read them
//! here.
//!
//! An ability is what our adapter does, not what the provider would offer. The limits are the providers' own, with the
//! margins that `docs/channels.md` gives reasons for.

use std::time::Duration;

use super::account::Channel;
use super::conversation::TEXT_CHARS_MAX;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    pub text: TextLimit,
    pub menu: Menu,
    /// What a contact attaches is shown; what a bot or an agent attaches goes out as such, not as a link.
    pub attachments_in: bool,
    pub attachments_out: bool,
    /// We hear of messages that were sent past us, and recognise our own.
    pub echoes: bool,
    pub receipts: Receipts,
    /// The contact sees that somebody writes.
    pub typing: bool,
    /// The contact sees that an agent has opened what they wrote.
    pub seen: bool,
    /// The contact's own changes to what they said come in as such.
    pub edits: bool,
    pub deletions: bool,
    pub reactions: bool,
    /// How long after the contact's last word we may write; none: always.
    pub reply_window: Option<Duration>,
    /// How long a person may, who says so, if that is longer.
    pub people_window: Option<Duration>,
}

/// How long a text may be; longer ones go out in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextLimit {
    pub max: usize,
    pub unit: Unit,
}

/// What a channel counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// UTF-16 code units: the strictest reading of "characters" where a provider does not say what it means.
    Utf16,
    /// Bytes of UTF-8.
    Byte,
}

impl Unit {
    pub fn count(self, text: &str) -> usize {
        match self {
            Unit::Utf16 => text.encode_utf16().count(),
            Unit::Byte => text.len(),
        }
    }

    pub fn of(self, letter: char) -> usize {
        match self {
            Unit::Utf16 => letter.len_utf16(),
            Unit::Byte => letter.len_utf8(),
        }
    }

    /// For people, behind a number.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Utf16 => "characters",
            Unit::Byte => "bytes",
        }
    }
}

/// How choices are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Menu {
    pub style: MenuStyle,
    /// More than so many cannot be shown so.
    pub options_max: usize,
    /// In UTF-16 units; longer labels are shortened.
    pub label_max: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuStyle {
    /// Buttons under the newest message, gone after a tap.
    QuickReplies,
    /// Buttons under the message they came with, gone after a tap.
    InlineKeyboard,
    /// Buttons that stay, in a window of our own.
    Buttons,
    /// A few buttons, or a list that a button opens, under the message; beyond `options_max`, numbered text.
    ButtonsOrList,
    /// Lines with a number before each, which the contact writes back.
    NumberedText,
}

impl MenuStyle {
    pub fn name(self) -> &'static str {
        match self {
            MenuStyle::QuickReplies => "quick replies",
            MenuStyle::InlineKeyboard => "inline keyboard",
            MenuStyle::Buttons => "buttons",
            MenuStyle::ButtonsOrList => "buttons or a list",
            MenuStyle::NumberedText => "numbered text",
        }
    }
}

/// How far a message's way can be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipts {
    /// There is no delivery to follow.
    None,
    /// That the provider took it is all we ever hear.
    Sent,
    /// Up to the contact's phone.
    Delivered,
    /// Up to the contact's eyes.
    Read,
    /// Only before their eyes: of the way there, nothing is heard.
    Seen,
}

impl Receipts {
    pub fn name(self) -> &'static str {
        match self {
            Receipts::None => "not needed",
            Receipts::Sent => "–",
            Receipts::Delivered => "delivered",
            Receipts::Read => "delivered, read",
            Receipts::Seen => "read",
        }
    }
}

impl Channel {
    pub fn abilities(self) -> &'static Abilities {
        match self {
            Channel::Messenger => &MESSENGER,
            Channel::Instagram => &INSTAGRAM,
            Channel::Sms => &SMS,
            Channel::Telegram => &TELEGRAM,
            Channel::Webchat => &WEBCHAT,
            Channel::WhatsApp => &WHATSAPP,
        }
    }
}

/// The most options that any channel shows for tapping: a menu with more is never right.
pub const OPTIONS_MAX: usize = MESSENGER.menu.options_max;
/// The longest label that every channel shows in full.
pub const LABEL_MAX: usize = MESSENGER.menu.label_max;

/// Meta says "under 2000 characters", and not what a character is.
const MESSENGER: Abilities = Abilities {
    text: TextLimit { max: 1900, unit: Unit::Utf16 },
    menu: Menu { style: MenuStyle::QuickReplies, options_max: 13, label_max: 20 },
    attachments_in: true,
    attachments_out: true,
    echoes: true,
    receipts: Receipts::Read,
    typing: true,
    seen: true,
    edits: true,
    // Should it ever announce one, it is understood; so far it does not.
    deletions: false,
    reactions: true,
    reply_window: Some(DAY),
    people_window: Some(DAY.saturating_mul(7)),
};

/// Instagram counts bytes, and says that a message was seen but never that it has arrived.
const INSTAGRAM: Abilities = Abilities {
    text: TextLimit { max: 1000, unit: Unit::Byte },
    receipts: Receipts::Seen,
    // Some accounts announce an edit, without its words.
    edits: false,
    deletions: true,
    ..MESSENGER
};

/// Twilio takes 1600 characters in one call, and joins what carriers split.
const SMS: Abilities = Abilities {
    text: TextLimit { max: 1600, unit: Unit::Utf16 },
    menu: Menu { style: MenuStyle::NumberedText, options_max: 13, label_max: 1600 },
    attachments_in: true,
    attachments_out: false,
    echoes: false,
    receipts: Receipts::Delivered,
    typing: false,
    seen: false,
    edits: false,
    deletions: false,
    reactions: false,
    reply_window: None,
    people_window: None,
};

/// Telegram counts 4096 characters, in UTF-16 units as everywhere in its interface. It says nothing about labels.
const TELEGRAM: Abilities = Abilities {
    text: TextLimit { max: 4096, unit: Unit::Utf16 },
    menu: Menu { style: MenuStyle::InlineKeyboard, options_max: 13, label_max: 64 },
    attachments_in: true,
    attachments_out: true,
    echoes: false,
    receipts: Receipts::Sent,
    typing: true,
    seen: false,
    edits: true,
    deletions: false,
    reactions: true,
    reply_window: None,
    people_window: None,
};

/// Our own window shows the log itself: nothing is sent, and nothing has to be followed.
const WEBCHAT: Abilities = Abilities {
    text: TextLimit { max: TEXT_CHARS_MAX, unit: Unit::Utf16 },
    menu: Menu { style: MenuStyle::Buttons, options_max: 13, label_max: 20 },
    attachments_in: true,
    attachments_out: true,
    echoes: false,
    receipts: Receipts::None,
    typing: true,
    seen: false,
    edits: false,
    deletions: false,
    reactions: false,
    reply_window: None,
    people_window: None,
};

/// Meta says 4096 characters for a text, 20 for a button, and no more than ten rows.
const WHATSAPP: Abilities = Abilities {
    text: TextLimit { max: 4096, unit: Unit::Utf16 },
    menu: Menu { style: MenuStyle::ButtonsOrList, options_max: 10, label_max: 20 },
    attachments_in: true,
    attachments_out: true,
    // From the app on the business's own phone, where the number is used in both.
    echoes: true,
    receipts: Receipts::Read,
    typing: true,
    seen: true,
    edits: true,
    deletions: true,
    reactions: true,
    reply_window: Some(DAY),
    people_window: None,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_that_the_linter_takes_is_shown_in_full_everywhere() {
        for channel in Channel::ALL {
            assert!(channel.abilities().menu.label_max >= LABEL_MAX, "{channel:?}");
            assert!(channel.abilities().menu.options_max <= OPTIONS_MAX, "{channel:?}");
        }
    }

    #[test]
    fn units_are_counted_as_channels_do() {
        let text = "é😀";
        assert_eq!((Unit::Utf16.count(text), Unit::Byte.count(text)), (3, 6));
        for unit in [Unit::Utf16, Unit::Byte] {
            assert_eq!(text.chars().map(|letter| unit.of(letter)).sum::<usize>(), unit.count(text));
        }
    }
}
