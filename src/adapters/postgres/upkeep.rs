//! What is neither a conversation nor a person: accounts, payloads kept for inspection, the probe.

use bytes::Bytes;

use super::columns::{count, int, uint};
use super::connect::{self, Sql};
use crate::domain::account::Account;
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;
use crate::ports::store::{RawPayload, StoreError};

const RAW_PAYLOADS_MAX: i64 = 10_000;

const PROVISION: &str = "INSERT INTO account (id, channel, name, bot)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS w (id, channel, name, bot) ORDER BY id
    ON CONFLICT (id) DO UPDATE SET channel = excluded.channel, name = excluded.name, bot = excluded.bot
    WHERE (account.channel, account.name, account.bot) IS DISTINCT FROM (excluded.channel, excluded.name, excluded.bot)";

pub async fn provision(sql: &Sql, accounts: &[Account]) -> Result<(), StoreError> {
    let [provision] = connect::prepared(sql, [PROVISION]).await?;
    let ids: Vec<&str> = accounts.iter().map(|account| account.id.as_str()).collect();
    let channels: Vec<&str> = accounts.iter().map(|account| account.channel.as_str()).collect();
    let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
    let bots: Vec<&str> = accounts.iter().map(|account| account.bot.as_str()).collect();
    sql.execute(&provision, &[&ids, &channels, &names, &bots]).await?;
    Ok(())
}

pub async fn tell_trouble(sql: &Sql, account: &AccountId, trouble: Option<&str>) -> Result<(), StoreError> {
    let [tell] = connect::prepared(sql, ["UPDATE account SET trouble = $2 WHERE id = $1"]).await?;
    sql.execute(&tell, &[&account.as_str(), &trouble]).await?;
    Ok(())
}

pub async fn trouble(sql: &Sql, account: &AccountId) -> Result<Option<String>, StoreError> {
    let [ask] = connect::prepared(sql, ["SELECT trouble FROM account WHERE id = $1"]).await?;
    let row = sql.query_opt(&ask, &[&account.as_str()]).await?;
    row.map_or(Ok(None), |row| Ok(row.try_get(0)?))
}

/// The secret of this name: the one that is there, or else `fresh`, from now on.
pub async fn secret(sql: &Sql, name: &str, fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
    let keep = "INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    sql.execute(keep, &[&name, &fresh]).await?;
    let row = sql.query_one("SELECT value FROM secret WHERE name = $1", &[&name]).await?;
    Ok(row.try_get(0)?)
}

/// Numbers may have holes, so somewhat fewer than the limit may be kept.
pub async fn keep_raw(sql: &Sql, source: &str, reason: &str, body: &Bytes, at: Timestamp) -> Result<(), StoreError> {
    let [insert, delete] = connect::prepared(
        sql,
        [
            "INSERT INTO raw_inbound (at, source, reason, body) VALUES ($1, $2, $3, $4) RETURNING number",
            "DELETE FROM raw_inbound WHERE number <= $1",
        ],
    )
    .await?;
    let (source, reason) = (source.replace('\0', "\u{fffd}"), reason.replace('\0', "\u{fffd}"));
    let row = sql.query_one(&insert, &[&int(at.0), &source, &reason, &&body[..]]).await?;
    let number: i64 = row.try_get(0)?;
    sql.execute(&delete, &[&(number - RAW_PAYLOADS_MAX)]).await?;
    Ok(())
}

/// Newest first.
pub async fn raw_payloads(sql: &Sql, limit: usize) -> Result<Vec<RawPayload>, StoreError> {
    let [read] =
        connect::prepared(sql, ["SELECT at, source, reason, body FROM raw_inbound ORDER BY number DESC LIMIT $1"])
            .await?;
    let rows = sql.query(&read, &[&count(limit)]).await?;
    let kept = rows.iter().map(|row| {
        Ok(RawPayload {
            at: Timestamp(uint(row, 0)?),
            source: row.try_get(1)?,
            reason: row.try_get(2)?,
            body: row.try_get(3)?,
        })
    });
    Ok(kept.collect::<Result<_, tokio_postgres::Error>>()?)
}

/// Writes a row and reads it back. It comes by every now and then, so it takes out what has ended.
pub async fn probe(sql: &Sql, now: Timestamp) -> Result<(), StoreError> {
    let at = int(now.0);
    let [insert, read, delete, sessions, invitations] = connect::prepared(
        sql,
        [
            "INSERT INTO probe (at) VALUES ($1) RETURNING number",
            "SELECT at FROM probe WHERE number >= $1 LIMIT 1",
            "DELETE FROM probe WHERE number < $1",
            "DELETE FROM session WHERE until <= $1",
            "DELETE FROM invitation WHERE until <= $1",
        ],
    )
    .await?;
    let number: i64 = sql.query_one(&insert, &[&at]).await?.try_get(0)?;
    sql.query_one(&read, &[&number]).await?;
    sql.execute(&delete, &[&number]).await?;
    sql.execute(&sessions, &[&at]).await?;
    sql.execute(&invitations, &[&at]).await?;
    Ok(())
}
