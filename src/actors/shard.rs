//! The conversations of one thread: starts them, keeps their timers, lets idle ones go, notices when one dies.
//!
//! A conversation whose actor panicked is rebuilt from the store when it is next asked; one that panics three times
//! in a minute is left to humans.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tokio::time::Instant;
use tokio_util::time::DelayQueue;
use tokio_util::time::delay_queue::Key;

use super::conversation::{Conversation, Envelope, Leave};
use super::switchboard::{NotDone, Parts, Reply, Switchboard};
use crate::domain::command::Command;
use crate::domain::ids::ConversationId;
use crate::domain::time::Timestamp;
use crate::ports::store::Contact;

const PANICS_MAX: usize = 3;
const PANICS_WITHIN: Duration = Duration::from_secs(60);
const IDLE_CHECK_EVERY: Duration = Duration::from_secs(10);
/// Deadlines further away are left to the sweeper, so that a conversation may sleep until then.
const TIMERS_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);

pub struct Shard {
    parts: Arc<Parts>,
    /// Of so many it keeps the actors; who was used longest ago goes first.
    conversations_max: usize,
    switchboard: Option<Switchboard>,
    conversations: HashMap<ConversationId, Entry>,
    timers: Rc<Timers>,
}

struct Entry {
    contact: Contact,
    address: Addr<Conversation>,
    life: Rc<Life>,
    panics: Vec<Instant>,
}

impl Entry {
    /// Nothing is under way; or its actor has died, and nothing ever will be.
    fn is_at_rest(&self) -> bool {
        !self.life.busy.get() || !self.address.connected()
    }
}

/// What a conversation lets its shard see.
pub struct Life {
    pub last_used: Cell<Instant>,
    pub busy: Cell<bool>,
    pub panicked: Cell<bool>,
}

/// A command for one conversation.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Deliver {
    pub contact: Contact,
    pub command: Command,
    pub key: Option<String>,
    pub reply: Reply,
}

/// The switchboard this shard belongs to.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Meet(pub Switchboard);

impl Shard {
    pub fn new(parts: Arc<Parts>, conversations_max: usize) -> Self {
        Self { parts, conversations_max, switchboard: None, conversations: HashMap::new(), timers: Rc::default() }
    }

    /// The conversation's actor, started if it is not there or has died.
    fn find_or_start(&mut self, contact: &Contact) -> Result<&Entry, NotDone> {
        let alive = self.conversations.get(&contact.conversation).is_some_and(|entry| entry.address.connected());
        if !alive {
            let panics = self.panics_of(contact.conversation);
            let park = panics.len() >= PANICS_MAX;
            let (address, life) = self.wake(contact, park)?;
            let panics = if park { Vec::new() } else { panics };
            self.make_room();
            let entry = Entry { contact: contact.clone(), address, life, panics };
            self.conversations.insert(contact.conversation, entry);
            metrics::gauge!("switchboard_conversations_awake").increment(1.0);
        }
        self.conversations.get(&contact.conversation).ok_or(NotDone::UnknownAccount)
    }

    /// Recent panics of a conversation whose actor is gone.
    fn panics_of(&mut self, conversation: ConversationId) -> Vec<Instant> {
        let Some(entry) = self.conversations.remove(&conversation) else { return Vec::new() };
        metrics::gauge!("switchboard_conversations_awake").decrement(1.0);
        let now = Instant::now();
        let mut panics = entry.panics;
        if entry.life.panicked.get() {
            tracing::error!(%conversation, "the conversation panicked and is rebuilt from the store");
            metrics::counter!("switchboard_conversation_panics_total").increment(1);
            panics.push(now);
        }
        panics.retain(|panic| now.duration_since(*panic) < PANICS_WITHIN);
        panics
    }

    fn wake(&self, contact: &Contact, park: bool) -> Result<(Addr<Conversation>, Rc<Life>), NotDone> {
        let account = self.parts.accounts.get(&contact.account).ok_or(NotDone::UnknownAccount)?.clone();
        let bot = self.parts.bots.newest(&account.bot).ok_or(NotDone::UnknownAccount)?;
        let switchboard = self.switchboard.clone().ok_or_else(|| NotDone::Unavailable("starting".into()))?;
        let life =
            Rc::new(Life { last_used: Cell::new(Instant::now()), busy: Cell::new(false), panicked: Cell::new(false) });
        let conversation =
            Conversation::new(switchboard, contact.clone(), account, bot, self.timers.clone(), life.clone(), park);
        Ok((conversation.start(), life))
    }

    fn let_idle_go(&mut self) {
        let (now, idle_for) = (Instant::now(), self.parts.limits.passivate_after);
        let idle = |entry: &&Entry| entry.is_at_rest() && now.duration_since(entry.life.last_used.get()) >= idle_for;
        let idle: Vec<ConversationId> =
            self.conversations.values().filter(idle).map(|entry| entry.contact.conversation).collect();
        self.let_go(&idle);
    }

