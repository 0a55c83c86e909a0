//! Sends through the Send API. One message of ours is one call, unless its text is too long for one.
//!
//! The parts of a long text go strictly one after another, the choices with the last. Should a later part fail, what
//! became of the message as a whole is `Unknown`: some of it is at the contact's.

use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderName, Uri};
use serde::Serialize;

use super::Network;
use super::answer::{Answer, interpret, is_with_another_app};
use super::control::Control;
use super::graph::Refused;
pub use crate::adapters::channels::graph::BadSettings;
use crate::adapters::channels::graph::{Access, Graph};
use crate::adapters::channels::http::Client;
use crate::adapters::channels::mark::Mark;
use crate::adapters::channels::{outcome, split};
use crate::domain::message::{self, Attachment, AttachmentKind, Choice};
use crate::ports::channel::{By, Courtesy, Outgoing, Outlet, SendResult};

const USAGE: HeaderName = HeaderName::from_static("x-business-use-case-usage");

/// What the operator says about a line.
#[derive(Clone)]
pub struct Settings {
    pub network: Network,
    /// Below whose name we send.
    pub sender_id: String,
    pub token: String,
    /// With it, each call proves that it is ours.
    pub app_secret: Option<String>,
    /// `https://graph.facebook.com`, or Instagram's own.
    pub api_base: String,
    /// `v26.0`
    pub api_version: String,
    pub sends_per_second: u32,
}

impl Settings {
    pub fn access(&self) -> Access {
        let (token, app_secret) = (self.token.clone(), self.app_secret.clone());
        Access { token, app_secret, api_base: self.api_base.clone(), api_version: self.api_version.clone() }
    }
}

/// The way to the contacts of one line.
pub struct MetaOutlet {
    line: Arc<Line>,
    sends_per_second: u32,
}

struct Line {
    network: Network,
    graph: Graph,
    /// Carries the proof: never to be shown.
    address: Uri,
    control: Control,
}

impl MetaOutlet {
    /// `client` is shared by all outlets; see `channels::http`.
    pub fn new(client: Client, settings: &Settings) -> Result<Self, BadSettings> {
        let graph = Graph::new(client.clone(), &settings.access())?;
        let address = graph.address(&[&settings.sender_id, "messages"], &[]);
        let address = address.map_err(|_| BadSettings::ApiBase(settings.api_base.clone()))?;
        let control = Control::new(client, settings.clone())?;
        let line = Line { network: settings.network, graph, address, control };
        Ok(Self { line: Arc::new(line), sends_per_second: settings.sends_per_second })
    }
}

impl fmt::Debug for MetaOutlet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("MetaOutlet").finish_non_exhaustive()
    }
}

impl Outlet for MetaOutlet {
    fn send(&self, message: Outgoing) -> BoxFuture<'static, SendResult> {
        let line = self.line.clone();
        async move { line.send(&message).await }.boxed()
    }

    fn calls(&self, line: &message::Line) -> u32 {
        split::calls(line, self.line.network.abilities().text)
    }

    fn sends_per_second(&self) -> u32 {
        self.sends_per_second
    }

    fn show(&self, to: &str, courtesy: Courtesy) -> Option<BoxFuture<'static, ()>> {
        let (line, body) = (self.line.clone(), super::show::body(to, &courtesy)?);
        let shown = async move {
            let (result, _) = line.post(&body).await;
            tracing::trace!(outcome = result.name(), "showed a courtesy");
        };
        Some(shown.boxed())
    }
}

impl Line {
    async fn send(&self, message: &Outgoing) -> SendResult {
        let texts = split::split(&message.line.text, self.network.abilities().text);
        let mut parts: Vec<Content> = texts.iter().map(|text| Content::Text { text }).collect();
        parts.extend(message.line.attachment.as_ref().map(Content::attached));
        let Some(last) = parts.pop() else {
            return SendResult::Permanent { reason: "there is nothing to send".into() };
        };
        for (number, part) in (1..).zip(&parts) {
            let mark = Mark { id: message.id, early_part: Some(number) };
            match self.say(&self.body(message, *part, mark, &[]), message.by).await {
                SendResult::Sent { .. } => {}
                result => return if number == 1 { result } else { outcome::halfway(result) },
            }
        }
        let mark = Mark { id: message.id, early_part: None };
        let result = self.say(&self.body(message, last, mark, &message.line.choices), message.by).await;
        if parts.is_empty() { result } else { outcome::halfway(result) }
    }

