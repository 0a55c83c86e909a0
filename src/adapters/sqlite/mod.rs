//! One machine's store: a SQLite database in the data directory.
//!
//! One thread writes (`writer`) and a few read (`readers`); everything else here is statements, a file per topic. A
//! lock file beside the database keeps a second process out (`lock`). Nothing is answered before it is on the disk: in
//! the database (WAL with synchronous=FULL), or in the journal beside it, from which it is done again after a crash
//! (`journal`, `record`). A copy of a running installation needs both files. Search and filtered lists have a database of
//! their own, which trails this one (`index`). Absent on purpose: more than one writing process.

mod about;
mod ahead;
mod alerts;
mod append;
mod bench;
mod bots;
mod columns;
mod contacts;
mod deadlines;
mod desk;
mod dump;
mod events;
mod hold;
mod index;
mod jobs;
mod journal;
mod lists;
mod lock;
mod log;
mod memory;
mod mentions;
mod migrations;
mod namesakes;
mod people;
mod queue;
mod readers;
mod record;
mod seen;
mod teams;
mod tokens;
mod trouble;
mod upkeep;
mod uploads;
mod views;
mod writer;
mod writing;

use std::any::Any;
use std::collections::HashMap;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use rusqlite::Connection;

pub use dump::{DumpError, dump};
pub use hold::{Held, hold};
pub use index::FILE_NAME as INDEX_FILE_NAME;
pub use journal::FILE_NAME as JOURNAL_FILE_NAME;
pub use lock::FILE_NAME as LOCK_FILE_NAME;
pub use migrations::FORMAT;

use crate::domain::account::Account;
use crate::domain::ids::{AccountId, ConversationId, DeliveryId, Incarnation, Seq};
use crate::domain::time::Timestamp;
use crate::domain::unread;
use crate::ports::about::About;
use crate::ports::store::{
    Activated, Answer, Append, Appended, Contact, Counted, Group, Known, Listed, Mark, Queued, RawPayload, Reading,
    Refuse, Shelved, Store, StoreError, Stray, TakenAlert, Token,
};
use crate::wire::stored;
use append::{Loaded, Write, Written};
use columns::uint;
use desk::Desk;
use index::Index;
use journal::{Astray, Journal};
use lock::Lock;
use readers::{ReaderThreads, Readers};
use writer::{Asks, By, Writer};

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
    #[error("the journal beside the database ({name}) cannot be used: {0}", name = journal::FILE_NAME)]
    Journal(String),
    #[error("the index for search and lists cannot be used: {0}")]
    Index(String),
    #[error("no thread for the database could be started: {0}")]
    Thread(io::Error),
    #[error("the database cannot be opened: {0}")]
    Database(#[from] rusqlite::Error),
}

/// Dropping it ends the threads, after everything accepted has been written and answered.
pub struct SqliteStore {
    generation: String,
    // In this order: as the last to close the database, the writer leaves everything in one file; then the lock goes.
    readers: ReaderThreads,
    index: Index,
    writer: Writer,
    _lock: Lock,
    /// Goes when all of that is gone.
    alive: Arc<()>,
}

impl SqliteStore {
    /// Opens the database in `dir`, making both if there is none.
    pub fn open(dir: &Path) -> Result<SqliteStore, OpenError> {
        make_private(dir).map_err(|why| OpenError::Directory { path: dir.to_owned(), why })?;
        let lock = Lock::take(dir)?;
        let database = dir.join(FILE_NAME);
        let connection = open_to_write(&database)?;
        migrations::migrate(&connection)?;
        let generation: String = connection.query_row("SELECT generation FROM meta", (), |row| row.get(0))?;
        let journal = journal_fits(Journal::open(dir, committed(&connection)?))?;
        let writer = Writer::start(connection, journal)?;
        let index = Index::open(dir, &database, &generation, writer.asks().clone())?;
        let readers = ReaderThreads::start(&database)?;
        Ok(SqliteStore { generation, readers, index, writer, _lock: lock, alive: Arc::default() })
    }

    /// Gone when the store was dropped, its threads have ended and others may open the database.
    pub fn alive(&self) -> Weak<dyn Any + Send + Sync> {
        let alive: Arc<dyn Any + Send + Sync> = self.alive.clone();
        Arc::downgrade(&alive)
    }

