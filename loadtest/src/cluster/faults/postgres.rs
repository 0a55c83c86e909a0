//! PostgreSQL crashes, ends connections, or stands still: what was not acknowledged is sent again, nothing is doubled.

use anyhow::Result;

use super::WHOLE_WITHIN;
use crate::clients::ClientLog;
use crate::clock;
use crate::cluster::rows;
use crate::cluster::scene::{BUSY, Scene};

pub(super) async fn crashes(scene: &mut Scene) -> Result<()> {
    for _ in 0..3 {
        let sql = scene.cluster.postgres.connect().await?;
        let ended = rows::end_all_connections(&sql).await?;
        let whole = scene.everybody_is_served(WHOLE_WITHIN).await?;
        scene.fact(format!("F16: {ended} connections ended; everybody was served {} ms later", whole.as_millis()));
        scene.moment().await;
    }
    scene.may_be_in_flight(BUSY);
    scene.cluster.postgres.crash_and_start_again().await?;
    let whole = scene.everybody_is_served(WHOLE_WITHIN).await?;
    scene.fact(format!("F16: after a crash and recovery everybody was served within {} ms", whole.as_millis()));
    Ok(())
}

pub(super) async fn stands_still(scene: &mut Scene) -> Result<()> {
    let still = scene.length.of(7, 15);
    scene.may_be_in_flight(still);
    scene.cluster.postgres.freeze()?;
    let since = clock::millis();
    tokio::time::sleep(still).await;
    let until = clock::millis();
    let during = |log: &ClientLog| {
        // What was posted before may have been stored, and be told late.
        let posted = log.posted.values().filter(|posted| posted.posted_at > since);
        posted.filter(|posted| posted.acked_at.is_some_and(|at| at < until)).count()
    };
    let acknowledged = scene.log(during);
    scene.expect(acknowledged == 0, format!("F17: {acknowledged} messages were acknowledged that nobody could store"));
    scene.cluster.postgres.thaw()?;
    let whole = scene.everybody_is_served(WHOLE_WITHIN).await?;
    scene.fact(format!("F17: after {still:?} everybody was served within {} ms", whole.as_millis()));
    Ok(())
}
