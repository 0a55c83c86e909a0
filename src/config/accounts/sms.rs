//! A phone number, or a Messaging Service, at Twilio.

use super::api_base;
use crate::config::secret::Secret;
use crate::config::table::Table;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sms {
    pub account_sid: String,
    pub auth_token: Secret,
    /// Signs webhooks instead of the token, if Twilio says so.
    pub shared_key: Option<Secret>,
    /// One of these two, or both.
    pub number: Option<String>,
    pub messaging_service: Option<String>,
    /// Scheme and host, perhaps a path; no slash at the end.
    pub api_base: String,
    pub segments_per_second: u32,
    pub valid_for_s: u32,
    pub mms: bool,
}

/// What `[sms]` says for accounts that say nothing.
pub struct Defaults {
    api_base: Option<String>,
    segments_per_second: u32,
    valid_for_s: u32,
}

impl Defaults {
    pub fn read(mut table: Table<'_>) -> Self {
        let defaults = Self {
            api_base: table.read("api_base", rest),
            segments_per_second: segments_per_second(&mut table),
            valid_for_s: valid_for(&mut table),
        };
        table.finish();
        defaults
    }
}

impl Sms {
    /// What no two accounts may have in common, and the key that says it.
    pub fn own(&self) -> Option<(&'static str, &str)> {
        let number = self.number.as_deref().map(|number| ("number", number));
        number.or_else(|| self.messaging_service.as_deref().map(|service| ("messaging_service", service)))
    }
}

pub fn read(table: &mut Table<'_>, defaults: &Defaults) -> Option<Sms> {
    let account_sid = table.read("account_sid", |text| sid(text, "AC"));
    let auth_token = table.secret("auth_token");
    let shared_key = if table.has("shared_key") { table.secret("shared_key") } else { None };
    let number = table.optional("number", number);
    let messaging_service = table.optional("messaging_service", |text| sid(text, "MG"));
    let own_base = table.optional("api_base", rest);
    let segments_per_second =
        if table.has("segments_per_second") { segments_per_second(table) } else { defaults.segments_per_second };
    let valid_for_s = if table.has("valid_for_s") { valid_for(table) } else { defaults.valid_for_s };
    let mms = table.optional("attachments", attachments).unwrap_or(false);
    if number.is_none() && messaging_service.is_none() {
        return table.lacks("number", "this is needed, or messaging_service: messages go out by one of them");
    }
    Some(Sms {
        account_sid: account_sid?,
        auth_token: auth_token?,
        shared_key,
        number,
        messaging_service,
        api_base: own_base.or_else(|| defaults.api_base.clone())?,
        segments_per_second,
        valid_for_s,
        mms,
    })
}

fn segments_per_second(table: &mut Table<'_>) -> u32 {
    table.number("segments_per_second", 1..=100_000) as u32
}

fn valid_for(table: &mut Table<'_>) -> u32 {
    table.number("valid_for_s", 1..=36_000) as u32
}

fn rest(text: &str) -> Result<String, String> {
    api_base(text, "https://api.twilio.com")
}

fn sid(text: &str, kind: &str) -> Result<String, String> {
    let hex = text.strip_prefix(kind).unwrap_or_default();
    let fine = hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    fine.then(|| text.to_owned()).ok_or_else(|| format!("this must be the id Twilio shows: {kind} and 32 hex digits"))
}

/// A number in its international form, or a short code.
fn number(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let fine = (3..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fine.then(|| text.to_owned()).ok_or_else(|| "write it like \"+14155550199\", or a short code".to_owned())
}

fn attachments(text: &str) -> Result<bool, String> {
    match text {
        "mms" => Ok(true),
        "link" => Ok(false),
        _ => Err("this is \"link\" or \"mms\"".to_owned()),
    }
}
