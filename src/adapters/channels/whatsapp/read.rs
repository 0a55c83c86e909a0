//! Reads a webhook's body, each thing in it by itself, so that a poisoned one does no harm to its neighbours.

use std::cell::RefCell;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::said::{self, Said};
use super::shapes::{Change, Entry, Envelope, Person, Value};
use super::status;
use crate::adapters::channels::lenient::{id, mend_surrogates, person};
use crate::domain::ids::AccountId;
use crate::ports::channel::{Inbound, Received, Unread};
use crate::ports::store::Contact;

/// Beyond this the body is kept raw, as one unknown.
const EVENTS_MAX: usize = 1000;
const NOT_READABLE: &str = "not readable";

/// What is ours: where our own links begin, and the numbers whose app signed, by Meta's ids for them.
pub struct Ours<'a> {
    pub base: &'a str,
    pub numbers: Vec<(&'a str, &'a AccountId)>,
}

/// What a verified body says. Never panics, whatever the body.
pub fn read(body: &Bytes, ours: &Ours<'_>) -> Received {
    let text = String::from_utf8_lossy(body);
    let mut reader = Reader { ours, received: Received::default(), events: 0 };
    match serde_json::from_str::<Envelope>(&text).ok().and_then(|envelope| envelope.entry) {
        Some(entries) => entries.into_iter().for_each(|entry| reader.entry(entry)),
        None => reader.received.unread.push(Unread { reason: "not_json", raw: body.clone() }),
    }
    if reader.events > EVENTS_MAX {
        reader.received.unread.push(Unread { reason: "too many events", raw: body.clone() });
    }
    reader.received
}

struct Reader<'a> {
    ours: &'a Ours<'a>,
    received: Received,
    events: usize,
}

impl Reader<'_> {
    fn entry(&mut self, raw: &RawValue) {
        match serde_json::from_str::<Entry>(raw.get()) {
            Ok(entry) => entry.changes.into_iter().flatten().for_each(|change| self.change(change)),
            Err(_) => self.unread(NOT_READABLE, raw),
        }
    }

    fn change(&mut self, raw: &RawValue) {
        let Ok(Change { field, value }) = serde_json::from_str(raw.get()) else {
            return self.unread(NOT_READABLE, raw);
        };
        match (kind(field.as_ref().map_or("", |field| &field.0)), value) {
            (None, Some(value)) => self.value(value, raw),
            (Some(kind), _) => self.unread(kind, raw),
            (None, None) => self.unread("change", raw),
        }
    }

    fn value(&mut self, value: Value, raw: &RawValue) {
        let Value { metadata, contacts, messages, message_echoes, statuses, errors } = value;
        let number = metadata.and_then(|metadata| id(metadata.phone_number_id).ok().flatten());
        let Some(number) = number else { return self.unread("no phone number id", raw) };
        let Some((_, account)) = self.ours.numbers.iter().find(|(ours, _)| *ours == number) else {
            return self.received.strangers.push(number);
        };
        let people = People::of(contacts.unwrap_or_default());
        let mut nothing = errors.is_none();
        let base = self.ours.base;
        for message in messages.into_iter().flatten() {
            nothing = false;
            self.one(message, |raw| said::read(&parse(raw)?, &people, account, base));
        }
        for echo in message_echoes.into_iter().flatten() {
            nothing = false;
            self.one(echo, |raw| said::echoed(&parse(raw)?, &people, account, base));
        }
        for status in statuses.into_iter().flatten() {
            nothing = false;
            self.one(status, |raw| status::read(parse(raw)?, &people, account));
        }
        self.received.namesakes.extend(people.named.into_inner());
        if let Some(errors) = errors {
            self.unread("errors", errors);
        } else if nothing {
            self.unread("change", raw);
        }
    }

    /// One message, or one status.
    fn one(&mut self, raw: &RawValue, understand: impl Fn(&str) -> Result<Said, &'static str>) {
        if self.events >= EVENTS_MAX {
            self.events += 1;
            return;
        }
        let mended = mend_surrogates(raw.get());
        match understand(mended.as_deref().unwrap_or(raw.get())) {
            Ok(said) => self.said(said, raw),
            Err(reason) => self.unread(reason, raw),
        }
    }

    fn said(&mut self, said: Said, raw: &RawValue) {
        self.events += 1;
        match said {
            Said::Done { contact, asks } => {
                let ask = |(key, command)| Inbound { contact: contact.clone(), key, command };
                self.received.asks.extend(asks.into_iter().map(ask));
            }
            Said::Heard { contact, ask: (key, command), number } => {
                let phone = number.map(|number| (contact.clone(), "phone", format!("+{number}")));
                self.received.known.extend(phone);
                self.received.asks.push(Inbound { contact, key, command });
            }
            Said::Halfway { contact, ask: (key, command), reason } => {
                self.received.asks.push(Inbound { contact, key, command });
                self.received.unread.push(Unread { reason, raw: raw.get().to_owned().into() });
            }
            Said::PassedOver(reason) => self.received.passed_over = Some(reason),
        }
    }

    fn unread(&mut self, reason: &'static str, raw: &RawValue) {
        self.events += 1;
        if self.events <= EVENTS_MAX {
            self.received.unread.push(Unread { reason, raw: raw.get().to_owned().into() });
        }
    }
}

