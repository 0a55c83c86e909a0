//! Conversations that are laid aside: closed, which ends their session, or snoozed until a time.
//!
//! Neither decides who may speak: a pause runs on while a conversation is snoozed, and so does the ladder while somebody
//! waits. Closing ends both, and the bot gets the floor without a word. Whatever needs people again brings the
//! conversation back by itself.

use std::time::Duration;

use super::command::Refusal;
use super::conversation::{Conversation, Decision};
use super::event::{Agent, Event, Later, Place, Return};
use super::ids::{AgentId, BotVersion, Seq};
use super::priority::Priority;
use super::state::{Mode, State, Unanswered};
use super::time::Timestamp;

/// So long an agent may take back that they closed a conversation.
pub const UNDO: Duration = Duration::from_secs(60);
/// Nothing is snoozed for longer.
pub const SNOOZE_MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Whether the conversation is in the agents' lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    #[default]
    Open,
    Snoozed {
        until: Timestamp,
    },
    Closed {
        at: Timestamp,
    },
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Snoozed { .. } => "snoozed",
            Status::Closed { .. } => "closed",
        }
    }
}

/// What was when the conversation was closed, should whoever did it take it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    pub by: AgentId,
    /// The seq of the closing.
    pub seq: Seq,
    pub mode: Mode,
    pub since: Timestamp,
    pub place: Place,
    pub pinned: Option<BotVersion>,
    pub unmatched: u32,
    pub tries: u32,
    pub unanswered: Option<Unanswered>,
    pub later: Option<(String, Later)>,
    pub snoozed: Option<Timestamp>,
    pub priority: Priority,
}

impl State {
    fn snoozed(&self) -> Option<Timestamp> {
        match self.status {
            Status::Snoozed { until } => Some(until),
            Status::Open | Status::Closed { .. } => None,
        }
    }

    /// The bot gets the floor, and stands nowhere: what it was in the middle of belongs to the session that ends.
    pub(super) fn close(&mut self, by: &Agent, at: Timestamp) {
        let before = Before {
            by: by.id,
            seq: self.seq,
            mode: std::mem::take(&mut self.mode),
            since: self.since,
            place: std::mem::take(&mut self.place),
            pinned: self.pinned.take(),
            unmatched: std::mem::take(&mut self.unmatched),
            tries: std::mem::take(&mut self.tries),
            unanswered: self.unanswered.take(),
            later: self.later.take(),
            snoozed: self.snoozed(),
            priority: std::mem::take(&mut self.priority),
        };
        self.before = Some(Box::new(before));
        self.status = Status::Closed { at };
        self.session.over = true;
        self.enter(Mode::Bot, at);
    }

    pub(super) fn returned(&mut self, why: Return, at: Timestamp) {
        self.status = Status::Open;
        let Some(before) = self.before.take().filter(|_| why == Return::Undone) else { return };
        let Before { mode, since, place, pinned, unmatched, tries, unanswered, later, snoozed, priority, .. } = *before;
        (self.session.over, self.priority) = (false, priority);
        self.status = snoozed.map_or(Status::Open, |until| Status::Snoozed { until });
        self.enter(mode, at);
        (self.since, self.place, self.pinned) = (since, place, pinned);
        (self.unmatched, self.tries, self.unanswered, self.later) = (unmatched, tries, unanswered, later);
    }
}

impl Conversation {
    /// The session ends. Whoever had the floor has it no more, and nothing counts as unanswered.
    pub(super) fn close(&self, agent: Agent) -> Decision {
        let floor = match &self.state.mode {
            Mode::Human { by, .. } => Some(by.clone()),
            Mode::Bot | Mode::Waiting { .. } => None,
        };
        match self.state.status {
            Status::Closed { .. } => Err(Refusal::NothingNew),
            Status::Open | Status::Snoozed { .. } => Ok(vec![Event::Closed { by: agent, floor }]),
        }
    }

    /// Out of the lists until `until`. A time said later counts instead.
    pub(super) fn snooze(&self, now: Timestamp, agent: Agent, until: Timestamp) -> Decision {
        match self.state.status {
            Status::Closed { .. } => Err(Refusal::IsClosed),
            _ if until <= now || until > now + SNOOZE_MAX => Err(Refusal::BadTime),
            Status::Snoozed { until: known } if known == until => Err(Refusal::NothingNew),
            Status::Open | Status::Snoozed { .. } => Ok(vec![Event::Snoozed { by: agent, until }]),
        }
    }

    /// An agent brings it back. With `undo` it is as it was before they closed it, the floor too, unless something was said
    /// since.
    pub(super) fn reopen(&self, now: Timestamp, agent: Agent, undo: bool) -> Decision {
        self.is_listened_to()?;
        let why = match self.state.status {
            Status::Open => return Err(Refusal::NothingNew),
            Status::Closed { at } if undo && !self.may_undo(now, at, &agent) => return Err(Refusal::TooLate),
            Status::Closed { .. } if undo => Return::Undone,
            Status::Snoozed { .. } | Status::Closed { .. } => Return::ByAgent,
        };
        Ok(vec![Event::Reopened { by: Some(agent), why }])
    }

    /// Whether this agent has closed it just now, and nothing was said since.
    pub(super) fn may_undo(&self, now: Timestamp, closed_at: Timestamp, agent: &Agent) -> bool {
        let Some(before) = &self.state.before else { return false };
        let spoken = self.state.said.back().is_some_and(|said| said.seq > before.seq);
        before.by == agent.id && now.since(closed_at) <= UNDO && !spoken
    }

    pub(super) fn snoozed_until(&self) -> Option<Timestamp> {
        self.state.snoozed()
    }

    /// A snooze that is over.
    pub(super) fn waking(&self, now: Timestamp) -> Option<Event> {
        let over = self.snoozed_until().is_some_and(|until| until <= now);
        over.then_some(Event::Reopened { by: None, why: Return::TimeCame })
    }

    /// What people must see brings the conversation back.
    pub(super) fn coming_back(&self, mut events: Vec<Event>) -> Vec<Event> {
        if self.state.status == Status::Open
            || self.state.blocked
            || events.iter().any(|event| matches!(event, Event::Reopened { .. }))
        {
            return events;
        }
        let closed = matches!(self.state.status, Status::Closed { .. });
        let brings = |event: &Event| match event {
            Event::ContactSaid { heard, .. } => (!heard.is_wordless()).then_some(Return::ContactWrote),
            Event::HandedOff { .. } | Event::TakenOver { .. } => Some(Return::FloorMoved),
            Event::OutsideSaid { .. } if closed => Some(Return::FloorMoved),
            _ => None,
        };
        let back = events.iter().find_map(brings).map(|why| Event::Reopened { by: None, why });
        events.extend(back);
        events
    }
}
