//! How events lie in their table: what a conversation heard and said between two commits lies together, in one row.
//!
//! A row stands at the address of its first event. One event is kept as itself; several are kept as an array of pairs,
//! each a time and an event: `[[at, event], …]`. So a busy hour costs the table a fraction of the pages, and people can
//! still ask the database about it (the view `logged` shows the events one by one).

use std::io::Write;

use rusqlite::{Connection, OptionalExtension, Result, Row};
use serde_json::value::RawValue;

use super::columns::{address, end, seq, uint};
use crate::domain::ids::Seq;

/// No more events than that share a row, and none joins one that would get longer than that: whoever wants one event has
/// to read the whole row.
const TOGETHER_MAX: usize = 64;
const BYTES_MAX: usize = 32 << 10;

/// An event as it is stored.
pub struct RawEvent {
    pub seq: Seq,
    pub at: u64,
    pub body: Vec<u8>,
}

/// Events that will share a row.
pub struct Bundle {
    pub first: Seq,
    /// When the first happened.
    pub at: i64,
    events: usize,
    /// An array, but for the bracket that closes it.
    text: Vec<u8>,
    /// Where the first event begins in it.
    begin: usize,
}

impl Bundle {
    pub fn new(first: Seq, at: i64, body: &[u8]) -> Self {
        let mut text = Vec::with_capacity(body.len() + 32);
        // Memory takes every byte.
        let _ = write!(text, "[[{at},");
        let begin = text.len();
        text.extend_from_slice(body);
        text.push(b']');
        Self { first, at, events: 1, text, begin }
    }

    /// Takes in the next event; false: there is no room for it.
    pub fn add(&mut self, at: i64, body: &[u8]) -> bool {
        if self.events == TOGETHER_MAX || self.text.len() + body.len() > BYTES_MAX {
            return false;
        }
        let _ = write!(self.text, ",[{at},");
        self.text.extend_from_slice(body);
        self.text.push(b']');
        self.events += 1;
        true
    }

    /// What the row says.
    pub fn into_body(mut self) -> Vec<u8> {
        if self.events > 1 {
            self.text.push(b']');
            return self.text;
        }
        self.text.pop();
        self.text.split_off(self.begin)
    }
}

/// What came after `after`, up to `last`, oldest first.
pub fn after(sql: &Connection, number: i64, after: Seq, last: Seq, limit: usize) -> Result<Vec<RawEvent>> {
    let question = "SELECT address, at, body FROM event WHERE address >= ?1 AND address <= ?2 ORDER BY address";
    let mut statement = sql.prepare_cached(question)?;
    let mut rows = statement.query([row_of(sql, number, after.saturating_add(1))?, address(number, last)])?;
    let mut found = Vec::new();
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        found.extend(unpack(row)?.into_iter().filter(|event| event.seq > after && event.seq <= last));
    }
    found.truncate(limit);
    Ok(found)
}

/// What came before `before`, or all there is, newest first.
pub fn before(sql: &Connection, number: i64, before: Option<Seq>, limit: usize) -> Result<Vec<RawEvent>> {
    let question = "SELECT address, at, body FROM event WHERE address > ?1 AND address < ?2 ORDER BY address DESC";
    let mut statement = sql.prepare_cached(question)?;
    let until = before.map_or(end(number), |seq| address(number, seq));
    let wanted = |event: &RawEvent| before.is_none_or(|before| event.seq < before);
    newest(statement.query([address(number, 0), until])?, wanted, limit)
}

/// The newest after `after` whose text begins so.
pub fn that_begin(sql: &Connection, number: i64, after: Seq, begins: &str, limit: usize) -> Result<Vec<RawEvent>> {
    let question = "SELECT address, at, body FROM event WHERE address >= ?1 AND address < ?2 AND instr(body, ?3) > 0
        ORDER BY address DESC";
    let mut statement = sql.prepare_cached(question)?;
    let rows = statement.query((row_of(sql, number, after.saturating_add(1))?, end(number), begins))?;
    newest(rows, |event| event.seq > after && event.body.starts_with(begins.as_bytes()), limit)
}

/// The event at this address.
pub fn at(sql: &Connection, place: i64) -> Result<Option<RawEvent>> {
    let question =
        "SELECT address, at, body FROM event WHERE address > ?1 AND address <= ?2 ORDER BY address DESC LIMIT 1";
    let number = place >> 32;
    let events = sql.prepare_cached(question)?.query_row([address(number, 0), place], unpack).optional()?;
    Ok(events.and_then(|events| events.into_iter().find(|event| address(number, event.seq) == place)))
}

fn newest(mut rows: rusqlite::Rows<'_>, wanted: impl Fn(&RawEvent) -> bool, limit: usize) -> Result<Vec<RawEvent>> {
    let mut found = Vec::new();
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        found.extend(unpack(row)?.into_iter().rev().filter(&wanted));
    }
    found.truncate(limit);
    Ok(found)
}

/// Where the row stands in which an event lies; if there is none, where it would stand.
fn row_of(sql: &Connection, number: i64, seq: Seq) -> Result<i64> {
    let question = "SELECT max(address) FROM event WHERE address > ?1 AND address <= ?2";
    let place = address(number, seq);
    let found: Option<i64> = sql.prepare_cached(question)?.query_row([address(number, 0), place], |row| row.get(0))?;
    Ok(found.unwrap_or(place))
}

/// The events of a row in three columns: address, at, body. One that is damaged counts as one event that nobody can read.
fn unpack(row: &Row<'_>) -> Result<Vec<RawEvent>> {
    let (first, at, body) = (seq(row, 0)?, uint(row, 1)?, row.get_ref(2)?.as_bytes()?);
    let several = if body.starts_with(b"[") { serde_json::from_slice(body).ok() } else { None };
    let Some::<Vec<(u64, &RawValue)>>(events) = several else {
        return Ok(vec![RawEvent { seq: first, at, body: body.to_vec() }]);
    };
    let raw = |(seq, (at, body)): (Seq, (u64, &RawValue))| RawEvent { seq, at, body: body.get().as_bytes().to_vec() };
    Ok((first..).zip(events).map(raw).collect())
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
