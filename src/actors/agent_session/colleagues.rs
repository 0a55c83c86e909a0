//! Handing a conversation to a colleague: who that is, the people's own store knows.

use actix::prelude::*;
use actix_web_actors::ws;

use super::AgentSession;
use crate::domain::command::Command;
use crate::domain::event::Agent;

/// An ask to hand over, as it came.
pub struct HandOver {
    pub conversation: String,
    pub cid: String,
    pub to: String,
    pub note: String,
}

impl AgentSession {
    pub(super) fn hand_over(&mut self, reference: u64, asked: HandOver, ctx: &mut ws::WebsocketContext<Self>) {
        let HandOver { conversation, cid, to, note } = asked;
        let (Ok(conversation), Ok(_)) = (conversation.parse(), uuid::Uuid::parse_str(&cid)) else {
            return self.error(Some(reference), "bad_id", "conversation and cid must be UUIDs", ctx);
        };
        let people = self.pass.people.people();
        ctx.spawn(people.into_actor(self).map(move |people, this, ctx| {
            let people = match people {
                Ok(people) => people,
                Err(error) => return this.error(Some(reference), "unavailable", &error.to_string(), ctx),
            };
            let colleague = people.into_iter().find(|person| person.id.to_string() == to && person.answers());
            let Some(colleague) = colleague else {
                return this.error(Some(reference), "no_such_colleague", "nobody of that id answers here", ctx);
            };
            let to = Agent { id: colleague.id, name: colleague.name };
            let command = Command::HandOver { agent: this.agent(), to, note };
            this.send(reference, conversation, cid, command, ctx);
        }));
    }
}
