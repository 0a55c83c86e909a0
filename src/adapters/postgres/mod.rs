//! Many machines' store: a PostgreSQL database that all nodes share.
//!
//! Appends, activations and starts of messages wait in lanes (`lane`) and are written many at a time (`append`,
//! `activate`, `queue`); everything else is a statement or two on a connection of the pool (`connect`), a file per topic. Whoever writes anything of a
//! conversation first locks its row, and takes several in the order of their ids: that is the fence, and why nobody
//! waits in a circle. What is given to one of several nodes is given for two seconds by the clock of the node that
//! asks. Absent on purpose: stored procedures, listen/notify, and reading from standbys.

mod about;
mod activate;
mod address;
mod alerts;
mod alone;
mod append;
mod bots;
mod checks;
mod columns;
mod connect;
mod contacts;
mod deadlines;
mod dump;
mod effects;
mod index;
mod lane;
mod lists;
mod log;
mod mentions;
mod migrations;
mod namesakes;
mod people;
mod queue;
mod script;
mod seen;
mod teams;
mod tokens;
mod trouble;
mod upkeep;
mod uploads;
mod views;
mod writing;

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use bytes::Bytes;
use deadpool_postgres::Pool;
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

pub use address::{Address, Wrong};
pub use alone::Alone;
pub use checks::{Examined, Server, Warning, examine};
pub use connect::SESSION;
pub use dump::dump;
pub use index::statements as index_statements;
pub use migrations::FORMAT;
pub use trouble::words;

use crate::domain::account::Account;
use crate::domain::ids::{AccountId, ConversationId, DeliveryId, Incarnation, Seq};
use crate::domain::time::Timestamp;
use crate::domain::unread;
use crate::ports::about::About;
use crate::ports::clock::Clock;
use crate::ports::store::{
    Activated, Answer, Append, Appended, Contact, Counted, Group, Known, Listed, Mark, Queued, RawPayload, Reading,
    Refuse, Shelved, Store, StoreError, Stray, TakenAlert,
};
use append::Write;
use connect::{LANE_CONNECTIONS_MAX, OTHER_CONNECTIONS_MAX, Sql};
use lane::Lane;

/// Tasks that write: each is a transaction under way, on a connection of its own.
const ACTIVATORS: usize = 2;
const STARTERS: usize = 2;
const APPENDERS: usize = LANE_CONNECTIONS_MAX - ACTIVATORS - STARTERS;

/// The statements that run with every message, or every second over all of them: a test looks at how the server means
/// to run them among many rows.
pub const HOT_STATEMENTS: &[&str] = &[
    append::LOCK,
    append::KNOWN_KEYS,
    append::MOVE_ON,
    append::EVENTS,
    append::KEYS,
    append::DEADLINES,
    append::NO_DEADLINES,
    effects::WITHDRAW,
    effects::QUEUE,
    effects::UNSHELVE,
    effects::PUT_BACK,
    effects::FINISH,
    effects::FINISH_SHELVED,
    effects::SHELVE,
    alerts::ADD,
    alerts::AGAIN,
    alerts::OVER,
    alerts::TAKE,
    activate::TAKE_OVER,
    activate::SNAPSHOTS,
    activate::EVENTS,
    queue::SENDERS,
    queue::START,
    queue::STRAYS,
    queue::QUEUED,
    deadlines::DUE,
    log::CLOSE,
    log::READ_AFTER,
    log::READ_BEFORE,
    log::BEYOND,
    lists::NEWEST_FIRST,
    lists::OLDEST_FIRST,
];

/// Why the store did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("database: {0}")]
    Address(#[from] Wrong),
    #[error("{0}")]
    Database(String),
    #[error("PostgreSQL {found} is too old; switchboard needs version {needed} or newer")]
    TooOld { found: String, needed: i32 },
    #[error("PostgreSQL runs with fsync = off: a power cut would damage the database; turn it on")]
    NoFsync,
    #[error("PostgreSQL's clock and ours are {seconds} seconds apart; set both right, and keep them so with NTP")]
    Clock { seconds: u64 },
    #[error(
        "the database was written by a newer version of switchboard (format {found}; this one knows up to {known})"
    )]
    Newer { found: usize, known: usize },
    #[error("a copy into the database has not come to its end; run `switchboard copy` again")]
    HalfCopied,
    #[error("the database holds tables that are not switchboard's; give it a database, or a schema, of its own")]
    Strange,
}

impl OpenError {
    fn of(error: &StoreError) -> Self {
        match error {
            StoreError::Unavailable(words) => OpenError::Database(words.clone()),
            error => OpenError::Database(error.to_string()),
        }
    }
}

/// Dropping it ends its tasks, after everything accepted has been written and answered.
pub struct PostgresStore {
    generation: String,
    pool: Pool,
    appends: Lane<append::Job>,
    activations: Lane<activate::Job>,
    starts: Lane<queue::Job>,
    index: index::Keeper,
    io: Handle,
    /// Every task holds it.
    alive: Arc<()>,
}

