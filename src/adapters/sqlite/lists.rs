//! The inbox's lists: which conversations are in which mode, in which order, and how many.

use rusqlite::{Connection, Row};

use super::columns::{count, int, uint};
use super::memory::ListPlace;
use crate::domain::summary::Summary;
use crate::ports::store::{Counted, Group, StoreError};
use crate::wire::stored;

pub fn place(summary: &Summary) -> ListPlace {
    let (group, at) = Group::of(summary);
    ListPlace { mode: group as usize, at: int(at.0) }
}

pub fn list(sql: &Connection, group: Group, limit: usize) -> Result<Vec<Summary>, StoreError> {
    let question = match group {
        Group::Bot | Group::Snoozed | Group::Closed | Group::Blocked => {
            "SELECT summary, last_seq FROM conversation WHERE mode = ?1 ORDER BY list_at DESC, number DESC LIMIT ?2"
        }
        Group::Waiting | Group::Human => {
            "SELECT summary, last_seq FROM conversation WHERE mode = ?1 ORDER BY list_at, number LIMIT ?2"
        }
    };
    let mut statement = sql.prepare_cached(question)?;
    let mut rows = statement.query([count(group as usize), count(limit)])?;
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

pub fn count_modes(sql: &Connection) -> rusqlite::Result<Counted> {
    let mut statement = sql.prepare_cached("SELECT conversations FROM mode_count ORDER BY mode")?;
    let mut counts = Counted::default();
    let rows = statement.query_map((), |row| uint(row, 0))?;
    for (place, counted) in counts.iter_mut().zip(rows) {
        *place = counted?;
    }
    Ok(counts)
}
