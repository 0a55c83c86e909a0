//! Sends through the Send API. One message of ours is one call, unless its text is too long for one.
//!
//! The parts of a long text go strictly one after another, the choices with the last. Should a later part fail, what
//! became of the message as a whole is `Unknown`: some of it is at the contact's.

use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Response, Url};
use serde::Serialize;

use super::Mark;
use super::answer::{Answer, interpret};
use crate::adapters::channels::meta_signature::appsecret_proof;
use crate::adapters::channels::{http, split};
use crate::domain::message::{Attachment, AttachmentKind, Choice, Line};
use crate::ports::channel::{Outgoing, Outlet, SendResult};

/// Meta says "under 2000 characters", and not what a character is.
const TEXT_UNITS_MAX: usize = 1900;
const CHOICES_MAX: usize = 13;
const TITLE_UNITS_MAX: usize = 20;
const ANSWER_BYTES_MAX: usize = 64 * 1024;
const USAGE: HeaderName = HeaderName::from_static("x-business-use-case-usage");

/// What the operator says about a Page.
#[derive(Clone)]
pub struct Settings {
    pub page_id: String,
    pub token: String,
    /// With it, each call proves that it is ours.
    pub app_secret: Option<String>,
    /// `https://graph.facebook.com`
    pub api_base: String,
    /// `v26.0`
    pub api_version: String,
    pub sends_per_second: u32,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    #[error("“{0}” is not an http(s) address")]
    ApiBase(String),
    #[error("the access token has characters that no token has")]
    Token,
}

/// The way to the contacts of one Page.
pub struct MessengerOutlet {
    page: Arc<Page>,
    sends_per_second: u32,
}

struct Page {
    client: reqwest::Client,
    /// Carries the proof: never to be shown.
    address: Url,
    authorization: HeaderValue,
    token: String,
}

impl MessengerOutlet {
    /// `client` is shared by all outlets; see `channels::http::client`.
    pub fn new(client: reqwest::Client, settings: &Settings) -> Result<Self, BadSettings> {
        let mut authorization =
            HeaderValue::try_from(format!("Bearer {}", settings.token)).map_err(|_| BadSettings::Token)?;
        authorization.set_sensitive(true);
        let page = Page { client, address: address(settings)?, authorization, token: settings.token.clone() };
        Ok(Self { page: Arc::new(page), sends_per_second: settings.sends_per_second })
    }
}

impl fmt::Debug for MessengerOutlet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("MessengerOutlet").finish_non_exhaustive()
    }
}

impl Outlet for MessengerOutlet {
    fn send(&self, message: Outgoing) -> BoxFuture<'static, SendResult> {
        let page = self.page.clone();
        async move { page.send(&message).await }.boxed()
    }

    fn calls(&self, line: &Line) -> u32 {
        let texts = split::split(&line.text, TEXT_UNITS_MAX).len();
        (texts + usize::from(line.attachment.is_some())).try_into().unwrap_or(u32::MAX)
    }

    fn sends_per_second(&self) -> u32 {
        self.sends_per_second
    }
}

fn address(settings: &Settings) -> Result<Url, BadSettings> {
    let bad = || BadSettings::ApiBase(settings.api_base.clone());
    let mut url = Url::parse(&settings.api_base).map_err(|_| bad())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad());
    }
    url.path_segments_mut().map_err(|()| bad())?.pop_if_empty().extend([
        &settings.api_version,
        &settings.page_id,
        "messages",
    ]);
    if let Some(secret) = settings.app_secret.as_deref().filter(|secret| !secret.is_empty()) {
        url.query_pairs_mut().append_pair("appsecret_proof", &appsecret_proof(secret, &settings.token));
    }
    Ok(url)
}

impl Page {
    async fn send(&self, message: &Outgoing) -> SendResult {
        let texts = split::split(&message.line.text, TEXT_UNITS_MAX);
        let mut parts: Vec<Content> = texts.iter().map(|text| Content::Text { text }).collect();
        parts.extend(message.line.attachment.as_ref().map(Content::attached));
        let Some(last) = parts.pop() else {
            return SendResult::Permanent { reason: "there is nothing to send".into() };
        };
        for (number, part) in (1..).zip(&parts) {
            let mark = Mark { id: message.id, early_part: Some(number) };
            match self.post(&Body::new(&message.to, *part, mark, &[])).await {
                SendResult::Sent { .. } => {}
                result => return if number == 1 { result } else { halfway(result) },
            }
        }
        let result = self
            .post(&Body::new(&message.to, last, Mark { id: message.id, early_part: None }, &message.line.choices))
            .await;
        if parts.is_empty() { result } else { halfway(result) }
    }