impl PostgresStore {
    /// Opens the database, making what is missing in it. Its connections and tasks live on `io`.
    pub async fn open(address: &Address, io: Handle, clock: Arc<dyn Clock>) -> Result<PostgresStore, OpenError> {
        let (address, there) = (address.clone(), io.clone());
        let opened = io.spawn(async move { Self::open_here(&address, there, &*clock).await });
        opened.await.unwrap_or_else(|_| Err(OpenError::of(&trouble::closed())))
    }

    async fn open_here(address: &Address, io: Handle, clock: &dyn Clock) -> Result<PostgresStore, OpenError> {
        let pool = |connections_max| {
            connect::pool(address, connections_max).map_err(|error| OpenError::Database(error.to_string()))
        };
        let (lanes, pool) = (pool(LANE_CONNECTIONS_MAX)?, pool(OTHER_CONNECTIONS_MAX)?);
        let generation = prepare(&pool, clock).await?;
        let (appends, activations, starts) = (Lane::new(), Lane::new(), Lane::new());
        let (index, alive) = (index::Keeper::new(), Arc::new(()));
        let store = PostgresStore { generation, pool, appends, activations, starts, index, io, alive };
        store.keep(index::work(store.pool.clone(), store.index.shared()));
        for _ in 0..APPENDERS {
            store.keep(append::work(lanes.clone(), store.appends.queue()));
        }
        for _ in 0..ACTIVATORS {
            store.keep(activate::work(lanes.clone(), store.activations.queue()));
        }
        for _ in 0..STARTERS {
            store.keep(queue::work(lanes.clone(), store.starts.queue()));
        }
        Ok(store)
    }

    /// Gone when the store was dropped and all of its tasks have ended.
    pub fn alive(&self) -> Weak<dyn Any + Send + Sync> {
        let alive: Arc<dyn Any + Send + Sync> = self.alive.clone();
        Arc::downgrade(&alive)
    }

    /// The secret of this name, which all nodes share: the one that is there, or else `fresh`, from now on.
    pub fn secret(&self, name: &'static str, fresh: Vec<u8>) -> Answer<Vec<u8>> {
        self.ask(move |sql| Box::pin(async move { upkeep::secret(sql, name, &fresh).await }))
    }

    fn keep(&self, work: impl Future<Output = ()> + Send + 'static) {
        let alive = self.alive.clone();
        self.io.spawn(async move {
            work.await;
            drop(alive);
        });
    }

    /// Does `work` on a connection, on the runtime that the connections live on. It begins at once.
    fn ask<T: Send + 'static>(
        &self,
        work: impl for<'s> FnOnce(&'s Sql) -> BoxFuture<'s, Result<T, StoreError>> + Send + 'static,
    ) -> Answer<T> {
        let (pool, alive) = (self.pool.clone(), self.alive.clone());
        let asked = self.io.spawn(async move {
            let answer = connect::on(&pool, Box::new(work)).await;
            drop(alive);
            answer
        });
        Box::pin(async move { asked.await.unwrap_or_else(|_| Err(trouble::closed())) })
    }
}

/// Sees whether the server will do, and brings the database up to date; returns its generation.
async fn prepare(pool: &Pool, clock: &dyn Clock) -> Result<String, OpenError> {
    let sql = connect::get(pool).await.map_err(|error| OpenError::of(&error))?;
    let prepared = async {
        let server = checks::look(&sql, clock).await?;
        if let Some(refusal) = server.refusal() {
            return Err(refusal);
        }
        for Warning { what, fix } in server.warnings() {
            tracing::warn!("{what} {fix}");
        }
        migrations::migrate(&sql).await?;
        let row = sql.query_one("SELECT generation FROM meta", &[]).await;
        let generation = row.and_then(|row| row.try_get(0));
        generation.map_err(|error| OpenError::Database(trouble::words(&error)))
    };
    let prepared = prepared.await;
    if prepared.is_err() {
        connect::discard(sql);
    }
    prepared
}

impl Store for PostgresStore {
    fn generation(&self) -> &str {
        &self.generation
    }

    fn activate(&self, contact: Contact, me: Incarnation) -> Answer<Activated> {
        self.activations.ask(move |reply| activate::Job { contact, me, reply })
    }

    fn append(&self, append: Append) -> Answer<Appended> {
        let (conversation, index) = (append.contact.conversation, self.index.shared());
        let write = Write::from(append);
        let appended = self.appends.ask(move |reply| append::Job { write, reply });
        Box::pin(async move {
            let appended = appended.await?;
            if matches!(appended, Appended::Done { .. }) {
                index.touch(conversation);
            }
            Ok(appended)
        })
    }

    fn refuse(&self, refuse: Refuse) -> Answer<Option<Seq>> {
        self.ask(move |sql| Box::pin(async move { log::refuse(sql, &refuse).await }))
    }

    fn read_after(&self, conversation: ConversationId, after: Seq, limit: usize) -> Answer<Option<Reading>> {
        self.ask(move |sql| Box::pin(async move { log::read_after(sql, conversation, after, limit).await }))
    }

