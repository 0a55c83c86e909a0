//! Reads an update: what a person wrote, tapped, changed, or thinks of us. Pure.

use std::borrow::Cow;

use super::shapes::{Callback, Card, Chat, File, Membership, Message, Reacted, Update, User};
use crate::adapters::channels::buttons::BY_PLACE;
use crate::adapters::channels::files;
use crate::adapters::channels::lenient::{Moment, Word, id, label, mend_surrogates, person, text};
use crate::adapters::channels::places::place;
use crate::domain::changes::Change;
use crate::domain::command::{Command, ProviderWord};
use crate::domain::ids::AccountId;
use crate::domain::message::{Attachment, AttachmentKind, Heard};
use crate::domain::time::Timestamp;
use crate::ports::channel::Courtesy;

const NOT_READABLE: &str = "not readable";
/// What a link may carry to us: `t.me/bot?start=payload`.
const PAYLOAD_CHARACTERS_MAX: usize = 64;

/// What one update is about.
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    /// By the person in the private chat `chat`.
    Done {
        chat: String,
        asks: Vec<(Option<String>, Command)>,
        /// The one that the person's app speaks, such as `pt-br`.
        language: Option<String>,
        courtesy: Option<Courtesy>,
    },
    /// Understood, and not for us.
    PassedOver(&'static str),
}

/// Why an update says nothing to us. One of few, so that it can be counted by.
pub type Unread = &'static str;

type Read = Result<Told, Unread>;

/// Where our own links to attached files begin.
pub struct Ours<'a> {
    pub base: &'a str,
    pub account: &'a AccountId,
}

/// What a body says whose secret was checked. Never panics, whatever the body.
pub fn read(body: &[u8], ours: &Ours<'_>) -> Read {
    let body = String::from_utf8_lossy(body);
    if let Ok(update) = serde_json::from_str::<Update>(&body) {
        return understand(update, ours);
    }
    let mended = mend_surrogates(&body).ok_or(NOT_READABLE)?;
    understand(serde_json::from_str(&mended).map_err(|_| NOT_READABLE)?, ours)
}

fn understand(update: Update, ours: &Ours<'_>) -> Read {
    let Update { update_id, message, edited_message, callback_query, my_chat_member, message_reaction } = update;
    let update = id(update_id)?.ok_or("no update id")?;
    match (message, edited_message, callback_query) {
        (Some(message), ..) => said(&update, message, ours),
        (_, Some(message), _) => edited(&update, message),
        (_, _, Some(callback)) => tapped(callback),
        _ => match (my_chat_member, message_reaction) {
            (Some(membership), _) => switched(&update, membership),
            (_, Some(reacted)) => self::reacted(&update, reacted),
            _ => Err("of an unknown kind"),
        },
    }
}

/// The chat, if it is one with a person. Bots are in groups and channels by other people's doing.
fn private(chat: Option<Chat>) -> Result<Option<String>, Unread> {
    let chat = chat.ok_or("no chat")?;
    let is_private = chat.kind.as_ref().is_some_and(|kind| kind.0 == "private");
    let chat = id(chat.id)?.ok_or("no chat")?;
    Ok(is_private.then_some(chat))
}

fn said(update: &str, message: Message, ours: &Ours<'_>) -> Read {
    let attachments = attachments(&message, ours)?;
    let Message { message_id, date, from, chat, text: words, caption, contact, .. } = message;
    let Some(chat) = private(chat)? else { return Ok(Told::PassedOver("in a group")) };
    if from.as_ref().is_some_and(|user| user.is_bot == Some(true)) {
        return Ok(Told::PassedOver("by a bot"));
    }
    let message_id = id(message_id)?.ok_or("no message id")?;
    let own_number = contact.and_then(|card| number_of_sender(card, from.as_ref()));
    let words = text(words.or(caption));
    let words = if words.is_empty() { own_number.unwrap_or_default() } else { words };
    if words.trim().is_empty() && attachments.is_empty() {
        return Err("message without content");
    }
    let key = |what: &str| Some(format!("{what}:{update}:{message_id}"));
    let (heard, starts) = match started(&words) {
        Some(None) => (Heard::tap("/start", "/start"), true),
        Some(Some(payload)) => (Heard { referral: Some(payload), ..Heard::default() }, true),
        None => (Heard { attachments, ..Heard::text(words) }, false),
    };
    let language = from.as_ref().and_then(language);
    let (name, provider_at) = (from.and_then(name), at(date));
    let hear = Command::Hear { heard, provider_id: Some(message_id.clone()), provider_at, name };
    // Who starts us anew has not blocked us any more, whether or not that update came.
    let unblock = starts.then(|| (key("unblock"), switch(ProviderWord::Unblock)));
    Ok(Told::Done { chat, asks: unblock.into_iter().chain([(key("in"), hear)]).collect(), language, courtesy: None })
}

