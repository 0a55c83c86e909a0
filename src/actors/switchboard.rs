//! Where everyone asks for a conversation: finds its shard or node, waits for the answer, tries again if it died or moved.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use actix::Addr;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all, ready};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::acquaintance::Acquaintance;
use super::alerter::{Alerter, LookForAlerts};
use super::bots::Bots;
use super::caller::Caller;
use super::custody::Custodian;
use super::ends::Ends;
use super::manners::Manners;
use super::notices::Notices;
use super::sender::{PassedOn, Rest, Sender};
use super::sender_duty::Duties;
use super::shard::{Deliver, Shard};
use crate::dice;
use crate::domain::account::Account;
use crate::domain::command::Command;
use crate::domain::ids::{AccountId, Incarnation};
pub use crate::ports::bus::{Answered, Done, NotDone};
use crate::ports::bus::{Asked, Bus, Host, NotAnswered, Note};
use crate::ports::channel::Courtesy;
use crate::ports::clock::Clock;
use crate::ports::directory::{ActorName, Directory};
use crate::ports::store::{Contact, Store};
use crate::ports::teams::Teams;
use crate::ports::uploads::Uploads;

/// Commands on their way to conversations of one shard. Beyond it callers are told to come back.
const SHARD_DELIVERIES_MAX: usize = 20_000;

/// How often a command is brought to where its conversation lives, before its asker is told to come back, and for how long.
const TRIES_MAX: usize = 12;
const TRIES_WITHIN: Duration = Duration::from_secs(4);
/// Between two tries: a conversation that moves needs a moment.
const RETRY_WITHIN: Duration = Duration::from_millis(400);

const DIED: &str = "the conversation failed while it handled this; try again";

/// How the keys of agents' commands begin; the rest is the command's UUID.
///
/// A command may be under way more than once: its agent asks again after a lost connection, its node asks again after
/// silence, and a copy may lie in a socket or with a node that stood still. Why it still has one outcome: whatever a
/// copy's owner decides, the store lets only the first count. An append takes the key with it, in one transaction, and so
/// does a refusal, before it is told; whoever comes later, on whichever node, hears what the first heard, or that it was
/// refused. An owner who was relieved and does not know it can neither append nor refuse. So no clock decides, and a copy
/// may be as late as it likes: what was refused never happens, what was acknowledged happened once, and only what nobody
/// has answered may still happen, once. It is answered `unavailable` and asked again under its key until then.
pub const COMMAND_KEY: &str = "cmd:";

/// What all actors share.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub directory: Arc<dyn Directory>,
    pub bus: Arc<dyn Bus>,
    pub clock: Arc<dyn Clock>,
    pub incarnation: Incarnation,
    pub accounts: HashMap<AccountId, Arc<Account>>,
    pub bots: Arc<Bots>,
    pub limits: Limits,
    pub notices: Notices,
    pub duties: Duties,
    pub ends: Ends,
    pub uploads: Arc<dyn Uploads>,
    pub teams: Arc<dyn Teams>,
    /// How providers reach us, to fetch what is attached; none: they cannot.
    pub public_url: Option<String>,
    /// There is a mail server that takes letters.
    pub letters: bool,
}

/// Every bound that an operator can set.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Conversations in memory; beyond it those that were used longest ago leave it.
    pub conversations_max: usize,
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
    /// How long a message that failed, or may have arrived, can be sent again.
    pub failed_kept: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            conversations_max: 150_000,
            conversation_queue_max: 1_000,
            outbox_bytes_max: 256 * 1024,
            frame_bytes_max: 64 * 1024,
            sender_queue_max: 10_000,
            passivate_after: Duration::from_secs(300),
            reconcile: Duration::from_secs(30),
            failed_kept: Duration::from_secs(90 * 24 * 60 * 60),
        }
    }
}

#[derive(Clone)]
pub struct Switchboard(Arc<Inner>);

struct Inner {
    parts: Arc<Parts>,
    shards: Vec<(Addr<Shard>, Arc<AtomicUsize>)>,
    senders: OnceLock<HashMap<AccountId, Addr<Sender>>>,
    alerter: OnceLock<Addr<Alerter>>,
    caller: OnceLock<Addr<Caller>>,
    manners: OnceLock<(Manners, Acquaintance, Custodian)>,
    /// Other nodes are not let in any more.
    closed: AtomicBool,
    /// What other nodes asked and is not answered yet.
    visitors: AtomicUsize,
}

impl Switchboard {
    pub fn new(parts: Arc<Parts>, shards: Vec<Addr<Shard>>) -> Self {
        let shards = shards.into_iter().map(|shard| (shard, Arc::default())).collect();
        let this = Self(Arc::new(Inner {
            parts,
            shards,
            senders: OnceLock::new(),
            alerter: OnceLock::new(),
            caller: OnceLock::new(),
            manners: OnceLock::new(),
            closed: AtomicBool::new(false),
            visitors: AtomicUsize::new(0),
        }));
        for (shard, _) in &this.0.shards {
            shard.do_send(super::shard::Meet(this.clone()));
        }
        this
    }

