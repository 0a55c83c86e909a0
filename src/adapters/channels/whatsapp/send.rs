//! Sends by the Cloud API. One message of ours is one call, unless its text is too long for one or something goes with it
//! that cannot carry it: WhatsApp wants few bubbles, and counts them.

use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::{DATE, RETRY_AFTER};
use serde_json::{Value, json};

use super::answer::{Answer, interpret};
use super::settings::{BadSettings, Graph, Settings};
use super::{BUTTON_ID_BYTES_MAX, ROW_ID_BYTES_MAX, callback};
use crate::adapters::channels::http::Client;
use crate::adapters::channels::mark::Mark;
use crate::adapters::channels::{buttons, numbered, outcome, split};
use crate::domain::abilities::{Abilities, TextLimit, Unit};
use crate::domain::account::Channel;
use crate::domain::message::{Attachment, AttachmentKind, Choice, Line};
use crate::domain::template::Filled;
use crate::ports::channel::{Courtesy, Outgoing, Outlet, SendResult};

/// Under a picture, and above buttons.
const SHORT: TextLimit = TextLimit { max: 1024, unit: Unit::Utf16 };
const BUTTONS_MAX: usize = 3;
const BUTTON_TITLE_MAX: usize = 20;
const ROW_TITLE_MAX: usize = 24;
const ROW_WORDS_MAX: usize = 72;

fn abilities() -> &'static Abilities {
    Channel::WhatsApp.abilities()
}

/// The way to the contacts of one phone number.
pub struct WhatsAppOutlet {
    number: Arc<Number>,
    sends_per_second: u32,
}

struct Number {
    graph: Graph,
    id: String,
    menu_button: String,
}

impl fmt::Debug for WhatsAppOutlet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("WhatsAppOutlet").finish_non_exhaustive()
    }
}

impl WhatsAppOutlet {
    /// `client` is shared by all outlets; see `channels::http`.
    pub fn new(client: Client, settings: &Settings) -> Result<Self, BadSettings> {
        let (id, menu_button) = (settings.phone_number_id.clone(), settings.menu_button.clone());
        let number = Number { graph: Graph::new(client, &settings.access())?, id, menu_button };
        Ok(Self { number: Arc::new(number), sends_per_second: settings.sends_per_second })
    }
}

impl Outlet for WhatsAppOutlet {
    fn send(&self, message: Outgoing) -> BoxFuture<'static, SendResult> {
        let number = self.number.clone();
        async move {
            let parts = match &message.template {
                Some(filled) => vec![template(filled)],
                None => parts(&message.line, &number.menu_button),
            };
            let last = parts.len();
            let bodies = (1..).zip(parts).map(|(place, part)| {
                let early_part = (place < last).then_some(u32::try_from(place).unwrap_or(u32::MAX));
                body(&message, part, Mark { id: message.id, early_part })
            });
            let post = |body| number.clone().post(body, message.attempt).boxed();
            outcome::in_order(bodies.collect(), post).await
        }
        .boxed()
    }

    fn calls(&self, line: &Line) -> u32 {
        parts(line, &self.number.menu_button).len().try_into().unwrap_or(u32::MAX)
    }

    fn sends_per_second(&self) -> u32 {
        self.sends_per_second
    }

    fn shows_at_a_message(&self) -> bool {
        true
    }

    fn show(&self, _: &str, courtesy: Courtesy) -> Option<BoxFuture<'static, ()>> {
        let Courtesy::Read { message, types } = courtesy else { return None };
        let number = self.number.clone();
        let shown = async move {
            let result = number.graph.post(&[&number.id, "messages"], &[], &read(&message, types)).await;
            tracing::trace!(status = result.map_or(0, |answer| answer.status), "showed a courtesy");
        };
        Some(shown.boxed())
    }
}

impl Number {
    async fn post(self: Arc<Self>, body: Value, attempt: u32) -> SendResult {
        let result = match self.graph.post(&[&self.id, "messages"], &[], &body).await {
            Ok(answer) => interpret(&Answer {
                status: answer.status,
                date: answer.header(DATE),
                retry_after: answer.header(RETRY_AFTER),
                body: &answer.body,
                attempt,
            }),
            Err(why) => outcome::unanswered("WhatsApp", why),
        };
        // Some of Meta's own error messages quote the token.
        outcome::without_secret(result, &self.graph.token)
    }
}

fn body(message: &Outgoing, mut part: Value, mark: Mark) -> Value {
    part["messaging_product"] = json!("whatsapp");
    part["recipient_type"] = json!("individual");
    part[if is_user_id(&message.to) { "recipient" } else { "to" }] = json!(message.to);
    part["biz_opaque_callback_data"] = json!(callback(mark, &message.to));
    part
}

/// An id for this business begins with a country: `US.1349…`; a number is nothing but digits.
fn is_user_id(contact: &str) -> bool {
    contact.split_once('.').is_some_and(|(country, _)| country.len() == 2)
}

