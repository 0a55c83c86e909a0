//! Holds what clients were promised against what the store says and the provider saw.
//!
//! Give it the [`Evidence`] of a run that has come to rest; it returns a [`Verdict`] with a sentence for every broken
//! promise (`design.md` 4). It checks P1 to P9; folds (P10) have tests of their own. A checker that cannot fail is worth nothing, so each promise has a test with a history that breaks it.

mod deadlines;
mod dump;
mod kept;
mod limits;
mod log;
mod sent;
mod shown;
#[cfg(test)]
mod tests;

pub use dump::{StoredConversation, StoredEvent, parse_dump};
pub use limits::most_within;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clients::{ClientLog, Outcome};
use crate::provider::Arrival;

/// Everything that is known about a run.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    pub store: Vec<StoredConversation>,
    pub clients: Vec<ClientLog>,
    pub arrivals: Vec<Arrival>,
    pub rules: Rules,
}

/// What may be assumed and allowed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rules {
    /// The provider's log holds every arrival: what was marked sent must be in it.
    pub arrivals_complete: bool,
    /// Everything was given time to finish: no message may still be on its way.
    pub settled: bool,
    /// Readers read to the end: they must have seen the last event.
    pub caught_up: bool,
    /// In `waiting`, the bot may say lines whose `why` contains one of these.
    pub ladder_whys: Vec<String>,
    /// A bot message may arrive this long (ms) after a take over, because it was already being sent.
    pub in_flight_ms: u64,
    /// The limit of each account; none: it is not known.
    #[serde(default)]
    pub sends_per_second: Option<u32>,
    /// A pause may end this much late (ms), whatever happened to its owner.
    pub deadline_late_ms: u64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            arrivals_complete: true,
            settled: true,
            caught_up: false,
            ladder_whys: vec!["ladder".into()],
            in_flight_ms: 1000,
            sends_per_second: None,
            deadline_late_ms: 5000,
        }
    }
}

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// `P1` …
    pub promise: &'static str,
    pub conversation: String,
    pub seq: Option<u64>,
    pub sentence: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seq = self.seq.map(|seq| format!(" at {seq}")).unwrap_or_default();
        write!(f, "{} in {}{seq}: {}", self.promise, self.conversation, self.sentence)
    }
}

/// What the check found, and how much there was to check.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    pub violations: Vec<Violation>,
    pub conversations: usize,
    pub events: usize,
    /// Acknowledged webhooks, web chat messages and commands.
    pub acknowledged: (usize, usize, usize),
    /// Messages the provider accepted.
    pub accepted: usize,
    /// Events that readers received.
    pub shown: usize,
    /// How many messages ended how: `sent`, `cancelled`, `unknown` …, and `resent, then …` if flagged.
    pub ends: BTreeMap<String, usize>,
    /// Commands that were refused, and those whose outcome nobody learned.
    pub refused: usize,
    pub unanswered: usize,
    /// Pauses that ended by themselves.
    pub pauses_ended: usize,
}

impl Verdict {
    pub fn is_clean(&self) -> bool {
        self.violations.is_empty()
    }

    /// Whether a promise was broken.
    pub fn breaks(&self, promise: &str) -> bool {
        self.violations.iter().any(|violation| violation.promise == promise)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (posted, said, commands) = self.acknowledged;
        writeln!(f, "{:>8} conversations, {} events in the store", self.conversations, self.events)?;
        writeln!(f, "{posted:>8} webhooks, {said} web chat messages, {commands} commands acknowledged")?;
        writeln!(f, "{:>8} messages accepted by the provider, {} events shown to readers", self.accepted, self.shown)?;
        let ends: Vec<String> = self.ends.iter().map(|(state, count)| format!("{count} {state}")).collect();
        writeln!(f, "{:>8} messages: {}", self.ends.values().sum::<usize>(), ends.join(", "))?;
        writeln!(f, "{:>8} commands refused, {} never answered", self.refused, self.unanswered)?;
        writeln!(f, "{:>8} pauses ended by themselves", self.pauses_ended)?;
        writeln!(f, "{:>8} broken promises", self.violations.len())?;
        for violation in self.violations.iter().take(50) {
            writeln!(f, "         {violation}")?;
        }
        Ok(())
    }
}

