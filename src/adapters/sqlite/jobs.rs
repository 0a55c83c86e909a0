//! A bounded queue between those who ask and the threads that answer.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub struct Jobs<J> {
    waiting: Mutex<Waiting<J>>,
    arrived: Condvar,
    jobs_max: usize,
}

struct Waiting<J> {
    jobs: VecDeque<J>,
    /// Threads that wait for a job: waking nobody costs a system call.
    idle: usize,
    closed: bool,
}

/// What came of waiting for jobs.
pub enum Taken<J> {
    Jobs(Vec<J>),
    /// None came in that time.
    Nothing,
    /// The queue is closed, and everything in it was given out.
    Closed,
}

impl<J> Jobs<J> {
    pub fn new(jobs_max: usize) -> Self {
        let waiting = Waiting { jobs: VecDeque::new(), idle: 0, closed: false };
        Self { waiting: Mutex::new(waiting), arrived: Condvar::new(), jobs_max }
    }

    /// False if the queue is full or closed; the job is dropped.
    pub fn add(&self, job: J) -> bool {
        let mut waiting = self.lock();
        if waiting.closed || waiting.jobs.len() >= self.jobs_max {
            return false;
        }
        waiting.jobs.push_back(job);
        let wake = waiting.idle > 0;
        drop(waiting);
        if wake {
            self.arrived.notify_one();
        }
        true
    }

    /// Waits for jobs, at most for `patience` if there is one, and takes at most `max` of them, oldest first.
    pub fn take(&self, max: usize, patience: Option<Duration>) -> Taken<J> {
        let mut waiting = self.lock();
        while waiting.jobs.is_empty() {
            if waiting.closed {
                return Taken::Closed;
            }
            waiting.idle += 1;
            let timed_out;
            (waiting, timed_out) = self.wait(waiting, patience);
            waiting.idle -= 1;
            if timed_out && waiting.jobs.is_empty() && !waiting.closed {
                return Taken::Nothing;
            }
        }
        let taken = waiting.jobs.len().min(max);
        Taken::Jobs(waiting.jobs.drain(..taken).collect())
    }

    /// Adds what waits, oldest first, to what was taken before, until that are `max`. Waits for nobody.
    pub fn take_more(&self, taken: &mut Vec<J>, max: usize) {
        let mut waiting = self.lock();
        let more = waiting.jobs.len().min(max.saturating_sub(taken.len()));
        taken.extend(waiting.jobs.drain(..more));
    }

    fn wait<'w>(
        &self,
        waiting: MutexGuard<'w, Waiting<J>>,
        patience: Option<Duration>,
    ) -> (MutexGuard<'w, Waiting<J>>, bool) {
        let Some(patience) = patience else {
            return (self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner), false);
        };
        let (waiting, result) = self.arrived.wait_timeout(waiting, patience).unwrap_or_else(PoisonError::into_inner);
        (waiting, result.timed_out())
    }

    /// Nothing more is accepted; what was accepted is still given out.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<J>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
