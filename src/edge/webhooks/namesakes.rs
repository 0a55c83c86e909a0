//! Contacts whom a channel names otherwise than before stay who they were: what they say goes to the conversation that they
//! have. WhatsApp does so: a phone number today, an id of Meta's tomorrow, or the other way round.

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

/// Everything goes to the conversations that these contacts have. With them come those who are known by one name today, and
/// by which other they may come tomorrow.
pub async fn resolve(edge: &Edge, mut received: Received) -> Result<(Received, Vec<Pair>), StoreError> {
    let mut pairs = Vec::new();
    for (contact, also) in std::mem::take(&mut received.namesakes) {
        let is = who_is(edge, &contact, also.clone()).await?;
        if is != contact {
            rename(&mut received, &contact, &is);
        } else if let Some(also) = also.filter(|also| edge.namesakes.known(also).is_none()) {
            pairs.push(Pair { contact, also });
        }
    }
    Ok((received, pairs))
}

/// Both are names of one contact, who is known by the first.
pub struct Pair {
    contact: Contact,
    also: Contact,
}

/// Once they have a conversation, it is theirs under the other name, too, unless that has one of its own.
pub async fn pair(edge: &Edge, pairs: Vec<Pair>) -> Result<(), StoreError> {
    for Pair { contact, also } in pairs {
        who_is(edge, &also, Some(contact)).await?;
    }
    Ok(())
}

async fn who_is(edge: &Edge, contact: &Contact, also: Option<Contact>) -> Result<Contact, StoreError> {
    if let Some(is) = edge.namesakes.known(contact) {
        return Ok(is);
    }
    let is = edge.switchboard.parts().store.namesake(contact.clone(), also).await?;
    // Who is nobody else today may turn out to be, once their other name comes along.
    if is != *contact {
        edge.namesakes.remember(contact, &is);
    }
    Ok(is)
}

fn rename(received: &mut Received, from: &Contact, to: &Contact) {
    let asks = received.asks.iter_mut().map(|ask| &mut ask.contact);
    let known = received.known.iter_mut().map(|(contact, ..)| contact);
    let shown = received.courtesies.iter_mut().map(|(contact, _)| contact);
    asks.chain(known).chain(shown).filter(|contact| *contact == from).for_each(|contact| *contact = to.clone());
}
