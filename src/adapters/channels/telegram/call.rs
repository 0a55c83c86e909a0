//! One call to the Bot API.

use std::fmt;

use reqwest::Url;
use reqwest::header::CONTENT_TYPE;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answer::{Refused, result};
use crate::adapters::channels::http;

const ANSWER_BYTES_MAX: usize = 64 * 1024;

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
    pub client: reqwest::Client,
    base: Url,
    pub token: String,
}

impl fmt::Debug for Caller {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Caller").finish_non_exhaustive()
    }
}

impl Caller {
    /// `client` is shared by all outlets; see `channels::http::client`.
    pub fn new(client: reqwest::Client, settings: &Settings) -> Result<Self, BadSettings> {
        let bad = || BadSettings::ApiBase(settings.api_base.clone());
        let base = Url::parse(&settings.api_base).map_err(|_| bad())?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(bad());
        }
        Ok(Self { client, base, token: settings.token.clone() })
    }

    /// Below the place that bears the token; `before` is what comes first.
    pub fn address<'a>(&'a self, before: &'a [&'a str], after: impl Iterator<Item = &'a str>) -> Url {
        let mut url = self.base.clone();
        let bot = format!("bot{}", self.token);
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(before).push(&bot).extend(after);
        }
        url
    }

    /// The status and the body of the answer. The error does not know the address any more.
    pub async fn post(&self, method: &str, body: &impl Serialize) -> Result<(u16, Vec<u8>), reqwest::Error> {
        let body = serde_json::to_vec(body).unwrap_or_default();
        let request = self.client.post(self.address(&[], std::iter::once(method)));
        let answer = request.header(CONTENT_TYPE, "application/json").body(body).send().await;
        let answer = answer.map_err(reqwest::Error::without_url)?;
        let status = answer.status().as_u16();
        // A body that breaks off is as good as what came of it: the status still counts.
        Ok((status, http::body(answer, ANSWER_BYTES_MAX).await.unwrap_or_default()))
    }

    /// The result of a call that may as well be made again.
    pub async fn ask<T: DeserializeOwned>(&self, method: &str, body: &impl Serialize) -> Result<T, Refused> {
        match self.post(method, body).await {
            Ok((status, body)) => result(status, &body).map_err(|refused| self.mute(refused)),
            Err(error) => Err(self.mute(Refused { code: 0, words: error.to_string(), retry_after: None })),
        }
    }

    fn mute(&self, refused: Refused) -> Refused {
        Refused { words: refused.words.replace(&self.token, "…"), ..refused }
    }
}
