//! What a website visitor's widget and the server say to each other over `/webchat/socket?account=ID`.
//!
//! The widget's first frame is `hello`. A conversation begins with the first real interaction (`open`, `say`,
//! `tap`), so that crawlers and idle pages create none; page views before it are kept with the socket.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::described;

use super::event::{AttachmentView, OptionView, Position};

/// What a widget says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum VisitorSays {
    /// `token` is what an earlier `welcome` gave; without one a new visitor begins. `identity` is a token by which the
    /// website's server says who the visitor is; then they are that one, whatever `token` says.
    Hello {
        token: Option<String>,
        after: Option<Position>,
        #[serde(default)]
        identity: Option<String>,
        /// What the widget speaks, such as `de`.
        #[serde(default)]
        language: Option<String>,
    },
    /// The visitor opened the chat.
    Open,
    /// `id` is a UUID of the widget's: a repeated one has no second effect. Text: 1 to 10 000 characters, or none with
    /// `attachments`: the keys of up to 10 files that were uploaded (`POST /webchat/uploads`).
    Say {
        id: String,
        text: String,
        #[serde(default)]
        attachments: Vec<String>,
    },
    /// The visitor chose an option of a menu.
    Tap {
        id: String,
        option: String,
        label: String,
    },
    Page {
        url: String,
        title: String,
    },
    /// What the page knows of the visitor, at most 20 at a time. It counts as the visitor's own word.
    SetAttributes {
        values: BTreeMap<String, AttributeValue>,
    },
    /// Everything up to here was shown to the visitor.
    Seen {
        seq: u64,
    },
    /// The visitor is writing. Enough every three seconds; more than one in two is passed over.
    Typing,
    Ping,
}

/// A value of a visitor's attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum AttributeValue {
    Truth(bool),
    Number(f64),
    Text(String),
}

impl AttributeValue {
    pub fn to_core(&self) -> described::Value {
        match self {
            AttributeValue::Truth(yes) => described::Value::Truth(*yes),
            AttributeValue::Number(number) => described::Value::Number(*number),
            AttributeValue::Text(text) => described::Value::Text(text.clone()),
        }
    }
}

/// Where websockets are blocked, a widget sends this (`POST /webchat/poll?account=ID`, as text/plain): a hello, and up to
/// 32 frames more. With `wait` it is answered when there is news, after 25 seconds at the latest; without, when all was
/// taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VisitorPoll {
    pub hello: VisitorSays,
    pub says: Vec<VisitorSays>,
    pub wait: bool,
}

/// What a websocket would have said meanwhile.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VisitorPolled {
    pub hears: Vec<VisitorHears>,
    /// As the close of a websocket.
    pub closed: Option<VisitorClosed>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VisitorClosed {
    pub code: u16,
    pub reason: String,
}

/// What the server says to a widget.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum VisitorHears {
    Welcome {
        token: String,
        name: String,
        now: u64,
        look: Box<Look>,
    },
    /// Continues where the last frame ended; `position.seq` is the new end (some events are not for visitors).
    Events {
        position: Position,
        events: Vec<VisitorEvent>,
        floor: VisitorFloor,
    },
    /// Forget what was shown: this is the newest part.
    Reset {
        position: Position,
        events: Vec<VisitorEvent>,
        floor: VisitorFloor,
    },
    /// `say` or `tap` is in the log.
    Ack {
        id: String,
        seq: u64,
    },
    /// `id` names the `say` or `tap` it answers. `again`: the same may work later.
    Error {
        id: Option<String>,
        code: String,
        text: String,
        again: bool,
    },
    /// Somebody is writing: the bot, or the person of this name. It holds for `lasts` milliseconds, or until they have
    /// said something.
    Typing {
        person: Option<String>,
        lasts: u64,
    },
    Pong,
}

/// What the account's settings say about the widget.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Look {
    /// A larger file is not taken.
    pub file_bytes_max: u64,
    /// None: the widget's own.
    pub accent: Option<AccentView>,
    /// `light` or `dark`; none: as the visitor's browser prefers.
    pub theme: Option<String>,
    /// It stands where lines start, not where they end.
    pub at_start: bool,
    /// From the edges of the window, in CSS pixels; none: the widget's own.
    pub side_px: Option<u32>,
    pub bottom_px: Option<u32>,
    pub texts: OwnTexts,
}

/// Both can be read: on a light panel, and on a dark one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AccentView {
    pub light: ShadeView,
    pub dark: ShadeView,
}

/// A colour, and that of the words on it: `#504ea8`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ShadeView {
    pub fill: String,
    pub ink: String,
}

/// The account's words, in the language that the hello named, where it has any.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OwnTexts {
    pub title: Option<String>,
    pub launcher: Option<String>,
    pub greeting: Option<String>,
    pub assistant: Option<String>,
    pub write: Option<String>,
    pub coming: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VisitorEvent {
    pub seq: u64,
    pub at: u64,
    #[serde(flatten)]
    pub what: VisitorWhat,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum VisitorWhat {
    /// The visitor's own line; `id` is the widget's.
    ISaid {
        id: Option<String>,
        text: String,
        attachments: Vec<AttachmentView>,
    },
    BotSaid {
        text: String,
        options: Vec<OptionView>,
        attachments: Vec<AttachmentView>,
        /// It is a question, whose answer has a field of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        asks: Option<FieldView>,
    },
    PersonSaid {
        name: String,
        text: String,
        attachments: Vec<AttachmentView>,
    },
    /// A person is on the way.
    Waiting,
    PersonJoined {
        name: String,
    },
    /// The bot has the floor again.
    BotIsBack,
}

/// Where the visitor answers a question. The answer is said like any other words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FieldView {
    pub kind: FieldKind,
    /// What a browser may know by itself, by the names of HTML's `autocomplete`.
    pub autofill: Option<String>,
    /// Words to choose from, for yes or no.
    pub words: Vec<String>,
    /// The word that leaves the question out, if it can be left out.
    pub skip: Option<String>,
    /// The answer before this was not of the kind.
    pub refused: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum FieldKind {
    Text,
    Email,
    Number,
    Phone,
    Url,
    /// Said as `2026-03-04`.
    Date,
    YesNo,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VisitorFloor {
    /// `bot`, `waiting` or `human`.
    pub mode: String,
    /// The person who has the floor.
    pub person: Option<String>,
}
