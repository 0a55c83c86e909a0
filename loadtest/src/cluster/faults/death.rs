//! Nodes that die, come back, or are told to end.

use std::time::Duration;

use anyhow::{Context, Result};

use super::{MISSED_WITHIN, PROBES, WHOLE_WITHIN, times};
use crate::checker::parse_dump;
use crate::clients::{ClientLog, Event};
use crate::clock;
use crate::cluster::leases::leases;
use crate::cluster::scene::{BUSY, Scene};
use crate::cluster::{DRAIN_MAX, rows};

/// Nobody waits longer for an acknowledgement while nodes are restarted in order.
const DELAYED_MAX: Duration = Duration::from_secs(2);

pub(super) async fn for_good(scene: &mut Scene) -> Result<()> {
    let victim = scene.any_node();
    let contacts = scene.settle_with(victim, PROBES).await?;
    let others = scene.others(victim);
    scene.moment().await;
    scene.cluster.members[victim].kill()?;
    let killed = clock::instant();
    let within = MISSED_WITHIN + BUSY;
    let taken = scene.all_heard(&contacts, &others, killed, within).await?;
    scene.fact(format!("F1: after the kill others took its conversations over within {}", times(&taken)));
    let newcomer = scene.newcomer();
    let answered = scene.answered(&newcomer, &others, killed, within).await?;
    scene.fact(format!("F1: a newcomer was answered {} ms after the kill", answered.as_millis()));
    scene.cluster.members[victim].start().await.map(drop)
}

pub(super) async fn and_back(scene: &mut Scene) -> Result<()> {
    let victim = scene.any_node();
    let contacts = scene.settle_with(victim, PROBES).await?;
    let others = scene.others(victim);
    let name = scene.cluster.members[victim].name.clone();
    let before = leases(&mut scene.cluster.redis.connect())?;
    scene.cluster.members[victim].kill()?;
    scene.cluster.members[victim].start().await?;
    let back = clock::instant();
    // Nobody waits for the lease of the dead: whoever is back under its name has ended it.
    let after = leases(&mut scene.cluster.redis.connect())?;
    let mut earlier = before.iter().filter(|(_, lease)| lease.node == name).map(|(incarnation, _)| incarnation);
    let ended = earlier.all(|incarnation| after.get(incarnation).is_none_or(|lease| lease.ends == 0));
    scene.expect(ended, "F2: a node was back, and the lease of its earlier life still stood");
    let taken = scene.all_heard(&contacts, &others, back, WHOLE_WITHIN).await?;
    scene.fact(format!("F2: {} after it was back, its conversations were heard elsewhere", times(&taken)));
    Ok(())
}

/// Each node in turn is told to end, and started again when it has: nothing is lost, nobody waits.
pub(super) async fn rolling_restart(scene: &mut Scene) -> Result<()> {
    let since = clock::millis();
    let mut drained = Vec::new();
    for node in 0..scene.cluster.members.len() {
        let ended = scene.cluster.members[node].end(DRAIN_MAX).await?;
        drained.push(ended.with_context(|| format!("a node did not end within {DRAIN_MAX:?}"))?);
        scene.cluster.members[node].start().await?;
    }
    drained.sort_unstable();
    scene.fact(format!("F22: the nodes ended within {}", times(&drained)));
    let posted_since = |log: &ClientLog| {
        let waited = log.posted.values().filter(|posted| posted.posted_at >= since);
        waited.filter_map(|posted| Some(posted.acked_at?.saturating_sub(posted.posted_at))).max().unwrap_or_default()
    };
    let slowest = Duration::from_millis(scene.log(posted_since));
    scene.fact(format!("F22: nobody waited longer than {} ms for an acknowledgement", slowest.as_millis()));
    scene.expect(slowest <= DELAYED_MAX + BUSY, format!("F22: a message was delayed by {slowest:?}"));
    let store = parse_dump(&scene.cluster.product.dump()?)?;
    let events = store.iter().flat_map(|conversation| &conversation.events).map(|stored| &stored.event);
    let uncertain = |event: &&Event| event.at >= since && event.kind == "delivery" && event.str("state") == "unknown";
    let uncertain = events.filter(uncertain).count();
    scene.expect(uncertain == 0, format!("F22: {uncertain} messages were left uncertain by an end in order"));
    let sql = scene.cluster.postgres.connect().await?;
    let relieved = rows::written_by_the_relieved(&sql).await?;
    scene.expect(relieved.is_empty(), relieved.join("\n"));
    Ok(())
}
