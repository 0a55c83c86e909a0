//! How fast an account may send.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// The account's limit, with nothing to spend at first: another process may have sent up to it a moment ago.
pub struct Limit {
    limiter: DefaultDirectRateLimiter,
    /// The most calls it gives at once.
    burst: u32,
}

impl Limit {
    /// A tenth of the limit may go at once, the rest is spread out, so that no second sees more than the limit.
    pub fn spent(per_second: u32) -> Self {
        let burst = (per_second / 10).max(1);
        let steady = NonZeroU32::new(per_second.saturating_sub(burst)).unwrap_or(NonZeroU32::MIN);
        let at_once = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let limiter = RateLimiter::direct(Quota::per_second(steady).allow_burst(at_once));
        let _ = limiter.check_n(at_once);
        Self { limiter, burst }
    }

    /// Takes `calls` from the limit, or says how long to wait for them.
    pub fn wait_for(&self, calls: u32) -> Option<Duration> {
        let calls = NonZeroU32::new(calls.min(self.burst)).unwrap_or(NonZeroU32::MIN);
        match self.limiter.check_n(calls) {
            Ok(Ok(())) | Err(_) => None,
            Ok(Err(until)) => Some(until.wait_time_from(DefaultClock::default().now())),
        }
    }
}
