//! The calls of this node to others' systems: each is made once its event is committed, and its conversation is told
//! what came of it.
//!
//! Which calls are open stands in the conversations' state. Here is only which of them this node is making. When a
//! conversation is loaded with an open call that nobody here makes, its maker is gone: the conversation decides that it is
//! made again, under the next number.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::switchboard::{NotDone, Switchboard};
use crate::domain::call::Outcome;
use crate::domain::command::Command;
use crate::domain::ids::{ConversationId, Seq};
use crate::ports::outside::{Call, Callee, Came};
use crate::ports::store::Contact;

/// Calls that are made or wait to be; beyond it a call fails at once.
const OPEN_MAX: usize = 10_000;
/// A conversation that cannot be told at the moment is told again, so often.
const TELLS_MAX: u32 = 20;
const TELL_AGAIN_AFTER: Duration = Duration::from_millis(500);

pub struct Caller {
    switchboard: Switchboard,
    callee: Arc<dyn Callee>,
    /// Where sockets are opened: never on an actor's thread.
    io: tokio::runtime::Handle,
    making: HashMap<ConversationId, Making>,
}

/// A call under way. Dropped, it is cut off.
struct Making {
    call: Seq,
    attempt: u32,
    task: AbortHandle,
}

impl Drop for Making {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Caller {
    pub fn new(switchboard: Switchboard, callee: Arc<dyn Callee>, io: tokio::runtime::Handle) -> Self {
        Self { switchboard, callee, io, making: HashMap::new() }
    }

    fn gauge(&self) {
        metrics::gauge!("switchboard_calls_open").set(self.making.len() as f64);
    }
}

/// A call was committed: make it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Make(pub Call);

/// A conversation was loaded with this call open.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Found {
    pub contact: Contact,
    pub call: Seq,
}

/// The call is not open any more.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Ended {
    pub conversation: ConversationId,
    pub call: Seq,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Told {
    conversation: ConversationId,
    call: Seq,
    attempt: u32,
}

impl Actor for Caller {
    type Context = Context<Self>;
}

impl Handler<Make> for Caller {
    type Result = ();

    fn handle(&mut self, Make(call): Make, ctx: &mut Context<Self>) {
        let (conversation, seq, attempt) = (call.id.conversation, call.id.call, call.attempt);
        let full = self.making.len() >= OPEN_MAX;
        let (switchboard, callee, me) = (self.switchboard.clone(), self.callee.clone(), ctx.address().recipient());
        let made = async move {
            let (contact, turn) = (call.contact.clone(), call.turn);
            if let Some(outcome) = make(&*callee, call, full).await {
                let key = format!("call:{seq}:{attempt}");
                tell(&switchboard, contact, Command::Called { call: seq, turn, outcome }, key).await;
            }
            me.do_send(Told { conversation, call: seq, attempt });
        };
        let task = self.io.spawn(made).abort_handle();
        self.making.insert(conversation, Making { call: seq, attempt, task });
        self.gauge();
    }
}

/// None: the answer comes another way.
async fn make(callee: &dyn Callee, call: Call, full: bool) -> Option<Outcome> {
    if full {
        return Some(Outcome::Failed("too many calls are open at the moment".into()));
    }
    let limit = call.timeout;
    let came = timeout(limit, callee.call(call)).await;
    let outcome = match came {
        Ok(Came::Later) => None,
        Ok(Came::Outcome(outcome)) => Some(outcome),
        Err(_) => Some(Outcome::Failed("no answer in time".to_owned())),
    };
    let result = match &outcome {
        None => "later",
        Some(Outcome::Failed(_)) => "failed",
        Some(_) => "answered",
    };
    metrics::counter!("switchboard_calls_total", "result" => result).increment(1);
    outcome
}

/// Until the conversation has heard it. What cannot be told at all comes to its time-out there.
async fn tell(switchboard: &Switchboard, contact: Contact, command: Command, key: String) {
    for _ in 0..TELLS_MAX {
        match switchboard.ask(contact.clone(), command.clone(), Some(key.clone())).await {
            Err(NotDone::Unavailable(_)) => tokio::time::sleep(TELL_AGAIN_AFTER).await,
            Ok(_) | Err(_) => return,
        }
    }
}

impl Handler<Found> for Caller {
    type Result = ();

    fn handle(&mut self, Found { contact, call }: Found, _: &mut Context<Self>) {
        if self.making.get(&contact.conversation).is_none_or(|making| making.call != call) {
            let switchboard = self.switchboard.clone();
            actix::spawn(async move {
                // Should this fail, the conversation is looked at again soon.
                let _ = switchboard.ask(contact, Command::CallAgain { call }, None).await;
            });
        }
    }
}

impl Handler<Ended> for Caller {
    type Result = ();

    fn handle(&mut self, Ended { conversation, call }: Ended, _: &mut Context<Self>) {
        if self.making.get(&conversation).is_some_and(|making| making.call == call) {
            self.making.remove(&conversation);
            self.gauge();
        }
    }
}

impl Handler<Told> for Caller {
    type Result = ();

    fn handle(&mut self, told: Told, _: &mut Context<Self>) {
        let over = |making: &Making| making.call == told.call && making.attempt == told.attempt;
        if self.making.get(&told.conversation).is_some_and(over) {
            self.making.remove(&told.conversation);
            self.gauge();
        }
    }
}
