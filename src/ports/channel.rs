//! The ways in and out of a channel: what the edge and the sender ask of its adapter.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use uuid::Uuid;

use super::store::Contact;
use super::stretch::{Part, Stretch};
use crate::domain::bot::entrances::Entrances;
use crate::domain::command::Command;
use crate::domain::described::Attribute;
use crate::domain::ids::{AccountId, DeliveryId};
use crate::domain::message::Line;
use crate::domain::template::Filled;
use crate::domain::time::Timestamp;

/// One message for one contact.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Goes along as the provider's metadata, so that an echo can be recognised.
    pub id: DeliveryId,
    /// How the channel names the contact.
    pub to: String,
    pub line: Line,
    pub by: By,
    /// It goes out as one that the channel approved beforehand: only what a person wrote.
    pub template: Option<Filled>,
    /// How often it was tried before.
    pub attempt: u32,
}

/// Who wrote it, as far as a channel is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Bot,
    /// `late`: the channel takes it no more unless it is said to be a person's.
    Person {
        late: bool,
    },
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
    /// The contact wants no messages from this account.
    OptedOut {
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
            SendResult::OptedOut { .. } => "opted_out",
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
    /// Whether what is shown is about a message of theirs: then `Courtesy::Read` comes in place of `Types` and `Seen`.
    fn shows_at_a_message(&self) -> bool {
        false
    }
    /// Shows a contact something beside messages; none if the channel has nothing of the kind. Whatever becomes of it, it
    /// is not tried again.
    fn show(&self, to: &str, courtesy: Courtesy) -> Option<BoxFuture<'static, ()>> {
        let _ = (to, courtesy);
        None
    }
}

/// How fast one contact may be written to: so many calls at once, then one each interval; an interval of nothing is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    pub interval: Duration,
    pub burst: u32,
}

/// What is shown at once or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Courtesy {
    /// Somebody writes.
    Types,
    /// Somebody has read what they wrote.
    Seen,
    /// Somebody has read what they wrote last, up to `message`; `types`: and writes about it.
    Read { message: String, types: bool },
    /// A tap has been taken: `tap` names it, `message` is the one whose button it was.
    Tapped { tap: String, message: Option<String> },
}

/// What a contact lets a channel say of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    pub name: Option<String>,
    /// Such as `de`.
    pub language: Option<String>,
}

/// What a channel knows of its contacts, where it does not say so with each message.
pub trait Profiles: Send + Sync + 'static {
    fn profile(&self, of: &str) -> BoxFuture<'static, Profile>;
}

/// Where a contact's picture is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Portrait {
    At(String),
    /// By the provider's name for the file; see [`Files`].
    File(String),
}

/// What contacts look like, where they let a channel show it.
pub trait Portraits: Send + Sync + 'static {
    fn portrait(&self, of: &str) -> BoxFuture<'static, Option<Portrait>>;
}

/// Why a conversation stays where it is, with the provider's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMoved {
    #[error("another app has the conversation: {0}")]
    Elsewhere(String),
    #[error("the provider does not let us: {0}")]
    NotAllowed(String),
    #[error("the provider refuses: {0}")]
    Refused(String),
    #[error("the provider did not answer: {0}")]
    Unreachable(String),
}

/// Whose a conversation is at a provider where other programs answer beside us.
pub trait Custody: Send + Sync + 'static {
    /// To another program, by the provider's id of it.
    fn pass(&self, person: &str, to: &str) -> BoxFuture<'static, Result<(), NotMoved>>;
    /// To nobody: the provider decides who is next.
    fn release(&self, person: &str) -> BoxFuture<'static, Result<(), NotMoved>>;
    /// It stays ours for so long, also if the contact is silent.
    fn keep(&self, person: &str, lasts: Duration) -> BoxFuture<'static, Result<(), NotMoved>>;
}

/// What a provider shows of a bot before anybody has said anything.
pub trait Doors: Send + Sync + 'static {
    /// Enters it in place of what was there; whether anything was new. In words, why not.
    fn show(&self, entrances: &Entrances) -> BoxFuture<'static, Result<bool, String>>;
}

/// A file that a contact attached, while it is read.
pub struct File {
    /// Its last part is how the provider calls it.
    pub path: String,
    /// Of the whole; none: the provider does not say.
    pub length: Option<u64>,
    /// What `bytes` are; none: the whole.
    pub part: Option<Part>,
    pub bytes: BoxStream<'static, Result<Bytes, NotFetched>>,
}

/// Why an attached file is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotFetched {
    #[error("the provider has no such file, or not any more")]
    Gone,
    #[error("the file is larger than the provider hands out")]
    TooLarge,
    #[error("the provider cannot be reached, or broke off: {0}")]
    Unreachable(String),
}

