//! Calls to Graph that are no messages: asked, answered, or refused in words.

use std::fmt;

use http::{HeaderMap, HeaderValue, Uri};
use serde::{Deserialize, Serialize};

use super::send::{BadSettings, Settings, below};
use crate::adapters::channels::http::{self as provider, Answer, Client, Download, Unanswered};
use crate::adapters::channels::lenient::Word;
use crate::adapters::channels::outcome;

const ANSWER_BYTES_MAX: usize = 64 * 1024;

type Call = (Uri, HeaderMap, Vec<u8>);

/// One line's way to Graph.
#[derive(Clone)]
pub struct Graph {
    client: Client,
    settings: Settings,
    authorization: HeaderValue,
}

/// Why Graph did not do it, without the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Graph's own; 0 if it said none, or nothing at all.
    pub code: u32,
    pub words: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.words)
    }
}

#[derive(Deserialize)]
struct Failed<'a> {
    #[serde(borrow, default)]
    error: Option<Error<'a>>,
}

#[derive(Deserialize)]
struct Error<'a> {
    #[serde(borrow, default)]
    message: Option<Word<'a>>,
    #[serde(borrow, default)]
    code: Option<Word<'a>>,
}

impl Graph {
    pub fn new(client: Client, settings: Settings) -> Result<Self, BadSettings> {
        let authorization =
            HeaderValue::try_from(format!("Bearer {}", settings.token)).map_err(|_| BadSettings::Token)?;
        below(&settings, &[])?;
        Ok(Self { client, settings, authorization })
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The body of what Graph knows.
    pub async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Vec<u8>, Refused> {
        let address = self.address(path, query)?;
        let answer = self.client.get(address, Some(self.authorization.clone())).await;
        let answer = answer.map_err(|why| self.refused(0, &why.to_string()))?;
        let status = answer.status;
        let body = whole(answer).await.ok_or_else(|| self.refused(0, "the answer broke off, or is too long"))?;
        self.taken(status, body)
    }

    pub async fn post(&self, path: &[&str], query: &[(&str, &str)], body: &impl Serialize) -> Result<Vec<u8>, Refused> {
        let (address, headers, body) = self.call(path, query, body)?;
        self.answered(self.client.post(address, headers, body).await)
    }

    pub async fn delete(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        body: &impl Serialize,
    ) -> Result<Vec<u8>, Refused> {
        let (address, headers, body) = self.call(path, query, body)?;
        self.answered(self.client.delete(address, headers, body).await)
    }

    fn call(&self, path: &[&str], query: &[(&str, &str)], body: &impl Serialize) -> Result<Call, Refused> {
        let body = serde_json::to_vec(body).map_err(|why| self.refused(0, &why.to_string()))?;
        let headers = provider::headers(provider::JSON, Some(self.authorization.clone()));
        Ok((self.address(path, query)?, headers, body))
    }

    fn answered(&self, answer: Result<Answer, Unanswered>) -> Result<Vec<u8>, Refused> {
        let answer = answer.map_err(|why| self.refused(0, &why.to_string()))?;
        self.taken(answer.status, answer.body)
    }

    fn address(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Uri, Refused> {
        let url = below(&self.settings, path).map(|mut url| {
            url.query_pairs_mut().extend_pairs(query);
            url
        });
        let address = url.ok().and_then(|url| url.as_str().parse().ok());
        address.ok_or_else(|| self.refused(0, "this is no address"))
    }

    fn taken(&self, status: u16, body: Vec<u8>) -> Result<Vec<u8>, Refused> {
        let error = serde_json::from_slice::<Failed>(&body).ok().and_then(|failed| failed.error);
        match error {
            Some(error) => {
                let code = error.code.and_then(|code| code.0.parse().ok()).unwrap_or(0);
                Err(self.refused(code, error.message.as_ref().map_or("no reason given", |message| &message.0)))
            }
            None if (200..300).contains(&status) => Ok(body),
            None => Err(self.refused(0, &format!("HTTP {status} and nothing we can read"))),
        }
    }

    /// Some of Meta's own error messages quote the token.
    fn refused(&self, code: u32, words: &str) -> Refused {
        Refused { code, words: outcome::quoted(&words.replace(&self.settings.token, "…")) }
    }
}

/// None if it breaks off, or is too long.
async fn whole(mut answer: Download) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_BYTES_MAX {
            return None;
        }
    }
    Some(body)
}
