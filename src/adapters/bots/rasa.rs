//! Rasa's REST channel: one message, answered by a list of messages.
//!
//! The format is that of `RestInput` and `CollectingOutputChannel` in RasaHQ/rasa, and of "REST Channel" in its
//! documentation (rasa.com/docs/rasa/connectors/your-own-website): `POST {sender, message, metadata}` answered by an
//! array of `{recipient_id, text, image, buttons: [{title, payload}], attachment, custom}`. Text with blank lines comes
//! as several messages. A hand-off has no standard there: `custom: {"handoff": true}` calls a person here.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Inner, Posted, address, success};
use crate::domain::bot::Outside;
use crate::domain::call::{Answer, Backlog, Outcome};
use crate::domain::event::Reason;
use crate::domain::message::{Attachment, AttachmentKind, Choice, Heard, Line};
use crate::ports::outside::{Call, Came, Known};

const LINES_MAX: usize = 20;
const TEXT_CHARS_MAX: usize = 10_000;
const BUTTONS_MAX: usize = 13;
/// What channels show of a button.
const TITLE_CHARS_MAX: usize = 20;
const PAYLOAD_BYTES_MAX: usize = 1_000;

#[derive(Serialize)]
struct Asked<'a> {
    sender: String,
    message: String,
    metadata: Metadata<'a>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    call: String,
    attempt: u32,
    turn: u64,
    channel: &'a str,
    account: &'a str,
    name: Option<&'a str>,
    attributes: &'a BTreeMap<String, String>,
    left_out: u32,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    image: Option<String>,
    #[serde(default)]
    buttons: Option<Vec<Button>>,
    /// An address, or something that only its own front end knows.
    #[serde(default)]
    attachment: Option<Value>,
    #[serde(default)]
    custom: Option<Value>,
}

#[derive(Deserialize)]
struct Button {
    title: String,
    #[serde(default)]
    payload: Option<String>,
}

impl Inner {
    pub(super) async fn rasa(
        &self,
        call: &Call,
        outside: &Outside,
        about: &Backlog,
        contact: &Known,
    ) -> Result<Came, String> {
        let asked = Asked {
            sender: call.id.conversation.to_string(),
            message: about
                .heard
                .iter()
                .map(|(_, heard)| message(heard, &self.settings.own_address))
                .collect::<Vec<_>>()
                .join("\n"),
            metadata: Metadata {
                call: call.id.to_string(),
                attempt: call.attempt,
                turn: call.turn,
                channel: contact.channel.as_str(),
                account: call.contact.account.as_str(),
                name: contact.name.as_deref(),
                attributes: &contact.attributes,
                left_out: about.left_out,
            },
        };
        let body = serde_json::to_vec(&asked).map_err(|error| error.to_string())?;
        let (url, bearer) = (address(&outside.url)?, outside.secret.clone());
        let posted = Posted { method: Method::POST, url, body: Some(body), bearer, sign: None };
        let answered = success(self.send(call, posted).await?)?;
        read(&answered.body).map(|answer| Came::Outcome(Outcome::Bot(answer)))
    }
}

/// A tap goes back as what the button carries, as Rasa's own front ends do it.
fn message(heard: &Heard, base: &str) -> String {
    let attached = heard.attachments.iter().map(|attachment| attachment.clone().reached_at(base).url);
    let words = heard.tap.clone().unwrap_or_else(|| heard.text.clone());
    std::iter::once(words).chain(attached).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn read(body: &[u8]) -> Result<Answer, String> {
    let said: Vec<Said> = serde_json::from_slice(body).map_err(|error| format!("its answer does not fit: {error}"))?;
    let wanted = |said: &Said| said.custom.as_ref().is_some_and(|custom| custom["handoff"] == true);
    let hand_off = said.iter().any(wanted).then(|| (Reason::Asked, String::new()));
    let lines: Vec<Line> = said.into_iter().filter_map(line).collect();
    if lines.len() > LINES_MAX {
        return Err(format!("it answered more than {LINES_MAX} messages"));
    }
    if lines.iter().any(|line| line.text.chars().count() > TEXT_CHARS_MAX) {
        return Err(format!("it answered more than {TEXT_CHARS_MAX} characters in one message"));
    }
    Ok(Answer { lines, set: Vec::new(), hand_off, end: true })
}

/// None: there is nothing in it to say.
fn line(said: Said) -> Option<Line> {
    let shown = said.image.map(|url| (AttachmentKind::Image, url));
    let other = said.attachment.as_ref().and_then(Value::as_str).map(|url| (AttachmentKind::File, url.to_owned()));
    let web = |(_, url): &(AttachmentKind, String)| url.starts_with("https://") || url.starts_with("http://");
    let attachment =
        shown.or(other).filter(web).map(|(kind, url)| Attachment { kind, url, name: String::new(), bytes: None });
    let buttons = said.buttons.unwrap_or_default();
    let choices = buttons.into_iter().take(BUTTONS_MAX).filter_map(choice).collect();
    let text = said.text.unwrap_or_default();
    (!text.trim().is_empty() || attachment.is_some()).then_some(Line { text, choices, attachment, wanted: None })
}

fn choice(button: Button) -> Option<Choice> {
    let payload = button.payload.unwrap_or_else(|| button.title.clone());
    let label: String = button.title.chars().take(TITLE_CHARS_MAX).collect();
    (!label.trim().is_empty() && payload.len() <= PAYLOAD_BYTES_MAX).then_some(Choice { id: payload, label })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_answer_is_read() {
        let body = r#"[{"recipient_id": "cv_42", "text": "Hello! How can I help?"},
          {"recipient_id": "cv_42", "text": "Choose:", "buttons": [
            {"title": "Order status", "payload": "/order_status"}, {"title": "Human", "payload": "/handoff"}]},
          {"recipient_id": "cv_42", "image": "https://files.example.org/x.png"},
          {"recipient_id": "cv_42", "custom": {"handoff": true}}]"#;
        let answer = read(body.as_bytes()).expect("an answer");
        let texts: Vec<&str> = answer.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["Hello! How can I help?", "Choose:", ""]);
        assert_eq!(answer.lines[1].choices[0], Choice { id: "/order_status".into(), label: "Order status".into() });
        assert_eq!(answer.lines[2].attachment.as_ref().map(|shown| shown.kind), Some(AttachmentKind::Image));
        assert_eq!(answer.hand_off, Some((Reason::Asked, String::new())));
    }

    #[test]
    fn nothing_to_say_is_an_answer_and_nonsense_is_none() {
        assert_eq!(read(b"[]").map(|answer| answer.lines.len()), Ok(0));
        for nonsense in ["", "{}", "success", "[1]", "<html>"] {
            assert!(read(nonsense.as_bytes()).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn a_tap_is_said_as_what_the_button_carries() {
        assert_eq!(message(&Heard::tap("/order_status", "Order status"), ""), "/order_status");
        assert_eq!(message(&Heard::text("hi"), ""), "hi");
    }
}
