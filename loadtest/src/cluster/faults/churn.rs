//! Very many subscriptions, which come and go while Redis is killed.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{Length, WHOLE_WITHIN};
use crate::clients::{ConsoleClient, ConsoleFrame, Poster, diary, sign_in};
use crate::cluster::rows;
use crate::cluster::scene::{BUSY, Scene};
use crate::{clock, dice, product};

/// A console watches so many conversations at most.
const WATCHED_EACH: usize = 64;
/// As many of them come and go before, during and after.
const RESTLESS_EACH: usize = 8;
const POSTING: usize = 32;
const SUBSCRIBED_WITHIN: Duration = Duration::from_secs(5);
/// A console that was told that something cannot be read asks again.
const ASKED_AGAIN_WITHIN: Duration = Duration::from_secs(10);
/// Looked at closely.
const SAMPLE: usize = 100;
/// So many consoles take their time to ask for so much.
const WATCHED_WITHIN: Duration = Duration::from_secs(300);
const SHOWN_WITHIN: Duration = Duration::from_secs(60);

/// Consoles of one node watch many conversations that live on another. Afterwards each is heard again, soon, and by few
/// commands.
pub(super) async fn come_and_go(scene: &mut Scene) -> Result<()> {
    let count: usize = if scene.length == Length::Short { 2_000 } else { 20_000 };
    let watching = scene.any_node();
    let other = scene.others(watching)[0];
    let contacts: Vec<String> = (0..count).map(|_| scene.newcomer()).collect();
    let lanes = contacts.chunks(count.div_ceil(POSTING));
    try_join_all(lanes.map(|some| write(scene, some, other))).await?;
    let sql = scene.cluster.postgres.connect().await?;
    let ids = rows::conversations(&sql, &contacts).await?;
    let consoles = Consoles::of(scene, &ids, watching).await?;
    scene.until("everything is watched", WATCHED_WITHIN, async || consoles.have_stirred(0)).await?;
    consoles.stir(scene).await?;
    let all = async |scene: &Scene| heard_channels(scene).is_ok_and(|heard| heard >= count);
    scene.until("all that is watched is heard", WATCHED_WITHIN, async || all(scene).await).await?;
    scene.fact(format!("F20: {count} conversations are heard by {} consoles", consoles.reading.len()));

    let before = looks(scene, watching).await;
    let up = async |scene: &Scene| scene.cluster.members[watching].counter("switchboard_bus_up").await;
    scene.cluster.redis.kill();
    scene.until("the node misses Redis", WHOLE_WITHIN, async || up(scene).await == 0.0).await?;
    consoles.stir(scene).await?;
    let looked = async |scene: &Scene| looks(scene, watching).await.0 - before.0 >= count as f64;
    scene.until("everybody has looked at the store", WHOLE_WITHIN, async || looked(scene).await).await?;
    let (looks, questions) = looks(scene, watching).await;
    let (looks, questions) = (looks - before.0, questions - before.1);
    scene.fact(format!("F20: without Redis, {looks} looks at the store were {questions} questions"));
    scene.expect(questions * 10.0 <= looks, format!("F20: {looks} looks were {questions} questions"));
    scene.cluster.redis.start_again();
    let since = clock::instant();
    scene.until("the node hears Redis", WHOLE_WITHIN, async || up(scene).await == 1.0).await?;
    let took = since.elapsed();
    let (heard, commands) = (heard_channels(scene)?, subscribing_commands(scene)?);
    scene.fact(format!("F20: {} ms after Redis was back {heard} were heard, by {commands} commands", took.as_millis()));
    let steady = count - consoles.reading.len() * RESTLESS_EACH;
    scene.expect(heard >= steady, format!("F20: only {heard} conversations of {steady} are heard at once"));
    let within = SUBSCRIBED_WITHIN + ASKED_AGAIN_WITHIN;
    scene.until("those that were asked for meanwhile are heard, too", within, async || all(scene).await).await?;
    scene.expect(took <= SUBSCRIBED_WITHIN + BUSY, format!("F20: it took {took:?} to hear everything again"));
    scene.expect(commands * 10 <= count, format!("F20: {commands} commands for {count} subscriptions"));

    consoles.stir(scene).await?;
    let since = clock::instant();
    write(scene, &contacts[..SAMPLE], other).await?;
    let missing = || ids[..SAMPLE].iter().filter(|id| !consoles.shown().contains(*id)).count();
    scene.until("what was said next is shown", SHOWN_WITHIN, async || missing() == 0).await?;
    scene.fact(format!("F20: what {SAMPLE} said next was shown within {} ms", since.elapsed().as_millis()));
    Ok(())
}

