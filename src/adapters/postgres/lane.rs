//! A bounded queue between those who ask and a few tasks that write: what waits together is written together.
//!
//! As long as a task is free, a job does not wait. When all are busy, jobs gather, and the next task takes them all
//! into one transaction: a hundred appends cost one flush of the server's disk.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use super::trouble;
use crate::ports::store::{Answer, StoreError};

/// More than that many waiting jobs are refused.
const JOBS_MAX: usize = 8192;

/// Dropping it closes the queue: what was accepted is still done.
pub struct Lane<J>(Arc<Queue<J>>);

/// The other end: what a task works from.
pub struct Queue<J> {
    waiting: Mutex<Waiting<J>>,
    arrived: Notify,
}

struct Waiting<J> {
    jobs: VecDeque<J>,
    closed: bool,
}

/// Where an answer goes. Whoever asked may have gone; what was written stands all the same.
pub struct Reply<T>(oneshot::Sender<Result<T, StoreError>>);

impl<T> Reply<T> {
    pub fn send(self, answer: Result<T, StoreError>) {
        let _ = self.0.send(answer);
    }
}

impl<J: Send + 'static> Lane<J> {
    pub fn new() -> Self {
        let waiting = Waiting { jobs: VecDeque::new(), closed: false };
        Self(Arc::new(Queue { waiting: Mutex::new(waiting), arrived: Notify::new() }))
    }

    pub fn queue(&self) -> Arc<Queue<J>> {
        self.0.clone()
    }

    /// Puts what `job` makes into the queue, at once; the answer comes when it is committed.
    pub fn ask<T: Send + 'static>(&self, job: impl FnOnce(Reply<T>) -> J) -> Answer<T> {
        let (reply, answer) = oneshot::channel();
        let accepted = self.0.add(job(Reply(reply)));
        Box::pin(async move {
            match answer.await {
                Ok(answer) => answer,
                Err(_) if !accepted => Err(StoreError::Busy),
                Err(_) => Err(trouble::closed()),
            }
        })
    }
}

impl<J> Drop for Lane<J> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.arrived.notify_waiters();
        // One more for a task that was just about to wait.
        self.0.arrived.notify_one();
    }
}

impl<J> Queue<J> {
    /// False if the queue is full or closed; the job is dropped.
    fn add(&self, job: J) -> bool {
        let mut waiting = self.lock();
        if waiting.closed || waiting.jobs.len() >= JOBS_MAX {
            return false;
        }
        waiting.jobs.push_back(job);
        drop(waiting);
        self.arrived.notify_one();
        true
    }

    /// Waits for jobs and takes at most `max` of them, oldest first; none once the queue is closed and empty.
    pub async fn take(&self, max: usize) -> Vec<J> {
        loop {
            let arrived = self.arrived.notified();
            {
                let mut waiting = self.lock();
                let count = waiting.jobs.len().min(max);
                let more = waiting.jobs.len() > count;
                if count > 0 || waiting.closed {
                    // Whoever waits beside us learns of the rest, or of the end.
                    if more || waiting.closed {
                        self.arrived.notify_one();
                    }
                    return waiting.jobs.drain(..count).collect();
                }
            }
            arrived.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<J>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let lane = Lane::new();
        let waiting: Vec<_> = (0..JOBS_MAX).map(|_| lane.ask(|reply: Reply<()>| reply)).collect();
        assert!(matches!(lane.ask(|reply| reply).await, Err(StoreError::Busy)));
        for reply in lane.queue().take(usize::MAX).await {
            reply.send(Ok(()));
        }
        assert!(futures_util::future::join_all(waiting).await.iter().all(Result::is_ok));
    }

    #[tokio::test]
    async fn what_was_accepted_is_given_out_after_the_end_and_then_nothing() {
        let lane = Lane::new();
        let queue = lane.queue();
        let answer = lane.ask(|reply: Reply<u8>| reply);
        drop(lane);
        queue.take(9).await.pop().expect("was accepted").send(Ok(7));
        assert!(matches!(answer.await, Ok(7)));
        let (one, other) = tokio::join!(queue.take(9), queue.take(9));
        assert!(one.is_empty() && other.is_empty());
    }
}
