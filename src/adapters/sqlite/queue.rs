//! Messages on their way out.
//!
//! A row moves from [`QUEUED`] to [`SENDING`] and from there back (as [`UNCERTAIN`] if it may have arrived) or away. A
//! take over makes unsent rows of the bot [`WITHDRAWN`]; such a row waits for its conversation to note it, and nothing
//! but a new `Queue` makes it go out. Below [`SENDING`], a row waits to be sent.

use rusqlite::{Connection, OptionalExtension, Result, Row};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::columns::{self, Json, address, bytes, contact, count, end, int, uint};
use super::deadlines::GIVEN_FOR_MS;
use super::desk::Desk;
use crate::domain::ids::{AccountId, DeliveryId, Incarnation, Seq};
use crate::domain::time::Timestamp;
use crate::ports::store::{Mark, Queued, Shelved, StoreError, Stray, StrayState};
use crate::wire::stored;

const QUEUED: i64 = 0;
const UNCERTAIN: i64 = 1;
const SENDING: i64 = 2;
const WITHDRAWN: i64 = 3;

/// A message to go out, encoded.
#[derive(Serialize, Deserialize)]
pub struct Message {
    pub seq: Seq,
    pub body: ByteBuf,
    pub by_bot: bool,
}

/// A message whose row is still to be written. Most are gone before that.
pub struct Young {
    account: AccountId,
    number: i64,
    state: i64,
    by_bot: bool,
    attempt: u32,
    at: i64,
    sending: Option<Incarnation>,
    body: ByteBuf,
}

impl Young {
    fn start(&mut self, me: Incarnation) -> Mark {
        if self.state < SENDING {
            (self.state, self.sending) = (SENDING, Some(me));
            self.attempt += 1;
            return Mark::Set { attempt: self.attempt };
        }
        if self.sending == Some(me) { Mark::Stands { attempt: self.attempt } } else { Mark::No }
    }
}

/// A message of an event that was just written has no row yet; any other may.
pub fn add(desk: &mut Desk<'_>, account: &AccountId, number: i64, message: &Message, at: i64, new: bool) -> Result<()> {
    let address = address(number, message.seq);
    let young = Young {
        account: account.clone(),
        number: desk.memory.next_delivery(),
        state: QUEUED,
        by_bot: message.by_bot,
        attempt: 0,
        at,
        sending: None,
        body: message.body.clone(),
    };
    if new {
        desk.memory.young.insert(address, young);
        return Ok(());
    }
    grow_up(desk, number)?;
    insert(desk, address, &young)
}

/// A row that is there already keeps its number, its attempts and its flag.
pub fn insert(desk: &mut Desk<'_>, address: i64, young: &Young) -> Result<()> {
    let sql = "INSERT INTO outbox (address, account, number, state, by_bot, attempt, at, sending_inc, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (address) DO UPDATE SET state = excluded.state, by_bot = excluded.by_bot, at = excluded.at,
            body = excluded.body, sending_inc = NULL, next_try_at = 0";
    let Young { account, number, state, by_bot, attempt, at, sending, body } = young;
    let sending = sending.as_ref().map(|incarnation| incarnation.0.as_bytes());
    let row = (address, account.as_str(), number, state, by_bot, attempt, at, sending, Json(body));
    desk.prepared(sql)?.execute(row).map(|_| ())
}

/// The conversation's young messages get their rows.
fn grow_up(desk: &mut Desk<'_>, number: i64) -> Result<()> {
    desk.memory.take_young(number).iter().try_for_each(|(address, young)| insert(desk, *address, young))
}

/// The conversation hears of these with the answer to its append; the sweeper only if it forgets them.
pub fn withdraw_bot(desk: &mut Desk<'_>, number: i64, at: i64) -> Result<Vec<Seq>> {
    grow_up(desk, number)?;
    let sql = "UPDATE outbox SET state = ?3, next_try_at = ?2
        WHERE address > ?1 AND address < ?4 AND by_bot AND state < 2 RETURNING address";
    let statement = desk.prepared(sql)?;
    let rows = statement
        .query_map([address(number, 0), at + GIVEN_FOR_MS, WITHDRAWN, end(number)], |row| columns::seq(row, 0))?;
    let mut withdrawn = rows.collect::<Result<Vec<_>>>()?;
    withdrawn.sort_unstable();
    Ok(withdrawn)
}

