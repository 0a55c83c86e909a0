//! A contact whose conversation another program at the provider has: its inbox, or another company's app.
//!
//! We hear what the contact says there, and say nothing: for us it is as if a person elsewhere had the floor (rule 8). When
//! the conversation is given to us, so is the floor.

use super::conversation::{Conversation, Decision, something, taken};
use super::event::{Agent, Event, GiveBack, Speaker};
use super::message::Heard;
use super::state::Mode;
use super::time::Timestamp;

impl Conversation {
    /// The contact said it to whoever has the conversation.
    pub(super) fn overhear(
        &self,
        now: Timestamp,
        heard: Heard,
        provider_id: Option<String>,
        provider_at: Option<Timestamp>,
    ) -> Decision {
        let said = Event::ContactSaid { heard, provider_id, provider_at };
        Ok(self.lost(now).into_iter().chain([said]).collect())
    }

    /// The provider gave the conversation to us, or (not `ours`) to another program; `by`: because this agent asked for it.
    pub(super) fn thread_moved(&self, now: Timestamp, ours: bool, by: Option<Agent>) -> Decision {
        let back = matches!(&self.state.mode, Mode::Human { by: Speaker::Outside, .. });
        let events = match ours {
            false if by.is_some() && !back => {
                vec![Event::TakenOver { by: Speaker::Outside, until: self.pause_from(now), given_by: by }]
            }
            true if back => self.returned(now, None, GiveBack::ByAgent),
            true => Vec::new(),
            false => self.lost(now).into_iter().collect(),
        };
        something(events)
    }

    /// A colleague of ours who has the floor keeps it: their next message takes the conversation.
    fn lost(&self, now: Timestamp) -> Option<Event> {
        match self.state.mode {
            Mode::Bot | Mode::Waiting { .. } => Some(taken(Speaker::Outside, self.pause_from(now))),
            Mode::Human { .. } => None,
        }
    }
}
