//! The one thread that writes.
//!
//! It takes whatever waits, runs it all in one transaction, and answers everybody after the commit: a hundred appends
//! cost one flush of the disk. A job that does not apply (an old token, a known key) says so in its answer and writes
//! nothing; an error rolls the whole batch back. Then, unless the disk itself is the trouble, the jobs are tried one
//! by one, so that one bad job never fails the others. The thread survives every error and every panic.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Result, Statement, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::jobs::Jobs;
use super::trouble;
use crate::domain::ids::ConversationId;
use crate::ports::store::StoreError;

/// More than that many waiting jobs are refused.
const JOBS_MAX: usize = 8192;
/// At most that many jobs share a transaction.
const BATCH_JOBS_MAX: usize = 512;
/// At most that many conversations are remembered; then all are forgotten.
const KNOWN_MAX: usize = 65_536;

pub struct Writer {
    jobs: Arc<Jobs<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

/// What a job works with: the connection, inside a transaction, and what the thread remembers.
pub struct Desk<'c> {
    pub sql: &'c Connection,
    pub memory: Memory,
    statements: Statements<'c>,
}

/// Prepared statements by where their text lies in the program: for those that run with every message, even a lookup
/// by hash is a cost. They are few.
type Statements<'c> = Vec<(*const str, Statement<'c>)>;

/// What the writer knows without asking, because nobody else writes. Forgotten whenever a transaction fails.
pub struct Memory {
    known: HashMap<ConversationId, Known>,
    /// By how much the number of conversations in each mode changes with this transaction.
    moved: [i64; 3],
    /// Numbers of deliveries only grow, so that a reader who goes on after the last one it saw misses none.
    last_delivery: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub number: i64,
    /// Where it stands in the lists; none before its first append.
    pub place: Option<ListPlace>,
}

/// A conversation's place in the lists: its mode as a number, and the time it is sorted by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ListPlace {
    pub mode: usize,
    pub at: i64,
}

impl Writer {
    pub fn start(connection: Connection) -> std::result::Result<Self, super::OpenError> {
        let memory = Memory::read(&connection)?;
        let jobs = Arc::new(Jobs::new(JOBS_MAX));
        let theirs = Arc::clone(&jobs);
        let thread = std::thread::Builder::new().name("store-writer".to_owned());
        let thread = thread.spawn(move || work(&connection, memory, &theirs)).map_err(super::OpenError::Thread)?;
        Ok(Self { jobs, thread: Some(thread) })
    }

