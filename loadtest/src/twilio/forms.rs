//! What Twilio posts: forms, signed over the address as it has it.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use tokio::sync::Notify;

use super::{Shared, Text};
use crate::{dice, http};

const PATIENCE: Duration = Duration::from_secs(15);

pub(super) fn new_sid() -> String {
    format!("SM{}", dice::new_id().replace('-', ""))
}

/// `X-Twilio-Signature` for these fields, whose names differ.
pub fn sign(auth_token: &str, url: &str, fields: &[(&str, &str)]) -> String {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let rest: String = sorted.into_iter().flat_map(|(name, value)| [name, value]).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, auth_token.as_bytes());
    STANDARD.encode(hmac::sign(&key, format!("{url}{rest}").as_bytes()))
}

/// A phone's text on its way to the webhook. Twilio acts on its words for opting out before.
pub(super) async fn text(shared: &Shared, phone: &str, body: &str, sid: &str) -> io::Result<(u16, String)> {
    let url = {
        let mut state = shared.state();
        match body.trim().to_ascii_uppercase().as_str() {
            "STOP" => _ = state.opted_out.insert(phone.to_owned()),
            "START" => _ = state.opted_out.remove(phone),
            _ => {}
        }
        state.webhook.clone().ok_or_else(|| io::Error::other("nobody has entered a webhook"))?
    };
    let settings = &shared.settings;
    let fields = [
        ("ToCountry", "US"),
        ("SmsMessageSid", sid),
        ("NumMedia", "0"),
        ("SmsStatus", "received"),
        ("Body", body),
        ("To", &settings.number),
        ("NumSegments", "1"),
        ("MessageSid", sid),
        ("AccountSid", &settings.account_sid),
        ("From", phone),
        ("ApiVersion", "2010-04-01"),
    ];
    let (host, target) = parts(&url)?;
    let (body, signature) = form(&settings.auth_token, &url, &fields);
    let answer = http::request_once("POST", host, target, &headers(&signature), &body, PATIENCE).await?;
    Ok((answer.status, answer.text()))
}

/// The callbacks of one text, one after another.
pub(super) fn callbacks(shared: &Shared, text: &Text) {
    let (Some(url), plan) = (&text.status_callback, shared.state().callbacks.clone()) else { return };
    let Ok((host, target)) = parts(url) else { return };
    let settings = &shared.settings;
    let code = plan.error_code.map(|code| code.to_string());
    for status in &plan.statuses {
        let mut fields = vec![
            ("MessageSid", text.sid.as_str()),
            ("SmsSid", &text.sid),
            ("MessageStatus", status),
            ("SmsStatus", status),
            ("To", &text.to),
            ("From", &settings.number),
            ("AccountSid", &settings.account_sid),
            ("ApiVersion", "2010-04-01"),
        ];
        if let Some(code) = code.as_deref().filter(|_| matches!(status.as_str(), "undelivered" | "failed")) {
            fields.push(("ErrorCode", code));
        }
        let (body, signature) = form(&settings.auth_token, url, &fields);
        let request = http::request("POST", host, target, &headers(&signature), &body);
        (0..plan.copies).for_each(|_| shared.desk.push(host, request.clone()));
    }
}

fn form(auth_token: &str, url: &str, fields: &[(&str, &str)]) -> (Vec<u8>, String) {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    (body.into_bytes(), sign(auth_token, url, fields))
}

fn headers(signature: &str) -> [(&str, &str); 2] {
    [("content-type", "application/x-www-form-urlencoded; charset=utf-8"), ("x-twilio-signature", signature)]
}

/// Where to connect, and what to ask there. Only plain addresses of this machine: it is a fake.
fn parts(url: &str) -> io::Result<(SocketAddr, &str)> {
    let bad = || io::Error::new(io::ErrorKind::InvalidInput, format!("not an address of this machine: {url}"));
    let rest = url.split('#').next().and_then(|url| url.strip_prefix("http://")).ok_or_else(bad)?;
    let (host, _) = rest.split_once('/').ok_or_else(bad)?;
    Ok((host.parse().map_err(|_| bad())?, &rest[host.len()..]))
}

/// Posts callbacks in order, each until it is taken; ends when the fake is gone.
pub(super) struct Desk(Arc<Queue>);

#[derive(Default)]
struct Queue {
    waiting: Mutex<VecDeque<(SocketAddr, Vec<u8>)>>,
    pending: AtomicU64,
    arrived: Notify,
}

impl Desk {
    pub fn open() -> Self {
        let queue = Arc::default();
        tokio::spawn(post_all(Arc::downgrade(&queue)));
        Self(queue)
    }

    pub fn pending(&self) -> u64 {
        self.0.pending.load(Ordering::Acquire)
    }

    fn push(&self, to: SocketAddr, request: Vec<u8>) {
        self.0.pending.fetch_add(1, Ordering::AcqRel);
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).push_back((to, request));
        self.0.arrived.notify_one();
    }
}

async fn post_all(queue: Weak<Queue>) {
    while let Some(queue) = queue.upgrade() {
        let next = queue.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((to, request)) = next else {
            let _ = tokio::time::timeout(Duration::from_millis(200), queue.arrived.notified()).await;
            continue;
        };
        while Arc::strong_count(&queue) > 1 && !post(to, &request).await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        queue.pending.fetch_sub(1, Ordering::AcqRel);
    }
}

async fn post(to: SocketAddr, request: &[u8]) -> bool {
    let exchange = async { Ok::<_, io::Error>(http::Connection::open(to).await?.exchange(request).await?.status) };
    matches!(tokio::time::timeout(PATIENCE, exchange).await, Ok(Ok(200..300)))
}
