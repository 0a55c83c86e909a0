//! What became of a command, told to the console that asked.

use actix::prelude::*;
use actix_web_actors::ws;

use super::AgentSession;
use super::frames::event_view;
use crate::actors::catch_up::RESUME_MAX;
use crate::actors::switchboard::{Answered, Done, NotDone};
use crate::domain::command::Refusal;
use crate::domain::ids::{ConversationId, Seq};
use crate::wire::console::Tell;
use crate::wire::event::EventView;

impl AgentSession {
    pub(super) fn answered(
        &mut self,
        reference: u64,
        conversation: ConversationId,
        cid: String,
        answer: Answered,
        ctx: &mut ws::WebsocketContext<Self>,
    ) {
        if matches!(answer, Err(NotDone::Refused(_))) {
            self.release(&cid, ctx);
        }
        match answer {
            Ok(Done { last }) => self.tell(&Tell::Done { reference, cid, seq: last }, ctx),
            Err(NotDone::Refused(Refusal::Superseded { since })) => {
                self.superseded(reference, conversation, since, ctx)
            }
            Err(NotDone::Refused(refusal)) => self.refused(reference, &refusal, Vec::new(), ctx),
            Err(NotDone::Unavailable(text)) => self.error(Some(reference), "unavailable", &text, ctx),
            Err(error @ NotDone::UnknownAccount) => {
                self.error(Some(reference), "unknown_account", &error.to_string(), ctx);
            }
        }
    }

    fn refused(&mut self, reference: u64, why: &Refusal, said: Vec<EventView>, ctx: &mut ws::WebsocketContext<Self>) {
        self.tell(&Tell::Refused { reference, code: why.code().into(), text: why.to_string(), said }, ctx);
    }

    /// The refusal carries what was said since, so that the agent can decide.
    fn superseded(
        &mut self,
        reference: u64,
        conversation: ConversationId,
        since: Vec<Seq>,
        ctx: &mut ws::WebsocketContext<Self>,
    ) {
        let after = since.first().map_or(0, |first| first - 1);
        let read = self.switchboard.parts().store.read_after(conversation, after, RESUME_MAX);
        ctx.spawn(read.into_actor(self).map(move |read, this, ctx| {
            let events = read.ok().flatten().map(|reading| reading.events).unwrap_or_default();
            let said = events.iter().filter(|logged| since.contains(&logged.seq)).map(event_view).collect();
            this.refused(reference, &Refusal::Superseded { since }, said, ctx);
        }));
    }
}
