//! What is laid aside, as it is stored. Read beside `domain::aside`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::bot::{Later, Place};
use super::parts::{Text, millis, text, time};
use super::state::{Mode, Unanswered};
use super::why::Priority;
use crate::domain::aside as core;
use crate::domain::ids::{AgentId, BotVersion};
use crate::domain::time::Timestamp;
use crate::domain::unread::Written;

#[derive(Serialize, Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    #[default]
    Open,
    Snoozed {
        until: u64,
    },
    Closed {
        at: u64,
    },
}

impl Status {
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }
}

impl From<core::Status> for Status {
    fn from(status: core::Status) -> Self {
        match status {
            core::Status::Open => Self::Open,
            core::Status::Snoozed { until } => Self::Snoozed { until: until.0 },
            core::Status::Closed { at } => Self::Closed { at: at.0 },
        }
    }
}

impl From<Status> for core::Status {
    fn from(status: Status) -> Self {
        match status {
            Status::Open => Self::Open,
            Status::Snoozed { until } => Self::Snoozed { until: Timestamp(until) },
            Status::Closed { at } => Self::Closed { at: Timestamp(at) },
        }
    }
}

/// How many, and the last one's seq; none: nothing yet.
pub fn written(written: Written) -> Option<(u32, u64)> {
    (written.count > 0).then_some((written.count, written.seq))
}

pub fn read_written(written: Option<(u32, u64)>) -> Written {
    written.map(|(count, seq)| Written { count, seq }).unwrap_or_default()
}

#[derive(Serialize, Deserialize)]
pub struct Before<'a> {
    by: Uuid,
    seq: u64,
    #[serde(borrow)]
    mode: Mode<'a>,
    since: u64,
    #[serde(borrow)]
    place: Place<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pinned: Option<String>,
    #[serde(default)]
    unmatched: u32,
    #[serde(default)]
    tries: u32,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    unanswered: Option<Unanswered<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    later: Option<(Text<'a>, Later<'a>)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snoozed: Option<u64>,
    #[serde(default, skip_serializing_if = "Priority::is_none")]
    priority: Priority,
}

impl<'a> From<&'a core::Before> for Before<'a> {
    fn from(before: &'a core::Before) -> Self {
        Self {
            by: before.by.0,
            seq: before.seq,
            mode: (&before.mode).into(),
            since: before.since.0,
            place: (&before.place).into(),
            pinned: before.pinned.as_ref().map(ToString::to_string),
            unmatched: before.unmatched,
            tries: before.tries,
            unanswered: before.unanswered.as_ref().map(Into::into),
            later: before.later.as_ref().map(|(trigger, later)| (text(trigger), later.into())),
            snoozed: millis(before.snoozed),
            priority: before.priority.into(),
        }
    }
}

impl From<Before<'_>> for core::Before {
    fn from(before: Before<'_>) -> Self {
        Self {
            by: AgentId(before.by),
            seq: before.seq,
            mode: before.mode.into(),
            since: Timestamp(before.since),
            place: before.place.into(),
            pinned: before.pinned.as_deref().and_then(BotVersion::parse),
            unmatched: before.unmatched,
            tries: before.tries,
            unanswered: before.unanswered.map(Into::into),
            later: before.later.map(|(trigger, later)| (trigger.into_owned(), later.into())),
            snoozed: time(before.snoozed),
            priority: before.priority.into(),
        }
    }
}
