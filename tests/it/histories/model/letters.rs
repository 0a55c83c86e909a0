//! Letters to people, as the rules say: told apart by their tries, and bounded.

use std::collections::BTreeMap;

use switchboard::domain::alert::{OPEN_MAX, PER_SESSION_MAX};
use switchboard::domain::command::Outcome;
use switchboard::domain::ids::Seq;

use super::super::Millis;

#[derive(Debug, Clone, Default)]
pub struct LettersModel {
    /// Those whose end is not known: the last try that was heard of, and whether one may have arrived.
    pub open: BTreeMap<Seq, (u32, bool)>,
    /// How many the last command must have written.
    written: usize,
    in_session: u32,
    active_at: Option<Millis>,
    /// An agent has ended the session.
    pub over: bool,
}

impl LettersModel {
    /// The contact wrote, or looked at a page.
    pub fn contact_is_here(&mut self, now: Millis, quiet: Millis) {
        if self.is_new_session(now, quiet) {
            self.in_session = 0;
        }
        self.active_at = Some(now);
        self.over = false;
    }

    fn is_new_session(&self, now: Millis, quiet: Millis) -> bool {
        self.over || self.active_at.is_none_or(|active_at| now - active_at > quiet)
    }

    /// A dialogue writes one: a session has so many.
    pub fn dialogue_writes(&mut self, now: Millis, quiet: Millis) {
        let in_session = if self.is_new_session(now, quiet) { 0 } else { self.in_session };
        if in_session < PER_SESSION_MAX && self.open.len() + self.written < OPEN_MAX {
            self.written += 1;
            self.in_session += 1;
        }
    }

    /// The ladder writes one, however many went before.
    pub fn ladder_writes(&mut self) {
        if self.open.len() + self.written < OPEN_MAX {
            self.written += 1;
        }
    }

    /// What was written got these numbers in the log.
    pub fn numbered(&mut self, letters: &[Seq]) -> Result<(), String> {
        let expected = std::mem::take(&mut self.written);
        if letters.len() != expected {
            return Err(format!("{} letters were written, and {expected} are due", letters.len()));
        }
        self.open.extend(letters.iter().map(|seq| (*seq, (0, false))));
        Ok(())
    }

    /// A try is heard of once; what may have arrived is tried once more, and never a third time.
    pub fn tried(&mut self, of: Seq, attempt: u32, outcome: &Outcome) -> Result<(), &'static str> {
        let Some((last, unsure)) = self.open.get_mut(&of).filter(|(last, _)| attempt > *last) else {
            return Err("nothing_new");
        };
        *last = attempt;
        let over = match outcome {
            Outcome::Sent { .. } | Outcome::Refused { .. } | Outcome::OptedOut { .. } => true,
            Outcome::NotSent { .. } => false,
            Outcome::Unknown { .. } => std::mem::replace(unsure, true),
        };
        if over {
            self.open.remove(&of);
        }
        Ok(())
    }
}
