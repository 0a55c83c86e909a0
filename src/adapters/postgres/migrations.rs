//! How an older database becomes today's: numbered steps, forward only.
//!
//! The number of the last step stands in `meta`. A step that has been released never changes. Nodes that start together
//! take the steps one after the other: the second finds nothing left to do.

use tokio_postgres::error::SqlState;

use super::connect::Sql;
use super::{OpenError, trouble};

const STEPS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_alerts.sql"),
    include_str!("migrations/0003_bots.sql"),
    include_str!("migrations/0004_writing.sql"),
    include_str!("migrations/0005_account_trouble.sql"),
    include_str!("migrations/0006_shelf.sql"),
    include_str!("migrations/0007_index.sql"),
    include_str!("migrations/0008_uploads.sql"),
    include_str!("migrations/0009_teams.sql"),
    include_str!("migrations/0010_mentions.sql"),
    include_str!("migrations/0011_contacts.sql"),
    include_str!("migrations/0012_namesakes.sql"),
    include_str!("migrations/0013_aside.sql"),
    include_str!("migrations/0014_sessions.sql"),
];

/// The format this program writes, and the newest it reads.
pub const FORMAT: usize = STEPS.len();

/// Longer than any question may take: steps rewrite tables. Alone, whoever else starts.
const BEGIN: &str = "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
    SELECT pg_advisory_xact_lock(hashtext('switchboard ' || current_schema()))";

/// Brings the database up to date, or refuses one that is not ours, or that a newer program has written.
pub async fn migrate(sql: &Sql) -> Result<(), OpenError> {
    begin(sql).await?;
    take_steps(sql).await?;
    sql.batch_execute("COMMIT").await.map_err(refused)
}

/// From here to the end of the transaction, nobody else takes a step.
pub async fn begin(sql: &Sql) -> Result<(), OpenError> {
    sql.batch_execute(BEGIN).await.map_err(refused)
}

pub async fn take_steps(sql: &Sql) -> Result<(), OpenError> {
    let found = check(sql).await?.unwrap_or(0);
    for step in &STEPS[found..] {
        sql.batch_execute(step).await.map_err(refused)?;
    }
    if found < FORMAT {
        sql.execute("UPDATE meta SET format = $1", &[&(FORMAT as i32)]).await.map_err(refused)?;
    }
    Ok(())
}

/// How many steps the database has taken; none if it holds nothing of ours.
pub async fn check(sql: &Sql) -> Result<Option<usize>, OpenError> {
    let row = sql.query_one("SELECT to_regclass('meta') IS NOT NULL, to_regclass('copying') IS NOT NULL", &[]).await;
    let row = row.map_err(refused)?;
    let there = |column| row.try_get::<_, bool>(column).map_err(refused);
    if !there(0)? {
        return Ok(None);
    }
    let found = sql.query_one("SELECT format FROM meta", &[]).await.map_err(refused)?;
    let found: i32 = found.try_get(0).map_err(|_| OpenError::Strange)?;
    match usize::try_from(found) {
        Ok(found) if found > FORMAT => Err(OpenError::Newer { found, known: FORMAT }),
        Ok(_) if there(1)? => Err(OpenError::HalfCopied),
        Ok(found) => Ok(Some(found)),
        Err(_) => Err(OpenError::Strange),
    }
}

/// Tables of these names that are not ours belong to somebody else.
fn refused(error: tokio_postgres::Error) -> OpenError {
    match error.code() {
        Some(&SqlState::DUPLICATE_TABLE | &SqlState::UNDEFINED_COLUMN | &SqlState::DUPLICATE_OBJECT) => {
            OpenError::Strange
        }
        _ => OpenError::Database(trouble::words(&error)),
    }
}
