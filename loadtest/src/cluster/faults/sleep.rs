//! Nodes that stand still, as a machine does that is paused, swapped out, or moved.

use std::time::Duration;

use anyhow::Result;

use super::{LEASE, MISSED_WITHIN, PROBES, times};
use crate::clock;
use crate::cluster::scene::{BUSY, Scene};
use crate::cluster::{DRAIN_MAX, rows};

const SENDS: &str = "switchboard_sends_total";

pub(super) async fn short_of_the_lease(scene: &mut Scene) -> Result<()> {
    let still = Duration::from_secs(3);
    let victim = scene.any_node();
    let contacts = scene.settle_with(victim, PROBES).await?;
    let others = scene.others(victim);
    let sql = scene.cluster.postgres.connect().await?;
    let mut before = Vec::new();
    for contact in &contacts {
        before.push(rows::owner(&sql, contact).await?);
    }
    scene.may_be_in_flight(still);
    scene.cluster.members[victim].freeze()?;
    tokio::time::sleep(still).await;
    scene.cluster.members[victim].thaw()?;
    let heard = scene.all_heard(&contacts, &others, clock::instant(), BUSY * 2).await?;
    scene.fact(format!("F4: after {still:?} of standing still its conversations were heard within {}", times(&heard)));
    for (contact, before) in contacts.iter().zip(before) {
        let after = rows::owner(&sql, contact).await?;
        scene.expect(after == before, format!("F4: the conversation of {contact} moved for nothing"));
    }
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
    let since = clock::instant();
    let taken = scene.all_heard(&contacts, &others, since, MISSED_WITHIN + BUSY).await?;
    scene.fact(format!("F5: others took over {} after it stood still", times(&taken)));
    let early = taken.first().is_some_and(|taken| *taken < LEASE - Duration::from_secs(3));
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
    scene.until("the message is marked", MISSED_WITHIN, marked).await?;
    scene.cluster.members[sender].freeze()?;
    for other in &others {
        scene.cluster.members[*other].start().await?;
    }
    let sent = async || scene.cluster.provider.first_after(&contact, before).is_some();
    let took = scene.until("a successor sends it", MISSED_WITHIN * 3, sent).await?;
    scene.fact(format!("F6: a successor sent what was marked, flagged, {} ms later", took.as_millis()));
    scene.cluster.members[sender].thaw()?;
    scene.everybody_is_served(MISSED_WITHIN * 2).await?;
    let texts = scene.cluster.provider.arrivals().into_iter();
    let arrived = texts.filter(|arrival| arrival.number > before && arrival.recipient == contact).count();
    scene.expect(arrived == 1, format!("F6: the message arrived {arrived} times, though its sender was late"));
    scene.cluster.members[sender].end(DRAIN_MAX).await?;
    scene.cluster.members[sender].start().await.map(drop)
}

/// The node that sends for the Page now.
async fn sending_node(scene: &mut Scene) -> Result<usize> {
    let mut before = Vec::new();
    for node in scene.cluster.up() {
        before.push((node, scene.cluster.members[node].counter(SENDS).await));
    }
    let newcomer = scene.newcomer();
    scene.answered(&newcomer, &scene.cluster.up(), clock::instant(), MISSED_WITHIN).await?;
    for (node, count) in before {
        if scene.cluster.members[node].counter(SENDS).await > count {
            return Ok(node);
        }
    }
    anyhow::bail!("nobody has counted a message that was sent")
}