/// What was read; that somebody writes is shown until we answer, or for about twenty-five seconds.
fn read(message: &str, types: bool) -> Value {
    let mut body = json!({"messaging_product": "whatsapp", "status": "read", "message_id": message});
    if types {
        body["typing_indicator"] = json!({"type": "text"});
    }
    body
}

/// What goes out for a line, in its order.
fn parts(line: &Line, menu_button: &str) -> Vec<Value> {
    let shown: Vec<(usize, &Choice)> =
        line.choices.iter().enumerate().filter(|(_, choice)| !choice.label.trim().is_empty()).collect();
    if shown.is_empty() || shown.len() > abilities().menu.options_max {
        // Numbers count every choice, as the bot does.
        let numbered = numbered::text(&Line { attachment: None, ..line.clone() }, false);
        return plain(&numbered, line.attachment.as_ref());
    }
    let mut texts = split::split(&line.text, abilities().text);
    if let Some(last) = texts.pop() {
        texts.extend(split::split(&last, SHORT));
    }
    let words = texts.pop().unwrap_or_else(|| menu_button.to_owned());
    let before = texts.into_iter().map(text).chain(line.attachment.as_ref().map(|it| attached(it, "")));
    before.chain([menu(&words, &shown, menu_button)]).collect()
}

fn plain(words: &str, attachment: Option<&Attachment>) -> Vec<Value> {
    let mut texts = split::split(words, abilities().text);
    let Some(attachment) = attachment else { return texts.into_iter().map(text).collect() };
    // One bubble, if it can carry the words.
    let carries = attachment.kind != AttachmentKind::Audio && texts.len() == 1;
    let caption = texts.pop_if(|text| carries && SHORT.unit.count(text) <= SHORT.max).unwrap_or_default();
    texts.into_iter().map(text).chain([attached(attachment, &caption)]).collect()
}

fn template(Filled { name, language, values }: &Filled) -> Value {
    let values: Vec<Value> = values.iter().map(|value| json!({"type": "text", "text": value})).collect();
    let mut template = json!({"name": name, "language": {"code": language}});
    if !values.is_empty() {
        template["components"] = json!([{"type": "body", "parameters": values}]);
    }
    json!({"type": "template", "template": template})
}

fn text(text: String) -> Value {
    json!({"type": "text", "text": {"body": text, "preview_url": false}})
}

fn attached(attachment: &Attachment, caption: &str) -> Value {
    let kind = match attachment.kind {
        AttachmentKind::Image => "image",
        AttachmentKind::Audio => "audio",
        AttachmentKind::Video => "video",
        AttachmentKind::File | AttachmentKind::Other => "document",
    };
    let mut part = json!({"type": kind, kind: {"link": attachment.url}});
    if !caption.is_empty() {
        part[kind]["caption"] = json!(caption);
    }
    if kind == "document" && !attachment.name.trim().is_empty() {
        part[kind]["filename"] = json!(attachment.name);
    }
    part
}

/// Up to three choices are buttons, if these can be told apart; more are a list.
fn menu(words: &str, shown: &[(usize, &Choice)], menu_button: &str) -> Value {
    let titles: Vec<String> =
        shown.iter().map(|(_, choice)| split::shorten(choice.label.trim(), BUTTON_TITLE_MAX)).collect();
    let alike = (1..titles.len()).any(|place| titles[..place].contains(&titles[place]));
    let interactive = match shown.len() <= BUTTONS_MAX && !alike {
        true => {
            let ids = ids(shown, BUTTON_ID_BYTES_MAX);
            let button = |(id, title)| json!({"type": "reply", "reply": {"id": id, "title": title}});
            let buttons: Vec<Value> = ids.into_iter().zip(titles).map(button).collect();
            json!({"type": "button", "body": {"text": words}, "action": {"buttons": buttons}})
        }
        false => {
            let rows = ids(shown, ROW_ID_BYTES_MAX).into_iter().zip(shown).map(|(id, (_, choice))| row(id, choice));
            let rows: Vec<Value> = rows.collect();
            let button = split::shorten(menu_button, BUTTON_TITLE_MAX);
            json!({"type": "list", "body": {"text": words},
                "action": {"button": button, "sections": [{"title": button, "rows": rows}]}})
        }
    };
    json!({"type": "interactive", "interactive": interactive})
}

/// A title that is too long is said in full below.
fn row(id: String, choice: &Choice) -> Value {
    let label = choice.label.trim();
    let title = split::shorten(label, ROW_TITLE_MAX);
    match title == label {
        true => json!({"id": id, "title": title}),
        false => json!({"id": id, "title": title, "description": split::shorten(label, ROW_WORDS_MAX)}),
    }
}

/// No two alike, as WhatsApp demands.
fn ids(shown: &[(usize, &Choice)], bytes_max: usize) -> Vec<String> {
    let twice = |id: &str| shown.iter().filter(|(_, choice)| choice.id == id).count() > 1;
    let id = |(place, choice): &(usize, &Choice)| {
        buttons::data(*place, if twice(&choice.id) { "" } else { &choice.id }, bytes_max)
    };
    shown.iter().map(id).collect()
}

#[cfg(test)]
#[path = "send_tests.rs"]
mod tests;
