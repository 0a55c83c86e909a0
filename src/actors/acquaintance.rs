//! What contacts are called and which language they read, on channels that do not say so with each message: asked in the
//! background, once a day at most, by the node that their message came to. Whatever comes of it, nobody waits for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::switchboard::Switchboard;
use crate::domain::command::Command;
use crate::domain::ids::{AccountId, ConversationId};
use crate::domain::time::Timestamp;
use crate::ports::channel::{Profile, Profiles};
use crate::ports::store::Contact;

/// Questions under way at a time, per node. Who is left out is asked about with their next message.
const UNDER_WAY_MAX: usize = 16;
const AGAIN_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// Of so many contacts it is known when they were asked about; beyond that, all is forgotten and asked anew.
const MET_MAX: usize = 20_000;

/// The attribute that says which language a contact reads.
const LANGUAGE: &str = "language";

pub type Known = HashMap<AccountId, Arc<dyn Profiles>>;

pub struct Acquaintance {
    profiles: Known,
    io: Handle,
    room: Arc<Semaphore>,
    met: Mutex<HashMap<ConversationId, Timestamp>>,
}

impl Acquaintance {
    pub fn new(profiles: Known, io: Handle) -> Self {
        Self { profiles, io, room: Arc::new(Semaphore::new(UNDER_WAY_MAX)), met: Mutex::default() }
    }

    /// The contact has written. Called on a thread of the edge.
    pub fn meet(&self, contact: &Contact, switchboard: &Switchboard, now: Timestamp) {
        let Some(asked) = self.ask(contact, now) else { return };
        let (contact, switchboard, asked) = (contact.clone(), switchboard.clone(), self.io.spawn(asked));
        actix::spawn(async move {
            let Ok(Profile { name, language }) = asked.await else { return };
            // What they are called already is no news, and a conversation that is busy hears it another day.
            if let Some(name) = name {
                let _ = switchboard.ask(contact.clone(), Command::Name { name }, None).await;
            }
            if let Some(value) = language {
                let learn = Command::Learn { name: LANGUAGE.to_owned(), value };
                let _ = switchboard.ask(contact, learn, None).await;
            }
        });
    }

    /// The channel says something with each message that hardly ever changes. It is told to the conversation as seldom as
    /// others are asked about.
    pub fn learn(&self, contact: Contact, (name, value): (&str, String), switchboard: &Switchboard, now: Timestamp) {
        if !self.is_time(contact.conversation, now) {
            return;
        }
        self.note(contact.conversation, now);
        let command = Command::Learn { name: name.to_owned(), value };
        let told = switchboard.ask(contact, command, None);
        actix::spawn(async move {
            // What it knows already is no news, and one that is busy hears it another day.
            let _ = told.await;
        });
    }

    fn note(&self, conversation: ConversationId, now: Timestamp) {
        self.met.lock().unwrap_or_else(PoisonError::into_inner).insert(conversation, now);
    }

    fn ask(&self, contact: &Contact, now: Timestamp) -> Option<BoxFuture<'static, Profile>> {
        let profiles = self.profiles.get(&contact.account)?;
        if !self.is_time(contact.conversation, now) {
            return None;
        }
        let place = self.room.clone().try_acquire_owned().ok()?;
        self.note(contact.conversation, now);
        let asked = profiles.profile(&contact.external_key);
        Some(Box::pin(async move {
            let profile = asked.await;
            drop(place);
            profile
        }))
    }

    fn is_time(&self, conversation: ConversationId, now: Timestamp) -> bool {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = met.get(&conversation) {
            return now.since(*last) >= AGAIN_AFTER;
        }
        if met.len() >= MET_MAX {
            met.clear();
        }
        true
    }
}
