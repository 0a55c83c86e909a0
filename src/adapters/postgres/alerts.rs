//! E-mail alerts whose end is not known.
//!
//! A row moves from waiting (0) to being sent (1) and from there back or away. Whoever takes one has it for a time; a
//! row whose time is over while it is being sent was lost on the way.

use tokio_postgres::Row;

use super::columns::{Result, contact, count, int, uint};
use super::connect::{self, Sql};
use crate::domain::time::Timestamp;
use crate::ports::store::{StoreError, TakenAlert};

pub const ADD: &str = "INSERT INTO alert (conversation, seq, state, at)
    SELECT c, s, 0, at FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS w (c, s, at)
    ON CONFLICT (conversation, seq) DO NOTHING";
/// Only the last try decides: one that was believed lost may still be heard of.
pub const AGAIN: &str = "UPDATE alert SET state = 0, at = w.again, flagged = flagged OR w.flag
    FROM unnest($1::uuid[], $2::bigint[], $3::integer[], $4::bigint[], $5::boolean[]) AS w (c, s, try, again, flag)
    WHERE conversation = w.c AND seq = w.s AND attempt = w.try";
pub const OVER: &str = "DELETE FROM alert USING unnest($1::uuid[], $2::bigint[]) AS w (c, s)
    WHERE conversation = w.c AND seq = w.s";
/// What another node is just being given is left out: nobody waits, and nobody gets it twice.
pub const TAKE: &str = "WITH found AS MATERIALIZED (SELECT conversation, seq, state, at FROM alert
        WHERE at <= $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED),
    taken AS (UPDATE alert SET state = 1, attempt = attempt + 1, at = $3 FROM found
        WHERE alert.conversation = found.conversation AND alert.seq = found.seq
        RETURNING alert.conversation, alert.seq, alert.attempt, alert.flagged, found.state, found.at)
    SELECT id, account, external_key, taken.seq, taken.attempt, taken.flagged, taken.state
    FROM taken JOIN conversation ON id = taken.conversation ORDER BY taken.at, id, taken.seq";

pub async fn take(
    sql: &Sql,
    now: Timestamp,
    until: Timestamp,
    limit: usize,
) -> std::result::Result<Vec<TakenAlert>, StoreError> {
    let [take] = connect::prepared(sql, [TAKE]).await?;
    let rows = sql.query(&take, &[&int(now.0), &count(limit), &int(until.0)]).await?;
    Ok(rows.iter().map(taken).collect::<Result<_>>()?)
}

fn taken(row: &Row) -> Result<TakenAlert> {
    Ok(TakenAlert {
        contact: contact(row, 0)?,
        seq: uint(row, 3)?,
        attempt: u32::try_from(row.try_get::<_, i32>(4)?).unwrap_or(0),
        flagged: row.try_get(5)?,
        lost: row.try_get::<_, i16>(6)? == 1,
    })
}
