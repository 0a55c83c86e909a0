//! Brings the tables up to date with what the writing thread did in memory only.

use rusqlite::Result;

use super::columns::{Json, address, count, int};
use super::desk::Desk;
use super::memory::Row;
use super::queue;
use crate::domain::ids::ConversationId;

/// How much is carried over at once when it has become too much: nobody is held up for long.
const PORTION: usize = 256;

/// Before anybody looks at the tables, and before every commit.
pub fn catch_up(desk: &mut Desk<'_>) -> Result<()> {
    carry_over(desk, usize::MAX)
}

/// When the tables lack too much.
pub fn catch_up_a_little(desk: &mut Desk<'_>) -> Result<()> {
    carry_over(desk, PORTION)
}

/// Before anybody looks at the messages on their way, and at nothing else that may be ahead.
pub fn catch_up_with_the_outbox(desk: &mut Desk<'_>) -> Result<()> {
    insert_young(desk, usize::MAX)
}

/// Before anybody looks at what the tables say of this conversation.
pub fn catch_up_with(desk: &mut Desk<'_>, conversation: ConversationId) -> Result<()> {
    desk.memory.take_row(conversation).map_or(Ok(()), |row| write(desk, row))
}

fn carry_over(desk: &mut Desk<'_>, max: usize) -> Result<()> {
    for row in desk.memory.take_rows(max) {
        write(desk, row)?;
    }
    insert_young(desk, max)
}

fn insert_young(desk: &mut Desk<'_>, max: usize) -> Result<()> {
    desk.memory.take_some_young(max).into_iter().try_for_each(|(address, young)| queue::insert(desk, address, &young))
}

fn write(desk: &mut Desk<'_>, row: Row) -> Result<()> {
    update(desk, &row)?;
    let sql = "INSERT INTO event (address, at, body) VALUES (?1, ?2, ?3)";
    let statement = desk.prepared(sql)?;
    for bundle in row.events {
        let (place, at) = (address(row.number, bundle.first), bundle.at);
        statement.execute((place, at, Json(&bundle.into_body())))?;
    }
    Ok(())
}

/// The list's index is only touched when the conversation moves in it.
fn update(desk: &mut Desk<'_>, row: &Row) -> Result<()> {
    let last_seq = int(row.last_seq);
    let Some(summary) = &row.summary else {
        let sql = "UPDATE conversation SET last_seq = ?2 WHERE number = ?1";
        return desk.prepared(sql)?.execute((row.number, last_seq)).map(|_| ());
    };
    let Some(place) = row.place else {
        let sql = "UPDATE conversation SET last_seq = ?2, summary = ?3 WHERE number = ?1";
        return desk.prepared(sql)?.execute((row.number, last_seq, Json(summary))).map(|_| ());
    };
    let sql = "UPDATE conversation SET last_seq = ?2, summary = ?3, mode = ?4, list_at = ?5 WHERE number = ?1";
    let row = (row.number, last_seq, Json(summary), count(place.mode), place.at);
    desk.prepared(sql)?.execute(row).map(|_| ())
}