/// These contacts write, one after the other. Nobody holds the node to what it acknowledges here.
async fn write(scene: &Scene, contacts: &[String], node: usize) -> Result<()> {
    let mut poster = Poster::new(scene.cluster.members[node].address, product::page(), diary());
    for contact in contacts {
        let (mid, since) = (format!("m_{}", dice::new_id()), clock::instant());
        while poster.post_text(contact, &mid, product::ONE_REPLY).await != Some(200) {
            anyhow::ensure!(since.elapsed() < SHOWN_WITHIN, "{contact} was not heard");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

/// Consoles that read all the time. Dropping them closes them.
struct Consoles {
    reading: Vec<JoinHandle<()>>,
    /// How often each is to leave some of what it watches, and watch it again.
    restless: watch::Sender<usize>,
    /// How often all did, together; that everything is watched counts, too.
    stirred: Arc<AtomicUsize>,
    shown: Arc<Mutex<HashSet<String>>>,
}

impl Consoles {
    async fn of(scene: &Scene, ids: &[String], node: usize) -> Result<Self> {
        let address = scene.cluster.members[node].address;
        let cookie = sign_in(address, product::AGENT_EMAIL, product::AGENT_PASSWORD).await?;
        let (restless, stirs) = watch::channel(0);
        let (stirred, shown) = (Arc::default(), Arc::default());
        let reading = ids.chunks(WATCHED_EACH).map(|ids| {
            let console = ConsoleClient::new(address, cookie.clone(), diary());
            let ids = ids.to_vec();
            let one =
                One { console, ids, stirs: stirs.clone(), stirred: Arc::clone(&stirred), shown: Arc::clone(&shown) };
            tokio::spawn(one.read())
        });
        let reading = reading.collect();
        Ok(Self { reading, restless, stirred, shown })
    }

    fn have_stirred(&self, times: usize) -> bool {
        self.stirred.load(Ordering::Relaxed) >= (times + 1) * self.reading.len()
    }

    async fn stir(&self, scene: &Scene) -> Result<()> {
        self.restless.send_modify(|times| *times += 1);
        let times = *self.restless.borrow();
        scene.until("every console has stirred", WATCHED_WITHIN, async || self.have_stirred(times)).await.map(drop)
    }

    fn shown(&self) -> MutexGuard<'_, HashSet<String>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Consoles {
    fn drop(&mut self) {
        self.reading.iter().for_each(JoinHandle::abort);
    }
}

/// A console, and what it watches.
struct One {
    console: ConsoleClient,
    ids: Vec<String>,
    stirs: watch::Receiver<usize>,
    stirred: Arc<AtomicUsize>,
    shown: Arc<Mutex<HashSet<String>>>,
}

impl One {
    async fn read(mut self) {
        let mut watched = 0;
        let mut stirred = 0;
        loop {
            if !self.console.is_connected() && self.console.connect().await.is_err() {
                self.console.cut();
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
            if let Some(id) = self.ids.get(watched) {
                watched += usize::from(self.console.watch(id).await.is_ok());
                let all = watched == self.ids.len();
                self.stirred.fetch_add(usize::from(all), Ordering::Relaxed);
            } else if stirred < *self.stirs.borrow() && self.stir().await.is_ok() {
                stirred += 1;
                self.stirred.fetch_add(1, Ordering::Relaxed);
            }
            match self.console.next(Duration::from_millis(20)).await {
                Ok(Some(frame)) => self.look_at(&frame),
                Ok(None) => {}
                Err(_) => self.console.cut(),
            }
        }
    }

    async fn stir(&mut self) -> Result<()> {
        for id in self.ids.iter().take(RESTLESS_EACH) {
            self.console.unwatch(id).await?;
            self.console.watch(id).await?;
        }
        Ok(())
    }

    fn look_at(&self, frame: &ConsoleFrame) {
        let (ConsoleFrame::Events { conversation, events, .. } | ConsoleFrame::Reset { conversation, events, .. }) =
            frame
        else {
            return;
        };
        if events.iter().any(|event| event.kind == "contact_said" && event.seq > 1) {
            self.shown.lock().unwrap_or_else(PoisonError::into_inner).insert(conversation.clone());
        }
    }
}

/// How often somebody looked whether a conversation has gone on, and how many questions those were.
async fn looks(scene: &Scene, node: usize) -> (f64, f64) {
    let member = &scene.cluster.members[node];
    (member.counter("switchboard_looks_total").await, member.counter("switchboard_look_questions_total").await)
}

fn heard_channels(scene: &Scene) -> Result<usize> {
    let mut pubsub = redis::cmd("PUBSUB");
    let channels: Vec<String> =
        pubsub.arg("SHARDCHANNELS").arg("sb:*:e:*").query(&mut scene.cluster.redis.connect())?;
    Ok(channels.len())
}

fn subscribing_commands(scene: &Scene) -> Result<usize> {
    let info = scene.cluster.redis.info("commandstats");
    let calls = info.lines().find_map(|line| line.strip_prefix("cmdstat_ssubscribe:calls=")?.split(',').next());
    calls.unwrap_or("0").parse().context("Redis counts in numbers")
}
