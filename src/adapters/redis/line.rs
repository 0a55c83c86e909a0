//! The way to one server of a Redis Cluster: what it is told, and what is heard from it.
//!
//! Two connections, opened and given up together. When a slot moves, its server ends subscriptions unasked, and the client
//! takes that for the answer to whatever was asked last: so it must not be what is said that waits for answers there. What
//! is heard is what the server has confirmed, by name; whenever that may differ from what should be, all of it is compared.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::{ConnectionInfo, RedisError, RedisResult, Value};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, interval};

use super::bus::{Inner, Message, Out};
use super::courier::{BATCH_MAX, PROBE_EVERY, RETRY_AFTER, last_words};
use super::hearing::Hearing;
use super::link::{Heard, Push, connect};
use super::slots::{Address, Slots};
use crate::ports::bus::NotAnswered;

/// Commands under way at once.
const TOGETHER_MAX: usize = 2048;
/// What is not as it should be is compared again after so long.
const SETTLE_EVERY: Duration = Duration::from_millis(250);

/// What all lines share.
#[derive(Clone)]
pub struct Cluster {
    pub inner: Arc<Inner>,
    pub slots: Arc<watch::Sender<Slots>>,
    pub doubted: Arc<Notify>,
    /// A line stands, or does not any more.
    pub changed: Arc<Notify>,
    /// We hear no letters any more because we wanted it so.
    pub closed: Arc<AtomicBool>,
}

impl Cluster {
    /// Every channel that a node hears whoever is watched, letters first.
    pub fn own_channels(&self) -> Vec<String> {
        let (keys, me) = (&self.inner.keys, self.inner.membership.me());
        let letters = [keys.letters(me), keys.letters_by_registry(me)];
        let letters = letters.into_iter().filter(|_| !self.closed.load(Ordering::Relaxed));
        letters.chain([keys.lists()]).collect()
    }

    /// A server has sent somebody elsewhere, or does not know where.
    fn sent_elsewhere(&self, error: &RedisError, by: &Address) {
        if let Some((to, slot)) = error.redirect_node()
            && let Some(to) = Address::read(to, by)
        {
            self.slots.send_if_modified(|slots| {
                let before = slots.clone();
                slots.give(slot..=slot, &to);
                *slots != before
            });
        }
        self.doubted.notify_one();
    }
}

/// How it is with one.
#[derive(Default)]
pub struct State {
    /// It can be spoken to.
    pub up: AtomicBool,
    /// Not all that should be heard may be.
    pub unsettled: AtomicBool,
    /// Something was heard until now.
    ended: Notify,
}

/// Opens it again and again, for ever.
pub async fn keep(
    cluster: Cluster,
    address: Address,
    info: ConnectionInfo,
    state: Arc<State>,
    mut waiting: mpsc::Receiver<Out>,
) {
    loop {
        let why = match Line::open(&cluster, &address, &info, &state).await {
            Ok((line, pushes)) => line.work(pushes, &mut waiting).await,
            Err(error) => error.to_string(),
        };
        if state.up.swap(false, Ordering::Relaxed) {
            cluster.changed.notify_one();
            tracing::warn!(%why, host = address.host, port = address.port, "a server of the Redis Cluster is away");
        }
        cluster.doubted.notify_one();
        let until = Instant::now() + RETRY_AFTER;
        while let Ok(Some(out)) = tokio::time::timeout_at(until, waiting.recv()).await {
            give_up(out, &cluster.inner);
        }
    }
}

/// Whoever waits for it to be done is told; subscriptions are made when the line stands again.
pub fn give_up(out: Out, inner: &Inner) {
    match out {
        Out::Flush(tell) | Out::Close(tell) => _ = tell.send(()),
        out => out.give_up(inner, NotAnswered::Down),
    }
}

struct Line<'a> {
    cluster: &'a Cluster,
    address: &'a Address,
    hearing: Hearing,
    speak: MultiplexedConnection,
    listen: MultiplexedConnection,
    heard: Heard,
    state: &'a State,
}

