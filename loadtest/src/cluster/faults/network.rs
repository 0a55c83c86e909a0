//! Ways that are cut, silent, slow, lossy or narrow.

use std::time::Duration;

use anyhow::Result;

use super::redis::everybody_is_sure;
use super::{MISSED_WITHIN, PROBES, WHOLE_WITHIN, times};
use crate::clock;
use crate::cluster::rows::{self, Activity};
use crate::cluster::scene::{BUSY, Scene};
use crate::proxy::Way;

const GIVEN_UP_AFTER: Duration = Duration::from_secs(10);

pub(super) async fn without_redis(scene: &mut Scene) -> Result<()> {
    let long = scene.length.of(11, 30);
    for way in [Way::Cut, Way::Swallows] {
        let victim = scene.any_node();
        let (here, there) = (scene.settle_with(victim, PROBES).await?, scene.others(victim));
        scene.cluster.members[victim].to_redis.set(way);
        let since = clock::instant();
        let heard = scene.all_heard(&here, &[victim], since, WHOLE_WITHIN).await?;
        scene.fact(format!("F13: {way:?}: the node went on with what it had within {}", times(&heard)));
        tokio::time::sleep(long.saturating_sub(since.elapsed())).await;
        let unready = scene.cluster.members[victim].says_that_it_is_not_ready().await;
        scene.expect(!unready, "F13: it was not ready, though it could serve");
        // Its lease has ended: others take what they are asked for, and it gives way.
        let sql = scene.cluster.postgres.connect().await?;
        let before = rows::activity(&sql, &here).await?;
        let stolen = scene.all_heard(&here, &there, clock::instant(), WHOLE_WITHIN).await?;
        scene.fact(format!("F13: {way:?}: after its lease, others took over within {}", times(&stolen)));
        nobody_thrashes(scene, "F13", before, rows::activity(&sql, &here).await?);
        scene.everybody_is_served(WHOLE_WITHIN).await?;
        scene.cluster.members[victim].to_redis.set(Way::Open);
        everybody_is_sure(scene).await?;
    }
    Ok(())
}

/// Conversations go where somebody asks for them, and only then. A message that is asked for again where the first try
/// failed, or a command that is refused, may take one along without an event.
pub(super) fn nobody_thrashes(scene: &mut Scene, fault: &str, before: Activity, after: Activity) {
    let (moved, events) = (after.activations - before.activations, after.events - before.events);
    scene.fact(format!("{fault}: {moved} activations of conversations that got {events} events meanwhile"));
    scene.expect(moved <= 4 * events, format!("{fault}: {moved} activations for {events} events"));
}

pub(super) async fn without_postgres(scene: &mut Scene) -> Result<()> {
    let long = scene.length.of(0, 30);
    for way in [Way::Cut, Way::Swallows] {
        let victim = scene.any_node();
        let (contacts, others) = (scene.settle_with(victim, PROBES).await?, scene.others(victim));
        scene.may_be_in_flight(Duration::from_secs(30));
        scene.cluster.members[victim].to_postgres.set(way);
        let since = clock::instant();
        let member = &scene.cluster.members[victim];
        let unready = async || !member.is_ready().await;
        let noticed = scene.until("the node says that it cannot write", Duration::from_secs(15), unready).await?;
        // It gives up what it has ten seconds after PostgreSQL has last answered, and whoever is asked looks again.
        let taken = scene.all_heard(&contacts, &others, since, GIVEN_UP_AFTER + MISSED_WITHIN + BUSY).await?;
        scene.fact(format!(
            "F14: {way:?}: not ready after {} ms; others took over within {}",
            noticed.as_millis(),
            times(&taken)
        ));
        let newcomer = scene.newcomer();
        scene.answered(&newcomer, &others, clock::instant(), WHOLE_WITHIN).await?;
        tokio::time::sleep(long.saturating_sub(since.elapsed())).await;
        let member = &scene.cluster.members[victim];
        member.to_postgres.set(Way::Open);
        let ready = async || member.is_ready().await;
        scene.until("the node is ready again", WHOLE_WITHIN, ready).await?;
        everybody_is_sure(scene).await?;
    }
    Ok(())
}

/// Weather, not death: as long as an answer comes within 2.5 s, nobody loses a lease.
pub(super) async fn slow(scene: &mut Scene) -> Result<()> {
    let long = scene.length.of(6, 20);
    let lost = scene.cluster.counter("switchboard_incarnations_lost_total").await;
    let weather = [
        Way::Slow(Duration::from_millis(300)),
        Way::Loses { share: 0.3, again: Duration::from_millis(400) },
        Way::Narrow(125_000),
    ];
    for way in weather {
        scene.cluster.members.iter().for_each(|member| member.to_redis.set(way));
        let since = clock::instant();
        let mut slowest = Duration::ZERO;
        while since.elapsed() < long {
            slowest = slowest.max(scene.everybody_is_served(WHOLE_WITHIN).await?);
        }
        scene.fact(format!("F15: {way:?}: newcomers were answered within {} ms", slowest.as_millis()));
    }
    scene.cluster.members.iter().for_each(|member| member.to_redis.set(Way::Open));
    let now = scene.cluster.counter("switchboard_incarnations_lost_total").await;
    scene.expect(now == lost, format!("F15: {} nodes were declared dead by weather", now - lost));
    Ok(())
}