    fn read_before(&self, conversation: ConversationId, before: Option<Seq>, limit: usize) -> Answer<Option<Reading>> {
        self.ask(move |sql| Box::pin(async move { log::read_before(sql, conversation, before, limit).await }))
    }

    fn about(&self, conversation: ConversationId) -> Answer<About> {
        self.ask(move |sql| Box::pin(async move { about::read(sql, conversation).await }))
    }

    fn beyond(&self, known: Vec<(ConversationId, Seq)>) -> Answer<HashMap<ConversationId, Seq>> {
        self.ask(move |sql| Box::pin(async move { log::beyond(sql, &known).await }))
    }

    fn contact(&self, conversation: ConversationId) -> Answer<Option<Contact>> {
        self.ask(move |sql| Box::pin(async move { log::contact(sql, conversation).await }))
    }

    fn namesake(&self, contact: Contact, also: Option<Contact>) -> Answer<Contact> {
        self.ask(move |sql| Box::pin(async move { namesakes::find(sql, contact, also).await }))
    }

    fn due(&self, now: Timestamp, limit: usize) -> Answer<Vec<Contact>> {
        self.ask(move |sql| Box::pin(async move { deadlines::due(sql, now, limit).await }))
    }

    fn strays(&self, now: Timestamp, me: Incarnation, limit: usize) -> Answer<Vec<Stray>> {
        self.ask(move |sql| Box::pin(async move { queue::strays(sql, now, me, limit).await }))
    }

    fn shelved(&self, account: Option<AccountId>, before: Option<i64>, limit: usize) -> Answer<Vec<Shelved>> {
        self.ask(move |sql| Box::pin(async move { queue::shelved(sql, account.as_ref(), before, limit).await }))
    }

    fn shelved_until(&self, until: Timestamp, after: i64, limit: usize) -> Answer<(Vec<Shelved>, Option<i64>)> {
        self.ask(move |sql| Box::pin(async move { queue::shelved_until(sql, until, after, limit).await }))
    }

    fn queued(&self, account: AccountId, after: i64, limit: usize) -> Answer<Vec<Queued>> {
        self.ask(move |sql| Box::pin(async move { queue::queued(sql, &account, after, limit).await }))
    }

    fn take_sending(&self, account: AccountId, me: Incarnation) -> Answer<()> {
        self.ask(move |sql| Box::pin(async move { queue::take_sending(sql, &account, me).await }))
    }

    fn tell_trouble(&self, account: AccountId, trouble: Option<String>) -> Answer<()> {
        self.ask(move |sql| Box::pin(async move { upkeep::tell_trouble(sql, &account, trouble.as_deref()).await }))
    }

    fn trouble(&self, account: AccountId) -> Answer<Option<String>> {
        self.ask(move |sql| Box::pin(async move { upkeep::trouble(sql, &account).await }))
    }

    fn start_sending(&self, me: Incarnation, deliveries: Vec<DeliveryId>) -> Answer<Vec<Mark>> {
        self.starts.ask(move |reply| queue::Job { me, deliveries, reply })
    }

    fn take_alerts(&self, now: Timestamp, until: Timestamp, limit: usize) -> Answer<Vec<TakenAlert>> {
        self.ask(move |sql| Box::pin(async move { alerts::take(sql, now, until, limit).await }))
    }

    fn list(&self, group: Group, limit: usize, known: Known) -> Answer<Vec<Listed>> {
        self.ask(move |sql| Box::pin(async move { lists::list(sql, group, limit, &known).await }))
    }

    fn see(&self, conversation: ConversationId, mark: unread::Mark, exactly: bool) -> Answer<bool> {
        let seen = self.ask(move |sql| Box::pin(async move { seen::see(sql, conversation, mark, exactly).await }));
        let index = self.index.shared();
        Box::pin(async move {
            let changed = seen.await?;
            if changed {
                index.touch(conversation);
            }
            Ok(changed)
        })
    }

    fn marks(&self, conversations: Vec<ConversationId>) -> Answer<HashMap<ConversationId, unread::Mark>> {
        self.ask(move |sql| Box::pin(async move { seen::marks(sql, &conversations).await }))
    }

    fn count(&self) -> Answer<Counted> {
        self.ask(|sql| Box::pin(lists::count_modes(sql)))
    }

    fn provision(&self, accounts: Vec<Account>) -> Answer<()> {
        self.ask(move |sql| Box::pin(async move { upkeep::provision(sql, &accounts).await }))
    }

    fn keep_raw(&self, source: String, reason: String, body: Bytes, at: Timestamp) -> Answer<()> {
        self.ask(move |sql| Box::pin(async move { upkeep::keep_raw(sql, &source, &reason, &body, at).await }))
    }

    fn raw_payloads(&self, limit: usize) -> Answer<Vec<RawPayload>> {
        self.ask(move |sql| Box::pin(async move { upkeep::raw_payloads(sql, limit).await }))
    }

    fn probe(&self, now: Timestamp) -> Answer<()> {
        self.ask(move |sql| Box::pin(async move { upkeep::probe(sql, now).await }))
    }
}
