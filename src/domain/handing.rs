//! An agent gives the floor to a colleague.

use super::conversation::{Conversation, Decision, check_text};
use super::event::{Agent, Event, Speaker};
use super::time::Timestamp;

impl Conversation {
    /// Whoever had the floor, the colleague has it now, for at least another pause. The words are a note, which the
    /// contact never sees.
    pub(super) fn hand_over(&self, now: Timestamp, agent: Agent, to: Agent, note: String) -> Decision {
        self.may_get_the_floor(&to)?;
        let given =
            Event::TakenOver { by: Speaker::Agent(to), until: self.pause_from(now), given_by: Some(agent.clone()) };
        if note.trim().is_empty() {
            return Ok(vec![given]);
        }
        check_text(&note)?;
        Ok(vec![given, Event::NoteAdded { agent, text: note }])
    }
}
