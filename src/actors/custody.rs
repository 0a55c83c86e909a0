//! Whose a conversation is at its provider follows who has the floor here, where the operator wants it: it is kept while a
//! person has the floor for longer than the provider would leave it to us, and let go of when they give it back.
//!
//! Done after the events that say so, at once or not at all: a provider that is not reached then decides by its own clock.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::domain::event::{Event, Speaker};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;
use crate::ports::channel::Custody;
use crate::ports::store::Contact;

/// So long a provider leaves a conversation to us after the contact's last word.
const LEFT_TO_US: Duration = Duration::from_secs(24 * 60 * 60);
/// A person who has the floor without an end has it for the longest that providers know.
const FOR_GOOD: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Questions under way at a time, per node. What is beyond it is left out.
const UNDER_WAY_MAX: usize = 32;

/// What the operator wants of an account.
pub struct Keeper {
    pub custody: Arc<dyn Custody>,
    /// Given back to the bot, a conversation is let go of.
    pub releases: bool,
}

pub struct Custodian {
    keepers: HashMap<AccountId, Keeper>,
    io: Handle,
    room: Arc<Semaphore>,
}

impl Custodian {
    pub fn new(keepers: HashMap<AccountId, Keeper>, io: Handle) -> Self {
        Self { keepers, io, room: Arc::new(Semaphore::new(UNDER_WAY_MAX)) }
    }

    /// These events are in the log.
    pub fn follow(&self, contact: &Contact, events: &[Event], now: Timestamp) {
        let Some(keeper) = self.keepers.get(&contact.account) else { return };
        let Some(wanted) = events.iter().rev().find_map(|event| wanted(event, now)) else { return };
        let (person, what) = (&contact.external_key, format!("{wanted:?}"));
        let asked = match wanted {
            Wanted::Keep(lasts) => keeper.custody.keep(person, lasts),
            Wanted::Release if keeper.releases => keeper.custody.release(person),
            Wanted::Release => return,
        };
        let Ok(place) = self.room.clone().try_acquire_owned() else { return };
        let conversation = contact.conversation;
        self.io.spawn(async move {
            if let Err(why) = asked.await {
                tracing::info!(%conversation, what, %why, "the provider keeps the conversation as it is");
            }
            drop(place);
        });
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Keep(Duration),
    Release,
}

/// The last event that says anything about it counts.
fn wanted(event: &Event, now: Timestamp) -> Option<Wanted> {
    match event {
        Event::TakenOver { by: Speaker::Agent(_), until, .. } | Event::PauseMoved { until, .. } => {
            let lasts = until.map_or(FOR_GOOD, |until| until.since(now));
            (lasts > LEFT_TO_US).then_some(Wanted::Keep(lasts.min(FOR_GOOD)))
        }
        Event::GivenBack { .. } => Some(Wanted::Release),
        _ => None,
    }
}
