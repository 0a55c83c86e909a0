//! One writer thread: everything that waits goes into one transaction.
//!
//! A worker is woken once per transaction, not once per row: waking another thread costs about as much as a row.

use std::path::Path;
use std::sync::mpsc;

use anyhow::Result;
use rusqlite::{Connection, params};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
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

/// Those whose rows one commit has written.
type Written = Vec<oneshot::Sender<()>>;

/// A row, whom to tell, and through which worker.
struct Job {
    row: Row,
    done: oneshot::Sender<()>,
    worker: UnboundedSender<Written>,
}

/// The writer thread, before it is shared among workers.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
}

/// A worker's way to the writer thread.
pub(crate) struct Rows {
    jobs: mpsc::Sender<Job>,
    worker: UnboundedSender<Written>,
}

impl Writer {
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

    /// Must be called on the worker's own thread.
    pub fn for_worker(&self) -> Rows {
        let (worker, mut written) = unbounded_channel::<Written>();
        actix_web::rt::spawn(async move {
            while let Some(batch) = written.recv().await {
                for done in batch {
                    let _ = done.send(());
                }
            }
        });
        Rows { jobs: self.jobs.clone(), worker }
    }
}

impl Rows {
    /// Whether the row is durable.
    pub async fn insert(&self, row: Row) -> bool {
        let (done, written) = oneshot::channel();
        let job = Job { row, done, worker: self.worker.clone() };
        self.jobs.send(job).is_ok() && written.await.is_ok()
    }
}

fn write_all(database: &Connection, waiting: &mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while let Ok(first) = waiting.recv() {
        batch.push(first);
        batch.extend(waiting.try_iter().take(BATCH_MAX - 1));
        match commit(database, &batch) {
            Ok(()) => tell(&mut batch),
            Err(error) => {
                eprintln!("ceiling: cannot write: {error}");
                batch.clear();
            }
        }
    }
}

/// Tells each worker once which of its rows are written.
fn tell(batch: &mut Vec<Job>) {
    let mut workers: Vec<(UnboundedSender<Written>, Written)> = Vec::new();
    for job in batch.drain(..) {
        match workers.iter_mut().find(|(worker, _)| worker.same_channel(&job.worker)) {
            Some((_, done)) => done.push(job.done),
            None => workers.push((job.worker, vec![job.done])),
        }
    }
    for (worker, done) in workers {
        let _ = worker.send(done);
    }
}

fn commit(database: &Connection, batch: &[Job]) -> rusqlite::Result<()> {
    let transaction = database.unchecked_transaction()?;
    let mut insert =
        transaction.prepare_cached("INSERT INTO message (page, psid, mid, text) VALUES (?1, ?2, ?3, ?4)")?;
    for Job { row, .. } in batch {
        insert.execute(params![row.page, row.psid, row.mid, row.text])?;
    }
    drop(insert);
    transaction.commit()
}
