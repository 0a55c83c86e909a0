//! A Redis Cluster that moves its slots, and one that loses a part.

use std::time::Duration;

use anyhow::{Context, Result};

use super::redis::{LOST, everybody_is_sure};
use super::{Length, PROBES, WHOLE_WITHIN, times};
use crate::clock;
use crate::cluster::scene::Scene;
use crate::servers::redis::RedisCluster;

const PRIMARIES: usize = 3;
const SLOTS: u16 = 16_384;
/// All keys of the registry are in its slot.
const NODES: &str = "{nodes}";

/// Slots move under load, those that carry something first; then the cluster loses a primary and its part, and gets it back.
pub(super) async fn move_and_vanish(scene: &mut Scene) -> Result<()> {
    let nodes = scene.cluster.up();
    let contacts = scene.settle_with(nodes[0], PROBES * 2).await?;
    reshard(scene).await?;
    let heard = scene.all_heard(&contacts, &nodes[1..], clock::instant(), WHOLE_WITHIN).await?;
    scene.fact(format!("F28: after slots had moved, all were heard at other nodes within {}", times(&heard)));
    everybody_is_sure(scene).await?;
    loses_a_part(scene, &contacts).await
}

/// Every conversation's channel, the registry and the lists go to another server; in the long form a third of everything.
async fn reshard(scene: &mut Scene) -> Result<()> {
    let since = clock::instant();
    let cluster = of(scene)?;
    let mut channels = cluster.shard_channels();
    channels.push(NODES.to_owned());
    let mut slots: Vec<u16> = channels.iter().map(|channel| cluster.place_of(channel).1).collect();
    if scene.length == Length::Long {
        slots.extend((0..SLOTS).step_by(3));
    }
    slots.sort_unstable();
    slots.dedup();
    for slot in &slots {
        let cluster = of(scene)?;
        cluster.move_slot(*slot, (cluster.owner_of(*slot) + 1) % PRIMARIES);
        // The crowd goes on in between.
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    scene.fact(format!("F28: {} slots moved within {} ms", slots.len(), since.elapsed().as_millis()));
    Ok(())
}

/// A primary without the registry dies. Everybody is served by whoever has the conversation, and no node loses its lease.
async fn loses_a_part(scene: &mut Scene, contacts: &[String]) -> Result<()> {
    let away = scene.length.of(12, 60);
    let nodes = scene.cluster.up();
    let victim = (of(scene)?.place_of(NODES).0 + 1) % PRIMARIES;
    let leases = scene.cluster.counter(LOST).await;
    of_mut(scene)?.kill(victim);
    let since = clock::instant();
    let heard = scene.all_heard(contacts, &nodes, since, WHOLE_WITHIN).await?;
    scene.fact(format!("F28: with one primary of three gone, all were heard within {}", times(&heard)));
    let mut slowest = Duration::ZERO;
    while since.elapsed() < away {
        slowest = slowest.max(scene.everybody_is_served(WHOLE_WITHIN).await?);
        for node in &nodes {
            let sure = scene.cluster.members[*node].counter("switchboard_redis_sure").await;
            scene
                .expect(sure == 1.0, format!("F28: node {node} is in doubt without a part that is not the registry's"));
        }
    }
    scene.fact(format!("F28: meanwhile newcomers were answered within {} ms", slowest.as_millis()));
    let leases = scene.cluster.counter(LOST).await - leases;
    scene.expect(leases == 0.0, format!("F28: {leases} leases were lost with a part that is not the registry's"));
    of_mut(scene)?.start_again(victim);
    everybody_is_sure(scene).await?;
    let heard = scene.all_heard(contacts, &nodes[1..], clock::instant(), WHOLE_WITHIN).await?;
    scene.fact(format!("F28: with the part back, all were heard at other nodes within {}", times(&heard)));
    Ok(())
}

fn of(scene: &Scene) -> Result<&RedisCluster> {
    scene.cluster.redis_cluster.as_ref().context("this needs a Redis Cluster: do it by itself")
}

fn of_mut(scene: &mut Scene) -> Result<&mut RedisCluster> {
    scene.cluster.redis_cluster.as_mut().context("this needs a Redis Cluster: do it by itself")
}
