//! A call to somebody else's system: an operator's own, asked by a widget, or the outside bot that answers here.
//!
//! It is part of the conversation: an event opens it, one at a time, with a time-out; an event ends it, and what
//! changes the floor ends it in the same breath. Making the call is the work of `actors::caller`, which tells the
//! conversation what came of it.

use super::event::Reason;
use super::ids::{Seq, Turn};
use super::message::{Heard, Line};
use super::time::Timestamp;

/// Calls of widgets one after another without a word from the contact; more run in a circle.
pub const IN_A_ROW_MAX: u32 = 10;
/// What the contact says while a call is open waits, up to here; then the oldest is left out, and counted.
pub const BACKLOG_MAX: usize = 20;
const BACKLOG_BYTES_MAX: usize = 64 * 1024;
/// So many attributes a contact may have before others' systems add no new ones.
pub const ATTRIBUTES_MAX: usize = 200;

/// A call whose answer is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCall {
    /// The seq of the event that opened it: its name in the conversation.
    pub id: Seq,
    pub turn: Turn,
    pub opened_at: Timestamp,
    /// Without an answer until then it has failed.
    pub due: Timestamp,
    /// 1 at first. After a crash or a move nobody knows whether the one before went out: the next one says which it is.
    pub attempt: u32,
    pub ask: Ask,
    /// What the contact said that an outside bot is asked about.
    pub about: Backlog,
}

/// Who is asked, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    Http(Request),
    /// The outside bot, about what the contact said.
    Bot,
}

/// A request as a widget makes it, its places filled. Secrets go by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    pub url: String,
    /// Goes along as a JSON object, or as the query of a `GET`.
    pub send: Vec<(String, String)>,
    /// Goes along as a bearer token.
    pub bearer: Option<String>,
    /// Signs the request.
    pub sign: Option<String>,
    /// Which attribute gets what the answer has at a JSON pointer.
    pub wanted: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

impl Ask {
    /// Whom, in words.
    pub fn words(&self) -> String {
        match self {
            Ask::Http(request) => format!("{} {}", request.method.as_str(), request.url),
            Ask::Bot => "the outside bot".to_owned(),
        }
    }
}

/// Messages of the contact that wait to be put to somebody, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Backlog {
    pub heard: Vec<(Seq, Heard)>,
    /// So many older ones were left out: the contact said too much at once.
    pub left_out: u32,
}

impl Backlog {
    pub fn is_empty(&self) -> bool {
        self.heard.is_empty()
    }

    pub fn push(&mut self, seq: Seq, heard: Heard) {
        self.heard.push((seq, heard));
        while self.heard.len() > BACKLOG_MAX || (self.heard.len() > 1 && self.bytes() > BACKLOG_BYTES_MAX) {
            self.heard.remove(0);
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    pub fn last(&self) -> Option<&Heard> {
        self.heard.last().map(|(_, heard)| heard)
    }

    fn bytes(&self) -> usize {
        self.heard.iter().map(|(_, heard)| heard.text.len()).sum()
    }
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    Answered,
    /// Why, in words.
    Failed(String),
    /// The floor changed hands.
    Cancelled,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// What the answer says about each attribute that was wanted.
    Values(Vec<(String, String)>),
    Bot(Answer),
    /// Why, in words: a time-out, an error, nonsense.
    Failed(String),
}

/// What an outside bot answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub lines: Vec<Line>,
    /// Attributes that become known.
    pub set: Vec<(String, String)>,
    /// A person is wanted, and in which words.
    pub hand_off: Option<(Reason, String)>,
    /// That is all; otherwise more is to come before the time-out.
    pub end: bool,
}

impl Answer {
    pub fn text(text: impl Into<String>) -> Self {
        Self { lines: vec![Line::text(text)], set: Vec::new(), hand_off: None, end: true }
    }

    /// What it would say, for the log.
    pub fn words(&self) -> String {
        self.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_keeps_its_end_and_says_what_was_left_out() {
        let mut backlog = Backlog::default();
        (1..=500).for_each(|seq| backlog.push(seq, Heard::text(seq.to_string())));
        assert_eq!((backlog.heard.len(), backlog.left_out), (BACKLOG_MAX, 480));
        assert_eq!(backlog.last().map(|heard| heard.text.as_str()), Some("500"));
    }

    #[test]
    fn one_huge_message_stays_and_two_are_one() {
        let mut backlog = Backlog::default();
        backlog.push(1, Heard::text("x".repeat(100_000)));
        assert_eq!(backlog.heard.len(), 1);
        backlog.push(2, Heard::text("y".repeat(100_000)));
        assert_eq!((backlog.heard[0].0, backlog.left_out), (2, 1));
    }
}
