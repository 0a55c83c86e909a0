//! Who else is at a conversation that the console watches, and what others are shown of this one.

use actix::prelude::*;
use actix_web_actors::ws;

use super::{AgentSession, find_contact};
use crate::actors::socket::Budget;
use crate::domain::ids::ConversationId;
use crate::domain::presence::{Doing, Pace, Sign, Who};
use crate::domain::time::Timestamp;
use crate::ports::channel::Courtesy;
use crate::ports::store::Contact;
use crate::wire::console::Tell;

/// What a sign counts in the outbox.
const SIGN_BYTES: usize = 256;
/// A subscription that reaches other nodes stands within so long; by then who is there was asked in vain.
const ASKS_AGAIN_WITHIN_MS: u64 = 5_000;

/// What a console has shown of itself at one conversation.
pub struct Shown {
    came: Timestamp,
    again: Pace,
    typed: Pace,
    /// Whom it is with, once somebody asked.
    contact: Option<Contact>,
}

/// A sign of somebody at a watched conversation.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Saw(pub ConversationId, pub Sign);

impl Saw {
    /// Signs are the first to go when a socket is slow.
    pub fn tell(self, to: &Addr<AgentSession>, budget: &Budget) {
        if budget.has_room() && budget.take(SIGN_BYTES) {
            to.do_send(self);
        }
    }
}

impl Shown {
    pub fn new(came: Timestamp) -> Self {
        Self { came, again: Pace::default(), typed: Pace::default(), contact: None }
    }
}

impl AgentSession {
    pub(super) fn show(&self, conversation: ConversationId, does: Doing) {
        let sign = Sign { from: self.session, who: Who::Agent(self.agent()), does };
        self.switchboard.parts().bus.show(conversation, sign);
    }

    pub(super) fn show_all(&self, does: Doing) {
        self.watched.keys().for_each(|conversation| self.show(*conversation, does));
    }

    /// Who comes hears who is there only when the subscription reaches them.
    pub(super) fn show_that_it_came(&mut self, conversation: ConversationId) {
        let now = self.switchboard.parts().clock.now();
        let Some(watched) = self.watched.get_mut(&conversation) else { return };
        let late = now.0.saturating_sub(watched.shown.came.0) > ASKS_AGAIN_WITHIN_MS;
        if !late {
            self.show(conversation, Doing::Came);
        }
    }

    /// The agent writes to the contact. Shown while the conversation is watched, and not for every key.
    pub(super) fn typing(&mut self, conversation: ConversationId, ctx: &mut ws::WebsocketContext<Self>) {
        let now = self.switchboard.parts().clock.now();
        let watched = self.watched.get_mut(&conversation);
        if !watched.is_some_and(|watched| watched.shown.typed.allows(now)) {
            return;
        }
        self.show(conversation, Doing::Types);
        self.show_contact(conversation, Courtesy::Types, ctx);
    }

    /// The contact of a watched conversation is shown it, if their channel can.
    pub(super) fn show_contact(
        &self,
        conversation: ConversationId,
        courtesy: Courtesy,
        ctx: &mut ws::WebsocketContext<Self>,
    ) {
        let (switchboard, known) = (self.switchboard.clone(), self.known_contact(conversation));
        let found = async move { find_contact(&switchboard, known, conversation).await };
        ctx.spawn(found.into_actor(self).map(move |found, this, _| {
            // A sign that cannot be shown is made up for by the next.
            let Ok(Some(contact)) = found else { return };
            this.switchboard.show(&contact, courtesy);
            if let Some(watched) = this.watched.get_mut(&conversation) {
                watched.shown.contact = Some(contact);
            }
        }));
    }

    pub(super) fn known_contact(&self, conversation: ConversationId) -> Option<Contact> {
        self.watched.get(&conversation)?.shown.contact.clone()
    }

    /// What is written after something was sent is something else.
    pub(super) fn may_type_anew(&mut self, conversation: ConversationId) {
        if let Some(watched) = self.watched.get_mut(&conversation) {
            watched.shown.typed = Pace::default();
        }
    }

    fn saw(&mut self, conversation: ConversationId, sign: Sign, ctx: &mut ws::WebsocketContext<Self>) {
        let now = self.switchboard.parts().clock.now();
        let Some(watched) = self.watched.get_mut(&conversation) else { return };
        if sign.does == Doing::Came && watched.shown.again.allows(now) {
            self.show(conversation, Doing::Views);
        }
        let lasts = sign.lasts().as_millis() as u64;
        let (who, agent, name) = match sign.who {
            Who::Agent(agent) => ("agent", Some(agent.id.to_string()), Some(agent.name)),
            Who::Contact => ("contact", None, None),
            Who::Bot => ("bot", None, None),
        };
        let does = match sign.does {
            Doing::Came | Doing::Views => "views",
            Doing::Types => "types",
            Doing::Left => "left",
        };
        let (conversation, screen) = (conversation.to_string(), sign.from.to_string());
        let (who, does) = (who.to_owned(), does.to_owned());
        self.tell(&Tell::Presence { conversation, screen, who, agent, name, does, lasts }, ctx);
    }
}

impl Handler<Saw> for AgentSession {
    type Result = ();

    fn handle(&mut self, Saw(conversation, sign): Saw, ctx: &mut Self::Context) {
        self.line.budget.give_back(SIGN_BYTES);
        self.saw(conversation, sign, ctx);
    }
}
