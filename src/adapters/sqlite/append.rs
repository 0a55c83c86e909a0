//! Taking a conversation over, and writing its log under the fence.

use rusqlite::{OptionalExtension, Result};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use uuid::Uuid;

use super::ahead;
use super::alerts;
use super::columns::{Json, bytes, int, uint};
use super::deadlines;
use super::desk::Desk;
use super::events::{self, RawEvent};
use super::lists;
use super::memory::{Known, ListPlace};
use super::mentions;
use super::queue::{self, Message};
use super::record;
use crate::domain::ids::{ConversationId, Incarnation, Seq};
use crate::ports::fence::CLOSED;
use crate::ports::store::{Append, Contact, Effect, Refuse, Token};
use crate::wire::stored;

/// An append, encoded on its caller's thread. This is also how the journal notes it.
#[derive(Serialize, Deserialize)]
pub struct Write {
    #[serde(with = "record::contact")]
    contact: Contact,
    #[serde(with = "record::token")]
    token: Token,
    after: Seq,
    key: Option<String>,
    at: i64,
    events: Vec<ByteBuf>,
    effects: Vec<Act>,
    deadline: Option<i64>,
    place: ListPlace,
    /// Empty: as it was, but for its seq.
    summary: ByteBuf,
    snapshot: Option<ByteBuf>,
}

/// An effect, encoded. New ones come last: the journal knows them by their place.
#[derive(Serialize, Deserialize)]
enum Act {
    Queue(Message),
    WithdrawBot,
    Requeue { seq: Seq, at: i64, flagged: bool },
    Finish { seq: Seq },
    Shelve { seq: Seq },
    Alert { seq: Seq },
    AlertAgain { seq: Seq, attempt: u32, at: i64, flagged: bool },
    AlertOver { seq: Seq },
    Mention { seq: Seq, agents: Vec<Uuid> },
}

/// What became of a write.
pub enum Written {
    Done { withdrawn: Vec<Seq> },
    Duplicate { last: Seq },
    Closed,
    Fenced,
}

impl From<Append> for Write {
    fn from(append: Append) -> Self {
        Self {
            token: append.token,
            after: append.after,
            key: append.key,
            at: int(append.at.0),
            events: append.events.iter().map(|event| stored::write_event(event).into()).collect(),
            effects: append.effects.iter().map(Act::from).collect(),
            deadline: append.deadline.map(|at| int(at.0)),
            place: lists::place(&append.summary),
            summary: if append.same_summary { ByteBuf::new() } else { stored::write_summary(&append.summary).into() },
            snapshot: append.snapshot.as_ref().map(|state| stored::write_state(state).into()),
            contact: append.contact,
        }
    }
}

impl From<&Effect> for Act {
    fn from(effect: &Effect) -> Self {
        match *effect {
            Effect::Queue { seq, ref line, ref by } => {
                Act::Queue(Message { seq, body: stored::write_queued(line, by).into(), by_bot: by.is_bot() })
            }
            Effect::WithdrawBot => Act::WithdrawBot,
            Effect::Requeue { seq, at, flagged } => Act::Requeue { seq, at: int(at.0), flagged },
            Effect::Finish { seq } => Act::Finish { seq },
            Effect::Shelve { seq } => Act::Shelve { seq },
            Effect::Alert { seq } => Act::Alert { seq },
            Effect::AlertAgain { seq, attempt, at, flagged } => {
                Act::AlertAgain { seq, attempt, at: int(at.0), flagged }
            }
            Effect::AlertOver { seq } => Act::AlertOver { seq },
            Effect::Mention { seq, ref agents } => {
                Act::Mention { seq, agents: agents.iter().map(|agent| agent.0).collect() }
            }
        }
    }
}

impl Write {
    pub fn conversation(&self) -> ConversationId {
        self.contact.conversation
    }

    fn last(&self) -> Seq {
        self.after + self.events.len() as u64
    }

