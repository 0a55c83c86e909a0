//! E-mail alerts whose end is not known.
//!
//! A row moves from [`WAITING`] to [`SENDING`] and from there back or away. Whoever takes one has it for a time; a row
//! whose time is over while it is being sent was lost on the way.

use rusqlite::Result;

use super::columns::{self, address, contact, count, int};
use super::desk::Desk;
use crate::domain::ids::Seq;
use crate::domain::time::Timestamp;
use crate::ports::store::TakenAlert;

const WAITING: i64 = 0;
const SENDING: i64 = 1;

pub fn add(desk: &mut Desk<'_>, number: i64, seq: Seq, at: i64) -> Result<()> {
    let sql = "INSERT INTO alert (address, state, at) VALUES (?1, ?2, ?3) ON CONFLICT (address) DO NOTHING";
    desk.prepared(sql)?.execute((address(number, seq), WAITING, at)).map(|_| ())
}

/// Only the last try decides: one that was believed lost may still be heard of.
pub fn again(desk: &mut Desk<'_>, number: i64, seq: Seq, attempt: u32, at: i64, flagged: bool) -> Result<()> {
    let sql = "UPDATE alert SET state = ?3, at = ?4, flagged = flagged OR ?5 WHERE address = ?1 AND attempt = ?2";
    desk.prepared(sql)?.execute((address(number, seq), attempt, WAITING, at, flagged)).map(|_| ())
}

pub fn over(desk: &mut Desk<'_>, number: i64, seq: Seq) -> Result<()> {
    desk.prepared("DELETE FROM alert WHERE address = ?1")?.execute([address(number, seq)]).map(|_| ())
}

pub fn are_due(desk: &mut Desk<'_>, now: Timestamp) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM alert WHERE at <= ?1)";
    desk.prepared(sql)?.query_row([int(now.0)], |row| row.get(0))
}

pub fn take(desk: &mut Desk<'_>, now: Timestamp, until: Timestamp, limit: usize) -> Result<Vec<TakenAlert>> {
    let sql = "SELECT address, id, account, external_key, state, attempt, flagged
        FROM alert JOIN conversation ON number = address >> 32 WHERE at <= ?1 ORDER BY at, address LIMIT ?2";
    let found = desk.prepared(sql)?.query_map([int(now.0), count(limit)], |row| {
        let taken = TakenAlert {
            contact: contact(row, 1)?,
            seq: columns::seq(row, 0)?,
            attempt: row.get::<_, u32>(5)?.saturating_add(1),
            flagged: row.get(6)?,
            lost: row.get::<_, i64>(4)? == SENDING,
        };
        Ok((row.get::<_, i64>(0)?, taken))
    })?;
    let (addresses, taken): (Vec<i64>, Vec<TakenAlert>) = found.collect::<Result<Vec<_>>>()?.into_iter().unzip();
    let sql = "UPDATE alert SET state = ?2, attempt = ?3, at = ?4 WHERE address = ?1";
    for (address, alert) in addresses.into_iter().zip(&taken) {
        desk.prepared(sql)?.execute((address, SENDING, alert.attempt, int(until.0)))?;
    }
    Ok(taken)
}
