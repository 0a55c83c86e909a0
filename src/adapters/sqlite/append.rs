//! Taking a conversation over, and writing its log under the fence.

use rusqlite::{OptionalExtension, Result};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::alerts;
use super::columns::{Json, address, bytes, count, end, int, seq, uint};
use super::deadlines;
use super::desk::Desk;
use super::lists;
use super::memory::{Known, ListPlace};
use super::queue::{self, Message};
use super::record;
use crate::domain::ids::{ConversationId, Incarnation, Seq};
use crate::ports::store::{Append, Contact, Effect, Token};
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
}

/// What became of a write.
pub enum Written {
    Done { withdrawn: Vec<Seq> },
    Duplicate { last: Seq },
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
            summary: stored::write_summary(&append.summary).into(),
            snapshot: append.snapshot.as_ref().map(|state| stored::write_state(state).into()),
            contact: append.contact,
        }
    }
}

impl From<&Effect> for Act {
    fn from(effect: &Effect) -> Self {
        match *effect {
            Effect::Queue { seq, ref line, by_bot } => {
                Act::Queue(Message { seq, body: stored::write_line(line).into(), by_bot })
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
        }
    }
}

impl Write {
    pub fn conversation(&self) -> ConversationId {
        self.contact.conversation
    }

    fn last(&self) -> i64 {
        int(self.after) + count(self.events.len())
    }
}

/// The log up to now, as it is stored.
pub struct Loaded {
    pub epoch: u64,
    pub last_seq: Seq,
    pub snapshot: Option<Vec<u8>>,
    pub events: Vec<RawEvent>,
}

pub struct RawEvent {
    pub seq: u64,
    pub at: u64,
    pub body: Vec<u8>,
}

/// A new epoch for `me`, and what there is to know. From then on, every older token is void.
pub fn activate(desk: &mut Desk<'_>, contact: &Contact, me: Incarnation) -> Result<Loaded> {
    let number = take_over(desk, contact, me)?;
    desk.notes.activate(contact, me);
    let sql = "SELECT owner_epoch, last_seq FROM conversation WHERE number = ?1";
    let token = |row: &rusqlite::Row<'_>| Ok((uint(row, 0)?, uint(row, 1)?));
    let (epoch, last_seq) = desk.prepared(sql)?.query_row([number], token)?;
    let snapshot = if last_seq == 0 { None } else { snapshot(desk, number)? };
    let (after, snapshot) = snapshot.map_or((0, None), |(seq, body)| (seq, Some(body)));
    let events = if last_seq == after { Vec::new() } else { events_after(desk, number, after)? };
    Ok(Loaded { epoch, last_seq, snapshot, events })
}

/// Makes `me` the owner; the conversation is made if it is new. Returns its number.
pub fn take_over(desk: &mut Desk<'_>, contact: &Contact, me: Incarnation) -> Result<i64> {
    if let Some(Known { number, .. }) = desk.known(contact.conversation)? {
        let sql = "UPDATE conversation SET owner_inc = ?2, owner_epoch = owner_epoch + 1 WHERE number = ?1";
        desk.prepared(sql)?.execute((number, me.0.as_bytes()))?;
        return Ok(number);
    }
    let sql = "INSERT INTO conversation (id, account, external_key, owner_inc, owner_epoch, last_seq)
        VALUES (?1, ?2, ?3, ?4, 1, 0)";
    let row = (contact.conversation.0.as_bytes(), contact.account.as_str(), &contact.external_key, me.0.as_bytes());
    desk.prepared(sql)?.execute(row)?;
    let number = desk.sql.last_insert_rowid();
    desk.memory.learn(contact.conversation, Known { number, place: None });
    Ok(number)
}

fn snapshot(desk: &mut Desk<'_>, number: i64) -> Result<Option<(Seq, Vec<u8>)>> {
    let sql = "SELECT seq, body FROM snapshot WHERE conversation = ?1";
    desk.prepared(sql)?.query_row([number], |row| Ok((uint(row, 0)?, bytes(row, 1)?))).optional()
}

fn events_after(desk: &mut Desk<'_>, number: i64, after: Seq) -> Result<Vec<RawEvent>> {
    let sql = "SELECT address, at, body FROM event WHERE address > ?1 AND address < ?2 ORDER BY address";
    let statement = desk.prepared(sql)?;
    let events = statement.query_map([address(number, after), end(number)], raw_event)?;
    events.collect()
}

/// In three columns: address, at, body.
pub fn raw_event(row: &rusqlite::Row<'_>) -> Result<RawEvent> {
    Ok(RawEvent { seq: seq(row, 0)?, at: uint(row, 1)?, body: bytes(row, 2)? })
}

/// First the key, then the fence, then everything else: a retry of what was written hears so even from a new owner.
pub fn append(desk: &mut Desk<'_>, write: &Write) -> Result<Written> {
    let Some(known) = desk.known(write.conversation())? else { return Ok(Written::Fenced) };
    if let Some(last) = claim_key(desk, known.number, write)? {
        return Ok(Written::Duplicate { last });
    }
    if !pass_fence(desk, known, write)? {
        give_key_back(desk, known.number, write)?;
        return Ok(Written::Fenced);
    }
    insert_events(desk, known.number, write)?;
    let withdrawn = act(desk, known.number, write)?;
    deadlines::set(desk, known.number, write.deadline)?;
    if let Some(body) = &write.snapshot {
        keep_snapshot(desk, known.number, write.last(), body)?;
    }
    desk.notes.append(write);
    Ok(Written::Done { withdrawn })
}

/// The last seq of what was written under this key before; none: it is new, and ours now.
fn claim_key(desk: &mut Desk<'_>, number: i64, write: &Write) -> Result<Option<Seq>> {
    let Some(key) = &write.key else { return Ok(None) };
    let sql = "INSERT OR IGNORE INTO dedupe (conversation, key, last) VALUES (?1, ?2, ?3)";
    if desk.prepared(sql)?.execute((number, key, write.last()))? == 1 {
        return Ok(None);
    }
    let sql = "SELECT last FROM dedupe WHERE conversation = ?1 AND key = ?2";
    desk.prepared(sql)?.query_row((number, key), |row| uint(row, 0)).map(Some)
}

fn give_key_back(desk: &mut Desk<'_>, number: i64, write: &Write) -> Result<()> {
    let Some(key) = &write.key else { return Ok(()) };
    let sql = "DELETE FROM dedupe WHERE conversation = ?1 AND key = ?2";
    desk.prepared(sql)?.execute((number, key)).map(|_| ())
}

/// Moves the conversation on if the token and the last seq are right. The list's index is only touched when the
/// conversation moves in it.
fn pass_fence(desk: &mut Desk<'_>, known: Known, write: &Write) -> Result<bool> {
    let stays = known.place == Some(write.place);
    let sql = if stays {
        "UPDATE conversation SET last_seq = ?1, summary = ?2
            WHERE number = ?3 AND owner_inc = ?4 AND owner_epoch = ?5 AND last_seq = ?6"
    } else {
        "UPDATE conversation SET last_seq = ?1, summary = ?2, mode = ?7, list_at = ?8
            WHERE number = ?3 AND owner_inc = ?4 AND owner_epoch = ?5 AND last_seq = ?6"
    };
    let statement = desk.prepared(sql)?;
    statement.raw_bind_parameter(1, write.last())?;
    statement.raw_bind_parameter(2, Json(&write.summary))?;
    statement.raw_bind_parameter(3, known.number)?;
    statement.raw_bind_parameter(4, write.token.incarnation.0.as_bytes())?;
    statement.raw_bind_parameter(5, int(write.token.epoch))?;
    statement.raw_bind_parameter(6, int(write.after))?;
    if !stays {
        statement.raw_bind_parameter(7, count(write.place.mode))?;
        statement.raw_bind_parameter(8, write.place.at)?;
    }
    let passed = statement.raw_execute()? == 1;
    if passed && !stays {
        desk.memory.move_in_lists(write.conversation(), known, write.place);
    }
    Ok(passed)
}

fn insert_events(desk: &mut Desk<'_>, number: i64, write: &Write) -> Result<()> {
    let sql = "INSERT INTO event (address, at, body) VALUES (?1, ?2, ?3)";
    let statement = desk.prepared(sql)?;
    for (seq, body) in (write.after + 1..).zip(&write.events) {
        statement.execute((address(number, seq), write.at, Json(body)))?;
    }
    Ok(())
}

/// The effects, in their order; returns what `WithdrawBot` found.
fn act(desk: &mut Desk<'_>, number: i64, write: &Write) -> Result<Vec<Seq>> {
    let mut withdrawn = Vec::new();
    for effect in &write.effects {
        match effect {
            Act::Queue(message) => queue::add(desk, &write.contact.account, number, message, write.at)?,
            Act::WithdrawBot => withdrawn.extend(queue::withdraw_bot(desk, number, write.at)?),
            Act::Requeue { seq, at, flagged } => queue::requeue(desk, number, *seq, *at, *flagged)?,
            Act::Finish { seq } => queue::finish(desk, number, *seq)?,
            Act::Shelve { seq } => queue::shelve(desk, number, *seq)?,
            Act::Alert { seq } => alerts::add(desk, number, *seq, write.at)?,
            Act::AlertAgain { seq, attempt, at, flagged } => {
                alerts::again(desk, number, *seq, *attempt, *at, *flagged)?;
            }
            Act::AlertOver { seq } => alerts::over(desk, number, *seq)?,
        }
    }
    Ok(withdrawn)
}

fn keep_snapshot(desk: &mut Desk<'_>, number: i64, seq: i64, body: &[u8]) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO snapshot (conversation, seq, body) VALUES (?1, ?2, ?3)";
    desk.prepared(sql)?.execute((number, seq, Json(body))).map(|_| ())
}
