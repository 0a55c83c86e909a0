//! Nodes that stand still, as a machine does that is paused, swapped out, or moved.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio_postgres::Client;

use super::{MISSED_WITHIN, PROBES, WHOLE_WITHIN, times};
use crate::cluster::leases::living;
use crate::cluster::scene::{BUSY, Scene};
use crate::cluster::{DRAIN_MAX, rows};
use crate::provider::Arrival;
use crate::{clock, product};

/// Two clocks of one machine, read one after the other.
const CLOCKS_APART_MS: u64 = 50;
/// A conversation that has heard of nothing for so long is at rest: receipts come sooner.
const REST_MS: u64 = 1_000;
const AT_REST_WITHIN: Duration = Duration::from_secs(20);

/// What a node is writing when it stops is cut off by the database, and goes to whoever is asked for it next. These
/// conversations are not being written.
async fn at_rest(scene: &Scene, sql: &Client, contacts: &[String]) -> Result<()> {
    let still = async || {
        let then = clock::millis().saturating_sub(REST_MS);
        rows::stirring_since(sql, contacts, then).await.is_ok_and(|stirring| stirring == 0)
    };
    scene.until("what was said to the newcomers is at rest", AT_REST_WITHIN, still).await.map(drop)
}

pub(super) async fn short_of_the_lease(scene: &mut Scene) -> Result<()> {
    let still = Duration::from_secs(3);
    let victim = scene.any_node();
    let contacts = scene.settle_with(victim, PROBES).await?;
    let others = scene.others(victim);
    let sql = scene.cluster.postgres.connect().await?;
    at_rest(scene, &sql, &contacts).await?;
    let before = rows::owners(&sql, &contacts).await?;
    let lease = living(&mut scene.cluster.redis.connect(), &scene.cluster.members[victim].name)?;
    scene.may_be_in_flight(still);
    scene.cluster.members[victim].freeze()?;
    tokio::time::sleep(still).await;
    scene.cluster.members[victim].thaw()?;
    let heard = scene.all_heard(&contacts, &others, clock::instant(), WHOLE_WITHIN).await?;
    scene.fact(format!("F4: after {still:?} of standing still its conversations were heard within {}", times(&heard)));
    let after = rows::owners(&sql, &contacts).await?;
    // On a machine that stood still even longer its lease may have ended, and then nothing moved for nothing.
    let now = living(&mut scene.cluster.redis.connect(), &scene.cluster.members[victim].name)?;
    let kept = now.is_some_and(|(name, _)| lease.is_some_and(|(before, _)| before == name));
    if !kept {
        scene.fact("F4: this machine was too slow: the lease of eight seconds ended");
    }
    let moved = before.iter().zip(&after).filter(|(before, after)| before != after).count();
    scene.expect(!kept || moved == 0, format!("F4: {moved} conversations moved for nothing"));
    Ok(())
}

pub(super) async fn beyond_the_lease(scene: &mut Scene) -> Result<()> {
    let still = scene.length.of(12, 20);
    let victim = scene.any_node();
    let contacts = scene.settle_with(victim, PROBES).await?;
    let others = scene.others(victim);
    scene.may_be_in_flight(still);
    let fenced = scene.cluster.members[victim].counter("switchboard_fenced_total").await;
    scene.cluster.members[victim].freeze()?;
    let (since, frozen_at) = (clock::instant(), clock::millis());
    let lease = living(&mut scene.cluster.redis.connect(), &scene.cluster.members[victim].name)?;
    let taken = scene.all_heard(&contacts, &others, since, MISSED_WITHIN + BUSY).await?;
    scene.fact(format!("F5: others took over {} after it stood still", times(&taken)));
    let first = frozen_at + taken.first().map_or(0, |taken| taken.as_millis() as u64);
    let early = lease.is_some_and(|(_, ends)| first + CLOCKS_APART_MS < ends);
    scene.expect(!early, "F5: a conversation moved although its node's lease stood");
    tokio::time::sleep(still.saturating_sub(since.elapsed())).await;
    scene.cluster.members[victim].thaw()?;
    // The sleeper has these conversations in memory, and does not know what happened.
    let again = scene.all_heard(&contacts, &[victim], clock::instant(), MISSED_WITHIN).await?;
    scene.fact(format!("F5: the sleeper took messages {} after it woke up", times(&again)));
    let after = scene.cluster.members[victim].counter("switchboard_fenced_total").await;
    scene.fact(format!("F5: {} of its writes were fenced", after - fenced));
    scene.expect(after > fenced, "F5: nothing that the sleeper wrote was fenced, so nothing was shown");
    Ok(())
}

/// A sender stands still between marking a message as being sent and sending it. Its successor sends it, flagged; the
/// sleeper wakes up much too late, and does not.
pub(super) async fn before_the_bytes_leave(scene: &mut Scene) -> Result<()> {
    let sql = scene.cluster.postgres.connect().await?;
    let sender = sending_node(scene).await?;
    let contact = scene.settle_with(sender, 1).await?.remove(0);
    scene.may_be_in_flight(Duration::from_secs(30));
    // With the next start this node waits a moment with what it has marked, and there it is caught.
    scene.cluster.members[sender].end(DRAIN_MAX).await?;
    scene.cluster.members[sender].set("FAILPOINTS", "sender-started=return(1500)");
    scene.cluster.members[sender].start().await?;
    scene.cluster.members[sender].set("FAILPOINTS", "");
    let others = scene.others(sender);
    for other in &others {
        scene.cluster.members[*other].end(DRAIN_MAX).await?;
    }
    let before = scene.cluster.provider.counts().arrived;
    scene.heard(&contact, &[sender], clock::instant(), MISSED_WITHIN).await?;
    let marked = async || rows::being_sent_to(&sql, &contact).await.unwrap_or_default() > 0;
    scene
        .until("the message is marked (the program wants --features failpoints for that)", MISSED_WITHIN, marked)
        .await?;
    scene.cluster.members[sender].freeze()?;
    for other in &others {
        scene.cluster.members[*other].start().await?;
    }
    let sent = async || scene.cluster.provider.first_after(&contact, before).is_some();
    let took = scene.until("a successor sends it", MISSED_WITHIN * 3, sent).await?;
    scene.fact(format!("F6: a successor sent what was marked, flagged, {} ms later", took.as_millis()));
    scene.cluster.members[sender].thaw()?;
    scene.everybody_is_served(MISSED_WITHIN * 2).await?;
    let arrivals = scene.cluster.provider.arrivals();
    let first = arrivals
        .iter()
        .find(|arrival| arrival.number > before && arrival.recipient == contact && arrival.text.is_some());
    let same = |other: &&Arrival| first.is_some_and(|first| first.metadata == other.metadata);
    let arrived = arrivals.iter().filter(|arrival| arrival.text.is_some()).filter(same).count();
    scene.expect(arrived == 1, format!("F6: the message arrived {arrived} times, though its sender was late"));
    scene.cluster.members[sender].end(DRAIN_MAX).await?;
    scene.cluster.members[sender].start().await.map(drop)
}

/// The node that sends for the Page now.
async fn sending_node(scene: &mut Scene) -> Result<usize> {
    let names = scene.names_in_the_store().await?;
    let sql = scene.cluster.postgres.connect().await?;
    let sender = rows::sender(&sql, product::PAGE_ACCOUNT).await?.context("nobody has ever sent")?;
    let node = names.iter().find(|(_, name)| *name == sender).map(|(node, _)| *node);
    node.with_context(|| format!("no node that runs is {sender}"))
}
