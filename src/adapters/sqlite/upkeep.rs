//! What is neither a conversation nor a person: accounts, payloads kept for inspection, the probe.

use bytes::Bytes;
use rusqlite::{Connection, Result};

use super::columns::{count, int, uint};
use super::desk::Desk;
use crate::domain::account::Account;
use crate::domain::time::Timestamp;
use crate::ports::store::{RawPayload, StoreError};

pub const RAW_PAYLOADS_MAX: i64 = 10_000;

pub fn provision(desk: &Desk<'_>, accounts: &[Account]) -> Result<()> {
    let sql = "INSERT INTO account (id, channel, name, bot) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (id) DO UPDATE SET channel = excluded.channel, name = excluded.name, bot = excluded.bot";
    let mut statement = desk.sql.prepare_cached(sql)?;
    for account in accounts {
        statement.execute((account.id.as_str(), account.channel.as_str(), &account.name, account.bot.as_str()))?;
    }
    Ok(())
}

pub fn keep_raw(desk: &Desk<'_>, source: &str, reason: &str, body: &Bytes, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO raw_inbound (at, source, reason, body) VALUES (?1, ?2, ?3, ?4)";
    desk.sql.prepare_cached(sql)?.execute((int(at.0), source, reason, &body[..]))?;
    let sql = "DELETE FROM raw_inbound WHERE number <= ?1";
    desk.sql.prepare_cached(sql)?.execute([desk.sql.last_insert_rowid() - RAW_PAYLOADS_MAX]).map(|_| ())
}

/// Newest first.
pub fn raw_payloads(sql: &Connection, limit: usize) -> Result<Vec<RawPayload>, StoreError> {
    let question = "SELECT at, source, reason, body FROM raw_inbound ORDER BY number DESC LIMIT ?1";
    let mut statement = sql.prepare_cached(question)?;
    let rows = statement.query_map([count(limit)], |row| {
        Ok(RawPayload { at: Timestamp(uint(row, 0)?), source: row.get(1)?, reason: row.get(2)?, body: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_>>()?)
}

/// Writes a row and reads it back. It comes by every now and then, so it takes out what has ended.
pub fn probe(desk: &Desk<'_>, now: Timestamp) -> Result<()> {
    let at = int(now.0);
    desk.sql.prepare_cached("INSERT INTO probe (at) VALUES (?1)")?.execute([at])?;
    let number = desk.sql.last_insert_rowid();
    desk.sql
        .prepare_cached("SELECT at FROM probe WHERE number = ?1")?
        .query_row([number], |row| row.get::<_, i64>(0))?;
    desk.sql.prepare_cached("DELETE FROM probe WHERE number < ?1")?.execute([number])?;
    desk.sql.prepare_cached("DELETE FROM session WHERE until <= ?1")?.execute([at])?;
    desk.sql.prepare_cached("DELETE FROM invitation WHERE until <= ?1")?.execute([at]).map(|_| ())
}
