//! The way out for e-mail alerts: what the alerter asks of a mail server.

use std::fmt;
use std::path::PathBuf;

use futures_util::future::BoxFuture;

use crate::domain::ids::DeliveryId;
use crate::domain::time::Timestamp;

/// A letter to people, as it is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The alert: the letter's message id is made of it, the same with every try. All letters of one conversation are
    /// one thread.
    pub id: DeliveryId,
    pub at: Timestamp,
    /// Addresses, at least one.
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub reply_to: Option<String>,
    pub subject: String,
    pub body: String,
    /// What is known, by what it is called.
    pub facts: Vec<(String, String)>,
    /// The last words, oldest first: who said them, and what.
    pub said: Vec<(String, String)>,
    /// The conversation in the console.
    pub link: String,
    /// An earlier try may have arrived.
    pub again: bool,
}

/// What the mail server made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posted {
    /// It answers for it now.
    Sent { words: String },
    /// It certainly did not take it; it may later.
    NotSent { reason: String },
    /// Trying again changes nothing.
    Refused { reason: String },
    /// It may have taken it.
    Unknown { reason: String },
}

impl Posted {
    /// For counting.
    pub fn name(&self) -> &'static str {
        match self {
            Posted::Sent { .. } => "sent",
            Posted::NotSent { .. } => "not_sent",
            Posted::Refused { .. } => "refused",
            Posted::Unknown { .. } => "unknown",
        }
    }
}

pub trait Mailer: Send + Sync + 'static {
    fn post(&self, letter: Letter) -> BoxFuture<'static, Posted>;
}

/// Where the mail server is, and who we are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    pub sign_in: Option<SignIn>,
    pub from_name: Option<String>,
    pub from: String,
    /// Who signs the server's certificate (PEM), beside those whom browsers trust.
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// In the clear until the server is asked for TLS, which it must give.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// In the clear.
    Plain,
}

/// Its `Debug` does not show the password.
#[derive(Clone, PartialEq, Eq)]
pub struct SignIn {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} [secret]", self.user)
    }
}
