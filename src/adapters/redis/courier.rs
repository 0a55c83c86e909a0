//! Carries what the bus sends and hears, on one connection that it opens again and again.
//!
//! A new connection first subscribes to everything, then every listener looks at the store, for nobody knows what was
//! said meanwhile. A connection is given up when it breaks, when a word to ourselves does not come back within five
//! seconds, when its server has become a replica, or when something that had to be sent did not fit. While there is none, listeners look once a second.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use redis::{RedisResult, Value};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, interval_at, sleep_until};

use super::bus::{Inner, Message, Out};
use super::hearing::Hearing;
use super::link::{Link, Push};
use super::place::Place;
use crate::domain::ids::{ConversationId, Incarnation};
use crate::ports::bus::NotAnswered;
use crate::wire::peer::Letter;

pub const PROBE_EVERY: Duration = Duration::from_secs(5);
/// Rows of the lists are sent so often, whatever happens in between.
pub const ROWS_EVERY: Duration = Duration::from_millis(250);
/// A watched conversation that says nothing for so long is looked at.
pub const SILENCE_MAX: Duration = Duration::from_secs(20);
pub const LOOK_WHILE_DOWN_EVERY: Duration = Duration::from_secs(1);
pub const RETRY_AFTER: Duration = Duration::from_millis(200);
/// Messages sent with one write.
pub const BATCH_MAX: usize = 256;
/// Channels in one command.
const CHANNELS_MAX: usize = 256;
/// Commands under way at once.
const TOGETHER_MAX: usize = 30;
/// Because its server has become a replica, a connection is not left before it is so old.
const DEMOTED_AGAIN_AFTER: Duration = Duration::from_secs(3);

pub async fn carry(inner: Arc<Inner>, place: Place, mut waiting: mpsc::Receiver<Out>) {
    let mut looks = interval_at(Instant::now() + LOOK_WHILE_DOWN_EVERY, LOOK_WHILE_DOWN_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // What is said while we connect may be about the server that we reach.
        let demotions = inner.membership.demotions();
        match open(&inner, &place, &mut waiting, &mut looks).await {
            Ok((link, pushes)) => {
                let error = Courier::new(inner.clone(), link).work(pushes, demotions, &mut waiting).await;
                tracing::warn!(%error, "the connection for the bus is opened anew");
                looks.reset_immediately();
            }
            Err(error) => tracing::debug!(%error, "Redis cannot be reached for the bus"),
        }
        inner.up.store(false, Ordering::Relaxed);
        metrics::gauge!("switchboard_bus_up").set(0.0);
        give_up(&inner, &mut waiting);
        tokio::time::sleep(RETRY_AFTER).await;
    }
}

/// A connection. A server that is silent takes seconds to be given up: meanwhile listeners look, and nobody waits.
async fn open(
    inner: &Arc<Inner>,
    place: &Place,
    waiting: &mut mpsc::Receiver<Out>,
    looks: &mut Interval,
) -> RedisResult<(Link, mpsc::Receiver<Push>)> {
    let mut opened = pin!(Link::open(place));
    loop {
        tokio::select! {
            opened = &mut opened => return opened,
            _ = looks.tick() => {
                give_up(inner, waiting);
                inner.doubt_the_silent(Duration::ZERO);
            }
        }
    }
}

fn give_up(inner: &Arc<Inner>, waiting: &mut mpsc::Receiver<Out>) {
    while let Ok(out) = waiting.try_recv() {
        out.give_up(inner, NotAnswered::Down);
    }
}

struct Courier {
    inner: Arc<Inner>,
    link: Link,
    hearing: Hearing,
    /// We hear no letters any more because we wanted it so.
    closed: AtomicBool,
}

impl Courier {
    fn new(inner: Arc<Inner>, link: Link) -> Self {
        let hearing = Hearing::new(inner.clone());
        Self { inner, link, hearing, closed: AtomicBool::new(false) }
    }

