//! Messages on their way out.
//!
//! A row moves `queued` → `sending` and from there back (`queued`, or `uncertain` if it may have arrived) or away. A
//! take over makes unsent rows of the bot `withdrawn`; such a row waits for its conversation to note it, and nothing
//! but a new `Queue` makes it go out.

use rusqlite::{Connection, Result};

use super::columns::{Json, bytes, contact, count, int, uint};
use super::deadlines::GIVEN_FOR_MS;
use super::writer::Desk;
use crate::domain::ids::{AccountId, DeliveryId, Incarnation, Seq};
use crate::domain::time::Timestamp;
use crate::ports::store::{Queued, StoreError, Stray, StrayState};
use crate::wire::stored;

/// A message to go out, encoded.
pub struct Message {
    pub seq: i64,
    pub body: Vec<u8>,
    pub by_bot: bool,
}

/// A message that is still there keeps its number, its attempts and its flag.
pub fn add(desk: &mut Desk<'_>, account: &AccountId, number: i64, message: &Message, at: i64) -> Result<()> {
    let sql = "INSERT INTO outbox (number, account, conversation, seq, state, by_bot, at, body)
        VALUES (?1, ?2, ?3, ?4, 'queued', ?5, ?6, ?7)
        ON CONFLICT (conversation, seq) DO UPDATE SET state = 'queued', by_bot = excluded.by_bot, at = excluded.at,
            body = excluded.body, sending_inc = NULL, next_try_at = 0";
    let delivery = desk.memory.next_delivery();
    let row = (delivery, account.as_str(), number, message.seq, message.by_bot, at, Json(&message.body));
    desk.sql.prepare_cached(sql)?.execute(row).map(|_| ())
}

/// The conversation hears of these with the answer to its append; the sweeper only if it forgets them.
pub fn withdraw_bot(desk: &Desk<'_>, number: i64, at: i64) -> Result<Vec<Seq>> {
    let sql = "UPDATE outbox SET state = 'withdrawn', next_try_at = ?2
        WHERE conversation = ?1 AND by_bot AND state IN ('queued', 'uncertain') RETURNING seq";
    let mut statement = desk.sql.prepare_cached(sql)?;
    let rows = statement.query_map([number, at + GIVEN_FOR_MS], |row| uint(row, 0))?;
    let mut withdrawn = rows.collect::<Result<Vec<_>>>()?;
    withdrawn.sort_unstable();
    Ok(withdrawn)
}

/// Once flagged, a message stays so.
pub fn requeue(desk: &Desk<'_>, number: i64, seq: i64, at: i64, flagged: bool) -> Result<()> {
    let state = if flagged { "uncertain" } else { "queued" };
    let sql = "UPDATE outbox SET state = ?3, flagged = flagged OR ?4, at = ?5, sending_inc = NULL, next_try_at = 0
        WHERE conversation = ?1 AND seq = ?2 AND state <> 'withdrawn'";
    desk.sql.prepare_cached(sql)?.execute((number, seq, state, flagged, at)).map(|_| ())
}

pub fn finish(desk: &Desk<'_>, number: i64, seq: i64) -> Result<()> {
    let sql = "DELETE FROM outbox WHERE conversation = ?1 AND seq = ?2";
    desk.sql.prepare_cached(sql)?.execute([number, seq]).map(|_| ())
}

/// Kept, should somebody send it again.
pub fn shelve(desk: &Desk<'_>, number: i64, seq: i64) -> Result<()> {
    let sql = "UPDATE outbox SET state = 'shelved', sending_inc = NULL WHERE conversation = ?1 AND seq = ?2";
    desk.sql.prepare_cached(sql)?.execute([number, seq]).map(|_| ())
}

pub fn start_sending(desk: &mut Desk<'_>, me: Incarnation, deliveries: &[DeliveryId]) -> Result<Vec<bool>> {
    deliveries.iter().map(|delivery| start(desk, me, *delivery)).collect()
}

fn start(desk: &mut Desk<'_>, me: Incarnation, delivery: DeliveryId) -> Result<bool> {
    let Some(known) = desk.known(delivery.conversation)? else { return Ok(false) };
    let sql = "UPDATE outbox SET state = 'sending', sending_inc = ?3, attempt = attempt + 1, next_try_at = 0
        WHERE conversation = ?1 AND seq = ?2 AND state IN ('queued', 'uncertain')";
    let row = (known.number, int(delivery.seq), me.0.as_bytes());
    Ok(desk.sql.prepare_cached(sql)?.execute(row)? == 1)
}

pub fn strays(desk: &Desk<'_>, now: Timestamp, me: Incarnation, limit: usize) -> Result<Vec<Stray>> {
    let sql = "SELECT outbox.number, id, conversation.account, external_key, seq, state
        FROM outbox JOIN conversation ON conversation.number = outbox.conversation
        WHERE state IN ('sending', 'withdrawn') AND next_try_at <= ?1 AND (state = 'withdrawn' OR sending_inc <> ?2)
        ORDER BY next_try_at, outbox.number LIMIT ?3";
    let mut statement = desk.sql.prepare_cached(sql)?;
    let found = statement.query_map((int(now.0), me.0.as_bytes(), count(limit)), |row| {
        let state = if row.get_ref(5)?.as_str()? == "sending" { StrayState::Sending } else { StrayState::Withdrawn };
        Ok((row.get::<_, i64>(0)?, Stray { contact: contact(row, 1)?, seq: uint(row, 4)?, state }))
    })?;
    let (numbers, strays): (Vec<i64>, Vec<Stray>) = found.collect::<Result<Vec<_>>>()?.into_iter().unzip();
    let mut give = desk.sql.prepare_cached("UPDATE outbox SET next_try_at = ?2 WHERE number = ?1")?;
    for number in numbers {
        give.execute([number, int(now.0) + GIVEN_FOR_MS])?;
    }
    Ok(strays)
}

pub fn queued(sql: &Connection, account: &AccountId, after: i64, limit: usize) -> Result<Vec<Queued>, StoreError> {
    let question =
        "SELECT outbox.number, id, conversation.account, external_key, seq, body, by_bot, at, attempt, flagged
        FROM outbox JOIN conversation ON conversation.number = outbox.conversation
        WHERE outbox.account = ?1 AND outbox.number > ?2 AND state IN ('queued', 'uncertain')
        ORDER BY outbox.number LIMIT ?3";
    let mut statement = sql.prepare_cached(question)?;
    let mut rows = statement.query((account.as_str(), after, count(limit)))?;
    let mut queued = Vec::new();
    while let Some(row) = rows.next()? {
        queued.push(Queued {
            number: row.get(0)?,
            contact: contact(row, 1)?,
            seq: uint(row, 4)?,
            line: stored::read_line(&bytes(row, 5)?)?,
            by_bot: row.get(6)?,
            at: Timestamp(uint(row, 7)?),
            attempt: row.get(8)?,
            flagged: row.get(9)?,
        });
    }
    Ok(queued)
}
