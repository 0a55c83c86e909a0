//! A list row as it is stored beside its conversation.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::aside::{Status, read_written, written};
use super::parts::{Assigned, LastWords, Speaker, Text, Wanted, millis, text, time};
use super::why::Priority;
use crate::domain::account;
use crate::domain::ids::{AccountId, BotId, ConversationId};
use crate::domain::label::Label;
use crate::domain::next::{Does, Next};
use crate::domain::summary as core;
use crate::domain::time::Timestamp;
use crate::domain::window::Window;

#[derive(Serialize, Deserialize)]
pub struct Summary<'a> {
    conversation: Uuid,
    #[serde(borrow)]
    account: Text<'a>,
    channel: Channel,
    /// In place of `channel`, to whoever knows it.
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    younger: Option<Text<'a>>,
    #[serde(borrow)]
    bot: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    seq: u64,
    turn: u64,
    #[serde(borrow)]
    mode: Mode<'a>,
    since: u64,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    wanted: Option<Wanted<'a>>,
    /// What it does, then a colon and of what. Earlier versions wrote words for people.
    #[serde(borrow)]
    next: Text<'a>,
    unanswered: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    called: bool,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    last: Option<LastWords<'a>>,
    trouble: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    hot: bool,
    #[serde(default, skip_serializing_if = "no_rungs")]
    rungs: usize,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<Text<'a>>,
    /// Open for all, and for people, until.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window: Option<(u64, u64)>,
    #[serde(default, borrow, skip_serializing_if = "Assigned::is_nobody")]
    assigned: Assigned<'a>,
    #[serde(default, skip_serializing_if = "Priority::is_none")]
    priority: Priority,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    blocked: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    opted_out: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    written: Option<(u32, u64)>,
    #[serde(default, skip_serializing_if = "Status::is_open")]
    status: Status,
}

fn no_rungs(rungs: &usize) -> bool {
    *rungs == 0
}

/// The channels that the first programs which read summaries know. They refuse a whole list for one other name in it, so
/// none is ever added: a younger channel is written as the one of these that is most like it, and by its own name beside
/// that.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Channel {
    Messenger,
    Sms,
    Telegram,
    Webchat,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode<'a> {
    Bot,
    Waiting,
    Human {
        #[serde(borrow)]
        by: Speaker<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<u64>,
    },
}

impl<'a> From<&'a core::Summary> for Summary<'a> {
    fn from(summary: &'a core::Summary) -> Self {
        Self {
            conversation: summary.conversation.0,
            account: text(summary.account.as_str()),
            channel: summary.channel.into(),
            younger: younger(summary.channel).map(text),
            bot: text(summary.bot.as_str()),
            name: text(&summary.name),
            seq: summary.seq,
            turn: summary.turn,
            mode: (&summary.mode).into(),
            since: summary.since.0,
            wanted: summary.wanted.as_ref().map(Into::into),
            next: next_text(&summary.next),
            unanswered: summary.unanswered,
            called: summary.called,
            last: summary.last.as_ref().map(Into::into),
            trouble: summary.trouble,
            hot: summary.hot,
            rungs: summary.rungs,
            labels: summary.labels.iter().map(|label| text(label.as_str())).collect(),
            window: summary.window.map(|window| (window.open_until.0, window.people_until.0)),
            assigned: (&summary.assigned).into(),
            priority: summary.priority.into(),
            blocked: summary.blocked,
            opted_out: summary.opted_out,
            written: written(summary.written),
            status: summary.status.into(),
        }
    }
}

fn next_text(Next { does, of }: &Next) -> Text<'_> {
    match does {
        Does::InWords => text(of),
        does if of.is_empty() => text(does.as_str()),
        does => format!("{}:{of}", does.as_str()).into(),
    }
}

fn next(written: &str) -> Next {
    let (does, of) = written.split_once(':').unwrap_or((written, ""));
    Does::parse(does).map_or_else(|| Does::InWords.of(written), |does| does.of(of))
}

impl From<Summary<'_>> for core::Summary {
    fn from(summary: Summary<'_>) -> Self {
        Self {
            conversation: ConversationId(summary.conversation),
            account: AccountId::new(&summary.account),
            channel: summary
                .younger
                .and_then(|name| account::Channel::parse(&name))
                .unwrap_or_else(|| summary.channel.into()),
            bot: BotId::new(&summary.bot),
            name: summary.name.into_owned(),
            seq: summary.seq,
            turn: summary.turn,
            mode: summary.mode.into(),
            since: Timestamp(summary.since),
            wanted: summary.wanted.map(Into::into),
            next: next(&summary.next),
            unanswered: summary.unanswered,
            called: summary.called,
            last: summary.last.map(Into::into),
            trouble: summary.trouble,
            hot: summary.hot,
            rungs: summary.rungs,
            labels: summary.labels.iter().map(|label| Label::known(label)).collect(),
            window: summary
                .window
                .map(|(open, people)| Window { open_until: Timestamp(open), people_until: Timestamp(people) }),
            assigned: summary.assigned.into(),
            priority: summary.priority.into(),
            blocked: summary.blocked,
            opted_out: summary.opted_out,
            written: read_written(summary.written),
            status: summary.status.into(),
        }
    }
}

impl From<account::Channel> for Channel {
    fn from(channel: account::Channel) -> Self {
        match channel {
            account::Channel::Messenger => Self::Messenger,
            account::Channel::Sms => Self::Sms,
            account::Channel::Telegram => Self::Telegram,
            account::Channel::Webchat => Self::Webchat,
            account::Channel::Instagram | account::Channel::WhatsApp => Self::Messenger,
        }
    }
}

impl From<Channel> for account::Channel {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Messenger => Self::Messenger,
            Channel::Sms => Self::Sms,
            Channel::Telegram => Self::Telegram,
            Channel::Webchat => Self::Webchat,
        }
    }
}

/// The channel's own name, if the first programs that read summaries have none for it.
fn younger(channel: account::Channel) -> Option<&'static str> {
    let known = account::Channel::from(Channel::from(channel)) == channel;
    (!known).then(|| channel.as_str())
}

impl<'a> From<&'a core::ModeSummary> for Mode<'a> {
    fn from(mode: &'a core::ModeSummary) -> Self {
        match mode {
            core::ModeSummary::Bot => Self::Bot,
            core::ModeSummary::Waiting => Self::Waiting,
            core::ModeSummary::Human { by, until } => Self::Human { by: by.into(), until: millis(*until) },
        }
    }
}

impl From<Mode<'_>> for core::ModeSummary {
    fn from(mode: Mode<'_>) -> Self {
        match mode {
            Mode::Bot => Self::Bot,
            Mode::Waiting => Self::Waiting,
            Mode::Human { by, until } => Self::Human { by: by.into(), until: time(until) },
        }
    }
}