    /// Senders, alerter and caller need the switchboard and it needs them: they are introduced once, before the first message.
    /// From now on other nodes may ask.
    pub fn introduce(
        &self,
        senders: HashMap<AccountId, Addr<Sender>>,
        alerter: Addr<Alerter>,
        caller: Addr<Caller>,
        manners: (Manners, Acquaintance, Custodian),
    ) {
        let _ = self.0.senders.set(senders);
        let _ = self.0.manners.set(manners);
        let _ = self.0.alerter.set(alerter);
        let _ = self.0.caller.set(caller);
        self.0.parts.bus.serve(Arc::new(Door(Arc::downgrade(&self.0))));
    }

    pub fn parts(&self) -> &Arc<Parts> {
        &self.0.parts
    }

    /// Starts sending nothing more; how many messages and letters are still on their way.
    pub async fn rest(&self) -> usize {
        let senders = self.0.senders.get().into_iter().flat_map(HashMap::values);
        let resting = senders.map(|sender| sender.send(Rest));
        let letters = self.0.alerter.get().map(|alerter| alerter.send(Rest));
        let messages: usize = join_all(resting).await.into_iter().map(Result::unwrap_or_default).sum();
        match letters {
            Some(letters) => messages + letters.await.unwrap_or_default(),
            None => messages,
        }
    }

    /// Takes nothing more from other nodes, which ask again until this one has left; returns when everything taken is
    /// answered.
    pub async fn close(&self) {
        self.0.closed.store(true, Ordering::SeqCst);
        while self.0.visitors.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// An alert was committed.
    pub fn look_for_alerts(&self) {
        if let Some(alerter) = self.0.alerter.get() {
            alerter.do_send(LookForAlerts);
        }
    }

    pub fn sender(&self, account: &AccountId) -> Option<&Addr<Sender>> {
        self.0.senders.get()?.get(account)
    }

    /// The contact is shown it at once, or not at all.
    pub fn show(&self, contact: &Contact, courtesy: Courtesy) {
        if let Some((manners, ..)) = self.0.manners.get() {
            manners.show(contact, courtesy, self.0.parts.clock.now());
        }
    }

    /// The contact has written, and their channel did not say what they are called.
    pub fn meet(&self, contact: &Contact) {
        if let Some((_, acquaintance, _)) = self.0.manners.get() {
            acquaintance.meet(contact, self, self.0.parts.clock.now());
        }
    }

    /// The channel knows something about the contact.
    pub fn learn(&self, contact: Contact, name: &str, value: String) {
        if let Some((_, acquaintance, _)) = self.0.manners.get() {
            acquaintance.learn(contact, (name, value), self, self.0.parts.clock.now());
        }
    }

    /// These events are in the log: whose the conversation is at its provider may follow.
    pub fn keep(&self, contact: &Contact, events: &[crate::domain::event::Event], at: crate::domain::time::Timestamp) {
        self.0.manners.get().into_iter().for_each(|(.., custodian)| custodian.follow(contact, events, at));
    }

    pub fn caller(&self) -> Option<&Addr<Caller>> {
        self.0.caller.get()
    }

    /// Asks a conversation for something, wherever it lives. The answer comes after its events are durable. Commands of
    /// one caller to one conversation are taken in the order in which `ask` was called, not polled.
    pub fn ask(
        &self,
        contact: Contact,
        command: Command,
        key: Option<String>,
    ) -> impl Future<Output = Answered> + use<> {
        let this = self.clone();
        let first = match self.elsewhere(&contact) {
            Some(node) => Way::There(self.ask_node(node, contact.clone(), command.clone(), key.clone())),
            None => Way::Here(self.deliver(contact.clone(), command.clone(), key.clone())),
        };
        async move {
            match first.end().await {
                End::Answered(answer) => answer,
                // Boxed, because it is rare and large.
                end => Box::pin(this.ask_again(end, contact, command, key)).await,
            }
        }
    }

    /// The conversation was not where it was looked for, or its actor died in the middle of it. What it wrote is in the
    /// store; the key keeps it single.
    async fn ask_again(self, mut end: End, contact: Contact, command: Command, key: Option<String>) -> Answered {
        let (since, mut died) = (Instant::now(), false);
        for again in 1..TRIES_MAX {
            let way = match end {
                End::Answered(answer) => return answer,
                _ if since.elapsed() >= TRIES_WITHIN => break,
                // What kills its actor twice would do so again.
                End::Died if std::mem::replace(&mut died, true) => break,
                End::LivesAt(node) => Way::There(self.ask_node(node, contact.clone(), command.clone(), key.clone())),
                End::Unknown if key.is_none() && !command.proves_itself() => break,
                End::Died | End::NotThere | End::Unknown => {
                    self.0.parts.directory.forget(&ActorName::Conversation(contact.conversation));
                    if again > 1 {
                        tokio::time::sleep(dice::up_to(RETRY_WITHIN)).await;
                    }
                    Way::Here(self.deliver(contact.clone(), command.clone(), key.clone()))
                }
            };
            end = way.end().await;
        }
        Err(NotDone::Unavailable(match end {
            End::Answered(answer) => return answer,
            End::Died => DIED.into(),
            End::LivesAt(_) | End::NotThere => "the conversation is moving to another node; try again".into(),
            End::Unknown => "its node does not answer, and whether this was done is unknown; try again".into(),
        }))
    }

    fn elsewhere(&self, contact: &Contact) -> Option<Incarnation> {
        self.0.parts.directory.elsewhere(&ActorName::Conversation(contact.conversation))
    }

    fn ask_node(
        &self,
        node: Incarnation,
        contact: Contact,
        command: Command,
        key: Option<String>,
    ) -> BoxFuture<'static, Result<Answered, NotAnswered>> {
        self.0.parts.bus.ask(node, Asked { contact, command, key })
    }

