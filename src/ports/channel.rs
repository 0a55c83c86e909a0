//! A way to a contact: what the sender asks of a channel's adapter.

use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::domain::ids::DeliveryId;
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
    Sent { provider_id: String },
    /// It certainly did not go out. `after`: not before that long, for the whole account if `account_wide`.
    NotSent { after: Option<Duration>, account_wide: bool, reason: String },
    /// Trying again changes nothing for this message.
    Permanent { reason: String },
    /// The account's credentials are refused: nothing can go out until the operator acts.
    AccountRefused { reason: String },
    /// It may have gone out.
    Unknown { reason: String },
}

pub trait Outlet: Send + Sync + 'static {
    fn send(&self, message: Outgoing) -> BoxFuture<'static, SendResult>;
    /// The account's sending limit, messages per second.
    fn sends_per_second(&self) -> u32;
}
