//! What the writing thread knows without asking, because nobody else writes.
//!
//! Also what the tables do not have yet. A conversation's row changes with every append, its events belong in the middle
//! of a large table, and most messages leave the outbox within milliseconds of entering it: in the tables, each of these
//! steps would cost several pages. So they are done here first, and `ahead` brings the tables up to date before anybody
//! looks at them. The journal makes it durable.

use std::collections::{BTreeMap, HashMap, VecDeque};

use rusqlite::{Connection, Result};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::columns::{address, end};
use super::events::Bundle;
use super::queue::Young;
use crate::domain::ids::{ConversationId, Incarnation, Seq};
use crate::ports::store::{Counted, GROUPS};

/// At most that many conversations are remembered; then all are forgotten whose rows say everything.
const KNOWN_MAX: usize = 65_536;
/// The tables never lack more than that many rows, or bringing them up to date would hold everybody up. The longer a row
/// waits, the more appends to its conversation it is written for.
const AHEAD_MAX: usize = 4_096;

/// Forgotten whenever a transaction fails.
pub struct Memory {
    known: HashMap<ConversationId, Entry>,
    /// Who is ahead of its row, the longest first.
    ahead: VecDeque<ConversationId>,
    /// Messages that are not in the outbox's table yet, by address.
    pub young: BTreeMap<i64, Young>,
    /// By how much the number of conversations in each group has changed since the last commit.
    moved: [i64; GROUPS],
    /// The same, since it was last told.
    untold: [i64; GROUPS],
    /// Numbers of deliveries only grow, so that a reader who goes on after the last one it saw misses none.
    last_delivery: i64,
}

/// What is true of a conversation, whether or not its row says so yet.
#[derive(Clone, Copy)]
pub struct Known {
    pub number: i64,
    pub owner: Incarnation,
    pub epoch: u64,
    pub last_seq: Seq,
    /// Where it stands in the lists; none before its first append.
    pub place: Option<ListPlace>,
    pub deadline: Option<i64>,
}

struct Entry {
    known: Known,
    /// Where the row has it in the lists.
    place_in_row: Option<ListPlace>,
    /// It is ahead of its row.
    ahead: bool,
    /// Newer than the row's; none: that says the same, but for its seq.
    summary: Option<ByteBuf>,
    /// What the log lacks.
    events: Vec<Bundle>,
}

/// What a row is to say about an append, or several.
pub struct Row {
    pub number: i64,
    pub last_seq: Seq,
    /// None: it stays as it is.
    pub summary: Option<ByteBuf>,
    /// None: it stays where it is.
    pub place: Option<ListPlace>,
    /// What has happened since.
    pub events: Vec<Bundle>,
}

