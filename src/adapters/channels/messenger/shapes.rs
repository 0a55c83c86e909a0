//! The shapes of Meta's JSON, as leniently as they come: an id may be a number, a moment a string, anything missing.
//! Text is borrowed from the body where it has no escapes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::value::RawValue;

use crate::domain::time::Timestamp;

#[derive(serde::Deserialize)]
pub struct Envelope<'a, E> {
    #[serde(default = "nothing")]
    pub entry: Option<Vec<E>>,
    /// What the "Test" button sends: one thing without an envelope.
    #[serde(borrow, default)]
    pub value: Option<&'a RawValue>,
}

fn nothing<T>() -> Option<T> {
    None
}

#[derive(serde::Deserialize)]
pub struct Entry<'a> {
    #[serde(borrow, default)]
    pub id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub messaging: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    pub standby: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    pub changes: Option<Vec<&'a RawValue>>,
}

#[derive(serde::Deserialize)]
pub struct Change<'a> {
    #[serde(borrow)]
    pub value: &'a RawValue,
}

#[derive(serde::Deserialize)]
pub struct Event<'a> {
    #[serde(borrow, default)]
    pub sender: Option<Party<'a>>,
    #[serde(borrow, default)]
    pub recipient: Option<Party<'a>>,
    #[serde(default)]
    pub timestamp: Option<Moment>,
    #[serde(borrow, default)]
    pub message: Option<Message<'a>>,
    #[serde(borrow, default)]
    pub postback: Option<Postback<'a>>,
    #[serde(borrow, default)]
    pub message_edit: Option<Edit<'a>>,
    #[serde(borrow, default)]
    pub reaction: Option<Reaction<'a>>,
    #[serde(borrow, default)]
    pub delivery: Option<Delivery<'a>>,
    #[serde(borrow, default)]
    pub read: Option<Read<'a>>,
    #[serde(borrow, default)]
    pub referral: Option<Referral<'a>>,
}

#[derive(serde::Deserialize)]
pub struct Party<'a> {
    #[serde(borrow, default)]
    pub id: Option<Word<'a>>,
}

#[derive(serde::Deserialize)]
pub struct Message<'a> {
    #[serde(borrow, default)]
    pub mid: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub text: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub quick_reply: Option<QuickReply<'a>>,
    #[serde(borrow, default)]
    pub attachments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub referral: Option<Referral<'a>>,
    #[serde(default)]
    pub is_echo: Option<bool>,
    #[serde(borrow, default)]
    pub app_id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub metadata: Option<Word<'a>>,
    #[serde(default)]
    pub is_deleted: Option<bool>,
    #[serde(default)]
    pub is_unsupported: Option<bool>,
}

#[derive(serde::Deserialize)]
pub struct QuickReply<'a> {
    #[serde(borrow, default)]
    pub payload: Option<Word<'a>>,
}

#[derive(serde::Deserialize)]
pub struct Postback<'a> {
    #[serde(borrow, default)]
    pub mid: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub title: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub payload: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub referral: Option<Referral<'a>>,
}

#[derive(serde::Deserialize)]
pub struct Edit<'a> {
    #[serde(borrow, default)]
    pub mid: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub text: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub num_edit: Option<Word<'a>>,
}

#[derive(serde::Deserialize)]
pub struct Reaction<'a> {
    #[serde(borrow, default)]
    pub mid: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub action: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub reaction: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub emoji: Option<Word<'a>>,
}

/// By which link or ad a thread began, or the contact came back to it.
#[derive(serde::Deserialize)]
pub struct Referral<'a> {
    #[serde(borrow, default, rename = "ref")]
    pub word: Option<Word<'a>>,
}

#[derive(serde::Deserialize)]
pub struct Delivery<'a> {
    #[serde(borrow, default)]
    pub mids: Option<Vec<Word<'a>>>,
    #[serde(default)]
    pub watermark: Option<Moment>,
}

#[derive(serde::Deserialize)]
pub struct Read<'a> {
    #[serde(borrow, default)]
    pub mid: Option<Word<'a>>,
    #[serde(default)]
    pub watermark: Option<Moment>,
}

#[derive(serde::Deserialize)]
pub struct Attached<'a> {
    #[serde(borrow, default, rename = "type")]
    pub kind: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub title: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub url: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub payload: Option<AttachedPayload<'a>>,
}

#[derive(serde::Deserialize)]
pub struct AttachedPayload<'a> {
    #[serde(borrow, default)]
    pub url: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub title: Option<Word<'a>>,
    /// A template's words, in echoes.
    #[serde(borrow, default)]
    pub text: Option<Word<'a>>,
}

/// A string, or a whole number in its place.
pub struct Word<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor)
    }
}

struct WordVisitor;

impl<'de> Visitor<'de> for WordVisitor {
    type Value = Word<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a string or a whole number")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Word<'de>, E> {
        Ok(Word(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Word<'de>, E> {
        Ok(Word(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Word<'de>, E> {
        Ok(Word(Cow::Owned(text)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Word<'de>, E> {
        Ok(Word(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Word<'de>, E> {
        Ok(Word(Cow::Owned(number.to_string())))
    }
}

/// A time in milliseconds, or in seconds if it would be in the year 1973 otherwise; a number or a string. None if it
/// says nothing.
#[derive(Clone, Copy)]
pub struct Moment(pub Option<Timestamp>);

const SECONDS_BELOW: u64 = 100_000_000_000;

impl Moment {
    fn of(number: u64) -> Self {
        Self(match number {
            0 => None,
            seconds if seconds < SECONDS_BELOW => Some(Timestamp(seconds * 1000)),
            milliseconds => Some(Timestamp(milliseconds)),
        })
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MomentVisitor)
    }
}

struct MomentVisitor;

impl Visitor<'_> for MomentVisitor {
    type Value = Moment;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a time")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Moment, E> {
        Ok(Moment::of(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Moment, E> {
        Ok(Moment::of(number.try_into().unwrap_or(0)))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Moment, E> {
        Ok(Moment::of(number as u64))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
        Ok(Moment::of(text.trim().parse().unwrap_or(0)))
    }
}
