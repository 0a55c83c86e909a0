//! The connections of a fake: requests in, answers out, in order, and a line that can be cut at any point.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::http::{Request, parse_request};

/// How a connection goes on after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// The answer is in the output buffer.
    Go,
    /// Close without a word more.
    Cut,
}

/// Who stands behind a door.
pub(crate) trait Visited: Send + Sync + 'static {
    fn handle(&self, request: &Request<'_>, output: &mut Vec<u8>) -> impl Future<Output = Next> + Send;
}

/// Takes connections until it is closed or dropped.
pub(crate) struct Door {
    address: SocketAddr,
    accepting: JoinHandle<()>,
    /// Ends every connection.
    closing: watch::Sender<bool>,
}

impl Door {
    /// Binds and serves on the current tokio runtime.
    pub async fn open(listen: SocketAddr, visited: Arc<impl Visited>) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let closing = watch::Sender::new(false);
        let accepting = tokio::spawn(accept(listener, visited, closing.subscribe()));
        Ok(Self { address, accepting, closing })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, for an account's `api_base`.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Closes the port and every connection, as if the provider had gone.
    pub fn close(&self) {
        self.accepting.abort();
        self.closing.send_replace(true);
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.close();
    }
}

async fn accept(listener: TcpListener, visited: Arc<impl Visited>, closing: watch::Receiver<bool>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (visited, mut closing) = (visited.clone(), closing.clone());
        tokio::spawn(async move {
            tokio::select! {
                _ = closing.wait_for(|closing| *closing) => {}
                _ = converse(stream, &*visited) => {}
            }
        });
    }
}

async fn converse(mut stream: TcpStream, visited: &impl Visited) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 16 << 10];
    let (mut filled, mut output) = (0, Vec::with_capacity(1 << 10));
    loop {
        if filled == buffer.len() {
            buffer.resize(filled * 2, 0);
        }
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        let mut taken = 0;
        while let Some(request) = parse_request(&buffer[taken..filled])? {
            match visited.handle(&request, &mut output).await {
                Next::Cut => return Ok(()),
                Next::Go if !request.keep_alive => return stream.write_all(&output).await,
                Next::Go => taken += request.bytes,
            }
        }
        buffer.copy_within(taken..filled, 0);
        filled -= taken;
        if !output.is_empty() {
            stream.write_all(&output).await?;
            output.clear();
        }
    }
}

/// Writes an answer of JSON.
pub(crate) fn answer(output: &mut Vec<u8>, status: u16, retry_after: Option<u64>, body: &str) {
    let retry = retry_after.map(|seconds| format!("retry-after: {seconds}\r\n")).unwrap_or_default();
    let reason = if status < 400 { "OK" } else { "Refused" };
    // Writing into memory cannot fail.
    let _ = write!(
        output,
        "HTTP/1.1 {status} {reason}\r\ncontent-type: application/json\r\n{retry}content-length: {}\r\n\r\n{body}",
        body.len()
    );
}

/// Where to connect for a webhook, and what to ask there. Only plain addresses of this machine: it is a fake.
pub(crate) fn local_parts(url: &str) -> io::Result<(SocketAddr, &str)> {
    let bad = || io::Error::new(io::ErrorKind::InvalidInput, format!("not an address of this machine: {url}"));
    let rest = url.split('#').next().and_then(|url| url.strip_prefix("http://")).ok_or_else(bad)?;
    let (host, _) = rest.split_once('/').ok_or_else(bad)?;
    Ok((host.parse().map_err(|_| bad())?, &rest[host.len()..]))
}
