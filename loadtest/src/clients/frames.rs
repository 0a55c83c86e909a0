//! The frames of console and widget, as an outsider reads them: fields we do not use are kept or ignored.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Where a reader stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub generation: String,
    pub seq: u64,
}

/// An event of a conversation, as a screen or the dump shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub seq: u64,
    #[serde(default)]
    pub at: u64,
    /// `contact_said`, `bot_said`, `taken_over` …
    pub kind: String,
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

impl Event {
    /// A field that is a text; empty if there is none.
    pub fn str(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or("")
    }

    /// What was said.
    pub fn text(&self) -> &str {
        self.str("text")
    }
}

/// What the server tells a widget.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum VisitorFrame {
    Welcome {
        token: String,
    },
    Events {
        position: Position,
        events: Vec<Event>,
        #[serde(default)]
        floor: Value,
    },
    Reset {
        position: Position,
        events: Vec<Event>,
        #[serde(default)]
        floor: Value,
    },
    Ack {
        id: String,
        seq: u64,
    },
    Error {
        id: Option<String>,
        code: String,
        text: String,
        #[serde(default)]
        again: bool,
    },
    Typing {
        person: Option<String>,
        lasts: u64,
    },
    #[serde(other)]
    Other,
}

/// What the server tells a console.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ConsoleFrame {
    Hello {
        me: Value,
    },
    Ok {
        #[serde(rename = "ref")]
        reference: u64,
    },
    Done {
        #[serde(rename = "ref")]
        reference: u64,
        cid: String,
        seq: u64,
    },
    Refused {
        #[serde(rename = "ref")]
        reference: u64,
        code: String,
        text: String,
    },
    Error {
        #[serde(rename = "ref")]
        reference: Option<u64>,
        code: String,
        text: String,
    },
    Events {
        conversation: String,
        generation: String,
        events: Vec<Event>,
        #[serde(default)]
        floor: Value,
    },
    Reset {
        conversation: String,
        generation: String,
        events: Vec<Event>,
        #[serde(default)]
        floor: Value,
    },
    Inbox {
        fresh: bool,
        rows: Vec<Row>,
        #[serde(default)]
        gone: Vec<String>,
        #[serde(default)]
        counts: Value,
    },
    Trouble {
        code: String,
        text: String,
    },
    TroubleOver {
        code: String,
    },
    Presence {
        conversation: String,
        screen: String,
        who: String,
        name: Option<String>,
        does: String,
        lasts: u64,
    },
    #[serde(other)]
    Other,
}

/// A row of the inbox lists.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    pub conversation: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub last_text: String,
    #[serde(default)]
    pub floor: Value,
    #[serde(default)]
    pub seq: u64,
}

impl Row {
    /// `bot`, `waiting` or `human`.
    pub fn mode(&self) -> &str {
        self.floor.get("mode").and_then(Value::as_str).unwrap_or("")
    }
}
