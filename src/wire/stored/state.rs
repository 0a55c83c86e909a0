//! A fold as it is stored. Only a cache: one that cannot be read is left aside, and the log is folded again.

use serde::{Deserialize, Serialize};

use super::alert;
use super::aside::{Before, Status, read_written, written};
use super::bot::{Later, Place, Session};
use super::calls::{Backlog, OpenCall};
use super::changes;
use super::parts::{Assigned, Heard, LastWords, Reason, Speaker, Text, Wanted, maybe_text, millis, owned, text, time};
use super::why::Priority;
use crate::domain::ids::{AgentId, BotVersion};
use crate::domain::label::Label;
use crate::domain::state as core;
use crate::domain::time::Timestamp;

#[derive(Serialize, Deserialize)]
pub struct State<'a> {
    seq: u64,
    turn: u64,
    #[serde(borrow)]
    mode: Mode<'a>,
    since: u64,
    #[serde(borrow)]
    place: Place<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pinned: Option<String>,
    unmatched: u32,
    #[serde(default, skip_serializing_if = "no_tries")]
    tries: u32,
    greeted: bool,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    name: Option<Text<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<(Text<'a>, Text<'a>)>,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<Text<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    opted_out: Option<Text<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    session: Option<Session<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    later: Option<(Text<'a>, Later<'a>)>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    unanswered: Option<Unanswered<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    last: Option<LastWords<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    heard_at: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    said: Vec<(u64, Option<uuid::Uuid>)>,
    #[serde(default, skip_serializing_if = "none_yet")]
    shown: u64,
    #[serde(default, skip_serializing_if = "none_yet")]
    void_below: u64,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    deliveries: Vec<(u64, Delivery<'a>)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<changes::Named>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    name_words: Vec<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    own_words: Vec<changes::OwnPart>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    alerts: Vec<alert::Open>,
    trouble: bool,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    call: Option<OpenCall<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Backlog::is_empty")]
    backlog: Backlog<'a>,
    #[serde(default, skip_serializing_if = "no_tries")]
    calls: u32,
    #[serde(default, borrow, skip_serializing_if = "Assigned::is_nobody")]
    assigned: Assigned<'a>,
    #[serde(default, skip_serializing_if = "Priority::is_none")]
    priority: Priority,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    blocked: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    written: Option<(u32, u64)>,
    #[serde(default, skip_serializing_if = "Status::is_open")]
    status: Status,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    before: Option<Box<Before<'a>>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode<'a> {
    Bot,
    Waiting {
        reason: Reason,
        #[serde(borrow)]
        words: Text<'a>,
        #[serde(default, skip_serializing_if = "no_rungs")]
        rungs: usize,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<u64>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        closed: bool,
        #[serde(default, skip_serializing_if = "Reach::is_not_asked")]
        reach: Reach,
    },
    Human {
        #[serde(borrow)]
        by: Speaker<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        warn_at: Option<u64>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        wanted: Option<Wanted<'a>>,
    },
}

#[derive(Serialize, Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    #[default]
    NotAsked,
    Asked,
    AskedAgain,
    Told,
}

impl Reach {
    fn is_not_asked(&self) -> bool {
        matches!(self, Reach::NotAsked)
    }
}

impl From<core::Reach> for Reach {
    fn from(reach: core::Reach) -> Self {
        match reach {
            core::Reach::NotAsked => Self::NotAsked,
            core::Reach::Asked => Self::Asked,
            core::Reach::AskedAgain => Self::AskedAgain,
            core::Reach::Told => Self::Told,
        }
    }
}

impl From<Reach> for core::Reach {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::NotAsked => Self::NotAsked,
            Reach::Asked => Self::Asked,
            Reach::AskedAgain => Self::AskedAgain,
            Reach::Told => Self::Told,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub struct Unanswered<'a> {
    count: u32,
    seq: u64,
    #[serde(borrow)]
    heard: Heard<'a>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    called: bool,
}

