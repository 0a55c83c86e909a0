//! A provider that speaks TLS, a proxy between it and us, and what is known when there is no answer.

use std::io::{self, BufRead, BufReader, Read, Write, copy};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::spawn;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use switchboard::adapters::channels::http::{Answer, Client, JSON, Unanswered, headers};
use tempfile::TempDir;

use crate::support::certificates;

const PATIENCE: Duration = Duration::from_secs(20);
const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\nretry-after: 7\r\n\r\n{\"a\":\"b\"}";

/// A provider on `localhost`, whose certificate the authority in `dir` has signed.
struct Provider {
    dir: TempDir,
    port: u16,
    /// What it was asked, head and body.
    asked: Receiver<String>,
}

impl Provider {
    fn start() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        certificates::make(dir.path()).expect("certificates");
        let tls = Arc::new(server_config(dir.path()));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (tell, asked) = channel();
        spawn(move || {
            for line in listener.incoming().flatten() {
                let session = ServerConnection::new(tls.clone()).expect("a session");
                // Whoever does not trust us hangs up.
                if let Ok(words) = answer(StreamOwned::new(session, line)) {
                    let _ = tell.send(words);
                }
            }
        });
        Self { dir, port, asked }
    }

    fn authority(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        let file = self.dir.path().join("authority.crt");
        roots.add(CertificateDer::from_pem_file(file).expect("a certificate")).expect("an authority");
        roots
    }
}

fn server_config(dir: &Path) -> ServerConfig {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let chain = vec![CertificateDer::from_pem_file(dir.join("server.crt")).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_file(dir.join("server.key")).expect("a key");
    let config = ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions().expect("versions");
    config.with_no_client_auth().with_single_cert(chain, key).expect("they belong together")
}

/// Reads one request whose body ends with `}`, and answers it.
fn answer(line: impl Read + Write) -> io::Result<String> {
    let mut reader = BufReader::new(line);
    let mut words = Vec::new();
    while !words.ends_with(b"}") {
        if reader.read_until(b'}', &mut words)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    reader.get_mut().write_all(ANSWER.as_bytes())?;
    reader.get_mut().flush()?;
    Ok(String::from_utf8_lossy(&words).into_owned())
}

/// A proxy for one connection: says what it was asked, and joins both sides if its answer is a yes.
fn proxy(answer: &'static str) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let (tell, asked) = channel();
    spawn(move || {
        let (mut line, _) = listener.accept().expect("somebody comes");
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && line.read_exact(&mut byte).is_ok() {
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).expect("text");
        let to = head.split(' ').nth(1).expect("an address").to_owned();
        tell.send(head).expect("the test listens");
        line.write_all(answer.as_bytes()).expect("it hears");
        if answer.starts_with("HTTP/1.1 200") {
            join(line, TcpStream::connect(to).expect("the provider"));
        }
    });
    (address, asked)
}

fn join(one: TcpStream, other: TcpStream) {
    let (mut from, mut to) = (one.try_clone().expect("a copy"), other.try_clone().expect("a copy"));
    spawn(move || {
        let _ = copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let (mut from, mut to) = (other, one);
    let _ = copy(&mut from, &mut to);
}

fn direct() -> Matcher {
    Matcher::builder().build()
}

async fn post(roots: RootCertStore, proxies: Matcher, port: u16) -> Result<Answer, Unanswered> {
    let client = Client::with(PATIENCE, roots, proxies).expect("a client");
    let to: Uri = format!("https://localhost:{port}/v26.0/1/messages?proof=x").parse().expect("an address");
    client.post(to, headers(JSON, Some(HeaderValue::from_static("Bearer t"))), b"{\"to\":7}".to_vec()).await
}

#[tokio::test]
async fn a_provider_is_reached_over_tls_if_somebody_we_trust_vouches_for_it() {
    let provider = Provider::start();
    let answer = post(provider.authority(), direct(), provider.port).await.expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"{\"a\":\"b\"}".as_slice()));
    assert_eq!(answer.header(HeaderName::from_static("retry-after")), Some("7"));
    let asked = provider.asked.recv_timeout(PATIENCE).expect("it was asked").to_lowercase();
    assert!(asked.starts_with("post /v26.0/1/messages?proof=x http/1.1\r\n"), "{asked}");
    for header in ["host: localhost", "authorization: bearer t", "content-type: application/json", "content-length: 8"]
    {
        assert!(asked.contains(header), "{header} in {asked}");
    }

    let stranger = post(RootCertStore::empty(), direct(), provider.port).await.expect_err("nobody vouches for it");
    assert!(matches!(stranger, Unanswered::Unreachable(_)), "{stranger:?}");
}

#[tokio::test]
async fn behind_a_proxy_the_proxy_learns_where_a_message_goes_and_nothing_else() {
    let provider = Provider::start();
    let (address, asked) = proxy("HTTP/1.1 200 Connection established\r\n\r\n");
    let proxies = Matcher::builder().all(format!("http://ana:secret@{address}")).build();
    let answer = post(provider.authority(), proxies, provider.port).await.expect("an answer");
    assert_eq!(answer.status, 200);
    let asked = asked.recv_timeout(PATIENCE).expect("it was asked");
    assert!(asked.starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", provider.port)), "{asked}");
    assert!(asked.contains("Basic YW5hOnNlY3JldA=="), "{asked}");
    assert!(!asked.contains("proof"), "{asked}");
    assert!(provider.asked.recv_timeout(PATIENCE).expect("it was asked").contains("{\"to\":7}"));
}

#[tokio::test]
async fn a_proxy_that_refuses_or_is_of_another_kind_means_that_nothing_went_out() {
    let provider = Provider::start();
    let (address, _asked) = proxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    for proxy in [format!("http://{address}"), "https://127.0.0.1:1".to_owned(), "socks5://127.0.0.1:1".to_owned()] {
        let proxies = Matcher::builder().all(proxy.as_str()).build();
        let refused = post(provider.authority(), proxies, provider.port).await.expect_err("no way");
        assert!(matches!(refused, Unanswered::Unreachable(_)), "{proxy}: {refused:?}");
    }
    assert!(provider.asked.try_recv().is_err());
}

#[tokio::test]
async fn whoever_the_environment_excepts_is_reached_past_the_proxy() {
    let provider = Provider::start();
    let proxies = Matcher::builder().all("http://127.0.0.1:1").no("localhost").build();
    assert_eq!(post(provider.authority(), proxies, provider.port).await.expect("an answer").status, 200);
}
