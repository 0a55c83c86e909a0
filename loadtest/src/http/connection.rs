//! One keep-alive connection: a request out, an answer in.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{HEADERS_MAX, MESSAGE_BYTES_MAX, broken, content_length, header, keeps_open};

/// A connection that carries one exchange at a time.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

/// What came back. Head and body stay readable in the connection until the next exchange.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    pub status: u16,
    /// The server will close: use another connection for the next exchange.
    pub closes: bool,
    head: usize,
    body: usize,
    chunked: bool,
}

impl Connection {
    /// Connects, without delay for small packets.
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 8 << 10], filled: 0 })
    }

    /// Sends a whole request and waits for the whole answer.
    pub async fn exchange(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(request).await?;
        self.filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[self.filled..]).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.filled += read;
            if let Some(answer) = parse_answer(&self.buffer[..self.filled])? {
                return Ok(answer);
            }
            self.make_room()?;
        }
    }

    /// The headers of the last answer, as `name: value` lines.
    pub fn head(&self, answer: &Answer) -> &[u8] {
        &self.buffer[..answer.head]
    }

    /// The body of the last answer.
    pub fn body(&self, answer: &Answer) -> io::Result<Vec<u8>> {
        let raw = &self.buffer[answer.head..answer.head + answer.body];
        if answer.chunked { unchunk(raw)?.ok_or_else(|| broken("a chunk is missing")) } else { Ok(raw.to_vec()) }
    }

    fn make_room(&mut self) -> io::Result<()> {
        if self.filled == self.buffer.len() {
            if self.filled >= MESSAGE_BYTES_MAX {
                return Err(broken("the answer is too large"));
            }
            self.buffer.resize(self.filled * 2, 0);
        }
        Ok(())
    }
}

fn parse_answer(buffer: &[u8]) -> io::Result<Option<Answer>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Response::new(&mut headers);
    let head = match parsed.parse(buffer).map_err(|error| broken(&error.to_string()))? {
        httparse::Status::Complete(bytes) => bytes,
        httparse::Status::Partial => return Ok(None),
    };
    let status = parsed.code.unwrap_or(0);
    let chunked =
        header(parsed.headers, "transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case(b"chunked"));
    let rest = &buffer[head..];
    let body = match content_length(parsed.headers)? {
        Some(length) => (rest.len() >= length).then_some(length),
        None if chunked => unchunk(rest)?.map(|_| rest.len()),
        None if status == 204 || status == 304 => Some(0),
        None => return Err(broken("an answer without a length")),
    };
    Ok(body.map(|body| Answer { status, closes: !keeps_open(parsed.headers), head, body, chunked }))
}

/// The bytes of a chunked body; none if its end has not arrived.
fn unchunk(mut rest: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    loop {
        let (start, size) = match httparse::parse_chunk_size(rest).map_err(|_| broken("a chunk without a size"))? {
            httparse::Status::Complete((start, size)) => (start, size as usize),
            httparse::Status::Partial => return Ok(None),
        };
        let end = start.saturating_add(size);
        if rest.len() < end.saturating_add(2) {
            return Ok(None);
        }
        if size == 0 {
            return Ok(Some(body));
        }
        body.extend_from_slice(&rest[start..end]);
        rest = &rest[end + 2..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_parsed_when_it_is_whole() {
        let whole = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
        let answer = parse_answer(whole).unwrap().unwrap();
        assert_eq!((answer.status, answer.body, answer.closes), (200, 2, true));
        assert!(parse_answer(&whole[..whole.len() - 1]).unwrap().is_none());
    }

    #[test]
    fn a_chunked_answer_is_put_together() {
        let whole = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n3\r\n ja\r\n0\r\n\r\n";
        assert!(parse_answer(whole).unwrap().unwrap().chunked);
        assert!(parse_answer(&whole[..whole.len() - 4]).unwrap().is_none());
        assert_eq!(unchunk(b"2\r\nok\r\n3\r\n ja\r\n0\r\n\r\n").unwrap().unwrap(), b"ok ja");
    }
}
