//! Asking the index for words.

use tokio_postgres::Row;
use uuid::Uuid;

use super::super::columns::{Text, count, int, uint};
use super::super::connect::{self, Sql};
use super::spans;
use crate::domain::ids::{ConversationId, Seq};
use crate::domain::search::Sought;
use crate::domain::time::Timestamp;
use crate::ports::finding::{Cursor, Hit};
use crate::ports::store::{LoggedEvent, StoreError};
use crate::wire::stored;

/// Contacts looked at; who is sought among more has to say more.
const CONTACTS_MAX: usize = 200;

pub const SAID: &str = "SELECT conversation, seq, at FROM said
    WHERE words @@ $1::text::tsquery AND (at, conversation, seq) < ($2, $3, $4)
    ORDER BY at DESC, conversation DESC, seq DESC LIMIT $5";
pub const EVENTS: &str = "SELECT id, seq, at, body, summary
    FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS w (c, s, place)
    JOIN event ON event.conversation = c AND seq = s JOIN conversation ON id = c
    WHERE summary IS NOT NULL ORDER BY place";
pub const CONTACTS: &str = "SELECT conversation FROM who WHERE words @@ $1::text::tsquery LIMIT $2";

pub type Place = (Uuid, Seq);

/// Where all of the words were said, newest first, and where to go on: in ever wider spans of time back from the newest,
/// so that common words are found in the first and rare ones wherever they are.
pub async fn said(
    sql: &Sql,
    sought: &Sought,
    before: Option<Cursor>,
    newest: i64,
    limit: usize,
) -> Result<(Vec<Place>, Option<Cursor>), StoreError> {
    let [said] = connect::prepared(sql, [SAID]).await?;
    let before = before.map(|Cursor { at, tie, seq }| (at, Uuid::from_u128(tie), int(seq)));
    let mut before = before.unwrap_or((newest, Uuid::max(), i64::MAX));
    let mut found: Vec<(Place, i64)> = Vec::new();
    for (span, begin) in spans::back_from(before.0) {
        let (words, room) = (matching(sought, span), count(limit - found.len()));
        for row in sql.query(&said, &[&words, &before.0, &before.1, &before.2, &room]).await? {
            found.push(((row.try_get(0)?, uint(&row, 1)?), row.try_get(2)?));
        }
        if found.len() >= limit {
            break;
        }
        before = (begin, Uuid::nil(), i64::MIN);
    }
    let cursor = |((id, seq), at): &(Place, i64)| Cursor { at: *at, tie: id.as_u128(), seq: *seq };
    let next = found.last().filter(|_| found.len() >= limit).map(cursor);
    Ok((found.into_iter().map(|(place, _)| place).collect(), next))
}

/// Every word in quotes: nothing that somebody writes is an operator.
fn matching(sought: &Sought, span: Option<String>) -> String {
    let quoted = |word: &String| format!("'{}'", word.replace('\\', "\\\\").replace('\'', "''"));
    let begun = sought.begun.iter().map(|word| format!("{}:*", quoted(word)));
    let all = sought.words.iter().chain(&span).map(quoted).chain(begun);
    all.collect::<Vec<_>>().join(" & ")
}

pub async fn hits(sql: &Sql, places: &[Place]) -> Result<Vec<Hit>, StoreError> {
    let [events] = connect::prepared(sql, [EVENTS]).await?;
    let (of, seqs): (Vec<Uuid>, Vec<i64>) = places.iter().map(|(id, seq)| (*id, int(*seq))).unzip();
    let rows = sql.query(&events, &[&of, &seqs]).await?;
    rows.iter().map(hit).collect()
}

fn hit(row: &Row) -> Result<Hit, StoreError> {
    let event = LoggedEvent {
        seq: uint(row, 1)?,
        at: Timestamp(uint(row, 2)?),
        event: stored::read_event(row.try_get::<_, Text>(3)?.0)?,
    };
    let summary = stored::read_summary(row.try_get::<_, Text>(4)?.0)?;
    Ok(Hit { conversation: ConversationId(row.try_get(0)?), event, summary })
}

pub async fn contacts(sql: &Sql, sought: &Sought) -> Result<Vec<Uuid>, StoreError> {
    let [contacts] = connect::prepared(sql, [CONTACTS]).await?;
    let rows = sql.query(&contacts, &[&matching(sought, None), &count(CONTACTS_MAX)]).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
