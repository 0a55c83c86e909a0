//! One call to the Bot API.

use std::fmt;

use http::{HeaderMap, Uri};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::answer::{Refused, result};
use crate::adapters::channels::http::{Answer, Client, JSON, Unanswered, headers};

/// What the operator says about a bot.
#[derive(Clone)]
pub struct Settings {
    pub token: String,
    /// `https://api.telegram.org`
    pub api_base: String,
    pub sends_per_second: u32,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    #[error("“{0}” is not an http(s) address")]
    ApiBase(String),
}

/// Knows the bot's token. Nothing here can be shown.
#[derive(Clone)]
pub struct Caller {
    pub client: Client,
    base: Url,
    headers: HeaderMap,
    pub token: String,
}

impl fmt::Debug for Caller {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Caller").finish_non_exhaustive()
    }
}

impl Caller {
    /// `client` is shared by all outlets; see `channels::http`.
    pub fn new(client: Client, settings: &Settings) -> Result<Self, BadSettings> {
        let bad = || BadSettings::ApiBase(settings.api_base.clone());
        let base = Url::parse(&settings.api_base).map_err(|_| bad())?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(bad());
        }
        Ok(Self { client, base, headers: headers(JSON, None), token: settings.token.clone() })
    }

    /// Below the place that bears the token; `before` is what comes first.
    pub fn address<'a>(
        &'a self,
        before: &'a [&'a str],
        after: impl Iterator<Item = &'a str>,
    ) -> Result<Uri, Unanswered> {
        let mut url = self.base.clone();
        let bot = format!("bot{}", self.token);
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(before).push(&bot).extend(after);
        }
        url.as_str().parse().map_err(|_| Unanswered::Unreachable("that is no address".to_owned()))
    }

    pub async fn post(&self, method: &str, body: &impl Serialize) -> Result<Answer, Unanswered> {
        let body = serde_json::to_vec(body).unwrap_or_default();
        self.client.post(self.address(&[], std::iter::once(method))?, self.headers.clone(), body).await
    }

    /// The result of a call that may as well be made again.
    pub async fn ask<T: DeserializeOwned>(&self, method: &str, body: &impl Serialize) -> Result<T, Refused> {
        match self.post(method, body).await {
            Ok(answer) => result(answer.status, &answer.body).map_err(|refused| self.mute(refused)),
            Err(why) => Err(self.mute(Refused { code: 0, words: why.to_string(), retry_after: None })),
        }
    }

    fn mute(&self, refused: Refused) -> Refused {
        Refused { words: refused.words.replace(&self.token, "…"), ..refused }
    }
}
