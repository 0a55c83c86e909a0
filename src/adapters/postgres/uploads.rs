//! Files that visitors and agents attach, beside the log that speaks of them: every node finds them here.

use bytes::Bytes;
use tokio_postgres::Row;
use uuid::Uuid;

use super::PostgresStore;
use super::columns::{count, int, uint};
use super::connect::{self, Sql};
use crate::domain::time::Timestamp;
use crate::domain::upload::UploadKey;
use crate::ports::store::{Answer, StoreError};
use crate::ports::uploads::{Allowance, Begun, COUNTED_FOR, UNSENT_LASTS, Upload, Uploads};

/// Uploads of one account begin one after the other, or together they might be more than is allowed.
const ALONE: &str = "SELECT pg_advisory_xact_lock(hashtext('upload ' || $1))";
const OF_OWNER: &str = "SELECT count(*), coalesce(sum(bytes), 0)::bigint FROM upload WHERE owner = $1 AND at > $2";
const OF_ACCOUNT: &str = "SELECT coalesce(sum(bytes), 0)::bigint FROM upload WHERE account = $1 AND at > $2";
const BEGIN: &str = "INSERT INTO upload (key, owner, account, name, bytes, at) VALUES ($1, $2, $3, $4, $5, $6)";
const ADD_PART: &str = "INSERT INTO upload_part (upload, number, bytes) SELECT key, $2, $3 FROM upload WHERE key = $1";
const FINISH: &str = "UPDATE upload SET finished = true WHERE key = $1";
const BREAK_OFF: &str = "DELETE FROM upload_part USING upload WHERE upload = $1 AND key = $1 AND NOT finished";
/// In the order of their keys, so that nobody waits in a circle.
const FIND: &str = "SELECT key, owner, account, name, bytes, at FROM upload
    WHERE key = ANY ($1) AND owner = $2 AND finished AND (message IS NULL OR message = $3) ORDER BY key FOR UPDATE";
const KEEP: &str = "UPDATE upload SET message = $2 WHERE key = ANY ($1)";
const RELEASE: &str = "UPDATE upload SET message = NULL WHERE owner = $1 AND message = $2";
const SENT: &str = "SELECT key, owner, account, name, bytes, at FROM upload WHERE key = $1 AND message IS NOT NULL";
const PART: &str = "SELECT bytes FROM upload_part WHERE upload = $1 AND number = $2";
/// What is being sent at this moment is left alone.
const EXPIRE: &str = "WITH gone AS (DELETE FROM upload WHERE key IN
        (SELECT key FROM upload WHERE message IS NULL AND at <= $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)
        RETURNING key),
    parts AS (DELETE FROM upload_part USING gone WHERE upload = gone.key)
    SELECT count(*) FROM gone";

impl Uploads for PostgresStore {
    fn begin_upload(&self, upload: Upload, allowance: Allowance) -> Answer<Begun> {
        self.ask(move |sql| Box::pin(async move { begin(sql, &upload, allowance).await }))
    }

    fn add_part(&self, key: UploadKey, number: u32, bytes: Bytes) -> Answer<()> {
        self.ask(move |sql| {
            Box::pin(async move {
                let [add] = connect::prepared(sql, [ADD_PART]).await?;
                sql.execute(&add, &[&key.0, &part_number(number), &&bytes[..]]).await?;
                Ok(())
            })
        })
    }

    fn finish_upload(&self, key: UploadKey) -> Answer<()> {
        self.ask(move |sql| {
            Box::pin(async move {
                sql.execute(FINISH, &[&key.0]).await?;
                Ok(())
            })
        })
    }

    fn break_off(&self, key: UploadKey) -> Answer<()> {
        self.ask(move |sql| {
            Box::pin(async move {
                sql.execute(BREAK_OFF, &[&key.0]).await?;
                Ok(())
            })
        })
    }

