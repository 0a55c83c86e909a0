//! A fake Send API, of Messenger or of Instagram: what Graph does with our messages, and everything that can go wrong
//! there.
//!
//! It answers `POST /{version}/{page}/messages` (also without version, and `/me/messages`) as Graph does, writes
//! down every arrival, follows [`Rule`]s about faults and can send echoes, deliveries and reads back to the
//! product. Tests hold a [`Provider`]; another process steers it over `POST /_control` and reads `GET /_log`.

mod control;
mod lines;
mod log;
mod receipts;
mod serve;
mod strict;
#[cfg(test)]
mod tests;

pub use crate::fake::{Rule, Then, When};
pub use control::Control;
pub use log::{Arrival, Counts, QuickReply};
pub use receipts::{EchoTime, Receipts};

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock;
use crate::fake::{Door, Rules};
use crate::messenger::{self, Network};

/// Called for every accepted message, on the connection's task: be quick.
pub type Hook = Arc<dyn Fn(Accepted<'_>) + Send + Sync>;

/// An accepted message, as a [`Hook`] sees it.
pub struct Accepted<'a> {
    pub recipient: &'a str,
    pub text: Option<&'a str>,
    pub metadata: Option<&'a str>,
}

/// How a provider starts.
#[derive(Clone)]
pub struct Settings {
    /// Port 0 takes any free port.
    pub listen: SocketAddr,
    /// Whose Send API it is.
    pub network: Network,
    /// The page token that is asked for; none: anybody may send.
    pub token: Option<String>,
    /// With a secret, `appsecret_proof` is checked when it is given, and demanded with `proof_required`.
    pub app_secret: Option<String>,
    pub proof_required: bool,
    /// How many arrivals are kept; older ones are forgotten and counted. 0 only counts.
    pub arrivals_max: usize,
    /// Every arrival is appended to this file as a line of JSON before it is answered.
    pub file: Option<PathBuf>,
    pub hook: Option<Hook>,
    /// Echoes and receipts, if the product is to get them.
    pub receipts: Option<Receipts>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            network: Network::Messenger,
            token: None,
            app_secret: None,
            proof_required: false,
            arrivals_max: 200_000,
            file: None,
            hook: None,
            receipts: None,
        }
    }
}

/// A running fake Send API. It stops when the last handle is dropped or [`Provider::stop`] is called.
pub struct Provider {
    door: Door,
    shared: Arc<Shared>,
}

