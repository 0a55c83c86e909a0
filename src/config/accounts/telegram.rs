//! A bot at Telegram.

use super::{api_base, pace};
use crate::config::secret::Secret;
use crate::config::table::Table;
use crate::ports::channel::Pace;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telegram {
    pub bot_token: Secret,
    /// The number that the token begins with.
    pub bot_id: String,
    /// Scheme and host, perhaps a path; no slash at the end.
    pub api_base: String,
    pub sends_per_second: u32,
}

/// What `[telegram]` says for accounts that say nothing.
pub struct Defaults {
    api_base: Option<String>,
    sends_per_second: u32,
    pub pace: Pace,
}

impl Defaults {
    pub fn read(mut table: Table<'_>) -> Self {
        let defaults = Self {
            api_base: table.read("api_base", bot_api),
            sends_per_second: sends(&mut table),
            pace: pace::read(&mut table),
        };
        table.finish();
        defaults
    }
}

pub fn read(table: &mut Table<'_>, defaults: &Defaults) -> Option<Telegram> {
    let token = table.secret_of("bot_token", token);
    let own_base = table.optional("api_base", bot_api);
    let sends_per_second = if table.has("sends_per_second") { sends(table) } else { defaults.sends_per_second };
    let (bot_id, bot_token) = token?;
    let api_base = own_base.or_else(|| defaults.api_base.clone())?;
    Some(Telegram { bot_token, bot_id, api_base, sends_per_second })
}

fn sends(table: &mut Table<'_>) -> u32 {
    table.number("sends_per_second", 1..=100_000) as u32
}

fn bot_api(text: &str) -> Result<String, String> {
    api_base(text, "https://api.telegram.org")
}

fn token(text: &str) -> Result<(String, Secret), String> {
    let parts = text.split_once(':').filter(|(id, rest)| {
        let good = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
        (1..=20).contains(&id.len())
            && id.bytes().all(|digit| digit.is_ascii_digit())
            && (20..=200).contains(&rest.len())
            && rest.bytes().all(good)
    });
    let (id, _) =
        parts.ok_or_else(|| "this must be the token that @BotFather shows: digits, a colon, letters".to_owned())?;
    Ok((id.to_owned(), Secret::new(text)))
}
