//! Reads a webhook's body, each event by itself, so that a poisoned one does no harm to its neighbours.

use serde_json::value::RawValue;
use xxhash_rust::xxh3::xxh3_128;

use super::attachments::{attachments, story, unsupported};
use super::changes;
use super::shapes::{Change, Control, Delivery, Entry, Envelope, Event, Message, Postback, Read, Referral};
use super::{Batch, Inbound, NotUnderstood, Origin, Unknown};
use crate::adapters::channels::files::in_words;
use crate::adapters::channels::lenient::{Moment, Word, id, mend_surrogates, text};
use crate::adapters::channels::mark::Mark;
use crate::domain::command::Command;
use crate::domain::event::Receipt;
use crate::domain::message::Heard;
use crate::domain::time::Timestamp;

/// Beyond this the body is kept raw, as one unknown.
const EVENTS_MAX: usize = 1000;

const NOT_READABLE: &str = "not readable";

/// What a verified body says. Never panics, whatever the body.
pub fn read(body: &[u8]) -> Result<Batch, NotUnderstood> {
    let body = String::from_utf8_lossy(body);
    let mut reader = Reader::default();
    match serde_json::from_str::<Envelope<Entry>>(&body) {
        Ok(envelope) => reader.envelope(envelope, Reader::entry)?,
        // Perhaps only one entry is odd.
        Err(_) => {
            let envelope = serde_json::from_str::<Envelope<&RawValue>>(&body);
            reader.envelope(envelope.map_err(|error| NotUnderstood(error.to_string()))?, Reader::raw_entry)?;
        }
    }
    if reader.events > EVENTS_MAX {
        reader.batch.unknown.push(Unknown { reason: "too many events", raw: body.into_owned() });
    }
    Ok(reader.batch)
}

/// What is ours to do about an event.
#[derive(Clone, Copy)]
enum Role {
    Answers,
    /// Another app has the conversation, and we only hear of it.
    StandsBy,
}

impl Role {
    fn of(self, command: Command) -> Command {
        match (self, command) {
            (Role::StandsBy, Command::Hear { heard, provider_id, provider_at, .. }) => {
                Command::Overhear { heard, provider_id, provider_at }
            }
            (_, command) => command,
        }
    }
}

#[derive(Default)]
struct Reader {
    batch: Batch,
    events: usize,
}

impl Reader {
    fn envelope<E>(&mut self, envelope: Envelope<E>, each: impl Fn(&mut Self, E)) -> Result<(), NotUnderstood> {
        match (envelope.entry, envelope.value) {
            (Some(entries), _) => entries.into_iter().for_each(|entry| each(self, entry)),
            (None, Some(value)) => self.event(value, None, Role::Answers),
            (None, None) => return Err(NotUnderstood("it has no entries".into())),
        }
        Ok(())
    }

    fn raw_entry(&mut self, raw: &RawValue) {
        let mended = mend_surrogates(raw.get());
        match serde_json::from_str::<Entry>(mended.as_deref().unwrap_or(raw.get())) {
            Ok(entry) => self.entry(entry),
            Err(_) => self.unknown(NOT_READABLE, raw),
        }
    }

    fn entry(&mut self, entry: Entry) {
        let page = entry.id.as_ref().map(|id| &*id.0);
        for event in entry.messaging.into_iter().flatten() {
            self.event(event, page, Role::Answers);
        }
        for event in entry.standby.into_iter().flatten() {
            self.event(event, page, Role::StandsBy);
        }
        for change in entry.changes.into_iter().flatten() {
            match serde_json::from_str::<Change>(change.get()) {
                Ok(Change { value }) => self.event(value, page, Role::Answers),
                Err(_) => self.unknown("change", change),
            }
        }
    }

    fn event(&mut self, raw: &RawValue, page: Option<&str>, role: Role) {
        if self.events >= EVENTS_MAX {
            self.events += 1;
            return;
        }
        match read_event(raw.get(), page, role) {
            Ok(inbound) => {
                self.events += 1;
                self.batch.inbound.push(inbound);
            }
            Err(reason) => self.unknown(reason, raw),
        }
    }

