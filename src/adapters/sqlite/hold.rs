//! A database that is read from end to end while nobody may use it.

use std::path::Path;

use rusqlite::Connection;

use super::lock::Lock;
use super::{FILE_NAME, OpenError, SqliteStore, readers};

/// As long as it lives, no process can open the store.
pub struct Held {
    sql: Connection,
    _lock: Lock,
}

impl Held {
    /// Only reads.
    pub fn sql(&self) -> &Connection {
        &self.sql
    }
}

/// Brings the database in `dir` up to date, with all that the journal holds, and keeps everybody else out.
pub fn hold(dir: &Path) -> Result<Held, OpenError> {
    drop(SqliteStore::open(dir)?);
    let lock = Lock::take(dir)?;
    Ok(Held { sql: readers::open(&dir.join(FILE_NAME))?, _lock: lock })
}
