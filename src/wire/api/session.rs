//! Where somebody is signed in.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS, schemars::JsonSchema))]
pub struct SessionRow {
    pub id: String,
    /// Such as `Firefox`; empty: it did not say.
    pub browser: String,
    /// Such as `Windows` or `iPhone`; empty: it did not say.
    pub system: String,
    /// Null: not known, as of sessions that were opened before this was noted.
    pub opened_at: Option<u64>,
    /// To the minute.
    pub seen_at: Option<u64>,
    /// It is the one that asks.
    pub here: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Sessions {
    /// The one seen last first.
    pub sessions: Vec<SessionRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SessionsEnded {
    /// How many there were.
    pub ended: u64,
}
