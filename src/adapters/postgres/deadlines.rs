//! When conversations next want to be woken.

use super::columns::{contact, count, int};
use super::connect::{self, Sql};
use crate::domain::time::Timestamp;
use crate::ports::store::{Contact, StoreError};

/// What was given to somebody is not given again for that long, in milliseconds.
pub const GIVEN_FOR_MS: i64 = 2_000;

/// What another node is just being given is left out: nobody waits, and nobody gets it twice.
pub const DUE: &str = "WITH found AS MATERIALIZED (SELECT conversation, next_try_at FROM deadline
        WHERE next_try_at <= $1 ORDER BY next_try_at LIMIT $2 FOR UPDATE SKIP LOCKED),
    given AS (UPDATE deadline SET next_try_at = $3 FROM found WHERE deadline.conversation = found.conversation)
    SELECT id, account, external_key FROM found JOIN conversation ON id = found.conversation
    ORDER BY found.next_try_at";

pub async fn due(sql: &Sql, now: Timestamp, limit: usize) -> Result<Vec<Contact>, StoreError> {
    let [due] = connect::prepared(sql, [DUE]).await?;
    let rows = sql.query(&due, &[&int(now.0), &count(limit), &(int(now.0) + GIVEN_FOR_MS)]).await?;
    Ok(rows.iter().map(|row| contact(row, 0)).collect::<Result<_, _>>()?)
}
