//! The bus between nodes: a local bus, and what other nodes publish brought to it.
//!
//! What this node commits goes to its own listeners at once and is queued for the others; `courier` carries it. What
//! does not fit into a queue is lost: listeners find the hole by the seq, or within twenty seconds by looking.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::keys::Keys;
use super::membership::Membership;
use super::notes;
use crate::adapters::local::LocalBus;
use crate::domain::ids::{ConversationId, Incarnation};
use crate::domain::presence::Sign;
use crate::ports::bus::{
    Answered, Asked, Bus, Done, Host, Listener, NotAnswered, NotDone, Note, Published, Subscription,
};
use crate::wire::peer::{self, Answer, Letter};

/// Events of more bytes are not sent along, nor is a message of more: who wants them reads them from the store.
const INLINE_BYTES_MAX: usize = 16 * 1024;
/// A command in bytes; none of ours comes near.
const ASK_BYTES_MAX: usize = 1024 * 1024;
/// Commands under way to other nodes.
const ASKS_MAX: usize = 20_000;
/// What waits to be sent to Redis.
pub const OUT_MAX: usize = 16_384;
/// What was received before the end is answered within so long.
const LAST_WORDS: Duration = Duration::from_millis(20);
/// How long another node may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub struct RedisBus(pub(super) Arc<Inner>);

pub struct Inner {
    pub local: LocalBus,
    pub keys: Keys,
    pub generation: String,
    pub membership: Arc<Membership>,
    /// The connection stands and everything is subscribed.
    pub up: AtomicBool,
    pub host: OnceLock<Arc<dyn Host>>,
    out: mpsc::Sender<Out>,
    /// Something that must be sent did not fit: begin anew.
    pub overflowed: AtomicBool,
    watched: Mutex<HashMap<ConversationId, Watched>>,
    asks: Mutex<HashMap<u64, oneshot::Sender<Result<Answered, NotAnswered>>>>,
    next_ask: AtomicU64,
    /// What changed in the lists since they were last sent, by conversation: the newest wins.
    rows: Mutex<HashMap<ConversationId, Arc<Published>>>,
}

struct Watched {
    listeners: usize,
    heard: Instant,
}

/// What the courier is to send.
pub enum Out {
    Publish(Message),
    Subscribe(ConversationId),
    Unsubscribe(ConversationId),
    /// Hear no letters any more; then say so.
    Close(oneshot::Sender<()>),
    /// Everything before this is sent: say so.
    Flush(oneshot::Sender<()>),
}

pub struct Message {
    pub channel: String,
    pub payload: Vec<u8>,
    /// The ask that fails if nobody listens there.
    pub ask: Option<u64>,
    /// It was sent to a server that sent it elsewhere; that happens once.
    pub again: bool,
}

impl Message {
    pub fn new(channel: String, payload: Vec<u8>) -> Self {
        Self { channel, payload, ask: None, again: false }
    }

    pub fn give_up(&self, inner: &Inner, why: NotAnswered) {
        if let Some(id) = self.ask {
            inner.end_ask(id, Err(why));
        }
    }
}

impl Out {
    pub fn give_up(&self, inner: &Inner, why: NotAnswered) {
        if let Out::Publish(message) = self {
            message.give_up(inner, why);
        }
    }
}

impl RedisBus {
    pub fn new(keys: Keys, generation: String, membership: Arc<Membership>) -> (Self, mpsc::Receiver<Out>) {
        let (out, waiting) = mpsc::channel(OUT_MAX);
        let inner = Inner {
            local: LocalBus::default(),
            keys,
            generation,
            membership,
            up: AtomicBool::new(false),
            host: OnceLock::new(),
            out,
            overflowed: AtomicBool::new(false),
            watched: Mutex::default(),
            asks: Mutex::default(),
            next_ask: AtomicU64::new(1),
            rows: Mutex::default(),
        };
        (Self(Arc::new(inner)), waiting)
    }
}

impl Bus for RedisBus {
    fn publish(&self, published: Arc<Published>) {
        self.0.local.publish(published.clone());
        if !self.0.is_up() {
            return;
        }
        let conversation = published.conversation();
        let payload = self.0.stretch(&published);
        self.0.send_message(Message::new(self.0.keys.events(conversation), payload));
        lock(&self.0.rows).insert(conversation, published);
    }

