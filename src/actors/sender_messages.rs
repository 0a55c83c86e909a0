//! What a sender is told.

use actix::prelude::*;

use crate::domain::ids::Seq;
use crate::domain::time::Timestamp;
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

/// A message waits in the store.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Look;

/// Start nothing more, for the node is going down; gives how many messages are still on their way.
#[derive(Message)]
#[rtype(result = "usize")]
pub struct Rest;
