//! Handing a conversation to a colleague or a team, and assigning it: who that is, their own store knows.

use actix::prelude::*;
use actix_web_actors::ws;

use super::AgentSession;
use crate::actors::staff::{Named, find, mentioned};
use crate::domain::assigning::Assignee;
use crate::domain::command::Command;
use crate::domain::event::Agent;
use crate::domain::ids::ConversationId;
use crate::wire::console::Ask;

impl AgentSession {
    /// A note that may name somebody.
    pub(super) fn note_to(
        &mut self,
        reference: u64,
        (conversation, cid): (String, String),
        text: String,
        ctx: &mut ws::WebsocketContext<Self>,
    ) {
        let (Ok(conversation), Ok(_)) = (conversation.parse::<ConversationId>(), uuid::Uuid::parse_str(&cid)) else {
            return self.error(Some(reference), "bad_id", "conversation and cid must be UUIDs", ctx);
        };
        let (people, teams, words) = (self.pass.people.clone(), self.switchboard.parts().teams.clone(), text.clone());
        let found = async move { mentioned(&*people, &*teams, &words).await };
        ctx.spawn(found.into_actor(self).map(move |found, this, ctx| match found {
            Ok(mentioned) if mentioned.is_empty() => {
                let command = Command::Note { agent: this.agent(), text };
                this.send(reference, conversation, cid, command, ctx);
            }
            Ok(mentioned) => {
                let letter = this.switchboard.parts().letters;
                let command = Command::NoteTo { agent: this.agent(), text, mentioned, letter };
                this.send(reference, conversation, cid, command, ctx);
            }
            Err(error) => this.error(Some(reference), "unavailable", &error.to_string(), ctx),
        }));
    }

    pub(super) fn ask_for_colleagues(&mut self, reference: u64, ask: Ask, ctx: &mut ws::WebsocketContext<Self>) {
        type Then = Box<dyn FnOnce(Agent, Option<Assignee>) -> Option<Command>>;
        let (conversation, cid, named, then): (_, _, _, Then) = match ask {
            Ask::HandOver { conversation, cid, to, note } => {
                let then = Box::new(|agent, to| match to {
                    Some(Assignee::Agent(to)) => Some(Command::HandOver { agent, to, note }),
                    _ => None,
                });
                (conversation, cid, Named::Agent(to), then)
            }
            Ask::HandOverToTeam { conversation, cid, team, note } => {
                let then = Box::new(|agent, to| match to {
                    Some(Assignee::Team(to)) => Some(Command::HandOverToTeam { agent, to, note }),
                    _ => None,
                });
                (conversation, cid, Named::Team(team), then)
            }
            Ask::Assign { conversation, cid, agent, team } => {
                (conversation, cid, Named::of(agent, team), Box::new(|agent, to| Some(Command::Assign { agent, to })))
            }
            _ => return,
        };
        let (Ok(conversation), Ok(_)) = (conversation.parse::<ConversationId>(), uuid::Uuid::parse_str(&cid)) else {
            return self.error(Some(reference), "bad_id", "conversation and cid must be UUIDs", ctx);
        };
        let (people, teams) = (self.pass.people.clone(), self.switchboard.parts().teams.clone());
        let found = async move { find(&*people, &*teams, named).await };
        ctx.spawn(found.into_actor(self).map(move |found, this, ctx| {
            let to = match found {
                Ok(Some(to)) => to,
                Ok(None) => {
                    return this.error(Some(reference), "no_such_colleague", "nobody of that id answers here", ctx);
                }
                Err(error) => return this.error(Some(reference), "unavailable", &error.to_string(), ctx),
            };
            if let Some(command) = then(this.agent(), to) {
                this.send(reference, conversation, cid, command, ctx);
            }
        }));
    }
}
