//! What nodes say to each other: what was committed, commands and their answers, hints.
//!
//! JSON under a version, like what is stored; events and summaries travel in their stored shapes. During a rolling
//! restart two versions talk: a node reads what the version before it wrote (`v1.jsonl` pins that), ignores fields it does
//! not know, and answers a command that it cannot read with a word instead of silence.

mod command;
mod outcome;
mod refusal;
mod sign;
#[cfg(test)]
mod tests;
mod words;

pub use self::sign::{is_sign, read_sign, write_sign};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::stored::{self, Unreadable};
use crate::domain;
use crate::domain::ids::{AccountId, Incarnation, Seq};
use crate::domain::time::Timestamp;

/// The version this program writes, and the newest it reads.
const VERSION: u32 = 1;

/// What a conversation published: events, or without them only where its log ends.
#[derive(Debug, PartialEq)]
pub struct Stretch {
    /// Of the store that it was committed to.
    pub generation: String,
    pub first: Seq,
    pub at: Timestamp,
    pub events: Vec<domain::event::Event>,
    pub summary: domain::summary::Summary,
}

#[derive(Serialize, Deserialize)]
struct WrittenStretch<'a> {
    v: u32,
    g: String,
    first: Seq,
    at: u64,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    events: Vec<&'a RawValue>,
    #[serde(borrow)]
    summary: &'a RawValue,
}

/// A stretch as bytes. If they were more than `bytes_max`, it only says where the log ends.
pub fn write_stretch(
    generation: &str,
    (first, at): (Seq, Timestamp),
    events: &[domain::event::Event],
    summary: &domain::summary::Summary,
    bytes_max: usize,
) -> Vec<u8> {
    let summary_raw = raw(stored::write_summary(summary));
    let events: Vec<Box<RawValue>> = events.iter().map(|event| raw(stored::write_event(event))).collect();
    let written = |first, events| {
        let (v, g) = (VERSION, generation.to_owned());
        encode(&WrittenStretch { v, g, first, at: at.0, events, summary: &summary_raw })
    };
    let whole: usize = events.iter().map(|event| event.get().len() + 1).sum();
    if whole > bytes_max {
        return written(summary.seq + 1, Vec::new());
    }
    written(first, events.iter().map(|event| &**event).collect())
}

pub fn read_stretch(bytes: &[u8]) -> Result<Stretch, NotRead> {
    let WrittenStretch { v, g, first, at, events, summary } = serde_json::from_slice(bytes)?;
    check(v)?;
    let events = events.iter().map(|event| stored::read_event(event.get().as_bytes()));
    Ok(Stretch {
        generation: g,
        first,
        at: Timestamp(at),
        events: events.collect::<Result<_, _>>()?,
        summary: stored::read_summary(summary.get().as_bytes())?,
    })
}

/// What one node says to another.
#[derive(Debug, PartialEq)]
pub enum Letter {
    /// `asked` is read by itself (`read_asked`), so that an unreadable one can be answered.
    Ask {
        id: u64,
        from: Incarnation,
        asked: String,
    },
    Answer {
        id: u64,
        answer: Answer,
    },
    /// `message`: the one that waits in the store, where it is said.
    Look {
        account: AccountId,
        message: Option<Box<Waiting>>,
    },
    Settle {
        account: AccountId,
        external_key: String,
        seq: Seq,
        again: Option<(Timestamp, bool)>,
    },
    /// To oneself: does what I say come back?
    Probe {
        number: u64,
    },
}

/// A message that waits to go out, behind another of its conversation if there is any.
#[derive(Debug, PartialEq)]
pub struct Waiting {
    pub external_key: String,
    pub seq: Seq,
    pub behind: Option<Seq>,
    pub at: Timestamp,
    pub line: domain::message::Line,
    pub by: domain::window::Author,
}

#[derive(Debug, PartialEq)]
pub enum Answer {
    Done {
        last: Seq,
    },
    Refused(domain::command::Refusal),
    Unavailable(String),
    UnknownAccount,
    /// The conversation does not live here.
    NotHere,
}

