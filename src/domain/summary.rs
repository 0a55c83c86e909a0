//! A conversation in one line: what lists and banners show.

use super::event::{Reason, Speaker};
use super::ids::{AccountId, BotId, ConversationId, Seq, Turn};
use super::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub conversation: ConversationId,
    pub account: AccountId,
    pub channel: super::account::Channel,
    pub bot: BotId,
    pub name: String,
    pub seq: Seq,
    pub turn: Turn,
    pub mode: ModeSummary,
    /// Since when this mode holds.
    pub since: Timestamp,
    /// Why a human was wanted, and the contact's words behind it.
    pub wanted: Option<(Reason, String)>,
    /// What the bot does when it gets the floor, in words.
    pub next: String,
    /// How much the contact wrote that nobody has answered.
    pub unanswered: u32,
    /// The last words anyone said, shortened.
    pub last: Option<LastWords>,
    /// A delivery failed or is uncertain, and none has succeeded since.
    pub trouble: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModeSummary {
    Bot,
    Waiting,
    Human { by: Speaker, until: Option<Timestamp> },
}

impl ModeSummary {
    /// `bot`, `waiting` or `human`.
    pub fn as_str(&self) -> &'static str {
        match self {
            ModeSummary::Bot => "bot",
            ModeSummary::Waiting => "waiting",
            ModeSummary::Human { .. } => "human",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastWords {
    pub text: String,
    pub by: Voice,
    pub at: Timestamp,
}

/// Whose words they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    Contact,
    Bot,
    Agent,
    Outside,
}

impl Voice {
    pub fn as_str(self) -> &'static str {
        match self {
            Voice::Contact => "contact",
            Voice::Bot => "bot",
            Voice::Agent => "agent",
            Voice::Outside => "outside",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Voice::Contact, Voice::Bot, Voice::Agent, Voice::Outside].into_iter().find(|voice| voice.as_str() == text)
    }
}
