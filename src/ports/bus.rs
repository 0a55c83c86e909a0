//! Who hears of it quickly: committed events and list rows, from owners to everyone who watches, on any node; commands,
//! from any node to the owner, and their answers.
//!
//! At most once, in order per topic. A listener that misses something notices by the seq and reads the store; who asked
//! and got no answer asks again under the same key.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::store::{Contact, Queued};
use crate::domain::command::{Command, Refusal};
use crate::domain::event::Event;
use crate::domain::ids::{AccountId, ConversationId, Incarnation, Seq};
use crate::domain::presence::Sign;
use crate::domain::summary::Summary;
use crate::domain::time::Timestamp;

/// What a conversation publishes after a commit. Without events it only says where the log ends.
#[derive(Debug, Clone)]
pub struct Published {
    /// The seq of the first event; the last one's is the summary's.
    pub first: Seq,
    pub at: Timestamp,
    pub events: Arc<[Event]>,
    pub summary: Arc<Summary>,
    /// The frame as consoles read it, encoded by the first who needs it.
    pub console_frame: Encoded,
}

/// A frame that is encoded at most once, whoever asks first.
#[derive(Debug, Clone, Default)]
pub struct Encoded(Arc<std::sync::OnceLock<bytestring::ByteString>>);

impl Encoded {
    pub fn get_or_encode(&self, encode: impl FnOnce() -> String) -> bytestring::ByteString {
        self.0.get_or_init(|| encode().into()).clone()
    }
}

impl Published {
    pub fn conversation(&self) -> ConversationId {
        self.summary.conversation
    }

    /// The events from `seq` on, each with its own.
    pub fn events_from(&self, seq: Seq) -> impl Iterator<Item = (Seq, &Event)> {
        (self.first..).zip(self.events.iter()).filter(move |(at, _)| *at >= seq)
    }
}

/// What a listener hears.
#[derive(Debug, Clone, Copy)]
pub enum News<'a> {
    Published(&'a Arc<Published>),
    /// Somebody is there, or writes.
    Shown(&'a Sign),
    /// Something may have been lost on the way, or the subscription stands only now: look at the store.
    MaybeMissed,
}

/// Somebody who listens. Called on the publisher's or the bus's thread: hand it on, never block.
pub type Listener = Arc<dyn Fn(News<'_>) + Send + Sync>;

/// Ends the subscription when dropped.
pub struct Subscription(Option<Box<dyn FnOnce() + Send>>);

impl Subscription {
    pub fn new(end: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(end)))
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}

/// A command took effect, now or under the same key before; `last` is its last event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    pub last: Seq,
}

/// Why a command did not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nothing is known to be written; the same, under the same key, may work in a moment.
    #[error("{0}")]
    Unavailable(String),
    #[error("this conversation's channel account is no longer configured")]
    UnknownAccount,
}

pub type Answered = Result<Done, NotDone>;

/// A command on its way to the node where its conversation lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub contact: Contact,
    pub command: Command,
    /// What makes it the same as an earlier one.
    pub key: Option<String>,
}

/// Why another node gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAnswered {
    /// That node is gone, or it does not have the conversation; nothing was done.
    NotThere,
    /// No answer came in time: it may have been done, or may still be.
    Silent,
    /// Nothing can be sent at the moment; nothing was done.
    Down,
    /// It cannot be sent like this; nothing was done.
    Unfit(String),
}

/// A hint for the node that sends for an account. Lost ones are made up for by looking at the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A message waits in the store.
    Look { account: AccountId },
    /// This one does, behind another of its conversation if there is any.
    Queue { queued: Box<Queued>, behind: Option<Seq> },
    /// What the log says about a message that was tried: it goes again at a time, perhaps flagged, or is done with.
    Settle { contact: Contact, seq: Seq, again: Option<(Timestamp, bool)> },
}

impl Note {
    /// Whose sender it is for.
    pub fn account(&self) -> &AccountId {
        match self {
            Self::Look { account } => account,
            Self::Queue { queued, .. } => &queued.contact.account,
            Self::Settle { contact, .. } => &contact.account,
        }
    }
}

/// Who answers for this node what others ask.
pub trait Host: Send + Sync + 'static {
    /// None: the conversation does not live here.
    fn asked(&self, asked: Asked) -> BoxFuture<'static, Option<Answered>>;
    fn noted(&self, note: Note);
}

pub trait Bus: Send + Sync + 'static {
    fn publish(&self, published: Arc<Published>);
    /// Shows a sign to whoever listens to the conversation. The first thing to go when there is much to say.
    fn show(&self, conversation: ConversationId, sign: Sign);
    /// Everything one conversation publishes from now on.
    fn subscribe(&self, conversation: ConversationId, listener: Listener) -> Subscription;
    /// What any conversation publishes from now on, at least its summary: for the lists.
    fn subscribe_all(&self, listener: Listener) -> Subscription;
    /// Asks the conversation on its node. What one caller asks of one conversation arrives in the order of the calls.
    fn ask(&self, node: Incarnation, asked: Asked) -> BoxFuture<'static, Result<Answered, NotAnswered>>;
    fn note(&self, node: Incarnation, note: Note);
    /// From now on `host` answers what other nodes ask of this one.
    fn serve(&self, host: Arc<dyn Host>);
    /// From now on this node is not there for others; returns when what it has said is sent.
    fn close(&self) -> BoxFuture<'static, ()>;
}
