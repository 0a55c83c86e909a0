//! Taking conversations over: all that wait together, in one transaction and one round trip.
//!
//! The row's lock makes it strict: an activation that comes in the middle of another owner's append waits for its end
//! and then reads what it wrote; from the commit on, every older token is void.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use deadpool_postgres::Pool;
use futures_util::future::{join, join4};
use uuid::Uuid;

use super::columns::{Result, Text, uint};
use super::connect::{self, Sql};
use super::lane::{Queue, Reply};
use super::log;
use super::trouble::{self, Failure};
use crate::domain::ids::{Incarnation, Seq};
use crate::domain::state::State;
use crate::ports::store::{Activated, Contact, LoggedEvent, StoreError, Token};
use crate::wire::stored;

/// At most that many activations share a transaction; each may bring a long log.
const BATCH_MAX: usize = 64;

pub const TAKE_OVER: &str = "INSERT INTO conversation (id, account, external_key, owner_inc, owner_epoch, last_seq)
    SELECT c, account, external_key, me, 1, 0
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) AS w (c, account, external_key, me) ORDER BY c
    ON CONFLICT (id) DO UPDATE SET owner_inc = excluded.owner_inc, owner_epoch = conversation.owner_epoch + 1
    RETURNING id, owner_epoch, last_seq";
pub const SNAPSHOTS: &str = "SELECT conversation, seq, body FROM snapshot WHERE conversation = ANY($1)";
pub const EVENTS: &str = "SELECT conversation, event.seq, at, event.body
    FROM unnest($1::uuid[]) AS w (c), LATERAL (SELECT conversation, seq, at, body FROM event
        WHERE conversation = w.c AND seq > coalesce((SELECT seq FROM snapshot WHERE conversation = w.c), 0)) AS event
    ORDER BY conversation, event.seq";

pub struct Job {
    pub contact: Contact,
    pub me: Incarnation,
    pub reply: Reply<Activated>,
}

/// Works until the queue is closed and empty.
pub async fn work(pool: Pool, queue: Arc<Queue<Job>>) {
    let mut left: Vec<Job> = Vec::new();
    loop {
        if left.is_empty() {
            left = queue.take(BATCH_MAX).await;
            if left.is_empty() {
                return;
            }
        }
        let mut seen = HashSet::new();
        let (batch, second) = left.into_iter().partition(|job: &Job| seen.insert(job.contact.conversation));
        left = second;
        settle(&pool, batch).await;
    }
}

/// One bad activation must not fail the others: then they are tried one by one.
async fn settle(pool: &Pool, batch: Vec<Job>) {
    match transact(pool, &batch).await {
        Ok(loaded) => answer(pool, batch, loaded).await,
        Err(failure) if failure.of_one_job && batch.len() > 1 => {
            for job in batch {
                let alone = vec![job];
                match transact(pool, &alone).await {
                    Ok(loaded) => answer(pool, alone, loaded).await,
                    Err(failure) => refuse(alone, &failure.error),
                }
            }
        }
        Err(failure) => refuse(batch, &failure.error),
    }
}

async fn answer(pool: &Pool, batch: Vec<Job>, mut loaded: HashMap<Uuid, Loaded>) {
    for job in batch {
        job.reply.send(match loaded.remove(&job.contact.conversation.0) {
            Some(loaded) => unpack(pool, loaded, &job.contact, job.me).await,
            None => Err(trouble::no_answer()),
        });
    }
}

fn refuse(batch: Vec<Job>, error: &StoreError) {
    batch.into_iter().for_each(|job| job.reply.send(Err(error.clone())));
}

/// The log up to now, as it is stored.
#[derive(Default)]
struct Loaded {
    epoch: u64,
    last_seq: Seq,
    snapshot: Option<std::result::Result<State, stored::Unreadable>>,
    events: Vec<std::result::Result<LoggedEvent, StoreError>>,
}

async fn transact(pool: &Pool, batch: &[Job]) -> std::result::Result<HashMap<Uuid, Loaded>, Failure> {
    let sql = connect::get(pool).await?;
    let load = async { load(&sql, batch).await.map_err(Failure::from) };
    let done = tokio::time::timeout(connect::ANSWER_MAX, load).await;
    connect::conclude(sql, done)
}

async fn load(sql: &Sql, batch: &[Job]) -> Result<HashMap<Uuid, Loaded>> {
    let [take_over, snapshots, events] = connect::prepared(sql, [TAKE_OVER, SNAPSHOTS, EVENTS]).await?;
    let ids: Vec<Uuid> = batch.iter().map(|job| job.contact.conversation.0).collect();
    let accounts: Vec<&str> = batch.iter().map(|job| job.contact.account.as_str()).collect();
    let keys: Vec<&str> = batch.iter().map(|job| job.contact.external_key.as_str()).collect();
    let mine: Vec<Uuid> = batch.iter().map(|job| job.me.0).collect();
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 4] = [&ids, &accounts, &keys, &mine];
    let ((begun, taken, snapshots, events), committed) = join(
        join4(
            sql.batch_execute("BEGIN"),
            sql.query(&take_over, &values),
            sql.query(&snapshots, &[&ids]),
            sql.query(&events, &[&ids]),
        ),
        sql.batch_execute("COMMIT"),
    )
    .await;
    begun?;
    let mut all: HashMap<Uuid, Loaded> = HashMap::new();
    for row in taken? {
        let loaded = Loaded { epoch: uint(&row, 1)?, last_seq: uint(&row, 2)?, ..Loaded::default() };
        all.insert(row.try_get(0)?, loaded);
    }
    for row in snapshots? {
        if let Some(loaded) = all.get_mut(&row.try_get(0)?) {
            loaded.snapshot = Some(stored::read_state(row.try_get::<_, Text>(2)?.0));
        }
    }
    for row in events? {
        if let Some(loaded) = all.get_mut(&row.try_get(0)?) {
            loaded.events.push(log::event(&row, 1));
        }
    }
    committed?;
    Ok(all)
}

/// A snapshot that cannot be read is as good as none.
async fn unpack(
    pool: &Pool,
    loaded: Loaded,
    contact: &Contact,
    me: Incarnation,
) -> std::result::Result<Activated, StoreError> {
    let conversation = contact.conversation;
    let token = Token { incarnation: me, epoch: loaded.epoch };
    let last_seq = loaded.last_seq;
    if let Some(Err(why)) = &loaded.snapshot {
        tracing::warn!(%conversation, %why, "a snapshot is left aside");
        let sql = connect::get(pool).await?;
        let reading = log::read_after(&sql, conversation, 0, usize::MAX).await?;
        let events = reading.map(|reading| reading.events).unwrap_or_default();
        return Ok(Activated { token, last_seq, snapshot: None, events });
    }
    let events = loaded.events.into_iter().collect::<std::result::Result<_, _>>()?;
    Ok(Activated { token, last_seq, snapshot: loaded.snapshot.and_then(std::result::Result::ok), events })
}
