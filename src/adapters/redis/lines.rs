//! The bus over a Redis Cluster: a line to each server, each by itself.
//!
//! A server that is away is the trouble of its own slots: their listeners look at the store once a second, what is
//! published to them is lost, and letters to nodes go by the server of the registry, without which no node is sure of
//! itself anyway. All others notice nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use redis::ConnectionInfo;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::interval;

use super::bus::{Inner, Message, OUT_MAX, Out};
use super::courier::{BATCH_MAX, LOOK_WHILE_DOWN_EVERY, ROWS_EVERY, SILENCE_MAX};
use super::line::{Cluster, State, give_up, keep};
use super::slots::{Address, Slots, look};
use crate::domain::ids::ConversationId;
use crate::ports::bus::NotAnswered;

/// How often the silent are looked for.
const LOOK_FOR_SILENCE_EVERY: Duration = Duration::from_secs(5);

/// Begins with any of its servers.
pub async fn carry(inner: Arc<Inner>, seeds: Vec<ConnectionInfo>, mut waiting: mpsc::Receiver<Out>) {
    let Some(seed) = seeds.first().cloned() else { return };
    let slots = Arc::new(watch::Sender::new(Slots::default()));
    let doubted = Arc::new(Notify::new());
    let (changed, closed) = (Arc::default(), Arc::default());
    let cluster = Cluster { inner, slots: slots.clone(), doubted: doubted.clone(), changed, closed };
    let mut lines = Lines { cluster, seed, lines: HashMap::new(), tasks: JoinSet::new() };
    tokio::select! {
        () = look(seeds, slots, doubted) => {}
        () = lines.work(&mut waiting) => {}
    }
}

struct Lines {
    cluster: Cluster,
    seed: ConnectionInfo,
    lines: HashMap<Address, Line>,
    tasks: JoinSet<()>,
}

struct Line {
    to: mpsc::Sender<Out>,
    state: Arc<State>,
    task: tokio::task::AbortHandle,
}

impl Line {
    fn is_up(&self) -> bool {
        self.state.up.load(Ordering::Relaxed)
    }

    /// It asks again who is watched.
    fn unsettle(&self) {
        self.state.unsettled.store(true, Ordering::Relaxed);
    }
}

