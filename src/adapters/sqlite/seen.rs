//! How far what contacts wrote was seen.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Result, Row};

use super::columns::{int, uint};
use super::desk::Desk;
use crate::domain::ids::ConversationId;
use crate::domain::unread::Mark;

pub fn see(desk: &Desk<'_>, conversation: ConversationId, mark: Mark, exactly: bool) -> Result<bool> {
    let sql = "INSERT INTO seen (conversation, seq, heard) SELECT number, ?2, ?3 FROM conversation WHERE id = ?1
        ON CONFLICT (conversation) DO UPDATE SET seq = excluded.seq, heard = excluded.heard
        WHERE excluded.seq > seen.seq OR (?4 AND (excluded.seq, excluded.heard) <> (seen.seq, seen.heard))";
    let row = (conversation.0.as_bytes(), int(mark.seq), mark.count, exactly);
    Ok(desk.sql.prepare_cached(sql)?.execute(row)? == 1)
}

pub fn marks(sql: &Connection, conversations: &[ConversationId]) -> Result<HashMap<ConversationId, Mark>> {
    let question = "SELECT seq, heard FROM seen WHERE conversation = (SELECT number FROM conversation WHERE id = ?1)";
    let mut statement = sql.prepare_cached(question)?;
    let mut marks = HashMap::new();
    for conversation in conversations {
        let found = statement.query_row([conversation.0.as_bytes()], |row| mark(row, 0)).optional()?;
        marks.extend(found.map(|mark| (*conversation, mark)));
    }
    Ok(marks)
}

/// In two columns: up to which seq, and how many.
pub fn mark(row: &Row<'_>, first: usize) -> Result<Mark> {
    Ok(Mark { seq: uint(row, first)?, count: row.get(first + 1)? })
}
