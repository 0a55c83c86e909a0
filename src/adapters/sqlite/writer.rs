//! The one thread that writes.
//!
//! It takes whatever waits, runs it all (`bench`), makes it durable, and answers everybody: a hundred appends cost one
//! flush of the disk. What most jobs do is made durable by the journal (`journal`), and the transaction stays open for
//! the next batch; it is committed when a job wants that, when somebody is about to read, when the journal is long, and
//! in every quiet moment. A job that does not apply (an old token, a known key) says so in its answer and writes nothing.
//!
//! An error rolls the transaction back; what the journal holds of it is done again before anything else. Then, unless
//! the disk itself is the trouble, the jobs are tried one by one, so that one bad job never fails the others. The
//! thread survives every error and every panic.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::OpenError;
use super::bench::Bench;
use super::desk::Desk;
use super::jobs::Jobs;
use super::journal::Journal;
use super::trouble;
use crate::ports::store::{Counted, StoreError};

/// More than that many waiting jobs are refused.
const JOBS_MAX: usize = 8192;

pub struct Writer {
    asks: Asks,
    thread: Option<JoinHandle<()>>,
}

/// How to ask the writing thread, from anywhere.
#[derive(Clone)]
pub struct Asks {
    jobs: Arc<Jobs<Box<dyn Job>>>,
    shared: Arc<Shared>,
}

/// What the writing thread tells everybody.
#[derive(Default)]
pub struct Shared {
    /// Something has been answered for that readers cannot see yet.
    pub unsettled: AtomicBool,
    /// How many conversations are in each group, as far as was answered.
    counts: Mutex<Counted>,
}

impl Shared {
    pub fn counts(&self) -> MutexGuard<'_, Counted> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What makes a job's work durable before its answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A commit of the database.
    Commit,
    /// What the job notes in the journal.
    Journal,
    /// Nothing: should it be lost with the process, nobody misses it. It must not look at what has happened in a
    /// conversation since the last commit: the tables may lack it.
    Nothing,
}

impl Writer {
    /// Begins with doing again what the journal holds and the database lacks.
    pub fn start(connection: Connection, journal: Journal) -> Result<Self, OpenError> {
        let jobs = Arc::new(Jobs::new(JOBS_MAX));
        let asks = Asks { jobs: Arc::clone(&jobs), shared: Arc::default() };
        let shared = Arc::clone(&asks.shared);
        let (begun, begins) = mpsc::channel();
        let work = move || match Bench::new(&connection, journal, shared) {
            Ok(mut bench) => {
                let _ = begun.send(Ok(()));
                bench.work(&jobs);
            }
            Err(refusal) => drop(begun.send(Err(refusal))),
        };
        let thread = std::thread::Builder::new().name("store-writer".to_owned());
        let thread = thread.spawn(work).map_err(OpenError::Thread)?;
        begins.recv().map_err(|_| OpenError::Journal("the thread that reads it ended".to_owned()))??;
        Ok(Self { asks, thread: Some(thread) })
    }

    pub fn asks(&self) -> &Asks {
        &self.asks
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.asks.jobs.close();
        self.thread.take().map(JoinHandle::join);
    }
}

impl Asks {
    /// Does `work` within the next batch; the answer comes when it is durable. `work` may be run more than once, each
    /// time as if for the first time.
    pub fn run<T, W>(&self, by: By, work: W) -> impl Future<Output = Result<T, StoreError>> + Send + use<T, W>
    where
        T: Send + 'static,
        W: FnMut(&mut Desk<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let (accepted, answer) = self.add(by, work);
        async move { trouble::told(answer.await.ok(), accepted) }
    }

    fn add<T, W>(&self, by: By, work: W) -> (bool, oneshot::Receiver<Result<T, StoreError>>)
    where
        T: Send + 'static,
        W: FnMut(&mut Desk<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        (self.jobs.add(Box::new(Task { by, work, outcome: None, reply })), answer)
    }

    /// How many conversations are in each mode: bot, waiting, human.
    pub fn counts(&self) -> Counted {
        *self.shared.counts()
    }

    /// Waits until readers see everything that was answered before.
    pub async fn settled(&self) -> Result<(), StoreError> {
        if self.is_unsettled() { self.run(By::Commit, |_| Ok(())).await } else { Ok(()) }
    }

    /// As `settled`, for a thread that may stand still.
    pub fn settle_here(&self) -> Result<(), StoreError> {
        let (accepted, answer) = self.add(By::Commit, |_| Ok(()));
        trouble::told(answer.blocking_recv().ok(), accepted)
    }

