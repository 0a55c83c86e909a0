//! What a sender waits for while messages are on their way. The outcome comes back as a message of its own: an actor
//! that held hundreds of futures would poll all of them whenever one is done.

use std::panic::AssertUnwindSafe;

use actix::prelude::*;
use futures_util::FutureExt;

use super::sender::Sender;
use super::switchboard::{Answered, Switchboard};
use crate::domain::command::{Command, Outcome};
use crate::ports::channel::SendResult;
use crate::ports::store::Queued;

/// The provider has answered, or never will.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Sent {
    pub queued: Queued,
    pub result: SendResult,
}

/// The conversation has heard what became of its message, or could not be told.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Told {
    pub queued: Queued,
    pub outcome: Outcome,
    pub told: Answered,
}

pub fn send(
    queued: Queued,
    sending: impl Future<Output = SendResult> + Send + 'static,
    io: &tokio::runtime::Handle,
    sender: Addr<Sender>,
) {
    io.spawn(async move {
        let result = AssertUnwindSafe(sending).catch_unwind().await;
        let result = result.unwrap_or_else(|_| SendResult::Unknown { reason: "the send was interrupted".into() });
        sender.do_send(Sent { queued, result });
    });
}

pub fn tell(queued: Queued, outcome: Outcome, switchboard: &Switchboard, sender: Addr<Sender>) {
    let command = Command::Outcome { of: queued.seq, outcome: outcome.clone() };
    let told = switchboard.ask(queued.contact.clone(), command, None);
    actix::spawn(async move {
        let told = told.await;
        sender.do_send(Told { queued, outcome, told });
    });
}
