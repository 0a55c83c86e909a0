//! Dialogues and their widgets.

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

use super::alerts::EmailAlert;
use super::calls::HttpCall;
use super::is_false;
use super::triggers::{Open, Wanted, is_zero};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Dialogue {
    pub id: String,
    pub widgets: Vec<Widget>,
}

/// One step of a dialogue: an object with one key, which names it. `{{attribute|fallback}}` in a text stands for what
/// is known of the contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Widget {
    Text(String),
    /// One of these, chosen anew each time.
    Texts(Vec<String>),
    Image(Image),
    File(File),
    /// Waits for a choice: a tap, its number, its label or something close to it.
    Menu(Menu),
    /// A question; the answer becomes an attribute of the contact, and the dialogue goes on.
    Ask(Ask),
    /// Questions in a row; that all were asked is an event of its own.
    Form(Form),
    /// Gives an attribute a value.
    Set(Set),
    /// Puts labels on the contact, and takes others off.
    Label(Labels),
    /// Goes where the first case that holds says; on, if none does.
    Branch(Vec<Case>),
    /// So many seconds of silence, up to 86 400 (a day). Whatever the contact writes ends it; taking over cancels it.
    Wait(u32),
    HandOff(HandOff),
    /// Points towards a hot lead.
    Score(i32),
    EmailAlert(EmailAlert),
    HttpCall(HttpCall),
    /// Goes on in another dialogue.
    Go(String),
    #[serde(deserialize_with = "only_true")]
    End(bool),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Image {
    /// Where it lies: `https://…`. Providers and browsers fetch it from there.
    pub url: String,
    /// Said with it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct File {
    /// Where it lies: `https://…`.
    pub url: String,
    /// What people see instead of the address.
    pub name: String,
    /// Said with it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Menu {
    pub text: String,
    pub options: Vec<MenuOption>,
}

/// One choice of a menu. Without `go` and `hand_off` the dialogue goes on behind the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MenuOption {
    /// Up to 20 characters.
    pub label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub go: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub hand_off: bool,
    /// Points towards a hot lead.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub score: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Ask {
    pub text: String,
    /// One of `attributes`: its type says what an answer must look like.
    pub attribute: String,
    /// Said about an answer that is not of the type, one after another. Left out, the question is asked again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retry: Vec<String>,
    /// Whether the contact may leave it out, with a word of `settings.words.skip`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub skip: bool,
    /// At this answer that is not of the type: 1 to 10.
    #[serde(default = "three", skip_serializing_if = "is_three")]
    pub limit: u32,
    #[serde(default, skip_serializing_if = "AtLimit::is_hand_off")]
    pub at_limit: AtLimit,
}

/// What happens when the limit is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum AtLimit {
    #[default]
    HandOff,
    MoveOn,
}

impl AtLimit {
    fn is_hand_off(&self) -> bool {
        *self == AtLimit::HandOff
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Form {
    pub id: String,
    pub questions: Vec<Ask>,
    /// Points towards a hot lead, once it is complete.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub score: i32,
    /// One letter for each time it is completed; the answers follow its body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<EmailAlert>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Set {
    /// One of `attributes`.
    pub attribute: String,
    pub value: String,
}

/// Labels of up to 40 characters; capitals do not matter. A contact carries 30 at most, what would be more is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Labels {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Case {
    #[serde(rename = "if")]
    pub when: Condition,
    pub go: String,
}

/// All that is written must be so. `known`, `is`, `over` and `under` speak of `attribute`, one of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Condition {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<bool>,
    /// This value, whatever its case and accents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<f64>,
    /// The contact carries this label, which the bot or an agent has put there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// `messenger` or `webchat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Open>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Visitor>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Visitor {
    /// In their first session.
    First,
    Returning,
}

/// Calls a human. Whatever follows goes on when the bot has the floor again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HandOff {
    /// Left out: `asked`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Wanted>,
    /// Points towards a hot lead.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub score: i32,
}

fn only_true<'de, D: Deserializer<'de>>(json: D) -> Result<bool, D::Error> {
    let yes = bool::deserialize(json)?;
    if yes { Ok(true) } else { Err(D::Error::custom("`end` is always true: leave the widget out to go on")) }
}

fn three() -> u32 {
    3
}

fn is_three(limit: &u32) -> bool {
    *limit == 3
}
