//! A mail server that takes our letters, by SMTP.
//!
//! lettre speaks the protocol; here is what each step's failure means. Until the first byte of a letter is written, it
//! certainly was not taken. After that, only the server's answer says what became of it: without one, nobody knows
//! (RFC 5321, 4.5.3.2.6). A recipient that the server refuses keeps the letter from nobody else.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use lettre::message::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;

use super::letter::{self, Sender};
use crate::ports::alert::{Letter, MailSecurity, MailServer, Mailer, Posted, SignIn};

/// What a server says is cut here.
const WORDS_CHARS_MAX: usize = 300;

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("smtp.ca_file = {path:?} cannot be read: {why}")]
    CaFile { path: PathBuf, why: String },
    #[error("smtp.from: {0}")]
    From(#[from] letter::Unwritable),
    #[error("TLS cannot be set up: {0}")]
    Tls(Error),
}

/// A step that did not work out.
#[derive(Debug)]
struct Trouble {
    step: String,
    error: Error,
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.step, words(&self.error))
    }
}

#[derive(Clone)]
pub struct Smtp(Arc<Inner>);

struct Inner {
    server: MailServer,
    /// For one letter, from the connection to the answer.
    timeout: Duration,
    from: Sender,
    tls: Option<TlsParameters>,
    hello: ClientId,
}

impl Smtp {
    pub fn new(server: MailServer, timeout: Duration) -> Result<Self, Unusable> {
        let from = Sender { name: server.from_name.clone(), address: letter::address(&server.from)? };
        let tls = match server.security {
            MailSecurity::Plain => None,
            MailSecurity::StartTls | MailSecurity::Tls => Some(tls(&server)?),
        };
        Ok(Self(Arc::new(Inner { server, timeout, from, tls, hello: ClientId::default() })))
    }

    /// Connects and signs in, and sends nothing. What is wrong, in words.
    pub async fn look(&self) -> Result<(), String> {
        let looked = async {
            let mut connection = self.0.connect().await.map_err(|trouble| trouble.to_string())?;
            let _ = connection.quit().await;
            Ok(())
        };
        let timeout = self.0.timeout;
        tokio::time::timeout(timeout, looked).await.unwrap_or_else(|_| Err(too_slow(timeout)))
    }
}

fn tls(server: &MailServer) -> Result<TlsParameters, Unusable> {
    let mut tls = TlsParameters::builder(server.host.clone());
    if let Some(path) = &server.ca_file {
        let unreadable = |why: String| Unusable::CaFile { path: path.clone(), why };
        let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| unreadable(words(&error)))?);
    }
    tls.build().map_err(Unusable::Tls)
}

impl Mailer for Smtp {
    fn post(&self, letter: Letter) -> BoxFuture<'static, Posted> {
        let inner = self.0.clone();
        async move {
            let begun = Arc::new(AtomicBool::new(false));
            let timeout = inner.timeout;
            let posted = tokio::time::timeout(timeout, inner.post(&letter, &begun)).await;
            posted.unwrap_or_else(|_| {
                let reason = too_slow(timeout);
                if begun.load(Ordering::SeqCst) { Posted::Unknown { reason } } else { Posted::NotSent { reason } }
            })
        }
        .boxed()
    }
}

