//! HTTP/1.1, as lean as a load generator needs it.
//!
//! Client, fake provider and driver share the two cores with the server they measure, so this reads heads with
//! `httparse`, keeps connections open and copies nothing twice. It knows bodies by `content-length` and, in answers,
//! chunked ones. Absent on purpose: TLS, redirects, compression, pipelining on our own side.

mod connection;
mod once;

pub use connection::{Answer, Connection};
pub use once::{Response, post_json, request, request_once};

use std::io;

/// More headers than this in one head are refused.
const HEADERS_MAX: usize = 48;

/// A head and a body together may not be larger.
const MESSAGE_BYTES_MAX: usize = 64 << 20;

/// The outside broke the protocol.
pub(crate) fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

/// A request that has arrived whole at the start of a buffer.
pub struct Request<'a> {
    pub method: &'a str,
    /// The path with the query.
    pub target: &'a str,
    pub authorization: Option<&'a [u8]>,
    pub body: &'a [u8],
    /// How many bytes of the buffer it took.
    pub bytes: usize,
    pub keep_alive: bool,
}

/// The first request in the buffer; none if it has not arrived whole.
pub fn parse_request(buffer: &[u8]) -> io::Result<Option<Request<'_>>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Request::new(&mut headers);
    let head = match parsed.parse(buffer).map_err(|error| broken(&error.to_string()))? {
        httparse::Status::Complete(bytes) => bytes,
        httparse::Status::Partial => return Ok(None),
    };
    let body = content_length(parsed.headers)?.unwrap_or(0);
    if buffer.len() < head + body {
        return Ok(None);
    }
    Ok(Some(Request {
        method: parsed.method.unwrap_or(""),
        target: parsed.path.unwrap_or(""),
        authorization: header(parsed.headers, "authorization"),
        keep_alive: keeps_open(parsed.headers),
        body: &buffer[head..head + body],
        bytes: head + body,
    }))
}

pub(crate) fn header<'b>(headers: &[httparse::Header<'b>], name: &str) -> Option<&'b [u8]> {
    headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
}

pub(crate) fn content_length(headers: &[httparse::Header<'_>]) -> io::Result<Option<usize>> {
    let Some(value) = header(headers, "content-length") else { return Ok(None) };
    let length = std::str::from_utf8(value).ok().and_then(|digits| digits.trim().parse().ok());
    match length.ok_or_else(|| broken("content-length is not a number"))? {
        length if length > MESSAGE_BYTES_MAX => Err(broken("the body is too large")),
        length => Ok(Some(length)),
    }
}

pub(crate) fn keeps_open(headers: &[httparse::Header<'_>]) -> bool {
    !header(headers, "connection").is_some_and(|value| value.eq_ignore_ascii_case(b"close"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_parsed_when_its_body_is_whole() {
        let whole = b"POST /1/messages?x=1 HTTP/1.1\r\nAuthorization: Bearer t\r\nContent-Length: 2\r\n\r\n{}GET";
        let request = parse_request(whole).unwrap().unwrap();
        assert_eq!((request.method, request.target, request.body), ("POST", "/1/messages?x=1", &b"{}"[..]));
        assert_eq!(request.authorization, Some(&b"Bearer t"[..]));
        assert!(request.keep_alive);
        assert_eq!(&whole[request.bytes..], b"GET");
        assert!(parse_request(&whole[..request.bytes - 1]).unwrap().is_none());
        assert!(parse_request(b"nonsense\r\n\r\n").is_err());
    }
}
