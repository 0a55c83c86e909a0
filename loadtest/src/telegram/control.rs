//! Steering from another process.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Shared;
use crate::fake::Rule;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Control {
    clear_rules: bool,
    rules: Vec<Rule>,
    revoked: Option<bool>,
}

#[derive(Deserialize)]
struct Said {
    from: i64,
    text: String,
}

#[derive(Deserialize)]
struct Tapped {
    from: i64,
    data: String,
}

pub(super) fn handle(method: &str, path: &str, body: &[u8], shared: &Shared) -> (u16, String) {
    let done: Result<Value, serde_json::Error> = match (method, path) {
        ("GET", "/_log") => Ok(json!(shared.state().calls)),
        ("POST", "/_say") => serde_json::from_slice(body)
            .map(|Said { from, text }| json!({"message_id": shared.say(from, &json!({"text": text}))})),
        ("POST", "/_tap") => serde_json::from_slice(body).map(|tapped| tap(&tapped, shared)),
        ("POST", "/_control") => serde_json::from_slice(body).map(|control| obey(control, shared)),
        _ => return (404, json!({"error": "there is /_say, /_tap, /_control and /_log"}).to_string()),
    };
    match done {
        Ok(done) => (200, done.to_string()),
        Err(error) => (400, json!({"error": error.to_string()}).to_string()),
    }
}

/// On the newest button with this data.
fn tap(Tapped { from, data }: &Tapped, shared: &Shared) -> Value {
    let calls = shared.state().calls.clone();
    let has = |call: &&super::Call| call.chat() == Some(*from) && call.buttons().iter().any(|(_, its)| its == data);
    match calls.iter().rev().find(has) {
        Some(message) => {
            shared.tap(*from, message, data);
            json!({})
        }
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
    json!({})
}
