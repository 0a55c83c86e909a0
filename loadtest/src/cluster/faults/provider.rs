//! A provider that will not, for a while.

use std::time::Duration;

use anyhow::Result;

use super::{PROBES, WHOLE_WITHIN, times};
use crate::clock;
use crate::cluster::rows;
use crate::cluster::scene::Scene;
use crate::provider::{Rule, Then};

/// A message that was refused again and again waits at most five minutes before it goes again.
const GONE_WITHIN: Duration = Duration::from_secs(330);

/// Too many requests, then trouble, then answers that never come: customers are heard all the time, and afterwards
/// everything that waited goes out.
pub(super) async fn refuses(scene: &mut Scene) -> Result<()> {
    let long = scene.length.of(6, 120);
    for then in [Then::throttle(2), Then::unavailable(), Then::CutBeforeAccepting] {
        let nodes = scene.cluster.up();
        let contacts: Vec<String> = (0..PROBES).map(|_| scene.newcomer()).collect();
        let told = format!("{then:?}");
        scene.cluster.provider.rule(Rule::always(then));
        let since = clock::instant();
        let heard = scene.all_heard(&contacts, &nodes, since, WHOLE_WITHIN).await?;
        tokio::time::sleep(long.saturating_sub(since.elapsed())).await;
        let again = scene.all_heard(&contacts, &nodes, clock::instant(), WHOLE_WITHIN).await?;
        scene.fact(format!("F25: {told}: heard within {}, and at the end {}", times(&heard), times(&again)));
        scene.cluster.provider.clear_rules();
        let (sql, ended) = (scene.cluster.postgres.connect().await?, clock::millis());
        let gone = async || rows::unsent_since(&sql, ended).await.is_ok_and(|waiting| waiting == 0);
        let took = scene.until("what waited goes out", GONE_WITHIN, gone).await?;
        scene.fact(format!("F25: {told}: what had waited was gone after {} ms", took.as_millis()));
    }
    Ok(())
}
