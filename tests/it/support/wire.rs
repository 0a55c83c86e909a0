//! A websocket in the raw, for what well-behaved clients never do.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::tungstenite::{Error, http::StatusCode};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::installation::{Installation, SOON, SignedIn};

pub struct Wire {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What came over the wire.
#[derive(Debug, PartialEq)]
pub enum Came {
    Frame(Value),
    /// Closed by the server, with its code and sentence.
    Closed(u16, String),
    /// The connection ended without a goodbye.
    Gone,
}

impl Wire {
    /// Opens a socket with these headers, or gives the status of the refusal.
    pub async fn open(address: SocketAddr, path: &str, headers: &[(&'static str, &str)]) -> Result<Self, StatusCode> {
        let mut request = format!("ws://{address}{path}").into_client_request().expect("a request");
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("a header"));
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((stream, _)) => Ok(Self { stream }),
            Err(Error::Http(response)) => Err(response.status()),
            Err(other) => panic!("no socket: {other}"),
        }
    }

    pub async fn send(&mut self, message: Message) {
        self.stream.send(message).await.expect("sent");
    }

    /// All of them before anything is read.
    pub async fn send_all(&mut self, messages: Vec<Message>) {
        for message in messages {
            self.stream.feed(message).await.expect("sent");
        }
        self.stream.flush().await.expect("sent");
    }

    pub async fn say(&mut self, text: impl Into<String>) {
        self.send(Message::text(text.into())).await;
    }

    /// To a server that may have hung up already.
    pub async fn try_say(&mut self, text: String) -> Result<(), Error> {
        self.stream.send(Message::text(text)).await
    }

    /// What comes next, pings and pongs aside.
    pub async fn next(&mut self) -> Came {
        tokio::time::timeout(SOON, self.read()).await.expect("something comes soon")
    }

    async fn read(&mut self) -> Came {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Came::Frame(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Close(Some(why)))) => return Came::Closed(why.code.into(), why.reason.to_string()),
                Some(Ok(Message::Close(None)) | Err(_)) | None => return Came::Gone,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next frame of this type.
    pub async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            match self.next().await {
                Came::Frame(frame) if frame["type"] == kind => return frame,
                Came::Frame(_) => {}
                end => panic!("no “{kind}” came, but {end:?}"),
            }
        }
    }

    /// Reads until the end.
    pub async fn end(&mut self) -> Came {
        loop {
            match self.next().await {
                Came::Frame(_) => {}
                end => return end,
            }
        }
    }
}

impl Installation {
    /// A console's socket in the raw.
    pub async fn raw_console(&self, agent: &SignedIn) -> Wire {
        let cookie = format!("{}={}", loadtest::product::COOKIE, agent.cookie);
        let opened = Wire::open(self.address(), loadtest::product::CONSOLE_SOCKET, &[("cookie", &cookie)]).await;
        let mut wire = opened.expect("a console");
        wire.next_of("hello").await;
        wire
    }
}