/// Once flagged, a message stays so. One that was shelved gets its old place again.
pub fn requeue(desk: &mut Desk<'_>, number: i64, seq: Seq, at: i64, flagged: bool) -> Result<()> {
    grow_up(desk, number)?;
    let address = address(number, seq);
    if put_back(desk, address, at, flagged)? == 0 && unshelve(desk, address)? == 1 {
        put_back(desk, address, at, flagged)?;
    }
    Ok(())
}

fn put_back(desk: &mut Desk<'_>, address: i64, at: i64, flagged: bool) -> Result<usize> {
    let state = if flagged { UNCERTAIN } else { QUEUED };
    let sql = "UPDATE outbox SET state = ?2, flagged = flagged OR ?3, at = ?4, sending_inc = NULL, next_try_at = 0
        WHERE address = ?1 AND state <> 3";
    desk.prepared(sql)?.execute((address, state, flagged, at))
}

/// An end can also come to a message on the shelf: its echo shows that it had arrived.
pub fn finish(desk: &mut Desk<'_>, number: i64, seq: Seq) -> Result<()> {
    let address = address(number, seq);
    if desk.memory.young.remove(&address).is_some() {
        return Ok(());
    }
    if desk.prepared("DELETE FROM outbox WHERE address = ?1")?.execute([address])? == 0 {
        desk.prepared("DELETE FROM shelf WHERE address = ?1")?.execute([address])?;
    }
    Ok(())
}

/// Kept, should somebody send it again.
pub fn shelve(desk: &mut Desk<'_>, number: i64, seq: Seq) -> Result<()> {
    grow_up(desk, number)?;
    let address = address(number, seq);
    let sql = "INSERT OR REPLACE INTO shelf (address, account, number, by_bot, attempt, flagged, at, body)
        SELECT address, account, number, by_bot, attempt, flagged, at, body FROM outbox WHERE address = ?1";
    desk.prepared(sql)?.execute([address])?;
    desk.prepared("DELETE FROM outbox WHERE address = ?1")?.execute([address]).map(|_| ())
}

fn unshelve(desk: &mut Desk<'_>, address: i64) -> Result<usize> {
    let sql = "INSERT OR IGNORE INTO outbox (address, account, number, state, by_bot, attempt, flagged, at, body)
        SELECT address, account, number, ?2, by_bot, attempt, flagged, at, body FROM shelf WHERE address = ?1";
    let back = desk.prepared(sql)?.execute([address, QUEUED])?;
    desk.prepared("DELETE FROM shelf WHERE address = ?1")?.execute([address])?;
    Ok(back)
}

pub fn start_sending(desk: &mut Desk<'_>, me: Incarnation, deliveries: &[DeliveryId]) -> Result<Vec<Mark>> {
    let mut marks = Vec::with_capacity(deliveries.len());
    for (place, delivery) in deliveries.iter().enumerate() {
        marks.push(match start(desk, me, *delivery)? {
            Mark::Stands { .. } if deliveries[..place].contains(delivery) => Mark::No,
            mark => mark,
        });
    }
    if marks.iter().any(|mark| matches!(mark, Mark::Set { .. })) {
        desk.notes.start_sending(deliveries, me);
    }
    Ok(marks)
}

fn start(desk: &mut Desk<'_>, me: Incarnation, delivery: DeliveryId) -> Result<Mark> {
    let Some(known) = desk.known(delivery.conversation)? else { return Ok(Mark::No) };
    let address = address(known.number, delivery.seq);
    if let Some(young) = desk.memory.young.get_mut(&address) {
        return Ok(young.start(me));
    }
    let sql = "UPDATE outbox SET state = ?3, sending_inc = ?2, attempt = attempt + 1, next_try_at = 0
        WHERE address = ?1 AND state < 2 RETURNING attempt";
    let set = desk.prepared(sql)?.query_row((address, me.0.as_bytes(), SENDING), |row| row.get(0)).optional()?;
    if let Some(attempt) = set {
        return Ok(Mark::Set { attempt });
    }
    let sql = "SELECT attempt FROM outbox WHERE address = ?1 AND state = ?3 AND sending_inc = ?2";
    let stands = desk.prepared(sql)?.query_row((address, me.0.as_bytes(), SENDING), |row| row.get(0)).optional()?;
    Ok(stands.map_or(Mark::No, |attempt| Mark::Stands { attempt }))
}

