//! Takes out what was uploaded and never sent.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::dice;
use crate::ports::clock::Clock;
use crate::ports::uploads::Uploads;

const EVERY: Duration = Duration::from_secs(60);
/// In one go: taking out is writing, and others write, too.
const AT_ONCE: usize = 20;

/// As long as the node runs; it keeps no store open.
pub fn keep_tidy(uploads: &Arc<dyn Uploads>, clock: Arc<dyn Clock>, io: &Handle) {
    let uploads = Arc::downgrade(uploads);
    io.spawn(async move {
        loop {
            tokio::time::sleep(EVERY + dice::up_to(EVERY / 10)).await;
            let Some(uploads) = uploads.upgrade() else { return };
            if let Err(error) = uploads.expire_uploads(clock.now(), AT_ONCE).await {
                tracing::warn!(%error, "uploads that were never sent could not be taken out");
            }
        }
    });
}