    fn unknown(&mut self, reason: &'static str, raw: &RawValue) {
        self.events += 1;
        if self.events <= EVENTS_MAX {
            self.batch.unknown.push(Unknown { reason, raw: raw.get().to_owned() });
        }
    }
}

fn read_event(raw: &str, page: Option<&str>, role: Role) -> Result<Inbound, &'static str> {
    if let Ok(event) = serde_json::from_str::<Event>(raw) {
        return understand(raw, event, page, role);
    }
    let mended = mend_surrogates(raw).ok_or(NOT_READABLE)?;
    let event = serde_json::from_str::<Event>(&mended).map_err(|_| NOT_READABLE)?;
    understand(raw, event, page, role)
}

fn understand(raw: &str, event: Event, page: Option<&str>, role: Role) -> Result<Inbound, &'static str> {
    let Event { sender, recipient, timestamp, message, postback, message_edit, reaction, delivery, read, .. } = event;
    let Event { referral, pass_thread_control, take_thread_control, .. } = event;
    let sender = id(sender.and_then(|party| party.id))?;
    let recipient = id(recipient.and_then(|party| party.id))?;
    let at = timestamp.and_then(|Moment(at)| at);
    // The Page speaks: an echo, even if nothing says so.
    let by_page = sender.is_some() && sender.as_deref() == page;
    let is_echo = by_page || message.as_ref().is_some_and(|message| message.is_echo == Some(true));
    let (our_side, person) = if is_echo { (sender, recipient) } else { (recipient, sender) };
    let come = || referred(referral).ok_or_else(|| kind(raw));
    let (key, origin, command) = match (message, postback, delivery, read) {
        (Some(message), ..) if is_echo => echo(message)?,
        (Some(message), ..) => hear(raw, message, at)?,
        _ if is_echo => return Err("from the page"),
        (_, Some(postback), ..) => tap(raw, postback, at, role)?,
        (_, _, Some(delivery), _) => (None, None, delivered(delivery)?),
        (_, _, _, Some(read)) => (None, None, seen(read)?),
        _ => match (message_edit, reaction, pass_thread_control, take_thread_control) {
            (Some(edit), ..) => changes::edited(edit, at)?,
            (_, Some(reaction), ..) => changes::reacted(reaction, at)?,
            (.., Some(passed), _) => moved(raw, passed, true, at)?,
            (.., Some(taken)) => moved(raw, taken, false, at)?,
            _ => came_by(raw, come()?, at),
        },
    };
    let line_id = page.filter(|page| !page.is_empty()).map(str::to_owned).or(our_side).ok_or("no page")?;
    let person_id = person.ok_or("no person")?;
    Ok(Inbound { line_id, person_id, key, origin, command: role.of(command) })
}

pub(super) type Understood = (Option<String>, Option<Origin>, Command);

fn hear(raw: &str, message: Message, at: Option<Timestamp>) -> Result<Understood, &'static str> {
    let mid = id(message.mid)?;
    if message.is_deleted == Some(true) {
        return changes::deleted(mid, at);
    }
    let mut attachments = attachments(message.attachments);
    if message.is_unsupported == Some(true) {
        attachments.push(unsupported());
    }
    attachments.extend(message.reply_to.and_then(|reply_to| reply_to.story).map(story));
    let tap = message.quick_reply.and_then(|quick_reply| quick_reply.payload);
    if message.text.is_none() && message.attachments.is_none() && tap.is_none() && attachments.is_empty() {
        return Err("message without content");
    }
    let (tap, referral) = (tap.map(|payload| text(Some(payload))), referred(message.referral));
    let heard = Heard { text: text(message.text), tap, referral, attachments };
    Ok((key(mid.as_deref(), raw, at), None, Command::Hear { heard, provider_id: mid, provider_at: at, name: None }))
}

