//! Echoes, deliveries and reads, sent back to the product as Meta sends them.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock;
use crate::fake::Desk;
use crate::http;
use crate::messenger::{self, Network, Page};
use serde::{Deserialize, Serialize};
use serde_json::json;

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
    /// `image` and the like, in place of a text.
    pub attached: Option<&'a str>,
    pub metadata: Option<&'a str>,
    pub message_id: &'a str,
}

/// What is told of messages, and the desk that posts it.
pub(crate) struct Receipting {
    network: Network,
    plan: Mutex<Option<Receipts>>,
    desk: Desk,
}

impl Receipting {
    pub fn open(network: Network, plan: Option<Receipts>) -> Self {
        Self { network, plan: Mutex::new(plan), desk: Desk::open() }
    }

    pub fn change(&self, plan: Option<Receipts>) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = plan;
    }

    pub fn pending(&self) -> u64 {
        self.desk.pending()
    }

    pub async fn accepted(&self, message: Accepted<'_>) {
        let Some(plan) = self.plan.lock().unwrap_or_else(PoisonError::into_inner).clone() else { return };
        let page = Page::on(self.network, message.page, &plan.app_secret);
        let mut echo = page.echo_of_ours(
            message.recipient,
            message.message_id,
            message.text.unwrap_or(""),
            message.metadata.unwrap_or(""),
        );
        if let Some(kind) = message.attached {
            // At an address of Meta's own.
            let attachment = json!({"type": kind, "payload": {"url": "https://lookaside.example/1"}});
            echo["message"]["attachments"] = json!([attachment]);
        }
        let push = |request| self.desk.push(message.recipient, plan.to, request);
        match plan.echo {
            EchoTime::Never => {}
            EchoTime::After => push(request(&page, plan.to, &[echo])),
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
        if plan.delivery && self.network == Network::Messenger {
            push(request(&page, plan.to, &[page.delivery(message.recipient, &[message.message_id], now)]));
        }
        if plan.read {
            let read = match self.network {
                Network::Messenger => page.read(message.recipient, now),
                Network::Instagram => page.seen(message.recipient, message.message_id),
            };
            push(request(&page, plan.to, &[read]));
        }
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
