//! Publishing inside one process: a table of listeners, called on the publisher's thread. There are no other nodes to ask.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use crate::domain::ids::{ConversationId, Incarnation};
use crate::domain::presence::Sign;
use crate::ports::bus::{Answered, Asked, Bus, Host, Listener, News, NotAnswered, Note, Published, Subscription};

#[derive(Clone, Default)]
pub struct LocalBus(Arc<Table>);

#[derive(Default)]
struct Table {
    next: AtomicU64,
    listeners: RwLock<Listeners>,
}

#[derive(Default)]
struct Listeners {
    by_conversation: HashMap<ConversationId, Vec<(u64, Listener)>>,
    of_all: Vec<(u64, Listener)>,
}

impl Table {
    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// A listener that panicked has not damaged the table: go on with it.
    fn read(&self) -> RwLockReadGuard<'_, Listeners> {
        self.listeners.read().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn write(&self) -> RwLockWriteGuard<'_, Listeners> {
        self.listeners.write().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Listeners {
    fn remove(&mut self, conversation: ConversationId, number: u64) {
        if let Some(listeners) = self.by_conversation.get_mut(&conversation) {
            listeners.retain(|(other, _)| *other != number);
            if listeners.is_empty() {
                self.by_conversation.remove(&conversation);
            }
        }
    }
}

impl LocalBus {
    /// For a bus between nodes that is built on this one: something may have been lost on its way here.
    pub fn doubt(&self, conversation: ConversationId) {
        let listeners = self.0.read();
        let own = listeners.by_conversation.get(&conversation);
        own.into_iter().flatten().for_each(|(_, listener)| listener(News::MaybeMissed));
    }

    /// The same for lists.
    pub fn doubt_lists(&self) {
        self.0.read().of_all.iter().for_each(|(_, listener)| listener(News::MaybeMissed));
    }

    /// The same for everything.
    pub fn doubt_all(&self) {
        let listeners = self.0.read();
        let each = listeners.by_conversation.values().flatten().chain(&listeners.of_all);
        each.for_each(|(_, listener)| listener(News::MaybeMissed));
    }
}

impl Bus for LocalBus {
    fn publish(&self, published: Arc<Published>) {
        let listeners = self.0.read();
        let own = listeners.by_conversation.get(&published.conversation());
        own.into_iter()
            .flatten()
            .chain(&listeners.of_all)
            .for_each(|(_, listener)| listener(News::Published(&published)));
    }

    fn show(&self, conversation: ConversationId, sign: Sign) {
        let listeners = self.0.read();
        let own = listeners.by_conversation.get(&conversation);
        own.into_iter().flatten().for_each(|(_, listener)| listener(News::Shown(&sign)));
    }

    fn subscribe(&self, conversation: ConversationId, listener: Listener) -> Subscription {
        let (table, number) = (self.0.clone(), self.0.number());
        table.write().by_conversation.entry(conversation).or_default().push((number, listener));
        Subscription::new(move || table.write().remove(conversation, number))
    }

    fn subscribe_all(&self, listener: Listener) -> Subscription {
        let (table, number) = (self.0.clone(), self.0.number());
        table.write().of_all.push((number, listener));
        Subscription::new(move || table.write().of_all.retain(|(other, _)| *other != number))
    }

    fn ask(&self, _: Incarnation, _: Asked) -> BoxFuture<'static, Result<Answered, NotAnswered>> {
        ready(Err(NotAnswered::NotThere)).boxed()
    }

    fn note(&self, _: Incarnation, _: Note) {}

    fn serve(&self, _: Arc<dyn Host>) {}

    fn close(&self) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }
}
