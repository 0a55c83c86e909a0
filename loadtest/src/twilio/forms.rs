//! What Twilio posts: forms, signed over the address as it has it.

use std::io;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use super::{Shared, Text};
use crate::fake::local_parts;
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
    let (host, target) = local_parts(&url)?;
    let (body, signature) = form(&settings.auth_token, &url, &fields);
    let answer = http::request_once("POST", host, target, &headers(&signature), &body, PATIENCE).await?;
    Ok((answer.status, answer.text()))
}

/// The callbacks of one text, one after another.
pub(super) fn callbacks(shared: &Shared, text: &Text) {
    let (Some(url), plan) = (&text.status_callback, shared.state().callbacks.clone()) else { return };
    let Ok((host, target)) = local_parts(url) else { return };
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
        (0..plan.copies).for_each(|_| shared.desk.push(&text.to, host, request.clone()));
    }
}

fn form(auth_token: &str, url: &str, fields: &[(&str, &str)]) -> (Vec<u8>, String) {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    (body.into_bytes(), sign(auth_token, url, fields))
}

fn headers(signature: &str) -> [(&str, &str); 2] {
    [("content-type", "application/x-www-form-urlencoded; charset=utf-8"), ("x-twilio-signature", signature)]
}
