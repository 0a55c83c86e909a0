//! Who is alerted when nobody takes over, and what the contact is told.

use serde::{Deserialize, Serialize};

use super::alerts::Recipients;

/// A hand-off alerts everybody; then each step waits for its time and alerts others, unless somebody takes over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Ladder {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<LadderStep>,
    /// Where the ladder ends: what the contact is told when nobody came, and asks how to reach them. Every ladder needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LadderStep>,
    /// Said instead of calling somebody when nobody is there; asks how to reach the contact. `{{opens}}` is the next
    /// opening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<String>,
    /// Said when the contact has told a phone number or an e-mail address, which become the attributes `phone` and `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thanks: Option<String>,
    /// Said once to a contact who was asked, writes on and does not tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LadderStep {
    /// Since the step before, or the hand-off: 1 to 1 440 (a day).
    pub after_minutes: u32,
    /// Who is alerted, in the console and by e-mail.
    pub alert: Recipients,
    /// Said to the contact.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}
