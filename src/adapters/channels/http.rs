//! How all channels speak HTTP to their providers: one client, and how much of an answer we are willing to read.
//!
//! What matters is which failures certainly left the message here: see [`Unanswered`]. No redirect is followed, because a
//! message must not end up elsewhere than where it was sent, and nothing that may have left is tried twice.

mod reach;

use std::error::Error;
use std::iter;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use tokio::time::{Instant, timeout, timeout_at};

use crate::ports::stretch::{Part, Stretch};
use reach::Reach;

/// Longer than this to connect: nothing has left us. Shorter than any whole answer takes, so the two are told apart.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// As many as a sender has messages under way, or each burst would open connections anew.
const IDLE_CONNECTIONS_PER_HOST_MAX: usize = 256;
/// A server that drops an idle connection just as we use it leaves us not knowing whether it got the message. So we
/// drop it first.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// The rest of a longer answer is not read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

const PARTIAL: u16 = 206;

pub const FORM: &str = "application/x-www-form-urlencoded";
pub const JSON: &str = "application/json";
const US: HeaderValue = HeaderValue::from_static(concat!("switchboard/", env!("CARGO_PKG_VERSION")));

#[derive(Clone)]
pub struct Client {
    inner: legacy::Client<Reach, Full<Bytes>>,
    answer_timeout: Duration,
}

/// What the provider answered, whatever it means.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: HeaderMap,
    /// What came of it, should the connection break: the status still counts.
    pub body: Vec<u8>,
}

impl Answer {
    /// None as well if it is not readable.
    pub fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A file, chunk by chunk.
pub struct Download {
    pub status: u16,
    headers: HeaderMap,
    incoming: Incoming,
    patience: Duration,
}

impl Download {
    /// Of what comes; none: it is not said.
    fn coming(&self) -> Option<u64> {
        self.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    pub fn is_part(&self) -> bool {
        self.status == PARTIAL
    }

    /// How long the whole is, if that is said, and which part of it comes, if it is one.
    pub fn length_and_part(&self) -> (Option<u64>, Option<Part>) {
        let part = self.headers.get(CONTENT_RANGE).and_then(|range| Part::parse(range.to_str().ok()?));
        match part.filter(|_| self.is_part()) {
            Some(part) => (part.of, Some(part)),
            None => (self.coming(), None),
        }
    }

    /// None at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Unanswered> {
        loop {
            let frame = timeout(self.patience, self.incoming.frame()).await.map_err(|_| Unanswered::TooLate)?;
            let Some(frame) = frame else { return Ok(None) };
            if let Ok(chunk) = frame.map_err(|error| Unanswered::Broken(error.to_string()))?.into_data() {
                return Ok(Some(chunk));
            }
        }
    }

    /// All of it; none if it is longer than so many bytes.
    pub async fn whole(mut self, bytes_max: usize) -> Result<Option<Vec<u8>>, Unanswered> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > bytes_max {
                return Ok(None);
            }
        }
        Ok(Some(body))
    }
}

/// No answer, or not all of it; the words hold no address, which may be a secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// There never was a connection: nothing has left us.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    #[error("it did not answer in time")]
    TooLate,
    #[error("the connection broke: {0}")]
    Broken(String),
}

impl Client {
    /// A client that trusts the authorities which this machine trusts, and goes through the proxy that `HTTPS_PROXY`,
    /// `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` name for an address. To be made once, and used inside a tokio runtime.
    pub fn new(answer_timeout: Duration) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self::with(answer_timeout, roots, Matcher::from_env())
    }

    /// Where what is trusted, and the way there, are known.
    pub fn with(answer_timeout: Duration, roots: RootCertStore, proxies: Matcher) -> Result<Self, rustls::Error> {
        let ring = rustls::crypto::ring::default_provider();
        let tls = ClientConfig::builder_with_provider(ring.into()).with_safe_default_protocol_versions()?;
        let tls = tls.with_root_certificates(roots).with_no_client_auth();
        let reach = Reach::new(CONNECT_TIMEOUT.min(answer_timeout / 2), tls, proxies);
        let inner = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_CONNECTIONS_PER_HOST_MAX)
            .build(reach);
        Ok(Self { inner, answer_timeout })
    }

    /// `headers`: see [`headers`].
    pub async fn post(&self, to: Uri, headers: HeaderMap, body: Vec<u8>) -> Result<Answer, Unanswered> {
        self.send(Method::POST, to, headers, body).await
    }

    pub async fn delete(&self, to: Uri, headers: HeaderMap, body: Vec<u8>) -> Result<Answer, Unanswered> {
        self.send(Method::DELETE, to, headers, body).await
    }

    async fn send(&self, method: Method, to: Uri, headers: HeaderMap, body: Vec<u8>) -> Result<Answer, Unanswered> {
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = method;
        *request.uri_mut() = to;
        *request.headers_mut() = headers;
        let until = Instant::now() + self.answer_timeout;
        let (head, incoming) = self.answer(request, until).await?.into_parts();
        let mut body = Vec::new();
        let _ = timeout_at(until, read(incoming, &mut body)).await;
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    /// Each chunk may take as long as an answer. `authorization` is never shown.
    pub async fn get(
        &self,
        from: Uri,
        authorization: Option<HeaderValue>,
        stretch: Option<Stretch>,
    ) -> Result<Download, Unanswered> {
        let mut request = Request::new(Full::default());
        *request.uri_mut() = from;
        request.headers_mut().insert(USER_AGENT, US);
        if let Some(mut authorization) = authorization {
            authorization.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, authorization);
        }
        if let Some(range) = stretch.and_then(|stretch| HeaderValue::try_from(stretch.in_words()).ok()) {
            request.headers_mut().insert(RANGE, range);
        }
        let answer = self.answer(request, Instant::now() + self.answer_timeout).await?;
        let (head, incoming) = answer.into_parts();
        let (status, headers) = (head.status.as_u16(), head.headers);
        Ok(Download { status, headers, incoming, patience: self.answer_timeout })
    }

    async fn answer(&self, request: Request<Full<Bytes>>, until: Instant) -> Result<Response<Incoming>, Unanswered> {
        Ok(timeout_at(until, self.inner.request(request)).await.map_err(|_| Unanswered::TooLate)??)
    }
}

/// What each call to a provider carries. `authorization` is never shown.
pub fn headers(content_type: &'static str, authorization: Option<HeaderValue>) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([
        (USER_AGENT, US),
        (ACCEPT, HeaderValue::from_static(JSON)),
        (CONTENT_TYPE, HeaderValue::from_static(content_type)),
    ]);
    if let Some(mut authorization) = authorization {
        authorization.set_sensitive(true);
        headers.insert(AUTHORIZATION, authorization);
    }
    headers
}

async fn read(mut incoming: Incoming, body: &mut Vec<u8>) {
    while let Some(Ok(frame)) = incoming.frame().await {
        let Ok(chunk) = frame.into_data() else { continue };
        let room = ANSWER_BYTES_MAX - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() >= room {
            break;
        }
    }
}

impl From<legacy::Error> for Unanswered {
    fn from(error: legacy::Error) -> Self {
        // The first says no more than which variant this is.
        let chain = iter::successors(error.source(), |cause: &&dyn Error| (*cause).source());
        let words = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ");
        if error.is_connect() { Self::Unreachable(words) } else { Self::Broken(words) }
    }
}
