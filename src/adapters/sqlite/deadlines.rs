//! When a conversation next wants to be woken.

use rusqlite::Result;

use super::columns::{contact, count, int};
use super::desk::Desk;
use crate::domain::time::Timestamp;
use crate::ports::store::Contact;

/// What was given to somebody is not given again for that long.
pub const GIVEN_FOR_MS: i64 = 2_000;

/// The conversation's only deadline is now this one. The same as before changes nothing, not even who has it in hand.
pub fn set(desk: &mut Desk<'_>, number: i64, deadline: Option<i64>) -> Result<()> {
    let Some(at) = deadline else {
        let sql = "DELETE FROM deadline WHERE conversation = ?1";
        return desk.prepared(sql)?.execute([number]).map(|_| ());
    };
    let sql = "INSERT INTO deadline (conversation, due_at, next_try_at) VALUES (?1, ?2, ?2)
        ON CONFLICT (conversation) DO UPDATE SET due_at = ?2, next_try_at = ?2 WHERE due_at <> ?2";
    desk.prepared(sql)?.execute([number, at]).map(|_| ())
}

pub fn due(desk: &Desk<'_>, now: Timestamp, limit: usize) -> Result<Vec<Contact>> {
    let sql = "SELECT deadline.conversation, id, account, external_key
        FROM deadline JOIN conversation ON number = deadline.conversation
        WHERE next_try_at <= ?1 ORDER BY next_try_at LIMIT ?2";
    let mut statement = desk.sql.prepare_cached(sql)?;
    let found = statement.query_map([int(now.0), count(limit)], |row| Ok((row.get::<_, i64>(0)?, contact(row, 1)?)))?;
    let (numbers, contacts): (Vec<i64>, Vec<Contact>) = found.collect::<Result<Vec<_>>>()?.into_iter().unzip();
    let mut give = desk.sql.prepare_cached("UPDATE deadline SET next_try_at = ?2 WHERE conversation = ?1")?;
    for number in numbers {
        give.execute([number, int(now.0) + GIVEN_FOR_MS])?;
    }
    Ok(contacts)
}
