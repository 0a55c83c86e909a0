//! The threads that read, beside the writer: each sees the last commit, and none waits for the next.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::jobs::{Jobs, Taken};
use super::{OpenError, trouble};
use crate::ports::store::StoreError;

const THREADS: usize = 2;
/// More than that many waiting questions are refused.
const JOBS_MAX: usize = 4096;
/// Little: what is read a second time comes from the memory of the operating system.
const CACHE_KB: i64 = 2_000;
/// A question that takes longer is given up.
const QUESTION_MAX: Duration = Duration::from_secs(2);
/// Steps of the database between two looks at the clock.
const STEPS: std::ffi::c_int = 20_000;

type Job = Box<dyn FnOnce(&Connection) + Send>;

#[derive(Clone)]
pub struct Readers {
    jobs: Arc<Jobs<Job>>,
}

/// The threads behind [`Readers`]. They end when this is dropped, after answering what was asked.
pub struct ReaderThreads {
    readers: Readers,
    threads: Vec<JoinHandle<()>>,
}

impl ReaderThreads {
    pub fn start(database: &Path) -> Result<Self, OpenError> {
        Self::start_with(database, None)
    }

    /// No question may take longer than [`QUESTION_MAX`]: for those that people make up.
    pub fn start_bounded(database: &Path) -> Result<Self, OpenError> {
        Self::start_with(database, Some(QUESTION_MAX))
    }

    fn start_with(database: &Path, question_max: Option<Duration>) -> Result<Self, OpenError> {
        let readers = Readers { jobs: Arc::new(Jobs::new(JOBS_MAX)) };
        let mut started = Self { readers, threads: Vec::new() };
        for _ in 0..THREADS {
            let mut connection = open(database)?;
            let jobs = Arc::clone(&started.readers.jobs);
            let thread = std::thread::Builder::new().name("store-reader".to_owned());
            started
                .threads
                .push(thread.spawn(move || work(&mut connection, &jobs, question_max)).map_err(OpenError::Thread)?);
        }
        Ok(started)
    }

    pub fn readers(&self) -> &Readers {
        &self.readers
    }
}

impl Drop for ReaderThreads {
    fn drop(&mut self) {
        self.readers.jobs.close();
        self.threads.drain(..).for_each(|thread| {
            let _ = thread.join();
        });
    }
}

impl Readers {
    /// Asks within one read transaction: everything `question` sees is of the same moment.
    pub fn run<T, Q>(&self, question: Q) -> impl Future<Output = Result<T, StoreError>> + Send + use<T, Q>
    where
        T: Send + 'static,
        Q: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let accepted = self.jobs.add(Box::new(move |connection| {
            let _ = reply.send(of_one_moment(connection, question));
        }));
        async move {
            match answer.await {
                Ok(answer) => answer,
                Err(_) if !accepted => Err(StoreError::Busy),
                Err(_) => Err(trouble::no_answer()),
            }
        }
    }
}

/// A connection that cannot write.
pub fn open(database: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.busy_timeout(super::BUSY_MAX)?;
    connection.pragma_update(None, "cache_size", -CACHE_KB)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn work(connection: &mut Connection, jobs: &Jobs<Job>, question_max: Option<Duration>) {
    loop {
        let Taken::Jobs(taken) = jobs.take(1, None) else { return };
        for job in taken {
            if let Some(max) = question_max {
                let end = Instant::now() + max;
                // It can only fail on a connection that is closed.
                let _ = connection.progress_handler(STEPS, Some(move || Instant::now() > end));
            }
            // A panic drops the reply, which tells whoever asked.
            let _ = catch_unwind(AssertUnwindSafe(|| job(connection)));
        }
    }
}

fn of_one_moment<T>(
    connection: &Connection,
    question: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)?;
    let answer = question(connection)?;
    transaction.commit()?;
    Ok(answer)
}