    fn readers(&self) -> &Readers {
        self.readers.readers()
    }

    fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<T> {
        Box::pin(self.up_to_date().run(question))
    }

    fn up_to_date(&self) -> UpToDate {
        UpToDate { asks: self.writer.asks().clone(), readers: self.readers().clone() }
    }

    fn write<T: Send + 'static>(
        &self,
        by: By,
        work: impl FnMut(&mut Desk<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + 'static {
        self.writer.asks().run(by, work)
    }

    fn commit<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Desk<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<T> {
        Box::pin(self.write(By::Commit, work))
    }
}

/// Readers who see everything that was answered for, also what only the journal holds yet.
struct UpToDate {
    asks: Asks,
    readers: Readers,
}

impl UpToDate {
    async fn run<T: Send + 'static>(
        self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.asks.settled().await?;
        self.readers.run(question).await
    }
}

/// The number of the database's last commit.
fn committed(sql: &Connection) -> rusqlite::Result<u64> {
    sql.query_row("SELECT committed FROM meta", (), |row| uint(row, 0))
}

fn journal_fits<T>(opened: io::Result<Result<T, Astray>>) -> Result<T, OpenError> {
    opened.map_err(|why| OpenError::Journal(why.to_string()))?.map_err(|astray| {
        OpenError::Journal(format!("{astray}; if the database is a restored backup, move the journal away"))
    })
}

