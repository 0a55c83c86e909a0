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
    pub fn new(parts: Arc<Parts>) -> Self {
        Self { parts, switchboard: None, conversations: HashMap::new(), timers: Rc::default() }
    }

    /// The conversation's actor, started if it is not there or has died.
    fn find_or_start(&mut self, contact: &Contact) -> Result<&Entry, NotDone> {
        let alive = self.conversations.get(&contact.conversation).is_some_and(|entry| entry.address.connected());
        if !alive {
            let panics = self.panics_of(contact.conversation);
            let park = panics.len() >= PANICS_MAX;
            let (address, life) = self.wake(contact, park)?;
            let panics = if park { Vec::new() } else { panics };
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
        let now = Instant::now();
        let idle_for = self.parts.limits.passivate_after;
        let before = self.conversations.len();
        self.conversations.retain(|conversation, entry| {
            let idle = !entry.life.busy.get() && now.duration_since(entry.life.last_used.get()) >= idle_for;
            if idle {
                self.timers.set(*conversation, None, Timestamp::default());
                entry.address.do_send(Leave);
            }
            !idle
        });
        metrics::gauge!("switchboard_conversations_awake").decrement((before - self.conversations.len()) as f64);
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
