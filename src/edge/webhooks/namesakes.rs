//! Contacts whom a channel names otherwise than before stay who they were: what they say goes to the conversation that they
//! have. WhatsApp begins so: a phone number today, an id of Meta's tomorrow.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::ids::ConversationId;
use crate::edge::Edge;
use crate::ports::channel::Received;
use crate::ports::store::{Contact, StoreError};

/// Of so many it is remembered who they are; beyond that all is forgotten, and asked anew.
const KNOWN_MAX: usize = 20_000;

/// Who turned out to be somebody else before.
#[derive(Default)]
pub struct Namesakes(Mutex<HashMap<ConversationId, Contact>>);

impl Namesakes {
    fn known(&self, contact: &Contact) -> Option<Contact> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&contact.conversation).cloned()
    }

    fn remember(&self, contact: &Contact, is: &Contact) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(contact.conversation, is.clone());
    }
}

pub async fn resolve(edge: &Edge, mut received: Received) -> Result<Received, StoreError> {
    for (contact, also) in std::mem::take(&mut received.namesakes) {
        let is = match edge.namesakes.known(&contact) {
            Some(is) => is,
            None => {
                let is = edge.switchboard.parts().store.namesake(contact.clone(), also).await?;
                // Who is nobody else today may turn out to be, once their number comes along.
                if is != contact {
                    edge.namesakes.remember(&contact, &is);
                }
                is
            }
        };
        if is != contact {
            rename(&mut received, &contact, &is);
        }
    }
    Ok(received)
}

fn rename(received: &mut Received, from: &Contact, to: &Contact) {
    let asks = received.asks.iter_mut().map(|ask| &mut ask.contact);
    let known = received.known.iter_mut().map(|(contact, ..)| contact);
    let shown = received.courtesies.iter_mut().map(|(contact, _)| contact);
    asks.chain(known).chain(shown).filter(|contact| *contact == from).for_each(|contact| *contact = to.clone());
}