    /// Until the connection is no good any more; says why.
    async fn work(
        &self,
        pushes: mpsc::Receiver<Push>,
        demotions: watch::Receiver<u64>,
        waiting: &mut mpsc::Receiver<Out>,
    ) -> String {
        let reading = self.read(pushes);
        // A new name that comes while we begin is not overlooked.
        let mut names = self.inner.membership.changes();
        let me = *names.borrow_and_update();
        let writing = async {
            if let Err(error) = self.begin(me).await {
                return error.to_string();
            }
            tokio::select! {
                error = self.write(waiting) => error,
                error = self.keep(names) => error,
                error = self.is_demoted(demotions) => error,
            }
        };
        tokio::select! {
            error = reading => error,
            error = writing => error,
        }
    }

    async fn begin(&self, me: Incarnation) -> RedisResult<()> {
        let inner = &self.inner;
        inner.overflowed.store(false, Ordering::Relaxed);
        self.subscribe(&inner.keys.letters(me)).await?;
        self.subscribe(&inner.keys.lists()).await?;
        // From here on new subscriptions are queued; those of before are made now.
        inner.up.store(true, Ordering::Relaxed);
        self.change(true, &inner.watched()).await?;
        metrics::gauge!("switchboard_bus_up").set(1.0);
        inner.local.doubt_all();
        Ok(())
    }

    async fn subscribe(&self, channel: &str) -> RedisResult<()> {
        let mut command = redis::cmd("SSUBSCRIBE");
        command.arg(channel).query_async::<Value>(&mut self.link.connection()).await.map(|_| ())
    }

    /// Hears these conversations, or hears them no more: many with each command, some commands at once, all of them even
    /// if one fails.
    async fn change(&self, on: bool, conversations: &[ConversationId]) -> RedisResult<()> {
        let channels: Vec<String> = conversations.iter().map(|id| self.inner.keys.events(*id)).collect();
        let commands: Vec<&[String]> = channels.chunks(CHANNELS_MAX).collect();
        let mut changed = Ok(());
        for some in commands.chunks(TOGETHER_MAX) {
            let sent = some.iter().map(async |channels| self.link.change(on, channels).await);
            let sent: RedisResult<()> = join_all(sent).await.into_iter().collect();
            changed = changed.and(sent);
        }
        changed
    }

    async fn unsubscribe(&self, channel: &str) -> RedisResult<()> {
        let mut command = redis::cmd("SUNSUBSCRIBE");
        command.arg(channel).query_async::<Value>(&mut self.link.connection()).await.map(|_| ())
    }

    // --- Out ---

    async fn write(&self, waiting: &mut mpsc::Receiver<Out>) -> String {
        let mut batch = Vec::new();
        loop {
            if waiting.recv_many(&mut batch, BATCH_MAX).await == 0 {
                return "the bus is closed".to_owned();
            }
            if let Err(error) = self.write_batch(std::mem::take(&mut batch)).await {
                return error.to_string();
            }
        }
    }

    /// Subscriptions first: what is published on the same occasion may be for them.
    async fn write_batch(&self, batch: Vec<Out>) -> RedisResult<()> {
        let mut done = Vec::new();
        let (mut messages, mut topics) = (Vec::new(), Vec::new());
        for out in batch {
            match out {
                Out::Publish(message) => messages.push(message),
                Out::Subscribe(_) | Out::Unsubscribe(_) => topics.push(out),
                Out::Flush(tell) => done.push(tell),
                Out::Close(tell) => {
                    self.closed.store(true, Ordering::Relaxed);
                    self.unsubscribe(&self.inner.keys.letters(self.inner.membership.me())).await?;
                    done.push(tell);
                }
            }
        }
        let written = self.write_sorted(messages, topics).await;
        done.into_iter().for_each(|tell| _ = tell.send(()));
        written
    }

    async fn write_sorted(&self, messages: Vec<Message>, topics: Vec<Out>) -> RedisResult<()> {
        let (on, off) = last_words(&topics);
        self.change(true, &on).await?;
        on.into_iter().for_each(|conversation| self.inner.local.doubt(conversation));
        self.change(false, &off).await?;
        if messages.is_empty() {
            return Ok(());
        }
        match self.publish(&messages).await {
            Ok(listeners) => {
                let unheard = messages.iter().zip(listeners).filter(|(_, listeners)| *listeners == 0);
                unheard.for_each(|(message, _)| message.give_up(&self.inner, NotAnswered::NotThere));
                Ok(())
            }
            Err(error) => {
                messages.iter().for_each(|message| message.give_up(&self.inner, NotAnswered::Silent));
                Err(error)
            }
        }
    }

