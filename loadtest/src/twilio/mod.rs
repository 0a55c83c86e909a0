//! A fake Twilio: its REST interface for messages, the phones behind it, and everything that can go wrong there.
//!
//! It checks requests as strictly as Twilio's reference has them, keeps the list of who has opted out, signs the webhooks
//! that it posts for texts from phones, and sends status callbacks. Tests hold a [`Twilio`]; started alone, another process
//! steers it over `POST /_text`, `POST /_control` and reads `GET /_log`.

mod forms;
mod serve;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock;
use crate::fake::{Desk, Door, Rule, Rules};
pub use forms::sign;
use serde::{Deserialize, Serialize};

/// The line, as the product's configuration has it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Port 0 takes any free port.
    pub listen: SocketAddr,
    pub account_sid: String,
    pub auth_token: String,
    pub number: String,
    /// How many texts are kept; older ones are forgotten.
    pub texts_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            account_sid: "AC00000000000000000000000000000001".into(),
            auth_token: "example-auth-token".into(),
            number: "+14155550199".into(),
            texts_max: 100_000,
        }
    }
}

/// One request to send, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// 1, 2, 3 … in the order of arrival.
    pub number: u64,
    /// Milliseconds since 1970.
    pub at: u64,
    pub to: String,
    pub body: String,
    pub media: Vec<String>,
    pub status_callback: Option<String>,
    pub sid: String,
    /// The phone got it, whether or not the sender learned so.
    pub accepted: bool,
    /// In words: `answered`, `refused 400 (21610)` …
    pub outcome: String,
}

/// What is told of each text that was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Callbacks {
    /// In this order: `sent`, `delivered`, `undelivered` …
    pub statuses: Vec<String>,
    /// Of a status that says that it was lost.
    pub error_code: Option<u32>,
    /// How often each is posted.
    pub copies: usize,
}

impl Default for Callbacks {
    fn default() -> Self {
        Self { statuses: vec!["sent".into(), "delivered".into()], error_code: None, copies: 1 }
    }
}

/// A running fake. It stops when it is dropped.
pub struct Twilio {
    door: Door,
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    settings: Settings,
    state: Mutex<State>,
    desk: Desk,
}

#[derive(Default)]
pub(crate) struct State {
    rules: Rules,
    texts: Vec<Text>,
    arrived: u64,
    opted_out: BTreeSet<String>,
    callbacks: Callbacks,
    /// Where texts from phones are posted, as it was entered at Twilio.
    webhook: Option<String>,
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Twilio {
    /// Binds and serves on the current tokio runtime.
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let listen = settings.listen;
        let shared = Arc::new(Shared { settings, state: Mutex::default(), desk: Desk::open() });
        Ok(Self { door: Door::open(listen, shared.clone()).await?, shared })
    }

    pub fn address(&self) -> SocketAddr {
        self.door.address()
    }

    /// `http://127.0.0.1:PORT`, for an account's `api_base`.
    pub fn base(&self) -> String {
        self.door.base()
    }

    /// What was entered for "a message comes in".
    pub fn set_webhook(&self, url: impl Into<String>) {
        self.shared.state().webhook = Some(url.into());
    }

    pub fn rule(&self, rule: Rule) {
        self.shared.state().rules.add(rule);
    }

    pub fn clear_rules(&self) {
        self.shared.state().rules.clear();
    }

    pub fn set_callbacks(&self, callbacks: Callbacks) {
        self.shared.state().callbacks = callbacks;
    }

    /// How many callbacks the product has not taken yet.
    pub fn callbacks_pending(&self) -> u64 {
        self.shared.desk.pending()
    }

    /// Whatever arrived, oldest first.
    pub fn texts(&self) -> Vec<Text> {
        self.shared.state().texts.clone()
    }

    /// What a phone really got, oldest first.
    pub fn got(&self, phone: &str) -> Vec<Text> {
        let mine = |text: &Text| text.accepted && text.to == phone;
        self.texts().into_iter().filter(mine).collect()
    }

    /// Waits until a phone has got so many texts; the texts, or what was there when time was up.
    pub async fn wait_for(&self, phone: &str, count: usize, within: Duration) -> Result<Vec<Text>, Vec<Text>> {
        let until = clock::instant() + within;
        loop {
            let there = self.got(phone);
            if there.len() >= count {
                return Ok(there);
            }
            if clock::instant() >= until {
                return Err(there);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A phone writes. The id of its message, and what the webhook answered: the status and the body.
    pub async fn text(&self, phone: &str, body: &str) -> io::Result<(String, u16, String)> {
        let sid = forms::new_sid();
        let (status, answer) = self.text_again(phone, body, &sid).await?;
        Ok((sid, status, answer))
    }

    /// Another copy of what a phone wrote.
    pub async fn text_again(&self, phone: &str, body: &str, sid: &str) -> io::Result<(u16, String)> {
        forms::text(&self.shared, phone, body, sid).await
    }
}