    /// Does `work` within the next transaction; the answer comes after its commit. `work` may be run more than once,
    /// each time as if for the first time.
    pub fn run<T, W>(&self, work: W) -> impl Future<Output = std::result::Result<T, StoreError>> + Send + use<T, W>
    where
        T: Send + 'static,
        W: FnMut(&mut Desk<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let accepted = self.jobs.add(Box::new(Task { work, outcome: None, reply }));
        async move {
            match answer.await {
                Ok(answer) => answer,
                Err(_) if !accepted => Err(StoreError::Busy),
                Err(_) => Err(trouble::no_answer()),
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs.close();
        self.thread.take().map(JoinHandle::join);
    }
}

/// Under load the next batch is given a moment to fill: one commit for many costs far less than many commits.
const LINGER: Duration = Duration::from_micros(500);
const LINGER_FROM_JOBS: usize = 16;

trait Job: Send {
    fn run(&mut self, desk: &mut Desk<'_>) -> Result<()>;
    /// Tells the outcome of `run`, or the trouble.
    fn answer(self: Box<Self>, trouble: Option<StoreError>);
}

struct Task<T, W> {
    work: W,
    outcome: Option<T>,
    reply: oneshot::Sender<std::result::Result<T, StoreError>>,
}

impl<T, W> Job for Task<T, W>
where
    T: Send,
    W: FnMut(&mut Desk<'_>) -> Result<T> + Send,
{
    fn run(&mut self, desk: &mut Desk<'_>) -> Result<()> {
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

fn work(connection: &Connection, memory: Memory, jobs: &Jobs<Box<dyn Job>>) {
    let mut desk = Desk { sql: connection, memory, statements: Vec::new() };
    loop {
        let batch = jobs.take(BATCH_JOBS_MAX);
        if batch.is_empty() {
            return;
        }
        let busy = batch.len() >= LINGER_FROM_JOBS;
        settle(&mut desk, batch);
        if busy {
            std::thread::sleep(LINGER);
        }
    }
}

fn settle(desk: &mut Desk<'_>, mut batch: Vec<Box<dyn Job>>) {
    match transact(desk, &mut batch) {
        Ok(()) => batch.into_iter().for_each(|job| job.answer(None)),
        Err(Failure { everybodys: false, .. }) if batch.len() > 1 => {
            batch.into_iter().for_each(|job| settle(desk, vec![job]));
        }
        Err(Failure { error, .. }) => {
            tracing::error!(%error, jobs = batch.len(), "nothing was written");
            batch.into_iter().for_each(|job| job.answer(Some(error.clone())));
        }
    }
}

/// Why a transaction was rolled back.
struct Failure {
    error: StoreError,
    /// The disk is the trouble, not one of the jobs.
    everybodys: bool,
}

fn transact(desk: &mut Desk<'_>, batch: &mut [Box<dyn Job>]) -> std::result::Result<(), Failure> {
    let ran = catch_unwind(AssertUnwindSafe(|| run_and_commit(desk, batch)));
    let failure = match ran {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => Failure { everybodys: trouble::is_everybodys(&error), error: error.into() },
        Err(_) => Failure { everybodys: false, error: trouble::no_answer() },
    };
    desk.memory.forget();
    Err(failure)
}

/// Rolled back by the transaction's drop unless it ends with the commit.
fn run_and_commit(desk: &mut Desk<'_>, batch: &mut [Box<dyn Job>]) -> Result<()> {
    let transaction = Transaction::new_unchecked(desk.sql, TransactionBehavior::Immediate)?;
    for job in batch {
        job.run(desk)?;
    }
    desk.memory.write_moves(desk.sql)?;
    fail::fail_point!("store-before-commit");
    transaction.commit()?;
    fail::fail_point!("store-after-commit");
    Ok(())
}

impl Memory {
    fn read(connection: &Connection) -> Result<Self> {
        let last =
            "SELECT coalesce(max(number), 0) FROM (SELECT number FROM outbox UNION ALL SELECT number FROM shelf)";
        let last_delivery = connection.query_row(last, (), |row| row.get(0))?;
        Ok(Self { known: HashMap::new(), moved: [0; 3], last_delivery })
    }

    fn forget(&mut self) {
        self.known.clear();
        self.moved = [0; 3];
    }

    pub fn learn(&mut self, conversation: ConversationId, known: Known) {
        if self.known.len() >= KNOWN_MAX {
            self.known.clear();
        }
        self.known.insert(conversation, known);
    }

    /// The conversation now stands at `to` in the lists.
    pub fn move_in_lists(&mut self, conversation: ConversationId, known: Known, to: ListPlace) {
        if let Some(from) = known.place {
            self.moved[from.mode] -= 1;
        }
        self.moved[to.mode] += 1;
        self.learn(conversation, Known { place: Some(to), ..known });
    }

    pub fn next_delivery(&mut self) -> i64 {
        self.last_delivery += 1;
        self.last_delivery
    }

    fn write_moves(&mut self, connection: &Connection) -> Result<()> {
        for (mode, by) in std::mem::take(&mut self.moved).into_iter().enumerate().filter(|(_, by)| *by != 0) {
            let sql = "UPDATE mode_count SET conversations = conversations + ?2 WHERE mode = ?1";
            connection.prepare_cached(sql)?.execute((mode as i64, by))?;
        }
        Ok(())
    }
}

impl<'c> Desk<'c> {
    /// A statement that stays prepared as long as the thread lives.
    pub fn prepared(&mut self, sql: &'static str) -> Result<&mut Statement<'c>> {
        let place = match self.statements.iter().position(|(text, _)| std::ptr::eq(*text, sql)) {
            Some(place) => place,
            None => {
                self.statements.push((sql, self.sql.prepare(sql)?));
                self.statements.len() - 1
            }
        };
        Ok(&mut self.statements[place].1)
    }

    pub fn known(&mut self, conversation: ConversationId) -> Result<Option<Known>> {
        if let Some(known) = self.memory.known.get(&conversation) {
            return Ok(Some(*known));
        }
        let sql = "SELECT number, mode, list_at FROM conversation WHERE id = ?1";
        let found = self.prepared(sql)?.query_row([conversation.0.as_bytes()], known_in).optional()?;
        if let Some(known) = found {
            self.memory.learn(conversation, known);
        }
        Ok(found)
    }
}

/// In three columns: number, mode, list_at.
fn known_in(row: &rusqlite::Row<'_>) -> Result<Known> {
    let place = match (row.get::<_, Option<i64>>(1)?, row.get(2)?) {
        (Some(mode @ 0..3), Some(at)) => Some(ListPlace { mode: mode as usize, at }),
        _ => None,
    };
    Ok(Known { number: row.get(0)?, place })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> Writer {
        let connection = Connection::open_in_memory().expect("opens");
        super::super::migrations::migrate(&connection).expect("migrates");
        connection.execute_batch("CREATE TABLE word (word TEXT PRIMARY KEY)").expect("creates");
        Writer::start(connection).expect("starts")
    }

    fn write(
        writer: &Writer,
        word: &'static str,
    ) -> impl Future<Output = std::result::Result<i64, StoreError>> + use<> {
        writer.run(move |desk| {
            desk.sql.execute("INSERT INTO word VALUES (?1)", [word])?;
            desk.sql.query_row("SELECT count(*) FROM word", (), |row| row.get(0))
        })
    }

    /// Holds the writer up until what is asked meanwhile must share one transaction.
    fn pause(writer: &Writer) -> std::sync::mpsc::Sender<()> {
        let (go_on, wait) = std::sync::mpsc::channel();
        let (at_it, begun) = std::sync::mpsc::channel();
        drop(writer.run(move |_| {
            let _ = at_it.send(());
            let _ = wait.recv();
            Ok(())
        }));
        begun.recv().expect("begins");
        go_on
    }

    #[tokio::test]
    async fn one_bad_job_does_not_fail_the_others() {
        let writer = writer();
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
        let writer = writer();
        let go_on = pause(&writer);
        let first = write(&writer, "one");
        let bad = writer.run(|desk| -> Result<()> {
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
        let writer = writer();
        let go_on = pause(&writer);
        let waiting: Vec<_> = (0..JOBS_MAX).map(|_| writer.run(|_| Ok(()))).collect();
        assert!(matches!(writer.run(|_| Ok(())).await, Err(StoreError::Busy)));
        drop(go_on);
        assert!(futures_util::future::join_all(waiting).await.iter().all(|answer| answer.is_ok()));
    }
}
