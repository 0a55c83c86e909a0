//! What people can tap before they have said anything.

use serde::{Deserialize, Serialize};

use super::is_false;

/// What Messenger and Instagram show before anybody has said anything, and a menu that stays. It takes the place of what was
/// entered there. Left out: that stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Entrances {
    /// Over an empty conversation, on Messenger: at most 160 characters.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub greeting: String,
    /// Beside where people write, always: at most 20, their labels with at most 30 characters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub menu: Vec<Entrance>,
    /// Questions to begin with: at most 4, of at most 80 characters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ice_breakers: Vec<Entrance>,
}

/// One thing to tap: a `label`, and `go`, `hand_off` or (in the menu) `url`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Entrance {
    pub label: String,
    /// The dialogue to begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub go: Option<String>,
    /// Calls a person.
    #[serde(default, skip_serializing_if = "is_false")]
    pub hand_off: bool,
    /// A page of the web to open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
