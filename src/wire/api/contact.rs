//! One person behind several conversations.

use serde::{Deserialize, Serialize};

use crate::wire::console::Row;

/// Every conversation with the same person. Each keeps its own log, labels and attributes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct PersonView {
    /// The newest words first; at most 50, this one among them.
    pub conversations: Vec<Row>,
    /// The newest 20 first.
    pub merges: Vec<MergeRow>,
    /// At most ten others of whom the same is known.
    pub candidates: Vec<Candidate>,
    /// What this conversation's bot declares of contacts, by name.
    #[serde(default)]
    pub attributes: Vec<Declared>,
}

/// An attribute that a bot's document declares: what of it may be written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct Declared {
    pub name: String,
    /// `text`, `number`, `email`, `phone`, `url`, `date`, `choice` or `yes_no`.
    pub kind: String,
    /// For `choice`: what can be chosen.
    pub choices: Vec<String>,
}

/// What somebody merged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct MergeRow {
    pub id: String,
    pub at: u64,
    pub by: String,
    pub conversations: Vec<String>,
    /// Who took it back.
    pub undone_by: Option<String>,
}

/// Somebody who may be the same person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct Candidate {
    pub row: Row,
    /// The attribute that is the same: `user_id`, `email` or `phone`.
    pub same: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MergeWith {
    /// A UUID of the caller's choosing: asked twice, it is merged once.
    pub id: String,
    /// A conversation with the other.
    pub conversation: String,
}
