//! The connections of the fake.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use super::{Callbacks, Shared, Text, forms};
use crate::clock;
use crate::fake::{Next, Rule, Then, Visited, answer};
use crate::http::Request;

const BODY_CHARS_MAX: usize = 1600;

impl Visited for Shared {
    async fn handle(&self, request: &Request<'_>, output: &mut Vec<u8>) -> Next {
        handle(request, self, output).await
    }
}

async fn handle(request: &Request<'_>, shared: &Shared, output: &mut Vec<u8>) -> Next {
    let path = request.target.split('?').next().unwrap_or_default();
    if path.starts_with("/_") {
        let (status, body) = control(request, path, shared).await;
        answer(output, status, None, &body);
        return Next::Go;
    }
    let ours = format!("/2010-04-01/Accounts/{}/Messages.json", shared.settings.account_sid);
    if let Some((status, code, words)) = not_ours(request, path == ours, shared) {
        refuse(output, status, code, None, words);
        return Next::Go;
    }
    let fields: BTreeMap<_, _> = form_urlencoded::parse(request.body).into_owned().collect();
    match wrong(&fields, shared) {
        Some((code, words)) => {
            note(shared, &fields, request.body, false, format!("refused 400 ({code})"));
            refuse(output, 400, code, None, words);
            Next::Go
        }
        None => take(&fields, request.body, shared, output).await,
    }
}

fn not_ours(request: &Request<'_>, is_ours: bool, shared: &Shared) -> Option<(u16, u32, &'static str)> {
    let pair = STANDARD.encode(format!("{}:{}", shared.settings.account_sid, shared.settings.auth_token));
    if request.authorization != Some(format!("Basic {pair}").as_bytes()) {
        return Some((401, 20003, "Authenticate"));
    }
    (!is_ours || request.method != "POST").then_some((404, 20404, "The requested resource was not found"))
}

