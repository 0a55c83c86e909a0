//! What a sender is told.

use actix::prelude::*;

use super::sender::Sender;
use crate::domain::ids::Seq;
use crate::domain::time::Timestamp;
use crate::ports::bus::Note;
use crate::ports::store::{Contact, Queued};

/// A message was committed and waits to go out, behind another one of its conversation if there is any.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Enqueue {
    pub queued: Queued,
    pub behind: Option<Seq>,
}

/// What the log says about a message that was tried: it goes again, or is done with.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Settle {
    pub contact: Contact,
    pub seq: Seq,
    pub again: Option<(Timestamp, bool)>,
}

/// What the sender of another node was told, and this one is told because it is on duty.
#[derive(Message)]
#[rtype(result = "()")]
pub struct PassedOn(pub Note);

/// Start nothing more, for the node is going down; gives how many messages are still on their way.
#[derive(Message)]
#[rtype(result = "usize")]
pub struct Rest;

impl Handler<Enqueue> for Sender {
    type Result = ();

    fn handle(&mut self, Enqueue { queued, behind }: Enqueue, ctx: &mut Context<Self>) {
        if self.duty.is_ours() {
            self.enqueue(queued, behind, ctx);
        } else {
            self.duty.pass_on(Note::Queue { queued: Box::new(queued), behind });
        }
    }
}

impl Handler<Settle> for Sender {
    type Result = ();

    fn handle(&mut self, Settle { contact, seq, again }: Settle, ctx: &mut Context<Self>) {
        if self.duty.is_ours() {
            self.settle(&contact, seq, again, ctx);
        } else {
            self.duty.pass_on(Note::Settle { contact, seq, again });
        }
    }
}

impl Handler<PassedOn> for Sender {
    type Result = ();

    /// Not passed on again: two who take each other for the one on duty would never end, and the store has it all the same.
    fn handle(&mut self, PassedOn(note): PassedOn, ctx: &mut Context<Self>) {
        if !self.duty.is_ours() {
            return;
        }
        match note {
            Note::Look { .. } => self.look(ctx),
            Note::Queue { queued, behind } => self.enqueue(*queued, behind, ctx),
            Note::Settle { contact, seq, again } => self.settle(&contact, seq, again, ctx),
        }
    }
}
