//! What an agent says to the contact, in their own words or by a template. Replying is taking over.

use super::command::Refusal;
use super::conversation::{Conversation, Decision, check_text};
use super::event::{Agent, Event, Speaker};
use super::ids::{Seq, Turn};
use super::message::Line;
use super::template::{Filled, Template};
use super::time::Timestamp;

impl Conversation {
    pub(super) fn reply(&self, now: Timestamp, agent: Agent, said: Line, seen: (Seq, bool)) -> Decision {
        if said.attachment.is_none() || !said.text.is_empty() {
            check_text(&said.text)?;
        }
        self.may_write()?;
        self.may_still_write(now)?;
        self.speak(now, agent, said, None, seen)
    }

    /// By one of the account's templates: also when nothing else goes out any more.
    pub(super) fn send_template(
        &self,
        now: Timestamp,
        agent: Agent,
        (name, language): (&str, &str),
        values: Vec<String>,
        seen: (Seq, bool),
    ) -> Decision {
        self.may_write()?;
        let named = |template: &&Template| template.name == name && template.language == language;
        let template = self.account.templates.iter().find(named).ok_or(Refusal::NoSuchTemplate)?;
        let (filled, text) = template.fill(values)?;
        self.speak(now, agent, Line::text(text), Some(filled), seen)
    }

    /// `seen`: the last seq on the agent's screen, and whether it does not matter what was said since.
    fn speak(
        &self,
        now: Timestamp,
        agent: Agent,
        said: Line,
        template: Option<Filled>,
        (seen, anyway): (Seq, bool),
    ) -> Decision {
        let since = self.said_by_others_since(&agent, seen);
        if !anyway && !since.is_empty() {
            return Err(Refusal::Superseded { since });
        }
        let floor = self.floor_for(now, Speaker::Agent(agent.clone()));
        let turn = self.state.turn + Turn::from(matches!(floor, Some(Event::TakenOver { .. })));
        let Line { text, attachment, .. } = said;
        Ok(floor.into_iter().chain([Event::AgentSaid { agent, text, attachment, turn, template }]).collect())
    }

    fn said_by_others_since(&self, agent: &Agent, seen: Seq) -> Vec<Seq> {
        let others = self.state.said.iter().filter(|said| said.seq > seen && said.agent != Some(agent.id));
        others.map(|said| said.seq).collect()
    }
}