/// What Twilio would not take.
fn wrong(fields: &BTreeMap<String, String>, shared: &Shared) -> Option<(u32, &'static str)> {
    let get = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let is_number = |text: &str| {
        text.strip_prefix('+').is_some_and(|digits| {
            (7..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
        })
    };
    let valid_for = get("ValidityPeriod");
    let callback = get("StatusCallback");
    Some(match () {
        () if get("To").is_empty() => (21604, "A 'To' phone number is required."),
        () if !is_number(get("To")) => (21211, "Invalid 'To' Phone Number"),
        () if get("From").is_empty() && get("MessagingServiceSid").is_empty() => {
            (21603, "A 'From' phone number is required.")
        }
        () if !get("From").is_empty() && get("From") != shared.settings.number => {
            (21659, "'From' is not a Twilio phone number")
        }
        () if get("To") == shared.settings.number => (21266, "'To' and 'From' number cannot be the same"),
        () if get("Body").is_empty() && get("MediaUrl").is_empty() => {
            (21619, "At least one of body, media url or content sid must be specified.")
        }
        () if get("Body").encode_utf16().count() > BODY_CHARS_MAX => {
            (21617, "The concatenated message body exceeds the 1600 character limit.")
        }
        () if !valid_for.is_empty() && !valid_for.parse().is_ok_and(|period| (1..=36_000).contains(&period)) => {
            (21621, "The ValidityPeriod is invalid.")
        }
        () if !callback.is_empty() && !callback.starts_with("http") => (21609, "The StatusCallback is not valid."),
        () if shared.state().opted_out.contains(get("To")) => (21610, "Attempt to send to unsubscribed recipient"),
        () => return None,
    })
}

async fn take(fields: &BTreeMap<String, String>, raw: &[u8], shared: &Shared, output: &mut Vec<u8>) -> Next {
    let (to, body) = (fields["To"].as_str(), fields.get("Body").map(String::as_str));
    let then = shared.state().rules.decide(&shared.settings.number, to, body, false);
    let accepted = !matches!(then, Then::Refuse { .. } | Then::CutBeforeAccepting);
    let text = note(shared, fields, raw, accepted, format!("{then:?}"));
    if accepted {
        forms::callbacks(shared, &text);
    }
    match then {
        Then::AcceptThenCut | Then::CutBeforeAccepting => return Next::Cut,
        Then::Hang { millis } => {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            return Next::Cut;
        }
        Then::Refuse { status, code, retry_after, .. } => refuse(output, status, code, retry_after, "as told"),
        Then::AcceptThenRefuse { status, code, .. } => refuse(output, status, code, None, "as told"),
        Then::Nonsense => answer(output, 200, None, "<html>502 from a proxy</html>"),
        Then::Delay { millis } => {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            answer(output, 201, None, &created(&text, shared));
        }
        Then::Answer => answer(output, 201, None, &created(&text, shared)),
    }
    Next::Go
}

fn note(shared: &Shared, fields: &BTreeMap<String, String>, raw: &[u8], accepted: bool, outcome: String) -> Text {
    let media = form_urlencoded::parse(raw).filter(|(name, _)| name == "MediaUrl");
    let mut state = shared.state();
    state.arrived += 1;
    let text = Text {
        number: state.arrived,
        at: clock::millis(),
        to: fields.get("To").cloned().unwrap_or_default(),
        body: fields.get("Body").cloned().unwrap_or_default(),
        media: media.map(|(_, url)| url.into_owned()).collect(),
        status_callback: fields.get("StatusCallback").cloned(),
        sid: forms::new_sid(),
        accepted,
        outcome,
    };
    if state.texts.len() >= shared.settings.texts_max {
        state.texts.remove(0);
    }
    state.texts.push(text.clone());
    text
}

fn created(text: &Text, shared: &Shared) -> String {
    json!({
        "sid": text.sid, "account_sid": shared.settings.account_sid, "api_version": "2010-04-01", "body": text.body,
        "num_segments": "1", "num_media": text.media.len().to_string(), "direction": "outbound-api",
        "from": shared.settings.number, "to": text.to, "messaging_service_sid": null, "status": "queued",
        "error_code": null, "error_message": null, "price": null, "price_unit": "USD",
    })
    .to_string()
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Control {
    clear_rules: bool,
    rules: Vec<Rule>,
    callbacks: Option<Callbacks>,
    webhook: Option<String>,
}

#[derive(Deserialize)]
struct Phone {
    from: String,
    body: String,
}

/// Steering from another process.
async fn control(request: &Request<'_>, path: &str, shared: &Shared) -> (u16, String) {
    let bad = |error: serde_json::Error| (400, json!({"error": error.to_string()}).to_string());
    match (request.method, path) {
        ("GET", "/_log") => (200, json!(shared.state().texts).to_string()),
        ("POST", "/_text") => match serde_json::from_slice::<Phone>(request.body) {
            Ok(Phone { from, body }) => match forms::text(shared, &from, &body, &forms::new_sid()).await {
                Ok((status, answer)) => (200, json!({"status": status, "answer": answer}).to_string()),
                Err(error) => (502, json!({"error": error.to_string()}).to_string()),
            },
            Err(error) => bad(error),
        },
        ("POST", "/_control") => match serde_json::from_slice::<Control>(request.body) {
            Ok(control) => {
                obey(control, shared);
                (200, "{}".into())
            }
            Err(error) => bad(error),
        },
        _ => (404, json!({"error": "there is /_text, /_control and /_log"}).to_string()),
    }
}

fn obey(control: Control, shared: &Shared) {
    let mut state = shared.state();
    if control.clear_rules {
        state.rules.clear();
    }
    control.rules.into_iter().for_each(|rule| state.rules.add(rule));
    if let Some(callbacks) = control.callbacks {
        state.callbacks = callbacks;
    }
    if control.webhook.is_some() {
        state.webhook = control.webhook;
    }
}

fn refuse(output: &mut Vec<u8>, status: u16, code: u32, retry_after: Option<u64>, words: &str) {
    let more = format!("https://www.twilio.com/docs/errors/{code}");
    let body = json!({"code": code, "message": words, "more_info": more, "status": status});
    answer(output, status, retry_after, &body.to_string());
}
