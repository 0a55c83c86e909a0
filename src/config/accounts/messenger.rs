//! A Facebook Page.

use super::others::{self, Others};
use super::{api_base, pace};
use crate::config::secret::Secret;
use crate::config::table::Table;
use crate::ports::channel::Pace;

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
    pub others: Others,
}

/// What `[messenger]` or `[instagram]` says for accounts that say nothing.
pub struct Defaults {
    pub(super) api_base: Option<String>,
    pub(super) api_version: Option<String>,
    sends_per_second: u32,
    pub pace: Pace,
}

impl Defaults {
    pub fn read(mut table: Table<'_>) -> Self {
        let defaults = Self {
            api_base: table.read("api_base", graph),
            api_version: table.read("api_version", api_version),
            sends_per_second: table.number("sends_per_second", 1..=100_000) as u32,
            pace: pace::read(&mut table),
        };
        table.finish();
        defaults
    }

    pub(super) fn sends_per_second(&self, table: &mut Table<'_>) -> u32 {
        match table.has("sends_per_second") {
            true => table.number("sends_per_second", 1..=100_000) as u32,
            false => self.sends_per_second,
        }
    }
}

pub fn read(table: &mut Table<'_>, defaults: &Defaults) -> Option<Messenger> {
    let page_id = table.read("page_id", digits);
    let (app_secret, page_token, verify_token) =
        (table.secret("app_secret"), table.secret("page_token"), table.secret("verify_token"));
    let app_id = table.optional("app_id", digits);
    let own_base = table.optional("api_base", graph);
    let own_version = table.optional("api_version", api_version);
    let sends_per_second = defaults.sends_per_second(table);
    let others = others::read(table);
    Some(Messenger {
        page_id: page_id?,
        app_secret: app_secret?,
        page_token: page_token?,
        verify_token: verify_token?,
        app_id,
        api_base: own_base.or_else(|| defaults.api_base.clone())?,
        api_version: own_version.or_else(|| defaults.api_version.clone())?,
        sends_per_second,
        others,
    })
}

pub(super) fn graph(text: &str) -> Result<String, String> {
    api_base(text, "https://graph.facebook.com")
}

pub(super) fn digits(text: &str) -> Result<String, String> {
    let fine = (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fine.then(|| text.to_owned()).ok_or_else(|| "this must be the number Meta shows, such as \"1122334455\"".to_owned())
}

pub(super) fn api_version(text: &str) -> Result<String, String> {
    let numbers = text.strip_prefix('v').and_then(|rest| rest.split_once('.'));
    let fine = numbers.is_some_and(|(major, minor)| major.parse::<u16>().is_ok() && minor.parse::<u16>().is_ok());
    fine.then(|| text.to_owned()).ok_or_else(|| "write a version as Meta does, such as \"v26.0\"".to_owned())
}
