//! The way to a provider: a TCP connection, or a tunnel through the proxy that the environment names, and TLS over it.

use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Uri;
use http::uri::Scheme;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Reached<S> = BoxFuture<'static, Result<S, BoxError>>;

#[derive(Clone)]
pub struct Reach {
    /// For the whole of it: names, proxies, handshakes.
    within: Duration,
    tls: HttpsConnector<Line>,
}

impl Reach {
    pub fn new(within: Duration, tls: ClientConfig, proxies: Matcher) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        Self { within, tls: HttpsConnector::from((Line { tcp, proxies: Arc::new(proxies) }, tls)) }
    }
}

impl Service<Uri> for Reach {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = Reached<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tls.poll_ready(cx)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let (within, reached) = (self.within, self.tls.call(to));
        async move {
            let late = || format!("no connection within {} ms", within.as_millis());
            timeout(within, reached).await.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, late()))?
        }
        .boxed()
    }
}

/// What lies under TLS.
#[derive(Clone)]
struct Line {
    tcp: HttpConnector,
    proxies: Arc<Matcher>,
}

impl Service<Uri> for Line {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Reached<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(cx).map_err(BoxError::from)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        match self.proxies.intercept(&to) {
            None => self.tcp.call(to).map(|line| line.map_err(BoxError::from)).boxed(),
            Some(proxy) => tunnel(&self.tcp, &proxy, to),
        }
    }
}

/// Plain HTTP is tunnelled, too: the proxy sees where a message goes and nothing else.
fn tunnel(tcp: &HttpConnector, proxy: &Intercept, to: Uri) -> Reached<TokioIo<TcpStream>> {
    if proxy.uri().scheme().is_some_and(|scheme| *scheme != Scheme::HTTP) {
        let error = io::Error::other("the environment names a proxy that is not reached by http://");
        return async move { Err(error.into()) }.boxed();
    }
    let mut tunnel = Tunnel::new(proxy.uri().clone(), tcp.clone());
    if let Some(basic) = proxy.basic_auth() {
        tunnel = tunnel.with_auth(basic.clone());
    }
    async move { tunnel.call(to).await.map_err(BoxError::from) }.boxed()
}
