//! One machine's store: a SQLite database in the data directory.
//!
//! One thread writes (`writer`) and a few read (`readers`); everything else here is statements, a file per topic. A
//! lock file beside the database keeps a second process out (`lock`). Nothing is answered before it is on the disk:
//! WAL with synchronous=FULL. Absent on purpose: full-text search, and more than one writing process.

mod append;
mod columns;
mod deadlines;
mod dump;
mod jobs;
mod lists;
mod lock;
mod log;
mod migrations;
mod people;
mod queue;
mod readers;
mod trouble;
mod upkeep;
mod writer;

use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use rusqlite::Connection;

pub use dump::{DumpError, DumpedConversation, DumpedEvent, dump};
pub use lock::FILE_NAME as LOCK_FILE_NAME;
pub use migrations::FORMAT;
pub use upkeep::RawPayload;

use crate::domain::account::Account;
use crate::domain::ids::{AccountId, ConversationId, DeliveryId, Incarnation, Seq};
use crate::domain::summary::Summary;
use crate::domain::time::Timestamp;
use crate::ports::store::{
    Activated, Answer, Append, Appended, Contact, Group, Queued, Reading, Store, StoreError, Stray, Token,
};
use crate::wire::stored;
use append::{Loaded, Write, Written};
use lock::Lock;
use readers::{ReaderThreads, Readers};
use writer::Writer;

pub const FILE_NAME: &str = "switchboard.db";

/// How long another program (a backup, a shell) may keep the database locked before we give up.
const BUSY_MAX: Duration = Duration::from_secs(5);
const CACHE_KB: i64 = 32_000;
/// The log of changes is carried over into the database file when it has this many pages.
const CHECKPOINT_PAGES: i64 = 8_000;

/// Why the store did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{} is in use by another switchboard process (pid {pid})", path.display())]
    InUse { path: PathBuf, pid: String },
    #[error(
        "the database was written by a newer version of switchboard (format {found}; this one knows up to {known})"
    )]
    Newer { found: i64, known: usize },
    #[error("the data directory {} cannot be used: {why}", path.display())]
    Directory { path: PathBuf, why: io::Error },
    #[error("the file system of the data directory does not support write-ahead logging; use a local disk")]
    NoWriteAheadLog,
    #[error("no thread for the database could be started: {0}")]
    Thread(io::Error),
    #[error("the database cannot be opened: {0}")]
    Database(#[from] rusqlite::Error),
}

/// Small pages: most writes touch a few rows of many conversations, and a page is written whole.
const PAGE_BYTES: i64 = 2048;

/// Dropping it ends the threads, after everything accepted has been written and answered.
pub struct SqliteStore {
    generation: String,
    // In this order: as the last to close the database, the writer leaves everything in one file; then the lock goes.
    readers: ReaderThreads,
    writer: Writer,
    _lock: Lock,
}

impl SqliteStore {
    /// Opens the database in `dir`, making both if there is none.
    pub fn open(dir: &Path) -> Result<SqliteStore, OpenError> {
        make_private(dir).map_err(|why| OpenError::Directory { path: dir.to_owned(), why })?;
        let lock = Lock::take(dir)?;
        let database = dir.join(FILE_NAME);
        let connection = open_to_write(&database)?;
        migrations::migrate(&connection)?;
        let generation = connection.query_row("SELECT generation FROM meta", (), |row| row.get(0))?;
        let readers = ReaderThreads::start(&database)?;
        Ok(SqliteStore { generation, readers, writer: Writer::start(connection)?, _lock: lock })
    }

    /// Lets the database file grow to that many pages and no further: what a full disk does, for drills.
    pub fn limit_pages(&self, pages_max: u32) -> Answer<()> {
        Box::pin(
            self.writer
                .run(move |desk| desk.sql.pragma_update_and_check(None, "max_page_count", pages_max, |_| Ok(()))),
        )
    }

    /// The payloads kept by `keep_raw`, newest first.
    pub fn raw_payloads(&self, limit: usize) -> Answer<Vec<RawPayload>> {
        Box::pin(self.readers().run(move |sql| upkeep::raw_payloads(sql, limit)))
    }

    fn readers(&self) -> &Readers {
        self.readers.readers()
    }
}

/// Makes the directory, if there is none, for nobody's eyes but ours.
fn make_private(dir: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

fn open_to_write(database: &Path) -> Result<Connection, OpenError> {
    let connection = Connection::open(database)?;
    connection.busy_timeout(BUSY_MAX)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(OpenError::NoWriteAheadLog);
    }
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "cache_size", -CACHE_KB)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

