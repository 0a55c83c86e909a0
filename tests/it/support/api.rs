//! The HTTP API, as the console and programs use it.

use loadtest::http::request_once;
use loadtest::product::COOKIE;
use serde_json::Value;

use super::installation::{Installation, SOON, SignedIn};

/// The status, and the JSON that came with it.
pub async fn ask(installation: &Installation, who: &SignedIn, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let cookie = format!("{COOKIE}={}", who.cookie);
    let headers = [("cookie", cookie.as_str()), ("content-type", "application/json")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let path = format!("/api/v1{path}");
    let answer = request_once(method, installation.address(), &path, &headers, body.as_bytes(), SOON).await;
    let answer = answer.expect("an answer");
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
}