    /// Whether something was answered that readers do not see yet.
    pub fn is_unsettled(&self) -> bool {
        self.shared.unsettled.load(Ordering::Acquire)
    }
}

pub trait Job: Send {
    fn by(&self) -> By;
    fn run(&mut self, desk: &mut Desk<'_>) -> rusqlite::Result<()>;
    /// Tells the outcome of `run`, or the trouble.
    fn answer(self: Box<Self>, trouble: Option<StoreError>);
}

struct Task<T, W> {
    by: By,
    work: W,
    outcome: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Job for Task<T, W>
where
    T: Send,
    W: FnMut(&mut Desk<'_>) -> rusqlite::Result<T> + Send,
{
    fn by(&self) -> By {
        self.by
    }

    fn run(&mut self, desk: &mut Desk<'_>) -> rusqlite::Result<()> {
        self.outcome = Some((self.work)(desk)?);
        Ok(())
    }

    fn answer(self: Box<Self>, trouble: Option<StoreError>) {
        let answer = match (trouble, self.outcome) {
            (None, Some(outcome)) => Ok(outcome),
            (Some(trouble), _) => Err(trouble),
            (None, None) => Err(trouble::no_answer()),
        };
        // Whoever asked may have gone; the write stands all the same.
        let _ = self.reply.send(answer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A writer, and the directory of its journal.
    fn writer() -> (Writer, tempfile::TempDir) {
        let dir = tempfile::tempdir().expect("a directory");
        let connection = Connection::open_in_memory().expect("opens");
        super::super::migrations::migrate(&connection).expect("migrates");
        connection.execute_batch("CREATE TABLE word (word TEXT PRIMARY KEY)").expect("creates");
        let journal = Journal::open(dir.path(), 0).expect("opens").expect("fits");
        (Writer::start(connection, journal).expect("starts"), dir)
    }

    fn write(writer: &Writer, word: &'static str) -> impl Future<Output = Result<i64, StoreError>> + use<> {
        writer.asks().run(By::Commit, move |desk| {
            desk.sql.execute("INSERT INTO word VALUES (?1)", [word])?;
            desk.sql.query_row("SELECT count(*) FROM word", (), |row| row.get(0))
        })
    }

    /// Holds the writer up until what is asked meanwhile must share one transaction.
    fn pause(writer: &Writer) -> std::sync::mpsc::Sender<()> {
        let (go_on, wait) = std::sync::mpsc::channel();
        let (at_it, begun) = std::sync::mpsc::channel();
        drop(writer.asks().run(By::Nothing, move |_| {
            let _ = at_it.send(());
            let _ = wait.recv();
            Ok(())
        }));
        begun.recv().expect("begins");
        go_on
    }

    #[tokio::test]
    async fn one_bad_job_does_not_fail_the_others() {
        let (writer, _dir) = writer();
        let go_on = pause(&writer);
        let jobs = ["one", "one", "two"].map(|word| write(&writer, word));
        drop(go_on);
        let [first, bad, last] = jobs;
        assert_eq!(first.await.expect("is written"), 1);
        assert!(matches!(bad.await, Err(StoreError::Unavailable(_))));
        assert_eq!(last.await.expect("is written"), 2);
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_and_the_writer_lives_on() {
        let (writer, _dir) = writer();
        let go_on = pause(&writer);
        let first = write(&writer, "one");
        let bad = writer.asks().run(By::Commit, |desk| -> rusqlite::Result<()> {
            desk.sql.execute("INSERT INTO word VALUES ('lost')", ())?;
            panic!("as the test wants it");
        });
        let last = write(&writer, "two");
        drop(go_on);
        assert_eq!(first.await.expect("is written"), 1);
        assert!(matches!(bad.await, Err(StoreError::Unavailable(_))));
        assert_eq!(last.await.expect("is written"), 2, "nothing of the bad job is left");
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let (writer, _dir) = writer();
        let go_on = pause(&writer);
        let waiting: Vec<_> = (0..JOBS_MAX).map(|_| writer.asks().run(By::Nothing, |_| Ok(()))).collect();
        assert!(matches!(writer.asks().run(By::Nothing, |_| Ok(())).await, Err(StoreError::Busy)));
        drop(go_on);
        assert!(futures_util::future::join_all(waiting).await.iter().all(|answer| answer.is_ok()));
    }
}
