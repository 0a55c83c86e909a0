//! Steering from another process.

use std::net::SocketAddr;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, Plan, Shared};
use crate::fake::Rule;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Control {
    clear_rules: bool,
    rules: Vec<Rule>,
    revoked: Option<bool>,
    plan: Option<Plan>,
    webhook: Option<SocketAddr>,
}

#[derive(Deserialize)]
struct Said {
    from: String,
    text: String,
}

#[derive(Deserialize)]
struct Tapped {
    from: String,
    id: String,
}

pub(super) fn handle(method: &str, path: &str, body: &[u8], shared: &Shared) -> (u16, String) {
    let done: Result<Value, serde_json::Error> = match (method, path) {
        ("GET", "/_log") => Ok(json!(shared.state().calls)),
        ("POST", "/_say") => serde_json::from_slice(body).map(
            |Said { from, text }| json!({"id": shared.say(&from, &json!({"type": "text", "text": {"body": text}}))}),
        ),
        ("POST", "/_tap") => serde_json::from_slice(body).map(|tapped| tap(&tapped, shared)),
        ("POST", "/_control") => serde_json::from_slice(body).map(|control| obey(control, shared)),
        _ => return (404, json!({"error": "there is /_say, /_tap, /_control and /_log"}).to_string()),
    };
    match done {
        Ok(done) => (200, done.to_string()),
        Err(error) => (400, json!({"error": error.to_string()}).to_string()),
    }
}

/// On the newest button with this id.
fn tap(Tapped { from, id }: &Tapped, shared: &Shared) -> Value {
    let calls = shared.state().calls.clone();
    let has = |call: &&Call| call.to() == from && call.buttons().iter().any(|(_, its)| its == id);
    match calls.iter().rev().find(has) {
        Some(menu) => json!({"id": shared.tap(from, menu, id)}),
        None => json!({"error": "no message has such a button"}),
    }
}

fn obey(control: Control, shared: &Shared) -> Value {
    let mut state = shared.state();
    if control.clear_rules {
        state.rules.clear();
    }
    control.rules.into_iter().for_each(|rule| state.rules.add(rule));
    if let Some(revoked) = control.revoked {
        state.revoked = revoked;
    }
    if let Some(plan) = control.plan {
        state.plan = plan;
    }
    if let Some(webhook) = control.webhook {
        state.webhook = Some(webhook);
    }
    json!({})
}