    /// One part. A person who answers takes the conversation from whichever app has it; a bot does not.
    async fn say(&self, body: &Body<'_>, by: By) -> SendResult {
        match self.post(body).await {
            (result, true) if by != By::Bot => match self.control.take(body.recipient.id).await {
                Ok(()) => self.post(body).await.0,
                Err(refused) => with_words(result, &refused),
            },
            (result, _) => result,
        }
    }

    /// What came of it, and whether another app has the conversation.
    async fn post(&self, body: &impl Serialize) -> (SendResult, bool) {
        let Ok(body) = serde_json::to_vec(body) else {
            return (SendResult::Permanent { reason: "the message cannot be written as JSON".into() }, false);
        };
        let mut elsewhere = false;
        let result = match self.graph.post_to(self.address.clone(), body).await {
            Ok(answer) => {
                elsewhere = answer.status >= 400 && is_with_another_app(&answer.body);
                interpret(&Answer {
                    network: self.network,
                    status: answer.status,
                    date: answer.header(DATE),
                    retry_after: answer.header(RETRY_AFTER),
                    usage: answer.header(USAGE),
                    body: &answer.body,
                })
            }
            Err(why) => outcome::unanswered(self.network.name(), why),
        };
        // Some of Meta's own error messages quote the token.
        (outcome::without_secret(result, &self.graph.token), elsewhere)
    }
}

/// Why it stays with the other app.
fn with_words(result: SendResult, refused: &Refused) -> SendResult {
    match result {
        SendResult::Permanent { reason } => SendResult::Permanent { reason: format!("{reason}; {refused}") },
        result => result,
    }
}

#[derive(Serialize)]
struct Body<'a> {
    recipient: Recipient<'a>,
    #[serde(flatten)]
    terms: Terms,
    message: Message<'a>,
}

/// On which of Meta's terms a message goes out.
#[derive(Serialize, Clone, Copy)]
struct Terms {
    messaging_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<&'static str>,
}

impl Terms {
    /// Only what a person wrote may go out as a person's.
    fn of(by: By) -> Self {
        match by {
            By::Person { late: true } => Self { messaging_type: "MESSAGE_TAG", tag: Some("HUMAN_AGENT") },
            By::Bot | By::Person { late: false } => Self { messaging_type: "RESPONSE", tag: None },
        }
    }
}

#[derive(Serialize)]
struct Recipient<'a> {
    id: &'a str,
}

#[derive(Serialize)]
struct Message<'a> {
    #[serde(flatten)]
    content: Content<'a>,
    metadata: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    quick_replies: Vec<QuickReply<'a>>,
}

/// One call carries words or one thing to look at.
#[derive(Serialize, Clone, Copy)]
#[serde(untagged)]
enum Content<'a> {
    Text { text: &'a str },
    Attached { attachment: Attached<'a> },
}

#[derive(Serialize, Clone, Copy)]
struct Attached<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    payload: Payload<'a>,
}

#[derive(Serialize, Clone, Copy)]
struct Payload<'a> {
    url: &'a str,
    is_reusable: bool,
}

impl<'a> Content<'a> {
    fn attached(attachment: &'a Attachment) -> Self {
        let kind = match attachment.kind {
            AttachmentKind::Image => "image",
            AttachmentKind::Audio => "audio",
            AttachmentKind::Video => "video",
            AttachmentKind::File | AttachmentKind::Other => "file",
        };
        let payload = Payload { url: &attachment.url, is_reusable: false };
        Self::Attached { attachment: Attached { kind, payload } }
    }
}

#[derive(Serialize)]
struct QuickReply<'a> {
    content_type: &'static str,
    title: String,
    payload: &'a str,
}

impl Line {
    fn body<'a>(&self, message: &'a Outgoing, content: Content<'a>, mark: Mark, choices: &'a [Choice]) -> Body<'a> {
        let menu = self.network.abilities().menu;
        if choices.len() > menu.options_max {
            let (who, shown) = (self.network.name(), menu.options_max);
            tracing::warn!(delivery = %mark, choices = choices.len(), shown, who, "not all choices can be shown");
        }
        // A choice without words would make Meta refuse the whole message.
        let shown = choices.iter().filter(|choice| !choice.label.trim().is_empty()).take(menu.options_max);
        let quick_replies = shown.map(|choice| QuickReply {
            content_type: "text",
            title: split::shorten(choice.label.trim(), menu.label_max),
            payload: &choice.id,
        });
        let content = Message { content, metadata: mark.to_string(), quick_replies: quick_replies.collect() };
        Body { recipient: Recipient { id: &message.to }, terms: Terms::of(message.by), message: content }
    }
}

#[cfg(test)]
#[path = "send_tests.rs"]
mod tests;
