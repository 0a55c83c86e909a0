//! How often somebody may guess a password: a few times freely, then slowly, then not at all for a while.
//!
//! Counted by e-mail address and network address together, so that a stranger cannot lock a colleague out. A try counts
//! before it is checked: many at once are not cheaper than one after another.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::time::Timestamp;

const FREE_TRIES: u32 = 5;
const SLOW_TRIES: u32 = 5;
/// Each try beyond the free ones waits so much longer.
const SLOWER_BY: Duration = Duration::from_secs(1);
const FORGOTTEN_AFTER: Duration = Duration::from_secs(15 * 60);
/// Beyond it, whoever has tried least is forgotten.
const ENTRIES_MAX: usize = 10_000;

#[derive(Default)]
pub struct Tries(Mutex<HashMap<Who, Entry>>);

/// Who is trying: the e-mail address as it was typed (in lower case), and from where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Who {
    pub email: String,
    pub address: Option<IpAddr>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    failures: u32,
    last: Timestamp,
}

/// What a try may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Go,
    /// Go, after this.
    Slowly(Duration),
    /// Not before this has passed.
    Refused(Duration),
}

impl Tries {
    /// Counts a try as failed; [`Tries::succeeded`] takes it back.
    pub fn begin(&self, who: Who, now: Timestamp) -> Verdict {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(&who).copied().filter(|entry| now.since(entry.last) < FORGOTTEN_AFTER);
        let failures = entry.map_or(0, |entry| entry.failures);
        if let Some(entry) = entry.filter(|_| failures >= FREE_TRIES + SLOW_TRIES) {
            return Verdict::Refused(FORGOTTEN_AFTER - now.since(entry.last));
        }
        if entries.len() >= ENTRIES_MAX && !entries.contains_key(&who) {
            make_room(&mut entries, now);
        }
        entries.insert(who, Entry { failures: failures + 1, last: now });
        match failures.saturating_sub(FREE_TRIES - 1) {
            0 => Verdict::Go,
            beyond => Verdict::Slowly(SLOWER_BY * beyond),
        }
    }

    pub fn succeeded(&self, who: &Who) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(who);
    }
}

fn make_room(entries: &mut HashMap<Who, Entry>, now: Timestamp) {
    entries.retain(|_, entry| now.since(entry.last) < FORGOTTEN_AFTER);
    if entries.len() >= ENTRIES_MAX {
        let least = entries.iter().min_by_key(|(_, entry)| (entry.failures, entry.last)).map(|(who, _)| who.clone());
        least.map(|who| entries.remove(&who));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ana() -> Who {
        Who { email: "ana@example.org".into(), address: None }
    }

    fn fail_twelve_times(tries: &Tries) {
        for _ in 0..12 {
            tries.begin(ana(), Timestamp(0));
        }
    }

    #[test]
    fn five_tries_are_free_then_they_are_slow_then_refused() {
        let tries = Tries::default();
        let now = Timestamp(1_000);
        let verdicts: Vec<Verdict> = (0..12).map(|_| tries.begin(ana(), now)).collect();
        assert_eq!(verdicts[..5], [Verdict::Go; 5]);
        assert_eq!(verdicts[5], Verdict::Slowly(Duration::from_secs(1)));
        assert_eq!(verdicts[9], Verdict::Slowly(Duration::from_secs(5)));
        assert_eq!(verdicts[10..], [Verdict::Refused(FORGOTTEN_AFTER); 2]);
    }

    #[test]
    fn failures_are_forgotten_after_a_quarter_of_an_hour() {
        let tries = Tries::default();
        fail_twelve_times(&tries);
        assert_eq!(
            tries.begin(ana(), Timestamp(0) + Duration::from_secs(899)),
            Verdict::Refused(Duration::from_secs(1))
        );
        assert_eq!(tries.begin(ana(), Timestamp(0) + FORGOTTEN_AFTER), Verdict::Go);
    }

    #[test]
    fn a_right_password_clears_the_count_and_others_are_not_touched() {
        let tries = Tries::default();
        fail_twelve_times(&tries);
        let elsewhere = Who { address: Some([10, 0, 0, 1].into()), ..ana() };
        assert_eq!(tries.begin(elsewhere, Timestamp(0)), Verdict::Go);
        tries.succeeded(&ana());
        assert_eq!(tries.begin(ana(), Timestamp(0)), Verdict::Go);
    }

    #[test]
    fn a_flood_of_names_fills_no_memory_and_frees_nobody_who_is_refused() {
        let tries = Tries::default();
        fail_twelve_times(&tries);
        for number in 0..ENTRIES_MAX + 10 {
            tries.begin(Who { email: number.to_string(), address: None }, Timestamp(1));
        }
        assert_eq!(tries.0.lock().expect("a lock").len(), ENTRIES_MAX);
        assert!(matches!(tries.begin(ana(), Timestamp(2)), Verdict::Refused(_)));
    }
}
