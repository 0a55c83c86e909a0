//! The inbox's lists: which conversations are in which mode, in which order, and how many.

use rusqlite::{Connection, Row};

use super::columns::{count, int, uint};
use super::memory::ListPlace;
use crate::domain::summary::{ModeSummary, Summary};
use crate::ports::store::{Group, StoreError};
use crate::wire::stored;

/// Where a conversation stands: with the bot by its last words, else by how long it has been with the humans, or an agent's.
pub fn place(summary: &Summary) -> ListPlace {
    let last = summary.last.as_ref().map_or(summary.since, |last| last.at);
    match summary.mode {
        ModeSummary::Bot if summary.assigned.agent.is_none() => ListPlace { mode: mode(Group::Bot), at: int(last.0) },
        ModeSummary::Waiting => ListPlace { mode: mode(Group::Waiting), at: int(summary.since.0) },
        ModeSummary::Human { .. } | ModeSummary::Bot => {
            ListPlace { mode: mode(Group::Human), at: int(summary.since.0) }
        }
    }
}

fn mode(group: Group) -> usize {
    match group {
        Group::Bot => 0,
        Group::Waiting => 1,
        Group::Human => 2,
    }
}

pub fn list(sql: &Connection, group: Group, limit: usize) -> Result<Vec<Summary>, StoreError> {
    let question = match group {
        Group::Bot => {
            "SELECT summary, last_seq FROM conversation WHERE mode = ?1 ORDER BY list_at DESC, number DESC LIMIT ?2"
        }
        Group::Waiting | Group::Human => {
            "SELECT summary, last_seq FROM conversation WHERE mode = ?1 ORDER BY list_at, number LIMIT ?2"
        }
    };
    let mut statement = sql.prepare_cached(question)?;
    let mut rows = statement.query([count(mode(group)), count(limit)])?;
    let mut summaries = Vec::new();
    while let Some(row) = rows.next()? {
        summaries.push(summary(row, 0)?);
    }
    Ok(summaries)
}

/// In two columns: the summary, and the last seq, which may have moved on since it was written.
pub fn summary(row: &Row<'_>, first: usize) -> Result<Summary, StoreError> {
    let body = row.get_ref(first)?.as_bytes().map_err(rusqlite::Error::from)?;
    Ok(Summary { seq: uint(row, first + 1)?, ..stored::read_summary(body)? })
}

pub fn count_modes(sql: &Connection) -> rusqlite::Result<[u64; 3]> {
    let mut statement = sql.prepare_cached("SELECT conversations FROM mode_count ORDER BY mode")?;
    let mut counts = [0; 3];
    let rows = statement.query_map((), |row| uint(row, 0))?;
    for (place, counted) in counts.iter_mut().zip(rows) {
        *place = counted?;
    }
    Ok(counts)
}