    fn show(&self, conversation: ConversationId, sign: Sign) {
        if self.0.is_up() && self.0.out.capacity() > OUT_MAX / 2 {
            let payload = [self.0.signature().as_bytes(), &peer::write_sign(conversation, &sign)].concat();
            self.0.send_message(Message::new(self.0.keys.events(conversation), payload));
        }
        self.0.local.show(conversation, sign);
    }

    fn subscribe(&self, conversation: ConversationId, listener: Listener) -> Subscription {
        let own = self.0.local.subscribe(conversation, listener);
        self.0.watch(conversation);
        let inner = Arc::downgrade(&self.0);
        Subscription::new(move || {
            drop(own);
            if let Some(inner) = inner.upgrade() {
                inner.unwatch(conversation);
            }
        })
    }

    fn subscribe_all(&self, listener: Listener) -> Subscription {
        self.0.local.subscribe_all(listener)
    }

    fn ask(&self, node: Incarnation, asked: Asked) -> BoxFuture<'static, Result<Answered, NotAnswered>> {
        match self.0.begin_ask(node, asked) {
            Ok((waiting, answer)) => async move {
                let answer = tokio::time::timeout(ANSWER_WITHIN, answer).await;
                drop(waiting);
                match answer {
                    Ok(Ok(answer)) => answer,
                    _ => Err(NotAnswered::Silent),
                }
            }
            .boxed(),
            Err(why) => ready(Err(why)).boxed(),
        }
    }

    fn note(&self, node: Incarnation, note: Note) {
        let channel = self.0.keys.letters(node);
        self.0.send_message(Message::new(channel, notes::write(note, INLINE_BYTES_MAX)));
    }

    fn serve(&self, host: Arc<dyn Host>) {
        let _ = self.0.host.set(host);
    }

    /// Whoever asks from here on learns at once that nobody listens; whoever asked before gets an answer.
    fn close(&self) -> BoxFuture<'static, ()> {
        let inner = self.0.clone();
        let closed = async move {
            for step in [Out::Close, Out::Flush] {
                let (done, is_done) = oneshot::channel();
                if inner.is_up() && inner.send(step(done)) {
                    let _ = is_done.await;
                }
                tokio::time::sleep(LAST_WORDS).await;
            }
        };
        async move {
            let _ = tokio::time::timeout(ANSWER_WITHIN, closed).await;
        }
        .boxed()
    }
}

/// An ask under way; dropped, nobody waits for its answer any more.
struct Waiting {
    inner: Arc<Inner>,
    id: u64,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        lock(&self.inner.asks).remove(&self.id);
    }
}

type Ask = (Waiting, oneshot::Receiver<Result<Answered, NotAnswered>>);

