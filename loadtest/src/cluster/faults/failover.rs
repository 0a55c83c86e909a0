//! Another Redis takes over: one that has not heard everything, one whose predecessor lives on, one that only some see.

use std::mem::replace;
use std::time::Duration;

use anyhow::Result;

use super::network::nobody_thrashes;
use super::redis::everybody_is_sure;
use super::{PROBES, WHOLE_WITHIN, times};
use crate::clock;
use crate::cluster::rows;
use crate::cluster::scene::{BUSY, Scene};
use crate::proxy::{Proxy, Way};
use crate::servers::redis::RedisServer;

/// Nobody talks to a demoted server for longer.
const LEFT_WITHIN: Duration = Duration::from_secs(10);
/// By then a cut has reached every connection.
const PARTED_AFTER: Duration = Duration::from_millis(500);
const LOST: &str = "switchboard_incarnations_lost_total";

/// Contacts of every node.
async fn contacts_of_all(scene: &mut Scene, each: usize) -> Result<Vec<String>> {
    let mut contacts = Vec::new();
    for node in scene.cluster.up() {
        contacts.extend(scene.settle_with(node, each).await?);
    }
    Ok(contacts)
}

/// New connections of these nodes go to the other server.
fn lead(scene: &Scene, nodes: &[usize], to: &RedisServer) {
    nodes.iter().for_each(|node| scene.cluster.members[*node].to_redis.lead_to(to.address()));
}

/// The primary is killed, and its replica has not heard the last of what it acknowledged.
pub(super) async fn forgets_the_last(scene: &mut Scene) -> Result<()> {
    let apart = scene.length.of(5, 20);
    let nodes = scene.cluster.up();
    let way = Proxy::to(scene.cluster.redis.address());
    let mut replica = scene.cluster.redis.replica_by(way.address);
    let mut contacts = contacts_of_all(scene, PROBES / 3).await?;
    way.set(Way::Swallows);
    let since = clock::instant();
    contacts.extend(contacts_of_all(scene, PROBES / 3).await?);
    tokio::time::sleep(apart.saturating_sub(since.elapsed())).await;
    let sql = scene.cluster.postgres.connect().await?;
    let before = rows::activations(&sql).await?;
    replica.promote();
    lead(scene, &nodes, &replica);
    scene.cluster.redis.kill();
    let since = clock::instant();
    drop(replace(&mut scene.cluster.redis, replica));
    // Whoever lives where is in part forgotten, in part of before: asked anywhere, each is found or moves once.
    let heard = scene.all_heard(&contacts, &nodes, since, WHOLE_WITHIN).await?;
    everybody_is_sure(scene).await?;
    let moved = rows::activations(&sql).await? - before;
    scene.fact(format!("F10: over {apart:?} nothing was replicated; all were heard within {}", times(&heard)));
    scene.fact(format!("F10: {moved} activations followed"));
    Ok(())
}

/// The primary becomes a replica and keeps its connections: nothing breaks, and nothing is written any more.
pub(super) async fn is_demoted(scene: &mut Scene) -> Result<()> {
    for round in 1..=scene.length.of(1, 3).as_secs() {
        let nodes = scene.cluster.up();
        let mut replica = scene.cluster.redis.replica_by(scene.cluster.redis.address());
        let contacts = contacts_of_all(scene, PROBES / 3).await?;
        replica.promote();
        lead(scene, &nodes, &replica);
        scene.cluster.redis.demote_under(&replica);
        let since = clock::instant();
        let demoted = replace(&mut scene.cluster.redis, replica);
        let left = async || demoted.clients() == 0;
        let took = scene.until("everybody leaves the demoted server", LEFT_WITHIN + BUSY, left).await?;
        let heard = scene.all_heard(&contacts, &nodes, since, WHOLE_WITHIN).await?;
        everybody_is_sure(scene).await?;
        scene.fact(format!("F11: ({round}) the demoted server was left within {} ms", took.as_millis()));
        scene.fact(format!("F11: ({round}) all were heard within {}", times(&heard)));
    }
    Ok(())
}