/// A command for a conversation.
#[derive(Debug, PartialEq)]
pub struct Asked {
    pub account: AccountId,
    pub external_key: String,
    pub command: domain::command::Command,
    pub key: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Written<T> {
    v: u32,
    is: T,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Body<'a> {
    Ask {
        id: u64,
        from: Uuid,
        #[serde(borrow)]
        asked: &'a RawValue,
    },
    Answer {
        id: u64,
        answer: WrittenAnswer,
    },
    Look {
        account: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<WrittenWaiting>,
    },
    Settle {
        account: String,
        contact: String,
        seq: Seq,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<Again>,
    },
    Probe {
        number: u64,
    },
}

#[derive(Serialize, Deserialize)]
struct WrittenWaiting {
    contact: String,
    seq: Seq,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    behind: Option<Seq>,
    at: u64,
    by_bot: bool,
    line: Box<RawValue>,
}

#[derive(Serialize, Deserialize)]
struct Again {
    at: u64,
    flagged: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenAnswer {
    Done { last: Seq },
    Refused(refusal::Refusal),
    Unavailable(String),
    UnknownAccount,
    NotHere,
}

#[derive(Serialize, Deserialize)]
struct WrittenAsked<'a> {
    account: String,
    contact: String,
    #[serde(borrow)]
    command: command::Command<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

pub fn write_asked(asked: &Asked) -> String {
    let Asked { account, external_key, command, key } = asked;
    let (account, contact) = (account.to_string(), external_key.clone());
    text(encode(&WrittenAsked { account, contact, command: command.into(), key: key.clone() }))
}

pub fn read_asked(text: &str) -> Result<Asked, NotRead> {
    let WrittenAsked { account, contact, command, key } = serde_json::from_str(text)?;
    Ok(Asked { account: AccountId::new(&account), external_key: contact, command: command.into(), key })
}

pub fn write_letter(letter: Letter) -> Vec<u8> {
    let asked;
    let is = match letter {
        Letter::Ask { id, from, asked: text } => {
            asked = raw(text.into_bytes());
            Body::Ask { id, from: from.0, asked: &asked }
        }
        Letter::Answer { id, answer } => Body::Answer { id, answer: answer.into() },
        Letter::Look { account, message } => {
            Body::Look { account: account.to_string(), message: message.map(|message| (*message).into()) }
        }
        Letter::Settle { account, external_key, seq, again } => {
            let again = again.map(|(at, flagged)| Again { at: at.0, flagged });
            Body::Settle { account: account.to_string(), contact: external_key, seq, again }
        }
        Letter::Probe { number } => Body::Probe { number },
    };
    encode(&Written { v: VERSION, is })
}

pub fn read_letter(bytes: &[u8]) -> Result<Letter, NotRead> {
    let Written { v, is } = serde_json::from_slice::<Written<Body<'_>>>(bytes)?;
    check(v)?;
    Ok(match is {
        Body::Ask { id, from, asked } => Letter::Ask { id, from: Incarnation(from), asked: asked.get().to_owned() },
        Body::Answer { id, answer } => Letter::Answer { id, answer: answer.into() },
        Body::Look { account, message } => {
            // One that cannot be read is found in the store, like any other.
            let message = message.and_then(|message| message.read().ok()).map(Box::new);
            Letter::Look { account: AccountId::new(&account), message }
        }
        Body::Settle { account, contact, seq, again } => {
            let again = again.map(|again| (Timestamp(again.at), again.flagged));
            Letter::Settle { account: AccountId::new(&account), external_key: contact, seq, again }
        }
        Body::Probe { number } => Letter::Probe { number },
    })
}

impl From<Waiting> for WrittenWaiting {
    fn from(Waiting { external_key, seq, behind, at, line, by }: Waiting) -> Self {
        let (by_bot, line) = (by.is_bot(), raw(stored::write_queued(&line, &by)));
        Self { contact: external_key, seq, behind, at: at.0, by_bot, line }
    }
}

impl WrittenWaiting {
    fn read(self) -> Result<Waiting, Unreadable> {
        let (line, by) = stored::read_queued(self.line.get().as_bytes(), self.by_bot)?;
        let Self { contact: external_key, seq, behind, at, .. } = self;
        Ok(Waiting { external_key, seq, behind, at: Timestamp(at), line, by })
    }
}

impl From<Answer> for WrittenAnswer {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Done { last } => Self::Done { last },
            Answer::Refused(refusal) => Self::Refused(refusal.into()),
            Answer::Unavailable(why) => Self::Unavailable(why),
            Answer::UnknownAccount => Self::UnknownAccount,
            Answer::NotHere => Self::NotHere,
        }
    }
}

impl From<WrittenAnswer> for Answer {
    fn from(answer: WrittenAnswer) -> Self {
        match answer {
            WrittenAnswer::Done { last } => Self::Done { last },
            WrittenAnswer::Refused(refusal) => Self::Refused(refusal.into()),
            WrittenAnswer::Unavailable(why) => Self::Unavailable(why),
            WrittenAnswer::UnknownAccount => Self::UnknownAccount,
            WrittenAnswer::NotHere => Self::NotHere,
        }
    }
}

/// What another node said cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    #[error("{0}")]
    Shape(#[from] serde_json::Error),
    #[error(transparent)]
    Stored(#[from] Unreadable),
    #[error("it has version {0}, and this program reads versions up to {VERSION}")]
    Version(u32),
}

fn check(version: u32) -> Result<(), NotRead> {
    if version > VERSION { Err(NotRead::Version(version)) } else { Ok(()) }
}

fn encode(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("memory takes every byte, and every key is text")
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).expect("JSON is text")
}

fn raw(json: Vec<u8>) -> Box<RawValue> {
    RawValue::from_string(text(json)).expect("it was written as JSON")
}
