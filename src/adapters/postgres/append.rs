//! Writing logs under the fence: all appends that wait together, in one transaction.
//!
//! The transaction takes two steps, each a single round trip. First it locks the rows of all its conversations and reads
//! what decides: owner, epoch, last seq, and which keys are known. Whoever writes anything of a conversation holds that
//! lock first, and takes several in the order of their ids; so what was read stays true until the commit, and nobody
//! waits in a circle. Then, knowing which appends pass, it writes them all and commits.
//!
//! First the key, then the fence: a retry of what was written hears so even from a new owner.

use std::collections::{HashMap, HashSet};

use deadpool_postgres::Pool;
use futures_util::future::{join, join3};
use tokio_postgres::Row;
use uuid::Uuid;

use super::columns::{Json, Result, count, int, uint};
use super::connect::{self, Sql};
use super::effects::{self, Act};
use super::lane::{Queue, Reply};
use super::lists::{self, ListPlace};
use super::script::Script;
use super::trouble::{self, Failure};
use crate::domain::ids::{Incarnation, Seq};
use crate::ports::fence::{self, Head, Judged};
use crate::ports::store::{Append, Appended, GROUPS, StoreError, Token};
use crate::wire::stored;

/// At most that many appends share a transaction.
const BATCH_MAX: usize = 256;

pub const LOCK: &str = "SELECT id, owner_inc, owner_epoch, last_seq, mode FROM conversation
    WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";
pub const KNOWN_KEYS: &str = "SELECT conversation, key, last FROM unnest($1::uuid[], $2::text[]) AS asked (c, k)
    JOIN dedupe ON conversation = c AND key = k";
pub const MOVE_ON: &str = "UPDATE conversation SET last_seq = w.last, summary = w.summary, mode = w.mode, list_at = w.list_at
    FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::smallint[], $5::bigint[]) AS w (c, last, summary, mode, list_at)
    WHERE id = w.c";
pub const EVENTS: &str = "INSERT INTO event (conversation, seq, epoch, at, body)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[])";
pub const KEYS: &str =
    "INSERT INTO dedupe (conversation, key, last) SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[])";
const SNAPSHOTS: &str = "INSERT INTO snapshot (conversation, seq, body)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[])
    ON CONFLICT (conversation) DO UPDATE SET seq = excluded.seq, body = excluded.body";
/// The same deadline as before changes nothing, not even who has it in hand.
pub const DEADLINES: &str = "INSERT INTO deadline (conversation, due_at, next_try_at)
    SELECT c, due_at, due_at FROM unnest($1::uuid[], $2::bigint[]) AS w (c, due_at)
    ON CONFLICT (conversation) DO UPDATE SET due_at = excluded.due_at, next_try_at = excluded.next_try_at
    WHERE deadline.due_at <> excluded.due_at";
pub const NO_DEADLINES: &str = "DELETE FROM deadline WHERE conversation = ANY($1)";

/// An append, encoded on its caller's thread.
pub struct Write {
    pub conversation: Uuid,
    pub account: String,
    pub at: i64,
    token: Token,
    after: Seq,
    key: Option<String>,
    events: Vec<Json>,
    pub acts: Vec<Act>,
    deadline: Option<i64>,
    place: ListPlace,
    summary: Json,
    snapshot: Option<Json>,
}

/// An append that waits, and who waits for it.
pub struct Job {
    pub write: Write,
    pub reply: Reply<Appended>,
}

impl From<Append> for Write {
    fn from(append: Append) -> Self {
        Self {
            conversation: append.contact.conversation.0,
            account: append.contact.account.as_str().to_owned(),
            at: int(append.at.0),
            token: append.token,
            after: append.after,
            key: append.key,
            events: append.events.iter().map(|event| Json(stored::write_event(event))).collect(),
            acts: append.effects.iter().map(Act::from).collect(),
            deadline: append.deadline.map(|at| int(at.0)),
            place: lists::place(&append.summary),
            summary: Json(stored::write_summary(&append.summary)),
            snapshot: append.snapshot.as_ref().map(|state| Json(stored::write_state(state))),
        }
    }
}

impl Write {
    fn last(&self) -> i64 {
        int(self.after) + count(self.events.len())
    }
}

/// Works until the queue is closed and empty.
pub async fn work(pool: Pool, queue: std::sync::Arc<Queue<Job>>) {
    let mut left: Vec<Job> = Vec::new();
    loop {
        if left.is_empty() {
            left = queue.take(BATCH_MAX).await;
            if left.is_empty() {
                return;
            }
        }
        let (batch, second) = once_each(left);
        left = second;
        settle(&pool, batch).await;
    }
}