impl<'a> Line<'a> {
    async fn open(
        cluster: &'a Cluster,
        address: &'a Address,
        info: &ConnectionInfo,
        state: &'a State,
    ) -> RedisResult<(Self, mpsc::Receiver<Push>)> {
        let heard: Heard = Arc::new(Mutex::default());
        let (listen, pushes) = connect(info, Some(heard.clone())).await?;
        let (speak, _) = connect(info, None).await?;
        let hearing = Hearing::new(cluster.inner.clone());
        Ok((Self { cluster, address, hearing, speak, listen, heard, state }, pushes))
    }

    /// Until it is no good any more; says why.
    async fn work(&self, pushes: mpsc::Receiver<Push>, waiting: &mut mpsc::Receiver<Out>) -> String {
        let writing = async {
            match self.write(waiting).await {
                Ok(()) => "it is not needed any more".to_owned(),
                Err(error) => error.to_string(),
            }
        };
        tokio::select! {
            error = self.read(pushes) => error,
            error = writing => error,
            error = self.probe() => error.to_string(),
        }
    }

    // --- Out ---

    async fn write(&self, waiting: &mut mpsc::Receiver<Out>) -> RedisResult<()> {
        let mut slots = self.cluster.slots.subscribe();
        let mut names = self.hearing.inner.membership.changes();
        let mut settling = interval(SETTLE_EVERY);
        let mut batch = Vec::new();
        self.settle().await?;
        self.state.up.store(true, Ordering::Relaxed);
        self.cluster.changed.notify_one();
        // Whoever began to be watched in between was told that this line is away.
        self.state.unsettled.store(true, Ordering::Relaxed);
        loop {
            tokio::select! {
                count = waiting.recv_many(&mut batch, BATCH_MAX) => {
                    if count == 0 {
                        return Ok(());
                    }
                    self.write_batch(std::mem::take(&mut batch)).await?;
                }
                _ = slots.changed() => self.settle().await?,
                _ = names.changed() => self.settle().await?,
                () = self.state.ended.notified() => self.settle().await?,
                _ = settling.tick() => {
                    if self.state.unsettled.swap(false, Ordering::Relaxed) {
                        self.settle().await?;
                    }
                }
            }
        }
    }

    /// Subscriptions first: what is published on the same occasion may be for them.
    async fn write_batch(&self, batch: Vec<Out>) -> RedisResult<()> {
        let (mut messages, mut topics, mut done) = (Vec::new(), Vec::new(), Vec::new());
        for out in batch {
            match out {
                Out::Publish(message) => messages.push(message),
                Out::Subscribe(_) | Out::Unsubscribe(_) => topics.push(out),
                Out::Flush(tell) => done.push(tell),
                Out::Close(tell) => {
                    self.settle().await?;
                    done.push(tell);
                }
            }
        }
        let keys = &self.hearing.inner.keys;
        let (on, off) = last_words(&topics);
        let channels = |ids: &[_]| ids.iter().map(|id| keys.events(*id)).collect::<Vec<_>>();
        self.change(true, &channels(&on)).await?;
        on.iter().for_each(|conversation| self.hearing.inner.local.doubt(*conversation));
        self.change(false, &channels(&off)).await?;
        let published = self.publish(messages).await;
        done.into_iter().for_each(|tell| _ = tell.send(()));
        published
    }

    async fn publish(&self, messages: Vec<Message>) -> RedisResult<()> {
        if messages.is_empty() {
            return Ok(());
        }
        let mut pipeline = redis::pipe();
        for message in &messages {
            pipeline.cmd("SPUBLISH").arg(&message.channel).arg(&message.payload);
        }
        let answers = match self.speak.clone().req_packed_commands(&pipeline, 0, messages.len()).await {
            Ok(answers) => answers,
            Err(error) => {
                messages.iter().for_each(|message| message.give_up(&self.hearing.inner, NotAnswered::Silent));
                return Err(error);
            }
        };
        messages.into_iter().zip(answers).for_each(|(message, answer)| self.published(message, answer));
        Ok(())
    }

