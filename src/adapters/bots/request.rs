//! What the widget `http_call` asks of an operator's own system.

use serde_json::{Map, Value};

use super::{Inner, Posted, address, success};
use crate::domain::call::{Method, Outcome, Request};
use crate::ports::outside::Call;

/// A value that is longer is no attribute.
const VALUE_CHARS_MAX: usize = 2_000;

impl Inner {
    pub(super) async fn http(&self, call: &Call, request: &Request) -> Result<Outcome, String> {
        let mut url = address(&request.url)?;
        let mut body = None;
        if request.method == Method::Get {
            if !request.send.is_empty() {
                url.query_pairs_mut().extend_pairs(&request.send);
            }
        } else {
            let fields: Map<String, Value> =
                request.send.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
            body = Some(serde_json::to_vec(&fields).map_err(|error| error.to_string())?);
        }
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let (bearer, sign) = (request.bearer.clone(), request.sign.clone());
        let answered = success(self.send(call, Posted { method, url, body, bearer, sign }).await?)?;
        if request.wanted.is_empty() {
            return Ok(Outcome::Values(Vec::new()));
        }
        let json: Value = serde_json::from_slice(&answered.body).map_err(|_| "its answer is no JSON")?;
        read(&json, &request.wanted).map(Outcome::Values)
    }
}

/// What the answer has at each pointer.
pub fn read(json: &Value, wanted: &[(String, String)]) -> Result<Vec<(String, String)>, String> {
    let value = |(attribute, pointer): &(String, String)| {
        let text = match json.pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Bool(true)) => "yes".to_owned(),
            Some(Value::Bool(false)) => "no".to_owned(),
            Some(Value::Null) | None => return Err(format!("its answer has nothing at {pointer}")),
            Some(Value::Array(_) | Value::Object(_)) => {
                return Err(format!("its answer has no single value at {pointer}"));
            }
        };
        if text.chars().count() > VALUE_CHARS_MAX {
            return Err(format!("what its answer has at {pointer} is longer than {VALUE_CHARS_MAX} characters"));
        }
        Ok((attribute.clone(), text))
    };
    wanted.iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn single_values_are_read_and_nothing_else() {
        let json = json!({"a": {"b": ["x", 7]}, "yes": true, "none": null, "long": "x".repeat(2_001)});
        let read =
            |pointer: &str| read(&json, &[("it".to_owned(), pointer.to_owned())]).map(|values| values[0].1.clone());
        assert_eq!(read("/a/b/0").as_deref(), Ok("x"));
        assert_eq!(read("/a/b/1").as_deref(), Ok("7"));
        assert_eq!(read("/yes").as_deref(), Ok("yes"));
        for wrong in ["/a", "/none", "/missing", "/long"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
