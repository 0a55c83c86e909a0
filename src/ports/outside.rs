//! Others' systems that are asked over HTTP: an operator's own, and outside bots.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::store::Contact;
use crate::domain::account::Channel;
use crate::domain::bot::Outside;
use crate::domain::call::{Backlog, Outcome, Request};
use crate::domain::ids::{ConversationId, Seq, Turn};

/// One call, as it goes out.
#[derive(Debug, Clone)]
pub struct Call {
    pub id: CallId,
    pub contact: Contact,
    pub turn: Turn,
    /// From 2 on nobody knows whether the one before arrived.
    pub attempt: u32,
    /// Whatever comes later is not waited for.
    pub timeout: Duration,
    pub what: What,
}

#[derive(Debug, Clone)]
pub enum What {
    Http(Request),
    Bot { outside: Outside, about: Backlog, contact: Known },
}

/// What an outside bot is told of the contact.
#[derive(Debug, Clone)]
pub struct Known {
    pub name: Option<String>,
    pub channel: Channel,
    pub attributes: BTreeMap<String, String>,
}

/// How a call is named outside: the same for each attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallId {
    pub conversation: ConversationId,
    pub call: Seq,
}

const PREFIX: &str = "call_";

impl fmt::Display for CallId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{PREFIX}{}_{}", self.conversation.0.simple(), self.call)
    }
}

impl CallId {
    /// Reads what `Display` wrote; none for anything that is not ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (conversation, call) = text.strip_prefix(PREFIX)?.split_once('_')?;
        Some(Self { conversation: conversation.parse().ok()?, call: call.parse().ok()? })
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    Outcome(Outcome),
    /// The outside bot will answer in its own time.
    Later,
}

pub trait Callee: Send + Sync + 'static {
    /// Fails in words; it takes about as long as the call's time-out at most.
    fn call(&self, call: Call) -> BoxFuture<'static, Came>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::AccountId;

    #[test]
    fn a_call_id_reads_back_what_it_wrote() {
        let id = CallId { conversation: ConversationId::of(&AccountId::new("page"), "7"), call: 12 };
        assert_eq!(CallId::parse(&id.to_string()), Some(id));
        assert!(!id.to_string().contains('.'), "a dot would end the id where it is signed");
        assert_eq!(CallId::parse("call_7"), None);
    }
}