    fn published(&self, message: Message, answer: Value) {
        let inner = &self.hearing.inner;
        match answer.extract_error() {
            Ok(Value::Int(0)) => message.give_up(inner, NotAnswered::NotThere),
            Ok(_) => {}
            Err(error) => {
                self.cluster.sent_elsewhere(&error, self.address);
                if error.redirect_node().is_some() && !message.again {
                    inner.send_message(Message { again: true, ..message });
                } else {
                    message.give_up(inner, NotAnswered::Down);
                }
            }
        }
    }

    // --- What is heard ---

    /// Hears what it should and does not; hears no more what nobody needs. Whoever is heard from here on looks at the store.
    async fn settle(&self) -> RedisResult<()> {
        let (inner, wanted) = (&self.hearing.inner, self.wanted());
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let missing: Vec<String> = wanted.difference(&heard).cloned().collect();
        // Letters to a name of before may still come.
        let is_needless = |channel: &&String| inner.keys.conversation_of(channel).is_some() || self.is_closed();
        let needless: Vec<String> = heard.difference(&wanted).filter(is_needless).cloned().collect();
        self.change(true, &missing).await?;
        for channel in &missing {
            match inner.keys.conversation_of(channel) {
                Some(conversation) => inner.local.doubt(conversation),
                None if *channel == inner.keys.lists() => inner.local.doubt_lists(),
                None => {}
            }
        }
        self.change(false, &needless).await
    }

    fn wanted(&self) -> HashSet<String> {
        let slots = self.cluster.slots.borrow();
        let watched = self.hearing.inner.watched().into_iter().map(|id| self.hearing.inner.keys.events(id));
        let all = self.cluster.own_channels().into_iter().chain(watched);
        all.filter(|channel| slots.owner(channel) == Some(self.address)).collect()
    }

    fn is_closed(&self) -> bool {
        self.cluster.closed.load(Ordering::Relaxed)
    }

    /// A command for each, for each is answered once, whether it is confirmed or refused. What is refused is tried again.
    async fn change(&self, on: bool, channels: &[String]) -> RedisResult<()> {
        let verb = if on { "SSUBSCRIBE" } else { "SUNSUBSCRIBE" };
        for some in channels.chunks(TOGETHER_MAX) {
            let mut pipeline = redis::pipe();
            for channel in some {
                pipeline.cmd(verb).arg(channel);
            }
            for answer in self.listen.clone().req_packed_commands(&pipeline, 0, some.len()).await? {
                if let Err(error) = answer.extract_error() {
                    self.cluster.sent_elsewhere(&error, self.address);
                    self.state.unsettled.store(on, Ordering::Relaxed);
                }
            }
        }
        Ok(())
    }

    // --- In ---

    async fn read(&self, mut pushes: mpsc::Receiver<Push>) -> String {
        while let Some(push) = pushes.recv().await {
            match push {
                Push::Message { channel, payload } => self.hearing.received(&channel, &payload),
                Push::Unsubscribed { channel } => self.was_ended(&channel),
                Push::Lost => self.hearing.inner.local.doubt_all(),
                Push::Broken => break,
            }
        }
        "it broke".to_owned()
    }

    /// By us, or because its slot has moved.
    fn was_ended(&self, channel: &str) {
        if self.wanted_of(channel) {
            metrics::counter!("switchboard_bus_taken_away_total").increment(1);
            self.state.ended.notify_one();
            self.cluster.doubted.notify_one();
        }
    }

    fn wanted_of(&self, channel: &str) -> bool {
        match self.hearing.inner.keys.conversation_of(channel) {
            Some(conversation) => self.hearing.inner.is_watched(conversation),
            None => self.cluster.own_channels().iter().any(|own| own == channel),
        }
    }

    // --- Upkeep ---

    /// Both connections are asked for a sign, and what is heard is compared once more.
    async fn probe(&self) -> RedisError {
        let mut probes = interval(PROBE_EVERY);
        loop {
            probes.tick().await;
            for connection in [&self.speak, &self.listen] {
                if let Err(error) = redis::cmd("PING").query_async::<Value>(&mut connection.clone()).await {
                    metrics::counter!("switchboard_bus_probes_lost_total").increment(1);
                    return error;
                }
            }
            self.state.unsettled.store(true, Ordering::Relaxed);
        }
    }
}
