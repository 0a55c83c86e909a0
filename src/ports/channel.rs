//! The ways in and out of a channel: what the edge and the sender ask of its adapter.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::store::Contact;
use crate::domain::command::Command;
use crate::domain::ids::{AccountId, DeliveryId};
use crate::domain::message::Line;

/// One message for one contact.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Goes along as the provider's metadata, so that an echo can be recognised.
    pub id: DeliveryId,
    /// How the channel names the contact.
    pub to: String,
    pub line: Line,
    /// A person wrote it, not a bot.
    pub by_human: bool,
}

/// What the provider made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendResult {
    Sent {
        provider_id: String,
    },
    /// It certainly did not go out. `after`: not before that long, for the whole account if `account_wide`.
    NotSent {
        after: Option<Duration>,
        account_wide: bool,
        reason: String,
    },
    /// Trying again changes nothing for this message.
    Permanent {
        reason: String,
    },
    /// The account's credentials are refused: nothing can go out until the operator acts.
    AccountRefused {
        reason: String,
    },
    /// It may have gone out.
    Unknown {
        reason: String,
    },
}

impl SendResult {
    /// For counting.
    pub fn name(&self) -> &'static str {
        match self {
            SendResult::Sent { .. } => "sent",
            SendResult::NotSent { .. } => "not_sent",
            SendResult::Permanent { .. } => "permanent",
            SendResult::AccountRefused { .. } => "account_refused",
            SendResult::Unknown { .. } => "unknown",
        }
    }
}

pub trait Outlet: Send + Sync + 'static {
    fn send(&self, message: Outgoing) -> BoxFuture<'static, SendResult>;
    /// How many calls a line takes: a long one goes out in parts, and each counts against the limit.
    fn calls(&self, line: &Line) -> u32;
    /// The account's sending limit, messages per second.
    fn sends_per_second(&self) -> u32;
}

/// What one webhook brought, once it is known to be genuine.
#[derive(Debug, Default)]
pub struct Received {
    /// In the order it was written.
    pub asks: Vec<Inbound>,
    /// Genuine, but not understood: to be kept as it came.
    pub unread: Vec<Unread>,
    /// Accounts that are not ours, by the provider's name for them.
    pub strangers: Vec<String>,
}

/// One thing a contact did.
#[derive(Debug)]
pub struct Inbound {
    pub contact: Contact,
    /// The same for each copy of the same message.
    pub key: Option<String>,
    pub command: Command,
}

#[derive(Debug)]
pub struct Unread {
    /// One of few, so that it can be counted by.
    pub reason: &'static str,
    pub raw: Bytes,
}

/// The webhook carries no signature of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature is missing or wrong")]
pub struct NotSigned;

/// The way in of a channel that has webhooks.
pub trait Inlet: Send + Sync + 'static {
    /// The answer to the provider's question whether this address is ours. None: the question is not genuine.
    fn handshake(&self, query: &str) -> Option<String>;
    /// Checks the raw bytes, then reads them.
    fn receive(&self, signature: Option<&str>, body: &Bytes) -> Result<Received, NotSigned>;
}

/// Who a website visitor is: a token signed by us.
pub trait Visitors: Send + Sync + 'static {
    /// The visitor's key on the account, if the token is ours.
    fn check(&self, account: &AccountId, token: &str) -> Option<String>;
    /// A new visitor's key, and the token that will prove it.
    fn issue(&self, account: &AccountId) -> (String, String);
}
