//! Where everything comes from: a SQLite database that nobody uses meanwhile.

use std::path::Path;

use rusqlite::Connection;

use super::CopyError;
use super::rows::{self, Value};
use super::tables::{APART, OF_CONVERSATIONS, OF_UPLOADS, Table};
use crate::adapters::sqlite::{self, Held};

pub struct Source {
    held: Held,
    /// Changes whenever anything is written.
    pub state: String,
    /// The number of the last conversation.
    pub last: i64,
    pub conversations: u64,
    /// The number of the last upload.
    pub last_upload: i64,
}

impl Source {
    /// Nobody else can use the database as long as this lives.
    pub fn open(dir: &Path) -> Result<Source, CopyError> {
        if !dir.join(sqlite::FILE_NAME).exists() {
            return Err(CopyError::NoSource(dir.display().to_string()));
        }
        let held = sqlite::hold(dir)?;
        let sql = held.sql();
        let generation: String = sql.query_row("SELECT generation FROM meta", (), |row| row.get(0))?;
        let committed: i64 = sql.query_row("SELECT committed FROM meta", (), |row| row.get(0))?;
        let question = "SELECT count(*), coalesce(max(number), 0) FROM conversation";
        let (conversations, last) = sql.query_row(question, (), |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))?;
        let conversations = u64::try_from(conversations).unwrap_or(0);
        let question = "SELECT coalesce(max(number), 0) FROM upload";
        let last_upload = sql.query_row(question, (), |row| row.get(0))?;
        Ok(Source { held, state: format!("{generation}/{committed}"), last, conversations, last_upload })
    }

    /// How many conversations have numbers up to this one.
    pub fn count_up_to(&self, number: i64) -> Result<u64, CopyError> {
        let question = "SELECT count(*) FROM conversation WHERE number <= ?1";
        let count: i64 = self.held.sql().query_row(question, [number], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Gives every row to `out` of the tables that belong to no conversation.
    pub fn apart(&self, out: &mut impl FnMut(&'static Table, Vec<Value>)) -> Result<(), CopyError> {
        APART.iter().try_for_each(|table| read(self.held.sql(), table, (), out))
    }

    /// And of those that belong to the conversations numbered after `after`, up to `to`.
    pub fn of_conversations(
        &self,
        after: i64,
        to: i64,
        out: &mut impl FnMut(&'static Table, Vec<Value>),
    ) -> Result<(), CopyError> {
        OF_CONVERSATIONS.iter().try_for_each(|table| read(self.held.sql(), table, (after, to), out))
    }

    /// And of the uploads numbered after `after`, up to `to`.
    pub fn of_uploads(
        &self,
        after: i64,
        to: i64,
        out: &mut impl FnMut(&'static Table, Vec<Value>),
    ) -> Result<(), CopyError> {
        OF_UPLOADS.iter().try_for_each(|table| read(self.held.sql(), table, (after, to), out))
    }
}

fn read(
    sql: &Connection,
    table: &'static Table,
    parameters: impl rusqlite::Params,
    out: &mut impl FnMut(&'static Table, Vec<Value>),
) -> Result<(), CopyError> {
    let mut statement = sql.prepare_cached(table.source)?;
    let mut found = statement.query(parameters)?;
    while let Some(row) = found.next()? {
        out(table, rows::from_sqlite(table, row)??);
    }
    Ok(())
}