pub fn strays(desk: &Desk<'_>, now: Timestamp, me: Incarnation, limit: usize) -> Result<Vec<Stray>> {
    let sql = "SELECT address, id, conversation.account, external_key, state, attempt
        FROM outbox JOIN conversation ON conversation.number = address >> 32
        WHERE state >= 2 AND next_try_at <= ?1 AND (state = 3 OR sending_inc <> ?2)
        ORDER BY next_try_at, address LIMIT ?3";
    let mut statement = desk.sql.prepare_cached(sql)?;
    let found = statement.query_map((int(now.0), me.0.as_bytes(), count(limit)), |row| {
        let withdrawn = row.get::<_, i64>(4)? == WITHDRAWN;
        let state = if withdrawn { StrayState::Withdrawn } else { StrayState::Sending { attempt: row.get(5)? } };
        Ok((row.get::<_, i64>(0)?, Stray { contact: contact(row, 1)?, seq: columns::seq(row, 0)?, state }))
    })?;
    let (addresses, strays): (Vec<i64>, Vec<Stray>) = found.collect::<Result<Vec<_>>>()?.into_iter().unzip();
    let mut give = desk.sql.prepare_cached("UPDATE outbox SET next_try_at = ?2 WHERE address = ?1")?;
    for address in addresses {
        give.execute([address, int(now.0) + GIVEN_FOR_MS])?;
    }
    Ok(strays)
}

pub fn shelved(
    sql: &Connection,
    account: Option<&AccountId>,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Shelved>, StoreError> {
    let of_account = if account.is_some() { "shelf.account = ?3 AND" } else { "" };
    let question = format!(
        "SELECT shelf.number, id, conversation.account, external_key, address
        FROM shelf JOIN conversation ON conversation.number = address >> 32
        WHERE {of_account} shelf.number < ?1 ORDER BY shelf.number DESC LIMIT ?2"
    );
    let mut statement = sql.prepare_cached(&question)?;
    let read =
        |row: &Row<'_>| Ok(Shelved { number: row.get(0)?, contact: contact(row, 1)?, seq: columns::seq(row, 4)? });
    let (before, limit) = (before.unwrap_or(i64::MAX), count(limit));
    let shelved = match account {
        Some(account) => statement.query_map((before, limit, account.as_str()), read)?.collect::<Result<_>>(),
        None => statement.query_map((before, limit), read)?.collect::<Result<_>>(),
    };
    Ok(shelved?)
}

/// By their numbers, which an index knows: the oldest were written first, whenever they were tried last.
pub fn shelved_until(
    sql: &Connection,
    until: Timestamp,
    after: i64,
    limit: usize,
) -> Result<(Vec<Shelved>, Option<i64>), StoreError> {
    let question = "SELECT shelf.number, id, conversation.account, external_key, address, at
        FROM shelf JOIN conversation ON conversation.number = address >> 32
        WHERE shelf.number > ?1 ORDER BY shelf.number LIMIT ?2";
    let mut statement = sql.prepare_cached(question)?;
    let mut rows = statement.query((after, count(limit)))?;
    let (mut shelved, mut looked_at, mut end) = (Vec::new(), 0, None);
    while let Some(row) = rows.next()? {
        looked_at += 1;
        end = Some(row.get(0)?);
        if Timestamp(uint(row, 5)?) <= until {
            shelved.push(Shelved { number: row.get(0)?, contact: contact(row, 1)?, seq: columns::seq(row, 4)? });
        }
    }
    Ok((shelved, end.filter(|_| looked_at == limit)))
}

pub fn queued(sql: &Connection, account: &AccountId, after: i64, limit: usize) -> Result<Vec<Queued>, StoreError> {
    let question =
        "SELECT outbox.number, id, conversation.account, external_key, address, body, by_bot, at, attempt, flagged
        FROM outbox JOIN conversation ON conversation.number = address >> 32
        WHERE outbox.account = ?1 AND outbox.number > ?2 AND state < 2
        ORDER BY outbox.number LIMIT ?3";
    let mut statement = sql.prepare_cached(question)?;
    let mut rows = statement.query((account.as_str(), after, count(limit)))?;
    let mut queued = Vec::new();
    while let Some(row) = rows.next()? {
        let (line, by) = stored::read_queued(&bytes(row, 5)?, row.get(6)?)?;
        queued.push(Queued {
            number: row.get(0)?,
            contact: contact(row, 1)?,
            seq: columns::seq(row, 4)?,
            line,
            by,
            at: Timestamp(uint(row, 7)?),
            attempt: row.get(8)?,
            flagged: row.get(9)?,
        });
    }
    Ok(queued)
}