impl Lines {
    async fn work(&mut self, waiting: &mut mpsc::Receiver<Out>) {
        let (mut slots, lines) = (self.cluster.slots.subscribe(), self.cluster.changed.clone());
        let (mut looks, mut rows) = (interval(LOOK_WHILE_DOWN_EVERY), interval(ROWS_EVERY));
        let mut silence = interval(LOOK_FOR_SILENCE_EVERY);
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                // What was sent elsewhere comes again after the news of where that is.
                biased;
                _ = slots.changed() => self.follow(&slots.borrow_and_update().clone()),
                count = waiting.recv_many(&mut batch, BATCH_MAX) => {
                    if count == 0 {
                        return;
                    }
                    batch.drain(..).for_each(|out| self.put(out));
                }
                () = lines.notified() => self.see_who_is_up(),
                _ = rows.tick() => self.put_rows(),
                _ = looks.tick() => {
                    self.see_who_is_up();
                    self.look_for_the_deaf();
                }
                _ = silence.tick() => self.cluster.inner.doubt_the_silent(SILENCE_MAX),
            }
        }
    }

    /// A line to whoever has slots, and to nobody else.
    fn follow(&mut self, slots: &Slots) {
        self.lines.retain(|server, line| {
            let stays = slots.servers().any(|other| other == server);
            if !stays {
                line.task.abort();
            }
            stays
        });
        for server in slots.servers() {
            if !self.lines.contains_key(server) {
                let (to, waiting) = mpsc::channel(OUT_MAX);
                let state = Arc::<State>::default();
                let info = server.like(&self.seed);
                let kept = keep(self.cluster.clone(), server.clone(), info, state.clone(), waiting);
                let task = self.tasks.spawn(kept);
                self.lines.insert(server.clone(), Line { to, state, task });
            }
        }
        while self.tasks.try_join_next().is_some() {}
    }

    fn line_of(&self, channel: &str) -> Option<&Line> {
        let slots = self.cluster.slots.borrow();
        let line = self.lines.get(slots.owner(channel)?)?;
        line.is_up().then_some(line)
    }

    // --- Out ---

    fn put(&self, out: Out) {
        match out {
            Out::Publish(message) => self.put_message(message),
            Out::Subscribe(conversation) | Out::Unsubscribe(conversation) => self.put_topic(conversation, out),
            Out::Close(tell) => {
                self.cluster.closed.store(true, Ordering::Relaxed);
                self.tell_all(Out::Close, tell);
            }
            Out::Flush(tell) => self.tell_all(Out::Flush, tell),
        }
    }

    fn put_message(&self, message: Message) {
        let inner = &self.cluster.inner;
        let (channel, line) = match (self.line_of(&message.channel), inner.keys.second_way(&message.channel)) {
            (None, Some(channel)) => (channel.clone(), self.line_of(&channel)),
            (line, _) => (message.channel.clone(), line),
        };
        let message = Message { channel, ..message };
        let Some(line) = line else { return message.give_up(inner, NotAnswered::Down) };
        if let Err(full) = line.to.try_send(Out::Publish(message)) {
            metrics::counter!("switchboard_bus_dropped_total").increment(1);
            full.into_inner().give_up(inner, NotAnswered::Down);
        }
    }

    /// A line that is away, or has too much to do, asks again who is watched.
    fn put_topic(&self, conversation: ConversationId, out: Out) {
        let channel = self.cluster.inner.keys.events(conversation);
        if let Some(line) = self.line_of(&channel)
            && line.to.try_send(out).is_err()
        {
            metrics::counter!("switchboard_bus_dropped_total").increment(1);
            line.unsettle();
        }
    }

    fn put_rows(&self) {
        for payload in self.cluster.inner.take_rows() {
            self.put_message(Message::new(self.cluster.inner.keys.lists(), payload));
        }
    }

    /// Every line, behind what it has to say.
    fn tell_all(&self, word: fn(oneshot::Sender<()>) -> Out, tell: oneshot::Sender<()>) {
        let mut done = Vec::new();
        for line in self.lines.values() {
            let (tell, told) = oneshot::channel();
            if let Err(full) = line.to.try_send(word(tell)) {
                give_up(full.into_inner(), &self.cluster.inner);
            }
            done.push(told);
        }
        tokio::spawn(async move {
            join_all(done).await;
            let _ = tell.send(());
        });
    }

    // --- Upkeep ---

    fn see_who_is_up(&self) {
        let inner = &self.cluster.inner;
        let away = self.lines.values().filter(|line| !line.is_up()).count();
        let up = away < self.lines.len();
        let began = !inner.up.swap(up, Ordering::Relaxed) && up;
        metrics::gauge!("switchboard_bus_up").set(f64::from(u8::from(up)));
        metrics::gauge!("switchboard_bus_lines_away").set(away as f64);
        // Who began to be watched has not been told to any line.
        if began || inner.overflowed.swap(false, Ordering::Relaxed) {
            self.lines.values().for_each(Line::unsettle);
        }
    }

    /// Whoever listens where nothing is heard looks at the store.
    fn look_for_the_deaf(&self) {
        if !self.lines.is_empty() && self.lines.values().all(Line::is_up) {
            return;
        }
        let inner = &self.cluster.inner;
        for conversation in inner.watched() {
            if self.line_of(&inner.keys.events(conversation)).is_none() {
                inner.local.doubt(conversation);
            }
        }
        if self.line_of(&inner.keys.lists()).is_none() {
            inner.local.doubt_lists();
        }
    }
}
