//! Small courtesies to contacts: that somebody writes, that a tap was taken. Shown at once or not at all.
//!
//! They go past the senders: nothing waits for them, nothing of them is stored, and when too many are under way the next
//! one is left out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::domain::event::Event;
use crate::domain::ids::{AccountId, ConversationId};
use crate::domain::time::Timestamp;
use crate::ports::channel::{Courtesy, Outlet};
use crate::ports::store::{Contact, Store};

/// Courtesies under way at a time, per node.
const UNDER_WAY_MAX: usize = 64;
/// Longer than that, and nobody cares any more.
const PATIENCE: Duration = Duration::from_secs(10);
/// Channels show that somebody writes for five seconds at least; shown again before, it would only cost calls.
const TYPES_AGAIN_AFTER: Duration = Duration::from_secs(4);
/// Of how many conversations it is known when it was last shown.
const TYPING_MAX: usize = 1024;

/// Among so many events the contact's last message is looked for.
const EVENTS_LOOKED_AT: usize = 50;

pub struct Manners {
    outlets: HashMap<AccountId, Arc<dyn Outlet>>,
    store: Arc<dyn Store>,
    io: Handle,
    room: Arc<Semaphore>,
    typing: Mutex<HashMap<ConversationId, Timestamp>>,
}

impl Manners {
    pub fn new(outlets: HashMap<AccountId, Arc<dyn Outlet>>, store: Arc<dyn Store>, io: Handle) -> Self {
        Self { outlets, store, io, room: Arc::new(Semaphore::new(UNDER_WAY_MAX)), typing: Mutex::default() }
    }

    /// Bytes are sent on a thread of their own; whatever becomes of it, the caller does not hear of it.
    pub fn show(&self, contact: &Contact, courtesy: Courtesy, now: Timestamp) {
        let Some(outlet) = self.outlets.get(&contact.account) else { return };
        if courtesy == Courtesy::Types && !self.may_type(contact.conversation, now) {
            return;
        }
        if outlet.shows_at_a_message() {
            return self.show_at_last_message(outlet.clone(), contact.clone(), courtesy == Courtesy::Types);
        }
        if let Some(showing) = outlet.show(&contact.external_key, courtesy) {
            self.spawn(showing);
        }
    }

    /// Which message was the last, the store says.
    fn show_at_last_message(&self, outlet: Arc<dyn Outlet>, contact: Contact, types: bool) {
        let reading = self.store.read_before(contact.conversation, None, EVENTS_LOOKED_AT);
        self.spawn(async move {
            let Ok(Some(reading)) = reading.await else { return };
            let named = reading.events.into_iter().rev().find_map(|logged| match logged.event {
                Event::ContactSaid { provider_id, .. } => provider_id,
                _ => None,
            });
            let Some(message) = named else { return };
            if let Some(showing) = outlet.show(&contact.external_key, Courtesy::Read { message, types }) {
                showing.await;
            }
        });
    }

    fn spawn(&self, showing: impl Future<Output = ()> + Send + 'static) {
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
