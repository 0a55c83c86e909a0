//! Redis forgets, dies, or stands still. It holds nothing that cannot be lost (P11).

use std::time::Duration;

use anyhow::Result;

use super::{LEASE, PROBES, WHOLE_WITHIN, times};
use crate::clock;
use crate::cluster::rows;
use crate::cluster::scene::Scene;

pub(super) const LOST: &str = "switchboard_incarnations_lost_total";

pub(super) async fn forgets(scene: &mut Scene) -> Result<()> {
    let nodes = scene.cluster.up();
    let mut contacts = Vec::new();
    for node in &nodes {
        contacts.extend(scene.settle_with(*node, PROBES / 2).await?);
    }
    for round in 1..=3 {
        scene.moment().await;
        let sql = scene.cluster.postgres.connect().await?;
        let before = rows::activations(&sql).await?;
        scene.cluster.redis.flush_all();
        let heard = scene.all_heard(&contacts, &nodes, clock::instant(), WHOLE_WITHIN).await?;
        let moved = rows::activations(&sql).await? - before;
        scene.fact(format!("F7: wiped ({round}), all were heard within {}; {moved} activations", times(&heard)));
    }
    Ok(())
}

pub(super) async fn is_away(scene: &mut Scene) -> Result<()> {
    let away = scene.length.of(12, 60);
    let nodes = scene.cluster.up();
    let mut contacts = Vec::new();
    for node in &nodes {
        contacts.extend(scene.settle_with(*node, PROBES / 2).await?);
    }
    scene.cluster.redis.kill();
    let since = clock::instant();
    let heard = scene.all_heard(&contacts, &nodes, since, WHOLE_WITHIN).await?;
    scene.fact(format!("F8: without Redis, old contacts were heard within {}", times(&heard)));
    let mut slowest = Duration::ZERO;
    while since.elapsed() < away {
        slowest = slowest.max(scene.everybody_is_served(WHOLE_WITHIN).await?);
        for node in &nodes {
            let unready = scene.cluster.members[*node].says_that_it_is_not_ready().await;
            scene.expect(!unready, "F8: a node was not ready only because Redis was away");
        }
    }
    scene.fact(format!("F8: without Redis, newcomers were answered within {} ms", slowest.as_millis()));
    scene.cluster.redis.start_again();
    everybody_is_sure(scene).await
}

pub(super) async fn stands_still(scene: &mut Scene) -> Result<()> {
    let still = scene.length.of(10, 12);
    let nodes = scene.cluster.up();
    let mut contacts = Vec::new();
    for node in &nodes {
        contacts.extend(scene.settle_with(*node, PROBES / 3).await?);
    }
    let lost = scene.cluster.counter(LOST).await;
    scene.cluster.redis.stop();
    let since = clock::instant();
    let heard = scene.all_heard(&contacts, &nodes, since, WHOLE_WITHIN).await?;
    scene.fact(format!("F9: while Redis stood still, all were heard within {}", times(&heard)));
    tokio::time::sleep(still.saturating_sub(since.elapsed())).await;
    scene.cluster.redis.go_on();
    everybody_is_sure(scene).await?;
    let now = scene.cluster.counter(LOST).await;
    scene.fact(format!("F9: {} incarnations were lost and replaced", now - lost));
    if still > LEASE {
        scene.expect(now - lost >= nodes.len() as f64, "F9: a lease that had ended was renewed");
    }
    let modes: &[&str] = if scene.length == super::Length::Short { &["WRITE"] } else { &["WRITE", "ALL"] };
    for mode in modes {
        let pause = still.as_millis().to_string();
        let _: () = redis::cmd("CLIENT").arg(&["PAUSE", &pause, mode]).query(&mut scene.cluster.redis.connect())?;
        let since = clock::instant();
        let heard = scene.all_heard(&contacts, &nodes, since, WHOLE_WITHIN).await?;
        scene.fact(format!("F9: while Redis paused {mode}, all were heard within {}", times(&heard)));
        tokio::time::sleep(still.saturating_sub(since.elapsed())).await;
        everybody_is_sure(scene).await?;
    }
    Ok(())
}

/// Every node has a lease again, and hears the others.
pub(super) async fn everybody_is_sure(scene: &mut Scene) -> Result<()> {
    for node in scene.cluster.up() {
        let member = &scene.cluster.members[node];
        let sure = async || {
            let counters = member.counters().await;
            let is = |name: &str| counters.get(name) == Some(&1.0);
            let is_whole = counters.get("switchboard_bus_lines_away").is_none_or(|lines| *lines == 0.0);
            is("switchboard_redis_sure") && is("switchboard_bus_up") && is_whole
        };
        scene.until("the node finds Redis again", WHOLE_WITHIN, sure).await?;
    }
    Ok(())
}
