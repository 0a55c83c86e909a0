//! Who hears of it quickly: committed events and list rows, from owners to everyone who watches, on any node.
//!
//! At most once, in order per topic: a listener that misses something notices by the seq and reads the store.

use std::sync::Arc;

use crate::domain::event::Event;
use crate::domain::ids::{ConversationId, Seq};
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

/// Somebody who listens. Called on the publisher's thread: hand it on, never block.
pub type Listener = Arc<dyn Fn(&Arc<Published>) + Send + Sync>;

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

pub trait Bus: Send + Sync + 'static {
    fn publish(&self, published: Arc<Published>);
    /// Everything one conversation publishes from now on.
    fn subscribe(&self, conversation: ConversationId, listener: Listener) -> Subscription;
    /// Everything any conversation publishes from now on: for the lists.
    fn subscribe_all(&self, listener: Listener) -> Subscription;
}
