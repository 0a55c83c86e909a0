//! The HTTP API, as the console and programs use it.

use loadtest::http::request_once;
use loadtest::product::COOKIE;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

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

/// What HEAD says of it, for who is signed in: the status line and the headers, in lower case. No body follows them.
pub async fn head(installation: &Installation, who: &SignedIn, path: &str) -> String {
    let mut stream = TcpStream::connect(installation.address()).await.expect("a connection");
    let request = format!(
        "HEAD {path} HTTP/1.1\r\nhost: {}\r\ncookie: {COOKIE}={}\r\nconnection: close\r\n\r\n",
        installation.address(),
        who.cookie
    );
    stream.write_all(request.as_bytes()).await.expect("it is written");
    let mut answer = String::new();
    timeout(SOON, stream.read_to_string(&mut answer)).await.expect("soon").expect("an answer");
    assert!(answer.ends_with("\r\n\r\n") && answer.matches("\r\n\r\n").count() == 1, "a body: {answer}");
    answer.to_ascii_lowercase()
}

/// The bytes of a stretch, with the status and what it says to be.
pub async fn stretch(
    installation: &Installation,
    who: &SignedIn,
    path: &str,
    range: &str,
) -> (u16, Option<String>, Vec<u8>) {
    let cookie = format!("{COOKIE}={}", who.cookie);
    let headers = [("cookie", cookie.as_str()), ("range", range)];
    let answer = request_once("GET", installation.address(), path, &headers, b"", SOON).await.expect("an answer");
    (answer.status, answer.header("content-range").map(str::to_owned), answer.body)
}