impl Inner {
    async fn post(&self, letter: &Letter, begun: &AtomicBool) -> Posted {
        let message = match letter::write(letter, &self.from) {
            Ok(message) => message,
            Err(error) => return Posted::Refused { reason: error.to_string() },
        };
        let mut connection = match self.connect().await {
            Ok(connection) => connection,
            // Whatever it is, the operator can mend it: no letter is given up for it at once.
            Err(trouble) => return Posted::NotSent { reason: trouble.to_string() },
        };
        let posted = self.hand_over(&mut connection, &message, begun).await;
        let _ = tokio::time::timeout(Duration::from_secs(1), connection.quit()).await;
        posted
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Trouble> {
        let MailServer { host, port, security, .. } = &self.server;
        let at_once = self.tls.clone().filter(|_| *security == MailSecurity::Tls);
        let there = (host.as_str(), *port);
        let connection = AsyncSmtpConnection::connect_tokio1(there, Some(self.timeout), &self.hello, at_once, None);
        let mut connection = connection.await.map_err(|error| trouble(format!("{host}:{port}"), error))?;
        if let Some(tls) = self.tls.clone().filter(|_| *security == MailSecurity::StartTls) {
            let upgraded = connection.starttls(tls, &self.hello).await;
            upgraded.map_err(|error| trouble(format!("{host}:{port}, TLS"), error))?;
        }
        if let Some(SignIn { user, password }) = &self.server.sign_in {
            let credentials = Credentials::new(user.clone(), password.clone());
            let signed_in = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
            signed_in.map_err(|error| trouble(format!("{host}:{port}, signing in as {user}"), error))?;
        }
        Ok(connection)
    }

    async fn hand_over(&self, connection: &mut AsyncSmtpConnection, message: &Message, begun: &AtomicBool) -> Posted {
        let envelope = message.envelope();
        if let Err(error) = connection.command(Mail::new(envelope.from().cloned(), Vec::new())).await {
            return not_taken(&trouble(format!("from {}", self.from.address), error));
        }
        let (mut taken, mut refused): (usize, Vec<Trouble>) = (0, Vec::new());
        for recipient in envelope.to() {
            match connection.command(Rcpt::new(recipient.clone(), Vec::new())).await {
                Ok(_) => taken += 1,
                Err(error) if error.status().is_some() => refused.push(trouble(format!("to {recipient}"), error)),
                Err(error) => return not_taken(&trouble(format!("to {recipient}"), error)),
            }
        }
        if taken == 0 {
            return all_refused(&refused);
        }
        if let Err(error) = connection.command(Data).await {
            return not_taken(&trouble("the letter".to_owned(), error));
        }
        begun.store(true, Ordering::SeqCst);
        let answer = connection.message(&message.formatted()).await;
        fail::fail_point!("letter-answered", |_| std::process::abort());
        match answer {
            Ok(response) => Posted::Sent { words: with_refused(said(&response), &refused) },
            Err(error) if error.status().is_some() => not_taken(&trouble("the letter".to_owned(), error)),
            Err(error) => Posted::Unknown { reason: trouble("after the letter".to_owned(), error).to_string() },
        }
    }
}

fn trouble(step: String, error: Error) -> Trouble {
    Trouble { step, error }
}

/// Nothing of the letter stayed with the server.
fn not_taken(trouble: &Trouble) -> Posted {
    let reason = trouble.to_string();
    if trouble.error.is_permanent() { Posted::Refused { reason } } else { Posted::NotSent { reason } }
}

/// As long as one of them may still be taken, the letter is tried again.
fn all_refused(refused: &[Trouble]) -> Posted {
    let reason = list(refused);
    let for_good = refused.iter().all(|trouble| trouble.error.is_permanent());
    if for_good { Posted::Refused { reason } } else { Posted::NotSent { reason } }
}

fn with_refused(words: String, refused: &[Trouble]) -> String {
    if refused.is_empty() { words } else { format!("{words} (but not {})", list(refused)) }
}

fn list(troubles: &[Trouble]) -> String {
    troubles.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn said(response: &Response) -> String {
    let lines = response.message().collect::<Vec<_>>().join(" ");
    cut(&format!("{} {lines}", response.code()))
}

/// An error with its causes, which lettre tells apart from it.
fn words(error: &Error) -> String {
    let mut words = Vec::new();
    if let Some(status) = error.status() {
        words.push(status.to_string());
    }
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        words.push(error.to_string());
        source = error.source();
    }
    if words.is_empty() {
        words.push(error.to_string());
    }
    cut(&words.join(" "))
}

fn cut(words: &str) -> String {
    crate::domain::alert::plain(words)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(WORDS_CHARS_MAX)
        .collect()
}

fn too_slow(timeout: Duration) -> String {
    format!("the mail server did not answer within {} s", timeout.as_secs())
}
