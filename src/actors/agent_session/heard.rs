//! What a watched conversation's news become on their way to the session.

use std::sync::Arc;

use actix::prelude::*;
use uuid::Uuid;

use super::AgentSession;
use super::frames::console_frame;
use super::presence::Saw;
use crate::actors::socket::Budget;
use crate::domain::ids::ConversationId;
use crate::ports::bus::{Listener, News, Published};

/// What a word that something may be missing counts in the outbox.
const RECHECK_BYTES: usize = 64;

/// Something published in a watched conversation, and what it counts in the outbox.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Heard(pub Arc<Published>, pub usize);

/// Something may have been missed in a watched conversation.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Recheck(pub ConversationId);

pub fn listener(
    conversation: ConversationId,
    session: Uuid,
    address: Addr<AgentSession>,
    budget: Arc<Budget>,
    generation: String,
) -> Listener {
    Arc::new(move |news: News<'_>| match news {
        News::Published(published) => {
            let bytes = console_frame(published, &generation).len();
            if budget.take(bytes) {
                address.do_send(Heard(published.clone(), bytes));
            }
        }
        News::Shown(sign) if sign.from == session => {}
        News::Shown(sign) => Saw(conversation, sign.clone()).tell(&address, &budget),
        News::MaybeMissed => {
            if budget.take(RECHECK_BYTES) {
                address.do_send(Recheck(conversation));
            }
        }
    })
}

impl Handler<Heard> for AgentSession {
    type Result = ();

    fn handle(&mut self, Heard(published, bytes): Heard, ctx: &mut Self::Context) {
        self.line.budget.give_back(bytes);
        self.offer(&published, ctx);
    }
}

impl Handler<Recheck> for AgentSession {
    type Result = ();

    fn handle(&mut self, Recheck(conversation): Recheck, ctx: &mut Self::Context) {
        self.line.budget.give_back(RECHECK_BYTES);
        self.recheck(conversation, ctx);
    }
}
