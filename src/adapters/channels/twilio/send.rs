//! Sends by Twilio's REST interface. One message of ours is one call, unless its text is too long for one.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Uri};
use url::Url;

use super::answer::{Answer, interpret};
use super::{MARK, STATUS};
use crate::adapters::channels::http::{self as provider, Client};
use crate::adapters::channels::mark::Mark;
use crate::adapters::channels::{numbered, outcome, split};
use crate::domain::account::Channel;
use crate::domain::ids::AccountId;
use crate::domain::message::Line;
use crate::domain::segments::segments;
use crate::ports::channel::{Outgoing, Outlet, SendResult};

/// What the operator says about a line.
#[derive(Clone)]
pub struct Settings {
    pub account: AccountId,
    pub account_sid: String,
    pub auth_token: String,
    /// One of these two, or both.
    pub number: Option<String>,
    pub messaging_service: Option<String>,
    /// `https://api.twilio.com`
    pub api_base: String,
    /// Under which address the world reaches us.
    pub base: String,
    pub segments_per_second: u32,
    /// How long a message may wait at Twilio, in seconds.
    pub valid_for_s: u32,
    /// Attachments go out as such, not as links.
    pub mms: bool,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    #[error("“{0}” is not an http(s) address")]
    Address(String),
    #[error("the account's SID or token has characters that none has")]
    Token,
}

/// The way to the contacts of one phone number or Messaging Service.
pub struct TwilioOutlet {
    line: Arc<Caller>,
    segments_per_second: u32,
}

struct Caller {
    client: Client,
    address: Uri,
    headers: HeaderMap,
    token: String,
    /// Where the status of each message goes; its mark is added.
    status: Url,
    /// What is the same in each call.
    fields: Vec<(&'static str, String)>,
    mms: bool,
}

impl TwilioOutlet {
    /// `client` is shared by all outlets; see `channels::http`.
    pub fn new(client: Client, settings: &Settings) -> Result<Self, BadSettings> {
        let pair = STANDARD.encode(format!("{}:{}", settings.account_sid, settings.auth_token));
        let authorization = HeaderValue::try_from(format!("Basic {pair}")).map_err(|_| BadSettings::Token)?;
        let headers = provider::headers(provider::FORM, Some(authorization));
        let sid = settings.account_sid.as_str();
        let address = url(&settings.api_base, &["2010-04-01", "Accounts", sid, "Messages.json"])?;
        let address = address.as_str().parse().map_err(|_| BadSettings::Address(settings.api_base.clone()))?;
        let status = url(&settings.base, &["webhooks", "twilio", settings.account.as_str(), STATUS])?;
        let mut fields = vec![("ValidityPeriod", settings.valid_for_s.to_string())];
        fields.extend(settings.number.clone().map(|number| ("From", number)));
        fields.extend(settings.messaging_service.clone().map(|service| ("MessagingServiceSid", service)));
        let token = settings.auth_token.clone();
        let line = Caller { client, address, headers, token, status, fields, mms: settings.mms };
        Ok(Self { line: Arc::new(line), segments_per_second: settings.segments_per_second })
    }
}

fn url(base: &str, path: &[&str]) -> Result<Url, BadSettings> {
    let bad = || BadSettings::Address(base.to_owned());
    let mut url = Url::parse(base).map_err(|_| bad())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad());
    }
    url.path_segments_mut().map_err(|()| bad())?.pop_if_empty().extend(path);
    Ok(url)
}

impl fmt::Debug for TwilioOutlet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("TwilioOutlet").finish_non_exhaustive()
    }
}

impl Outlet for TwilioOutlet {
    fn send(&self, message: Outgoing) -> BoxFuture<'static, SendResult> {
        let line = self.line.clone();
        async move { line.send(message).await }.boxed()
    }

    /// Segments, which is what carriers count.
    fn calls(&self, line: &Line) -> u32 {
        parts(line, self.line.mms).iter().map(|part| segments(part).count).sum()
    }

    fn sends_per_second(&self) -> u32 {
        self.segments_per_second
    }
}

fn parts(line: &Line, mms: bool) -> Vec<String> {
    let mut parts = split::split(&numbered::text(line, !mms), Channel::Sms.abilities().text);
    // A picture without a word.
    if parts.is_empty() && mms && line.attachment.is_some() {
        parts.push(String::new());
    }
    parts
}

impl Caller {
    async fn send(self: Arc<Self>, message: Outgoing) -> SendResult {
        let texts = parts(&message.line, self.mms);
        let last = texts.len();
        let marked = texts.into_iter().zip(1..).map(|(text, number)| {
            let early_part = (number < last).then_some(u32::try_from(number).unwrap_or(u32::MAX));
            (text, Mark { id: message.id, early_part })
        });
        let media = message.line.attachment.as_ref().filter(|_| self.mms).map(|attachment| attachment.url.clone());
        let post = |(text, mark): (String, Mark)| {
            let media = media.clone().filter(|_| mark.is_last());
            let body = self.body(&message.to, &text, mark, media);
            let caller = self.clone();
            async move { caller.post(body).await }.boxed()
        };
        outcome::in_order(marked.collect(), post).await
    }

    fn body(&self, to: &str, text: &str, mark: Mark, media: Option<String>) -> String {
        let mut status = self.status.clone();
        status.query_pairs_mut().append_pair(MARK, &mark.to_string());
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("To", to).append_pair("StatusCallback", status.as_str());
        form.extend_pairs(&self.fields);
        if !text.is_empty() {
            form.append_pair("Body", text);
        }
        if let Some(media) = media {
            form.append_pair("MediaUrl", &media);
        }
        form.finish()
    }

    async fn post(&self, body: String) -> SendResult {
        let result = match self.client.post(self.address.clone(), self.headers.clone(), body.into_bytes()).await {
            Ok(answer) => interpret(&Answer {
                status: answer.status,
                date: answer.header(DATE),
                retry_after: answer.header(RETRY_AFTER),
                body: &answer.body,
            }),
            Err(why) => outcome::unanswered("Twilio", why),
        };
        outcome::without_secret(result, &self.token)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::domain::segments::{Segments, segments};

    #[test]
    fn the_vectors_of_segments_are_counted() {
        let file: Value = serde_json::from_str(include_str!("../../../../tests/vectors/sms_segments.json")).unwrap();
        let cases = file["cases"].as_array().unwrap();
        for case in cases {
            let Segments { encoding, count } = segments(case["input"]["text"].as_str().unwrap());
            let expected = &case["expected"];
            let expected = (expected["encoding"].as_str().unwrap(), expected["segments"].as_u64().unwrap());
            assert_eq!((encoding.name(), u64::from(count)), expected, "{}", case["id"]);
        }
        assert_eq!(cases.len(), 15);
    }
}
