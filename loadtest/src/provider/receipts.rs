//! Echoes, deliveries and reads, sent back to the product as Meta sends them.
//!
//! What the product does not accept with 200 is sent again until it does, so that a server that was killed gets its
//! receipts after it is back. The queue is bounded by the messages that were accepted.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::clock;
use crate::http;
use crate::messenger::{self, Page};

/// Where receipts go and which there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipts {
    /// The product.
    pub to: SocketAddr,
    pub app_secret: String,
    pub echo: EchoTime,
    #[serde(default)]
    pub delivery: bool,
    #[serde(default)]
    pub read: bool,
}

/// When the echo of a message is sent, as seen from the answer to the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EchoTime {
    Never,
    /// The webhook is posted, and answered, before the Send API answers.
    Before,
    After,
}

/// A message that needs receipts.
pub(crate) struct Accepted<'a> {
    pub page: &'a str,
    pub recipient: &'a str,
    pub text: Option<&'a str>,
    pub metadata: Option<&'a str>,
    pub message_id: &'a str,
}

/// What one person's messages cause is posted in order; the receipts of so many people at the same time, or one that has
/// to wait would hold up all.
const LANES: usize = 16;

/// The queues of receipts, and the tasks that post them.
pub(crate) struct Desk {
    plan: Mutex<Option<Receipts>>,
    lanes: Vec<Arc<Queue>>,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<VecDeque<(SocketAddr, Vec<u8>)>>,
    pending: AtomicU64,
    arrived: Notify,
}

impl Desk {
    pub fn open(plan: Option<Receipts>) -> Self {
        let lanes: Vec<Arc<Queue>> = (0..LANES).map(|_| Arc::default()).collect();
        for lane in &lanes {
            tokio::spawn(post_all(Arc::downgrade(lane)));
        }
        Self { plan: Mutex::new(plan), lanes }
    }

    pub fn change(&self, plan: Option<Receipts>) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = plan;
    }

    pub fn pending(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.pending.load(Ordering::Acquire)).sum()
    }

    pub async fn accepted(&self, message: Accepted<'_>) {
        let Some(plan) = self.plan.lock().unwrap_or_else(PoisonError::into_inner).clone() else { return };
        let lane = self.lane(message.recipient);
        let page = Page::new(message.page, &plan.app_secret);
        let echo = page.echo_of_ours(
            message.recipient,
            message.message_id,
            message.text.unwrap_or(""),
            message.metadata.unwrap_or(""),
        );
        match plan.echo {
            EchoTime::Never => {}
            EchoTime::After => lane.push(plan.to, request(&page, plan.to, &[echo])),
            // A product that is down, or waits for our answer before it takes the echo, must not stop us.
            EchoTime::Before => {
                let body = page.body(&[echo]);
                let signature = page.sign(&body);
                let headers = [("content-type", "application/json"), (messenger::SIGNATURE, signature.as_str())];
                let _ =
                    http::request_once("POST", plan.to, messenger::PATH, &headers, &body, Duration::from_secs(5)).await;
            }
        }
        let now = clock::millis();
        if plan.delivery {
            lane.push(
                plan.to,
                request(&page, plan.to, &[page.delivery(message.recipient, &[message.message_id], now)]),
            );
        }
        if plan.read {
            lane.push(plan.to, request(&page, plan.to, &[page.read(message.recipient, now)]));
        }
    }
}

impl Desk {
    fn lane(&self, recipient: &str) -> &Queue {
        let sum: usize = recipient.bytes().map(usize::from).sum();
        &self.lanes[sum % LANES]
    }
}

fn request(page: &Page, to: SocketAddr, events: &[serde_json::Value]) -> Vec<u8> {
    let body = page.body(events);
    let signature = page.sign(&body);
    http::request(
        "POST",
        to,
        messenger::PATH,
        &[("content-type", "application/json"), (messenger::SIGNATURE, &signature)],
        &body,
    )
}

impl Queue {
    fn push(&self, to: SocketAddr, request: Vec<u8>) {
        self.pending.fetch_add(1, Ordering::AcqRel);
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push_back((to, request));
        self.arrived.notify_one();
    }

    fn pop(&self) -> Option<(SocketAddr, Vec<u8>)> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

/// Posts one receipt after the other, each until it is accepted; ends when the provider is gone.
async fn post_all(queue: std::sync::Weak<Queue>) {
    let mut open: Option<(SocketAddr, http::Connection)> = None;
    let mut current: Option<(SocketAddr, Vec<u8>)> = None;
    while let Some(queue) = queue.upgrade() {
        if current.is_none() {
            current = queue.pop();
        }
        let Some((to, request)) = &current else {
            let _ = tokio::time::timeout(Duration::from_millis(200), queue.arrived.notified()).await;
            continue;
        };
        if post(&mut open, *to, request).await {
            current = None;
            queue.pending.fetch_sub(1, Ordering::AcqRel);
        } else {
            open = None;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn post(open: &mut Option<(SocketAddr, http::Connection)>, to: SocketAddr, request: &[u8]) -> bool {
    let exchange = async {
        if open.as_ref().is_none_or(|(address, _)| *address != to) {
            *open = Some((to, http::Connection::open(to).await?));
        }
        let Some((_, connection)) = open.as_mut() else { return Err(std::io::ErrorKind::NotConnected.into()) };
        let answer = connection.exchange(request).await?;
        if answer.closes {
            *open = None;
        }
        Ok::<_, std::io::Error>(answer.status)
    };
    matches!(tokio::time::timeout(Duration::from_secs(5), exchange).await, Ok(Ok(200..300)))
}
