//! A websocket that speaks JSON texts.

use std::time::Duration;

use anyhow::{Result, bail};
use futures_util::{SinkExt, StreamExt};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::{COOKIE, ORIGIN};
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

const CONNECT_MAX: Duration = Duration::from_secs(5);

pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    pub async fn open(url: &str, origin: &str, cookie: Option<&str>) -> Result<Self> {
        let mut request = url.into_client_request()?;
        request.headers_mut().insert(ORIGIN, HeaderValue::from_str(origin)?);
        if let Some(cookie) = cookie {
            request.headers_mut().insert(COOKIE, HeaderValue::from_str(cookie)?);
        }
        let connected = tokio::time::timeout(CONNECT_MAX, tokio_tungstenite::connect_async(request)).await??;
        Ok(Self { stream: connected.0 })
    }

    pub async fn send(&mut self, frame: &Value) -> Result<()> {
        Ok(self.stream.send(Message::text(frame.to_string())).await?)
    }

    /// The next frame; none when time is up. An error says that the socket is gone, with the server's close code.
    pub async fn next<T: DeserializeOwned>(&mut self, within: Duration) -> Result<Option<T>> {
        let until = tokio::time::Instant::from_std(crate::clock::instant() + within);
        loop {
            let Ok(message) = tokio::time::timeout_at(until, self.stream.next()).await else { return Ok(None) };
            match message {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                    Ok(frame) => return Ok(Some(frame)),
                    Err(error) => bail!("an unreadable frame ({error}): {text}"),
                },
                Some(Ok(Message::Close(why))) => match why {
                    Some(why) => bail!("closed {}: {}", u16::from(why.code), why.reason),
                    None => bail!("closed without a code"),
                },
                Some(Ok(_)) => {}
                Some(Err(error)) => bail!("the connection broke: {error}"),
                None => bail!("the connection ended"),
            }
        }
    }
}
