//! Whoever sends for a busy account changes, again and again, and for a while there are two who would.

use std::time::Duration;

use anyhow::{Context, Result};

use super::failover::on_two_sides;
use super::{Length, WHOLE_WITHIN, times};
use crate::checker::most_within;
use crate::cluster::leases::living;
use crate::cluster::rows;
use crate::cluster::scene::Scene;
use crate::{clock, product};

/// What comes at once with each move, beside the crowd: more than the account may send until the next.
const BURST: usize = 40;
/// A day in ms: nobody waits for the entry to go by itself.
const ENTRY_MS: u64 = 86_400_000;

/// The limit is kept and nothing is sent twice: the checker holds the provider's log against both.
pub(super) async fn moves(scene: &mut Scene) -> Result<()> {
    let (rounds, every) = if scene.length == Length::Short { (3, 2) } else { (24, 5) };
    let since = scene.cluster.provider.counts().arrived;
    let names = scene.names_in_the_store().await?;
    let mut took = Vec::new();
    for _ in 0..rounds {
        let begun = clock::instant();
        crowds_in(scene).await?;
        took.push(move_on(scene, &names).await?);
        tokio::time::sleep(Duration::from_secs(every).saturating_sub(begun.elapsed())).await;
    }
    took.sort_unstable();
    scene.fact(format!("F24: {rounds} moves of the sender, each done within {}", times(&took)));
    let sides = scene.length.of(6, 30);
    let sql = scene.cluster.postgres.connect().await?;
    let (mut owners, mut last) = (0, None);
    on_two_sides(scene, sides, async |scene, _, _| {
        crowds_in(scene).await?;
        let sender = rows::sender(&sql, product::PAGE_ACCOUNT).await?;
        owners += usize::from(sender != last);
        last = sender;
        Ok(())
    })
    .await?;
    scene.fact(format!("F24: with two primaries for {sides:?}, at least {owners} had the right to send in turn"));
    let arrivals = scene.cluster.provider.arrivals();
    let from = arrivals.partition_point(|arrival| arrival.number <= since);
    let most = |window_ms| most_within(&arrivals[from..], window_ms);
    let limit = scene.sends_per_second();
    scene.fact(format!(
        "F24: at most {} sends within 1 s and {} within 10 s, of {limit} a second",
        most(1000),
        most(10_000)
    ));
    Ok(())
}

/// Newcomers write at all nodes.
async fn crowds_in(scene: &mut Scene) -> Result<()> {
    let (contacts, nodes) = ((0..BURST).map(|_| scene.newcomer()).collect::<Vec<_>>(), scene.cluster.up());
    for (number, some) in contacts.chunks(BURST.div_ceil(nodes.len())).enumerate() {
        let nodes: Vec<usize> = nodes.iter().cycle().skip(number).take(nodes.len()).copied().collect();
        scene.all_heard(some, &nodes, clock::instant(), WHOLE_WITHIN).await?;
    }
    Ok(())
}

/// Redis says from now on that another node sends; how long until PostgreSQL says so, too.
async fn move_on(scene: &Scene, names: &[(usize, String)]) -> Result<Duration> {
    let sql = scene.cluster.postgres.connect().await?;
    let mut redis = scene.cluster.redis.connect();
    let now = rows::sender(&sql, product::PAGE_ACCOUNT).await?;
    let next = names.iter().position(|(_, name)| Some(name) == now.as_ref()).map_or(0, |place| place + 1);
    let (node, name) = &names[next % names.len()];
    let lives = living(&mut redis, &scene.cluster.members[*node].name)?;
    let (incarnation, _) = lives.with_context(|| format!("node {node} does not live"))?;
    let key = format!("sb:*:a:{}", product::PAGE_ACCOUNT);
    let entries: Vec<String> = redis::cmd("KEYS").arg(key).query(&mut redis)?;
    let entry = entries.first().context("nobody sends")?;
    redis::pipe()
        .cmd("HSET")
        .arg(entry)
        .arg(&["own", &incarnation, "ep", "1", "st", "active"])
        .cmd("PEXPIRE")
        .arg(entry)
        .arg(ENTRY_MS)
        .exec(&mut redis)?;
    let moved =
        async || rows::sender(&sql, product::PAGE_ACCOUNT).await.is_ok_and(|sender| sender.as_ref() == Some(name));
    scene.until("somebody else sends", WHOLE_WITHIN, moved).await
}
