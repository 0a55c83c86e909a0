//! The shapes of Meta's JSON, as leniently as they come: an id may be a number, a moment a string, anything missing.
//! Text is borrowed from the body where it has no escapes.

use serde_json::value::RawValue;

use crate::adapters::channels::lenient::{Moment, Word};

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
    #[serde(borrow, default)]
    pub pass_thread_control: Option<Control<'a>>,
    #[serde(borrow, default)]
    pub take_thread_control: Option<Control<'a>>,
}

/// The conversation goes to another app.
#[derive(serde::Deserialize)]
pub struct Control<'a> {
    #[serde(borrow, default)]
    pub new_owner_app_id: Option<Word<'a>>,
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
    pub reply_to: Option<ReplyTo<'a>>,
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

/// To a message, whose words the contact sees, or to a story of ours on Instagram.
#[derive(serde::Deserialize)]
pub struct ReplyTo<'a> {
    #[serde(borrow, default)]
    pub story: Option<Story<'a>>,
}

#[derive(serde::Deserialize)]
pub struct Story<'a> {
    #[serde(borrow, default)]
    pub url: Option<Word<'a>>,
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
