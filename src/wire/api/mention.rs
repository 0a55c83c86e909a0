//! Notes that name an agent.

use serde::{Deserialize, Serialize};

/// A note that names the caller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct MentionRow {
    pub conversation: String,
    /// The note.
    pub seq: u64,
    pub at: u64,
    pub seen: bool,
    /// The contact's name.
    pub name: String,
    /// Who wrote it.
    pub by: String,
    /// Its words, shortened to 300 characters.
    pub text: String,
}

/// The newest 50, and how many the caller has not seen, beyond these too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Mentions {
    pub mentions: Vec<MentionRow>,
    pub unseen: u64,
}

/// The caller has seen the mentions of this conversation up to `seq`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MentionsSeen {
    pub conversation: String,
    pub seq: u64,
}