/// A second append to the same conversation has to wait for the first.
fn once_each(jobs: Vec<Job>) -> (Vec<Job>, Vec<Job>) {
    let mut seen = HashSet::new();
    jobs.into_iter().partition(|job| seen.insert(job.write.conversation))
}

/// One bad append must not fail the others: then they are tried one by one.
async fn settle(pool: &Pool, batch: Vec<Job>) {
    match transact(pool, &batch).await {
        Ok(answers) => {
            metrics::counter!("switchboard_appends_total").increment(batch.len() as u64);
            metrics::counter!("switchboard_append_transactions_total").increment(1);
            batch.into_iter().zip(answers).for_each(|(job, answer)| job.reply.send(answer));
        }
        Err(failure) if failure.of_one_job && batch.len() > 1 => {
            for job in batch {
                let alone = [job];
                let answer = transact(pool, &alone).await;
                let [job] = alone;
                job.reply.send(
                    answer
                        .map_err(|failure| failure.error)
                        .and_then(|mut one| one.pop().unwrap_or_else(|| Err(trouble::no_answer()))),
                );
            }
        }
        Err(Failure { error, .. }) => {
            tracing::error!(%error, appends = batch.len(), "nothing is known to be written");
            batch.into_iter().for_each(|job| job.reply.send(Err(error.clone())));
        }
    }
}

type Answers = Vec<std::result::Result<Appended, StoreError>>;

async fn transact(pool: &Pool, batch: &[Job]) -> std::result::Result<Answers, Failure> {
    let sql = connect::get(pool).await?;
    let writes: Vec<&Write> = batch.iter().map(|job| &job.write).collect();
    let run = async { run(&sql, &writes).await.map_err(Failure::from) };
    let done = tokio::time::timeout(connect::ANSWER_MAX, run).await;
    connect::conclude(sql, done)
}

async fn run(sql: &Sql, writes: &[&Write]) -> Result<Answers> {
    let seen = look(sql, writes).await?;
    let judged: Vec<Judged> = writes.iter().map(|write| seen.judge(write)).collect();
    let passed: Vec<&Write> =
        writes.iter().zip(&judged).filter(|(_, judged)| **judged == Judged::Passes).map(|(write, _)| *write).collect();
    let mut withdrawn = write_all(sql, &seen, &passed).await?;
    let answers = writes.iter().zip(judged).map(|(write, judged)| match judged {
        Judged::Passes => {
            let mut withdrawn = withdrawn.remove(&write.conversation).unwrap_or_default();
            withdrawn.sort_unstable();
            Ok(Appended::Done { withdrawn })
        }
        Judged::Duplicate { last } => Ok(Appended::Duplicate { last }),
        Judged::Closed => Ok(Appended::Closed),
        Judged::Fenced => Err(StoreError::Fenced),
    });
    Ok(answers.collect())
}

// --- The first step ---

/// What decides, as it is under the locks.
struct Seen {
    seats: HashMap<Uuid, Seat>,
    keys: HashMap<(Uuid, String), Seq>,
}

/// A conversation's row.
struct Seat {
    head: Head,
    mode: Option<i16>,
}

async fn look(sql: &Sql, writes: &[&Write]) -> Result<Seen> {
    let [lock, known_keys] = connect::prepared(sql, [LOCK, KNOWN_KEYS]).await?;
    let ids: Vec<Uuid> = writes.iter().map(|write| write.conversation).collect();
    let keyed = writes.iter().filter_map(|write| Some((write.conversation, write.key.as_deref()?)));
    let (of, keys): (Vec<Uuid>, Vec<&str>) = keyed.unzip();
    let (begun, seats, keys) =
        join3(sql.batch_execute("BEGIN"), sql.query(&lock, &[&ids]), sql.query(&known_keys, &[&of, &keys])).await;
    begun?;
    let seats = seats?.iter().map(seat).collect::<Result<_>>()?;
    let key = |row: &Row| Ok(((row.try_get(0)?, row.try_get(1)?), uint(row, 2)?));
    let keys = keys?.iter().map(key).collect::<Result<_>>()?;
    Ok(Seen { seats, keys })
}

fn seat(row: &Row) -> Result<(Uuid, Seat)> {
    let token = Token { incarnation: Incarnation(row.try_get(1)?), epoch: uint(row, 2)? };
    let head = Head { token, last_seq: uint(row, 3)? };
    Ok((row.try_get(0)?, Seat { head, mode: row.try_get(4)? }))
}

impl Seen {
    fn judge(&self, write: &Write) -> Judged {
        let known = write.key.as_ref().and_then(|key| self.keys.get(&(write.conversation, key.clone())));
        let head = self.seats.get(&write.conversation).map(|seat| seat.head);
        fence::judge(head, known.copied(), write.token, write.after)
    }
}

// --- The second step ---