    /// In their order, and how many listen to each.
    async fn publish(&self, messages: &[Message]) -> RedisResult<Vec<u64>> {
        let mut pipeline = redis::pipe();
        for message in messages {
            pipeline.cmd("SPUBLISH").arg(&message.channel).arg(&message.payload);
        }
        pipeline.query_async(&mut self.link.connection()).await
    }

    // --- In ---

    async fn read(&self, mut pushes: mpsc::Receiver<Push>) -> String {
        while let Some(push) = pushes.recv().await {
            match push {
                Push::Message { channel, payload } => self.hearing.received(&channel, &payload),
                Push::Unsubscribed { channel } => {
                    if self.is_missed(&channel) {
                        return format!("{channel} was taken away");
                    }
                }
                Push::Lost => self.inner.local.doubt_all(),
                Push::Broken => break,
            }
        }
        "it broke".to_owned()
    }

    /// A conversation that somebody still watches is subscribed to again at once. Whether what all need is gone.
    fn is_missed(&self, channel: &str) -> bool {
        let keys = &self.inner.keys;
        match keys.conversation_of(channel) {
            Some(conversation) => self.inner.subscribe_again(conversation),
            None if self.closed.load(Ordering::Relaxed) => {}
            None => return channel == keys.lists() || channel == keys.letters(self.inner.membership.me()),
        }
        false
    }

    // --- Upkeep ---

    /// A server that became a replica keeps this connection, takes what is published, and passes it to nobody but whoever
    /// was left behind with us. It is said once, with the write that was refused, so a young connection is left as well:
    /// a little later, for where every way leads to a replica, we would begin anew without end.
    async fn is_demoted(&self, mut demotions: watch::Receiver<u64>) -> String {
        let old_enough = Instant::now() + DEMOTED_AGAIN_AFTER;
        if demotions.changed().await.is_err() {
            return std::future::pending().await;
        }
        sleep_until(old_enough).await;
        "the server has become a replica".to_owned()
    }

    async fn keep(&self, mut names: watch::Receiver<Incarnation>) -> String {
        let mut probes = interval(PROBE_EVERY);
        let mut rows = interval(ROWS_EVERY);
        let mut sent = 0;
        loop {
            tokio::select! {
                _ = probes.tick() => {
                    if self.hearing.probed.load(Ordering::Relaxed) < sent {
                        metrics::counter!("switchboard_bus_probes_lost_total").increment(1);
                        return "a word to ourselves did not come back".to_owned();
                    }
                    sent += 1;
                    let me = self.inner.membership.me();
                    self.inner.send_letter(me, Letter::Probe { number: sent }, None);
                    self.inner.doubt_the_silent(SILENCE_MAX);
                }
                _ = rows.tick() => {
                    for payload in self.inner.take_rows() {
                        self.inner.send_message(Message::new(self.inner.keys.lists(), payload));
                    }
                    if self.inner.overflowed.load(Ordering::Relaxed) {
                        return "too much was waiting to be sent".to_owned();
                    }
                }
                _ = names.changed() => {
                    let me = *names.borrow_and_update();
                    if let Err(error) = self.subscribe(&self.inner.keys.letters(me)).await {
                        return error.to_string();
                    }
                }
            }
        }
    }
}

/// Which conversations are to be heard, and which not: the last word about each counts.
pub fn last_words(topics: &[Out]) -> (Vec<ConversationId>, Vec<ConversationId>) {
    let mut last = HashMap::new();
    for topic in topics {
        match topic {
            Out::Subscribe(conversation) => last.insert(*conversation, true),
            Out::Unsubscribe(conversation) => last.insert(*conversation, false),
            _ => None,
        };
    }
    let heard = |wanted: bool| last.iter().filter(move |(_, heard)| **heard == wanted).map(|(id, _)| *id).collect();
    (heard(true), heard(false))
}
