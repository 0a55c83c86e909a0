//! Finding conversations and what was said in them, however many there are.
//!
//! Behind it lies an index that trails the log: what was said a moment ago may be missing for a moment, and of an
//! installation that had none it is built while everything else goes on. Nothing of it is irreplaceable.

use std::fmt;
use std::str::FromStr;

use crate::domain::filter::{Filter, Order};
use crate::domain::ids::{ConversationId, Seq};
use crate::domain::search::Sought;
use crate::domain::summary::Summary;
use crate::ports::store::{Answer, LoggedEvent};

/// Labels and names of attributes that can be chosen from; more exist, perhaps, and can be typed.
pub const CHOICES_MAX: usize = 500;

pub trait Finding: Send + Sync + 'static {
    /// Events in which all of the words were said, newest first, at most `limit`, from before `before`.
    fn find_said(&self, sought: Sought, before: Option<Cursor>, limit: usize) -> Answer<Found>;

    /// Conversations whose contact's name, labels or attributes have all of the words, at most `limit`, those with the
    /// newest words first.
    fn find_contacts(&self, sought: Sought, limit: usize) -> Answer<Vec<Summary>>;

    /// Conversations that the filter lets through, in this order, at most `limit`, from after `after`. One question
    /// does a bounded amount of work: a page may have fewer rows than asked for, or none, and still go on.
    fn list_filtered(&self, filter: Filter, order: Order, after: Option<Cursor>, limit: usize) -> Answer<Page>;

    /// What filters can ask for beside what the configuration knows.
    fn choices(&self) -> Answer<Choices>;
}

/// A place in a list, whatever is in it meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub at: i64,
    /// Decides between rows of the same time.
    pub tie: u128,
    /// Decides between events of one conversation, of the same time.
    pub seq: Seq,
}

impl fmt::Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{:x}.{}", self.at, self.tie, self.seq)
    }
}

/// What is not a cursor.
#[derive(Debug, PartialEq, Eq)]
pub struct NoCursor;

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(NoCursor);
        let at = part()?.parse().map_err(|_| NoCursor)?;
        let tie = u128::from_str_radix(part()?, 16).map_err(|_| NoCursor)?;
        let seq = part()?.parse().map_err(|_| NoCursor)?;
        if parts.next().is_some() { Err(NoCursor) } else { Ok(Self { at, tie, seq }) }
    }
}

#[derive(Debug, Clone)]
pub struct Found {
    pub hits: Vec<Hit>,
    /// Where to go on; none: that was all.
    pub next: Option<Cursor>,
    /// Everything that was said until a moment ago has been taken in. False: older words may be missing.
    pub complete: bool,
}

#[derive(Debug, Clone)]
pub struct Hit {
    pub conversation: ConversationId,
    pub event: LoggedEvent,
    pub summary: Summary,
}

#[derive(Debug, Clone)]
pub struct Page {
    pub rows: Vec<Summary>,
    /// Where to go on; none: that was the end.
    pub next: Option<Cursor>,
    /// As of [`Found`].
    pub complete: bool,
}

/// By name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    pub labels: Vec<String>,
    pub attributes: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for cursor in [Cursor { at: 1_800_000_000_000, tie: u128::MAX, seq: 7 }, Cursor { at: -1, tie: 0, seq: 0 }] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for wrong in ["", "7", "7.7", "x.7.7", "7.x.7", "7.7.-1", "7.7.7.7"] {
            assert_eq!(wrong.parse::<Cursor>(), Err(NoCursor), "{wrong}");
        }
    }
}
