//! Small courtesies to contacts: that somebody writes, that a tap was taken. Shown at once or not at all.
//!
//! They go past the senders: nothing waits for them, nothing of them is stored, and when too many are under way the next
//! one is left out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::domain::ids::{AccountId, ConversationId};
use crate::domain::time::Timestamp;
use crate::ports::channel::{Courtesy, Outlet};
use crate::ports::store::Contact;

/// Courtesies under way at a time, per node.
const UNDER_WAY_MAX: usize = 64;
/// Longer than that, and nobody cares any more.
const PATIENCE: Duration = Duration::from_secs(10);
/// Channels show that somebody writes for five seconds at least; shown again before, it would only cost calls.
const TYPES_AGAIN_AFTER: Duration = Duration::from_secs(4);
/// Of how many conversations it is known when it was last shown.
const TYPING_MAX: usize = 1024;

pub struct Manners {
    outlets: HashMap<AccountId, Arc<dyn Outlet>>,
    io: Handle,
    room: Arc<Semaphore>,
    typing: Mutex<HashMap<ConversationId, Timestamp>>,
}

impl Manners {
    pub fn new(outlets: HashMap<AccountId, Arc<dyn Outlet>>, io: Handle) -> Self {
        Self { outlets, io, room: Arc::new(Semaphore::new(UNDER_WAY_MAX)), typing: Mutex::default() }
    }

    /// Bytes are sent on a thread of their own; whatever becomes of it, the caller does not hear of it.
    pub fn show(&self, contact: &Contact, courtesy: Courtesy, now: Timestamp) {
        let Some(outlet) = self.outlets.get(&contact.account) else { return };
        if courtesy == Courtesy::Types && !self.may_type(contact.conversation, now) {
            return;
        }
        let Some(showing) = outlet.show(&contact.external_key, courtesy) else { return };
        let Ok(place) = self.room.clone().try_acquire_owned() else {
            metrics::counter!("switchboard_courtesies_left_out_total").increment(1);
            return;
        };
        self.io.spawn(async move {
            let _ = tokio::time::timeout(PATIENCE, showing).await;
            drop(place);
        });
    }

    fn may_type(&self, conversation: ConversationId, now: Timestamp) -> bool {
        let mut typing = self.typing.lock().unwrap_or_else(PoisonError::into_inner);
        if typing.get(&conversation).is_some_and(|last| now.since(*last) < TYPES_AGAIN_AFTER) {
            return false;
        }
        if typing.len() >= TYPING_MAX {
            typing.retain(|_, last| now.since(*last) < TYPES_AGAIN_AFTER);
        }
        let room = typing.len() < TYPING_MAX;
        if room {
            typing.insert(conversation, now);
        }
        room
    }
}
