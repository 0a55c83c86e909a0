//! Which store an installation has, and its being opened. Nobody else asks.

use std::any::Any;
use std::path::Path;
use std::sync::{Arc, Weak};

use anyhow::{Context as _, anyhow};
use tokio::runtime::Handle;

use crate::adapters::postgres::{Address, PostgresStore};
use crate::adapters::sqlite::SqliteStore;
use crate::config::{Config, Database};
use crate::dice;
use crate::ports::bots::Bots;
use crate::ports::clock::Clock;
use crate::ports::contacts::Contacts;
use crate::ports::finding::Finding;
use crate::ports::mentions::Mentions;
use crate::ports::people::People;
use crate::ports::store::Store;
use crate::ports::teams::Teams;
use crate::ports::tokens::Tokens;
use crate::ports::uploads::Uploads;
use crate::ports::views::Views;
use crate::ports::writing::Writing;

/// The file beside SQLite's database that holds the key of visitors' tokens.
pub const VISITOR_KEY_FILE: &str = "visitor.key";
/// How PostgreSQL's table of secrets names it.
pub const VISITOR_KEY: &str = "visitor.key";

/// An open store.
pub struct Storage {
    pub store: Arc<dyn Store>,
    pub people: Arc<dyn People>,
    pub teams: Arc<dyn Teams>,
    pub contacts: Arc<dyn Contacts>,
    pub mentions: Arc<dyn Mentions>,
    pub tokens: Arc<dyn Tokens>,
    pub bots: Arc<dyn Bots>,
    pub writing: Arc<dyn Writing>,
    pub finding: Arc<dyn Finding>,
    pub views: Arc<dyn Views>,
    pub uploads: Arc<dyn Uploads>,
    /// Signs visitors' tokens; as old as the installation.
    pub visitor_key: [u8; 32],
    in_use: Weak<dyn Any + Send + Sync>,
}

impl Storage {
    /// Gone when nobody uses the store any more and everything accepted is written.
    pub fn in_use(&self) -> Weak<dyn Any + Send + Sync> {
        self.in_use.clone()
    }
}

/// Opens what the configuration names. What opens sockets does so on `io`.
pub async fn open(config: &Config, io: &Handle, clock: Arc<dyn Clock>) -> anyhow::Result<Storage> {
    match &config.database {
        Database::Embedded => embedded(&config.data_dir),
        Database::Postgres(url) => {
            let address = Address::parse(url.expose()).map_err(|wrong| anyhow!("database: {wrong}"))?;
            shared(&address, io, clock).await.with_context(|| format!("the database {address} cannot be used"))
        }
    }
}

fn embedded(data_dir: &Path) -> anyhow::Result<Storage> {
    let store = Arc::new(SqliteStore::open(data_dir)?);
    let visitor_key = key_in(data_dir)?;
    Ok(Storage {
        in_use: store.alive(),
        people: store.clone(),
        teams: store.clone(),
        contacts: store.clone(),
        mentions: store.clone(),
        tokens: store.clone(),
        bots: store.clone(),
        writing: store.clone(),
        finding: store.clone(),
        views: store.clone(),
        uploads: store.clone(),
        store,
        visitor_key,
    })
}

async fn shared(address: &Address, io: &Handle, clock: Arc<dyn Clock>) -> anyhow::Result<Storage> {
    let store = Arc::new(PostgresStore::open(address, io.clone(), clock).await?);
    let key = store.secret(VISITOR_KEY, fresh_key().to_vec()).await?;
    let wrong = |_| anyhow!("the secret {VISITOR_KEY} is damaged: it must have 32 bytes");
    let visitor_key = key.try_into().map_err(wrong)?;
    Ok(Storage {
        in_use: store.alive(),
        people: store.clone(),
        teams: store.clone(),
        contacts: store.clone(),
        mentions: store.clone(),
        tokens: store.clone(),
        bots: store.clone(),
        writing: store.clone(),
        finding: store.clone(),
        views: store.clone(),
        uploads: store.clone(),
        store,
        visitor_key,
    })
}

fn fresh_key() -> [u8; 32] {
    let mut key = [0; 32];
    dice::fill(&mut key);
    key
}

/// The key beside the database: made at the first start.
fn key_in(data_dir: &Path) -> anyhow::Result<[u8; 32]> {
    let file = data_dir.join(VISITOR_KEY_FILE);
    if let Ok(bytes) = std::fs::read(&file) {
        let wrong = |_| anyhow!("{} is damaged: it must hold 32 bytes; restore it, or remove it", file.display());
        return bytes.try_into().map_err(wrong);
    }
    let key = fresh_key();
    write_secret(&file, &key).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(key)
}

fn write_secret(file: &Path, key: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    opened.write_all(key)?;
    opened.sync_all()
}
