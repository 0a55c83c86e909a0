//! What a fake posts to the product: each in its turn, again and again until it is taken, so that a server that was
//! killed gets it after it is back. Bounded by the messages that were accepted.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use crate::http::Connection;

/// What is about one person is posted in order; so much about others at the same time, or one that has to wait would
/// hold up all.
const LANES: usize = 16;
const PATIENCE: Duration = Duration::from_secs(15);
const AGAIN_AFTER: Duration = Duration::from_millis(50);

/// The queues, and the tasks that post them; they end when it is gone.
pub(crate) struct Desk {
    lanes: Vec<Arc<Lane>>,
}

type Post = (SocketAddr, Vec<u8>);

#[derive(Default)]
struct Lane {
    waiting: Mutex<VecDeque<Post>>,
    pending: AtomicU64,
    arrived: Notify,
}

impl Desk {
    /// Posts on the current tokio runtime.
    pub fn open() -> Self {
        let lanes: Vec<Arc<Lane>> = (0..LANES).map(|_| Arc::default()).collect();
        for lane in &lanes {
            tokio::spawn(post_all(Arc::downgrade(lane)));
        }
        Self { lanes }
    }

    /// How many the product has not taken yet.
    pub fn pending(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.pending.load(Ordering::Acquire)).sum()
    }

    /// A whole request, behind all others about `person`.
    pub fn push(&self, person: &str, to: SocketAddr, request: Vec<u8>) {
        let sum: usize = person.bytes().map(usize::from).sum();
        let lane = &self.lanes[sum % LANES];
        lane.pending.fetch_add(1, Ordering::AcqRel);
        lane.waiting.lock().unwrap_or_else(PoisonError::into_inner).push_back((to, request));
        lane.arrived.notify_one();
    }
}

async fn post_all(lane: Weak<Lane>) {
    let mut open: Option<(SocketAddr, Connection)> = None;
    let mut current: Option<Post> = None;
    while let Some(lane) = lane.upgrade() {
        if current.is_none() {
            current = lane.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        }
        let Some((to, request)) = &current else {
            let _ = tokio::time::timeout(Duration::from_millis(200), lane.arrived.notified()).await;
            continue;
        };
        if post(&mut open, *to, request).await {
            current = None;
            lane.pending.fetch_sub(1, Ordering::AcqRel);
        } else {
            open = None;
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }
}

async fn post(open: &mut Option<(SocketAddr, Connection)>, to: SocketAddr, request: &[u8]) -> bool {
    let exchange = async {
        if open.as_ref().is_none_or(|(address, _)| *address != to) {
            *open = Some((to, Connection::open(to).await?));
        }
        let Some((_, connection)) = open.as_mut() else { return Err(io::ErrorKind::NotConnected.into()) };
        let answer = connection.exchange(request).await?;
        if answer.closes {
            *open = None;
        }
        Ok::<_, io::Error>(answer.status)
    };
    matches!(tokio::time::timeout(PATIENCE, exchange).await, Ok(Ok(200..300)))
}
