//! What became of a try to send, on its way to the node that has the conversation.

use serde::{Deserialize, Serialize};

use crate::domain::command as core;
use crate::domain::time::Timestamp;
use crate::wire::stored::parts::{Text, text};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome<'a> {
    Sent {
        #[serde(borrow)]
        provider_id: Text<'a>,
    },
    NotSent {
        at: u64,
        #[serde(borrow)]
        reason: Text<'a>,
    },
    Refused {
        #[serde(borrow)]
        reason: Text<'a>,
    },
    OptedOut {
        #[serde(borrow)]
        reason: Text<'a>,
    },
    Unknown {
        again_at: u64,
        #[serde(borrow)]
        reason: Text<'a>,
    },
}

impl<'a> From<&'a core::Outcome> for Outcome<'a> {
    fn from(outcome: &'a core::Outcome) -> Self {
        match outcome {
            core::Outcome::Sent { provider_id } => Self::Sent { provider_id: text(provider_id) },
            core::Outcome::NotSent { at, reason } => Self::NotSent { at: at.0, reason: text(reason) },
            core::Outcome::Refused { reason } => Self::Refused { reason: text(reason) },
            core::Outcome::OptedOut { reason } => Self::OptedOut { reason: text(reason) },
            core::Outcome::Unknown { again_at, reason } => Self::Unknown { again_at: again_at.0, reason: text(reason) },
        }
    }
}

impl From<Outcome<'_>> for core::Outcome {
    fn from(outcome: Outcome<'_>) -> Self {
        match outcome {
            Outcome::Sent { provider_id } => Self::Sent { provider_id: provider_id.into_owned() },
            Outcome::NotSent { at, reason } => Self::NotSent { at: Timestamp(at), reason: reason.into_owned() },
            Outcome::Refused { reason } => Self::Refused { reason: reason.into_owned() },
            Outcome::OptedOut { reason } => Self::OptedOut { reason: reason.into_owned() },
            Outcome::Unknown { again_at, reason } => {
                Self::Unknown { again_at: Timestamp(again_at), reason: reason.into_owned() }
            }
        }
    }
}
