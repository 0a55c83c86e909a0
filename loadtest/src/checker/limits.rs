//! P7: an account never sends more than its limit, whoever sends for it.
//!
//! The provider sees when calls arrive, not when they left. So what may arrive in a window is what may leave in a window
//! that is longer by the time that a call may be under way. All windows are looked at in one go: a bucket that holds so
//! much, and empties by the limit, must never overflow.

use std::collections::BTreeMap;

use super::Court;
use crate::provider::Arrival;

/// What the network, and a provider that shares its cores with everybody else, may add.
const BUSY_MS: u64 = 1500;

pub(super) fn check(court: &mut Court<'_>) {
    let Some(per_second) = court.evidence.rules.sends_per_second.map(f64::from) else { return };
    let under_way_ms = court.evidence.rules.in_flight_ms + BUSY_MS;
    let holds = per_second * (1.0 + under_way_ms as f64 / 1000.0);
    for (page, times) in times_by_page(&court.evidence.arrivals) {
        let mut bucket = Bucket { level: 0.0, at: 0 };
        for at in times {
            bucket.fill(at, per_second);
            if bucket.level > holds {
                let sentence = format!(
                    "{:.0} calls more than {per_second} a second allow had arrived at {at}, and {holds:.0} may be under way",
                    bucket.level
                );
                court.find("P7", page, None, sentence);
                break;
            }
        }
    }
}

/// When messages arrived, oldest first.
fn times_by_page(arrivals: &[Arrival]) -> BTreeMap<&str, Vec<u64>> {
    let mut pages: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for arrival in arrivals.iter().filter(|arrival| arrival.sender_action.is_none()) {
        pages.entry(&arrival.page).or_default().push(arrival.at);
    }
    pages.values_mut().for_each(|times| times.sort_unstable());
    pages
}

/// How far the account is beyond its limit.
struct Bucket {
    level: f64,
    at: u64,
}

impl Bucket {
    fn fill(&mut self, at: u64, per_second: f64) {
        let emptied = at.saturating_sub(self.at) as f64 / 1000.0 * per_second;
        self.level = (self.level - emptied).max(0.0) + 1.0;
        self.at = at;
    }
}

/// The most messages to all pages within any window of so many milliseconds.
pub fn most_within(arrivals: &[Arrival], window_ms: u64) -> usize {
    let mut most = 0;
    for times in times_by_page(arrivals).values() {
        let mut from = 0;
        for (upto, at) in times.iter().enumerate() {
            while times[from] + window_ms <= *at {
                from += 1;
            }
            most = most.max(upto + 1 - from);
        }
    }
    most
}
