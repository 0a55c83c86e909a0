//! Taking a conversation over, and writing its log under the fence.

use rusqlite::{OptionalExtension, Result};

use super::columns::{Json, bytes, count, int, uint};
use super::deadlines;
use super::lists;
use super::queue::{self, Message};
use super::writer::{Desk, Known, ListPlace, known_in};
use crate::domain::ids::{ConversationId, Incarnation, Seq};
use crate::ports::store::{Append, Contact, Effect, Token};
use crate::wire::stored;

/// An append, encoded on its caller's thread.
pub struct Write {
    contact: Contact,
    token: Token,
    after: Seq,
    key: Option<String>,
    at: i64,
    events: Vec<Vec<u8>>,
    effects: Vec<Act>,
    deadline: Option<i64>,
    place: ListPlace,
    summary: Vec<u8>,
    snapshot: Option<Vec<u8>>,
}

/// An effect, encoded.
enum Act {
    Queue(Message),
    WithdrawBot,
    Requeue { seq: i64, at: i64, flagged: bool },
    Finish { seq: i64 },
    Shelve { seq: i64 },
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
            events: append.events.iter().map(stored::write_event).collect(),
            effects: append.effects.iter().map(Act::from).collect(),
            deadline: append.deadline.map(|at| int(at.0)),
            place: lists::place(&append.summary),
            summary: stored::write_summary(&append.summary),
            snapshot: append.snapshot.as_ref().map(stored::write_state),
            contact: append.contact,
        }
    }
}

impl From<&Effect> for Act {
    fn from(effect: &Effect) -> Self {
        match *effect {
            Effect::Queue { seq, ref line, by_bot } => {
                Act::Queue(Message { seq: int(seq), body: stored::write_line(line), by_bot })
            }
            Effect::WithdrawBot => Act::WithdrawBot,
            Effect::Requeue { seq, at, flagged } => Act::Requeue { seq: int(seq), at: int(at.0), flagged },
            Effect::Finish { seq } => Act::Finish { seq: int(seq) },
            Effect::Shelve { seq } => Act::Shelve { seq: int(seq) },
        }
    }
}

impl Write {
    fn conversation(&self) -> ConversationId {
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

/// A new epoch for `me`, and what there is to know. From the commit on, every older token is void.
pub fn activate(desk: &mut Desk<'_>, contact: &Contact, me: Incarnation) -> Result<Loaded> {
    let sql = "INSERT INTO conversation (id, account, external_key, owner_inc, owner_epoch, last_seq)
        VALUES (?1, ?2, ?3, ?4, 1, 0)
        ON CONFLICT (id) DO UPDATE SET owner_inc = excluded.owner_inc, owner_epoch = owner_epoch + 1
        RETURNING number, mode, list_at, owner_epoch, last_seq";
    let (known, epoch, last_seq) = desk.sql.prepare_cached(sql)?.query_row(
        (contact.conversation.0.as_bytes(), contact.account.as_str(), &contact.external_key, me.0.as_bytes()),
        |row| Ok((known_in(row)?, uint(row, 3)?, uint(row, 4)?)),
    )?;
    desk.memory.learn(contact.conversation, known);
    let snapshot = if last_seq == 0 { None } else { snapshot(desk, known.number)? };
    let (after, snapshot) = snapshot.map_or((0, None), |(seq, body)| (seq, Some(body)));
    let events = if int(last_seq) == after { Vec::new() } else { events_after(desk, known.number, after)? };
    Ok(Loaded { epoch, last_seq, snapshot, events })
}

fn snapshot(desk: &Desk<'_>, number: i64) -> Result<Option<(i64, Vec<u8>)>> {
    let sql = "SELECT seq, body FROM snapshot WHERE conversation = ?1";
    desk.sql.prepare_cached(sql)?.query_row([number], |row| Ok((row.get(0)?, bytes(row, 1)?))).optional()
}

fn events_after(desk: &Desk<'_>, number: i64, after: i64) -> Result<Vec<RawEvent>> {
    let sql = "SELECT seq, at, body FROM event WHERE conversation = ?1 AND seq > ?2 ORDER BY seq";
    let mut statement = desk.sql.prepare_cached(sql)?;
    let events = statement.query_map([number, after], raw_event)?;
    events.collect()
}

/// In three columns: seq, at, body.
pub fn raw_event(row: &rusqlite::Row<'_>) -> Result<RawEvent> {
    Ok(RawEvent { seq: uint(row, 0)?, at: uint(row, 1)?, body: bytes(row, 2)? })
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
    Ok(Written::Done { withdrawn })
}

/// The last seq of what was written under this key before; none: it is new, and ours now.
fn claim_key(desk: &Desk<'_>, number: i64, write: &Write) -> Result<Option<Seq>> {
    let Some(key) = &write.key else { return Ok(None) };
    let sql = "INSERT OR IGNORE INTO dedupe (conversation, key, last) VALUES (?1, ?2, ?3)";
    if desk.sql.prepare_cached(sql)?.execute((number, key, write.last()))? == 1 {
        return Ok(None);
    }
    let sql = "SELECT last FROM dedupe WHERE conversation = ?1 AND key = ?2";
    desk.sql.prepare_cached(sql)?.query_row((number, key), |row| uint(row, 0)).map(Some)
}

fn give_key_back(desk: &Desk<'_>, number: i64, write: &Write) -> Result<()> {
    let Some(key) = &write.key else { return Ok(()) };
    let sql = "DELETE FROM dedupe WHERE conversation = ?1 AND key = ?2";
    desk.sql.prepare_cached(sql)?.execute((number, key)).map(|_| ())
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
    let mut statement = desk.sql.prepare_cached(sql)?;
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

fn insert_events(desk: &Desk<'_>, number: i64, write: &Write) -> Result<()> {
    let sql = "INSERT INTO event (conversation, seq, at, body) VALUES (?1, ?2, ?3, ?4)";
    let mut statement = desk.sql.prepare_cached(sql)?;
    for (seq, body) in (int(write.after) + 1..).zip(&write.events) {
        statement.execute((number, seq, write.at, Json(body)))?;
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
        }
    }
    Ok(withdrawn)
}

fn keep_snapshot(desk: &Desk<'_>, number: i64, seq: i64, body: &[u8]) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO snapshot (conversation, seq, body) VALUES (?1, ?2, ?3)";
    desk.sql.prepare_cached(sql)?.execute((number, seq, Json(body))).map(|_| ())
}
