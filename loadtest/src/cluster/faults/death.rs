//! Nodes that die, come back, or are told to end.

use std::path::Path;
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

/// Each node in turn is told to end, and started again when it has: nothing is lost, nobody waits. If all ran the version
/// before, each comes back as today's, and for a while both are at work; then one goes back, as whoever regrets it would.
pub(super) async fn rolling_restart(scene: &mut Scene) -> Result<()> {
    let since = clock::millis();
    let (old, new) = (scene.old_bin(), scene.cluster.product.bin.clone());
    let mut drained = Vec::new();
    for node in 0..scene.cluster.members.len() {
        drained.push(restart_as(scene, node, &new).await?);
        if old.is_some() {
            let served = scene.everybody_is_served(WHOLE_WITHIN).await?;
            scene.fact(format!("F22: with {} new nodes, all served within {} ms", node + 1, served.as_millis()));
        }
    }
    if let Some(old) = old {
        goes_back(scene, &old, &new).await?;
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

/// How long the end took.
async fn restart_as(scene: &mut Scene, node: usize, program: &Path) -> Result<Duration> {
    let member = &mut scene.cluster.members[node];
    let ended = member.end(DRAIN_MAX).await?;
    member.run(program);
    member.start().await?;
    ended.with_context(|| format!("a node did not end within {DRAIN_MAX:?}"))
}

/// A database that the newer has brought further is refused in words; else the older serves beside the newer, on what they
/// have written.
async fn goes_back(scene: &mut Scene, old: &Path, new: &Path) -> Result<()> {
    let node = scene.any_node();
    match restart_as(scene, node, old).await {
        Ok(_) => {
            let served = scene.everybody_is_served(WHOLE_WITHIN).await?;
            scene.fact(format!("F22: with one of them old again, all served within {} ms", served.as_millis()));
        }
        Err(error) => {
            let words = format!("{error:#}");
            scene.expect(words.contains("newer version of switchboard"), format!("F22: the old one says: {words}"));
            scene.fact("F22: the old one refuses what the new ones made of the database, and says why");
        }
    }
    restart_as(scene, node, new).await.map(drop)
}
