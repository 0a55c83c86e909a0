//! The mail server, for alerts.

use std::path::PathBuf;
use std::time::Duration;

use super::table::Table;
use crate::domain::alert::{is_address, one_line};
use crate::ports::alert::{MailSecurity, MailServer, SignIn};

/// How fast, and how long, with or without a mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letters {
    pub timeout: Duration,
    pub per_minute: u32,
}

fn usual_port(security: MailSecurity) -> u64 {
    match security {
        MailSecurity::StartTls => 587,
        MailSecurity::Tls => 465,
        MailSecurity::Plain => 25,
    }
}

/// Reads the table. What names a server, a sender or an account makes all that a letter needs necessary.
pub fn read(mut table: Table<'_>) -> (Option<MailServer>, Letters) {
    let letters = Letters {
        timeout: Duration::from_secs(table.number("timeout_s", 1..=300)),
        per_minute: table.number("letters_per_minute", 1..=10_000) as u32,
    };
    let wanted = table.has("host") || table.has("from") || table.has("user") || table.has("password");
    let host = wanted.then(|| table.read("host", host)).flatten();
    let security = table.read("security", security);
    let port = table.number("port", 0..=65_535);
    let from = wanted.then(|| table.read("from", from)).flatten();
    let user = table.optional("user", |text| Ok(text.to_owned()));
    let password = table.has("password").then(|| table.secret("password")).flatten();
    let ca_file = table.optional("ca_file", |text| Ok(PathBuf::from(text)));
    let sign_in = match (user, password) {
        (Some(user), Some(password)) => Some(SignIn { user, password: password.expose().to_owned() }),
        (Some(_), None) => table.lacks("password", "user is set. Set the password, too, or take the user out"),
        (None, Some(_)) => table.lacks("user", "password is set. Set the user, too, or take the password out"),
        (None, None) => None,
    };
    table.finish();
    let smtp = || {
        let (security, (from_name, from)) = (security?, from?);
        let port = if port == 0 { usual_port(security) } else { port };
        Some(MailServer { host: host?, port: u16::try_from(port).ok()?, security, sign_in, from_name, from, ca_file })
    };
    (smtp(), letters)
}

fn host(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    let fix = "this is not the name of a server. Write it without a port, like \"smtp.example.org\"";
    if !text.is_empty() && text.chars().all(good) { Ok(text.to_owned()) } else { Err(fix.to_owned()) }
}

fn security(text: &str) -> Result<MailSecurity, String> {
    match text {
        "starttls" => Ok(MailSecurity::StartTls),
        "tls" => Ok(MailSecurity::Tls),
        "plain" => Ok(MailSecurity::Plain),
        _ => Err("this is \"starttls\", \"tls\" or \"plain\"".to_owned()),
    }
}

/// `alerts@example.org`, or with a name before it: `Switchboard <alerts@example.org>`.
fn from(text: &str) -> Result<(Option<String>, String), String> {
    let named = text.strip_suffix('>').and_then(|text| text.rsplit_once('<'));
    let (name, address) = named.map_or((None, text.trim()), |(name, address)| (Some(one_line(name)), address));
    if is_address(address) {
        Ok((name.filter(|name| !name.is_empty()), address.to_owned()))
    } else {
        Err("this is not an e-mail address. Write it like \"Switchboard <alerts@example.org>\"".to_owned())
    }
}
