//! What a console asks of a conversation, as commands.

use crate::domain::command::{Command, Extension};
use crate::domain::event::Agent;
use crate::domain::ids::ConversationId;
use crate::domain::priority::Priority;
use crate::domain::time::Timestamp;
use crate::ports::rights::Right;
use crate::wire::console::{Ask, Extension as AskedExtension, PriorityIs};

/// The conversation, the command's id, and the command. None if an id is none, or if nothing is asked of a conversation.
pub fn command(agent: Agent, ask: Ask) -> Option<(ConversationId, String, Command)> {
    let (conversation, cid, command) = match ask {
        Ask::Reply { attachment: None, conversation, cid, text, seen, anyway } => {
            (conversation, cid, Command::Reply { agent, text, attachment: None, seen, anyway })
        }
        // Asks for its file first: see `attach`.
        Ask::Reply { .. } => return None,
        Ask::Template { conversation, cid, template, language, values, seen, anyway } => {
            (conversation, cid, Command::SendTemplate { agent, name: template, language, values, seen, anyway })
        }
        Ask::TakeOver { conversation, cid } => (conversation, cid, Command::TakeOver { agent }),
        Ask::GiveBack { conversation, cid, answer } => (conversation, cid, Command::GiveBack { agent, answer }),
        Ask::Extend { conversation, cid, by } => (conversation, cid, Command::Extend { agent, by: extension(by) }),
        Ask::Note { conversation, cid, text } => (conversation, cid, Command::Note { agent, text }),
        Ask::Label { conversation, cid, label, on } => (conversation, cid, Command::Label { agent, label, on }),
        Ask::Resend { conversation, cid, of } => (conversation, cid, Command::Resend { agent, of }),
        Ask::Leave { conversation, cid, of } => (conversation, cid, Command::Leave { agent: Some(agent), of }),
        Ask::Claim { conversation, cid } => (conversation, cid, Command::Claim { agent }),
        Ask::Close { conversation, cid } => (conversation, cid, Command::Close { agent }),
        Ask::Snooze { conversation, cid, until } => {
            (conversation, cid, Command::Snooze { agent, until: Timestamp(until) })
        }
        Ask::Reopen { conversation, cid, undo } => (conversation, cid, Command::Reopen { agent, undo }),
        Ask::Prioritise { conversation, cid, priority } => {
            (conversation, cid, Command::Prioritise { agent, priority: asked_priority(priority) })
        }
        Ask::Block { conversation, cid, on } => (conversation, cid, Command::Block { agent, on }),
        Ask::SetAttribute { conversation, cid, name, value } => {
            (conversation, cid, Command::SetAttribute { agent, name, value })
        }
        // Is no matter of the log: see `seen`.
        Ask::Seen { .. } | Ask::MarkRead { .. } | Ask::MarkUnread { .. } => return None,
        // Take a look at who there is: see `colleagues`.
        Ask::HandOver { .. } | Ask::HandOverToTeam { .. } | Ask::Assign { .. } => return None,
        Ask::Inbox { .. } | Ask::Watch { .. } | Ask::Unwatch { .. } | Ask::Typing { .. } | Ask::Ping => return None,
    };
    uuid::Uuid::parse_str(&cid).ok()?;
    Some((conversation.parse().ok()?, cid, command))
}

/// What each ask needs: a new one makes the compiler ask.
pub fn right(ask: &Ask) -> Right {
    match ask {
        Ask::Inbox { .. } | Ask::Watch { .. } | Ask::Unwatch { .. } | Ask::Ping => Right::Converse,
        Ask::Reply { .. } | Ask::Template { .. } => Right::Converse,
        Ask::TakeOver { .. } | Ask::GiveBack { .. } | Ask::Extend { .. } => Right::Converse,
        Ask::Assign { .. } => Right::Assign,
        Ask::HandOverToTeam { .. } | Ask::Claim { .. } => Right::Converse,
        Ask::HandOver { .. } | Ask::Note { .. } | Ask::Label { .. } | Ask::Typing { .. } => Right::Converse,
        Ask::SetAttribute { .. } => Right::Converse,
        Ask::Resend { .. } | Ask::Leave { .. } => Right::Converse,
        Ask::Close { .. } | Ask::Snooze { .. } | Ask::Reopen { .. } | Ask::Prioritise { .. } => Right::Converse,
        Ask::Seen { .. } | Ask::MarkRead { .. } | Ask::MarkUnread { .. } => Right::Converse,
        Ask::Block { .. } => Right::Block,
    }
}

fn asked_priority(priority: PriorityIs) -> Priority {
    match priority {
        PriorityIs::None => Priority::None,
        PriorityIs::Low => Priority::Low,
        PriorityIs::Normal => Priority::Normal,
        PriorityIs::High => Priority::High,
        PriorityIs::Urgent => Priority::Urgent,
    }
}

fn extension(by: AskedExtension) -> Extension {
    match by {
        AskedExtension::Minutes(minutes) => Extension::Minutes(minutes),
        AskedExtension::TomorrowIn(zone) => Extension::TomorrowIn(zone),
        AskedExtension::UntilResumed => Extension::UntilResumed,
    }
}
