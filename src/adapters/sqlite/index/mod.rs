//! The index behind search and lists: a database of its own beside the log, which it trails.
//!
//! A thread of its own reads what the log has committed and writes here (`keeper`, `filling`), so that no append is ever
//! kept waiting, and the writer's database stays what it was. Lost or damaged, it is built again from the log: backups
//! need not have it. `search` and `windows` ask it.

mod filling;
mod keeper;
mod places;
mod search;
mod vocabulary;
mod windows;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;

use super::readers::{ReaderThreads, Readers};
use super::writer::Asks;
use super::{OpenError, SqliteStore};
use crate::domain::filter::{Filter, Order};
use crate::domain::search::Sought;
use crate::domain::summary::Summary;
use crate::ports::finding::{Choices, Cursor, Finding, Found, Page};
use crate::ports::store::Answer;
use keeper::{Keeper, Touches};

pub const FILE_NAME: &str = "index.db";

/// Dropping it ends the threads, after everything that was touched has been taken in, if that is little.
pub struct Index {
    readers: ReaderThreads,
    keeper: Keeper,
    complete: Arc<AtomicBool>,
}

impl Index {
    /// Opens the index of the database `log`, making it anew if there is none, or one of another database.
    pub fn open(dir: &Path, log: &Path, generation: &str, asks: Asks) -> Result<Self, OpenError> {
        let file = dir.join(FILE_NAME);
        let index = match open_to_write(&file, generation) {
            Ok(index) => index,
            Err(why) => {
                tracing::warn!(%why, "the index for search and lists is built anew");
                remove(&file).map_err(|why| OpenError::Directory { path: file.clone(), why })?;
                open_to_write(&file, generation)?
            }
        };
        let complete = Arc::new(AtomicBool::new(false));
        let keeper = Keeper::start(index, super::readers::open(log)?, asks, complete.clone())?;
        Ok(Self { readers: ReaderThreads::start_bounded(&file)?, keeper, complete })
    }

    /// Where to say that something was appended.
    pub fn touched(&self) -> &Touches {
        self.keeper.touches()
    }

    fn readers(&self) -> &Readers {
        self.readers.readers()
    }

    fn is_complete(&self) -> bool {
        self.complete.load(Ordering::Acquire)
    }
}

fn remove(file: &Path) -> std::io::Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        match std::fs::remove_file(PathBuf::from(name)) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => return Err(why),
            _ => {}
        }
    }
    Ok(())
}

/// The format of the index; another one is built anew.
const FORMAT: i64 = 2;
const CACHE_KB: i64 = 16_000;

#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("it has format {0}")]
    Format(i64),
    #[error("it belongs to another database")]
    Stranger,
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
}

impl From<Unusable> for OpenError {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::Database(error) => error.into(),
            other => OpenError::Index(other.to_string()),
        }
    }
}

/// What is lost with the machine's power is taken in again: nothing here waits for the disk.
fn open_to_write(file: &Path, generation: &str) -> Result<Connection, Unusable> {
    let index = Connection::open(file)?;
    index.busy_timeout(super::BUSY_MAX)?;
    index.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    index.pragma_update(None, "synchronous", "normal")?;
    index.pragma_update(None, "cache_size", -CACHE_KB)?;
    index.set_prepared_statement_cache_capacity(64);
    match index.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))? {
        FORMAT => {}
        0 => make(&index, generation)?,
        other => return Err(Unusable::Format(other)),
    }
    let of: String = index.query_row("SELECT generation FROM progress", (), |row| row.get(0))?;
    if of == generation { Ok(index) } else { Err(Unusable::Stranger) }
}

fn make(index: &Connection, generation: &str) -> rusqlite::Result<()> {
    let making = index.unchecked_transaction()?;
    making.execute_batch(include_str!("schema.sql"))?;
    making.execute("INSERT INTO progress (generation) VALUES (?1)", [generation])?;
    making.pragma_update(None, "user_version", FORMAT)?;
    making.commit()
}

impl Finding for SqliteStore {
    fn find_said(&self, sought: Sought, before: Option<Cursor>, limit: usize) -> Answer<Found> {
        let complete = self.index.is_complete();
        let places = self.index.readers().run(move |index| search::said(index, &sought, before, limit));
        let log = self.up_to_date();
        Box::pin(async move {
            let (places, next) = places.await?;
            let hits = log.run(move |log| search::hits(log, &places)).await?;
            Ok(Found { hits, next, complete })
        })
    }

    fn find_contacts(&self, sought: Sought, limit: usize) -> Answer<Vec<Summary>> {
        let numbers = self.index.readers().run(move |index| search::contacts(index, &sought));
        let log = self.up_to_date();
        Box::pin(async move {
            let numbers = numbers.await?;
            let mut rows = log.run(move |log| windows::summaries(log, &numbers)).await?;
            crate::adapters::taking_in::newest_first(&mut rows, limit);
            Ok(rows)
        })
    }

    fn list_filtered(&self, filter: Filter, order: Order, after: Option<Cursor>, limit: usize) -> Answer<Page> {
        let complete = self.index.is_complete();
        let facets = filter.facets(order);
        let window = self.index.readers().run(move |index| windows::window(index, &facets, order, after, limit));
        let log = self.up_to_date();
        Box::pin(async move {
            let (numbers, next) = window.await?;
            let mut rows = log.run(move |log| windows::summaries(log, &numbers)).await?;
            // The index trails the log.
            rows.retain(|row| filter.fits(row, order));
            Ok(Page { rows, next, complete })
        })
    }

    fn choices(&self) -> Answer<Choices> {
        Box::pin(self.index.readers().run(windows::choices))
    }
}
