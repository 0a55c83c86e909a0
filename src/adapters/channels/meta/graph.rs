//! Calls to Graph that are no messages: asked, answered, or refused in words.

use std::fmt;

use serde::Serialize;

use super::send::{BadSettings, Settings};
use crate::adapters::channels::graph::{self, Fault};
use crate::adapters::channels::http::{Answer, Client, Download, Unanswered};
use crate::adapters::channels::outcome;

const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// One line's way to Graph.
#[derive(Clone)]
pub struct Graph {
    graph: graph::Graph,
    settings: Settings,
}

/// Why Graph did not do it, without the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Graph's own; 0 if it said none, or nothing at all.
    pub code: u32,
    pub subcode: u32,
    pub words: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.words)
    }
}

impl Graph {
    pub fn new(client: Client, settings: Settings) -> Result<Self, BadSettings> {
        Ok(Self { graph: graph::Graph::new(client, &settings.access())?, settings })
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The body of what Graph knows.
    pub async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Vec<u8>, Refused> {
        let address = self.graph.address(path, query).map_err(|why| self.refused(&why.to_string()))?;
        let answer = self.graph.get(address, None).await.map_err(|why| self.refused(&why.to_string()))?;
        let status = answer.status;
        let body = whole(answer).await.ok_or_else(|| self.refused("the answer broke off, or is too long"))?;
        self.taken(status, body)
    }

    pub async fn post(&self, path: &[&str], query: &[(&str, &str)], body: &impl Serialize) -> Result<Vec<u8>, Refused> {
        self.answered(self.graph.post(path, query, body).await)
    }

    pub async fn delete(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        body: &impl Serialize,
    ) -> Result<Vec<u8>, Refused> {
        self.answered(self.graph.delete(path, query, body).await)
    }

    fn answered(&self, answer: Result<Answer, Unanswered>) -> Result<Vec<u8>, Refused> {
        let answer = answer.map_err(|why| self.refused(&why.to_string()))?;
        self.taken(answer.status, answer.body)
    }

    fn taken(&self, status: u16, body: Vec<u8>) -> Result<Vec<u8>, Refused> {
        match Fault::read(&body) {
            Some(fault) => {
                let (code, subcode) = (fault.code().unwrap_or(0), fault.subcode().unwrap_or(0));
                Err(Refused { code, subcode, ..self.refused(fault.words()) })
            }
            None if (200..300).contains(&status) => Ok(body),
            None => Err(self.refused(&format!("HTTP {status} and nothing we can read"))),
        }
    }

    /// Some of Meta's own error messages quote the token.
    fn refused(&self, words: &str) -> Refused {
        Refused { code: 0, subcode: 0, words: outcome::quoted(&words.replace(&self.graph.token, "…")) }
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