/// A tap on a button. Without its payload the button is another app's, and so is the answer.
fn tap(raw: &str, postback: Postback, at: Option<Timestamp>, role: Role) -> Result<Understood, &'static str> {
    let tap = match (postback.payload, role) {
        (Some(payload), _) => Some(text(Some(payload))),
        (None, Role::StandsBy) => None,
        (None, Role::Answers) => return Err("postback without payload"),
    };
    let mid = id(postback.mid)?;
    let heard = Heard { tap, referral: referred(postback.referral), ..Heard::text(text(postback.title)) };
    Ok((key(mid.as_deref(), raw, at), None, Command::Hear { heard, provider_id: mid, provider_at: at, name: None }))
}

/// The contact, who has been here before, came by a link, and has said nothing yet.
fn came_by(raw: &str, word: String, at: Option<Timestamp>) -> Understood {
    let heard = Heard { referral: Some(word), ..Heard::default() };
    (key(None, raw, at), None, Command::Hear { heard, provider_id: None, provider_at: at, name: None })
}

/// The new owner hears that it was passed to them, the old one that it was taken from them: so `ours` says how it looks
/// to who does not know our app.
fn moved(raw: &str, control: Control, ours: bool, at: Option<Timestamp>) -> Result<Understood, &'static str> {
    let origin = Origin { mark: None, app_id: id(control.new_owner_app_id)? };
    Ok((key(None, raw, at), Some(origin), Command::ThreadMoved { ours, by: None }))
}

fn referred(referral: Option<Referral>) -> Option<String> {
    Some(text(referral?.word)).filter(|word| !word.is_empty())
}

fn echo(message: Message) -> Result<Understood, &'static str> {
    if message.is_deleted == Some(true) {
        return Err("deletion");
    }
    let provider_id = id(message.mid)?.ok_or("echo without mid")?;
    let mark = message.metadata.and_then(|metadata| Mark::parse(&metadata.0));
    let origin = Origin { mark, app_id: id(message.app_id)? };
    let mut text = text(message.text);
    if text.is_empty() {
        text = self::text(Some(Word(in_words(&attachments(message.attachments)).into())));
    }
    Ok((Some(format!("in:{provider_id}")), Some(origin), Command::Echo { of: None, provider_id, text }))
}

fn delivered(delivery: Delivery) -> Result<Command, &'static str> {
    let mids = delivery.mids.unwrap_or_default().into_iter().map(|mid| id(Some(mid)));
    let provider_ids = mids.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()?;
    acknowledge(Receipt::Delivered, provider_ids, delivery.watermark)
}

fn seen(read: Read) -> Result<Command, &'static str> {
    acknowledge(Receipt::Read, id(read.mid)?.into_iter().collect(), read.watermark)
}

fn acknowledge(
    receipt: Receipt,
    provider_ids: Vec<String>,
    watermark: Option<Moment>,
) -> Result<Command, &'static str> {
    let watermark = watermark.and_then(|Moment(at)| at);
    if provider_ids.is_empty() && watermark.is_none() {
        return Err("receipt of nothing");
    }
    Ok(Command::Acknowledge { receipt, provider_ids, watermark })
}

/// Sameness is decided by the provider's name for the message. Old postbacks have none: then by their every byte, as
/// long as these tell when it happened.
fn key(mid: Option<&str>, raw: &str, at: Option<Timestamp>) -> Option<String> {
    match mid {
        Some(mid) => Some(format!("in:{mid}")),
        None => at.map(|_| format!("in:#{:032x}", xxh3_128(raw.as_bytes()))),
    }
}

/// What an event we have no use for is about.
fn kind(raw: &str) -> &'static str {
    const KINDS: [&str; 8] = [
        "referral",
        "optin",
        "request_thread_control",
        "app_roles",
        "account_linking",
        "policy_enforcement",
        "policy-enforcement",
        "response_feedback",
    ];
    let event: serde_json::Map<String, serde_json::Value> = serde_json::from_str(raw).unwrap_or_default();
    KINDS.into_iter().find(|kind| event.contains_key(*kind)).unwrap_or("of an unknown kind")
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "read_elsewhere_tests.rs"]
mod elsewhere_tests;

#[cfg(test)]
#[path = "read_fields_tests.rs"]
mod fields;
