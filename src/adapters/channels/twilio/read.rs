//! Reads the fields of a request that was signed: a message of a contact, or what became of one of ours. Pure.

use super::errors::{Meaning, meaning};
use super::signature::Fields;
use crate::adapters::channels::lenient::{ID_BYTES_MAX, TEXT_CHARACTERS_MAX, cut, is_link, without_nul};
use crate::domain::command::{Command, ProviderWord};
use crate::domain::message::{Attachment, AttachmentKind, Heard};

/// Twilio sends ten at most.
const MEDIA_MAX: usize = 100;

/// What one request is about.
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    /// A contact wrote.
    Said { from: String, key: String, command: Command },
    /// One of our messages came further, or did not.
    Status { to: String, message: String, status: Status },
}

#[derive(Debug, PartialEq, Eq)]
pub enum Status {
    /// It is on its way: it was accepted, whatever we were told.
    Accepted,
    Delivered,
    Read,
    Lost {
        reason: String,
        opted_out: bool,
    },
}

/// Our side of the line.
pub struct Ours<'a> {
    pub account_sid: &'a str,
    pub number: Option<&'a str>,
}

/// Why a request that was signed says nothing to us. One of few, so that it can be counted by.
pub type Unread = &'static str;

pub fn read(fields: &Fields<'_>, ours: &Ours<'_>) -> Result<Told, Unread> {
    let form = Form(fields);
    if form.get("AccountSid").is_some_and(|sid| sid != ours.account_sid) {
        return Err("another account");
    }
    let message = form.id("MessageSid").or_else(|| form.id("SmsMessageSid")).or_else(|| form.id("SmsSid"));
    let message = message.ok_or("no message sid")?;
    match form.get("MessageStatus") {
        Some(status) => told_of(&form, message, status),
        None => said(&form, message, ours),
    }
}

fn said(form: &Form<'_>, message: String, ours: &Ours<'_>) -> Result<Told, Unread> {
    let from = form.id("From").ok_or("no sender")?;
    if from.contains(':') {
        return Err("another channel");
    }
    // Answering ourselves would never end.
    if ours.number == Some(from.as_str()) || form.get("To") == Some(from.as_str()) {
        return Err("from ourselves");
    }
    let text = form.text("Body");
    let attachments = form.media();
    if text.trim().is_empty() && attachments.is_empty() {
        return Err("message without content");
    }
    let (key, provider_id) = (format!("in:{message}"), Some(message));
    let command = match word(form.get("OptOutType"), &text).filter(|_| attachments.is_empty()) {
        Some(word) => Command::TellProvider { word, text, provider_id },
        None => {
            let tap = form.get("ButtonPayload").map(str::to_owned);
            let heard = Heard { text, tap, referral: None, attachments };
            Command::Hear { heard, provider_id, provider_at: None, name: form.name() }
        }
    };
    Ok(Told::Said { from, key, command })
}

/// The words that Twilio acts on by itself: the whole message, whatever its capitals and the space around it. With Advanced
/// Opt-Out it says which; without, these are the words for long codes.
fn word(said: Option<&str>, text: &str) -> Option<ProviderWord> {
    match said {
        Some("STOP") => return Some(ProviderWord::Stop),
        Some("START") => return Some(ProviderWord::Start),
        Some("HELP") => return Some(ProviderWord::Help),
        _ => {}
    }
    match text.trim().to_ascii_uppercase().as_str() {
        "STOP" | "STOPALL" | "UNSUBSCRIBE" | "CANCEL" | "END" | "QUIT" | "REVOKE" | "OPTOUT" => {
            Some(ProviderWord::Stop)
        }
        "START" | "UNSTOP" => Some(ProviderWord::Start),
        "YES" => Some(ProviderWord::Yes),
        "HELP" | "INFO" => Some(ProviderWord::Help),
        _ => None,
    }
}

fn told_of(form: &Form<'_>, message: String, status: &str) -> Result<Told, Unread> {
    let to = form.id("To").ok_or("no recipient")?;
    let status = match status {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" => Status::Accepted,
        "delivered" => Status::Delivered,
        "read" => Status::Read,
        "undelivered" | "failed" | "canceled" => lost(form, status),
        _ => return Err("of an unknown status"),
    };
    Ok(Told::Status { to, message, status })
}

fn lost(form: &Form<'_>, status: &str) -> Status {
    let code = form.get("ErrorCode").and_then(|code| code.parse::<u32>().ok());
    let words = match code.map(meaning) {
        Some(Meaning::Account(words) | Meaning::Final(words)) => words,
        Some(Meaning::OptedOut) => "the contact has opted out",
        Some(Meaning::Busy) => "Twilio had too much to send",
        Some(Meaning::Unknown) | None => "it did not arrive",
    };
    let code_said = code.map_or_else(|| status.to_owned(), |code| format!("code {code}"));
    Status::Lost { reason: format!("{words} ({code_said})"), opted_out: code.map(meaning) == Some(Meaning::OptedOut) }
}

struct Form<'a>(&'a Fields<'a>);

impl Form<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    fn id(&self, name: &str) -> Option<String> {
        let id = self.get(name)?.trim();
        (1..=ID_BYTES_MAX).contains(&id.len()).then(|| clean(id))
    }

    fn text(&self, name: &str) -> String {
        let text = self.get(name).unwrap_or_default();
        clean(&cut(text.into(), TEXT_CHARACTERS_MAX))
    }

    fn name(&self) -> Option<String> {
        let name = clean(self.get("ProfileName")?.trim());
        Some(name.chars().take(200).collect()).filter(|name: &String| !name.is_empty())
    }

    /// However many are announced: those that are there.
    fn media(&self) -> Vec<Attachment> {
        let media = (0..MEDIA_MAX).map_while(|number| {
            let url = self.get(&format!("MediaUrl{number}"))?;
            let kind = self.get(&format!("MediaContentType{number}")).unwrap_or_default();
            Some(attachment(url, kind))
        });
        media.collect()
    }
}

fn attachment(url: &str, content_type: &str) -> Attachment {
    let kind = match content_type.split('/').next() {
        Some("image") => AttachmentKind::Image,
        Some("audio") => AttachmentKind::Audio,
        Some("video") => AttachmentKind::Video,
        _ => AttachmentKind::File,
    };
    let url = if is_link(url) { clean(url) } else { String::new() };
    let name = clean(&content_type.chars().take(100).collect::<String>());
    Attachment { kind, url, name, bytes: None }
}

fn clean(text: &str) -> String {
    without_nul(text.into()).into_owned()
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