#[derive(Serialize, Deserialize)]
struct Delivery<'a> {
    turn: u64,
    by_bot: bool,
    said_at: u64,
    #[serde(borrow)]
    state: DeliveryState<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DeliveryState<'a> {
    Open,
    Uncertain {
        again: bool,
    },
    Failed,
    Left,
    Sent {
        #[serde(borrow)]
        provider_id: Text<'a>,
    },
    Delivered {
        #[serde(borrow)]
        provider_id: Text<'a>,
    },
    Bounced {
        #[serde(borrow)]
        provider_id: Text<'a>,
    },
}

fn no_tries(tries: &u32) -> bool {
    *tries == 0
}

fn no_rungs(rungs: &usize) -> bool {
    *rungs == 0
}

fn none_yet(seq: &u64) -> bool {
    *seq == 0
}

impl<'a> From<&'a core::State> for State<'a> {
    fn from(state: &'a core::State) -> Self {
        Self {
            seq: state.seq,
            turn: state.turn,
            mode: (&state.mode).into(),
            since: state.since.0,
            place: (&state.place).into(),
            pinned: state.pinned.as_ref().map(ToString::to_string),
            unmatched: state.unmatched,
            tries: state.tries,
            greeted: state.greeted,
            name: maybe_text(&state.name),
            attributes: state.attributes.iter().map(|(name, value)| (text(name), text(value))).collect(),
            labels: state.labels.iter().map(|label| text(label.as_str())).collect(),
            opted_out: maybe_text(&state.opted_out),
            session: (state.session.number > 0).then(|| (&state.session).into()),
            later: state.later.as_ref().map(|(trigger, later)| (text(trigger), later.into())),
            unanswered: state.unanswered.as_ref().map(Into::into),
            last: state.last.as_ref().map(Into::into),
            heard_at: millis(state.heard_at),
            said: state.said.iter().map(|said| (said.seq, said.agent.map(|agent| agent.0))).collect(),
            shown: state.shown,
            void_below: state.void_below,
            deliveries: state.deliveries.iter().map(|(seq, delivery)| (*seq, delivery.into())).collect(),
            names: changes::names(&state.names),
            name_words: changes::words(&state.names),
            own_words: changes::own_words(&state.own_words),
            alerts: state.alerts.iter().map(alert::open).collect(),
            trouble: state.trouble,
            call: state.call.as_ref().map(Into::into),
            backlog: (&state.backlog).into(),
            calls: state.calls,
            assigned: (&state.assigned).into(),
            priority: state.priority.into(),
            blocked: state.blocked,
            written: written(state.written),
            status: state.status.into(),
            before: state.before.as_deref().map(|before| Box::new(before.into())),
        }
    }
}

impl From<State<'_>> for core::State {
    fn from(state: State<'_>) -> Self {
        let attribute = |(name, value): (Text<'_>, Text<'_>)| (name.into_owned(), value.into_owned());
        Self {
            seq: state.seq,
            turn: state.turn,
            mode: state.mode.into(),
            since: Timestamp(state.since),
            place: state.place.into(),
            pinned: state.pinned.as_deref().and_then(BotVersion::parse),
            unmatched: state.unmatched,
            tries: state.tries,
            greeted: state.greeted,
            name: owned(state.name),
            attributes: state.attributes.into_iter().map(attribute).collect(),
            labels: state.labels.iter().map(|label| Label::known(label)).collect(),
            opted_out: owned(state.opted_out),
            session: state.session.map(Into::into).unwrap_or_default(),
            later: state.later.map(|(trigger, later)| (trigger.into_owned(), later.into())),
            unanswered: state.unanswered.map(Into::into),
            last: state.last.map(Into::into),
            heard_at: time(state.heard_at),
            said: state.said.into_iter().map(|(seq, agent)| core::Said { seq, agent: agent.map(AgentId) }).collect(),
            shown: state.shown,
            void_below: state.void_below,
            deliveries: state.deliveries.into_iter().map(|(seq, delivery)| (seq, delivery.into())).collect(),
            names: changes::read_names(state.names, state.name_words),
            own_words: changes::read_own_words(state.own_words),
            alerts: state.alerts.into_iter().map(alert::read_open).collect(),
            trouble: state.trouble,
            call: state.call.map(Into::into),
            backlog: state.backlog.into(),
            calls: state.calls,
            assigned: state.assigned.into(),
            priority: state.priority.into(),
            blocked: state.blocked,
            written: read_written(state.written),
            status: state.status.into(),
            before: state.before.map(|before| Box::new((*before).into())),
        }
    }
}

