//! Pauses that end while a process dies, while Redis is away, and while an agent extends them.

use std::time::Duration;

use loadtest::checker::{StoredConversation, StoredEvent};
use loadtest::clients::{ConsoleClient, diary};
use switchboard::domain::time::Timestamp;
use switchboard::ports::clock::{Clock, SystemClock};

use super::{Cluster, SOON, poster};
use crate::deadlines::{PAUSE, pause};
use crate::support::installation::{bot_setting, conversation};
use crate::support::node::{SetClock, eventually, within};
use crate::support::process::Process;

/// Two processes start meanwhile, on a machine that does much else.
const ENDS_IN: Duration = Duration::from_secs(25);
/// A lease, a sweep and an activation, and what a busy machine adds.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(10 + 5);
/// By its own timer; how punctual that is, `deadlines` shows. Here three servers and a node share a busy machine.
const LATE_MAX_MS: u64 = 5_000;
const MS: Duration = Duration::from_millis(1);

impl Cluster {
    /// Nobody runs; the conversations are Ana's, until the moment that is returned, or a little later.
    async fn paused(names: &[&str]) -> (Self, Timestamp) {
        let cluster = Self::with(|plan| bot_setting(plan, "pause_minutes", 1)).await;
        let node = cluster.installation.start_with(SetClock::behind(PAUSE - ENDS_IN)).await;
        let mut ends = Vec::new();
        for name in names {
            ends.push(pause(&cluster.installation, &node, name).await);
        }
        node.stop().await;
        (cluster, ends[0])
    }

    /// When pauses ended by themselves, and whether the contact's was moved before that.
    async fn story_of(&self, name: &str) -> (Vec<u64>, bool) {
        let told = self.installation.dump().await;
        let its = |stored: &&StoredConversation| stored.conversation == conversation(name);
        let events = &told.iter().find(its).expect("it is there").events;
        let ends = |stored: &&StoredEvent| stored.kind() == "given_back" && stored.event.str("why") == "pause_ended";
        let ended = events.iter().filter(ends).map(|stored| stored.event.at).collect();
        let kinds = || events.iter().map(|stored| stored.kind());
        (ended, kinds().any(|kind| kind == "pause_moved"))
    }

    async fn ended(&self, name: &str, limit: Duration) {
        let ended = async || {
            tokio::time::sleep(Duration::from_millis(200)).await;
            (!self.story_of(name).await.0.is_empty()).then_some(())
        };
        within(limit, "the bot gets the floor back", ended).await;
    }

    async fn ended_once(&self, name: &str, between: std::ops::RangeInclusive<u64>) {
        let (ended, _) = self.story_of(name).await;
        assert!(ended.len() == 1 && between.contains(&ended[0]), "{name}: {ended:?}, not once in {between:?}");
    }
}

/// The contact writes there, and the conversation lives there from then on.
async fn wakes(process: &Process, name: &str) {
    let mid = format!("m_{name}");
    let heard = async || (poster(process).post_text(name, &mid, "hours").await == Some(200)).then_some(());
    eventually("it is heard", heard).await;
}

async fn until(moment: u64) {
    let now = SystemClock.now().0;
    assert!(now < moment, "this machine is too slow for this test");
    tokio::time::sleep(Duration::from_millis(moment - now)).await;
}

#[actix_web::test]
async fn a_pause_whose_owner_is_killed_a_second_before_its_end_is_ended_once_by_another() {
    let names = ["71", "72", "73", "74"];
    let (cluster, end) = Cluster::paused(&names).await;
    let (one, other) = (cluster.start("one").await, cluster.start("other").await);
    for name in names {
        wakes(&one, name).await;
    }
    until(end.0 - 1000).await;
    drop(one);
    for name in names {
        cluster.ended(name, SOON).await;
    }
    // What a sweep takes comes up again after two seconds: past that, nothing follows.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    for name in names {
        cluster.ended_once(name, end.0..=end.0 + TAKEN_OVER_WITHIN.as_millis() as u64).await;
    }
    other.end().await;
}

/// Its owner needs nobody to end it. One that nobody owns waits until Redis says who may have it, and is not forgotten.
#[actix_web::test]
async fn pauses_end_without_redis_and_those_of_nobody_right_after_it() {
    let (owned, nobodys) = ("75", "76");
    let (mut cluster, end) = Cluster::paused(&[owned, nobodys]).await;
    let one = cluster.start("one").await;
    wakes(&one, owned).await;
    until(end.0 - 1000).await;
    cluster.redis.kill();
    cluster.ended(owned, SOON).await;
    cluster.redis.start_again();
    cluster.ended(nobodys, SOON + TAKEN_OVER_WITHIN).await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    cluster.ended_once(owned, end.0..=end.0 + LATE_MAX_MS).await;
    cluster.ended_once(nobodys, end.0..=u64::MAX).await;
    one.end().await;
}

/// Whoever extends in the very last moment gets more time, or hears that it is over; never both.
#[actix_web::test]
async fn a_pause_that_is_extended_at_its_last_moment_is_moved_or_has_ended() {
    let names: Vec<String> = (0..12).map(|number| format!("80{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (cluster, first) = Cluster::paused(&names).await;
    let (one, other) = (cluster.start("one").await, cluster.start("other").await);
    for name in &names {
        wakes(&one, name).await;
    }
    let mut ana = ConsoleClient::new(other.address, cluster.installation.ana.cookie.clone(), diary());
    ana.connect().await.expect("a console");
    until(first.0 - 60).await;
    for name in &names {
        ana.extend_minutes(&conversation(name), 15).await.expect("asks");
        tokio::time::sleep(10 * MS).await;
    }
    // Done or refused; what it did is in the log.
    ana.all_answered(SOON).await.expect("answers");
    tokio::time::sleep(Duration::from_secs(3)).await;
    for name in names {
        let (ended, moved) = cluster.story_of(name).await;
        assert_ne!(moved, !ended.is_empty(), "{name}: moved {moved}, ended {ended:?}");
        assert!(ended.len() <= 1 && ended.iter().all(|at| *at >= first.0), "{name}: {ended:?}, {first:?}");
    }
    one.end().await;
    other.end().await;
}
