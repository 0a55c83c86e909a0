//! Messages on their way out, as senders and the sweeper see them.
//!
//! Numbers only grow, but transactions that run at the same time may commit in another order than their numbers have:
//! who goes on after the last number it saw has to begin again now and then, as a sender does.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use deadpool_postgres::Pool;
use futures_util::future::{join, join3};
use tokio_postgres::Row;
use uuid::Uuid;

use super::append;
use super::columns::{self, Result, Text, contact, count, int, uint};
use super::connect::{self, Sql, Work};
use super::deadlines::GIVEN_FOR_MS;
use super::effects::WITHDRAWN;
use super::lane::{Queue, Reply};
use crate::domain::ids::{AccountId, ConversationId, DeliveryId, Incarnation};
use crate::domain::time::Timestamp;
use crate::ports::store::{Mark, Queued, Shelved, StoreError, Stray, StrayState};
use crate::wire::stored;

/// Marks what it may, and finds what stands: both look at the same moment, so that none is both.
pub const START: &str = "WITH w AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::bigint[]) AS w (c, s)),
    set AS (UPDATE outbox SET state = 2, sending_inc = $3, attempt = attempt + 1, next_try_at = 0
        FROM w WHERE conversation = w.c AND seq = w.s AND state < 2 RETURNING conversation, seq, attempt)
    SELECT conversation, seq, attempt, true FROM set
    UNION ALL SELECT conversation, seq, attempt, false FROM w JOIN outbox ON conversation = w.c AND seq = w.s
        WHERE state = 2 AND sending_inc = $3";
/// Locked, so that nobody takes the sending over in the middle; who has taken it before is seen.
pub const SENDERS: &str = "SELECT sender_inc FROM account
    WHERE id IN (SELECT account FROM conversation WHERE id = ANY($1)) ORDER BY id FOR SHARE";
const TAKE_SENDING: &str = "INSERT INTO account (id, sender_inc) VALUES ($1, $2)
    ON CONFLICT (id) DO UPDATE SET sender_inc = excluded.sender_inc";
pub const STRAYS: &str = "WITH found AS MATERIALIZED (SELECT conversation, seq, state, attempt, next_try_at FROM outbox
        WHERE state >= 2 AND next_try_at <= $1 AND (state = 3 OR sending_inc <> $2)
        ORDER BY next_try_at, conversation, seq LIMIT $3 FOR UPDATE SKIP LOCKED),
    given AS (UPDATE outbox SET next_try_at = $4 FROM found
        WHERE outbox.conversation = found.conversation AND outbox.seq = found.seq)
    SELECT id, account, external_key, found.seq, found.state, attempt FROM found JOIN conversation ON id = found.conversation
    ORDER BY found.next_try_at, id, found.seq";
/// Nothing overtakes what the sender before this one is still sending.
pub const QUEUED: &str = "SELECT id, outbox.account, external_key, number, seq, body, by_bot, at, attempt, flagged
    FROM outbox JOIN conversation ON id = conversation
    WHERE outbox.account = $1 AND number > $2 AND state < 2
        AND NOT EXISTS (SELECT FROM outbox AS earlier JOIN account ON account.id = earlier.account
            WHERE earlier.conversation = outbox.conversation AND earlier.seq < outbox.seq
                AND earlier.state = 2 AND earlier.sending_inc <> sender_inc)
    ORDER BY number LIMIT $3";

/// Of one account, or ($1 is null) of all.
pub const SHELVED: &str = "SELECT id, shelf.account, external_key, number, seq
    FROM shelf JOIN conversation ON id = conversation
    WHERE number < $2 AND ($1::text IS NULL OR shelf.account = $1) ORDER BY number DESC LIMIT $3";

/// By their numbers, which an index knows: the oldest were written first, whenever they were tried last.
pub const SHELVED_LONG: &str = "SELECT id, shelf.account, external_key, number, seq, at
    FROM shelf JOIN conversation ON id = conversation WHERE number > $1 ORDER BY number LIMIT $2";

