//! The task that keeps the index: a moment behind the log, and never in its way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool_postgres::Pool;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::super::connect;
use super::filling::{self, Swept};
use crate::adapters::taking_in::Touched;
use crate::domain::ids::ConversationId;
use crate::ports::store::StoreError;

/// What comes within that time is taken in together.
const GATHER: Duration = Duration::from_millis(150);
/// Conversations taken in at a time.
const PORTION: usize = 200;
/// Between two portions of the round that finds what nodes that died have left.
const ROUND_EVERY: Duration = Duration::from_secs(5);
/// So long it rests when there is trouble.
const TROUBLE_RESTS: Duration = Duration::from_secs(5);
/// No pause is longer, or what trails would trail too far.
const PAUSE_MAX: Duration = Duration::from_millis(400);
/// Portions that are still taken in at the end.
const LAST_PORTIONS: usize = 4;

/// Dropping it ends the task.
pub struct Keeper(Arc<Shared>);

#[derive(Default)]
pub struct Shared {
    touched: Touched,
    wake: Notify,
    closed: AtomicBool,
}

impl Keeper {
    pub fn new() -> Self {
        Self(Arc::default())
    }

    pub fn shared(&self) -> Arc<Shared> {
        self.0.clone()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.closed.store(true, Ordering::Release);
        self.0.wake.notify_one();
    }
}

impl Shared {
    /// Something was appended here to this conversation.
    pub fn touch(&self, conversation: ConversationId) {
        if self.touched.add(conversation) {
            self.wake.notify_one();
        }
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}

/// Works until the store is dropped.
pub async fn work(pool: Pool, shared: Arc<Shared>) {
    let mut round = Round { hurried: true, due: Instant::now() };
    while !shared.is_closed() {
        let until_round = round.due.saturating_duration_since(Instant::now());
        if shared.touched.is_empty() {
            let _ = tokio::time::timeout(until_round, shared.wake.notified()).await;
        }
        tokio::time::sleep(GATHER).await;
        let begun = Instant::now();
        let pause = match portion(&pool, &shared, &mut round).await {
            Ok(()) => (begun.elapsed() * 9).min(PAUSE_MAX),
            Err(error) => {
                tracing::warn!(%error, "the index for search and lists falls behind");
                TROUBLE_RESTS
            }
        };
        let _ = tokio::time::timeout(pause, async {
            while !shared.is_closed() {
                shared.wake.notified().await;
            }
        })
        .await;
    }
    for _ in 0..LAST_PORTIONS {
        if shared.touched.is_empty() || touched(&pool, &shared).await.is_err() {
            break;
        }
    }
}

/// The endless round: quick until it has come round once since the start, then slow.
struct Round {
    hurried: bool,
    due: Instant,
}

async fn portion(pool: &Pool, shared: &Shared, round: &mut Round) -> Result<(), StoreError> {
    if shared.touched.were_lost() {
        round.hurried = true;
    }
    if !shared.touched.is_empty() {
        touched(pool, shared).await?;
    }
    if round.due <= Instant::now() {
        let swept = connect::on(pool, Box::new(|sql| Box::pin(filling::sweep(sql)))).await?;
        round.hurried &= swept != Swept::ToTheEnd;
        round.due = Instant::now() + if round.hurried { Duration::ZERO } else { ROUND_EVERY };
    }
    Ok(())
}

async fn touched(pool: &Pool, shared: &Shared) -> Result<(), StoreError> {
    let some = shared.touched.take(PORTION);
    let of = some.clone();
    let filled = connect::on(pool, Box::new(move |sql| Box::pin(async move { filling::fill(sql, &of).await }))).await;
    let left = match &filled {
        Ok(left) => left,
        Err(_) => &some,
    };
    left.iter().for_each(|conversation| shared.touch(*conversation));
    filled.map(drop)
}