impl Inner {
    pub fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }

    fn begin_ask(self: &Arc<Self>, node: Incarnation, asked: Asked) -> Result<Ask, NotAnswered> {
        if !self.is_up() || self.membership.is_in_doubt() {
            return Err(NotAnswered::Down);
        }
        let Asked { contact, command, key } = asked;
        let (account, external_key) = (contact.account, contact.external_key);
        let asked = peer::write_asked(&peer::Asked { account, external_key, command, key });
        if asked.len() > ASK_BYTES_MAX {
            return Err(NotAnswered::Unfit("this is too long for the node where the conversation lives".into()));
        }
        let id = self.next_ask.fetch_add(1, Ordering::Relaxed);
        let (to, answer) = oneshot::channel();
        let mut asks = lock(&self.asks);
        if asks.len() >= ASKS_MAX {
            return Err(NotAnswered::Unfit("too much is under way to other nodes; try again in a moment".into()));
        }
        asks.insert(id, to);
        drop(asks);
        let waiting = Waiting { inner: self.clone(), id };
        let from = self.membership.me();
        if !self.send_letter(node, Letter::Ask { id, from, asked }, Some(id)) {
            return Err(NotAnswered::Down);
        }
        metrics::counter!("switchboard_asks_to_nodes_total").increment(1);
        Ok((waiting, answer))
    }

    /// The end of an ask.
    pub fn end_ask(&self, id: u64, answer: Result<Answered, NotAnswered>) {
        if let Some(to) = lock(&self.asks).remove(&id) {
            let _ = to.send(answer);
        }
    }

    pub fn send_letter(&self, node: Incarnation, letter: Letter, ask: Option<u64>) -> bool {
        let channel = self.keys.letters(node);
        self.send_message(Message { ask, ..Message::new(channel, peer::write_letter(letter)) })
    }

    pub fn send_message(&self, message: Message) -> bool {
        self.send(Out::Publish(message))
    }

    pub fn send(&self, out: Out) -> bool {
        let sent = self.out.try_send(out).is_ok();
        if !sent {
            metrics::counter!("switchboard_bus_dropped_total").increment(1);
        }
        sent
    }

    /// A stretch for other nodes; who wrote it stands before it, so that we know our own when they come back.
    fn stretch(&self, published: &Published) -> Vec<u8> {
        let from = (published.first, published.at);
        let events = &published.events;
        let stretch = peer::write_stretch(&self.generation, from, events, &published.summary, INLINE_BYTES_MAX);
        [self.signature().as_bytes(), &stretch].concat()
    }

    pub fn signature(&self) -> String {
        self.membership.me().0.simple().to_string()
    }

    fn watch(&self, conversation: ConversationId) {
        let mut watched = lock(&self.watched);
        let entry = watched.entry(conversation).or_insert(Watched { listeners: 0, heard: Instant::now() });
        entry.listeners += 1;
        // A later listener needs no word: what it reads of the store is younger than the subscription, or the word that
        // the subscription stands is still to come.
        if entry.listeners == 1 {
            self.must_send(Out::Subscribe(conversation));
        }
    }

    fn unwatch(&self, conversation: ConversationId) {
        let mut watched = lock(&self.watched);
        let Some(entry) = watched.get_mut(&conversation) else { return };
        entry.listeners -= 1;
        if entry.listeners == 0 {
            watched.remove(&conversation);
            self.must_send(Out::Unsubscribe(conversation));
        }
    }

    /// Under the lock of `watched`, so that what is sent is in the order of what is kept.
    fn must_send(&self, out: Out) {
        if self.is_up() && !self.send(out) {
            self.overflowed.store(true, Ordering::Relaxed);
        }
    }

    /// The server has ended a subscription: if somebody watches, it must stand again.
    pub fn subscribe_again(&self, conversation: ConversationId) {
        let watched = lock(&self.watched);
        if watched.contains_key(&conversation) {
            metrics::counter!("switchboard_bus_taken_away_total").increment(1);
            self.must_send(Out::Subscribe(conversation));
        }
    }

    pub fn is_watched(&self, conversation: ConversationId) -> bool {
        lock(&self.watched).contains_key(&conversation)
    }

    pub fn watched(&self) -> Vec<ConversationId> {
        lock(&self.watched).keys().copied().collect()
    }

    pub fn heard(&self, conversation: ConversationId) {
        if let Some(watched) = lock(&self.watched).get_mut(&conversation) {
            watched.heard = Instant::now();
        }
    }

    /// Has the listeners of conversations that were silent for so long look at the store.
    pub fn doubt_the_silent(&self, silence: Duration) {
        let now = Instant::now();
        let mut silent = Vec::new();
        for (conversation, watched) in lock(&self.watched).iter_mut() {
            if now.duration_since(watched.heard) >= silence {
                watched.heard = now;
                silent.push(*conversation);
            }
        }
        silent.into_iter().for_each(|conversation| self.local.doubt(conversation));
    }

    /// The rows that changed, as messages for the lists of other nodes.
    pub fn take_rows(&self) -> Vec<Vec<u8>> {
        let rows = std::mem::take(&mut *lock(&self.rows));
        let bare = |published: Arc<Published>| {
            let summary = &published.summary;
            let stretch =
                peer::write_stretch(&self.generation, (summary.seq + 1, published.at), &[], summary, INLINE_BYTES_MAX);
            [self.signature().as_bytes(), &stretch].concat()
        };
        rows.into_values().map(bare).collect()
    }
}

pub fn answered(answer: Answer) -> Result<Answered, NotAnswered> {
    match answer {
        Answer::Done { last } => Ok(Ok(Done { last })),
        Answer::Refused(refusal) => Ok(Err(NotDone::Refused(refusal))),
        Answer::Unavailable(why) => Ok(Err(NotDone::Unavailable(why))),
        Answer::UnknownAccount => Ok(Err(NotDone::UnknownAccount)),
        Answer::NotHere => Err(NotAnswered::NotThere),
    }
}

pub fn answer(answered: Option<Answered>) -> Answer {
    match answered {
        Some(Ok(Done { last })) => Answer::Done { last },
        Some(Err(NotDone::Refused(refusal))) => Answer::Refused(refusal),
        Some(Err(NotDone::Unavailable(why))) => Answer::Unavailable(why),
        Some(Err(NotDone::UnknownAccount)) => Answer::UnknownAccount,
        None => Answer::NotHere,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