impl<'a> From<&'a core::Mode> for Mode<'a> {
    fn from(mode: &'a core::Mode) -> Self {
        match mode {
            core::Mode::Bot => Self::Bot,
            core::Mode::Waiting { reason, words, rungs, next, closed, reach } => Self::Waiting {
                reason: (*reason).into(),
                words: text(words),
                rungs: *rungs,
                next: millis(*next),
                closed: *closed,
                reach: (*reach).into(),
            },
            core::Mode::Human { by, until, warn_at, wanted } => Self::Human {
                by: by.into(),
                until: millis(*until),
                warn_at: millis(*warn_at),
                wanted: wanted.as_ref().map(Into::into),
            },
        }
    }
}

impl From<Mode<'_>> for core::Mode {
    fn from(mode: Mode<'_>) -> Self {
        match mode {
            Mode::Bot => Self::Bot,
            Mode::Waiting { reason, words, rungs, next, closed, reach } => Self::Waiting {
                reason: reason.into(),
                words: words.into_owned(),
                rungs,
                next: time(next),
                closed,
                reach: reach.into(),
            },
            Mode::Human { by, until, warn_at, wanted } => Self::Human {
                by: by.into(),
                until: time(until),
                warn_at: time(warn_at),
                wanted: wanted.map(Into::into),
            },
        }
    }
}

impl<'a> From<&'a core::Unanswered> for Unanswered<'a> {
    fn from(unanswered: &'a core::Unanswered) -> Self {
        Self {
            count: unanswered.count,
            seq: unanswered.seq,
            heard: (&unanswered.heard).into(),
            called: unanswered.called,
        }
    }
}

impl From<Unanswered<'_>> for core::Unanswered {
    fn from(unanswered: Unanswered<'_>) -> Self {
        Self { count: unanswered.count, seq: unanswered.seq, heard: unanswered.heard.into(), called: unanswered.called }
    }
}

impl<'a> From<&'a core::Delivery> for Delivery<'a> {
    fn from(delivery: &'a core::Delivery) -> Self {
        use core::DeliveryState as Core;
        let state = match &delivery.state {
            Core::Open => DeliveryState::Open,
            Core::Uncertain { again } => DeliveryState::Uncertain { again: *again },
            Core::Failed => DeliveryState::Failed,
            Core::Left => DeliveryState::Left,
            Core::Sent { provider_id } => DeliveryState::Sent { provider_id: text(provider_id) },
            Core::Delivered { provider_id } => DeliveryState::Delivered { provider_id: text(provider_id) },
            Core::Bounced { provider_id } => DeliveryState::Bounced { provider_id: text(provider_id) },
        };
        Self { turn: delivery.turn, by_bot: delivery.by_bot, said_at: delivery.said_at.0, state }
    }
}

impl From<Delivery<'_>> for core::Delivery {
    fn from(delivery: Delivery<'_>) -> Self {
        use core::DeliveryState as Core;
        let state = match delivery.state {
            DeliveryState::Open => Core::Open,
            DeliveryState::Uncertain { again } => Core::Uncertain { again },
            DeliveryState::Failed => Core::Failed,
            DeliveryState::Left => Core::Left,
            DeliveryState::Sent { provider_id } => Core::Sent { provider_id: provider_id.into_owned() },
            DeliveryState::Delivered { provider_id } => Core::Delivered { provider_id: provider_id.into_owned() },
            DeliveryState::Bounced { provider_id } => Core::Bounced { provider_id: provider_id.into_owned() },
        };
        Self { turn: delivery.turn, by_bot: delivery.by_bot, said_at: Timestamp(delivery.said_at), state }
    }
}