/// At most that many questions of senders share a transaction; each is about some dozens of messages at most.
const BATCH_MAX: usize = 64;

/// Messages that somebody is about to send.
pub struct Job {
    pub me: Incarnation,
    pub deliveries: Vec<DeliveryId>,
    pub reply: Reply<Vec<Mark>>,
}

/// Marks messages as being sent until the queue is closed and empty: what waits together is marked together.
pub async fn work(pool: Pool, queue: Arc<Queue<Job>>) {
    loop {
        let mut jobs = queue.take(BATCH_MAX).await;
        if jobs.is_empty() {
            return;
        }
        while let Some(me) = jobs.first().map(|job| job.me) {
            let (mine, others) = jobs.into_iter().partition(|job| job.me == me);
            jobs = others;
            settle(&pool, me, mine).await;
        }
    }
}

/// A fence around one account must not keep the others from theirs: then they are tried one by one.
async fn settle(pool: &Pool, me: Incarnation, jobs: Vec<Job>) {
    let all: Vec<DeliveryId> = jobs.iter().flat_map(|job| job.deliveries.iter().copied()).collect();
    match start(pool, me, all).await {
        Ok(started) => {
            let mut started = started.into_iter();
            for job in jobs {
                let own = started.by_ref().take(job.deliveries.len()).collect();
                job.reply.send(Ok(own));
            }
        }
        Err(StoreError::Fenced) if jobs.len() > 1 => {
            for Job { me, deliveries, reply } in jobs {
                reply.send(start(pool, me, deliveries).await);
            }
        }
        Err(error) => jobs.into_iter().for_each(|job| job.reply.send(Err(error.clone()))),
    }
}

async fn start(
    pool: &Pool,
    me: Incarnation,
    deliveries: Vec<DeliveryId>,
) -> std::result::Result<Vec<Mark>, StoreError> {
    let work: Work<Vec<Mark>> = Box::new(move |sql| Box::pin(async move { start_sending(sql, me, &deliveries).await }));
    connect::on(pool, work).await
}

/// Waits for the end of what the last sender is just marking.
pub async fn take_sending(sql: &Sql, account: &AccountId, me: Incarnation) -> std::result::Result<(), StoreError> {
    let [take] = connect::prepared(sql, [TAKE_SENDING]).await?;
    sql.execute(&take, &[&account.as_str(), &me.0]).await?;
    Ok(())
}

/// Under the locks of the conversations, as whatever changes a delivery: a take over comes before or after, never in
/// between.
async fn start_sending(
    sql: &Sql,
    me: Incarnation,
    deliveries: &[DeliveryId],
) -> std::result::Result<Vec<Mark>, StoreError> {
    let [lock, senders, start] = connect::prepared(sql, [append::LOCK, SENDERS, START]).await?;
    let unique: HashSet<Uuid> = deliveries.iter().map(|delivery| delivery.conversation.0).collect();
    let conversations: Vec<Uuid> = unique.into_iter().collect();
    let (begun, locked, senders) =
        join3(sql.batch_execute("BEGIN"), sql.query(&lock, &[&conversations]), sql.query(&senders, &[&conversations]))
            .await;
    begun?;
    locked?;
    let senders = senders?.iter().map(|row| row.try_get(0)).collect::<Result<Vec<Option<Uuid>>>>()?;
    if senders.into_iter().flatten().any(|sender| sender != me.0) {
        sql.batch_execute("ROLLBACK").await?;
        return Err(StoreError::Fenced);
    }
    let of: Vec<Uuid> = deliveries.iter().map(|delivery| delivery.conversation.0).collect();
    let seqs: Vec<i64> = deliveries.iter().map(|delivery| int(delivery.seq)).collect();
    let (started, committed) = join(sql.query(&start, &[&of, &seqs, &me.0]), sql.batch_execute("COMMIT")).await;
    let mut marks = started?.iter().map(mark).collect::<Result<HashMap<_, _>>>()?;
    committed?;
    // Asked twice for the same delivery, only the first may send it.
    Ok(deliveries.iter().map(|delivery| marks.remove(delivery).unwrap_or(Mark::No)).collect())
}

