//! Webhooks as Meta delivers them: signed, and posted again until they are accepted.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;

use super::{Diary, read_diary};
use crate::http::{self, Connection};
use crate::messenger::{PATH, Page, SIGNATURE};
use crate::{clock, dice};

/// Meta waits this long for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// One connection of Meta's to the product.
pub struct Poster {
    to: SocketAddr,
    page: Page,
    open: Option<Connection>,
    diary: Diary,
}

impl Poster {
    pub fn new(to: SocketAddr, page: Page, diary: Diary) -> Self {
        Self { to, page, open: None, diary }
    }

    /// The next post goes to another node.
    pub fn move_to(&mut self, to: SocketAddr) {
        if self.to != to {
            (self.to, self.open) = (to, None);
        }
    }

    pub fn page(&self) -> &Page {
        &self.page
    }

    /// A contact writes: posted once. The message id, and the status if there was an answer.
    pub async fn text(&mut self, contact: &str, text: &str) -> (String, Option<u16>) {
        let mid = format!("m_{}", dice::new_id());
        let status = self.post_text(contact, &mid, text).await;
        (mid, status)
    }

    /// Posts a message under this id once (again, if it was posted before), and writes down what happened.
    pub async fn post_text(&mut self, contact: &str, mid: &str, text: &str) -> Option<u16> {
        let event = self.page.text(contact, mid, text);
        self.post_message(contact, mid, text, event).await
    }

    /// Posts any event that the log will show as `text` said by the contact, under its message id.
    pub async fn post_message(&mut self, contact: &str, mid: &str, text: &str, event: Value) -> Option<u16> {
        {
            let mut log = read_diary(&self.diary);
            let posted = log.posted.entry(mid.to_owned()).or_default();
            posted.contact = contact.to_owned();
            posted.text = text.to_owned();
            posted.posts += 1;
            if posted.posts == 1 {
                posted.posted_at = clock::millis();
            }
        }
        let status = self.post(&[event]).await.ok();
        if status == Some(200)
            && let Some(posted) = read_diary(&self.diary).posted.get_mut(mid)
        {
            posted.acks += 1;
            posted.acked_at.get_or_insert(clock::millis());
        }
        status
    }

    /// Posts until it is accepted; the id, or an error when `within` is over.
    pub async fn text_surely(&mut self, contact: &str, text: &str, within: Duration) -> Result<String> {
        let until = clock::instant() + within;
        let (mid, mut status) = self.text(contact, text).await;
        while status != Some(200) {
            if clock::instant() > until {
                bail!("a webhook was not accepted within {within:?}: {status:?}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            status = self.post_text(contact, &mid, text).await;
        }
        Ok(mid)
    }

    /// Posts these events as one body; the status.
    pub async fn post(&mut self, events: &[Value]) -> std::io::Result<u16> {
        let body = self.page.body(events);
        let signature = self.page.sign(&body);
        self.post_bytes(&body, &signature).await
    }

    /// Posts any bytes under any signature.
    pub async fn post_bytes(&mut self, body: &[u8], signature: &str) -> std::io::Result<u16> {
        let headers = [("content-type", "application/json"), (SIGNATURE, signature)];
        let request = http::request("POST", self.to, PATH, &headers, body);
        let answer = tokio::time::timeout(PATIENCE, self.exchange(&request)).await;
        let answer = answer.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
        if answer.is_err() {
            self.open = None;
        }
        answer
    }

    async fn exchange(&mut self, request: &[u8]) -> std::io::Result<u16> {
        let connection = match &mut self.open {
            Some(connection) => connection,
            None => self.open.insert(Connection::open(self.to).await?),
        };
        let answer = connection.exchange(request).await?;
        if answer.closes {
            self.open = None;
        }
        Ok(answer.status)
    }
}
