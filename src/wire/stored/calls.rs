//! Calls to others' systems, as they are stored. Read beside `domain::call`, which says what each means.

use serde::{Deserialize, Serialize};

use super::parts::{Heard, Line, Reason, Text, maybe_text, owned, text};
use crate::domain::call as core;
use crate::domain::time::Timestamp;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask<'a> {
    #[serde(borrow)]
    Http(Request<'a>),
    Bot,
}

#[derive(Serialize, Deserialize)]
pub struct Request<'a> {
    method: Method,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    send: Vec<(Text<'a>, Text<'a>)>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    bearer: Option<Text<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    sign: Option<Text<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    wanted: Vec<(Text<'a>, Text<'a>)>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending<'a> {
    Answered,
    #[serde(borrow)]
    Failed(Text<'a>),
    Cancelled,
}

#[derive(Serialize, Deserialize)]
pub struct OpenCall<'a> {
    id: u64,
    turn: u64,
    opened_at: u64,
    due: u64,
    attempt: u32,
    #[serde(borrow)]
    ask: Ask<'a>,
    #[serde(default, borrow, skip_serializing_if = "Backlog::is_empty")]
    about: Backlog<'a>,
}

#[derive(Serialize, Deserialize, Default)]
pub struct Backlog<'a> {
    #[serde(borrow)]
    heard: Vec<(u64, Heard<'a>)>,
    #[serde(default, skip_serializing_if = "none")]
    left_out: u32,
}

impl Backlog<'_> {
    pub fn is_empty(&self) -> bool {
        self.heard.is_empty() && self.left_out == 0
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome<'a> {
    #[serde(borrow)]
    Values(Vec<(Text<'a>, Text<'a>)>),
    #[serde(borrow)]
    Bot(Answer<'a>),
    #[serde(borrow)]
    Failed(Text<'a>),
}

#[derive(Serialize, Deserialize)]
pub struct Answer<'a> {
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    lines: Vec<Line<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    set: Vec<(Text<'a>, Text<'a>)>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    hand_off: Option<(Reason, Text<'a>)>,
    end: bool,
}

fn none(count: &u32) -> bool {
    *count == 0
}

fn pairs(from: &[(String, String)]) -> Vec<(Text<'_>, Text<'_>)> {
    from.iter().map(|(name, value)| (text(name), text(value))).collect()
}

fn owned_pairs(from: Vec<(Text<'_>, Text<'_>)>) -> Vec<(String, String)> {
    from.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

impl<'a> From<&'a core::Ask> for Ask<'a> {
    fn from(ask: &'a core::Ask) -> Self {
        match ask {
            core::Ask::Http(request) => Self::Http(request.into()),
            core::Ask::Bot => Self::Bot,
        }
    }
}

impl From<Ask<'_>> for core::Ask {
    fn from(ask: Ask<'_>) -> Self {
        match ask {
            Ask::Http(request) => Self::Http(request.into()),
            Ask::Bot => Self::Bot,
        }
    }
}

impl<'a> From<&'a core::Request> for Request<'a> {
    fn from(request: &'a core::Request) -> Self {
        Self {
            method: request.method.into(),
            url: text(&request.url),
            send: pairs(&request.send),
            bearer: maybe_text(&request.bearer),
            sign: maybe_text(&request.sign),
            wanted: pairs(&request.wanted),
        }
    }
}

impl From<Request<'_>> for core::Request {
    fn from(request: Request<'_>) -> Self {
        Self {
            method: request.method.into(),
            url: request.url.into_owned(),
            send: owned_pairs(request.send),
            bearer: owned(request.bearer),
            sign: owned(request.sign),
            wanted: owned_pairs(request.wanted),
        }
    }
}

impl From<core::Method> for Method {
    fn from(method: core::Method) -> Self {
        match method {
            core::Method::Get => Self::Get,
            core::Method::Post => Self::Post,
            core::Method::Put => Self::Put,
            core::Method::Patch => Self::Patch,
            core::Method::Delete => Self::Delete,
        }
    }
}

impl From<Method> for core::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::Get,
            Method::Post => Self::Post,
            Method::Put => Self::Put,
            Method::Patch => Self::Patch,
            Method::Delete => Self::Delete,
        }
    }
}

impl<'a> From<&'a core::Ending> for Ending<'a> {
    fn from(how: &'a core::Ending) -> Self {
        match how {
            core::Ending::Answered => Self::Answered,
            core::Ending::Failed(why) => Self::Failed(text(why)),
            core::Ending::Cancelled => Self::Cancelled,
        }
    }
}

impl From<Ending<'_>> for core::Ending {
    fn from(how: Ending<'_>) -> Self {
        match how {
            Ending::Answered => Self::Answered,
            Ending::Failed(why) => Self::Failed(why.into_owned()),
            Ending::Cancelled => Self::Cancelled,
        }
    }
}

impl<'a> From<&'a core::OpenCall> for OpenCall<'a> {
    fn from(call: &'a core::OpenCall) -> Self {
        Self {
            id: call.id,
            turn: call.turn,
            opened_at: call.opened_at.0,
            due: call.due.0,
            attempt: call.attempt,
            ask: (&call.ask).into(),
            about: (&call.about).into(),
        }
    }
}

impl From<OpenCall<'_>> for core::OpenCall {
    fn from(call: OpenCall<'_>) -> Self {
        Self {
            id: call.id,
            turn: call.turn,
            opened_at: Timestamp(call.opened_at),
            due: Timestamp(call.due),
            attempt: call.attempt,
            ask: call.ask.into(),
            about: call.about.into(),
        }
    }
}

impl<'a> From<&'a core::Backlog> for Backlog<'a> {
    fn from(backlog: &'a core::Backlog) -> Self {
        let heard = backlog.heard.iter().map(|(seq, heard)| (*seq, heard.into())).collect();
        Self { heard, left_out: backlog.left_out }
    }
}

impl From<Backlog<'_>> for core::Backlog {
    fn from(backlog: Backlog<'_>) -> Self {
        let heard = backlog.heard.into_iter().map(|(seq, heard)| (seq, heard.into())).collect();
        Self { heard, left_out: backlog.left_out }
    }
}

impl<'a> From<&'a core::Outcome> for Outcome<'a> {
    fn from(outcome: &'a core::Outcome) -> Self {
        match outcome {
            core::Outcome::Values(values) => Self::Values(pairs(values)),
            core::Outcome::Bot(answer) => Self::Bot(answer.into()),
            core::Outcome::Failed(why) => Self::Failed(text(why)),
        }
    }
}

impl From<Outcome<'_>> for core::Outcome {
    fn from(outcome: Outcome<'_>) -> Self {
        match outcome {
            Outcome::Values(values) => Self::Values(owned_pairs(values)),
            Outcome::Bot(answer) => Self::Bot(answer.into()),
            Outcome::Failed(why) => Self::Failed(why.into_owned()),
        }
    }
}

impl<'a> From<&'a core::Answer> for Answer<'a> {
    fn from(answer: &'a core::Answer) -> Self {
        Self {
            lines: answer.lines.iter().map(Into::into).collect(),
            set: pairs(&answer.set),
            hand_off: answer.hand_off.as_ref().map(|(reason, words)| ((*reason).into(), text(words))),
            end: answer.end,
        }
    }
}

impl From<Answer<'_>> for core::Answer {
    fn from(answer: Answer<'_>) -> Self {
        Self {
            lines: answer.lines.into_iter().map(Into::into).collect(),
            set: owned_pairs(answer.set),
            hand_off: answer.hand_off.map(|(reason, words)| (reason.into(), words.into_owned())),
            end: answer.end,
        }
    }
}