/// What the connections share.
pub(crate) struct Shared {
    network: Network,
    token: Option<String>,
    proof: Option<String>,
    proof_required: bool,
    hook: Option<Hook>,
    log: Mutex<log::Log>,
    rules: Mutex<Rules>,
    /// What people let us know of their names.
    names: Mutex<BTreeMap<String, String>>,
    /// What else they let us know, where Meta lets us ask for it.
    known: Mutex<BTreeMap<(String, &'static str), String>>,
    kept: Mutex<lines::Kept>,
    receipts: receipts::Receipting,
}

impl Shared {
    fn know(&self, person: String, field: &'static str, value: String) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert((person, field), value);
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, log::Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn rules(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Provider {
    /// Binds and serves on the current tokio runtime.
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let proof = settings.app_secret.as_deref().zip(settings.token.as_deref());
        let shared = Arc::new(Shared {
            proof: proof.map(|(secret, token)| messenger::appsecret_proof(secret, token)),
            proof_required: settings.proof_required,
            network: settings.network,
            token: settings.token,
            hook: settings.hook,
            log: Mutex::new(log::Log::open(settings.arrivals_max, settings.file.as_deref())?),
            rules: Mutex::default(),
            names: Mutex::default(),
            known: Mutex::default(),
            kept: Mutex::default(),
            receipts: receipts::Receipting::open(settings.network, settings.receipts),
        });
        Ok(Self { door: Door::open(settings.listen, shared.clone()).await?, shared })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.door.address()
    }

    /// `http://127.0.0.1:PORT`, for an account's `api_base`.
    pub fn base(&self) -> String {
        self.door.base()
    }

    /// Adds a rule; rules are tried in the order in which they were added, the first that matches decides.
    pub fn rule(&self, rule: Rule) {
        self.shared.rules().add(rule);
    }

    /// Forgets all rules: every message is answered again.
    pub fn clear_rules(&self) {
        self.shared.rules().clear();
    }

    /// The Page may know what this person is called, from now on.
    pub fn set_name(&self, person: impl Into<String>, name: impl Into<String>) {
        let mut names = self.shared.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.insert(person.into(), name.into());
    }

    /// Where this person's picture is, from now on.
    pub fn set_picture(&self, person: impl Into<String>, url: impl Into<String>) {
        self.shared.know(person.into(), "profile_pic", url.into());
    }

    /// What this person's app speaks, such as `de_DE`. Until somebody has such a language, Meta does not let us ask.
    pub fn set_locale(&self, person: impl Into<String>, locale: impl Into<String>) {
        self.shared.know(person.into(), "locale", locale.into());
    }

    /// Which webhooks our app is subscribed to.
    pub fn subscribed(&self) -> Vec<String> {
        self.kept().subscribed.iter().cloned().collect()
    }

    /// Takes our app off the line, as Meta does with one whose webhooks have failed for an hour.
    pub fn unsubscribe(&self) {
        self.kept().subscribed.clear();
    }

    /// Says this to whoever looks at our subscriptions; none: what they are.
    pub fn hide_subscriptions(&self, refusal: Option<lines::Refusal>) {
        self.kept().hides_subscriptions = refusal;
    }

    /// Says this to whoever moves a conversation; none: it is moved.
    pub fn refuse_moves(&self, refusal: Option<lines::Refusal>) {
        self.kept().refuses_moves = refusal;
    }

    /// What people can tap before they write, and how often that was looked at and changed.
    pub fn profile(&self) -> (serde_json::Value, [u64; 2]) {
        let kept = self.kept();
        (kept.profile.clone().into(), [kept.profile_looks, kept.profile_changes])
    }

    /// The conversation is this app's from now on; our own may take it back, or not.
    pub fn set_owner(&self, person: impl Into<String>, app: u64, may_take: bool) {
        let mut kept = self.kept();
        kept.owners.insert(person.into(), app);
        kept.may_take = may_take;
    }

    /// By which calls conversations were moved or asked for: the call, and about whom.
    pub fn moves(&self) -> Vec<(String, String)> {
        self.kept().moves.clone()
    }

    fn kept(&self) -> MutexGuard<'_, lines::Kept> {
        self.shared.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts, changes or (with none) ends echoes and receipts.
    pub fn set_receipts(&self, receipts: Option<Receipts>) {
        self.shared.receipts.change(receipts);
    }

    /// How many echoes and receipts the product has not accepted yet.
    pub fn receipts_pending(&self) -> u64 {
        self.shared.receipts.pending()
    }

    /// What arrived, oldest first, as far as it is kept.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.shared.log().arrivals()
    }

    /// The messages that a contact really got, oldest first.
    pub fn accepted_for(&self, recipient: &str) -> Vec<Arrival> {
        let mine = |arrival: &Arrival| arrival.accepted && arrival.recipient == recipient && arrival.text.is_some();
        self.arrivals().into_iter().filter(mine).collect()
    }

    /// When the first message arrived that a contact really got after the arrival with this number; it may be one that
    /// the answer to was lost.
    pub fn first_after(&self, recipient: &str, number: u64) -> Option<u64> {
        self.shared.log().first_after(recipient, number)
    }

    /// Whether a message to the contact that came after that one was refused in a way that no second try mends.
    pub fn refused_for_good_after(&self, recipient: &str, number: u64) -> bool {
        self.shared.log().refused_for_good_after(recipient, number)
    }

    /// The texts of [`Provider::accepted_for`].
    pub fn texts_for(&self, recipient: &str) -> Vec<String> {
        self.accepted_for(recipient).into_iter().filter_map(|arrival| arrival.text).collect()
    }

    /// How many messages arrived, were accepted, refused, forgotten.
    pub fn counts(&self) -> Counts {
        self.shared.log().counts()
    }

    /// Waits until a contact has got `count` messages; the messages, or what was there when time was up.
    pub async fn wait_for(
        &self,
        recipient: &str,
        count: usize,
        within: Duration,
    ) -> Result<Vec<Arrival>, Vec<Arrival>> {
        let until = clock::instant() + within;
        loop {
            let there = self.accepted_for(recipient);
            if there.len() >= count {
                return Ok(there);
            }
            if clock::instant() >= until {
                return Err(there);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until nothing has arrived for `quiet`, at most `within`; whether it became quiet.
    pub async fn wait_quiet(&self, quiet: Duration, within: Duration) -> bool {
        let until = clock::instant() + within;
        let mut last = (self.counts().arrived, clock::instant());
        while clock::instant() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let arrived = self.counts().arrived;
            if arrived != last.0 {
                last = (arrived, clock::instant());
            } else if last.1.elapsed() >= quiet {
                return true;
            }
        }
        false
    }

    /// Closes the port and every connection, as if the provider had gone. The log stays readable.
    pub fn stop(&self) {
        self.door.close();
    }
}