    fn deliver(
        &self,
        contact: Contact,
        command: Command,
        key: Option<String>,
    ) -> Result<oneshot::Receiver<Fate>, NotDone> {
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

/// Where a command went.
enum Way {
    Here(Result<oneshot::Receiver<Fate>, NotDone>),
    There(BoxFuture<'static, Result<Answered, NotAnswered>>),
}

/// What came of it.
enum End {
    Answered(Answered),
    LivesAt(Incarnation),
    NotThere,
    Unknown,
    Died,
}

impl Way {
    async fn end(self) -> End {
        match self {
            Way::Here(Err(not_done)) => End::Answered(Err(not_done)),
            Way::Here(Ok(fate)) => match fate.await {
                Ok(Fate::Answered(answer)) => End::Answered(answer),
                Ok(Fate::LivesAt(node)) => End::LivesAt(node),
                Ok(Fate::Fenced) => End::NotThere,
                Err(_) => End::Died,
            },
            Way::There(answer) => match answer.await {
                Ok(answer) => End::Answered(answer),
                Err(NotAnswered::NotThere | NotAnswered::Down) => End::NotThere,
                Err(NotAnswered::Silent) => End::Unknown,
                Err(NotAnswered::Unfit(why)) => End::Answered(Err(NotDone::Unavailable(why))),
            },
        }
    }
}

/// Where other nodes knock. The bus keeps it, and it keeps nobody from leaving.
struct Door(Weak<Inner>);

impl Host for Door {
    /// Only here: who asks knows where to ask next, and two nodes never send a command in a circle.
    fn asked(&self, Asked { contact, command, key }: Asked) -> BoxFuture<'static, Option<Answered>> {
        let Some(inside) = self.0.upgrade().and_then(Inside::enter) else { return ready(None).boxed() };
        let way = Way::Here(inside.0.deliver(contact, command, key));
        async move {
            let end = way.end().await;
            drop(inside);
            match end {
                End::Answered(answer) => Some(answer),
                End::Died => Some(Err(NotDone::Unavailable(DIED.into()))),
                End::LivesAt(_) | End::NotThere | End::Unknown => None,
            }
        }
        .boxed()
    }

    fn noted(&self, note: Note) {
        let Some(switchboard) = self.0.upgrade().map(Switchboard) else { return };
        if let Some(sender) = switchboard.sender(note.account()) {
            sender.do_send(PassedOn(note));
        }
    }
}

/// Somebody from another node, until answered.
struct Inside(Switchboard);

impl Inside {
    fn enter(inner: Arc<Inner>) -> Option<Self> {
        inner.visitors.fetch_add(1, Ordering::SeqCst);
        let inside = Self(Switchboard(inner));
        (!inside.0.0.closed.load(Ordering::SeqCst)).then_some(inside)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.0.visitors.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What a conversation's actor makes of a command.
pub enum Fate {
    Answered(Answered),
    /// Its conversation is with another node.
    LivesAt(Incarnation),
    /// Another owner has written meanwhile; nothing was done.
    Fenced,
}

/// Where the answer goes. Dropped unanswered, it tells the caller that the actor died.
pub struct Reply {
    to: Option<oneshot::Sender<Fate>>,
    waiting: Arc<AtomicUsize>,
}

impl Reply {
    pub fn answer(self, answer: Answered) {
        self.end(Fate::Answered(answer));
    }

    pub fn lives_at(self, node: Incarnation) {
        self.end(Fate::LivesAt(node));
    }

    pub fn fenced(self) {
        self.end(Fate::Fenced);
    }

    fn end(mut self, fate: Fate) {
        if let Some(to) = self.to.take() {
            let _ = to.send(fate);
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
