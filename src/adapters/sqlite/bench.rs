//! The writing thread at work: it runs batches of jobs, notes them in the journal, and commits once in a while.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rusqlite::Connection;

use super::OpenError;
use super::ahead;
use super::desk::Desk;
use super::jobs::{Jobs, Taken};
use super::journal::Journal;
use super::lists;
use super::record::{self, Unrepeatable};
use super::trouble;
use super::writer::{By, Job, Shared};
use crate::ports::store::StoreError;

/// At most that many jobs share a batch.
const BATCH_JOBS_MAX: usize = 512;
/// When nobody has asked for anything for so long, what was done is committed.
const QUIET: Duration = Duration::from_millis(5);
#[cfg(feature = "failpoints")]
const FULL: rusqlite::ffi::Error = rusqlite::ffi::Error { code: rusqlite::ErrorCode::DiskFull, extended_code: 13 };

pub struct Bench<'c> {
    desk: Desk<'c>,
    journal: Journal,
    shared: Arc<Shared>,
    /// The database lacks what the journal holds: its transaction was rolled back, or never was.
    behind: bool,
    /// As the database counted them at the last commit.
    changes: u64,
}

/// Why a batch was rolled back.
struct Failure {
    error: StoreError,
    /// The disk is the trouble, not one of the jobs.
    everybodys: bool,
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self { everybodys: trouble::is_everybodys(&error), error: error.into() }
    }
}

impl From<Unrepeatable> for Failure {
    fn from(error: Unrepeatable) -> Self {
        let error = match error {
            Unrepeatable::Database(error) => error.into(),
            other => StoreError::Unreadable(format!("the journal holds {other}")),
        };
        Self { everybodys: true, error }
    }
}

impl<'c> Bench<'c> {
    /// With the database where the journal ends.
    pub fn new(sql: &'c Connection, journal: Journal, shared: Arc<Shared>) -> Result<Self, OpenError> {
        let behind = !journal.is_empty();
        let mut bench = Self { behind, changes: sql.total_changes(), desk: Desk::new(sql)?, journal, shared };
        bench.redo().map_err(|failure| OpenError::Journal(failure.error.to_string()))?;
        *bench.shared.counts() = lists::count_modes(sql)?;
        Ok(bench)
    }

    pub fn work(&mut self, jobs: &Jobs<Box<dyn Job>>) {
        loop {
            let patience = self.in_transaction().then_some(QUIET);
            match jobs.take(BATCH_JOBS_MAX, patience) {
                Taken::Jobs(batch) => self.serve(batch, Some(jobs)),
                Taken::Nothing => self.settle(),
                Taken::Closed => return self.settle(),
            }
        }
    }

    fn serve(&mut self, mut batch: Vec<Box<dyn Job>>, waiting: Option<&Jobs<Box<dyn Job>>>) {
        match self.guarded(|bench| bench.run(&mut batch, waiting)) {
            Ok(()) => batch.into_iter().for_each(|job| job.answer(None)),
            Err(Failure { everybodys: false, .. }) if batch.len() > 1 => {
                batch.into_iter().for_each(|job| self.serve(vec![job], None));
            }
            Err(Failure { error, .. }) => {
                tracing::error!(%error, jobs = batch.len(), "nothing was written");
                batch.into_iter().for_each(|job| job.answer(Some(error.clone())));
            }
        }
    }

    /// What cannot be committed now is not lost: the journal has it.
    fn settle(&mut self) {
        let settle = |bench: &mut Self| {
            bench.redo()?;
            if bench.in_transaction() { bench.commit() } else { Ok(()) }
        };
        if let Err(Failure { error, .. }) = self.guarded(settle) {
            tracing::error!(%error, "what the journal holds could not be carried over into the database");
        }
    }

    /// After an error or a panic nothing of the transaction is left.
    fn guarded(&mut self, work: impl FnOnce(&mut Self) -> Result<(), Failure>) -> Result<(), Failure> {
        let done = catch_unwind(AssertUnwindSafe(|| work(self)));
        let done = done.unwrap_or_else(|_| Err(Failure { everybodys: false, error: trouble::no_answer() }));
        if done.is_err() {
            self.roll_back();
        }
        done
    }

