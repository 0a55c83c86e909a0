//! The shapes of WhatsApp's JSON, as leniently as they come: an id may be a number, a moment a string, anything missing or
//! null. Text is borrowed from the body where it has no escapes.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::adapters::channels::graph::Details;
use crate::adapters::channels::lenient::{Moment, Word};

#[derive(Deserialize)]
pub struct Envelope<'a> {
    #[serde(borrow, default)]
    pub entry: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
pub struct Entry<'a> {
    #[serde(borrow, default)]
    pub changes: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
pub struct Change<'a> {
    #[serde(borrow, default)]
    pub field: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub value: Option<Value<'a>>,
}

/// Each of its parts is read by itself.
#[derive(Deserialize)]
pub struct Value<'a> {
    #[serde(borrow, default)]
    pub metadata: Option<Metadata<'a>>,
    #[serde(borrow, default)]
    pub contacts: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    pub messages: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    pub message_echoes: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    pub statuses: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    pub errors: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub struct Metadata<'a> {
    #[serde(borrow, default)]
    pub phone_number_id: Option<Word<'a>>,
}

/// Whom a value speaks of.
#[derive(Deserialize)]
pub struct Person<'a> {
    #[serde(borrow, default)]
    pub wa_id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub user_id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub profile: Option<Profile<'a>>,
}

#[derive(Deserialize)]
pub struct Profile<'a> {
    #[serde(borrow, default)]
    pub name: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub username: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Message<'a> {
    #[serde(borrow, default)]
    pub from: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub from_user_id: Option<Word<'a>>,
    /// Of an echo.
    #[serde(borrow, default)]
    pub to: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub to_user_id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub id: Option<Word<'a>>,
    #[serde(default)]
    pub timestamp: Option<Moment>,
    #[serde(borrow, default, rename = "type")]
    pub kind: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub group_id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub referral: Option<Referral<'a>>,
    #[serde(borrow, default)]
    pub text: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub image: Option<Media<'a>>,
    #[serde(borrow, default)]
    pub sticker: Option<Media<'a>>,
    #[serde(borrow, default)]
    pub video: Option<Media<'a>>,
    #[serde(borrow, default)]
    pub audio: Option<Media<'a>>,
    #[serde(borrow, default)]
    pub document: Option<Media<'a>>,
    #[serde(borrow, default)]
    pub location: Option<Location<'a>>,
    #[serde(borrow, default)]
    pub contacts: Option<Vec<Card<'a>>>,
    #[serde(borrow, default)]
    pub interactive: Option<Interactive<'a>>,
    #[serde(borrow, default)]
    pub button: Option<Button<'a>>,
    #[serde(borrow, default)]
    pub reaction: Option<Reaction<'a>>,
    #[serde(borrow, default)]
    pub edit: Option<Edit<'a>>,
    #[serde(borrow, default)]
    pub revoke: Option<Revoke<'a>>,
}

#[derive(Deserialize)]
pub struct Text<'a> {
    #[serde(borrow, default)]
    pub body: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Media<'a> {
    #[serde(borrow, default)]
    pub id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub caption: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub filename: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Location<'a> {
    pub latitude: f64,
    pub longitude: f64,
    #[serde(borrow, default)]
    pub name: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub address: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Card<'a> {
    #[serde(borrow, default)]
    pub name: Option<CardName<'a>>,
    #[serde(borrow, default)]
    pub phones: Option<Vec<Phone<'a>>>,
}

#[derive(Deserialize)]
pub struct CardName<'a> {
    #[serde(borrow, default)]
    pub formatted_name: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Phone<'a> {
    #[serde(borrow, default)]
    pub phone: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Interactive<'a> {
    #[serde(borrow, default)]
    pub button_reply: Option<Tapped<'a>>,
    #[serde(borrow, default)]
    pub list_reply: Option<Tapped<'a>>,
    /// A form of Meta's own was filled in.
    #[serde(borrow, default)]
    pub nfm_reply: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub struct Tapped<'a> {
    #[serde(borrow, default)]
    pub id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub title: Option<Word<'a>>,
}

/// Of a template.
#[derive(Deserialize)]
pub struct Button<'a> {
    #[serde(borrow, default)]
    pub payload: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub text: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Reaction<'a> {
    #[serde(borrow, default)]
    pub message_id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub emoji: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Edit<'a> {
    #[serde(borrow, default)]
    pub original_message_id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub message: Option<Edited<'a>>,
}

#[derive(Deserialize)]
pub struct Edited<'a> {
    #[serde(borrow, default)]
    pub text: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub image: Option<Media<'a>>,
    #[serde(borrow, default)]
    pub video: Option<Media<'a>>,
    #[serde(borrow, default)]
    pub document: Option<Media<'a>>,
}

#[derive(Deserialize)]
pub struct Revoke<'a> {
    #[serde(borrow, default)]
    pub original_message_id: Option<Word<'a>>,
}

/// The ad by which a contact came.
#[derive(Deserialize)]
pub struct Referral<'a> {
    #[serde(borrow, default)]
    pub source_id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub source_url: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Status<'a> {
    #[serde(borrow, default)]
    pub id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub status: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub recipient_id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub recipient_user_id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub errors: Option<Vec<Fault<'a>>>,
    #[serde(borrow, default)]
    pub biz_opaque_callback_data: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Fault<'a> {
    #[serde(borrow, default)]
    pub code: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub title: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub error_data: Option<Details<'a>>,
}
