//! The store as `switchboard dump` writes it: a line of JSON per conversation.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clients::Event;

/// A conversation with its whole log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredConversation {
    pub conversation: String,
    #[serde(default)]
    pub account: String,
    /// How the channel names the contact.
    #[serde(default)]
    pub external_key: String,
    #[serde(default)]
    pub events: Vec<StoredEvent>,
}

/// An event with what only the store knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredEvent {
    #[serde(flatten)]
    pub event: Event,
    /// `in:<message id>` or `cmd:<cid>`: on one or on all events of the command that was accepted under it.
    #[serde(default)]
    pub dedupe: Option<String>,
    /// The id (or ids, for a long text in parts) under which it goes to the provider, as `metadata`.
    #[serde(default)]
    pub delivery: Value,
    /// It was sent again after an uncertain end, by rule or by hand.
    #[serde(default)]
    pub resent: bool,
}

impl StoredEvent {
    pub fn kind(&self) -> &str {
        &self.event.kind
    }

    /// Whether the provider's `metadata` names this event; part n of a long text is `<id>:<n>`.
    pub fn delivery_ids(&self) -> Vec<&str> {
        match &self.delivery {
            Value::String(id) => vec![id],
            Value::Array(ids) => ids.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

/// Reads a dump; empty lines are skipped, unknown fields kept.
pub fn parse_dump(lines: &str) -> Result<Vec<StoredConversation>> {
    let numbered = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    numbered
        .map(|(number, line)| serde_json::from_str(line).with_context(|| format!("line {} of the dump", number + 1)))
        .collect()
}