    /// Who comes before the flush need not wait for the next one.
    fn run(&mut self, batch: &mut Vec<Box<dyn Job>>, waiting: Option<&Jobs<Box<dyn Job>>>) -> Result<(), Failure> {
        self.redo()?;
        self.begin()?;
        let mut done = 0;
        while done < batch.len() {
            for job in &mut batch[done..] {
                self.run_one(job.as_mut())?;
            }
            done = batch.len();
            if let Some(jobs) = waiting {
                jobs.take_more(batch, BATCH_JOBS_MAX);
            }
        }
        self.keep(batch.iter().any(|job| job.by() == By::Commit))?;
        self.desk.memory.tell_moves(&mut self.shared.counts());
        Ok(())
    }

    fn run_one(&mut self, job: &mut dyn Job) -> Result<(), Failure> {
        match job.by() {
            By::Commit => ahead::catch_up(&mut self.desk)?,
            By::Nothing => ahead::catch_up_with_the_outbox(&mut self.desk)?,
            By::Journal if self.desk.memory.is_far_ahead() => ahead::catch_up_a_little(&mut self.desk)?,
            By::Journal => {}
        }
        Ok(job.run(&mut self.desk)?)
    }

    /// A journal that cannot be written is no reason to fail: the database may well be.
    fn keep(&mut self, commit: bool) -> Result<(), Failure> {
        if commit || self.journal.is_long() {
            return self.commit();
        }
        let notes = self.desk.notes.bytes();
        if !notes.is_empty() {
            if let Err(error) = self.journal.append(notes) {
                tracing::warn!(%error, "the journal cannot be written");
                return self.commit();
            }
            self.desk.notes.clear();
            self.shared.unsettled.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Does again what a transaction that failed, or a process that died, left in the journal only.
    fn redo(&mut self) -> Result<(), Failure> {
        if !self.behind {
            return Ok(());
        }
        self.begin()?;
        let unreadable = |error| Failure {
            everybodys: true,
            error: StoreError::Unavailable(format!("the journal cannot be read: {error}")),
        };
        for notes in self.journal.read().map_err(unreadable)? {
            record::repeat(&mut self.desk, &notes)?;
        }
        self.commit()?;
        self.desk.memory.moves_are_told();
        self.behind = false;
        Ok(())
    }

    fn in_transaction(&self) -> bool {
        !self.desk.sql.is_autocommit()
    }

    fn begin(&mut self) -> rusqlite::Result<()> {
        if self.in_transaction() {
            return Ok(());
        }
        self.desk.prepared("BEGIN IMMEDIATE")?.execute(()).map(|_| ())
    }

    fn commit(&mut self) -> Result<(), Failure> {
        fail::fail_point!("store-full", |_| Err(rusqlite::Error::SqliteFailure(FULL, None).into()));
        ahead::catch_up(&mut self.desk)?;
        if self.desk.sql.total_changes() != self.changes {
            self.desk.memory.write_moves(self.desk.sql)?;
            let number = self.journal.next();
            self.desk.prepared("UPDATE meta SET committed = ?1")?.execute([super::columns::int(number)])?;
            self.changes = self.desk.sql.total_changes();
            self.desk.prepared("COMMIT")?.execute(())?;
            self.journal.committed();
        } else {
            self.desk.prepared("COMMIT")?.execute(())?;
        }
        self.desk.notes.clear();
        self.shared.unsettled.store(false, Ordering::Release);
        Ok(())
    }

    fn roll_back(&mut self) {
        if self.in_transaction()
            && let Err(error) = self.desk.sql.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
        self.desk.memory.forget();
        self.desk.notes.clear();
        self.behind = !self.journal.is_empty();
        self.shared.unsettled.store(self.behind, Ordering::Release);
    }
}
