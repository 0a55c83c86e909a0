//! Load: signed webhooks from many contacts, and the replies they get at the provider.
//!
//! A [`Plan`] says how many contacts write over how many connections, as fast as answers come (closed loop) or
//! at a given rate (open loop). Open-loop latencies count from the moment a message was *due*, so a server that
//! stalls cannot hide it by slowing its clients (no coordinated omission). The [`Board`] ties replies to messages:
//! give its hook to the fake provider before driving.

mod board;
mod post;
mod report;
#[cfg(test)]
mod tests;

pub use board::Board;
pub use report::{Latency, Report};

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::Semaphore;

use crate::clock;
use crate::messenger::Page;
use crate::{dice, process};

/// What to drive at whom, and how.
#[derive(Clone)]
pub struct Plan {
    /// The server under load.
    pub to: SocketAddr,
    pub page: Page,
    /// How many contacts write in turn.
    pub contacts: u64,
    /// The page-scoped id of the first contact; the others follow.
    pub first_psid: u64,
    pub connections: usize,
    pub pace: Pace,
    pub stop: Stop,
    /// Driven but not measured, at the start.
    pub warm_up: Duration,
    /// Closed loop only: no more messages than this may wait for their reply at the provider.
    pub window: usize,
    /// How many replies each message must get; 0 if nobody replies.
    pub replies: u32,
    /// What the contacts say, before ` #` and a number that never repeats.
    pub text: String,
    /// How long to wait at the end for replies that are still missing.
    pub settle: Duration,
    /// The server's process, for its CPU time and memory.
    pub pid: Option<u32>,
}

/// How fast messages are sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// Each connection posts the next message when the last was acknowledged.
    Closed,
    /// So many messages a second, whatever the server does.
    Open { per_second: f64 },
}

/// When to stop sending.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stop {
    After(Duration),
    Count(u64),
}

impl Plan {
    /// A closed loop of ten seconds after two of warm-up: 1000 contacts, 64 connections, one reply each.
    pub fn new(to: SocketAddr, page: Page) -> Self {
        Self {
            to,
            page,
            contacts: 1000,
            first_psid: 7_000_000_000_000_000,
            connections: 64,
            pace: Pace::Closed,
            stop: Stop::After(Duration::from_secs(10)),
            warm_up: Duration::from_secs(2),
            window: 8192,
            replies: 1,
            text: "hours".into(),
            settle: Duration::from_secs(20),
            pid: None,
        }
    }
}

/// What the connections of a run share.
pub(crate) struct Run {
    pub plan: Plan,
    pub board: Arc<Board>,
    pub start: Instant,
    /// Distinguishes the message ids of this run from every other.
    pub run_id: String,
    next: AtomicU64,
    /// Permits for messages that may be sent: due ones (open) or room in the window (closed).
    pub gate: Semaphore,
    pub over: AtomicBool,
}

impl Run {
    /// The number of the next message, until the count is reached or time is up.
    pub fn take_number(&self) -> Option<u64> {
        if self.over.load(Ordering::Relaxed) {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        match self.plan.stop {
            Stop::Count(count) if number >= count => None,
            _ => Some(number),
        }
    }

    /// When a message is due; in a closed loop, now.
    pub fn due(&self, number: u64) -> Instant {
        match self.plan.pace {
            Pace::Closed => clock::instant(),
            Pace::Open { per_second } => self.start + Duration::from_secs_f64(number as f64 / per_second),
        }
    }

    fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
        self.gate.close();
    }
}

/// A moment of the run: what had happened, what it had cost.
struct Mark {
    at: Instant,
    acked: u64,
    replied: u64,
    cpu: Option<Duration>,
}

/// Drives the plan to its end and reports. The board's hook must be at the provider.
pub async fn drive(plan: Plan, board: Arc<Board>) -> Result<Report> {
    let permits = if plan.pace == Pace::Closed { plan.window } else { 0 };
    let run = Arc::new(Run {
        start: clock::instant(),
        run_id: dice::new_tag(),
        next: AtomicU64::new(0),
        gate: Semaphore::new(permits),
        over: AtomicBool::new(false),
        board: board.clone(),
        plan,
    });
    board.begin(&run);
    let posting: Vec<_> = (0..run.plan.connections).map(|_| tokio::spawn(post::connection(run.clone()))).collect();
    pace(&run);
    let plan = &run.plan;
    tokio::time::sleep(plan.warm_up).await;
    board.measure(true);
    let from = mark(&run);
    let mut posting = futures_util::future::join_all(posting);
    if let Stop::After(time) = plan.stop {
        tokio::time::sleep(time).await;
        run.end();
    } else {
        (&mut posting).await;
    }
    let to = mark(&run);
    board.measure(false);
    if let Stop::After(_) = plan.stop {
        posting.await;
    }
    run.end();
    settle(plan, &board).await;
    Ok(report(&run, &from, &to))
}

fn mark(run: &Run) -> Mark {
    let totals = run.board.totals();
    let cpu = run.plan.pid.and_then(|pid| process::cpu_time(pid).ok());
    Mark { at: clock::instant(), acked: totals.acked, replied: totals.replied, cpu }
}

/// In an open loop, a thread opens the gate for what is due; tokio's timers are too coarse (1 ms) for that.
fn pace(run: &Arc<Run>) {
    let Pace::Open { per_second } = run.plan.pace else { return };
    let run = run.clone();
    std::thread::spawn(move || {
        let mut released = 0;
        while !run.gate.is_closed() {
            let due = (run.start.elapsed().as_secs_f64() * per_second) as u64 + 1;
            run.gate.add_permits((due - released) as usize);
            released = due;
            let next = run.start + Duration::from_secs_f64(due as f64 / per_second);
            let wait = next.saturating_duration_since(clock::instant());
            std::thread::sleep(wait.max(Duration::from_micros(200)));
        }
    });
}

/// Waits until every reply is there, or time is up. Then a moment more, for replies there should not be.
async fn settle(plan: &Plan, board: &Board) {
    let until = clock::instant() + plan.settle;
    while board.missing() > 0 && clock::instant() < until {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    if plan.replies > 0 {
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

fn report(run: &Run, from: &Mark, to: &Mark) -> Report {
    let seconds = to.at.duration_since(from.at).as_secs_f64();
    let acked = to.acked - from.acked;
    let replied = (to.replied - from.replied) / u64::from(run.plan.replies.max(1));
    let measured = if run.plan.replies > 0 { replied } else { acked };
    let cpu = from.cpu.zip(to.cpu).map(|(from, to)| to.saturating_sub(from));
    let totals = run.board.totals();
    Report {
        seconds,
        measured,
        per_second: measured as f64 / seconds,
        cpu_per_message: cpu.map(|cpu| cpu.as_secs_f64() * 1e6 / measured.max(1) as f64),
        cpu_share: cpu.map(|cpu| cpu.as_secs_f64() / seconds),
        acked: totals.acked,
        refused: totals.refused,
        given_up: totals.given_up,
        missing: run.board.missing(),
        duplicates: totals.duplicates,
        unexpected: totals.unexpected,
        ack: run.board.ack_latency(),
        reply: run.board.reply_latency(),
        resident: run.plan.pid.and_then(|pid| process::resident(pid).ok()),
    }
}