impl Store for SqliteStore {
    fn generation(&self) -> &str {
        &self.generation
    }

    fn activate(&self, contact: Contact, me: Incarnation) -> Answer<Activated> {
        let conversation = contact.conversation;
        let loaded = self.writer.run(move |desk| append::activate(desk, &contact, me));
        let readers = self.readers().clone();
        Box::pin(async move { unpack(loaded.await?, conversation, me, &readers).await })
    }

    fn append(&self, append: Append) -> Answer<Appended> {
        let write = Write::from(append);
        let written = self.writer.run(move |desk| append::append(desk, &write));
        Box::pin(async move {
            match written.await? {
                Written::Done { withdrawn } => Ok(Appended::Done { withdrawn }),
                Written::Duplicate { last } => Ok(Appended::Duplicate { last }),
                Written::Fenced => Err(StoreError::Fenced),
            }
        })
    }

    fn find(&self, conversation: ConversationId, key: String) -> Answer<Option<Seq>> {
        Box::pin(self.readers().run(move |sql| log::find(sql, conversation, &key)))
    }

    fn read_after(&self, conversation: ConversationId, after: Seq, limit: usize) -> Answer<Option<Reading>> {
        Box::pin(self.readers().run(move |sql| log::read_after(sql, conversation, after, limit)))
    }

    fn read_before(&self, conversation: ConversationId, before: Option<Seq>, limit: usize) -> Answer<Option<Reading>> {
        Box::pin(self.readers().run(move |sql| log::read_before(sql, conversation, before, limit)))
    }

    fn contact(&self, conversation: ConversationId) -> Answer<Option<Contact>> {
        Box::pin(self.readers().run(move |sql| log::contact(sql, conversation)))
    }

    fn due(&self, now: Timestamp, limit: usize) -> Answer<Vec<Contact>> {
        Box::pin(self.writer.run(move |desk| deadlines::due(desk, now, limit)))
    }

    fn strays(&self, now: Timestamp, me: Incarnation, limit: usize) -> Answer<Vec<Stray>> {
        Box::pin(self.writer.run(move |desk| queue::strays(desk, now, me, limit)))
    }

    fn queued(&self, account: AccountId, after: i64, limit: usize) -> Answer<Vec<Queued>> {
        Box::pin(self.readers().run(move |sql| queue::queued(sql, &account, after, limit)))
    }

    fn start_sending(&self, me: Incarnation, deliveries: Vec<DeliveryId>) -> Answer<Vec<bool>> {
        Box::pin(self.writer.run(move |desk| queue::start_sending(desk, me, &deliveries)))
    }

    fn list(&self, group: Group, limit: usize) -> Answer<Vec<Summary>> {
        Box::pin(self.readers().run(move |sql| lists::list(sql, group, limit)))
    }

    fn count(&self) -> Answer<[u64; 3]> {
        Box::pin(self.readers().run(lists::count_modes))
    }

    fn provision(&self, accounts: Vec<Account>) -> Answer<()> {
        Box::pin(self.writer.run(move |desk| upkeep::provision(desk, &accounts)))
    }

    fn keep_raw(&self, source: String, reason: String, body: Bytes, at: Timestamp) -> Answer<()> {
        Box::pin(self.writer.run(move |desk| upkeep::keep_raw(desk, &source, &reason, &body, at)))
    }

    fn probe(&self, now: Timestamp) -> Answer<()> {
        Box::pin(self.writer.run(move |desk| upkeep::probe(desk, now)))
    }
}

/// Decodes what was loaded, away from the writer's thread. A snapshot that cannot be read is as good as none.
async fn unpack(
    loaded: Loaded,
    conversation: ConversationId,
    me: Incarnation,
    readers: &Readers,
) -> Result<Activated, StoreError> {
    let token = Token { incarnation: me, epoch: loaded.epoch };
    let last_seq = loaded.last_seq;
    let snapshot = loaded.snapshot.as_deref().map(stored::read_state);
    if let Some(Err(why)) = &snapshot {
        tracing::warn!(%conversation, %why, "a snapshot is left aside");
        let events = readers.run(move |sql| log::read_all(sql, conversation)).await?;
        return Ok(Activated { token, last_seq, snapshot: None, events });
    }
    let events = loaded.events.iter().map(log::decode).collect::<Result<_, _>>()?;
    Ok(Activated { token, last_seq, snapshot: snapshot.and_then(Result::ok), events })
}