/// Where attached files are that have no link of their own.
pub trait Files: Send + Sync + 'static {
    /// By the provider's name for the file. A provider that hands out no stretches gives the whole.
    fn fetch(&self, file: &str, stretch: Option<Stretch>) -> BoxFuture<'static, Result<File, NotFetched>>;
}

/// What one webhook brought, once it is known to be genuine.
#[derive(Debug, Default)]
pub struct Received {
    /// In the order it was written.
    pub asks: Vec<Inbound>,
    /// What the provider says about contacts beside what they wrote: how it is called, and what it is.
    pub known: Vec<(Contact, &'static str, String)>,
    /// Contacts above whom the channel may have named otherwise before, with that name if it says so.
    pub namesakes: Vec<(Contact, Option<Contact>)>,
    /// Genuine, but not understood: to be kept as it came.
    pub unread: Vec<Unread>,
    /// Genuine, understood, and not for us: counted by one of few reasons.
    pub passed_over: Option<&'static str>,
    /// Accounts that are not ours, by the provider's name for them.
    pub strangers: Vec<String>,
    /// What the contact is shown once all this is durable.
    pub courtesies: Vec<(Contact, Courtesy)>,
    /// What the provider reads, once all this is durable.
    pub answer: Answer,
}

impl Received {
    /// Only a question, or a thing that means nothing to us.
    pub fn nothing_but(answer: Answer) -> Self {
        Self { answer, ..Self::default() }
    }
}

/// The body of a 200.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Empty if there is no body.
    pub content_type: &'static str,
    pub body: Cow<'static, str>,
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

/// A request to a webhook, as it came: providers sign different pieces of it, and always the very bytes.
#[derive(Clone, Copy)]
pub struct Webhook<'a> {
    /// A provider asks by GET, or tells by POST.
    pub is_post: bool,
    /// As the request line has it, percent-encoding and all: `/webhooks/meta`.
    pub path: &'a str,
    /// What the path says behind the provider's name: an account, perhaps more. Decoded, without a slash at its start.
    pub place: &'a str,
    /// Behind the question mark, as it came; empty if there is none.
    pub query: &'a str,
    pub headers: &'a dyn Headers,
    pub body: &'a Bytes,
}

/// The headers of a request. Names are given in lower case.
pub trait Headers {
    /// The first of this name; none, too, if it is not plain text.
    fn get(&self, name: &str) -> Option<&str>;
}

/// For tests, and for whoever has so few.
impl<const N: usize> Headers for [(&str, &str); N] {
    fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

/// Why a webhook is not taken. Nothing of it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It carries no signature of ours.
    #[error("the signature is missing or wrong")]
    NotSigned,
    /// It asks whether this address is ours, and does not know the word.
    #[error("the verify token is missing or wrong")]
    NotKnown,
    /// No account has this address.
    #[error("no account is reached by this address")]
    Nowhere,
}

/// The way in of a provider that has webhooks: all accounts that are connected through it.
pub trait Inlet: Send + Sync + 'static {
    /// Checks that the request is the provider's, then reads it. Pure.
    fn receive(&self, webhook: &Webhook<'_>) -> Result<Received, NotTaken>;
}

/// Who a visitor is in the world, by the word of their website.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The same for this person on every device.
    pub visitor: Uuid,
    pub name: Option<String>,
    pub attributes: Vec<Attribute>,
}

/// Why a visitor stays a stranger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotIdentified {
    #[error("the account has no identity_secret")]
    NoSecret,
    #[error("the identity is no signed token with sub and exp")]
    Unreadable,
    #[error("the identity is not signed with HS256")]
    Algorithm,
    #[error("the identity's signature is wrong: another secret, or it was changed")]
    Signature,
    #[error("the identity has expired, or is not good yet")]
    OutOfTime,
    #[error("the identity is for another account (aud)")]
    OtherAccount,
    #[error("the identity names nobody (sub has 1 to 200 characters)")]
    Nobody,
    #[error("the identity's attributes do not fit: {0}")]
    Attributes(String),
}

/// Who a website visitor is: a token signed by us.
pub trait Visitors: Send + Sync + 'static {
    /// Whom the website's own server speaks of.
    fn identify(&self, account: &AccountId, signed: &str, now: Timestamp) -> Result<Identity, NotIdentified>;
    /// The key of a visitor on the account, and the token that will prove it.
    fn token(&self, account: &AccountId, visitor: Uuid) -> (String, String);
    /// Whether it is the key of a visitor who was identified.
    fn is_identified(&self, key: &str) -> bool;
    /// The visitor's key on the account, if the token is ours.
    fn check(&self, account: &AccountId, token: &str) -> Option<String>;
    /// A new visitor's key, and the token that will prove it.
    fn issue(&self, account: &AccountId) -> (String, String);
}
