//! `[outside]`: which systems of others may be called, how fast, and the secrets that go along; `[pictures]`: where pictures
//! and files are fetched from.

use std::collections::BTreeMap;

use figment::value::{Dict, Value};

use super::secret::Secret;
use super::table::{Report, Table};
use crate::wire::addresses::names;
use crate::wire::bot::{BotError, Callee, Document, Level, locate};

const NAME_CHARS_MAX: usize = 40;
const TOKEN_CHARS_MIN: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// Hosts, with a port or without, that may be private and speak without TLS.
    pub trusted_hosts: Vec<String>,
    pub calls_max: usize,
    pub calls_per_host_max: usize,
    pub calls_per_second: u32,
    pub answer_bytes_max: usize,
    /// By the names that bots use.
    pub secrets: BTreeMap<String, Shared>,
}

/// What we share with a system of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// Signs what we send, or goes along as a bearer token.
    pub value: Secret,
    /// Where it may go.
    pub hosts: Vec<String>,
    /// What an outside bot shows when it answers later.
    pub token: Option<Secret>,
}

/// Pictures and files that contacts sent, fetched for the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictures {
    /// Hosts, with a port or without, that may be private and speak without TLS.
    pub trusted_hosts: Vec<String>,
    pub bytes_max: usize,
    /// What is saved, of whatever kind.
    pub file_bytes_max: usize,
}

impl Outside {
    /// What a bot calls and this does not allow: private hosts, secrets that are not there or are for others. `text` is
    /// what the document was read from.
    pub fn barred(&self, text: &str, document: &Document) -> Vec<BotError> {
        let wrongs = |callee: Callee<'_>| {
            let line = locate(text, &callee.path);
            let wrong = move |(rule, problem, fix), path| BotError {
                line,
                column: 0,
                path,
                rule,
                level: Level::Error,
                problem,
                fix,
            };
            let found = self
                .private(&callee)
                .into_iter()
                .chain(callee.secrets.iter().filter_map(|name| self.secret(&callee, name)));
            found.map(|found| wrong(found, callee.path.clone())).collect::<Vec<_>>()
        };
        document.callees().into_iter().flat_map(wrongs).collect()
    }

    fn private(&self, Callee { host, guarded, .. }: &Callee<'_>) -> Option<Wrong> {
        let barred = *guarded && !self.trusted_hosts.iter().any(|known| names(known, host));
        let fix = "Take https and a public host, or list it in outside.trusted_hosts of the configuration";
        let problem = || format!("{host} is private, or is spoken to without TLS");
        barred.then(|| ("private-host", problem(), fix.to_owned()))
    }

    fn secret(&self, Callee { host, .. }: &Callee<'_>, name: &str) -> Option<Wrong> {
        match self.secrets.get(name) {
            None => {
                let fix = format!("Add [outside.secrets.{name}] to it, or mend the name");
                Some(("secret", format!("the configuration has no secret {name:?}"), fix))
            }
            Some(shared) if !shared.hosts.iter().any(|known| names(known, host)) => {
                let fix = format!("Add the host to outside.secrets.{name}.hosts, or take another secret");
                Some(("secret", format!("the secret {name:?} is not for {host}"), fix))
            }
            Some(_) => None,
        }
    }
}

/// A rule, the problem and the fix.
type Wrong = (&'static str, String, String);

pub fn read(mut table: Table<'_>, report: &Report<'_>) -> Outside {
    let trusted_hosts = hosts(&mut table, "trusted_hosts").unwrap_or_default();
    let calls_max = table.number("calls_max", 1..=10_000) as usize;
    let calls_per_host_max = table.number("calls_per_host_max", 1..=10_000) as usize;
    let calls_per_second = table.number("calls_per_second", 1..=100_000) as u32;
    let answer_bytes_max = table.number("answer_bytes_max", 1_024..=1_048_576) as usize;
    let mut secrets = BTreeMap::new();
    match table.take("secrets") {
        None => {}
        Some(Value::Dict(_, written)) => {
            for (name, value) in written {
                secrets.extend(shared(&table, report, name, value));
            }
        }
        // It may be a secret, so it is not repeated.
        Some(other) => {
            let (key, fix) = (format!("{}.secrets", table.path), "this must be tables: write [outside.secrets.NAME]");
            let origin = report.origin(&key, &other);
            report.add(super::Problem { origin, key, value: None, fix: fix.to_owned() });
        }
    }
    table.finish();
    Outside { trusted_hosts, calls_max, calls_per_host_max, calls_per_second, answer_bytes_max, secrets }
}

pub fn pictures(mut table: Table<'_>) -> Pictures {
    let trusted_hosts = hosts(&mut table, "trusted_hosts").unwrap_or_default();
    let bytes_max = table.number("bytes_max", 1_024..=104_857_600) as usize;
    let file_bytes_max = table.number("file_bytes_max", 1_024..=1_073_741_824) as usize;
    table.finish();
    Pictures { trusted_hosts, bytes_max, file_bytes_max }
}

fn shared(above: &Table<'_>, report: &Report<'_>, name: String, value: Value) -> Option<(String, Shared)> {
    let key = format!("secrets.{name}");
    let good = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    let fine = (1..=NAME_CHARS_MAX).contains(&name.len()) && name.chars().all(good);
    let path = format!("{}.{key}", above.path);
    let origin = report.origin(&path, &value);
    let values: Dict = match value {
        Value::Dict(_, values) if fine => values,
        // Whatever stands here may be a secret, so it is not repeated.
        _ => {
            let fix = "write [outside.secrets.NAME] with value and hosts below; a name has 1 to 40 lower-case letters, digits and _";
            report.add(super::Problem { origin, key: path, value: None, fix: fix.to_owned() });
            return None;
        }
    };
    let mut table = Table::new(report, path, origin, values);
    let value = table.secret("value");
    let hosts = hosts(&mut table, "hosts");
    let token = table.has("token").then(|| table.secret_of("token", token)).flatten();
    table.finish();
    Some((name, Shared { value: value?, hosts: hosts?, token }))
}

fn token(text: &str) -> Result<Secret, String> {
    let fine = text.len() >= TOKEN_CHARS_MIN && text.bytes().all(|byte| byte.is_ascii_graphic());
    fine.then(|| Secret::new(text)).ok_or_else(|| format!("a token has at least {TOKEN_CHARS_MIN} letters and digits"))
}

/// Names or addresses of hosts, perhaps with a port.
fn hosts(table: &mut Table<'_>, key: &'static str) -> Option<Vec<String>> {
    let (hosts, value) = table.list(key)?;
    let good = |host: &String| {
        let plain = url::Url::parse(&format!("http://{host}/"));
        plain.is_ok_and(|url| url.path() == "/" && url.username().is_empty()) && !host.contains(['/', '?', '#', '*'])
    };
    if let Some(bad) = hosts.iter().find(|host| !good(host)) {
        table.wrong(key, &value, format!("{bad:?} is no host. Write it like \"crm.internal\" or \"10.0.0.5:8080\""));
        return None;
    }
    Some(hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect())
}
