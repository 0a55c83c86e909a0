//! How fast one contact may be written to, on channels that have a limit for that. Pure.
//!
//! A few messages may go at once, then one each interval. Who has to wait, waits alone: the account's other contacts go on.
//! Asking costs nothing, because what may go to a contact may still have to wait for the account.

use std::collections::HashMap;
use std::time::Duration;

use crate::domain::ids::ConversationId;
use crate::domain::time::Timestamp;
use crate::ports::channel::Pace;

/// Of so many contacts it is known when they were written to. Only those are kept who would have to wait some time; should
/// there be even more, all is forgotten, and the provider may ask us to slow down.
const KNOWN_MAX: usize = 50_000;

pub struct Paces {
    pace: Option<Pace>,
    /// When each may be written to as if never before.
    rested_at: HashMap<ConversationId, Timestamp>,
    known_max: usize,
}

impl Paces {
    pub fn new(pace: Option<Pace>) -> Self {
        let pace = pace.filter(|pace| !pace.interval.is_zero());
        let pace = pace.map(|pace| Pace { burst: pace.burst.max(1), ..pace });
        Self { pace, rested_at: HashMap::new(), known_max: KNOWN_MAX }
    }

    /// How long the contact still has to wait for a message of so many calls; none: not at all.
    pub fn wait_for(&self, contact: ConversationId, calls: u32, now: Timestamp) -> Option<Duration> {
        let pace = self.pace?;
        let tired = self.rested_at.get(&contact)?.since(now);
        let allowed = pace.interval * (pace.burst - counted(calls, pace));
        // Who would have to rest longer than anybody can is one whose clock was set back.
        let wait = tired.checked_sub(allowed).filter(|_| tired <= pace.interval * pace.burst);
        wait.filter(|wait| !wait.is_zero())
    }

    /// A message of so many calls goes to the contact.
    pub fn goes(&mut self, contact: ConversationId, calls: u32, now: Timestamp) {
        let Some(pace) = self.pace else { return };
        if self.rested_at.len() >= self.known_max {
            self.rested_at.retain(|_, rested_at| *rested_at > now);
        }
        if self.rested_at.len() >= self.known_max {
            self.rested_at.clear();
        }
        let rested_at = self.rested_at.entry(contact).or_insert(now);
        if rested_at.since(now) > pace.interval * pace.burst {
            *rested_at = now;
        }
        *rested_at = (*rested_at).max(now) + pace.interval * counted(calls, pace);
    }
}

/// More parts than may go at once count as so many: they go when the contact has rested.
fn counted(calls: u32, pace: Pace) -> u32 {
    calls.clamp(1, pace.burst)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::AccountId;

    const START: Timestamp = Timestamp(1_800_000_000_000);

    fn paces(interval: u64, burst: u32) -> Paces {
        Paces::new(Some(Pace { interval: Duration::from_millis(interval), burst }))
    }

    fn contact(name: &str) -> ConversationId {
        ConversationId::of(&AccountId::new("bot"), name)
    }

    /// When each of so many messages may go, one after another.
    fn times(paces: &mut Paces, of: ConversationId, calls: u32, count: usize) -> Vec<u64> {
        let mut now = START;
        let next = |_| {
            now = now + paces.wait_for(of, calls, now).unwrap_or_default();
            assert_eq!(paces.wait_for(of, calls, now), None, "who has waited may go");
            paces.goes(of, calls, now);
            now.0 - START.0
        };
        (0..count).map(next).collect()
    }

    #[test]
    fn a_few_go_at_once_and_then_one_each_interval() {
        assert_eq!(times(&mut paces(1000, 3), contact("ana"), 1, 6), [0, 0, 0, 1000, 2000, 3000]);
        assert_eq!(times(&mut paces(6000, 1), contact("ana"), 1, 3), [0, 6000, 12_000]);
    }

    #[test]
    fn a_message_of_several_parts_counts_as_so_many() {
        assert_eq!(times(&mut paces(1000, 3), contact("ana"), 2, 4), [0, 1000, 3000, 5000]);
        // More parts than may go at once go when the contact has rested.
        assert_eq!(times(&mut paces(1000, 3), contact("ana"), 5, 2), [0, 3000]);
    }

    #[test]
    fn nobody_waits_for_another_and_asking_costs_nothing() {
        let mut paces = paces(1000, 1);
        paces.goes(contact("ana"), 1, START);
        for _ in 0..10 {
            assert_eq!(paces.wait_for(contact("ana"), 1, START), Some(Duration::from_millis(1000)));
            assert_eq!(paces.wait_for(contact("bob"), 1, START), None);
        }
        assert_eq!(paces.wait_for(contact("ana"), 1, START + Duration::from_millis(1000)), None);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nobody_wait_for_ever() {
        let mut paces = paces(1000, 2);
        paces.goes(contact("ana"), 2, START);
        let yesterday = START - Duration::from_secs(86_400);
        assert_eq!(paces.wait_for(contact("ana"), 1, yesterday), None);
        paces.goes(contact("ana"), 2, yesterday);
        assert_eq!(paces.wait_for(contact("ana"), 1, yesterday), Some(Duration::from_millis(1000)));
    }

    #[test]
    fn memory_is_bounded_however_many_contacts_there_are() {
        let mut paces = Paces { known_max: 100, ..paces(1000, 1) };
        for number in 0..1000_u64 {
            paces.goes(contact(&number.to_string()), 1, START + Duration::from_millis(number));
            assert!(paces.rested_at.len() <= 100);
        }
    }

    #[test]
    fn without_a_limit_nothing_is_kept() {
        let mut paces = Paces::new(None);
        paces.goes(contact("ana"), 9, START);
        assert_eq!((paces.wait_for(contact("ana"), 9, START), paces.rested_at.len()), (None, 0));
    }
}
