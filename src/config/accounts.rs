//! The connected lines of the configuration, with what their adapters need.

mod instagram;
mod messenger;
mod others;
mod pace;
mod sms;
mod telegram;
mod webchat;
mod whatsapp;

pub use instagram::Instagram;
pub use messenger::Messenger;
pub use others::{App, Others};
pub use sms::Sms;
pub use telegram::Telegram;
pub use webchat::Webchat;
pub use whatsapp::WhatsApp;

use std::collections::BTreeMap;
use std::sync::Arc;

use figment::value::{Dict, Value};

use super::layers::{Layers, in_capitals, variable};
use super::origins::{Origins, origin};
use super::table::{Problem, Report, Table};
use crate::domain::account::{Channel, WhenUncertain};
use crate::domain::ids::{AccountId, BotId};
use crate::domain::template::Template;
use crate::ports::channel::Pace;

const SLUG_CHARS_MAX: usize = 40;
const NAME_CHARS_MAX: usize = 80;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub name: String,
    pub bot: BotId,
    pub uncertain: WhenUncertain,
    /// None: the channel knows no limit for one contact.
    pub pace: Option<Pace>,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Messenger(Messenger),
    Instagram(Instagram),
    Sms(Sms),
    Telegram(Telegram),
    Webchat(Webchat),
    WhatsApp(WhatsApp),
}

impl Kind {
    fn channel(&self) -> Channel {
        match self {
            Kind::Messenger(_) => Channel::Messenger,
            Kind::Instagram(_) => Channel::Instagram,
            Kind::Sms(_) => Channel::Sms,
            Kind::Telegram(_) => Channel::Telegram,
            Kind::Webchat(_) => Channel::Webchat,
            Kind::WhatsApp(_) => Channel::WhatsApp,
        }
    }

    /// What no two accounts may have in common, and the key that says it.
    fn own(&self) -> Option<(&'static str, &str)> {
        match self {
            Kind::Messenger(messenger) => Some(("page_id", &messenger.page_id)),
            Kind::Instagram(instagram) => Some(("instagram_id", &instagram.instagram_id)),
            Kind::Sms(sms) => sms.own(),
            Kind::Telegram(telegram) => Some(("bot_token", &telegram.bot_id)),
            Kind::Webchat(_) => None,
            Kind::WhatsApp(whatsapp) => Some(("phone_number_id", &whatsapp.phone_number_id)),
        }
    }

    /// Where the provider is reached; none if there is no provider.
    pub fn api_base(&self) -> Option<&str> {
        match self {
            Kind::Messenger(messenger) => Some(&messenger.api_base),
            Kind::Instagram(instagram) => Some(&instagram.api_base),
            Kind::Sms(sms) => Some(&sms.api_base),
            Kind::Telegram(telegram) => Some(&telegram.api_base),
            Kind::Webchat(_) => None,
            Kind::WhatsApp(whatsapp) => Some(&whatsapp.api_base),
        }
    }

    /// Who answers beside us; none: nobody can.
    pub fn others(&self) -> Option<&Others> {
        match self {
            Kind::Messenger(messenger) => Some(&messenger.others),
            Kind::Instagram(instagram) => Some(&instagram.others),
            Kind::Sms(_) | Kind::Telegram(_) | Kind::Webchat(_) | Kind::WhatsApp(_) => None,
        }
    }

    /// What the channel has approved beforehand.
    fn templates(&self) -> &[Template] {
        match self {
            Kind::WhatsApp(whatsapp) => &whatsapp.templates,
            _ => &[],
        }
    }
}

impl Account {
    /// The account as the core knows it.
    pub fn to_domain(&self) -> crate::domain::account::Account {
        let (id, name, bot) = (self.id.clone(), self.name.clone(), self.bot.clone());
        let (templates, uncertain) = (self.kind.templates().to_vec(), self.uncertain);
        crate::domain::account::Account { id, channel: self.kind.channel(), name, bot, templates, uncertain }
    }
}