    /// The fence: only the owner, under its last token, and only right after what it knows to be the last event.
    fn passes(&self, known: &Known) -> bool {
        let Token { incarnation, epoch } = self.token;
        (incarnation, epoch, self.after) == (known.owner, known.epoch, known.last_seq)
    }
}

/// The log up to now, as it is stored.
pub struct Loaded {
    pub epoch: u64,
    pub last_seq: Seq,
    pub snapshot: Option<Vec<u8>>,
    pub events: Vec<RawEvent>,
}

/// A new epoch for `me`, and what there is to know. From then on, every older token is void.
pub fn activate(desk: &mut Desk<'_>, contact: &Contact, me: Incarnation) -> Result<Loaded> {
    let Known { number, epoch, last_seq, .. } = take_over(desk, contact, me)?;
    desk.notes.activate(contact, me);
    let snapshot = if last_seq == 0 { None } else { snapshot(desk, number)? };
    let (after, snapshot) = snapshot.map_or((0, None), |(seq, body)| (seq, Some(body)));
    ahead::catch_up_with(desk, contact.conversation)?;
    let events =
        if last_seq == after { Vec::new() } else { events::after(desk.sql, number, after, last_seq, usize::MAX)? };
    Ok(Loaded { epoch, last_seq, snapshot, events })
}

/// Makes `me` the owner; the conversation is made if it is new.
pub fn take_over(desk: &mut Desk<'_>, contact: &Contact, me: Incarnation) -> Result<Known> {
    if let Some(known) = desk.known(contact.conversation)? {
        let epoch = known.epoch + 1;
        let sql = "UPDATE conversation SET owner_inc = ?2, owner_epoch = ?3 WHERE number = ?1";
        desk.prepared(sql)?.execute((known.number, me.0.as_bytes(), int(epoch)))?;
        desk.memory.set_owner(contact.conversation, me, epoch);
        return Ok(Known { owner: me, epoch, ..known });
    }
    let sql = "INSERT INTO conversation (id, account, external_key, owner_inc, owner_epoch, last_seq)
        VALUES (?1, ?2, ?3, ?4, 1, 0)";
    let row = (contact.conversation.0.as_bytes(), contact.account.as_str(), &contact.external_key, me.0.as_bytes());
    desk.prepared(sql)?.execute(row)?;
    let number = desk.sql.last_insert_rowid();
    let known = Known { number, owner: me, epoch: 1, last_seq: 0, place: None, deadline: None };
    desk.memory.learn(contact.conversation, known);
    Ok(known)
}

fn snapshot(desk: &mut Desk<'_>, number: i64) -> Result<Option<(Seq, Vec<u8>)>> {
    let sql = "SELECT seq, body FROM snapshot WHERE conversation = ?1";
    desk.prepared(sql)?.query_row([number], |row| Ok((uint(row, 0)?, bytes(row, 1)?))).optional()
}

/// First the key, then the fence, then everything else: a retry of what was written hears so even from a new owner.
pub fn append(desk: &mut Desk<'_>, write: &Write) -> Result<Written> {
    let Some(known) = desk.known(write.conversation())? else { return Ok(Written::Fenced) };
    match claim_key(desk, known.number, write)? {
        None => {}
        Some(CLOSED) => return Ok(Written::Closed),
        Some(last) => return Ok(Written::Duplicate { last }),
    }
    if !write.passes(&known) {
        give_key_back(desk, known.number, write)?;
        return Ok(Written::Fenced);
    }
    desk.memory.move_on(write.conversation(), write.last(), &write.summary, write.place);
    desk.memory.log(write.conversation(), write.after + 1, write.at, &write.events);
    let withdrawn = act(desk, known.number, write)?;
    if known.deadline != write.deadline {
        deadlines::set(desk, known.number, write.deadline)?;
        desk.memory.set_deadline(write.conversation(), write.deadline);
    }
    if let Some(body) = &write.snapshot {
        keep_snapshot(desk, known.number, int(write.last()), body)?;
    }
    desk.notes.append(write);
    Ok(Written::Done { withdrawn })
}

