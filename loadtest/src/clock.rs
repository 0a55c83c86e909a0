//! The one place that reads the clock.
//!
//! Everything else is given a time, or asks here, so that a reader can see who depends on it.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970 (UTC) by this machine's clock.
#[allow(clippy::disallowed_methods)]
pub fn millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map(|passed| passed.as_millis() as u64).unwrap_or(0)
}

/// A moment for measuring how long something took.
#[allow(clippy::disallowed_methods)]
pub fn instant() -> Instant {
    Instant::now()
}