/// The account that `--demo` adds. It lets in every page of this machine, whatever its port.
pub fn demo() -> Account {
    let origins = Origins::parse(["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"]).unwrap_or_default();
    Account {
        id: AccountId::new("web-demo"),
        name: "Harbor Insurance".to_owned(),
        bot: BotId::new("harbor"),
        uncertain: WhenUncertain::default(),
        pace: None,
        kind: Kind::Webchat(Webchat { origins, identity_secret: None, look: Arc::default() }),
    }
}

/// Reads `[[account]]` and what the environment adds to it.
pub fn read(root: &mut Table<'_>, report: &Report<'_>, layers: &Layers, defaults: &Defaults) -> Vec<Account> {
    let tables = match root.take("account") {
        None => Vec::new(),
        Some(Value::Array(_, tables)) => tables,
        Some(other) => {
            root.wrong("account", &other, "this must be one or more tables: write [[account]] and its keys below");
            Vec::new()
        }
    };
    let mut said = layers.accounts.clone();
    let mut accounts = Vec::new();
    for (place, value) in tables.into_iter().enumerate() {
        let origin = report.origin("account", &value);
        match value {
            Value::Dict(_, values) => accounts.extend(account(place, origin, values, report, &mut said, defaults)),
            other => root.wrong("account", &other, "an account must be a table: write [[account]] and its keys below"),
        }
    }
    said.iter().for_each(|(id, keys)| report.add(nobody(id, keys)));
    refuse_twins(&accounts, report);
    accounts
}

/// What the tables of whole channels say for accounts that say nothing.
pub struct Defaults {
    uncertain: WhenUncertain,
    messenger: messenger::Defaults,
    instagram: messenger::Defaults,
    sms: sms::Defaults,
    telegram: telegram::Defaults,
    whatsapp: whatsapp::Defaults,
}

impl Defaults {
    pub fn read(root: &mut Table<'_>) -> Self {
        Self {
            uncertain: root.read("uncertain", uncertain).unwrap_or_default(),
            messenger: messenger::Defaults::read(root.table("messenger")),
            instagram: messenger::Defaults::read(root.table("instagram")),
            sms: sms::Defaults::read(root.table("sms")),
            telegram: telegram::Defaults::read(root.table("telegram")),
            whatsapp: whatsapp::Defaults::read(root.table("whatsapp")),
        }
    }
}

fn account(
    place: usize,
    origin: String,
    mut values: Dict,
    report: &Report<'_>,
    said: &mut BTreeMap<String, BTreeMap<String, String>>,
    defaults: &Defaults,
) -> Option<Account> {
    let named = values.get("id").and_then(Value::as_str).filter(|id| slug(id).is_ok()).map(str::to_owned);
    if let Some(keys) = named.as_ref().and_then(|id| said.remove(&in_capitals(id))) {
        values.extend(keys.into_iter().map(|(key, text)| (key, Value::from(text))));
    }
    let path = named.map_or_else(|| format!("account[{place}]"), |id| format!("account.{id}"));
    let mut table = Table::new(report, path, origin, values);
    let id = table.read("id", slug);
    let bot = table.read("bot", slug);
    let name = table.optional("name", name);
    let kind = match table.read("kind", kind) {
        Some(Channel::Messenger) => messenger::read(&mut table, &defaults.messenger).map(Kind::Messenger),
        Some(Channel::Instagram) => {
            instagram::read(&mut table, &defaults.instagram, &defaults.messenger).map(Kind::Instagram)
        }
        Some(Channel::Sms) => sms::read(&mut table, &defaults.sms).map(Kind::Sms),
        Some(Channel::Telegram) => telegram::read(&mut table, &defaults.telegram).map(Kind::Telegram),
        Some(Channel::Webchat) => webchat::read(&mut table).map(Kind::Webchat),
        Some(Channel::WhatsApp) => whatsapp::read(&mut table, &defaults.whatsapp).map(Kind::WhatsApp),
        None => return None,
    };
    // A website has no provider that could leave us in doubt.
    let in_doubt = match &kind {
        Some(Kind::Webchat(_)) => None,
        _ => table.optional("uncertain", uncertain),
    };
    let pace = match &kind {
        Some(Kind::Messenger(_)) => Some(defaults.messenger.pace),
        Some(Kind::Instagram(_)) => Some(defaults.instagram.pace),
        Some(Kind::WhatsApp(_)) => Some(defaults.whatsapp.pace),
        Some(Kind::Telegram(_)) => Some(defaults.telegram.pace),
        Some(Kind::Sms(_) | Kind::Webchat(_)) | None => None,
    };
    let pace = pace.map(|channel| pace::read_over(&mut table, channel));
    table.finish();
    let id = id?;
    Some(Account {
        name: name.unwrap_or_else(|| id.clone()),
        id: AccountId::new(&id),
        bot: BotId::new(&bot?),
        uncertain: in_doubt.unwrap_or(defaults.uncertain),
        pace,
        kind: kind?,
    })
}

