//! One writer thread: everything that waits goes into one transaction.

use std::path::Path;
use std::sync::mpsc;

use anyhow::Result;
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

/// A transaction takes no more rows than this.
const BATCH_MAX: usize = 4096;

/// A message to keep.
pub(crate) struct Row {
    pub page: String,
    pub psid: String,
    pub mid: String,
    pub text: String,
}

type Job = (Row, oneshot::Sender<()>);

/// The way to the writer thread.
#[derive(Clone)]
pub(crate) struct Rows {
    jobs: mpsc::Sender<Job>,
}

impl Rows {
    pub fn open(path: &Path) -> Result<Self> {
        let database = Connection::open(path)?;
        database.pragma_update(None, "journal_mode", "WAL")?;
        database.pragma_update(None, "synchronous", "FULL")?;
        database.execute_batch(
            "CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, page TEXT NOT NULL, psid TEXT NOT NULL, mid TEXT NOT NULL, text TEXT NOT NULL)",
        )?;
        let (jobs, waiting) = mpsc::channel();
        std::thread::Builder::new().name("writer".into()).spawn(move || write_all(&database, &waiting))?;
        Ok(Self { jobs })
    }

    /// Whether the row is durable.
    pub async fn insert(&self, row: Row) -> bool {
        let (done, written) = oneshot::channel();
        self.jobs.send((row, done)).is_ok() && written.await.is_ok()
    }
}

fn write_all(database: &Connection, waiting: &mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while let Ok(first) = waiting.recv() {
        batch.push(first);
        batch.extend(waiting.try_iter().take(BATCH_MAX - 1));
        match commit(database, &batch) {
            Ok(()) => {
                for (_, done) in batch.drain(..) {
                    let _ = done.send(());
                }
            }
            Err(error) => {
                eprintln!("ceiling: cannot write: {error}");
                batch.clear();
            }
        }
    }
}

fn commit(database: &Connection, batch: &[Job]) -> rusqlite::Result<()> {
    let transaction = database.unchecked_transaction()?;
    let mut insert = transaction.prepare_cached("INSERT INTO message (page, psid, mid, text) VALUES (?1, ?2, ?3, ?4)")?;
    for (row, _) in batch {
        insert.execute(params![row.page, row.psid, row.mid, row.text])?;
    }
    drop(insert);
    transaction.commit()
}
