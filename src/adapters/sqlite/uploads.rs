//! Files that visitors and agents attach, beside the log that speaks of them.

use bytes::Bytes;
use rusqlite::{OptionalExtension, Result, Row};
use uuid::Uuid;

use super::SqliteStore;
use super::columns::{count, int, uint, uuid};
use super::desk::Desk;
use crate::domain::time::Timestamp;
use crate::domain::upload::UploadKey;
use crate::ports::store::Answer;
use crate::ports::uploads::{Allowance, Begun, COUNTED_FOR, UNSENT_LASTS, Upload, Uploads};

impl Uploads for SqliteStore {
    fn begin_upload(&self, upload: Upload, allowance: Allowance) -> Answer<Begun> {
        self.commit(move |desk| begin(desk, &upload, allowance))
    }

    fn add_part(&self, key: UploadKey, number: u32, bytes: Bytes) -> Answer<()> {
        self.commit(move |desk| {
            let sql =
                "INSERT INTO upload_part (address, bytes) SELECT (number << 32) + ?2, ?3 FROM upload WHERE key = ?1";
            desk.sql.prepare_cached(sql)?.execute((key.0.as_bytes(), number, &bytes[..])).map(|_| ())
        })
    }

    fn finish_upload(&self, key: UploadKey) -> Answer<()> {
        self.commit(move |desk| {
            let sql = "UPDATE upload SET finished = 1 WHERE key = ?1";
            desk.sql.prepare_cached(sql)?.execute([key.0.as_bytes()]).map(|_| ())
        })
    }

    fn break_off(&self, key: UploadKey) -> Answer<()> {
        self.commit(move |desk| {
            let sql = "DELETE FROM upload_part WHERE EXISTS (SELECT 1 FROM upload
                WHERE key = ?1 AND NOT finished AND address >= number << 32 AND address < (number + 1) << 32)";
            desk.sql.prepare_cached(sql)?.execute([key.0.as_bytes()]).map(|_| ())
        })
    }

    fn keep_uploads(&self, keys: Vec<UploadKey>, owner: Uuid, message: String) -> Answer<Option<Vec<Upload>>> {
        self.commit(move |desk| keep(desk, &keys, owner, &message))
    }

    fn release_uploads(&self, owner: Uuid, message: String) -> Answer<()> {
        self.commit(move |desk| {
            let sql = "UPDATE upload SET message = NULL WHERE owner = ?1 AND message = ?2";
            desk.sql.prepare_cached(sql)?.execute((owner.as_bytes(), &message)).map(|_| ())
        })
    }

    fn upload(&self, key: UploadKey) -> Answer<Option<Upload>> {
        Box::pin(self.readers().run(move |sql| {
            let question =
                "SELECT key, owner, account, name, bytes, at FROM upload WHERE key = ?1 AND message IS NOT NULL";
            Ok(sql.prepare_cached(question)?.query_row([key.0.as_bytes()], upload).optional()?)
        }))
    }

    fn part(&self, key: UploadKey, number: u32) -> Answer<Option<Bytes>> {
        Box::pin(self.readers().run(move |sql| {
            let question = "SELECT upload_part.bytes FROM upload
                JOIN upload_part ON address = (upload.number << 32) + ?2 WHERE key = ?1";
            let bytes = |row: &Row<'_>| row.get::<_, Vec<u8>>(0).map(Bytes::from);
            Ok(sql.prepare_cached(question)?.query_row((key.0.as_bytes(), number), bytes).optional()?)
        }))
    }

    fn expire_uploads(&self, now: Timestamp, limit: usize) -> Answer<usize> {
        self.commit(move |desk| expire(desk, now, limit))
    }
}

fn begin(desk: &Desk<'_>, upload: &Upload, allowance: Allowance) -> Result<Begun> {
    let since = int(upload.at.0.saturating_sub(COUNTED_FOR.as_millis() as u64));
    let sql = "SELECT count(*), coalesce(sum(bytes), 0) FROM upload WHERE owner = ?1 AND at > ?2";
    let (files, bytes): (u64, u64) = desk
        .sql
        .prepare_cached(sql)?
        .query_row((upload.owner.as_bytes(), since), |row| Ok((uint(row, 0)?, uint(row, 1)?)))?;
    if files >= allowance.owner_files as u64 || bytes + upload.bytes > allowance.owner_bytes {
        return Ok(Begun::OwnerIsOver);
    }
    let sql = "SELECT coalesce(sum(bytes), 0) FROM upload WHERE account = ?1 AND at > ?2";
    let bytes = desk.sql.prepare_cached(sql)?.query_row((&upload.account, since), |row| uint(row, 0))?;
    if bytes + upload.bytes > allowance.account_bytes {
        return Ok(Begun::AccountIsOver);
    }
    let sql = "INSERT INTO upload (key, owner, account, name, bytes, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let Upload { key, owner, account, name, bytes, at } = upload;
    desk.sql.prepare_cached(sql)?.execute((
        key.0.as_bytes(),
        owner.as_bytes(),
        account,
        name,
        int(*bytes),
        int(at.0),
    ))?;
    Ok(Begun::Yes)
}

fn keep(desk: &Desk<'_>, keys: &[UploadKey], owner: Uuid, message: &str) -> Result<Option<Vec<Upload>>> {
    let question = "SELECT key, owner, account, name, bytes, at FROM upload
        WHERE key = ?1 AND owner = ?2 AND finished AND (message IS NULL OR message = ?3)";
    let mut statement = desk.sql.prepare_cached(question)?;
    let find = |key: &UploadKey| statement.query_row((key.0.as_bytes(), owner.as_bytes(), message), upload).optional();
    let Some(found) = keys.iter().map(find).collect::<Result<Option<Vec<_>>>>()? else { return Ok(None) };
    let mut statement = desk.sql.prepare_cached("UPDATE upload SET message = ?2 WHERE key = ?1")?;
    for key in keys {
        statement.execute((key.0.as_bytes(), message))?;
    }
    Ok(Some(found))
}

fn expire(desk: &Desk<'_>, now: Timestamp, limit: usize) -> Result<usize> {
    let before = int(now.0.saturating_sub(UNSENT_LASTS.as_millis() as u64));
    let sql = "SELECT number FROM upload WHERE message IS NULL AND at <= ?1 ORDER BY at LIMIT ?2";
    let mut statement = desk.sql.prepare_cached(sql)?;
    let numbers: Vec<i64> =
        statement.query_map((before, count(limit)), |row| row.get(0))?.collect::<Result<Vec<_>>>()?;
    for number in &numbers {
        let sql = "DELETE FROM upload_part WHERE address >= ?1 << 32 AND address < (?1 + 1) << 32";
        desk.sql.prepare_cached(sql)?.execute([number])?;
        desk.sql.prepare_cached("DELETE FROM upload WHERE number = ?1")?.execute([number])?;
    }
    Ok(numbers.len())
}

fn upload(row: &Row<'_>) -> Result<Upload> {
    Ok(Upload {
        key: UploadKey(uuid(row, 0)?),
        owner: uuid(row, 1)?,
        account: row.get(2)?,
        name: row.get(3)?,
        bytes: uint(row, 4)?,
        at: Timestamp(uint(row, 5)?),
    })
}