/// The last seq of what was written under this key before; none: it is new, and ours now.
fn claim_key(desk: &mut Desk<'_>, number: i64, write: &Write) -> Result<Option<Seq>> {
    let Some(key) = &write.key else { return Ok(None) };
    take_key(desk, number, key, write.last())
}

fn take_key(desk: &mut Desk<'_>, number: i64, key: &str, last: Seq) -> Result<Option<Seq>> {
    let sql = "INSERT OR IGNORE INTO dedupe (conversation, key, last) VALUES (?1, ?2, ?3)";
    if desk.prepared(sql)?.execute((number, key, int(last)))? == 1 {
        return Ok(None);
    }
    known_key(desk, number, key)
}

fn known_key(desk: &mut Desk<'_>, number: i64, key: &str) -> Result<Option<Seq>> {
    let sql = "SELECT last FROM dedupe WHERE conversation = ?1 AND key = ?2";
    desk.prepared(sql)?.query_row((number, key), |row| uint(row, 0)).optional()
}

/// None: it is not up to whoever refuses. With a key, nothing is accepted under it any more; the last seq of what was.
pub fn refuse(desk: &mut Desk<'_>, refuse: &Refuse) -> Result<Option<Option<Seq>>> {
    let Some(known) = desk.known(refuse.conversation)? else { return Ok(None) };
    let Token { incarnation, epoch } = refuse.token;
    let stands = (incarnation, epoch, refuse.after) == (known.owner, known.epoch, known.last_seq);
    let Some(key) = &refuse.key else { return Ok(stands.then_some(None)) };
    let last = match known_key(desk, known.number, key)? {
        None if !stands => return Ok(None),
        None => take_key(desk, known.number, key, CLOSED)?,
        last => last,
    };
    Ok(Some(last.filter(|last| *last != CLOSED)))
}

fn give_key_back(desk: &mut Desk<'_>, number: i64, write: &Write) -> Result<()> {
    let Some(key) = &write.key else { return Ok(()) };
    let sql = "DELETE FROM dedupe WHERE conversation = ?1 AND key = ?2";
    desk.prepared(sql)?.execute((number, key)).map(|_| ())
}

/// The effects, in their order; returns what `WithdrawBot` found.
fn act(desk: &mut Desk<'_>, number: i64, write: &Write) -> Result<Vec<Seq>> {
    let mut withdrawn = Vec::new();
    for effect in &write.effects {
        match effect {
            Act::Queue(message) => {
                let new = message.seq > write.after;
                queue::add(desk, &write.contact.account, number, message, write.at, new)?;
            }
            Act::WithdrawBot => withdrawn.extend(queue::withdraw_bot(desk, number, write.at)?),
            Act::Requeue { seq, at, flagged } => queue::requeue(desk, number, *seq, *at, *flagged)?,
            Act::Finish { seq } => queue::finish(desk, number, *seq)?,
            Act::Shelve { seq } => queue::shelve(desk, number, *seq)?,
            Act::Alert { seq } => alerts::add(desk, number, *seq, write.at)?,
            Act::AlertAgain { seq, attempt, at, flagged } => {
                alerts::again(desk, number, *seq, *attempt, *at, *flagged)?;
            }
            Act::AlertOver { seq } => alerts::over(desk, number, *seq)?,
            Act::Mention { seq, agents } => mentions::add(desk, write.conversation(), *seq, agents, write.at)?,
        }
    }
    Ok(withdrawn)
}

fn keep_snapshot(desk: &mut Desk<'_>, number: i64, seq: i64, body: &[u8]) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO snapshot (conversation, seq, body) VALUES (?1, ?2, ?3)";
    desk.prepared(sql)?.execute((number, seq, Json(body))).map(|_| ())
}
