//! What is known of a contact, whatever part of the log is read.

use rusqlite::{Connection, OptionalExtension};

use super::columns::{bytes, uint};
use super::events;
use super::log;
use crate::domain::ids::{ConversationId, Seq};
use crate::ports::about::{About, LOOKED_AT_MAX, NOTES_MAX, PAGES_MAX};
use crate::ports::store::{LoggedEvent, StoreError};
use crate::wire::stored;

pub fn read(sql: &Connection, conversation: ConversationId) -> Result<About, StoreError> {
    let question = "SELECT number, last_seq FROM conversation WHERE id = ?1";
    let head = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, uint(row, 1)?));
    let found = sql.prepare_cached(question)?.query_row([conversation.0.as_bytes()], head).optional()?;
    let Some((number, last)) = found else { return Ok(About::default()) };
    let question = "SELECT seq, body FROM snapshot WHERE conversation = ?1";
    let kept = |row: &rusqlite::Row<'_>| Ok((uint(row, 0)?, bytes(row, 1)?));
    let kept = sql.prepare_cached(question)?.query_row([number], kept).optional()?;
    // One that cannot be read is as good as none.
    let kept = kept.and_then(|(seq, body)| stored::read_state(&body).ok().map(|state| (seq, state)));
    let (after, snapshot) = kept.map_or((0, None), |(seq, state)| (seq, Some(state)));
    let events = log::read_after(sql, conversation, after, usize::MAX)?.map(|reading| reading.events);
    let newest = |begins, limit| newest(sql, number, last, begins, limit);
    let aside = [newest(stored::NOTE_BEGINS, NOTES_MAX)?, newest(stored::PAGE_BEGINS, PAGES_MAX)?];
    Ok(About::of(snapshot, &events.unwrap_or_default(), aside))
}

/// The newest events whose stored text begins so.
fn newest(
    sql: &Connection,
    number: i64,
    last: Seq,
    begins: &str,
    limit: usize,
) -> Result<Vec<LoggedEvent>, StoreError> {
    let after = last.saturating_sub(LOOKED_AT_MAX);
    events::that_begin(sql, number, after, begins, limit)?.iter().map(log::decode).collect()
}
