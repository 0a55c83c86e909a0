//! Others' systems over HTTP: an operator's own, outside bots that speak our protocol, and Rasa.
//!
//! Every call goes through [`guard`]: only to public hosts over TLS unless the operator trusts the host, never after a
//! redirect, with a bounded answer, and with few at a time.

pub mod guard;
pub mod lanes;
mod ours;
mod rasa;
pub mod request;
pub mod sign;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};
use url::Url;

use self::guard::Guard;
use self::lanes::Lanes;
use self::sign::Signer;
use crate::domain::bot::Protocol;
use crate::domain::call::Outcome;
use crate::ports::clock::Clock;
use crate::ports::outside::{Call, Callee, Came, What};
use crate::wire::addresses::names;

/// What the configuration says about calls.
pub struct Settings {
    /// Hosts, with a port or without, that may be private or speak without TLS.
    pub trusted_hosts: Vec<String>,
    pub calls_max: usize,
    pub calls_per_host_max: usize,
    pub calls_per_second: u32,
    pub answer_bytes_max: usize,
    pub secrets: HashMap<String, Key>,
    /// How outside bots reach us.
    pub own_address: String,
}

/// A secret, and where it may go.
#[derive(Clone)]
pub struct Key {
    pub value: String,
    pub hosts: Vec<String>,
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a secret for {}", self.hosts.join(", "))
    }
}

/// All that can be asked over HTTP.
pub struct Callees(Arc<Inner>);

struct Inner {
    settings: Settings,
    guard: Guard,
    lanes: Lanes,
    clock: Arc<dyn Clock>,
}

impl Callees {
    /// Made on the runtime it will be used on.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> reqwest::Result<Self> {
        let guard = Guard::new(&settings.trusted_hosts)?;
        let lanes = Lanes::new(settings.calls_max, settings.calls_per_host_max, settings.calls_per_second);
        Ok(Self(Arc::new(Inner { settings, guard, lanes, clock })))
    }
}

impl Callee for Callees {
    fn call(&self, call: Call) -> BoxFuture<'static, Came> {
        let this = self.0.clone();
        async move {
            let came = match &call.what {
                What::Http(request) => this.http(&call, request).await.map(Came::Outcome),
                What::Bot { outside, about, contact } => match outside.protocol {
                    Protocol::Switchboard => this.ours(&call, outside, about, contact).await,
                    Protocol::Rasa => this.rasa(&call, outside, about, contact).await,
                },
            };
            came.unwrap_or_else(|why| Came::Outcome(Outcome::Failed(why)))
        }
        .boxed()
    }
}

/// What goes out.
struct Posted {
    method: Method,
    url: Url,
    /// None: there is no body.
    body: Option<Vec<u8>>,
    bearer: Option<String>,
    sign: Option<String>,
}

/// What came back, whole.
struct Answered {
    status: StatusCode,
    body: Bytes,
}

impl Inner {
    /// One request, guarded; what is wrong is said in words that may be shown to agents.
    async fn send(&self, call: &Call, posted: Posted) -> Result<Answered, String> {
        let Posted { method, url, body, bearer, sign } = posted;
        let client = self.guard.client_for(&url)?;
        let mut headers = HeaderMap::new();
        let own = [("webhook-id", call.id.to_string()), ("switchboard-attempt", call.attempt.to_string())];
        for (name, value) in own {
            headers.insert(name, HeaderValue::from_str(&value).map_err(|error| error.to_string())?);
        }
        if let Some(name) = &bearer {
            headers.insert("authorization", secret_header(&format!("Bearer {}", self.key(name, &url)?.value))?);
        }
        if let Some(name) = &sign {
            let signer = Signer::new(&self.key(name, &url)?.value);
            let seconds = self.clock.now().0 / 1000;
            let signed = signer.sign(&call.id.to_string(), seconds, body.as_deref().unwrap_or_default());
            headers.insert("webhook-timestamp", HeaderValue::from(seconds));
            headers.insert("webhook-signature", secret_header(&signed)?);
        }
        let host = guard::host_of(&url);
        let _lane = self.lanes.enter(&host).await;
        let mut request = client.request(method, url).headers(headers);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let answer = request.send().await.map_err(|error| said(&error))?;
        let status = answer.status();
        let body = guard::body(answer, self.settings.answer_bytes_max).await?;
        Ok(Answered { status, body })
    }

    fn key(&self, name: &str, url: &Url) -> Result<&Key, String> {
        let key = self.settings.secrets.get(name);
        let key = key.ok_or_else(|| format!("the configuration has no secret “{name}”"))?;
        let host = guard::host_of(url);
        let fits = key.hosts.iter().any(|known| names(known, &host));
        fits.then_some(key).ok_or_else(|| format!("the secret “{name}” is not for {host}"))
    }
}

/// Anything but 2xx has failed, a redirect too: a call must not end up elsewhere than where it was sent.
fn success(answered: Answered) -> Result<Answered, String> {
    let status = answered.status;
    if status.is_success() {
        return Ok(answered);
    }
    let more = if status.is_redirection() { ", and redirects are not followed" } else { "" };
    Err(format!("it answered {}{more}", status.as_u16()))
}

fn address(text: &str) -> Result<Url, String> {
    Url::parse(text).map_err(|_| "its address is none".to_owned())
}

fn secret_header(value: &str) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(value).map_err(|_| "a secret has characters that no header may have")?;
    value.set_sensitive(true);
    Ok(value)
}

/// What went wrong on the way, without addresses that agents need not see.
fn said(error: &reqwest::Error) -> String {
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(inner) = source {
        if let Some(refused) = inner.downcast_ref::<guard::Refused>() {
            return refused.to_string();
        }
        source = inner.source();
    }
    let words = match error {
        error if error.is_connect() => "it cannot be reached",
        error if error.is_timeout() => "no answer in time",
        _ => "the connection broke",
    };
    words.to_owned()
}
