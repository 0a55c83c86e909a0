//! What the writing thread knows without asking, because nobody else writes.

use std::collections::HashMap;

use rusqlite::{Connection, Result};
use serde::{Deserialize, Serialize};

use crate::domain::ids::ConversationId;

/// At most that many conversations are remembered; then all are forgotten.
const KNOWN_MAX: usize = 65_536;

/// Forgotten whenever a transaction fails.
pub struct Memory {
    known: HashMap<ConversationId, Known>,
    /// By how much the number of conversations in each mode has changed since the last commit.
    moved: [i64; 3],
    /// The same, since it was last told.
    untold: [i64; 3],
    /// Numbers of deliveries only grow, so that a reader who goes on after the last one it saw misses none.
    last_delivery: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub number: i64,
    /// Where it stands in the lists; none before its first append.
    pub place: Option<ListPlace>,
}

/// A conversation's place in the lists: its mode as a number, and the time it is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPlace {
    pub mode: usize,
    pub at: i64,
}

impl Memory {
    pub fn read(connection: &Connection) -> Result<Self> {
        let last =
            "SELECT coalesce(max(number), 0) FROM (SELECT number FROM outbox UNION ALL SELECT number FROM shelf)";
        let last_delivery = connection.query_row(last, (), |row| row.get(0))?;
        Ok(Self { known: HashMap::new(), moved: [0; 3], untold: [0; 3], last_delivery })
    }

    pub fn forget(&mut self) {
        self.known.clear();
        self.moved = [0; 3];
        self.untold = [0; 3];
    }

    pub fn known(&self, conversation: ConversationId) -> Option<Known> {
        self.known.get(&conversation).copied()
    }

    pub fn learn(&mut self, conversation: ConversationId, known: Known) {
        if self.known.len() >= KNOWN_MAX {
            self.known.clear();
        }
        self.known.insert(conversation, known);
    }

    /// The conversation now stands at `to` in the lists.
    pub fn move_in_lists(&mut self, conversation: ConversationId, known: Known, to: ListPlace) {
        for moved in [&mut self.moved, &mut self.untold] {
            if let Some(from) = known.place {
                moved[from.mode] -= 1;
            }
            moved[to.mode] += 1;
        }
        self.learn(conversation, Known { place: Some(to), ..known });
    }

    pub fn next_delivery(&mut self) -> i64 {
        self.last_delivery += 1;
        self.last_delivery
    }

    /// Adds what has moved to what is known outside.
    pub fn tell_moves(&mut self, counts: &mut [u64; 3]) {
        for (count, by) in counts.iter_mut().zip(std::mem::take(&mut self.untold)) {
            *count = count.saturating_add_signed(by);
        }
    }

    /// What was done again had been told the first time.
    pub fn moves_are_told(&mut self) {
        self.untold = [0; 3];
    }

    pub fn write_moves(&mut self, connection: &Connection) -> Result<()> {
        for (mode, by) in std::mem::take(&mut self.moved).into_iter().enumerate().filter(|(_, by)| *by != 0) {
            let sql = "UPDATE mode_count SET conversations = conversations + ?2 WHERE mode = ?1";
            connection.prepare_cached(sql)?.execute((mode as i64, by))?;
        }
        Ok(())
    }
}