fn parse<'a, T: Deserialize<'a>>(raw: &'a str) -> Result<T, &'static str> {
    serde_json::from_str(raw).map_err(|_| NOT_READABLE)
}

/// What a field is about that brings no messages; none for those that do.
fn kind(field: &str) -> Option<&'static str> {
    const KINDS: [&str; 8] = [
        "message_template_status_update",
        "account_update",
        "account_alerts",
        "phone_number_quality_update",
        "user_preferences",
        "history",
        "smb_app_state_sync",
        "calls",
    ];
    match field {
        "" | "messages" | "smb_message_echoes" => None,
        other => Some(KINDS.into_iter().find(|kind| *kind == other).unwrap_or("of an unknown kind")),
    }
}

/// Who is spoken of beside messages and statuses, by both of their ids.
pub struct People {
    known: Vec<Known>,
    /// Who was looked for: by Meta's id, with their number if it is known, under which they may have begun; or by the number
    /// alone, which may have been seen beside an id.
    named: RefCell<Vec<(Contact, Option<Contact>)>>,
}

#[derive(Debug, Clone, Default)]
pub struct Known {
    pub number: Option<String>,
    user: Option<String>,
    pub name: Option<String>,
}

impl People {
    fn of(contacts: Vec<&RawValue>) -> Self {
        let known = |raw: &&RawValue| {
            let mended = mend_surrogates(raw.get());
            let Person { wa_id, user_id, profile } =
                serde_json::from_str(mended.as_deref().unwrap_or(raw.get())).ok()?;
            let called = profile.and_then(|profile| profile.name.or(profile.username));
            let name = person([called.as_ref().map_or("", |word| &word.0)]);
            Some(Known { number: id(wa_id).ok()?, user: id(user_id).ok()?, name })
        };
        let known = contacts.iter().take(EVENTS_MAX).filter_map(known).collect();
        Self { known, named: RefCell::default() }
    }

    fn find(&self, number: Option<&str>, user: Option<&str>) -> Option<&Known> {
        let same = |known: &&Known| {
            (user.is_some() && known.user.as_deref() == user) || (number.is_some() && known.number.as_deref() == number)
        };
        self.known.iter().find(same)
    }

    /// The contact that messages and statuses name so, and what is known of them. Meta's id for them counts before their
    /// number, which may be hidden one day. A status may name nobody: then it is about the only one there is.
    pub fn contact(
        &self,
        account: &AccountId,
        number: Option<String>,
        user: Option<String>,
    ) -> Option<(Contact, Known)> {
        let named = number.is_some() || user.is_some();
        let only = self.known.first().filter(|_| !named && self.known.len() == 1);
        let mut known = self.find(number.as_deref(), user.as_deref()).or(only).cloned().unwrap_or_default();
        known.number = number.or(known.number);
        let Some(user) = user.or(known.user.clone()) else {
            let contact = Contact::of(account, known.number.as_ref()?);
            self.named.borrow_mut().push((contact.clone(), None));
            return Some((contact, known));
        };
        let contact = Contact::of(account, &user);
        let before = known.number.as_ref().map(|number| Contact::of(account, number));
        self.named.borrow_mut().push((contact.clone(), before));
        Some((contact, known))
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "read_fields_tests.rs"]
mod fields;
