//! The connected lines of the configuration, with what their adapters need.

use std::collections::BTreeMap;

use figment::value::{Dict, Value};

use super::layers::{Layers, in_capitals, variable};
use super::origins::{Origins, origin};
use super::secret::Secret;
use super::table::{Problem, Report, Table};
use crate::domain::account::Channel;
use crate::domain::ids::{AccountId, BotId};

const SLUG_CHARS_MAX: usize = 40;
const NAME_CHARS_MAX: usize = 80;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub name: String,
    pub bot: BotId,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Messenger(Messenger),
    Webchat(Webchat),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Messenger {
    pub page_id: String,
    pub app_secret: Secret,
    pub page_token: Secret,
    pub verify_token: Secret,
    pub app_id: Option<String>,
    /// Scheme and host, perhaps a path; no slash at the end.
    pub api_base: String,
    pub api_version: String,
    pub sends_per_second: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webchat {
    pub origins: Origins,
}

impl Account {
    /// The account as the core knows it.
    pub fn to_domain(&self) -> crate::domain::account::Account {
        let channel = match self.kind {
            Kind::Messenger(_) => Channel::Messenger,
            Kind::Webchat(_) => Channel::Webchat,
        };
        let (id, name, bot) = (self.id.clone(), self.name.clone(), self.bot.clone());
        crate::domain::account::Account { id, channel, name, bot }
    }
}

/// The account that `--demo` adds. It lets in every page of this machine, whatever its port.
pub fn demo() -> Account {
    let origins = Origins::parse(["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"]).unwrap_or_default();
    Account {
        id: AccountId::new("web-demo"),
        name: "Harbor Insurance".to_owned(),
        bot: BotId::new("harbor"),
        kind: Kind::Webchat(Webchat { origins }),
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

/// What `[messenger]` says for accounts that say nothing.
pub struct Defaults {
    api_base: Option<String>,
    api_version: Option<String>,
    sends_per_second: u32,
}

impl Defaults {
    pub fn read(mut table: Table<'_>) -> Self {
        let defaults = Self {
            api_base: table.read("api_base", api_base),
            api_version: table.read("api_version", api_version),
            sends_per_second: table.number("sends_per_second", 1..=100_000) as u32,
        };
        table.finish();
        defaults
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
        Some(Channel::Messenger) => messenger(&mut table, defaults),
        Some(Channel::Webchat) => webchat(&mut table),
        None => return None,
    };
    table.finish();
    let id = id?;
    Some(Account {
        name: name.unwrap_or_else(|| id.clone()),
        id: AccountId::new(&id),
        bot: BotId::new(&bot?),
        kind: kind?,
    })
}

fn messenger(table: &mut Table<'_>, defaults: &Defaults) -> Option<Kind> {
    let page_id = table.read("page_id", digits);
    let (app_secret, page_token, verify_token) =
        (table.secret("app_secret"), table.secret("page_token"), table.secret("verify_token"));
    let app_id = table.optional("app_id", digits);
    let own_base = table.optional("api_base", api_base);
    let own_version = table.optional("api_version", api_version);
    let sends_per_second = match table.has("sends_per_second") {
        true => table.number("sends_per_second", 1..=100_000) as u32,
        false => defaults.sends_per_second,
    };
    Some(Kind::Messenger(Messenger {
        page_id: page_id?,
        app_secret: app_secret?,
        page_token: page_token?,
        verify_token: verify_token?,
        app_id,
        api_base: own_base.or_else(|| defaults.api_base.clone())?,
        api_version: own_version.or_else(|| defaults.api_version.clone())?,
        sends_per_second,
    }))
}

fn webchat(table: &mut Table<'_>) -> Option<Kind> {
    let (words, value) = table.list("origins")?;
    match Origins::parse(words.iter().map(String::as_str)) {
        Ok(origins) => Some(Kind::Webchat(Webchat { origins })),
        Err((word, why)) => {
            let forms = r#""https://www.example.org", "*.example.org", "http://localhost:*" or "*""#;
            table.wrong("origins", &value, format!("{word:?} names no website: {why}. Write {forms}"));
            None
        }
    }
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
    let mut pages = BTreeMap::new();
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
        let Kind::Messenger(messenger) = &account.kind else { continue };
        if let Some(other) = pages.insert(messenger.page_id.as_str(), account.id.as_str()) {
            report.add(twin(other, "page_id", &messenger.page_id));
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

fn digits(text: &str) -> Result<String, String> {
    let fine = (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fine.then(|| text.to_owned()).ok_or_else(|| "this must be the number Meta shows, such as \"1122334455\"".to_owned())
}

fn kind(text: &str) -> Result<Channel, String> {
    Channel::parse(text).ok_or_else(|| "the kinds are \"messenger\" and \"webchat\"".to_owned())
}

fn api_base(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let start: String = text.split_inclusive('/').take(3).collect();
    let host = origin(start.trim_end_matches('/'))
        .map_err(|why| format!("{why}. Write it like \"https://graph.facebook.com\""))?;
    let path = text.get(start.trim_end_matches('/').len()..).unwrap_or_default();
    if path.contains(['?', '#', ' ']) {
        return Err("only a path may follow the host. Write it like \"https://graph.facebook.com\"".to_owned());
    }
    Ok(host + path)
}

fn api_version(text: &str) -> Result<String, String> {
    let numbers = text.strip_prefix('v').and_then(|rest| rest.split_once('.'));
    let fine = numbers.is_some_and(|(major, minor)| major.parse::<u16>().is_ok() && minor.parse::<u16>().is_ok());
    fine.then(|| text.to_owned()).ok_or_else(|| "write a version as Meta does, such as \"v26.0\"".to_owned())
}