/// A conversation's place in the lists: its group as a number, and the time it is sorted by.
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
        let (known, ahead, young) = (HashMap::new(), VecDeque::new(), BTreeMap::new());
        Ok(Self { known, ahead, young, moved: [0; GROUPS], untold: [0; GROUPS], last_delivery })
    }

    pub fn forget(&mut self) {
        self.known.clear();
        self.ahead.clear();
        self.young.clear();
        self.moved = [0; GROUPS];
        self.untold = [0; GROUPS];
    }

    pub fn known(&self, conversation: ConversationId) -> Option<Known> {
        self.known.get(&conversation).map(|entry| entry.known)
    }

    /// As its row has it.
    pub fn learn(&mut self, conversation: ConversationId, known: Known) {
        if self.known.len() >= KNOWN_MAX {
            self.known.retain(|_, entry| entry.ahead);
        }
        let entry = Entry { known, place_in_row: known.place, ahead: false, summary: None, events: Vec::new() };
        self.known.insert(conversation, entry);
    }

    pub fn set_owner(&mut self, conversation: ConversationId, owner: Incarnation, epoch: u64) {
        if let Some(Entry { known, .. }) = self.known.get_mut(&conversation) {
            (known.owner, known.epoch) = (owner, epoch);
        }
    }

    pub fn set_deadline(&mut self, conversation: ConversationId, deadline: Option<i64>) {
        if let Some(Entry { known, .. }) = self.known.get_mut(&conversation) {
            known.deadline = deadline;
        }
    }

    /// An append moved it on to `last`, to these words (none: the same) and this place in the lists.
    pub fn move_on(&mut self, conversation: ConversationId, last: Seq, summary: &ByteBuf, to: ListPlace) {
        let Some(entry) = self.known.get_mut(&conversation) else { return };
        for moved in [&mut self.moved, &mut self.untold] {
            if let Some(from) = entry.known.place {
                moved[from.mode] -= 1;
            }
            moved[to.mode] += 1;
        }
        if !summary.is_empty() {
            entry.summary = Some(summary.clone());
        }
        if !std::mem::replace(&mut entry.ahead, true) {
            self.ahead.push_back(conversation);
        }
        entry.known.last_seq = last;
        entry.known.place = Some(to);
    }

    /// What an append told, from seq `first` on.
    pub fn log(&mut self, conversation: ConversationId, first: Seq, at: i64, events: &[ByteBuf]) {
        let Some(Entry { events: bundles, .. }) = self.known.get_mut(&conversation) else { return };
        for (seq, body) in (first..).zip(events) {
            if !bundles.last_mut().is_some_and(|last| last.add(at, body)) {
                bundles.push(Bundle::new(seq, at, body));
            }
        }
    }

    /// Whether the tables lack so much that they should be brought up to date.
    pub fn is_far_ahead(&self) -> bool {
        self.ahead.len() + self.young.len() >= AHEAD_MAX
    }

    /// What at most `max` rows lack, those that lack it longest, in the order of the rows.
    pub fn take_rows(&mut self, max: usize) -> Vec<Row> {
        let ahead = self.ahead.drain(..max.min(self.ahead.len()));
        let mut rows: Vec<Row> = ahead.filter_map(|id| self.known.get_mut(&id).and_then(Entry::take_row)).collect();
        rows.sort_unstable_by_key(|row| row.number);
        rows
    }

    /// What the row of this conversation lacks.
    pub fn take_row(&mut self, conversation: ConversationId) -> Option<Row> {
        self.known.get_mut(&conversation).and_then(Entry::take_row)
    }

    /// At most `max` young messages, to go into the table.
    pub fn take_some_young(&mut self, max: usize) -> Vec<(i64, Young)> {
        std::iter::from_fn(|| self.young.pop_first()).take(max).collect()
    }

    /// The young messages of a conversation, to go into the table.
    pub fn take_young(&mut self, number: i64) -> Vec<(i64, Young)> {
        let addresses: Vec<i64> = self.young.range(address(number, 0)..end(number)).map(|(at, _)| *at).collect();
        addresses.into_iter().filter_map(|address| self.young.remove_entry(&address)).collect()
    }

    pub fn next_delivery(&mut self) -> i64 {
        self.last_delivery += 1;
        self.last_delivery
    }

    /// Adds what has moved to what is known outside.
    pub fn tell_moves(&mut self, counts: &mut Counted) {
        for (count, by) in counts.iter_mut().zip(std::mem::take(&mut self.untold)) {
            *count = count.saturating_add_signed(by);
        }
    }

    /// What was done again had been told the first time.
    pub fn moves_are_told(&mut self) {
        self.untold = [0; GROUPS];
    }

    pub fn write_moves(&mut self, connection: &Connection) -> Result<()> {
        for (mode, by) in std::mem::take(&mut self.moved).into_iter().enumerate().filter(|(_, by)| *by != 0) {
            let sql = "UPDATE mode_count SET conversations = conversations + ?2 WHERE mode = ?1";
            connection.prepare_cached(sql)?.execute((mode as i64, by))?;
        }
        Ok(())
    }
}

impl Entry {
    fn take_row(&mut self) -> Option<Row> {
        if !std::mem::take(&mut self.ahead) {
            return None;
        }
        let Known { number, last_seq, place, .. } = self.known;
        let moved = std::mem::replace(&mut self.place_in_row, place) != place;
        let (summary, events) = (self.summary.take(), std::mem::take(&mut self.events));
        Some(Row { number, last_seq, summary, place: place.filter(|_| moved), events })
    }
}