/// Some for the command that a bot is started by; in it, what a link to the bot carried.
fn started(text: &str) -> Option<Option<String>> {
    let rest = text.strip_prefix("/start")?;
    let (bot, payload) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let payload = payload.trim();
    let good = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
    match payload {
        _ if !bot.is_empty() && !bot.starts_with('@') => None,
        "" => Some(None),
        _ if payload.len() <= PAYLOAD_CHARACTERS_MAX && payload.bytes().all(good) => Some(Some(payload.to_owned())),
        _ => None,
    }
}

fn edited(update: &str, message: Message) -> Read {
    let Message { message_id, edit_date, chat, text: words, caption, .. } = message;
    let Some(chat) = private(chat)? else { return Ok(Told::PassedOver("in a group")) };
    // A place that moves, a game that is played.
    let Some(words) = words.or(caption) else { return Ok(Told::PassedOver("edited, not its words")) };
    let message_id = id(message_id)?.ok_or("no message id")?;
    let edited_at = at(edit_date).ok_or("no moment of its edit")?;
    // Nobody edits twice in a second. The seconds fit until the year 2106.
    let number = u32::try_from(edited_at.0 / 1000).unwrap_or(u32::MAX);
    let change = Change::Edited { text: text(Some(words)), number };
    let key = format!("edit:{update}:{message_id}");
    let change = Command::Change { provider_id: message_id, change, provider_at: Some(edited_at) };
    Ok(Told::Done { chat, asks: vec![(Some(key), change)], language: None, courtesy: None })
}

/// The same button of the same message counts once, however often an impatient finger finds it.
fn tapped(callback: Callback) -> Read {
    let Callback { id: tap, from, message, data } = callback;
    let tap = id(tap)?.ok_or("no tap id")?;
    let Message { message_id, chat, reply_markup, .. } = message.ok_or("tap without its message")?;
    let data = text(data);
    let buttons = reply_markup.and_then(|markup| markup.inline_keyboard).into_iter().flatten().flatten();
    let mut named = buttons.filter(|button| button.callback_data.as_ref().is_some_and(|known| known.0 == data));
    let label = text(named.next().and_then(|button| button.text));
    let Some(chat) = private(chat)? else { return Ok(Told::PassedOver("in a group")) };
    let message_id = id(message_id)?.ok_or("no message id")?;
    let heard = match data.starts_with(BY_PLACE) {
        // Its id did not fit: what it says is as good as typed.
        true if label.is_empty() => return Err("tap on a button that nobody knows any more"),
        true => Heard::text(label),
        false if data.is_empty() => return Err("tap without data"),
        false if label.is_empty() => Heard::tap(data.clone(), data.clone()),
        false => Heard::tap(data.clone(), label),
    };
    let hear = Command::Hear { heard, provider_id: None, provider_at: None, name: from.and_then(name) };
    let courtesy = Courtesy::Tapped { tap, message: Some(message_id.clone()) };
    Ok(Told::Done {
        chat,
        asks: vec![(Some(format!("tap:{message_id}:{data}")), hear)],
        language: None,
        courtesy: Some(courtesy),
    })
}

fn switched(update: &str, membership: Membership) -> Read {
    let Some(chat) = private(membership.chat)? else { return Ok(Told::PassedOver("in a group")) };
    let status = membership.new_chat_member.and_then(|member| member.status).ok_or("no status")?;
    let word = match &*status.0 {
        "kicked" => ProviderWord::Block,
        "member" => ProviderWord::Unblock,
        _ => return Err("of an unknown status"),
    };
    Ok(Told::Done {
        chat,
        asks: vec![(Some(format!("switch:{update}")), switch(word))],
        language: None,
        courtesy: None,
    })
}

fn switch(word: ProviderWord) -> Command {
    Command::TellProvider { word, text: String::new(), provider_id: None }
}

