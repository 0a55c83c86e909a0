//! What is known of a contact, whatever part of the conversation somebody reads.
//!
//! The fold has the attributes. Notes and pages are only in the log: of these, the newest are told.

use std::collections::BTreeMap;

use crate::domain::ids::Seq;
use crate::domain::state::State;
use crate::ports::store::LoggedEvent;

/// So many notes are told, and so many pages; the newest. Older ones are read where they stand.
pub const NOTES_MAX: usize = 50;
pub const PAGES_MAX: usize = 30;
/// So far back they are looked for, in events: in a longer log, what is older is found by searching.
pub const LOOKED_AT_MAX: Seq = 50_000;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// The end of the log when this was so.
    pub seq: Seq,
    pub name: Option<String>,
    pub attributes: BTreeMap<String, String>,
    /// Newest first, like the pages.
    pub notes: Vec<LoggedEvent>,
    pub pages: Vec<LoggedEvent>,
}

impl About {
    /// `events`: the log after the snapshot, all of it without one. Notes and pages that came since are left out.
    pub fn of(snapshot: Option<State>, events: &[LoggedEvent], [notes, pages]: [Vec<LoggedEvent>; 2]) -> Self {
        let mut state = snapshot.unwrap_or_default();
        events.iter().for_each(|logged| state.apply(&logged.event, logged.at, false));
        let State { seq, name, attributes, .. } = state;
        let known = |found: Vec<LoggedEvent>| found.into_iter().filter(|logged| logged.seq <= seq).collect();
        Self { seq, name, attributes, notes: known(notes), pages: known(pages) }
    }
}
