//! Reading a conversation.

use std::collections::HashMap;

use tokio_postgres::Row;
use uuid::Uuid;

use super::columns::{self, Text, count, int, uint};
use super::connect::{self, Sql};
use crate::domain::ids::{ConversationId, Seq};
use crate::domain::time::Timestamp;
use crate::ports::fence::CLOSED;
use crate::ports::store::{Contact, LoggedEvent, Reading, Refuse, StoreError};
use crate::wire::stored;

const KNOWN_KEY: &str = "SELECT last FROM dedupe WHERE conversation = $1 AND key = $2";
const IS_OWNER: &str = "SELECT id FROM conversation
    WHERE id = $1 AND owner_inc = $2 AND owner_epoch = $3 AND last_seq = $4";
/// Under the conversation's lock, like every append; a key that is known stays as it is.
pub const CLOSE: &str =
    "INSERT INTO dedupe (conversation, key, last) SELECT id, $5, $6 FROM (SELECT id FROM conversation
        WHERE id = $1 AND owner_inc = $2 AND owner_epoch = $3 AND last_seq = $4 FOR NO KEY UPDATE) AS locked
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

pub const BEYOND: &str = "SELECT conversation.id, last_seq
    FROM unnest($1::uuid[], $2::bigint[]) AS known (id, seq) JOIN conversation ON conversation.id = known.id
    WHERE last_seq > seq";

pub async fn refuse(sql: &Sql, refuse: &Refuse) -> Result<Option<Seq>, StoreError> {
    let [known_key, is_owner, close] = connect::prepared(sql, [KNOWN_KEY, IS_OWNER, CLOSE]).await?;
    let Refuse { conversation, token, after, key } = refuse;
    let (id, owner, epoch, after) = (&conversation.0, &token.incarnation.0, int(token.epoch), int(*after));
    let Some(key) = key else {
        let stands = sql.query_opt(&is_owner, &[id, owner, &epoch, &after]).await?;
        return stands.map(|_| None).ok_or(StoreError::Fenced);
    };
    let known = sql.query_opt(&known_key, &[id, key]).await?;
    let known = match known {
        Some(known) => known,
        None => {
            let closed = sql.query_opt(&close, &[id, owner, &epoch, &after, key, &int(CLOSED)]).await?;
            closed.ok_or(StoreError::Fenced)?
        }
    };
    Ok(Some(uint(&known, 0)?).filter(|last| *last != CLOSED))
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

pub async fn beyond(sql: &Sql, known: &[(ConversationId, Seq)]) -> Result<HashMap<ConversationId, Seq>, StoreError> {
    let [beyond] = connect::prepared(sql, [BEYOND]).await?;
    let (ids, seqs): (Vec<Uuid>, Vec<i64>) = known.iter().map(|(id, seq)| (id.0, int(*seq))).unzip();
    let rows = sql.query(&beyond, &[&ids, &seqs]).await?;
    rows.iter().map(|row| Ok((ConversationId(row.try_get(0)?), uint(row, 1)?))).collect()
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