    fn keep_uploads(&self, keys: Vec<UploadKey>, owner: Uuid, message: String) -> Answer<Option<Vec<Upload>>> {
        self.ask(move |sql| Box::pin(async move { keep(sql, &keys, owner, &message).await }))
    }

    fn release_uploads(&self, owner: Uuid, message: String) -> Answer<()> {
        self.ask(move |sql| {
            Box::pin(async move {
                sql.execute(RELEASE, &[&owner, &message]).await?;
                Ok(())
            })
        })
    }

    fn upload(&self, key: UploadKey) -> Answer<Option<Upload>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let [sent] = connect::prepared(sql, [SENT]).await?;
                sql.query_opt(&sent, &[&key.0]).await?.as_ref().map(upload).transpose()
            })
        })
    }

    fn part(&self, key: UploadKey, number: u32) -> Answer<Option<Bytes>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let [part] = connect::prepared(sql, [PART]).await?;
                let row = sql.query_opt(&part, &[&key.0, &part_number(number)]).await?;
                row.map_or(Ok(None), |row| Ok(Some(Bytes::from(row.try_get::<_, Vec<u8>>(0)?))))
            })
        })
    }

    fn expire_uploads(&self, now: Timestamp, limit: usize) -> Answer<usize> {
        self.ask(move |sql| {
            Box::pin(async move {
                let before = int(now.0.saturating_sub(UNSENT_LASTS.as_millis() as u64));
                let row = sql.query_one(EXPIRE, &[&before, &count(limit)]).await?;
                Ok(usize::try_from(row.try_get::<_, i64>(0)?).unwrap_or(0))
            })
        })
    }
}

async fn begin(sql: &Sql, upload: &Upload, allowance: Allowance) -> Result<Begun, StoreError> {
    let Upload { key, owner, account, name, bytes, at } = upload;
    let since = int(at.0.saturating_sub(COUNTED_FOR.as_millis() as u64));
    sql.batch_execute("BEGIN").await?;
    sql.query_one(ALONE, &[account]).await?;
    let [of_owner, of_account] = connect::prepared(sql, [OF_OWNER, OF_ACCOUNT]).await?;
    let row = sql.query_one(&of_owner, &[owner, &since]).await?;
    let (files, theirs) = (uint(&row, 0)?, uint(&row, 1)?);
    let everybodys = uint(&sql.query_one(&of_account, &[account, &since]).await?, 0)?;
    let begun = if files >= allowance.owner_files as u64 || theirs + bytes > allowance.owner_bytes {
        Begun::OwnerIsOver
    } else if everybodys + bytes > allowance.account_bytes {
        Begun::AccountIsOver
    } else {
        sql.execute(BEGIN, &[&key.0, owner, account, name, &int(*bytes), &int(at.0)]).await?;
        Begun::Yes
    };
    sql.batch_execute("COMMIT").await?;
    Ok(begun)
}

async fn keep(sql: &Sql, keys: &[UploadKey], owner: Uuid, message: &str) -> Result<Option<Vec<Upload>>, StoreError> {
    let [find, keep] = connect::prepared(sql, [FIND, KEEP]).await?;
    let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
    sql.batch_execute("BEGIN").await?;
    let rows = sql.query(&find, &[&ids, &owner, &message]).await?;
    let found = rows.iter().map(upload).collect::<Result<Vec<_>, _>>()?;
    let in_order: Option<Vec<Upload>> =
        keys.iter().map(|key| found.iter().find(|upload| upload.key == *key).cloned()).collect();
    if in_order.is_some() {
        sql.execute(&keep, &[&ids, &message]).await?;
    }
    sql.batch_execute("COMMIT").await?;
    Ok(in_order)
}

fn part_number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn upload(row: &Row) -> Result<Upload, StoreError> {
    Ok(Upload {
        key: UploadKey(row.try_get(0)?),
        owner: row.try_get(1)?,
        account: row.try_get(2)?,
        name: row.try_get(3)?,
        bytes: uint(row, 4)?,
        at: Timestamp(uint(row, 5)?),
    })
}
