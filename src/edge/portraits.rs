//! What contacts look like, for consoles. Providers' links to these pictures end after some time, so they are asked for when
//! somebody looks, remembered for an hour, and followed as any picture is: by us, with nothing of the agent's.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use tokio::sync::Semaphore;

use super::Edge;
use super::error::Problem;
use super::pictures::shown;
use crate::domain::ids::{AccountId, ConversationId};
use crate::domain::time::Timestamp;
use crate::ports::channel::{self, Portrait};
use crate::ports::store::Contact;

/// Who can be asked, by account.
pub type Painters = BTreeMap<AccountId, Arc<dyn channel::Portraits>>;

/// Asked at a time, per node. Who finds no place waits.
const AT_ONCE_MAX: usize = 8;
const AGAIN_AFTER: Duration = Duration::from_secs(60 * 60);
/// So many are remembered; beyond that all is forgotten, and asked anew.
const KNOWN_MAX: usize = 5_000;

pub struct Portraits {
    painters: Painters,
    room: Semaphore,
    known: Mutex<HashMap<ConversationId, (Timestamp, Option<Portrait>)>>,
}

impl Portraits {
    pub fn new(painters: Painters) -> Self {
        Self { painters, room: Semaphore::new(AT_ONCE_MAX), known: Mutex::default() }
    }

    async fn of(&self, contact: &Contact, now: Timestamp) -> Option<Portrait> {
        let painter = self.painters.get(&contact.account)?;
        if let Some(known) = self.known(contact.conversation, now) {
            return known;
        }
        let _place = self.room.acquire().await.ok()?;
        // Somebody else may have asked meanwhile.
        if let Some(known) = self.known(contact.conversation, now) {
            return known;
        }
        let portrait = painter.portrait(&contact.external_key).await;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(contact.conversation, (now, portrait.clone()));
        portrait
    }

    /// Inner none: there is no picture.
    fn known(&self, of: ConversationId, now: Timestamp) -> Option<Option<Portrait>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, portrait) = known.get(&of)?;
        (now.since(*at) < AGAIN_AFTER).then(|| portrait.clone())
    }
}

/// `GET /api/v1/conversations/{conversation}/portrait`.
pub async fn portrait(edge: Data<Edge>, conversation: Path<String>) -> Result<HttpResponse, Problem> {
    let none = || Problem::not_found("There is no picture of this contact.");
    let conversation: ConversationId = conversation.parse().map_err(|_| none())?;
    let parts = edge.switchboard.parts();
    let contact = parts.store.contact(conversation).await?.ok_or_else(none)?;
    match edge.portraits.of(&contact, parts.clock.now()).await.ok_or_else(none)? {
        Portrait::At(url) => shown(&edge, &url, &contact.account).await,
        Portrait::File(file) => {
            let place = format!("/api/v1/files/{}/{file}", contact.account);
            Ok(HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, place)).finish())
        }
    }
}
