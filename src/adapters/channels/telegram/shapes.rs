//! The shapes of Telegram's updates, as far as we read them. Text is borrowed from the body where it has no escapes.

use serde::Deserialize;

use crate::adapters::channels::lenient::{Moment, Word};

#[derive(Deserialize)]
pub struct Update<'a> {
    #[serde(borrow, default)]
    pub update_id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub message: Option<Message<'a>>,
    #[serde(borrow, default)]
    pub edited_message: Option<Message<'a>>,
    #[serde(borrow, default)]
    pub callback_query: Option<Callback<'a>>,
    #[serde(borrow, default)]
    pub my_chat_member: Option<Membership<'a>>,
    #[serde(borrow, default)]
    pub message_reaction: Option<Reacted<'a>>,
}

#[derive(Deserialize)]
pub struct Message<'a> {
    #[serde(borrow, default)]
    pub message_id: Option<Word<'a>>,
    #[serde(default)]
    pub date: Option<Moment>,
    #[serde(default)]
    pub edit_date: Option<Moment>,
    #[serde(borrow, default)]
    pub from: Option<User<'a>>,
    #[serde(borrow, default)]
    pub chat: Option<Chat<'a>>,
    #[serde(borrow, default)]
    pub text: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub caption: Option<Word<'a>>,
    /// The same picture in several sizes, the largest last.
    #[serde(borrow, default)]
    pub photo: Option<Vec<File<'a>>>,
    #[serde(borrow, default)]
    pub sticker: Option<File<'a>>,
    /// A moving picture; it comes as a document, too.
    #[serde(borrow, default)]
    pub animation: Option<File<'a>>,
    #[serde(borrow, default)]
    pub video: Option<File<'a>>,
    #[serde(borrow, default)]
    pub video_note: Option<File<'a>>,
    #[serde(borrow, default)]
    pub voice: Option<File<'a>>,
    #[serde(borrow, default)]
    pub audio: Option<File<'a>>,
    #[serde(borrow, default)]
    pub document: Option<File<'a>>,
    #[serde(default)]
    pub location: Option<Location>,
    #[serde(borrow, default)]
    pub venue: Option<Venue<'a>>,
    #[serde(borrow, default)]
    pub contact: Option<Card<'a>>,
    #[serde(borrow, default)]
    pub reply_markup: Option<Markup<'a>>,
}

#[derive(Deserialize)]
pub struct User<'a> {
    #[serde(borrow, default)]
    pub id: Option<Word<'a>>,
    #[serde(default)]
    pub is_bot: Option<bool>,
    #[serde(borrow, default)]
    pub first_name: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub last_name: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub language_code: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Chat<'a> {
    #[serde(borrow, default)]
    pub id: Option<Word<'a>>,
    #[serde(borrow, default, rename = "type")]
    pub kind: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct File<'a> {
    #[serde(borrow, default)]
    pub file_id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub file_name: Option<Word<'a>>,
    /// Of a piece of music.
    #[serde(borrow, default)]
    pub title: Option<Word<'a>>,
    /// What a sticker stands for.
    #[serde(borrow, default)]
    pub emoji: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub file_size: Option<Word<'a>>,
}

#[derive(Deserialize, Clone, Copy)]
pub struct Location {
    pub latitude: f64,
    pub longitude: f64,
}

#[derive(Deserialize)]
pub struct Venue<'a> {
    #[serde(default)]
    pub location: Option<Location>,
    #[serde(borrow, default)]
    pub title: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub address: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Card<'a> {
    #[serde(borrow, default)]
    pub phone_number: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub first_name: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub last_name: Option<Word<'a>>,
    /// Whose it is, if they are on Telegram.
    #[serde(borrow, default)]
    pub user_id: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Markup<'a> {
    #[serde(borrow, default)]
    pub inline_keyboard: Option<Vec<Vec<Button<'a>>>>,
}

#[derive(Deserialize)]
pub struct Button<'a> {
    #[serde(borrow, default)]
    pub text: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub callback_data: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Callback<'a> {
    #[serde(borrow, default)]
    pub id: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub from: Option<User<'a>>,
    /// A stub, if it is old.
    #[serde(borrow, default)]
    pub message: Option<Message<'a>>,
    #[serde(borrow, default)]
    pub data: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Membership<'a> {
    #[serde(borrow, default)]
    pub chat: Option<Chat<'a>>,
    #[serde(borrow, default)]
    pub new_chat_member: Option<Member<'a>>,
}

#[derive(Deserialize)]
pub struct Member<'a> {
    #[serde(borrow, default)]
    pub status: Option<Word<'a>>,
}

#[derive(Deserialize)]
pub struct Reacted<'a> {
    #[serde(borrow, default)]
    pub chat: Option<Chat<'a>>,
    #[serde(borrow, default)]
    pub message_id: Option<Word<'a>>,
    #[serde(default)]
    pub date: Option<Moment>,
    #[serde(borrow, default)]
    pub new_reaction: Option<Vec<Reaction<'a>>>,
}

#[derive(Deserialize)]
pub struct Reaction<'a> {
    /// None for those that are no emoji of Unicode's.
    #[serde(borrow, default)]
    pub emoji: Option<Word<'a>>,
    #[serde(borrow, default, rename = "type")]
    pub kind: Option<Word<'a>>,
}
