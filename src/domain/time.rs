//! A moment, as milliseconds since 1970 (UTC). Where it comes from is the business of `ports::clock`.

use std::ops::{Add, Sub};
use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// How long from `earlier` until this; nothing if it is not earlier.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// For people: `2026-03-04 10:00:00 UTC`.
    pub fn written(self) -> String {
        let at = jiff::Timestamp::from_millisecond(self.0 as i64).unwrap_or_default();
        at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
    }

    /// Tomorrow at nine in the morning, as people in `zone` count days. None for an unknown zone.
    pub fn tomorrow_at_nine(self, zone: &str) -> Option<Timestamp> {
        let zone = TimeZone::get(zone).ok()?;
        let here: Zoned = jiff::Timestamp::from_millisecond(self.0 as i64).ok()?.to_zoned(zone.clone());
        let morning = here.date().checked_add(1.day()).ok()?.to_datetime(Time::constant(9, 0, 0, 0));
        let at = morning.to_zoned(zone).ok()?.timestamp().as_millisecond();
        Some(Timestamp(at as u64))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;

    fn add(self, span: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(span.as_millis() as u64))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Timestamp;

    fn sub(self, span: Duration) -> Timestamp {
        Timestamp(self.0.saturating_sub(span.as_millis() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tomorrow_at_nine_is_the_agents_tomorrow() {
        // 2026-03-28 23:30 UTC is already the 29th in Berlin, the day the clocks go forward.
        let now = Timestamp(1_774_740_600_000);
        let berlin = now.tomorrow_at_nine("Europe/Berlin").expect("a known zone");
        assert_eq!(berlin, Timestamp(1_774_854_000_000)); // 2026-03-30 07:00 UTC
        assert_eq!(now.tomorrow_at_nine("Mars/Olympus"), None);
    }
}
