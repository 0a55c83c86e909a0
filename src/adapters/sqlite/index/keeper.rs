//! The thread that keeps the index: a moment behind the log, and never in its way.
//!
//! It takes in what was touched, gathered for a moment; and after a start that followed no orderly end it looks at every
//! conversation once, in portions, which is also how an old log comes into a new index. Its pauses are as long as its
//! work was heavy, so that under load it costs a twentieth of one processor; in quiet moments it works half of the time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::time::Instant;

use super::super::OpenError;
use super::super::writer::Asks;
use super::filling::{Filler, Trouble};
use crate::adapters::taking_in::Touched;
use crate::domain::ids::ConversationId;

/// What comes within that time is taken in together.
const GATHER: Duration = Duration::from_millis(150);
/// Conversations taken in at a time.
const PORTION: usize = 500;
/// In a flood the log is only committed now and then, for what it writes twice it might write once; so often it is asked to.
const COMMIT_EVERY: Duration = Duration::from_secs(2);
/// So long it rests when there is trouble.
const TROUBLE_RESTS: Duration = Duration::from_secs(5);
/// No pause is longer, or what trails would trail too far.
const PAUSE_MAX: Duration = Duration::from_secs(1);
/// Portions that are still taken in at the end.
const LAST_PORTIONS: usize = 8;

pub struct Keeper {
    touches: Touches,
    thread: Option<JoinHandle<()>>,
}

/// Where appends say which conversation has moved on.
#[derive(Clone)]
pub struct Touches(Arc<Shared>);

impl Touches {
    pub fn touch(&self, conversation: ConversationId) {
        if self.0.touched.add(conversation) {
            // Whoever looks and then waits holds it in between.
            drop(self.0.closed());
            self.0.wake.notify_one();
        }
    }
}

#[derive(Default)]
struct Shared {
    touched: Touched,
    closed: Mutex<bool>,
    wake: Condvar,
}

impl Keeper {
    pub fn start(index: Connection, log: Connection, asks: Asks, complete: Arc<AtomicBool>) -> Result<Self, OpenError> {
        let filler = Filler::new(index, log)?;
        complete.store(filler.is_complete(), Ordering::Release);
        let shared = Arc::<Shared>::default();
        let mut work = Work { shared: shared.clone(), filler, asks, asked_at: Instant::now(), complete };
        let thread = std::thread::Builder::new().name("store-index".to_owned());
        let thread = thread.spawn(move || work.run()).map_err(OpenError::Thread)?;
        Ok(Self { touches: Touches(shared), thread: Some(thread) })
    }

    pub fn touches(&self) -> &Touches {
        &self.touches
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        *self.touches.0.closed() = true;
        self.touches.0.wake.notify_one();
        self.thread.take().map(JoinHandle::join);
    }
}

impl Shared {
    fn closed(&self) -> MutexGuard<'_, bool> {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for so long, or (none) until something is touched; false: it is over.
    fn rest(&self, span: Option<Duration>) -> bool {
        let end = span.map(|span| Instant::now() + span);
        let mut closed = self.closed();
        while !*closed {
            closed = match end.map(|end| end.saturating_duration_since(Instant::now())) {
                None if self.touched.is_empty() => self.wake.wait(closed).unwrap_or_else(PoisonError::into_inner),
                None | Some(Duration::ZERO) => return true,
                Some(left) => self.wake.wait_timeout(closed, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
        false
    }
}

struct Work {
    shared: Arc<Shared>,
    filler: Filler,
    asks: Asks,
    /// When the log was last asked to commit.
    asked_at: Instant,
    complete: Arc<AtomicBool>,
}

impl Work {
    fn run(&mut self) {
        while self.gather() {
            let begun = Instant::now();
            let hurried = !self.shared.touched.is_empty();
            let pause = match self.portion() {
                Ok(()) => (begun.elapsed() * if hurried { 19 } else { 1 }).min(PAUSE_MAX),
                Err(trouble) => {
                    tracing::warn!(%trouble, "the index for search and lists falls behind");
                    TROUBLE_RESTS
                }
            };
            if !self.shared.rest(Some(pause)) {
                break;
            }
        }
        if let Err(trouble) = self.end() {
            tracing::warn!(%trouble, "the index for search and lists is looked through at the next start");
        }
    }

    /// Until there is something to do; false: it is over. What has been there for long need not be gathered.
    fn gather(&self) -> bool {
        let sweeping = !self.filler.is_complete();
        let gathering = if sweeping && self.shared.touched.is_empty() { Duration::ZERO } else { GATHER };
        (sweeping || self.shared.rest(None)) && self.shared.rest(Some(gathering))
    }

    fn portion(&mut self) -> Result<(), Trouble> {
        if self.shared.touched.were_lost() {
            self.filler.sweep_again()?;
        }
        self.complete.store(self.filler.is_complete(), Ordering::Release);
        if self.asks.is_unsettled() && self.asked_at.elapsed() < COMMIT_EVERY {
            return Ok(());
        }
        let touched = self.shared.touched.take(PORTION);
        let done = if touched.is_empty() { self.filler.sweep() } else { self.take_in(&touched) };
        if let Err(trouble) = &done {
            for conversation in &touched {
                self.shared.touched.add(*conversation);
            }
            if matches!(trouble, Trouble::Astray) {
                self.filler.make_anew()?;
            }
        }
        self.complete.store(self.filler.is_complete(), Ordering::Release);
        done
    }

    /// What was touched before the commit is in it.
    fn take_in(&mut self, touched: &[ConversationId]) -> Result<(), Trouble> {
        if self.asks.is_unsettled() {
            self.asked_at = Instant::now();
            self.asks.settle_here()?;
        }
        for conversation in self.filler.fill(touched)? {
            self.shared.touched.add(conversation);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Trouble> {
        for _ in 0..LAST_PORTIONS {
            let touched = self.shared.touched.take(PORTION);
            if touched.is_empty() {
                break;
            }
            self.take_in(&touched)?;
        }
        if self.shared.touched.is_empty() { self.filler.close() } else { Ok(()) }
    }
}