/// Writes what passed and commits; returns what was withdrawn, by conversation.
async fn write_all(sql: &Sql, seen: &Seen, writes: &[&Write]) -> Result<HashMap<Uuid, Vec<Seq>>> {
    if writes.is_empty() {
        sql.batch_execute("COMMIT").await?;
        return Ok(HashMap::new());
    }
    let mut script = Script::new();
    move_on(&mut script, writes);
    events(&mut script, writes);
    keys(&mut script, writes);
    deadlines(&mut script, writes);
    snapshots(&mut script, writes);
    effects::add(&mut script, writes);
    moves(&mut script, seen, writes);
    let script = script.prepare(sql).await?;
    let (ran, committed) = join(script.run(sql), sql.batch_execute("COMMIT")).await;
    let withdrawn = ran?;
    committed?;
    let mut by_conversation: HashMap<Uuid, Vec<Seq>> = HashMap::new();
    for (conversation, seq) in withdrawn {
        by_conversation.entry(conversation).or_default().push(seq);
    }
    Ok(by_conversation)
}

fn ids(writes: &[&Write]) -> Vec<Uuid> {
    writes.iter().map(|write| write.conversation).collect()
}

fn move_on<'w>(script: &mut Script<'w>, writes: &[&'w Write]) {
    let last: Vec<i64> = writes.iter().map(|write| write.last()).collect();
    let summaries: Vec<&Json> = writes.iter().map(|write| &write.summary).collect();
    let modes: Vec<i16> = writes.iter().map(|write| write.place.mode).collect();
    let places: Vec<i64> = writes.iter().map(|write| write.place.at).collect();
    script.add(
        MOVE_ON,
        vec![Box::new(ids(writes)), Box::new(last), Box::new(summaries), Box::new(modes), Box::new(places)],
    );
}

fn events<'w>(script: &mut Script<'w>, writes: &[&'w Write]) {
    let (mut of, mut seqs, mut epochs, mut times, mut bodies) = (vec![], vec![], vec![], vec![], vec![]);
    for write in writes {
        for (seq, body) in (int(write.after) + 1..).zip(&write.events) {
            of.push(write.conversation);
            seqs.push(seq);
            epochs.push(int(write.token.epoch));
            times.push(write.at);
            bodies.push(body);
        }
    }
    script.add(EVENTS, vec![Box::new(of), Box::new(seqs), Box::new(epochs), Box::new(times), Box::new(bodies)]);
}

fn keys<'w>(script: &mut Script<'w>, writes: &[&'w Write]) {
    let keyed: Vec<&'w Write> = writes.iter().copied().filter(|write| write.key.is_some()).collect();
    if !keyed.is_empty() {
        let keys: Vec<&str> = keyed.iter().filter_map(|write| write.key.as_deref()).collect();
        let last: Vec<i64> = keyed.iter().map(|write| write.last()).collect();
        script.add(KEYS, vec![Box::new(ids(&keyed)), Box::new(keys), Box::new(last)]);
    }
}

fn deadlines<'w>(script: &mut Script<'w>, writes: &[&'w Write]) {
    let (with, without): (Vec<&Write>, Vec<&Write>) = writes.iter().partition(|write| write.deadline.is_some());
    if !with.is_empty() {
        let due: Vec<i64> = with.iter().filter_map(|write| write.deadline).collect();
        script.add(DEADLINES, vec![Box::new(ids(&with)), Box::new(due)]);
    }
    if !without.is_empty() {
        script.add(NO_DEADLINES, vec![Box::new(ids(&without))]);
    }
}

fn snapshots<'w>(script: &mut Script<'w>, writes: &[&'w Write]) {
    let folded: Vec<&'w Write> = writes.iter().copied().filter(|write| write.snapshot.is_some()).collect();
    if !folded.is_empty() {
        let last: Vec<i64> = folded.iter().map(|write| write.last()).collect();
        let bodies: Vec<&Json> = folded.iter().filter_map(|write| write.snapshot.as_ref()).collect();
        script.add(SNAPSHOTS, vec![Box::new(ids(&folded)), Box::new(last), Box::new(bodies)]);
    }
}

/// By how much the number of conversations in each group changes.
fn moves(script: &mut Script<'_>, seen: &Seen, writes: &[&Write]) {
    let mut moved = [0_i64; GROUPS];
    for write in writes {
        let from = seen.seats.get(&write.conversation).and_then(|seat| seat.mode);
        for (mode, by) in [(from, -1), (Some(write.place.mode), 1)] {
            let counted = mode.and_then(|mode| moved.get_mut(usize::try_from(mode).ok()?));
            if let Some(counted) = counted {
                *counted += by;
            }
        }
    }
    if moved != [0; GROUPS] {
        let moved = moved.into_iter().map(|by| Box::new(by) as Box<_>);
        script.add(lists::COUNT, moved.collect());
    }
}