/// The environment speaks of an account that no file has.
fn nobody(id: &str, keys: &BTreeMap<String, String>) -> Problem {
    let key = keys.keys().next().map_or("", String::as_str);
    let origin = format!("environment variable {}", variable(&format!("account.{id}.{key}")));
    let fix = "no [[account]] in the file has this id. Add the account to the file, or mend the name of the variable"
        .to_owned();
    Problem { origin, key: format!("account.{}", id.to_lowercase()), value: None, fix }
}

fn refuse_twins(accounts: &[Account], report: &Report<'_>) {
    let mut ids = BTreeMap::new();
    let mut own = BTreeMap::new();
    for account in accounts {
        let twin = |other: &str, key: &str, value: &str| Problem {
            origin: "configuration".to_owned(),
            key: format!("account.{}.{key}", account.id),
            value: Some(format!("{value:?}")),
            fix: format!("another account ({other}) has the same {key}. Each needs its own"),
        };
        if let Some(other) = ids.insert(account.id.as_str(), account.name.as_str()) {
            report.add(twin(other, "id", account.id.as_str()));
        }
        let Some((key, value)) = account.kind.own() else { continue };
        if let Some(other) = own.insert((key, value), account.id.as_str()) {
            report.add(twin(other, key, value));
        }
    }
}

fn slug(text: &str) -> Result<String, String> {
    let good = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let fine = !text.is_empty() && text.len() <= SLUG_CHARS_MAX && text.chars().all(good) && !text.starts_with('-');
    fine.then(|| text.to_owned()).ok_or_else(|| {
        format!("write 1 to {SLUG_CHARS_MAX} lower-case letters, digits and hyphens, such as \"harbor-page\"")
    })
}

fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fine = (1..=NAME_CHARS_MAX).contains(&text.chars().count());
    fine.then(|| text.to_owned()).ok_or_else(|| format!("a name has 1 to {NAME_CHARS_MAX} characters"))
}

fn kind(text: &str) -> Result<Channel, String> {
    Channel::parse(text).ok_or_else(|| format!("the kinds are {}", Channel::names()))
}

fn uncertain(text: &str) -> Result<WhenUncertain, String> {
    WhenUncertain::parse(text).ok_or_else(|| "this is \"resend\" or \"hold\"".to_owned())
}

/// Scheme and host, perhaps a path; no slash at the end. `example` shows what is meant.
fn api_base(text: &str, example: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let start: String = text.split_inclusive('/').take(3).collect();
    let host = origin(start.trim_end_matches('/')).map_err(|why| format!("{why}. Write it like {example:?}"))?;
    let path = text.get(start.trim_end_matches('/').len()..).unwrap_or_default();
    if path.contains(['?', '#', ' ']) {
        return Err(format!("only a path may follow the host. Write it like {example:?}"));
    }
    Ok(host + path)
}
