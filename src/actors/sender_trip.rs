//! What a sender waits for while messages are on their way. The outcome comes back as a message of its own: an actor
//! that held hundreds of futures would poll all of them whenever one is done.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix::prelude::*;
use futures_util::FutureExt;

use super::sender::Sender;
use super::sender_verdict::key;
use super::switchboard::{Answered, Switchboard};
use crate::domain::command::{Command, Outcome};
use crate::domain::message::Line;
use crate::domain::upload;
use crate::ports::channel::SendResult;
use crate::ports::store::{Mark, Queued, StoreError};

/// A message that was marked as being sent, and the number that the store gave to this try.
pub struct Try {
    pub queued: Queued,
    pub number: u32,
}

/// The provider has answered, or never will.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Sent {
    pub tried: Try,
    pub result: SendResult,
}

/// How one try ended, to be told until it is heard.
pub struct Report {
    pub tried: Try,
    pub outcome: Outcome,
}

/// The conversation has heard what became of its message, or could not be told.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Told {
    pub report: Report,
    pub told: Answered,
}

/// A file that was attached here is fetched by the provider: by an address that leads here.
pub fn reachable(line: Line, public_url: Option<&str>) -> Result<Line, SendResult> {
    let Line { attachment: Some(attached), .. } = &line else { return Ok(line) };
    match public_url {
        Some(base) => Ok(Line { attachment: Some(attached.clone().reached_at(base)), ..line }),
        None if attached.url.starts_with(upload::PATH) => {
            let reason = "the channel fetches the file from us and does not know where: set public_url".to_owned();
            Err(SendResult::Permanent { reason })
        }
        None => Ok(line),
    }
}

pub fn send(
    tried: Try,
    sending: impl Future<Output = SendResult> + Send + 'static,
    io: &tokio::runtime::Handle,
    sender: Addr<Sender>,
) {
    io.spawn(async move {
        let result = AssertUnwindSafe(sending).catch_unwind().await;
        let result = result.unwrap_or_else(|_| SendResult::Unknown { reason: "the send was interrupted".into() });
        sender.do_send(Sent { tried, result });
    });
}

pub fn tell(report: Report, switchboard: &Switchboard, sender: Addr<Sender>) {
    let Report { tried: Try { queued, number }, outcome } = &report;
    let command = Command::Outcome { of: queued.seq, outcome: outcome.clone() };
    let told = switchboard.ask(queued.contact.clone(), command, key(queued.id(), *number, outcome));
    actix::spawn(async move {
        let told = heard(told.await);
        sender.do_send(Told { report, told });
    });
}

/// For tests (`sender-started=return(milliseconds)`): time in which a process can be caught between a mark and its bytes.
/// Only this sender waits; whatever else lives on its thread does not.
pub fn pause_before_bytes() -> Option<Duration> {
    fail::fail_point!("sender-started", |pause| pause?.parse().ok().map(Duration::from_millis));
    None
}

/// For tests (`sender-marked=1*return`): the store has marked them, and its answer is lost.
pub fn marked(marks: Result<Vec<Mark>, StoreError>) -> Result<Vec<Mark>, StoreError> {
    fail::fail_point!("sender-marked", |_| Err(StoreError::Unavailable("the failpoint sender-marked says so".into())));
    marks
}

/// For tests (`sender-told=1*return`): the conversation has heard it, and its answer is lost.
fn heard(told: Answered) -> Answered {
    fail::fail_point!("sender-told", |_| Err(super::switchboard::NotDone::Unavailable(
        "the failpoint sender-told says so".into()
    )));
    told
}