/// Makes the directory, if there is none, for nobody's eyes but ours.
fn make_private(dir: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

fn open_to_write(database: &Path) -> Result<Connection, OpenError> {
    let connection = Connection::open(database)?;
    connection.busy_timeout(BUSY_MAX)?;
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
        let loaded = self.write(By::Journal, move |desk| append::activate(desk, &contact, me));
        let readers = self.up_to_date();
        Box::pin(async move { unpack(loaded.await?, conversation, me, readers).await })
    }

    fn append(&self, append: Append) -> Answer<Appended> {
        let write = Write::from(append);
        let (conversation, touched) = (write.conversation(), self.index.touched().clone());
        let written = self.write(By::Journal, move |desk| append::append(desk, &write));
        Box::pin(async move {
            match written.await? {
                Written::Done { withdrawn } => {
                    touched.touch(conversation);
                    Ok(Appended::Done { withdrawn })
                }
                Written::Duplicate { last } => Ok(Appended::Duplicate { last }),
                Written::Closed => Ok(Appended::Closed),
                Written::Fenced => Err(StoreError::Fenced),
            }
        })
    }

    fn refuse(&self, refuse: Refuse) -> Answer<Option<Seq>> {
        let by = if refuse.key.is_some() { By::Commit } else { By::Journal };
        let refused = self.write(by, move |desk| append::refuse(desk, &refuse));
        Box::pin(async move { refused.await?.ok_or(StoreError::Fenced) })
    }

    fn read_after(&self, conversation: ConversationId, after: Seq, limit: usize) -> Answer<Option<Reading>> {
        self.read(move |sql| log::read_after(sql, conversation, after, limit))
    }

    fn read_before(&self, conversation: ConversationId, before: Option<Seq>, limit: usize) -> Answer<Option<Reading>> {
        self.read(move |sql| log::read_before(sql, conversation, before, limit))
    }

    fn about(&self, conversation: ConversationId) -> Answer<About> {
        self.read(move |sql| about::read(sql, conversation))
    }

    fn beyond(&self, known: Vec<(ConversationId, Seq)>) -> Answer<HashMap<ConversationId, Seq>> {
        self.read(move |sql| log::beyond(sql, &known))
    }

    fn contact(&self, conversation: ConversationId) -> Answer<Option<Contact>> {
        self.read(move |sql| log::contact(sql, conversation))
    }

    fn namesake(&self, contact: Contact, also: Option<Contact>) -> Answer<Contact> {
        let (asked, beside) = (contact.clone(), also.clone());
        let found = self.read(move |sql| namesakes::find(sql, &asked, beside.as_ref()));
        let asks = self.writer.asks().clone();
        Box::pin(async move {
            match (found.await?, also) {
                (Some(found), _) => Ok(found),
                (None, Some(also)) => {
                    let noted = also.clone();
                    asks.run(By::Commit, move |desk| namesakes::note(desk, &contact, &noted)).await?;
                    Ok(also)
                }
                (None, None) => Ok(contact),
            }
        })
    }

    fn due(&self, now: Timestamp, limit: usize) -> Answer<Vec<Contact>> {
        Box::pin(self.write(By::Nothing, move |desk| deadlines::due(desk, now, limit)))
    }

    fn strays(&self, now: Timestamp, me: Incarnation, limit: usize) -> Answer<Vec<Stray>> {
        Box::pin(self.write(By::Nothing, move |desk| queue::strays(desk, now, me, limit)))
    }

    fn queued(&self, account: AccountId, after: i64, limit: usize) -> Answer<Vec<Queued>> {
        self.read(move |sql| queue::queued(sql, &account, after, limit))
    }

    fn shelved(&self, account: Option<AccountId>, before: Option<i64>, limit: usize) -> Answer<Vec<Shelved>> {
        self.read(move |sql| queue::shelved(sql, account.as_ref(), before, limit))
    }

    fn shelved_until(&self, until: Timestamp, after: i64, limit: usize) -> Answer<(Vec<Shelved>, Option<i64>)> {
        self.read(move |sql| queue::shelved_until(sql, until, after, limit))
    }

    fn take_sending(&self, _: AccountId, _: Incarnation) -> Answer<()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn tell_trouble(&self, _: AccountId, _: Option<String>) -> Answer<()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn trouble(&self, _: AccountId) -> Answer<Option<String>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn start_sending(&self, me: Incarnation, deliveries: Vec<DeliveryId>) -> Answer<Vec<Mark>> {
        Box::pin(self.write(By::Journal, move |desk| queue::start_sending(desk, me, &deliveries)))
    }

    fn take_alerts(&self, now: Timestamp, until: Timestamp, limit: usize) -> Answer<Vec<TakenAlert>> {
        let due = self.write(By::Nothing, move |desk| alerts::are_due(desk, now));
        let asks = self.writer.asks().clone();
        Box::pin(async move {
            if !due.await? {
                return Ok(Vec::new());
            }
            asks.run(By::Commit, move |desk| alerts::take(desk, now, until, limit)).await
        })
    }

    fn list(&self, group: Group, limit: usize, known: Known) -> Answer<Vec<Listed>> {
        self.read(move |sql| lists::list(sql, group, limit, &known))
    }

    fn see(&self, conversation: ConversationId, mark: unread::Mark, exactly: bool) -> Answer<bool> {
        let seen = self.write(By::Commit, move |desk| seen::see(desk, conversation, mark, exactly));
        let touched = self.index.touched().clone();
        Box::pin(async move {
            let changed = seen.await?;
            if changed {
                touched.touch(conversation);
            }
            Ok(changed)
        })
    }

    fn marks(&self, conversations: Vec<ConversationId>) -> Answer<HashMap<ConversationId, unread::Mark>> {
        self.read(move |sql| Ok(seen::marks(sql, &conversations)?))
    }

    fn count(&self) -> Answer<Counted> {
        let counts = self.writer.asks().counts();
        Box::pin(async move { Ok(counts) })
    }

    fn provision(&self, accounts: Vec<Account>) -> Answer<()> {
        self.commit(move |desk| upkeep::provision(desk, &accounts))
    }

    fn keep_raw(&self, source: String, reason: String, body: Bytes, at: Timestamp) -> Answer<()> {
        self.commit(move |desk| upkeep::keep_raw(desk, &source, &reason, &body, at))
    }

    fn raw_payloads(&self, limit: usize) -> Answer<Vec<RawPayload>> {
        self.read(move |sql| upkeep::raw_payloads(sql, limit))
    }

    fn probe(&self, now: Timestamp) -> Answer<()> {
        self.commit(move |desk| upkeep::probe(desk, now))
    }
}

/// Decodes what was loaded, away from the writer's thread. A snapshot that cannot be read is as good as none.
async fn unpack(
    loaded: Loaded,
    conversation: ConversationId,
    me: Incarnation,
    readers: UpToDate,
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
