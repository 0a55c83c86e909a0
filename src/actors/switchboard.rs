//! Where everyone asks for a conversation: finds its shard, waits for the answer, tries again if the actor died.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix::Addr;
use tokio::sync::oneshot;

use super::notices::Notices;
use super::sender::{Rest, Sender};
use super::shard::{Deliver, Shard};
use crate::domain::account::Account;
use crate::domain::bot::Bot;
use crate::domain::command::{Command, Refusal};
use crate::domain::ids::{AccountId, BotId, Incarnation, Seq};
use crate::ports::bus::Bus;
use crate::ports::clock::Clock;
use crate::ports::directory::Directory;
use crate::ports::store::{Contact, Store};

/// Commands on their way to conversations of one shard. Beyond it callers are told to come back.
const SHARD_DELIVERIES_MAX: usize = 20_000;

/// How the keys of agents' commands begin; the rest is the command's UUID.
pub const COMMAND_KEY: &str = "cmd:";

/// What all actors share.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub directory: Arc<dyn Directory>,
    pub bus: Arc<dyn Bus>,
    pub clock: Arc<dyn Clock>,
    pub incarnation: Incarnation,
    pub accounts: HashMap<AccountId, Arc<Account>>,
    pub bots: HashMap<BotId, Arc<Bot>>,
    pub limits: Limits,
    pub notices: Notices,
}

/// Every bound that an operator can set.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Commands waiting for one conversation; beyond it callers are told to come back.
    pub conversation_queue_max: usize,
    /// Bytes waiting for one socket; beyond it the socket is closed as lagged.
    pub outbox_bytes_max: usize,
    /// One frame from a socket; a larger one closes it.
    pub frame_bytes_max: usize,
    /// Messages a sender holds in memory; beyond it they wait in the store.
    pub sender_queue_max: usize,
    /// A conversation that nobody used for so long leaves memory.
    pub passivate_after: Duration,
    /// How long an uncertain message waits for its echo before it is sent once more, flagged.
    pub reconcile: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            conversation_queue_max: 1_000,
            outbox_bytes_max: 256 * 1024,
            frame_bytes_max: 64 * 1024,
            sender_queue_max: 10_000,
            passivate_after: Duration::from_secs(300),
            reconcile: Duration::from_secs(30),
        }
    }
}

/// A command took effect, now or under the same key before; `last` is its last event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    pub last: Seq,
}

/// Why a command did not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nothing was written; the same may work in a moment.
    #[error("{0}")]
    Unavailable(String),
    #[error("this conversation's channel account is no longer configured")]
    UnknownAccount,
}

pub type Answered = Result<Done, NotDone>;

#[derive(Clone)]
pub struct Switchboard(Arc<Inner>);

struct Inner {
    parts: Arc<Parts>,
    shards: Vec<(Addr<Shard>, Arc<AtomicUsize>)>,
    senders: OnceLock<HashMap<AccountId, Addr<Sender>>>,
}

impl Switchboard {
    pub fn new(parts: Arc<Parts>, shards: Vec<Addr<Shard>>) -> Self {
        let shards = shards.into_iter().map(|shard| (shard, Arc::default())).collect();
        let this = Self(Arc::new(Inner { parts, shards, senders: OnceLock::new() }));
        for (shard, _) in &this.0.shards {
            shard.do_send(super::shard::Meet(this.clone()));
        }
        this
    }

    /// The senders need the switchboard and it needs them: they are introduced once, before the first message.
    pub fn introduce(&self, senders: HashMap<AccountId, Addr<Sender>>) {
        let _ = self.0.senders.set(senders);
    }

    pub fn parts(&self) -> &Arc<Parts> {
        &self.0.parts
    }

    /// Starts sending nothing more; how many messages are still on their way.
    pub async fn rest(&self) -> usize {
        let senders = self.0.senders.get().into_iter().flat_map(HashMap::values);
        let resting = senders.map(|sender| sender.send(Rest));
        futures_util::future::join_all(resting).await.into_iter().map(Result::unwrap_or_default).sum()
    }

    pub fn sender(&self, account: &AccountId) -> Option<&Addr<Sender>> {
        self.0.senders.get()?.get(account)
    }

    /// Asks a conversation for something. The answer comes after its events are durable. Commands of one caller to
    /// one conversation are taken in the order in which `ask` was called, not polled.
    pub fn ask(
        &self,
        contact: Contact,
        command: Command,
        key: Option<String>,
    ) -> impl Future<Output = Answered> + use<> {
        let this = self.clone();
        let first = this.deliver(contact.clone(), command.clone(), key.clone());
        async move {
            match wait(first).await {
                Some(answer) => answer,
                // The actor died in the middle of it. What it wrote is in the store; the key keeps it single.
                None => wait(this.deliver(contact, command, key)).await.unwrap_or_else(|| {
                    Err(NotDone::Unavailable("the conversation failed while it handled this; try again".into()))
                }),
            }
        }
    }

    fn deliver(
        &self,
        contact: Contact,
        command: Command,
        key: Option<String>,
    ) -> Result<oneshot::Receiver<Answered>, NotDone> {
        let (shard, waiting) = self.shard(&contact);
        if waiting.load(Ordering::Relaxed) >= SHARD_DELIVERIES_MAX {
            return Err(NotDone::Unavailable("too many commands are waiting; try again in a moment".into()));
        }
        waiting.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = oneshot::channel();
        shard.do_send(Deliver { contact, command, key, reply: Reply { to: Some(reply), waiting: waiting.clone() } });
        Ok(answer)
    }

    fn shard(&self, contact: &Contact) -> &(Addr<Shard>, Arc<AtomicUsize>) {
        let hash = xxhash_rust::xxh3::xxh3_64(contact.conversation.0.as_bytes());
        &self.0.shards[(hash % self.0.shards.len() as u64) as usize]
    }
}

async fn wait(delivered: Result<oneshot::Receiver<Answered>, NotDone>) -> Option<Answered> {
    match delivered {
        Ok(answer) => answer.await.ok(),
        Err(not_done) => Some(Err(not_done)),
    }
}

/// Where the answer goes. Dropped unanswered, it tells the caller that the actor died.
pub struct Reply {
    to: Option<oneshot::Sender<Answered>>,
    waiting: Arc<AtomicUsize>,
}

impl Reply {
    pub fn answer(mut self, answer: Answered) {
        if let Some(to) = self.to.take() {
            let _ = to.send(answer);
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
