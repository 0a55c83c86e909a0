//! Contacts whom we do not listen to: what they write is in the log, and nobody answers it.
//!
//! Blocking closes the conversation, and while it lasts nothing opens it again.

use super::aside::Status;
use super::command::Refusal;
use super::conversation::{Conversation, Decision};
use super::event::{Agent, Event, Return};
use super::time::Timestamp;

impl Conversation {
    pub(super) fn block(&self, now: Timestamp, agent: Agent, on: bool) -> Decision {
        match (self.state.blocked, on) {
            (true, true) | (false, false) => Err(Refusal::NothingNew),
            (false, true) => {
                let closed = self.close(agent.clone()).unwrap_or_default();
                Ok(closed.into_iter().chain([Event::Blocked { by: agent, on }]).collect())
            }
            (true, false) => Ok(vec![Event::Blocked { by: agent.clone(), on }, self.let_in(now, agent)]),
        }
    }

    /// Taken back at once, everything is as it was before.
    fn let_in(&self, now: Timestamp, agent: Agent) -> Event {
        let closed_at = match self.state.status {
            Status::Closed { at } => Some(at),
            Status::Open | Status::Snoozed { .. } => None,
        };
        let undone = closed_at.is_some_and(|at| self.may_undo(now, at, &agent));
        let why = if undone { Return::Undone } else { Return::ByAgent };
        Event::Reopened { by: Some(agent), why }
    }

    pub(super) fn is_listened_to(&self) -> Result<(), Refusal> {
        if self.state.blocked { Err(Refusal::IsBlocked) } else { Ok(()) }
    }
}
