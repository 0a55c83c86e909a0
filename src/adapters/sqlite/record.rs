//! What a job notes in the journal, and how it is done again.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::append::{self, Write, Written};
use super::desk::Desk;
use super::queue;
use crate::domain::ids::{AccountId, ConversationId, DeliveryId, Incarnation};
use crate::ports::store::{Contact, Token};

/// Stands before each record: its kind, which is also its version. A journal outlives its process only after a crash;
/// should an update come right then, the new version has to read what the old one wrote.
const APPEND: u8 = 1;
const ACTIVATE: u8 = 2;
const START_SENDING: u8 = 3;

/// What the jobs of a batch note, one record after the other.
#[derive(Default)]
pub struct Notes(Vec<u8>);

#[derive(Serialize, Deserialize)]
struct Activate {
    #[serde(with = "contact")]
    contact: Contact,
    me: Uuid,
}

#[derive(Serialize, Deserialize)]
struct StartSending {
    me: Uuid,
    deliveries: Vec<(Uuid, u64)>,
}

/// What the journal says was done cannot be done again: it does not belong to this database, or one of them is damaged.
#[derive(Debug, thiserror::Error)]
pub enum Unrepeatable {
    #[error("a note of the unknown kind {0}, perhaps of a newer version of switchboard")]
    Kind(u8),
    #[error("a note that cannot be read ({0})")]
    Damaged(postcard::Error),
    #[error("a note that does not fit what is stored of conversation {0}")]
    Misfit(ConversationId),
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
}

impl Notes {
    pub fn append(&mut self, write: &Write) {
        self.note(APPEND, write);
    }

    pub fn activate(&mut self, contact: &Contact, me: Incarnation) {
        self.note(ACTIVATE, &Activate { contact: contact.clone(), me: me.0 });
    }

    pub fn start_sending(&mut self, deliveries: &[DeliveryId], me: Incarnation) {
        let deliveries = deliveries.iter().map(|delivery| (delivery.conversation.0, delivery.seq)).collect();
        self.note(START_SENDING, &StartSending { me: me.0, deliveries });
    }

    fn note(&mut self, kind: u8, record: &impl Serialize) {
        self.0.push(kind);
        self.0 = postcard::to_extend(record, std::mem::take(&mut self.0)).expect("memory takes every byte");
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Does again what was noted. Everything is decided by what is stored, so it comes out as it did the first time.
pub fn repeat(desk: &mut Desk<'_>, mut notes: &[u8]) -> Result<(), Unrepeatable> {
    while let Some((kind, rest)) = notes.split_first() {
        notes = match *kind {
            APPEND => repeat_append(desk, rest)?,
            ACTIVATE => {
                let (Activate { contact, me }, rest) = read(rest)?;
                append::take_over(desk, &contact, Incarnation(me))?;
                rest
            }
            START_SENDING => {
                let (StartSending { me, deliveries }, rest) = read(rest)?;
                let id = |(conversation, seq)| DeliveryId { conversation: ConversationId(conversation), seq };
                let deliveries: Vec<_> = deliveries.into_iter().map(id).collect();
                queue::start_sending(desk, Incarnation(me), &deliveries)?;
                rest
            }
            unknown => return Err(Unrepeatable::Kind(unknown)),
        };
        desk.notes.clear();
    }
    Ok(())
}

fn repeat_append<'n>(desk: &mut Desk<'_>, notes: &'n [u8]) -> Result<&'n [u8], Unrepeatable> {
    let (write, rest): (Write, _) = read(notes)?;
    match append::append(desk, &write)? {
        Written::Done { .. } => Ok(rest),
        Written::Duplicate { .. } | Written::Closed | Written::Fenced => {
            Err(Unrepeatable::Misfit(write.conversation()))
        }
    }
}

fn read<'n, T: Deserialize<'n>>(notes: &'n [u8]) -> Result<(T, &'n [u8]), Unrepeatable> {
    postcard::take_from_bytes(notes).map_err(Unrepeatable::Damaged)
}

/// How a contact is written: id, account, key.
pub mod contact {
    use super::*;

    pub fn serialize<S: Serializer>(contact: &Contact, out: S) -> Result<S::Ok, S::Error> {
        (contact.conversation.0, contact.account.as_str(), &contact.external_key).serialize(out)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Contact, D::Error> {
        let (conversation, account, external_key): (Uuid, &str, String) = Deserialize::deserialize(from)?;
        Ok(Contact { conversation: ConversationId(conversation), account: AccountId::new(account), external_key })
    }
}

/// How a token is written: incarnation, epoch.
pub mod token {
    use super::*;

    pub fn serialize<S: Serializer>(token: &Token, out: S) -> Result<S::Ok, S::Error> {
        (token.incarnation.0, token.epoch).serialize(out)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Token, D::Error> {
        let (incarnation, epoch): (Uuid, u64) = Deserialize::deserialize(from)?;
        Ok(Token { incarnation: Incarnation(incarnation), epoch })
    }
}
