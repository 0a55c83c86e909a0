//! How long after a contact's last sign of life we may write. Some providers give persons longer than machines, provided
//! that they say so.

use super::account::Channel;
use super::template::Filled;
use super::time::Timestamp;

/// Open for all until one moment, and for persons until another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub open_until: Timestamp,
    pub people_until: Timestamp,
}

impl Window {
    /// Of a contact who was last heard of at `heard_at`. None: the channel has no windows.
    pub fn after(channel: Channel, heard_at: Timestamp) -> Option<Self> {
        let abilities = channel.abilities();
        let open = abilities.reply_window?;
        let people = abilities.people_window.unwrap_or(open).max(open);
        Some(Self { open_until: heard_at + open, people_until: heard_at + people })
    }
}

/// Which of the messages that wait to go out goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    Person,
    Answer,
    /// What the bot says on its own: a time has come, perhaps for very many at once.
    OwnAccord,
}

/// Who wrote a message of ours. Only a person can claim to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Author {
    /// `awaited`: by somebody who has just done something, or waits for a person; else the bot says it on its own.
    Bot { awaited: bool },
    /// From `late_from` on the channel takes it only as a person's; none: it makes no difference. As a `template` it takes
    /// it at any time.
    Person { late_from: Option<Timestamp>, template: Option<Filled> },
}

impl Author {
    pub fn is_bot(&self) -> bool {
        matches!(self, Author::Bot { .. })
    }

    pub fn urgency(&self) -> Urgency {
        match self {
            Author::Person { .. } => Urgency::Person,
            Author::Bot { awaited: true } => Urgency::Answer,
            Author::Bot { awaited: false } => Urgency::OwnAccord,
        }
    }
}