    async fn post(&self, body: &Body<'_>) -> SendResult {
        let Ok(body) = serde_json::to_vec(body) else {
            return SendResult::Permanent { reason: "the message cannot be written as JSON".into() };
        };
        let request = self.client.post(self.address.clone()).header(AUTHORIZATION, self.authorization.clone());
        let result = match request.header(CONTENT_TYPE, "application/json").body(body).send().await {
            Ok(response) => read_answer(response).await,
            Err(error) => unanswered(error),
        };
        self.without_token(result)
    }

    /// Some of Meta's own error messages quote the token.
    fn without_token(&self, mut result: SendResult) -> SendResult {
        match &mut result {
            SendResult::NotSent { reason, .. }
            | SendResult::Permanent { reason }
            | SendResult::AccountRefused { reason }
            | SendResult::Unknown { reason }
                if !self.token.is_empty() =>
            {
                *reason = reason.replace(&self.token, "…");
            }
            _ => {}
        }
        result
    }
}

/// A failure after some of the message went out.
fn halfway(result: SendResult) -> SendResult {
    match result {
        SendResult::Sent { .. } => result,
        SendResult::NotSent { reason, .. }
        | SendResult::Permanent { reason }
        | SendResult::AccountRefused { reason }
        | SendResult::Unknown { reason } => {
            SendResult::Unknown { reason: format!("only the beginning went out: {reason}") }
        }
    }
}

async fn read_answer(response: Response) -> SendResult {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    // A body that breaks off is as good as what came of it: the status still counts.
    let body = http::body(response, ANSWER_BYTES_MAX).await.unwrap_or_default();
    let header = |name: HeaderName| text(&headers, &name);
    interpret(&Answer {
        status,
        date: header(DATE),
        retry_after: header(RETRY_AFTER),
        usage: header(USAGE),
        body: &body,
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// No answer at all. Only if there never was a connection did the message certainly stay here.
fn unanswered(error: reqwest::Error) -> SendResult {
    let error = error.without_url();
    if error.is_builder() {
        return SendResult::Permanent { reason: format!("the call cannot be made: {}", causes(&error)) };
    }
    if error.is_connect() {
        return SendResult::NotSent {
            after: None,
            account_wide: true,
            reason: format!("Messenger cannot be reached: {}", causes(&error)),
        };
    }
    let what = if error.is_timeout() {
        "Messenger did not answer in time"
    } else {
        "the connection broke before Messenger answered"
    };
    SendResult::Unknown { reason: format!("{what}: {}", causes(&error)) }
}

/// The error and what is behind it: the first alone says little.
fn causes(error: &reqwest::Error) -> String {
    let chain = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[derive(Serialize)]
struct Body<'a> {
    recipient: Recipient<'a>,
    messaging_type: &'static str,
    message: Message<'a>,
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

impl<'a> Body<'a> {
    fn new(to: &'a str, content: Content<'a>, mark: Mark, choices: &'a [Choice]) -> Self {
        if choices.len() > CHOICES_MAX {
            tracing::warn!(delivery = %mark, choices = choices.len(), "messenger shows {CHOICES_MAX} choices; the others are not shown");
        }
        // A choice without words would make Meta refuse the whole message.
        let shown = choices.iter().filter(|choice| !choice.label.trim().is_empty()).take(CHOICES_MAX);
        let quick_replies = shown.map(|choice| QuickReply {
            content_type: "text",
            title: split::shorten(choice.label.trim(), TITLE_UNITS_MAX),
            payload: &choice.id,
        });
        let message = Message { content, metadata: mark.to_string(), quick_replies: quick_replies.collect() };
        Self { recipient: Recipient { id: to }, messaging_type: "RESPONSE", message }
    }
}

#[cfg(test)]
#[path = "send_tests.rs"]
mod tests;
