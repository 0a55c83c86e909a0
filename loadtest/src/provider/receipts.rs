//! Echoes, deliveries and reads, sent back to the product as Meta sends them.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock;
use crate::fake::Desk;
use crate::http;
use crate::messenger::{self, Page};
use serde::{Deserialize, Serialize};

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

/// What is told of messages, and the desk that posts it.
pub(crate) struct Receipting {
    plan: Mutex<Option<Receipts>>,
    desk: Desk,
}

impl Receipting {
    pub fn open(plan: Option<Receipts>) -> Self {
        Self { plan: Mutex::new(plan), desk: Desk::open() }
    }

    pub fn change(&self, plan: Option<Receipts>) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = plan;
    }

    pub fn pending(&self) -> u64 {
        self.desk.pending()
    }

    pub async fn accepted(&self, message: Accepted<'_>) {
        let Some(plan) = self.plan.lock().unwrap_or_else(PoisonError::into_inner).clone() else { return };
        let page = Page::new(message.page, &plan.app_secret);
        let echo = page.echo_of_ours(
            message.recipient,
            message.message_id,
            message.text.unwrap_or(""),
            message.metadata.unwrap_or(""),
        );
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
        if plan.delivery {
            push(request(&page, plan.to, &[page.delivery(message.recipient, &[message.message_id], now)]));
        }
        if plan.read {
            push(request(&page, plan.to, &[page.read(message.recipient, now)]));
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
