//! A node of this process, over real sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use loadtest::http::{Response, request_once};
use switchboard::domain::command::Command;
use switchboard::domain::time::Timestamp;
use switchboard::node::Node;
use switchboard::ports::clock::{Clock, SystemClock};
use switchboard::ports::store::{Contact, LoggedEvent};

use super::installation::{Installation, SOON};

impl Installation {
    pub async fn start(&self) -> Node {
        self.start_with(Arc::new(SystemClock)).await
    }

    pub async fn start_with(&self, clock: Arc<dyn Clock>) -> Node {
        let node = Node::start_with(self.config(), clock).await.expect("a node");
        self.listen.set(node.address);
        node
    }

    /// A node that was started another way.
    pub fn listens_at(&self, address: SocketAddr) {
        self.listen.set(address);
    }

    pub async fn get(&self, path: &str) -> Response {
        request_once("GET", self.address(), path, &[], b"", SOON).await.expect("an answer")
    }
}

/// A clock that can be set: it runs with the machine's, so far ahead or behind, or stands still.
pub struct SetClock {
    offset_ms: AtomicI64,
    /// Not 0: it stands here.
    stands_at: AtomicU64,
}

impl SetClock {
    pub fn behind(by: Duration) -> Arc<Self> {
        Arc::new(Self { offset_ms: AtomicI64::new(-(by.as_millis() as i64)), stands_at: AtomicU64::new(0) })
    }

    pub fn standing_at(at: Timestamp) -> Arc<Self> {
        Arc::new(Self { offset_ms: AtomicI64::new(0), stands_at: AtomicU64::new(at.0) })
    }

    pub fn forward(&self, by: Duration) {
        self.offset_ms.fetch_add(by.as_millis() as i64, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        match self.stands_at.load(Ordering::SeqCst) {
            0 => Timestamp(SystemClock.now().0.saturating_add_signed(self.offset_ms.load(Ordering::SeqCst))),
            at => Timestamp(at),
        }
    }
}

/// The whole log of a conversation; empty if there is none.
pub async fn log(node: &Node, contact: &Contact) -> Vec<LoggedEvent> {
    let read = node.store().read_after(contact.conversation, 0, 100_000).await.expect("reads");
    read.map(|reading| reading.events).unwrap_or_default()
}

/// Asks a conversation directly, and wants it done.
pub async fn ask(node: &Node, contact: &Contact, command: Command) -> u64 {
    node.switchboard.ask(contact.clone(), command, None).await.expect("done").last
}

/// Tries until it is so; fails with `what` when it takes too long. For what is seen only by looking.
pub async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    within(SOON, what, look).await
}

/// The same, where what heals it may come as late as that.
pub async fn within<T>(limit: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let seen = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(limit, seen).await.unwrap_or_else(|_| panic!("it did not happen: {what}"))
}

/// The value of a metric in Prometheus' text, summed over its labels.
pub fn metric(text: &str, name: &str) -> f64 {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let named = lines.filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' '])));
    named.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}
