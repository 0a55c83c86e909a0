//! Connections: a pool of them, each set up the same way, and how work is done on one.

use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures_util::future::BoxFuture;
use tokio::time::error::Elapsed;
use tokio_postgres::Statement;

use super::address::Address;
use super::trouble;
use crate::ports::store::StoreError;

/// For what waits in lanes: never kept waiting by those who read.
pub const LANE_CONNECTIONS_MAX: usize = 8;
/// For everything else.
pub const OTHER_CONNECTIONS_MAX: usize = 8;
/// One node's share of the server's `max_connections`.
pub const CONNECTIONS_MAX: usize = LANE_CONNECTIONS_MAX + OTHER_CONNECTIONS_MAX;
/// More than that many questions that wait for a connection are refused.
const WAITING_MAX: usize = 4096;
/// What is not done after this long has failed, as far as we can know.
pub const ANSWER_MAX: Duration = Duration::from_secs(10);

/// What every connection begins with. A process that stands still in the middle of a write (a stopped container, a
/// swapped-out machine) must not keep conversations locked: the server ends it before those who wait give up, and long
/// before its lease ends. Nobody waits for a lock, or for an answer, after we have given up on it. A commit that was
/// acknowledged is on the disk, whatever the server's or the user's default is. And everything we ask is about a few rows
/// of many, so a plan that reads whole tables is never right, also while the server has not counted them yet; and
/// compiling a plan would take longer than running it.
pub const SESSION: &str = "SET idle_in_transaction_session_timeout = '3s';
    SET lock_timeout = '5s';
    SET statement_timeout = '15s';
    SET default_transaction_isolation = 'read committed';
    SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// For whoever holds up nobody and may take long: to read everything, or to copy it.
pub const PATIENCE: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0";

/// A connection of the pool.
pub type Sql = Object;

pub fn pool(address: &Address, connections_max: usize) -> Result<Pool, deadpool_postgres::BuildError> {
    let fast = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(address.config().clone(), address.tls().clone(), fast);
    Pool::builder(manager)
        .max_size(connections_max)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(ANSWER_MAX))
        .create_timeout(Some(ANSWER_MAX))
        .post_create(Hook::async_fn(|sql, _| {
            Box::pin(async move { sql.batch_execute(SESSION).await.map_err(HookError::Backend) })
        }))
        .build()
}

/// A connection, or why there is none.
pub async fn get(pool: &Pool) -> Result<Sql, StoreError> {
    if pool.status().waiting >= WAITING_MAX {
        return Err(StoreError::Busy);
    }
    Ok(pool.get().await?)
}

/// The statements in `texts`, prepared; after the first time on a connection this costs nothing.
pub async fn prepared<const N: usize>(sql: &Sql, texts: [&str; N]) -> Result<[Statement; N], tokio_postgres::Error> {
    let all = futures_util::future::try_join_all(texts.iter().map(|text| sql.prepare_cached(text))).await?;
    Ok(all.try_into().unwrap_or_else(|_| unreachable!("as many as asked for")))
}

/// Takes a connection out of the pool for good and ends it: whatever it was in the middle of is rolled back.
pub fn discard(sql: Sql) {
    drop(Object::take(sql));
}

/// Does `work` on a connection of the pool.
pub async fn on<T>(pool: &Pool, work: Work<T>) -> Result<T, StoreError> {
    let sql = get(pool).await?;
    let done = tokio::time::timeout(ANSWER_MAX, work(&sql)).await;
    match done {
        // An answer like any other.
        Ok(Err(StoreError::Fenced)) => Err(StoreError::Fenced),
        done => conclude(sql, done),
    }
}

/// What is to be done on a connection.
pub type Work<T> = Box<dyn for<'s> FnOnce(&'s Sql) -> BoxFuture<'s, Result<T, StoreError>> + Send>;

/// After an error, or no answer in time, the connection is given up: then it is certain that nothing stays locked, and
/// that a commit which may or may not have happened is not followed by anything.
pub fn conclude<T, E: From<StoreError>>(sql: Sql, done: Result<Result<T, E>, Elapsed>) -> Result<T, E> {
    let done = done.unwrap_or_else(|_| Err(trouble::no_answer().into()));
    if done.is_err() {
        discard(sql);
    }
    done
}
