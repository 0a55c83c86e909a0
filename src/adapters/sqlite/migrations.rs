//! How an older database becomes today's: numbered steps, forward only.
//!
//! The number of the last step is the database's `user_version`. A step that has been released never changes.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::OpenError;

const STEPS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_journal.sql"),
    include_str!("migrations/0003_alerts.sql"),
    include_str!("migrations/0004_bots.sql"),
    include_str!("migrations/0005_writing.sql"),
    include_str!("migrations/0006_shelf.sql"),
    include_str!("migrations/0007_views.sql"),
    include_str!("migrations/0008_uploads.sql"),
    include_str!("migrations/0009_teams.sql"),
    include_str!("migrations/0010_mentions.sql"),
    include_str!("migrations/0011_contacts.sql"),
    include_str!("migrations/0012_namesakes.sql"),
    include_str!("migrations/0013_aside.sql"),
    include_str!("migrations/0014_sessions.sql"),
    include_str!("migrations/0015_bundles.sql"),
];

/// The format this program writes, and the newest it reads.
pub const FORMAT: usize = STEPS.len();

/// Brings the database up to date, or refuses one that a newer program has written.
pub fn migrate(connection: &Connection) -> Result<(), OpenError> {
    let found = check(connection)?;
    for (step, sql) in STEPS.iter().enumerate().skip(found) {
        let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", step as i64 + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

/// How many steps the database has taken.
pub fn check(connection: &Connection) -> Result<usize, OpenError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match usize::try_from(found) {
        Ok(found) if found <= STEPS.len() => Ok(found),
        _ => Err(OpenError::Newer { found, known: STEPS.len() }),
    }
}
