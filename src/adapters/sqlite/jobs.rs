//! A bounded queue between those who ask and the threads that answer.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

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

    /// Waits for jobs and takes at most `max` of them, oldest first. None are left once the queue is closed and empty.
    pub fn take(&self, max: usize) -> Vec<J> {
        let mut waiting = self.lock();
        while waiting.jobs.is_empty() && !waiting.closed {
            waiting.idle += 1;
            waiting = self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            waiting.idle -= 1;
        }
        let taken = waiting.jobs.len().min(max);
        waiting.jobs.drain(..taken).collect()
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