/// One node sees one primary, the others see another. Each side takes what it is asked for; PostgreSQL decides.
pub(super) async fn is_two(scene: &mut Scene) -> Result<()> {
    let apart = scene.length.of(12, 30);
    let contacts = contacts_of_all(scene, PROBES / 3).await?;
    let sql = scene.cluster.postgres.connect().await?;
    let (before, mut owners) = (rows::activity(&sql, &contacts).await?, rows::owners(&sql, &contacts).await?);
    let (mut rounds, mut slowest, mut moves) = (0, Duration::ZERO, 0);
    on_two_sides(scene, apart, async |scene, alone, others| {
        for side in [&[alone][..], others] {
            let heard = scene.all_heard(&contacts, side, clock::instant(), WHOLE_WITHIN).await?;
            slowest = slowest.max(heard.last().copied().unwrap_or_default());
            rounds += 1;
            let now = rows::owners(&sql, &contacts).await?;
            moves += now.iter().zip(&owners).filter(|(now, before)| now != before).count();
            owners = now;
        }
        Ok(())
    })
    .await?;
    scene.fact(format!(
        "F12: two primaries for {apart:?}: all were heard on both sides, within {} ms",
        slowest.as_millis()
    ));
    scene.fact(format!("F12: {moves} moves of {} conversations, each written to {rounds} times", contacts.len()));
    scene.expect(moves > 0, "F12: no conversation moved, so nothing was shown");
    nobody_thrashes(scene, "F12", before, rows::activity(&sql, &contacts).await?);
    Ok(())
}

/// For so long one node sees one primary and the others another, and something is done over and over.
pub(super) async fn on_two_sides(
    scene: &mut Scene,
    apart: Duration,
    mut does: impl AsyncFnMut(&mut Scene, usize, &[usize]) -> Result<()>,
) -> Result<()> {
    let alone = scene.any_node();
    let others = scene.others(alone);
    let mut replica = scene.cluster.redis.replica_by(scene.cluster.redis.address());
    replica.promote();
    let ways = |scene: &Scene, way| others.iter().for_each(|node| scene.cluster.members[*node].to_redis.set(way));
    lead(scene, &others, &replica);
    ways(scene, Way::Cut);
    tokio::time::sleep(PARTED_AFTER).await;
    ways(scene, Way::Open);
    let since = clock::instant();
    while since.elapsed() < apart {
        does(scene, alone, &others).await?;
    }
    lead(scene, &[alone], &replica);
    let old = replace(&mut scene.cluster.redis, replica);
    drop(old);
    everybody_is_sure(scene).await
}

/// Redis takes nothing more, for it is full and evicts nothing.
pub(super) async fn is_full(scene: &mut Scene) -> Result<()> {
    let full = scene.length.of(12, 60);
    let nodes = scene.cluster.up();
    let contacts = contacts_of_all(scene, PROBES / 3).await?;
    let lost = scene.cluster.counter(LOST).await;
    scene.cluster.redis.set("maxmemory-policy", "noeviction");
    scene.cluster.redis.set("maxmemory", "1");
    let since = clock::instant();
    let heard = scene.all_heard(&contacts, &nodes, since, WHOLE_WITHIN).await?;
    scene.fact(format!("F27: with a full Redis, old contacts were heard within {}", times(&heard)));
    let mut slowest = Duration::ZERO;
    while since.elapsed() < full {
        slowest = slowest.max(scene.everybody_is_served(WHOLE_WITHIN).await?);
        for node in &nodes {
            let unready = scene.cluster.members[*node].says_that_it_is_not_ready().await;
            scene.expect(!unready, "F27: a node was not ready only because Redis was full");
        }
    }
    scene.fact(format!("F27: with a full Redis, newcomers were answered within {} ms", slowest.as_millis()));
    scene.cluster.redis.set("maxmemory", "0");
    everybody_is_sure(scene).await?;
    let now = scene.cluster.counter(LOST).await;
    scene.fact(format!("F27: {} incarnations were lost and replaced", now - lost));
    // Each node takes a new name once, however long it cannot make it known.
    let most = 2.0 * nodes.len() as f64;
    scene.expect(now - lost <= most, format!("F27: {} nodes took {} new names", nodes.len(), now - lost));
    Ok(())
}
