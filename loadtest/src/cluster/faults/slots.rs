//! A Redis Cluster that moves its slots, and one that loses a part.

use std::time::Duration;

use anyhow::{Context, Result};

use super::redis::{LOST, everybody_is_sure};
use super::{Length, PROBES, WHOLE_WITHIN, times};
use crate::clock;
use crate::cluster::rows;
use crate::cluster::scene::{BUSY, Scene};
use crate::servers::redis::RedisCluster;

const PRIMARIES: usize = 3;
const SLOTS: u16 = 16_384;
/// All keys of the registry are in its slot.
const NODES: &str = "{nodes}";
/// Whoever writes at a node that is not the owner's is heard within so long, when nothing is wrong.
const AS_EVER: Duration = Duration::from_secs(2);

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

/// A primary without the registry dies. Whose conversation has its entry there is served as without any Redis: by whoever
/// has the conversation. All others are served by any node, as ever, and no node loses its lease.
async fn loses_a_part(scene: &mut Scene, contacts: &[String]) -> Result<()> {
    let away = scene.length.of(12, 60);
    let nodes = scene.cluster.up();
    let victim = (of(scene)?.place_of(NODES).0 + 1) % PRIMARIES;
    let (lost, others) = by_part(scene, contacts, victim).await?;
    scene.expect(!others.is_empty(), "F28: all probes are in the part that is lost; take another seed");
    let leases = scene.cluster.counter(LOST).await;
    of_mut(scene)?.kill(victim);
    let since = clock::instant();
    let heard = scene.all_heard(&lost, &nodes, since, WHOLE_WITHIN).await?;
    let (lost, all) = (lost.len(), contacts.len());
    scene.fact(format!(
        "F28: the {lost} of {all} whose part was gone with its primary were heard within {}",
        times(&heard)
    ));
    let (mut slowest, mut newcomers) = (Duration::ZERO, Duration::ZERO);
    while since.elapsed() < away {
        let heard = scene.all_heard(&others, &nodes[1..], clock::instant(), WHOLE_WITHIN).await?;
        slowest = slowest.max(heard.last().copied().unwrap_or_default());
        newcomers = newcomers.max(scene.everybody_is_served(WHOLE_WITHIN).await?);
        for node in &nodes {
            let sure = scene.cluster.members[*node].counter("switchboard_redis_sure").await;
            scene
                .expect(sure == 1.0, format!("F28: node {node} is in doubt without a part that is not the registry's"));
        }
    }
    scene.fact(format!("F28: meanwhile the others were heard at other nodes within {} ms", slowest.as_millis()));
    scene.expect(slowest <= AS_EVER + BUSY, format!("F28: a lost part delayed others by {slowest:?}"));
    scene.fact(format!("F28: and newcomers, of any part, were answered within {} ms", newcomers.as_millis()));
    let leases = scene.cluster.counter(LOST).await - leases;
    scene.expect(leases == 0.0, format!("F28: {leases} leases were lost with a part that is not the registry's"));
    of_mut(scene)?.start_again(victim);
    everybody_is_sure(scene).await?;
    let heard = scene.all_heard(contacts, &nodes[1..], clock::instant(), WHOLE_WITHIN).await?;
    scene.fact(format!("F28: with the part back, all were heard at other nodes within {}", times(&heard)));
    Ok(())
}

/// Whose conversation has its entry on this server, and whose has not.
async fn by_part(scene: &Scene, contacts: &[String], server: usize) -> Result<(Vec<String>, Vec<String>)> {
    let sql = scene.cluster.postgres.connect().await?;
    let entries = of(scene)?.keys_of(server, "sb:*:d:*");
    let ids = rows::conversations(&sql, contacts).await?;
    let is_there = |id: &String| entries.iter().any(|key| key.ends_with(id.as_str()));
    let (lost, others): (Vec<_>, Vec<_>) = contacts.iter().cloned().zip(&ids).partition(|(_, id)| is_there(id));
    let names = |some: Vec<(String, &String)>| some.into_iter().map(|(contact, _)| contact).collect::<Vec<_>>();
    Ok((names(lost), names(others)))
}

fn of(scene: &Scene) -> Result<&RedisCluster> {
    scene.cluster.redis_cluster.as_ref().context("this needs a Redis Cluster: do it by itself")
}

fn of_mut(scene: &mut Scene) -> Result<&mut RedisCluster> {
    scene.cluster.redis_cluster.as_mut().context("this needs a Redis Cluster: do it by itself")
}