    /// However many strangers write, memory holds so many conversations; those that are busy are bounded by the commands
    /// that may be under way. An eighth goes at a time, so that not everybody who comes has to look for the oldest.
    fn make_room(&mut self) {
        if self.conversations.len() < self.conversations_max {
            return;
        }
        let at_rest = self.conversations.values().filter(|entry| entry.is_at_rest());
        let mut at_rest: Vec<_> =
            at_rest.map(|entry| (entry.life.last_used.get(), entry.contact.conversation)).collect();
        let many = (self.conversations_max / 8).max(1).min(at_rest.len());
        if many > 0 {
            at_rest.select_nth_unstable(many - 1);
            let oldest: Vec<ConversationId> = at_rest[..many].iter().map(|(_, conversation)| *conversation).collect();
            metrics::counter!("switchboard_conversations_pushed_out_total").increment(many as u64);
            self.let_go(&oldest);
        }
    }

    fn let_go(&mut self, conversations: &[ConversationId]) {
        for conversation in conversations {
            let Some(entry) = self.conversations.remove(conversation) else { continue };
            self.timers.set(*conversation, None, Timestamp::default());
            entry.address.do_send(Leave);
        }
        metrics::gauge!("switchboard_conversations_awake").decrement(conversations.len() as f64);
    }

    fn ring(&mut self, conversation: ConversationId) {
        if let (Some(entry), Some(switchboard)) = (self.conversations.get(&conversation), &self.switchboard) {
            actix::spawn(ignore(switchboard.ask(entry.contact.clone(), Command::DeadlinePassed, None)));
        }
    }
}

async fn ignore<T>(future: impl Future<Output = T>) {
    let _ = future.await;
}

impl Actor for Shard {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.set_mailbox_capacity(1024);
        ctx.run_interval(IDLE_CHECK_EVERY.min(self.parts.limits.passivate_after), |this, _| this.let_idle_go());
        let (timers, address) = (self.timers.clone(), ctx.address());
        actix::spawn(async move {
            while address.connected() {
                address.do_send(Ring(timers.next().await));
            }
        });
    }
}

impl Handler<Meet> for Shard {
    type Result = ();

    fn handle(&mut self, Meet(switchboard): Meet, _: &mut Context<Self>) {
        self.switchboard = Some(switchboard);
    }
}

impl Handler<Deliver> for Shard {
    type Result = ();

    fn handle(&mut self, deliver: Deliver, _: &mut Context<Self>) {
        let Deliver { contact, command, key, reply } = deliver;
        match self.find_or_start(&contact) {
            Ok(entry) => {
                entry.life.last_used.set(Instant::now());
                entry.life.busy.set(true);
                entry.address.do_send(Envelope { command, key, reply: Some(reply) });
            }
            Err(not_done) => reply.answer(Err(not_done)),
        }
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Ring(ConversationId);

impl Handler<Ring> for Shard {
    type Result = ();

    fn handle(&mut self, Ring(conversation): Ring, _: &mut Context<Self>) {
        self.ring(conversation);
    }
}

/// One timer per conversation, all in one queue.
#[derive(Default)]
pub struct Timers(RefCell<Queue>);

#[derive(Default)]
struct Queue {
    delays: DelayQueue<ConversationId>,
    keys: HashMap<ConversationId, Key>,
    waker: Option<std::task::Waker>,
}

impl Timers {
    /// Rings for the conversation at `at`, and at no earlier time set before.
    pub fn set(&self, conversation: ConversationId, at: Option<Timestamp>, now: Timestamp) {
        let queue = &mut *self.0.borrow_mut();
        if let Some(key) = queue.keys.remove(&conversation) {
            queue.delays.try_remove(&key);
        }
        let Some(wait) = at.map(|at| at.since(now)).filter(|wait| *wait <= TIMERS_WITHIN) else { return };
        // One millisecond more: a timer that rings within its millisecond may be early by the clock.
        let key = queue.delays.insert(conversation, wait + Duration::from_millis(1));
        queue.keys.insert(conversation, key);
        if let Some(waker) = queue.waker.take() {
            waker.wake();
        }
    }

    async fn next(&self) -> ConversationId {
        poll_fn(|context| {
            let queue = &mut *self.0.borrow_mut();
            match queue.delays.poll_expired(context) {
                std::task::Poll::Ready(Some(expired)) => {
                    let conversation = expired.into_inner();
                    queue.keys.remove(&conversation);
                    std::task::Poll::Ready(conversation)
                }
                _ => {
                    queue.waker = Some(context.waker().clone());
                    std::task::Poll::Pending
                }
            }
        })
        .await
    }
}
