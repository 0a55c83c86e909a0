//! Who waits for a reply since when.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Instant;

use hdrhistogram::Histogram;

use super::{Latency, Pace, Run};
use crate::clock;
use crate::provider::{Accepted, Hook};

/// Ties replies at the provider to the messages that asked for them, by contact and in order.
pub struct Board {
    first_psid: u64,
    contacts: Vec<Mutex<VecDeque<Instant>>>,
    tally: Mutex<Tally>,
    measuring: AtomicBool,
    acked: AtomicU64,
    refused: AtomicU64,
    given_up: AtomicU64,
    run: OnceLock<Weak<Run>>,
    hasher: RandomState,
}

struct Tally {
    ack: Histogram<u64>,
    reply: Histogram<u64>,
    /// Hashes of the metadata seen: the same twice is a message sent twice.
    seen: HashSet<u64>,
    replied: u64,
    duplicates: u64,
    unexpected: u64,
    missing: u64,
}

/// Totals of a run so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Totals {
    pub acked: u64,
    pub refused: u64,
    pub given_up: u64,
    pub replied: u64,
    pub duplicates: u64,
    pub unexpected: u64,
}

impl Board {
    /// A board for so many contacts, numbered from `first_psid`.
    pub fn new(first_psid: u64, contacts: u64) -> Arc<Self> {
        let tally = Tally {
            ack: empty_histogram(),
            reply: empty_histogram(),
            seen: HashSet::new(),
            replied: 0,
            duplicates: 0,
            unexpected: 0,
            missing: 0,
        };
        Arc::new(Self {
            first_psid,
            contacts: (0..contacts).map(|_| Mutex::default()).collect(),
            tally: Mutex::new(tally),
            measuring: AtomicBool::new(false),
            acked: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            given_up: AtomicU64::new(0),
            run: OnceLock::new(),
            hasher: RandomState::new(),
        })
    }

    /// What the provider calls for every accepted message.
    pub fn hook(self: &Arc<Self>) -> Hook {
        let board = self.clone();
        Arc::new(move |accepted| board.reply_arrived(&accepted))
    }

    pub(crate) fn begin(&self, run: &Arc<Run>) {
        let _ = self.run.set(Arc::downgrade(run));
    }

    pub(crate) fn measure(&self, on: bool) {
        self.measuring.store(on, Ordering::Relaxed);
    }

    /// A message is about to be posted: its replies are awaited from now on.
    pub(crate) fn expect(&self, contact: u64, due: Instant, replies: u32) {
        if let Some(waiting) = self.contacts.get(contact as usize) {
            lock(waiting).extend((0..replies).map(|_| due));
            lock(&self.tally).missing += u64::from(replies);
        }
    }

    /// The webhook was answered 200.
    pub(crate) fn acknowledged(&self, due: Instant) {
        self.acked.fetch_add(1, Ordering::Relaxed);
        if self.measuring.load(Ordering::Relaxed) {
            let _ = lock(&self.tally).ack.record(micros(due));
        }
    }

    /// The webhook was answered otherwise, or not at all, and is posted again.
    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// The webhook was refused too often.
    pub(crate) fn gave_up(&self) {
        self.given_up.fetch_add(1, Ordering::Relaxed);
    }

    fn reply_arrived(&self, accepted: &Accepted<'_>) {
        let contact = accepted.recipient.parse::<u64>().ok().and_then(|psid| psid.checked_sub(self.first_psid));
        let waiting = contact.and_then(|contact| self.contacts.get(contact as usize));
        let mut tally = lock(&self.tally);
        if accepted.metadata.is_some_and(|metadata| !tally.seen.insert(self.hasher.hash_one(metadata))) {
            tally.duplicates += 1;
            return;
        }
        let Some(due) = waiting.and_then(|waiting| lock(waiting).pop_front()) else {
            tally.unexpected += 1;
            return;
        };
        tally.replied += 1;
        tally.missing -= 1;
        if self.measuring.load(Ordering::Relaxed) {
            let _ = tally.reply.record(micros(due));
        }
        let replied = tally.replied;
        drop(tally);
        self.make_room(replied);
    }

    /// In a closed loop, the replies to a message make room for another in the window.
    fn make_room(&self, replied: u64) {
        if let Some(run) = self.run.get().and_then(Weak::upgrade)
            && run.plan.pace == Pace::Closed
            && replied.is_multiple_of(u64::from(run.plan.replies.max(1)))
        {
            run.gate.add_permits(1);
        }
    }

    /// Replies that are awaited and have not come.
    pub fn missing(&self) -> u64 {
        lock(&self.tally).missing
    }

    pub(crate) fn totals(&self) -> Totals {
        let tally = lock(&self.tally);
        Totals {
            acked: self.acked.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            given_up: self.given_up.load(Ordering::Relaxed),
            replied: tally.replied,
            duplicates: tally.duplicates,
            unexpected: tally.unexpected,
        }
    }

    pub(crate) fn ack_latency(&self) -> Option<Latency> {
        Latency::of(&lock(&self.tally).ack)
    }

    pub(crate) fn reply_latency(&self) -> Option<Latency> {
        Latency::of(&lock(&self.tally).reply)
    }
}

/// A microsecond to ten minutes, three digits.
fn empty_histogram() -> Histogram<u64> {
    let bounded = Histogram::new_with_bounds(1, 600_000_000, 3);
    bounded.unwrap_or_else(|_| unreachable!("these bounds are valid"))
}

fn micros(since: Instant) -> u64 {
    clock::instant().saturating_duration_since(since).as_micros().max(1) as u64
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
