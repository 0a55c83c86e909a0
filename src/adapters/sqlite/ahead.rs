//! Brings the tables up to date with what the writing thread did in memory only.

use rusqlite::Result;

use super::columns::{Json, count, int};
use super::desk::Desk;
use super::memory::Row;
use super::queue;

/// Before anybody looks at the tables, and before every commit.
pub fn catch_up(desk: &mut Desk<'_>) -> Result<()> {
    for row in desk.memory.take_rows() {
        update(desk, &row)?;
    }
    for (address, young) in std::mem::take(&mut desk.memory.young) {
        queue::insert(desk, address, &young)?;
    }
    Ok(())
}

/// The list's index is only touched when the conversation moves in it.
fn update(desk: &mut Desk<'_>, row: &Row) -> Result<()> {
    let last_seq = int(row.last_seq);
    let Some(place) = row.place else {
        let sql = "UPDATE conversation SET last_seq = ?2, summary = ?3 WHERE number = ?1";
        return desk.prepared(sql)?.execute((row.number, last_seq, Json(&row.summary))).map(|_| ());
    };
    let sql = "UPDATE conversation SET last_seq = ?2, summary = ?3, mode = ?4, list_at = ?5 WHERE number = ?1";
    let row = (row.number, last_seq, Json(&row.summary), count(place.mode), place.at);
    desk.prepared(sql)?.execute(row).map(|_| ())
}
