//! How urgent a conversation is, as agents judge it.
//!
//! Most carry none: what is judged `normal` has been looked at, and that is worth knowing. It belongs to what the contact
//! wants now, so closing the conversation ends it.

use super::command::Refusal;
use super::conversation::{Conversation, Decision};
use super::event::{Agent, Event};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Priority {
    #[default]
    None,
    Low,
    Normal,
    High,
    Urgent,
}

impl Priority {
    pub const ALL: [Priority; 5] = [Priority::None, Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];

    pub fn as_str(self) -> &'static str {
        match self {
            Priority::None => "none",
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High => "high",
            Priority::Urgent => "urgent",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.as_str() == text)
    }

    /// The higher, the more urgent.
    pub fn rank(self) -> u64 {
        self as u64
    }
}

impl Conversation {
    pub(super) fn prioritise(&self, agent: Agent, priority: Priority) -> Decision {
        if self.state.priority == priority {
            return Err(Refusal::NothingNew);
        }
        Ok(vec![Event::Prioritised { by: agent, priority }])
    }
}
