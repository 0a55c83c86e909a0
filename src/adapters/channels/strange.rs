//! For property tests: what providers, and whoever answers in their place, may come up with.

use proptest::prelude::*;
use proptest::string::string_regex;
use proptest::test_runner::TestCaseError;
use serde_json::{Map, Value, json};

use super::outcome;
use crate::ports::channel::SendResult;

/// An id is a string, or a number in its place.
pub fn id() -> impl Strategy<Value = (Value, String)> {
    let number = (1_u64..1 << 53).prop_map(|number| (json!(number), number.to_string()));
    prop_oneof!["[A-Za-z0-9_.-]{1,60}".prop_map(|text| (json!(text), text)), number]
}

/// Names that mean nothing to us.
pub fn additions() -> impl Strategy<Value = Map<String, Value>> {
    let value = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), any::<i64>().prop_map(Value::from)];
    let value = prop_oneof![value.clone(), prop::collection::vec(value, 0..3).prop_map(Value::from)];
    prop::collection::btree_map("[a-z]{3,9}_x", value, 0..4).prop_map(|map| map.into_iter().collect())
}

pub fn with(mut object: Value, more: Map<String, Value>) -> Value {
    object.as_object_mut().expect("an object").extend(more);
    object
}

pub fn statuses() -> impl Strategy<Value = u16> {
    prop_oneof![Just(200_u16), Just(400), Just(429), Just(500), any::<u16>()]
}

/// Bodies of answers: noise, the provider's words in any order, and what looks right; `names`: its fields, as `a|b|c`.
pub fn answers(names: &str) -> impl Strategy<Value = Vec<u8>> {
    let name = format!("\"({names})\"");
    let inner = format!(r#"\{{{name}:([0-9]{{1,12}}|"\PC{{0,9}}")\}}"#);
    let words = format!(r#"(\{{|\}}|\[|:|,|{name}|[0-9]{{1,12}}|true|null|-|"\PC{{0,9}}"){{0,24}}"#);
    let right = format!(r#"\{{{name}:({inner}|\[{inner}\]|[0-9]{{1,12}}|"\PC{{0,9}}")\}}"#);
    let text = |pattern: &str| string_regex(pattern).expect("a pattern").prop_map(String::into_bytes);
    prop_oneof![prop::collection::vec(any::<u8>(), 0..200), text(&words), text(&right)]
}

/// Only a good status with a message's name is a message that went out, every wait ends, and every failure has its words.
pub fn is_sound(status: u16, result: &SendResult) -> Result<(), TestCaseError> {
    match result {
        SendResult::Sent { provider_id } => {
            prop_assert!((200..300).contains(&status) && !provider_id.is_empty(), "{}: {:?}", status, result);
        }
        SendResult::NotSent { after, reason, .. } => {
            let ends = after.is_none_or(|after| after <= outcome::THROTTLED_MAX);
            prop_assert!(!reason.is_empty() && ends, "{:?}", result);
        }
        SendResult::Permanent { reason }
        | SendResult::OptedOut { reason }
        | SendResult::AccountRefused { reason }
        | SendResult::Unknown { reason } => prop_assert!(!reason.is_empty()),
    }
    Ok(())
}