fn reacted(update: &str, reacted: Reacted) -> Read {
    let Some(chat) = private(reacted.chat)? else { return Ok(Told::PassedOver("in a group")) };
    let message_id = id(reacted.message_id)?.ok_or("no message id")?;
    let with = reacted.new_reaction.unwrap_or_default().into_iter().next();
    let with = with.and_then(|reaction| reaction.emoji.or(reaction.kind)).map(|word| text(Some(word)));
    let change = Change::Reacted { with: with.filter(|with| !with.is_empty()) };
    let change = Command::Change { provider_id: message_id, change, provider_at: at(reacted.date) };
    Ok(Told::Done { chat, asks: vec![(Some(format!("reaction:{update}")), change)], language: None, courtesy: None })
}

fn at(moment: Option<Moment>) -> Option<Timestamp> {
    moment.and_then(|Moment(at)| at)
}

/// As people call themselves.
fn name(user: User) -> Option<String> {
    full_name(user.first_name, user.last_name)
}

fn language(user: &User) -> Option<String> {
    let code = user.language_code.as_ref()?.0.to_ascii_lowercase();
    let plain = code.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'-');
    (plain && (2..=16).contains(&code.len())).then_some(code)
}

fn full_name(first: Option<Word>, last: Option<Word>) -> Option<String> {
    person([text(first), text(last)].iter().map(String::as_str))
}

/// Asked for a number, people share their own card: then that is what they say.
fn number_of_sender(card: Card, from: Option<&User>) -> Option<String> {
    let (theirs, card_of) = (from?.id.as_ref()?, card.user_id.as_ref()?);
    if theirs.0 != card_of.0 {
        return None;
    }
    Some(international(text(card.phone_number))).filter(|number| !number.is_empty())
}

/// Some of Telegram's apps leave the plus out.
fn international(number: String) -> String {
    let bare = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    if bare { format!("+{number}") } else { number }
}

fn attachments(message: &Message, ours: &Ours<'_>) -> Result<Vec<Attachment>, Unread> {
    use AttachmentKind::{Audio, File as Any, Image, Video};
    let largest = message.photo.as_ref().and_then(|sizes| sizes.last());
    let document = message.document.as_ref().filter(|_| message.animation.is_none());
    let files = [
        (Image, largest),
        (Image, message.sticker.as_ref()),
        (Video, message.animation.as_ref()),
        (Video, message.video.as_ref()),
        (Video, message.video_note.as_ref()),
        (Audio, message.voice.as_ref()),
        (Audio, message.audio.as_ref()),
        (Any, document),
    ];
    let there = files.into_iter().filter_map(|(kind, file)| file.map(|file| self::file(kind, file, ours)));
    let mut attachments = there.collect::<Result<Vec<_>, _>>()?;
    // A venue comes as a plain place, too.
    match &message.venue {
        Some(venue) => {
            let words = [&venue.title, &venue.address].into_iter().flatten().map(|word| word.0.as_ref());
            let name = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
            attachments.extend(venue.location.or(message.location).map(|at| place(at.latitude, at.longitude, &name)));
        }
        None => attachments.extend(message.location.map(|at| place(at.latitude, at.longitude, ""))),
    }
    attachments.extend(message.contact.as_ref().map(card));
    Ok(attachments)
}

fn file(kind: AttachmentKind, file: &File, ours: &Ours<'_>) -> Result<Attachment, Unread> {
    let named = |word: &Option<Word>| word.as_ref().map(|word| label(&word.0)).filter(|name| !name.is_empty());
    let name = named(&file.file_name).or_else(|| named(&file.title)).or_else(|| named(&file.emoji));
    let url = file.file_id.as_ref().and_then(|Word(id)| files::url(ours.base, ours.account, id));
    let bytes = file.file_size.as_ref().and_then(|Word(bytes)| bytes.parse().ok());
    Ok(Attachment { kind, url: url.unwrap_or_default(), name: name.unwrap_or_default(), bytes })
}

fn card(card: &Card) -> Attachment {
    let copy = |word: &Option<Word>| word.as_ref().map(|word| Word(Cow::Owned(word.0.to_string())));
    let number = international(text(copy(&card.phone_number)));
    let name = full_name(copy(&card.first_name), copy(&card.last_name)).unwrap_or_default();
    let name = [name, number].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
    Attachment { kind: AttachmentKind::Other, url: String::new(), name, bytes: None }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
