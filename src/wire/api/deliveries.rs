//! Messages that did not go out, and conversations that other programs have.

use serde::{Deserialize, Serialize};

/// Another app at the channel that answers beside us.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS, schemars::JsonSchema))]
pub struct AppRow {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Apps {
    pub apps: Vec<AppRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PassTo {
    /// The id of one of the account's apps.
    pub app: String,
}

/// Messages that failed, or of which nobody knows whether they arrived, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Deliveries {
    /// Perhaps fewer than were asked for, because only some are of the state wanted.
    pub deliveries: Vec<DeliveryRow>,
    /// Ask for those before this number next; none: these were the last.
    pub next: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS, schemars::JsonSchema))]
pub struct DeliveryRow {
    pub number: i64,
    pub conversation: String,
    /// The message's place in the conversation.
    pub seq: u64,
    pub account: String,
    /// How the channel names the contact.
    pub contact: String,
    /// What it says; the name of its file, if it says nothing.
    pub text: String,
    /// `bot`, or the agent's name.
    pub by: String,
    pub said_at: u64,
    /// `failed`, or `unknown`: it may have arrived.
    pub state: String,
    /// Why, in words.
    pub error: String,
    /// Since when it stands so.
    pub at: u64,
}

/// What stands in this state, up to 100 messages of one account: all are sent again, or left as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AllOf {
    pub account: String,
    /// `failed`, or `unknown`: contacts may get these twice.
    pub state: String,
    /// Those before the one of this number; none: the newest.
    #[serde(default)]
    pub before: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Retried {
    /// So many wait to be sent again.
    pub retried: u32,
    /// So many cannot be: a person has taken over since the bot wrote them, or the contact wants no messages.
    pub refused: u32,
    /// Go on before this number; none: these were the last.
    pub next: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS, schemars::JsonSchema))]
pub struct LeftBe {
    /// So many are left as they are, for good.
    pub left: u32,
    /// So many are not: they go out again, or are over.
    pub refused: u32,
    /// Go on before this number; none: these were the last.
    pub next: Option<i64>,
}