/// Checks all promises.
pub fn check(evidence: &Evidence) -> Verdict {
    let mut court =
        Court { evidence, keys: key_places(&evidence.store), words: words_said(&evidence.store), found: Vec::new() };
    log::check(&mut court);
    kept::check(&mut court);
    sent::check(&mut court);
    limits::check(&mut court);
    shown::check(&mut court);
    deadlines::check(&mut court);
    let sums = evidence.clients.iter().map(ClientLog::acknowledged);
    Verdict {
        conversations: evidence.store.len(),
        events: evidence.store.iter().map(|conversation| conversation.events.len()).sum(),
        acknowledged: sums.fold((0, 0, 0), |sum, next| (sum.0 + next.0, sum.1 + next.1, sum.2 + next.2)),
        accepted: evidence.arrivals.iter().filter(|arrival| arrival.accepted).count(),
        shown: shown::count(&evidence.clients),
        ends: sent::ends(&evidence.store),
        refused: commands(evidence, |outcome| matches!(outcome, Outcome::Refused(_))),
        pauses_ended: deadlines::count(&evidence.store),
        unanswered: commands(evidence, |outcome| *outcome == Outcome::Unanswered),
        violations: court.found,
    }
}

fn commands(evidence: &Evidence, wanted: impl Fn(&Outcome) -> bool) -> usize {
    let made = evidence.clients.iter().flat_map(|client| client.commands.values());
    made.filter(|command| wanted(&command.outcome)).count()
}

/// A check under way.
struct Court<'e> {
    evidence: &'e Evidence,
    /// Where each dedupe key stands in the store.
    keys: BTreeMap<&'e str, Vec<Place>>,
    /// How often each text of each kind stands in each conversation.
    words: HashMap<(&'e str, &'e str, &'e str), usize>,
    found: Vec<Violation>,
}

/// An event in the store: the conversation's and the event's index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    conversation: usize,
    event: usize,
}

impl<'e> Court<'e> {
    fn find(&mut self, promise: &'static str, conversation: &str, seq: impl Into<Option<u64>>, sentence: String) {
        self.found.push(Violation { promise, conversation: conversation.to_owned(), seq: seq.into(), sentence });
    }

    fn conversation_at(&self, place: Place) -> &'e StoredConversation {
        &self.evidence.store[place.conversation]
    }

    fn event_at(&self, place: Place) -> &'e StoredEvent {
        &self.conversation_at(place).events[place.event]
    }

    /// How often a text of a kind stands in a conversation.
    fn count(&self, conversation: &str, kind: &str, text: &str) -> usize {
        self.words.get(&(conversation, kind, text)).copied().unwrap_or(0)
    }

    /// Where a key stands; empty if nowhere.
    fn places(&self, key: &str) -> Vec<Place> {
        self.keys.get(key).cloned().unwrap_or_default()
    }
}

fn words_said(store: &[StoredConversation]) -> HashMap<(&str, &str, &str), usize> {
    let mut words = HashMap::new();
    for conversation in store {
        for stored in &conversation.events {
            *words.entry((conversation.conversation.as_str(), stored.kind(), stored.event.text())).or_default() += 1;
        }
    }
    words
}

fn key_places(store: &[StoredConversation]) -> BTreeMap<&str, Vec<Place>> {
    let mut keys: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for (conversation, stored) in store.iter().enumerate() {
        for (event, stored) in stored.events.iter().enumerate() {
            if let Some(key) = &stored.dedupe {
                keys.entry(key).or_default().push(Place { conversation, event });
            }
        }
    }
    keys
}
