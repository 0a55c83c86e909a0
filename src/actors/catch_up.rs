//! What a reader who comes, or comes back, is given to read.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::ids::{ConversationId, Seq};
use crate::ports::store::{Reading, Store, StoreError};

/// What a fresh reader gets of a conversation.
pub const NEWEST: usize = 100;
/// How much a reader can have missed and still resume.
pub const RESUME_MAX: usize = 500;

/// How long a reader whom the store could not answer waits before it asks again.
pub const READ_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The rest after `known`, or the newest part if the reader knows nothing that continues. The flag says which: with it,
/// the reader starts afresh.
pub async fn catch_up(
    store: Arc<dyn Store>,
    conversation: ConversationId,
    known: Option<Seq>,
) -> Result<(Option<Reading>, bool), StoreError> {
    if let Some(known) = known {
        let rest = store.read_after(conversation, known, RESUME_MAX).await?;
        if rest.as_ref().is_some_and(|rest| continues(rest, known)) {
            return Ok((rest, false));
        }
    }
    Ok((store.read_before(conversation, None, NEWEST).await?, true))
}

/// Whether a reading goes on exactly after `known` and reaches the end.
pub fn continues(reading: &Reading, known: Seq) -> bool {
    let first = reading.events.first().map_or(known + 1, |logged| logged.seq);
    let last = reading.events.last().map_or(known, |logged| logged.seq);
    first == known + 1 && last == reading.summary.seq
}
