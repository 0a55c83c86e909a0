//! A fake Telegram: its Bot API, the apps of the people behind it, and everything that can go wrong there.
//!
//! It checks calls as strictly as the reference has them, remembers who has blocked the bot, posts updates with the secret
//! that was given to it, and refuses what it does not know. Tests hold a [`Telegram`]; started alone, another process
//! steers it over `POST /_say`, `POST /_tap`, `POST /_control` and reads `GET /_log`. What it does wrong it does by
//! [`Rule`]s.

mod api;
mod control;
mod people;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock;
use crate::fake::{Desk, Door, Rule, Rules};

/// The bot, as the product's configuration has it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Port 0 takes any free port.
    pub listen: SocketAddr,
    pub token: String,
    /// How many calls are kept; older ones are forgotten.
    pub calls_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: "110201543:EXAMPLE-vCH1vGWJxfSeofSAs0K5PALDsaw".into(),
            calls_max: 100_000,
        }
    }
}

/// One call to the Bot API, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// 1, 2, 3 … in the order of arrival.
    pub number: u64,
    /// Milliseconds since 1970.
    pub at: u64,
    pub method: String,
    pub body: Value,
    /// Of a message that the person got.
    pub message_id: Option<i64>,
    /// It was done, whether or not the caller learned so.
    pub accepted: bool,
    /// In words: `answered`, `refused 400` …
    pub outcome: String,
}

impl Call {
    pub fn chat(&self) -> Option<i64> {
        self.body["chat_id"].as_i64()
    }

    pub fn text(&self) -> &str {
        self.body["text"].as_str().unwrap_or_default()
    }

    /// Label and data of each button under it.
    pub fn buttons(&self) -> Vec<(String, String)> {
        let rows = self.body["reply_markup"]["inline_keyboard"].as_array().into_iter().flatten();
        let word = |button: &Value, name: &str| button[name].as_str().unwrap_or_default().to_owned();
        let buttons = rows.filter_map(Value::as_array).flatten();
        buttons.map(|button| (word(button, "text"), word(button, "callback_data"))).collect()
    }

    fn is_message(&self) -> bool {
        self.method.starts_with("send") && self.method != "sendChatAction"
    }
}

/// A running fake. It stops when it is dropped.
pub struct Telegram {
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
    calls: Vec<Call>,
    arrived: u64,
    updates: u64,
    /// The last message of each chat: people and bot count together.
    messages: BTreeMap<i64, i64>,
    blocked: BTreeSet<i64>,
    /// As `setWebhook` entered it: where, the secret, and the kinds of updates that are wanted.
    webhook: Option<Webhook>,
    /// Taps that were not answered yet.
    spinning: BTreeSet<String>,
    files: BTreeMap<String, (String, Vec<u8>)>,
    /// What people show of themselves, by the file's name.
    portraits: BTreeMap<i64, String>,
    revoked: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    url: String,
    secret: String,
    wanted: Vec<String>,
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Telegram {
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

    pub fn rule(&self, rule: Rule) {
        self.shared.state().rules.add(rule);
    }

    pub fn clear_rules(&self) {
        self.shared.state().rules.clear();
    }

    /// The token is one of nobody's from here on, or the bot's again.
    pub fn revoke(&self, revoked: bool) {
        self.shared.state().revoked = revoked;
    }

    /// The address that `setWebhook` entered, if any.
    pub fn webhook(&self) -> Option<String> {
        self.shared.state().webhook.as_ref().map(|webhook| webhook.url.clone())
    }

    /// Updates that the product has not taken yet.
    pub fn updates_pending(&self) -> u64 {
        self.shared.desk.pending()
    }

    /// Taps whose button still spins.
    pub fn spinning(&self) -> usize {
        self.shared.state().spinning.len()
    }

    /// Whatever arrived, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.state().calls.clone()
    }

    /// The messages a person really got, oldest first.
    pub fn got(&self, person: i64) -> Vec<Call> {
        let mine = |call: &Call| call.accepted && call.is_message() && call.chat() == Some(person);
        self.calls().into_iter().filter(mine).collect()
    }

    /// Waits until a person has got so many messages; them, or what was there when time was up.
    pub async fn wait_for(&self, person: i64, count: usize, within: Duration) -> Result<Vec<Call>, Vec<Call>> {
        let until = clock::instant() + within;
        loop {
            let there = self.got(person);
            if there.len() >= count {
                return Ok(there);
            }
            if clock::instant() >= until {
                return Err(there);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A person shows this picture of themselves: a file that is kept.
    pub fn set_portrait(&self, person: i64, file_id: &str) {
        self.shared.state().portraits.insert(person, file_id.to_owned());
    }

    /// A file that people can attach, by its name at the Bot API.
    pub fn keep_file(&self, file_id: &str, path: &str, bytes: &[u8]) {
        self.shared.state().files.insert(file_id.to_owned(), (path.to_owned(), bytes.to_vec()));
    }
}
