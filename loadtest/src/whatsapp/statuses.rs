//! What became of each message, told to the product as Meta tells it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Person, Shared};
use crate::clock;

/// Which statuses follow a message that was taken, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// In this order.
    pub statuses: Vec<String>,
    /// Each is told twice.
    pub twice: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self::of(&["sent", "delivered"])
    }
}

impl Plan {
    pub fn of(statuses: &[&str]) -> Self {
        Self { statuses: statuses.iter().map(|status| (*status).to_owned()).collect(), twice: false }
    }
}

/// A message is on its way to whom it names.
pub(super) fn follow(shared: &Shared, body: &Value, message_id: &str) {
    let (plan, person) = {
        let state = shared.state();
        let named = |person: &&Person| {
            let (number, user) = (body["to"].as_str(), body["recipient"].as_str());
            (number.is_some() && person.number.as_deref() == number)
                || (user.is_some() && person.user.as_deref() == user)
        };
        (state.plan.clone(), state.people.iter().find(named).cloned().unwrap_or_default())
    };
    let statuses = if person.unreachable { vec!["failed".to_owned()] } else { plan.statuses };
    for status in statuses {
        let value = value(body, message_id, &status, &person);
        for _ in 0..=usize::from(plan.twice) {
            shared.tell(&person, "messages", value.clone());
        }
    }
}

fn value(body: &Value, message_id: &str, status: &str, person: &Person) -> Value {
    let mut told = json!({"id": message_id, "status": status, "timestamp": (clock::millis() / 1000).to_string(),
        "pricing": {"billable": true, "pricing_model": "PMP", "category": "service"},
        "biz_opaque_callback_data": body["biz_opaque_callback_data"]});
    if let Some(number) = &person.number {
        told["recipient_id"] = json!(number);
    }
    if status == "failed" {
        told["errors"] = json!([{"code": 131026, "title": "Message undeliverable", "message": "Message undeliverable",
            "error_data": {"details": "Message Undeliverable."}}]);
    }
    json!({"statuses": [told]})
}
