//! The inbox's lists: which conversations are in which mode, in which order, and how many.

use rusqlite::{Connection, Row};

use super::columns::{count, int, uint, uuid};
use super::memory::ListPlace;
use crate::domain::ids::ConversationId;
use crate::domain::summary::Summary;
use crate::ports::store::{Counted, Group, Known, Listed, StoreError};
use crate::wire::stored;

pub fn place(summary: &Summary) -> ListPlace {
    let (group, at) = Group::of(summary);
    ListPlace { mode: group as usize, at: int(at.0) }
}

pub fn list(sql: &Connection, group: Group, limit: usize, known: &Known) -> Result<Vec<Listed>, StoreError> {
    let question = match group {
        Group::Bot | Group::Snoozed | Group::Closed | Group::Blocked => {
            "SELECT id, last_seq, summary, last_seq FROM conversation WHERE mode = ?1 ORDER BY list_at DESC, number DESC LIMIT ?2"
        }
        Group::Waiting | Group::Human => {
            "SELECT id, last_seq, summary, last_seq FROM conversation WHERE mode = ?1 ORDER BY list_at, number LIMIT ?2"
        }
    };
    let mut statement = sql.prepare_cached(question)?;
    let mut rows = statement.query([count(group as usize), count(limit)])?;
    let mut listed = Vec::new();
    while let Some(row) = rows.next()? {
        let (conversation, last_seq) = (ConversationId(uuid(row, 0)?), uint(row, 1)?);
        listed.push(match known.get(&conversation) {
            Some(known) if *known == last_seq => Listed::AsKnown(conversation),
            _ => Listed::News(summary(row, 2)?.into()),
        });
    }
    Ok(listed)
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
