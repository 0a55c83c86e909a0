//! What starts dialogues and calls people.

use serde::{Deserialize, Serialize};

use super::is_false;

/// What starts something: one thing to wait for, and `go` or `hand_off`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Trigger {
    /// A human word, shown wherever the bot says why. Left out: what it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Words or phrases, whatever their case and accents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Where the keywords must stand.
    #[serde(rename = "match", default, skip_serializing_if = "Match::is_word")]
    pub matching: Match,
    /// Forgives one slip of the finger in keywords of five letters and more.
    #[serde(default, skip_serializing_if = "is_false")]
    pub typos: bool,
    /// The highest wins, then the longest keyword. Left out: 1 with `hand_off`, else 0. What is urgent always wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// The contact writes for the first time and no keyword matched.
    #[serde(default, skip_serializing_if = "is_false")]
    pub first_contact: bool,
    /// The contact looks at a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Page>,
    /// A button of somebody else's making was tapped that carries this, such as Messenger's `Get started`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// The contact came by a link that carries this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<String>,
    /// Nothing matched, and a human is not offered yet.
    #[serde(default, skip_serializing_if = "is_false")]
    pub no_match: bool,
    /// An attribute got another value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<Changed>,
    /// The first message of a session comes while somebody is there (`open`) or not (`closed`), and no keyword matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Open>,
    /// Points towards a hot lead.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub score: i32,
    /// The dialogue to begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub go: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_off: Option<Wanted>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Match {
    /// Anywhere, as whole words.
    #[default]
    Word,
    /// Anywhere, inside longer words too: for languages without spaces.
    Phrase,
    /// It is all that was said.
    Exact,
    /// What was said begins with these words.
    StartsWith,
    /// A regular expression, in the text as it was written, whatever its case.
    Pattern,
}

impl Match {
    fn is_word(&self) -> bool {
        *self == Match::Word
    }
}

/// Once per session, and not while the bot is doing something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Page {
    /// The path, such as `/prices` or `/shop/*`; `*` stands for any characters.
    pub path: String,
    /// So long after the look at it, unless somebody has spoken meanwhile: up to 3 600.
    #[serde(default, skip_serializing_if = "is_none_at_all")]
    pub after_seconds: u32,
    /// At this look of the session at such a page: up to 100.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub visits: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Changed {
    pub name: String,
    /// Only this value counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Open {
    Open,
    Closed,
}

/// Why a human is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Wanted {
    /// At once, whatever the dialogue is doing.
    Urgent,
    /// The contact asks for a person.
    Asked,
    /// The contact is about to buy.
    HotLead,
}

pub(super) fn is_zero(points: &i32) -> bool {
    *points == 0
}

fn is_none_at_all(seconds: &u32) -> bool {
    *seconds == 0
}

fn one() -> u32 {
    1
}

fn is_one(visits: &u32) -> bool {
    *visits == 1
}
