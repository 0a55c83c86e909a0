//! Reading a conversation.

use tokio_postgres::Row;

use super::columns::{self, Text, count, int, uint};
use super::connect::{self, Sql};
use crate::domain::ids::{ConversationId, Seq};
use crate::domain::time::Timestamp;
use crate::ports::fence::CLOSED;
use crate::ports::store::{Contact, LoggedEvent, Reading, StoreError};
use crate::wire::stored;

/// Under the conversation's lock, like every append; a key that is known stays as it is.
pub const CLOSE: &str = "INSERT INTO dedupe (conversation, key, last)
    SELECT id, $2, $3 FROM (SELECT id FROM conversation WHERE id = $1 FOR NO KEY UPDATE) AS locked
    ON CONFLICT (conversation, key) DO UPDATE SET last = dedupe.last RETURNING last";
const CONTACT: &str = "SELECT id, account, external_key FROM conversation WHERE id = $1";
/// The summary comes first, as if it had the seq 0; events and summary in one statement are of one moment.
pub const READ_AFTER: &str = "SELECT 0::bigint AS seq, 0::bigint AS at, summary AS body FROM conversation
        WHERE id = $1 AND summary IS NOT NULL
    UNION ALL (SELECT seq, at, body FROM event WHERE conversation = $1 AND seq > $2 ORDER BY seq LIMIT $3)";
pub const READ_BEFORE: &str = "SELECT 0::bigint AS seq, 0::bigint AS at, summary AS body FROM conversation
        WHERE id = $1 AND summary IS NOT NULL
    UNION ALL (SELECT seq, at, body FROM event WHERE conversation = $1 AND seq > 0 AND seq < $2
        ORDER BY seq DESC LIMIT $3)";

pub async fn close(sql: &Sql, conversation: ConversationId, key: &str) -> Result<Option<Seq>, StoreError> {
    let [close] = connect::prepared(sql, [CLOSE]).await?;
    let found = sql.query_opt(&close, &[&conversation.0, &key, &int(CLOSED)]).await?;
    let last = found.map(|row| uint(&row, 0)).transpose()?;
    Ok(last.filter(|last| *last != CLOSED))
}

pub async fn contact(sql: &Sql, conversation: ConversationId) -> Result<Option<Contact>, StoreError> {
    let [contact] = connect::prepared(sql, [CONTACT]).await?;
    let found = sql.query_opt(&contact, &[&conversation.0]).await?;
    Ok(found.map(|row| columns::contact(&row, 0)).transpose()?)
}

pub async fn read_after(
    sql: &Sql,
    conversation: ConversationId,
    after: Seq,
    limit: usize,
) -> Result<Option<Reading>, StoreError> {
    let [read] = connect::prepared(sql, [READ_AFTER]).await?;
    reading(&sql.query(&read, &[&conversation.0, &int(after), &count(limit)]).await?)
}

pub async fn read_before(
    sql: &Sql,
    conversation: ConversationId,
    before: Option<Seq>,
    limit: usize,
) -> Result<Option<Reading>, StoreError> {
    let [read] = connect::prepared(sql, [READ_BEFORE]).await?;
    let before = before.map_or(i64::MAX, int);
    reading(&sql.query(&read, &[&conversation.0, &before, &count(limit)]).await?)
}

/// None for a conversation in which nothing has happened yet.
fn reading(rows: &[Row]) -> Result<Option<Reading>, StoreError> {
    let mut summary = None;
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        match uint(row, 0)? {
            0 => summary = Some(stored::read_summary(row.try_get::<_, Text>(2)?.0)?),
            _ => events.push(event(row, 0)?),
        }
    }
    let Some(summary) = summary else { return Ok(None) };
    events.sort_unstable_by_key(|event| event.seq);
    let more = events.first().is_some_and(|event| event.seq > 1);
    Ok(Some(Reading { events, summary, more }))
}

/// In three columns from `first` on: seq, at, body.
pub fn event(row: &Row, first: usize) -> Result<LoggedEvent, StoreError> {
    Ok(LoggedEvent {
        seq: uint(row, first)?,
        at: Timestamp(uint(row, first + 1)?),
        event: stored::read_event(row.try_get::<_, Text>(first + 2)?.0)?,
    })
}
