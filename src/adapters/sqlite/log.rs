//! Reading a conversation.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row};

use super::columns::{self, int, uint};
use super::events::{self, RawEvent};
use super::lists;
use crate::domain::ids::{ConversationId, Seq};
use crate::domain::summary::Summary;
use crate::domain::time::Timestamp;
use crate::ports::store::{Contact, LoggedEvent, Reading, StoreError};
use crate::wire::stored;

pub fn contact(sql: &Connection, conversation: ConversationId) -> Result<Option<Contact>, StoreError> {
    let mut statement = sql.prepare_cached("SELECT id, account, external_key FROM conversation WHERE id = ?1")?;
    Ok(statement.query_row([conversation.0.as_bytes()], |row| columns::contact(row, 0)).optional()?)
}

pub fn beyond(sql: &Connection, known: &[(ConversationId, Seq)]) -> Result<HashMap<ConversationId, Seq>, StoreError> {
    let mut statement = sql.prepare_cached("SELECT last_seq FROM conversation WHERE id = ?1 AND last_seq > ?2")?;
    let mut ends = HashMap::new();
    for (conversation, seq) in known {
        let end = statement.query_row((conversation.0.as_bytes(), int(*seq)), |row| uint(row, 0)).optional()?;
        ends.extend(end.map(|end| (*conversation, end)));
    }
    Ok(ends)
}

pub fn read_after(
    sql: &Connection,
    conversation: ConversationId,
    after: Seq,
    limit: usize,
) -> Result<Option<Reading>, StoreError> {
    let Some((number, summary)) = head(sql, conversation)? else { return Ok(None) };
    reading(&events::after(sql, number, after, Seq::MAX, limit)?, summary).map(Some)
}

pub fn read_before(
    sql: &Connection,
    conversation: ConversationId,
    before: Option<Seq>,
    limit: usize,
) -> Result<Option<Reading>, StoreError> {
    let Some((number, summary)) = head(sql, conversation)? else { return Ok(None) };
    let mut reading = reading(&events::before(sql, number, before, limit)?, summary)?;
    reading.events.reverse();
    reading.more = begins_late(&reading.events);
    Ok(Some(reading))
}

/// Its number and summary; none for a conversation in which nothing has happened yet.
fn head(sql: &Connection, conversation: ConversationId) -> Result<Option<(i64, Summary)>, StoreError> {
    let question = "SELECT number, summary, last_seq FROM conversation WHERE id = ?1 AND summary IS NOT NULL";
    let head = |row: &Row<'_>| Ok((row.get(0)?, lists::summary(row, 1)));
    let found = sql.prepare_cached(question)?.query_row([conversation.0.as_bytes()], head).optional()?;
    found.map(|(number, summary)| Ok((number, summary?))).transpose()
}

fn reading(events: &[RawEvent], summary: Summary) -> Result<Reading, StoreError> {
    let events = events.iter().map(decode).collect::<Result<Vec<_>, _>>()?;
    Ok(Reading { more: begins_late(&events), events, summary })
}

fn begins_late(events: &[LoggedEvent]) -> bool {
    events.first().is_some_and(|event| event.seq > 1)
}

pub fn decode(raw: &RawEvent) -> Result<LoggedEvent, StoreError> {
    Ok(LoggedEvent { seq: raw.seq, at: Timestamp(raw.at), event: stored::read_event(&raw.body)? })
}

/// The whole log, for a conversation whose snapshot cannot be read.
pub fn read_all(sql: &Connection, conversation: ConversationId) -> Result<Vec<LoggedEvent>, StoreError> {
    Ok(read_after(sql, conversation, 0, usize::MAX)?.map(|reading| reading.events).unwrap_or_default())
}
