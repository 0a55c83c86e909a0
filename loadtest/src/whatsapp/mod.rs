//! A fake WhatsApp: Meta's Cloud API for one phone number, the apps of the people behind it, and everything that can go
//! wrong there.
//!
//! It checks calls as strictly as the reference has them, keeps the 24 hours, the throughput and the pace of each pair,
//! signs the webhooks that it posts, and tells what became of each message. Tests hold a [`WhatsApp`]; started alone,
//! another process steers it over `POST /_say`, `POST /_tap`, `POST /_control` and reads `GET /_log`. What it does wrong it
//! does by [`Rule`]s.

mod api;
mod control;
mod people;
mod statuses;
mod strict;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fake::{Desk, Door, Rule, Rules};
use crate::messenger::Page;
use crate::{clock, messenger};

pub use statuses::Plan;

/// Where Meta posts what it has to tell.
pub const PATH: &str = "/webhooks/whatsapp";
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The number, as the product's configuration has it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Port 0 takes any free port.
    pub listen: SocketAddr,
    pub phone_number_id: String,
    pub token: String,
    pub app_secret: String,
    /// Templates that are approved: name, language, and how many values each takes.
    pub templates: Vec<(String, String, usize)>,
    /// Messages in a second; one more is refused.
    pub per_second: u64,
    /// One contact may get a message in so many milliseconds, and so many at once.
    pub pair_every_ms: u64,
    pub pair_at_once: u64,
    /// How many calls are kept; older ones are forgotten.
    pub calls_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            phone_number_id: "106540352242922".into(),
            token: "EXAMPLE-system-user-token".into(),
            app_secret: "example-app-secret".into(),
            templates: vec![("follow_up".into(), "en_US".into(), 1)],
            per_second: 80,
            pair_every_ms: 6_000,
            pair_at_once: 45,
            calls_max: 100_000,
        }
    }
}

/// One call, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// 1, 2, 3 … in the order of arrival.
    pub number: u64,
    /// Milliseconds since 1970.
    pub at: u64,
    pub body: Value,
    /// Of a message that was taken.
    pub message_id: Option<String>,
    /// It was taken, whether or not the caller learned so.
    pub accepted: bool,
    /// In words: `answered`, `refused 131047` …
    pub outcome: String,
}

impl Call {
    /// The person, by whichever of their names was used.
    pub fn to(&self) -> &str {
        self.body["recipient"].as_str().or(self.body["to"].as_str()).unwrap_or_default()
    }

    /// The words of a text, above buttons, or below a picture.
    pub fn text(&self) -> &str {
        let kind = self.body["type"].as_str().unwrap_or_default();
        let words = match kind {
            "text" => &self.body["text"]["body"],
            "interactive" => &self.body["interactive"]["body"]["text"],
            kind => &self.body[kind]["caption"],
        };
        words.as_str().unwrap_or_default()
    }

    /// Title and id of each button, or of each row of its list.
    pub fn buttons(&self) -> Vec<(String, String)> {
        let action = &self.body["interactive"]["action"];
        let replies = action["buttons"].as_array().into_iter().flatten().map(|button| &button["reply"]);
        let sections = action["sections"].as_array().into_iter().flatten();
        let rows = sections.flat_map(|section| section["rows"].as_array().into_iter().flatten());
        let word = |of: &Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
        replies.chain(rows).map(|choice| (word(choice, "title"), word(choice, "id"))).collect()
    }

    fn is_message(&self) -> bool {
        self.body.get("type").is_some()
    }
}

/// Somebody with the app.
#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    /// None: they have hidden it behind a user name.
    number: Option<String>,
    /// None: Meta gives no id for them yet.
    user: Option<String>,
    /// When they wrote last, and what.
    heard_at: Option<u64>,
    heard: Vec<String>,
    /// By when what they got at once is paid back.
    paid_at: u64,
    /// Nothing reaches them.
    unreachable: bool,
}

/// A running fake. It stops when it is dropped.
pub struct WhatsApp {
    door: Door,
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    settings: Settings,
    page: Page,
    proof: String,
    /// Where it is reached.
    base: Mutex<String>,
    state: Mutex<State>,
    desk: Desk,
}

#[derive(Default)]
pub(crate) struct State {
    rules: Rules,
    calls: Vec<Call>,
    arrived: u64,
    /// When the messages of the last second arrived.
    recent: Vec<u64>,
    people: Vec<Person>,
    webhook: Option<SocketAddr>,
    plan: Plan,
    /// By their ids: what kind, and the bytes.
    files: BTreeMap<String, (String, Vec<u8>)>,
    revoked: bool,
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn base(&self) -> String {
        self.base.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl WhatsApp {
    /// Binds and serves on the current tokio runtime.
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let listen = settings.listen;
        let shared = Arc::new(Shared {
            page: Page::new(settings.phone_number_id.clone(), &settings.app_secret),
            proof: messenger::appsecret_proof(&settings.app_secret, &settings.token),
            settings,
            base: Mutex::default(),
            state: Mutex::default(),
            desk: Desk::open(),
        });
        let door = Door::open(listen, shared.clone()).await?;
        *shared.base.lock().unwrap_or_else(PoisonError::into_inner) = door.base();
        Ok(Self { door, shared })
    }

    pub fn address(&self) -> SocketAddr {
        self.door.address()
    }

    /// `http://127.0.0.1:PORT`, for an account's `api_base`.
    pub fn base(&self) -> String {
        self.door.base()
    }

    /// The product, whose webhook was entered at Meta by hand.
    pub fn set_webhook(&self, product: SocketAddr) {
        self.shared.state().webhook = Some(product);
    }

    pub fn rule(&self, rule: Rule) {
        self.shared.state().rules.add(rule);
    }

    pub fn clear_rules(&self) {
        self.shared.state().rules.clear();
    }

    /// Which statuses follow a message, and how.
    pub fn set_plan(&self, plan: Plan) {
        self.shared.state().plan = plan;
    }

    /// The token is one of nobody's from here on, or the number's again.
    pub fn revoke(&self, revoked: bool) {
        self.shared.state().revoked = revoked;
    }

    /// What the product has not taken yet.
    pub fn webhooks_pending(&self) -> u64 {
        self.shared.desk.pending()
    }

    /// Whatever arrived, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.state().calls.clone()
    }

    /// The messages a person really got, oldest first.
    pub fn got(&self, person: &str) -> Vec<Call> {
        let mine = |call: &Call| call.accepted && call.is_message() && call.to() == person;
        self.calls().into_iter().filter(mine).collect()
    }

    /// Waits until a person has got so many messages; them, or what was there when time was up.
    pub async fn wait_for(&self, person: &str, count: usize, within: Duration) -> Result<Vec<Call>, Vec<Call>> {
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

    /// A file that people can attach, by its id.
    pub fn keep_file(&self, id: &str, kind: &str, bytes: &[u8]) {
        self.shared.state().files.insert(id.to_owned(), (kind.to_owned(), bytes.to_vec()));
    }
}