fn mark(row: &Row) -> Result<(DeliveryId, Mark)> {
    let delivery = DeliveryId { conversation: ConversationId(row.try_get(0)?), seq: uint(row, 1)? };
    let attempt = attempt(row, 2)?;
    Ok((delivery, if row.try_get(3)? { Mark::Set { attempt } } else { Mark::Stands { attempt } }))
}

/// How often it was tried.
fn attempt(row: &Row, column: usize) -> Result<u32> {
    Ok(u32::try_from(row.try_get::<_, i32>(column)?).unwrap_or(0))
}

pub async fn strays(
    sql: &Sql,
    now: Timestamp,
    me: Incarnation,
    limit: usize,
) -> std::result::Result<Vec<Stray>, StoreError> {
    let [strays] = connect::prepared(sql, [STRAYS]).await?;
    let until = int(now.0) + GIVEN_FOR_MS;
    let rows = sql.query(&strays, &[&int(now.0), &me.0, &count(limit), &until]).await?;
    Ok(rows.iter().map(stray).collect::<Result<_>>()?)
}

fn stray(row: &Row) -> Result<Stray> {
    let withdrawn = row.try_get::<_, i16>(4)? == WITHDRAWN;
    let state = if withdrawn { StrayState::Withdrawn } else { StrayState::Sending { attempt: attempt(row, 5)? } };
    Ok(Stray { contact: contact(row, 0)?, seq: uint(row, 3)?, state })
}

pub async fn queued(
    sql: &Sql,
    account: &AccountId,
    after: i64,
    limit: usize,
) -> std::result::Result<Vec<Queued>, StoreError> {
    let [queued] = connect::prepared(sql, [QUEUED]).await?;
    let rows = sql.query(&queued, &[&account.as_str(), &after, &count(limit)]).await?;
    rows.iter().map(waiting).collect()
}

pub async fn shelved(
    sql: &Sql,
    account: Option<&AccountId>,
    before: Option<i64>,
    limit: usize,
) -> std::result::Result<Vec<Shelved>, StoreError> {
    let [shelved] = connect::prepared(sql, [SHELVED]).await?;
    let account = account.map(AccountId::as_str);
    let rows = sql.query(&shelved, &[&account, &before.unwrap_or(i64::MAX), &count(limit)]).await?;
    let read = |row: &Row| Ok(Shelved { contact: contact(row, 0)?, number: row.try_get(3)?, seq: uint(row, 4)? });
    Ok(rows.iter().map(read).collect::<Result<_>>()?)
}

pub async fn shelved_until(
    sql: &Sql,
    until: Timestamp,
    after: i64,
    limit: usize,
) -> std::result::Result<(Vec<Shelved>, Option<i64>), StoreError> {
    let [oldest] = connect::prepared(sql, [SHELVED_LONG]).await?;
    let rows = sql.query(&oldest, &[&after, &count(limit)]).await?;
    let (mut shelved, mut end) = (Vec::new(), None);
    for row in &rows {
        let number = row.try_get(3)?;
        end = Some(number);
        if Timestamp(columns::uint(row, 5)?) <= until {
            shelved.push(Shelved { contact: contact(row, 0)?, number, seq: uint(row, 4)? });
        }
    }
    Ok((shelved, end.filter(|_| rows.len() == limit)))
}

fn waiting(row: &Row) -> std::result::Result<Queued, StoreError> {
    let (line, by) = stored::read_queued(row.try_get::<_, Text>(5)?.0, row.try_get(6)?)?;
    Ok(Queued {
        contact: contact(row, 0)?,
        number: row.try_get(3)?,
        seq: uint(row, 4)?,
        line,
        by,
        at: Timestamp(columns::uint(row, 7)?),
        attempt: attempt(row, 8)?,
        flagged: row.try_get(9)?,
    })
}
