//! Single requests, for everything that is not the load itself: health, metrics, sign-in, echoes.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::Connection;

/// An answer with a life of its own.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// The body as text; damaged bytes are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The first header of this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The bytes of a request, with host and length filled in.
pub fn request(method: &str, host: SocketAddr, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// One request on a connection of its own, answered within `within`.
pub async fn request_once(
    method: &str,
    host: SocketAddr,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    within: Duration,
) -> io::Result<Response> {
    let bytes = request(method, host, target, headers, body);
    let exchange = async {
        let mut connection = Connection::open(host).await?;
        let answer = connection.exchange(&bytes).await?;
        let headers = split_headers(connection.head(&answer));
        Ok(Response { status: answer.status, headers, body: connection.body(&answer)? })
    };
    tokio::time::timeout(within, exchange).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

/// Posts JSON on a connection of its own.
pub async fn post_json(
    host: SocketAddr,
    target: &str,
    body: &serde_json::Value,
    within: Duration,
) -> io::Result<Response> {
    let headers = [("content-type", "application/json")];
    request_once("POST", host, target, &headers, body.to_string().as_bytes(), within).await
}

fn split_headers(head: &[u8]) -> Vec<(String, String)> {
    let head = String::from_utf8_lossy(head);
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect()
}
