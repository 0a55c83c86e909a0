//! How fast an account may send, and how late.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::time::Instant;

use super::backoff::full_jitter;
use crate::ports::channel::SendResult;

/// A message leaves so soon after the limit made room for it, or takes its place again. A process that stood still in
/// between would otherwise send on top of what its successor sends by now: nobody succeeds it sooner than this.
const LEAVE_WITHIN: Duration = Duration::from_secs(3);
const BACKOFF_FIRST: Duration = Duration::from_secs(2);
const BACKOFF_MAX: Duration = Duration::from_secs(300);

/// Sends what was granted a place at that moment, when its calls may leave, if it is not too late for it.
pub async fn leave_in_time(
    granted: Instant,
    (gate, calls): (Arc<Gate>, u32),
    send: BoxFuture<'static, SendResult>,
) -> SendResult {
    gate.pass(calls).await;
    if granted.elapsed() > LEAVE_WITHIN {
        let reason = "this node stood still before it could be sent".to_owned();
        return SendResult::NotSent { after: None, account_wide: false, reason };
    }
    send.await
}

/// How long a message waits after the try with this number: seconds at first, five minutes at most.
pub fn backoff(attempt: u32) -> Duration {
    full_jitter(attempt, BACKOFF_FIRST, BACKOFF_MAX)
}

/// Keeps calls apart where they leave, as the limit does where they are granted: in between they are marked in the store,
/// which takes its time now and then, and would let go many at once.
pub struct Gate {
    limiter: DefaultDirectRateLimiter,
    burst: u32,
    /// First come, first gone.
    turn: tokio::sync::Mutex<()>,
}

impl Gate {
    pub fn new(per_second: u32) -> Self {
        let (limiter, burst) = spent(per_second);
        Self { limiter, burst, turn: tokio::sync::Mutex::new(()) }
    }

    async fn pass(&self, calls: u32) {
        let _turn = self.turn.lock().await;
        let mut left = calls.max(1);
        while left > 0 {
            let some = left.min(self.burst);
            match take(&self.limiter, some) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => left -= some,
            }
        }
    }
}

/// A tenth of the limit may go at once, the rest is spread out, so that no second sees more than the limit. It begins with
/// nothing to spend; how much may go at once.
fn spent(per_second: u32) -> (DefaultDirectRateLimiter, u32) {
    let burst = (per_second / 10).max(1);
    let steady = NonZeroU32::new(per_second.saturating_sub(burst)).unwrap_or(NonZeroU32::MIN);
    let at_once = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let limiter = RateLimiter::direct(Quota::per_second(steady).allow_burst(at_once));
    let _ = limiter.check_n(at_once);
    (limiter, burst)
}

/// How long to wait, if there is not room for so many now.
fn take(limiter: &DefaultDirectRateLimiter, calls: u32) -> Option<Duration> {
    match limiter.check_n(NonZeroU32::new(calls).unwrap_or(NonZeroU32::MIN)) {
        Ok(Ok(())) | Err(_) => None,
        Ok(Err(until)) => Some(until.wait_time_from(DefaultClock::default().now())),
    }
}

/// The account's limit, with nothing to spend at first: another process may have sent up to it a moment ago.
pub struct Limit {
    limiter: DefaultDirectRateLimiter,
    /// The most calls it gives at once.
    burst: u32,
    /// What a line took beyond that. The next one waits until it is paid.
    owed: Cell<u32>,
}

impl Limit {
    /// Of so many a second.
    pub fn spent(per_second: u32) -> Self {
        let (limiter, burst) = spent(per_second);
        Self { limiter, burst, owed: Cell::new(0) }
    }

    /// So many a minute, a few of them at once.
    pub fn per_minute(number: u32) -> Self {
        let burst = (number / 6).clamp(1, 10);
        let (steady, at_once) = (NonZeroU32::new(number), NonZeroU32::new(burst));
        let quota = Quota::per_minute(steady.unwrap_or(NonZeroU32::MIN));
        let quota = quota.allow_burst(at_once.unwrap_or(NonZeroU32::MIN));
        Self { limiter: RateLimiter::direct(quota), burst, owed: Cell::new(0) }
    }

    /// Takes `calls` from the limit, or says how long to wait for them.
    pub fn wait_for(&self, calls: u32) -> Option<Duration> {
        while self.owed.get() > 0 {
            let paid = self.owed.get().min(self.burst);
            if let Some(wait) = take(&self.limiter, paid) {
                return Some(wait);
            }
            self.owed.set(self.owed.get() - paid);
        }
        let now = calls.clamp(1, self.burst);
        let wait = take(&self.limiter, now);
        if wait.is_none() {
            self.owed.set(calls.saturating_sub(now));
        }
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_long_line_takes_at_once_is_owed_by_the_next() {
        let limit = Limit::per_minute(1);
        assert_eq!(limit.wait_for(3), None);
        assert_eq!(limit.owed.get(), 2);
        assert!(limit.wait_for(1).is_some());
        assert_eq!(limit.owed.get(), 2);
    }

    /// They were granted one after the other, and the store has kept them until now.
    #[tokio::test]
    async fn what_leaves_at_once_is_kept_apart() {
        let gate = Gate::new(200);
        let since = Instant::now();
        futures_util::future::join_all((0..60).map(|_| gate.pass(1))).await;
        gate.pass(60).await;
        // Twenty at once, and 180 a second; it began with nothing.
        let least = Duration::from_millis(120 * 1000 / 180) - Duration::from_millis(150);
        assert!(since.elapsed() >= least, "120 left within {:?}", since.elapsed());
    }
}
