//! Everything that was ever said, for a look from outside, also beside a running process: what that has done since its
//! last commit, a moment ago, is then missing.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::columns::{contact, uint};
use super::journal::Journal;
use super::{FILE_NAME, OpenError, SqliteStore, events, log, migrations, readers};
use crate::domain::account::Channel;
use crate::domain::ids::Seq;
use crate::ports::dumped::{DumpedConversation, DumpedEvent};
use crate::ports::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Read(#[from] StoreError),
}

/// Gives every conversation to `out`, oldest first, all as of one moment.
pub fn dump(dir: &Path, mut out: impl FnMut(DumpedConversation)) -> Result<(), DumpError> {
    let sql = readers::open(&dir.join(FILE_NAME))?;
    if migrations::check(&sql)? == migrations::FORMAT {
        carry_over(dir, &sql)?;
    }
    let moment = Transaction::new_unchecked(&sql, TransactionBehavior::Deferred).map_err(StoreError::from)?;
    each_conversation(&sql, &mut out)?;
    moment.commit().map_err(StoreError::from)?;
    Ok(())
}

/// What a process that died left in the journal comes into the database first.
fn carry_over(dir: &Path, sql: &Connection) -> Result<(), OpenError> {
    let committed = super::committed(sql)?;
    if !super::journal_fits(Journal::is_needed(dir, committed))? {
        return Ok(());
    }
    match SqliteStore::open(dir) {
        Ok(_) | Err(OpenError::InUse { .. }) => Ok(()),
        Err(refusal) => Err(refusal),
    }
}

fn each_conversation(sql: &Connection, out: &mut impl FnMut(DumpedConversation)) -> Result<(), StoreError> {
    let question = "SELECT number, conversation.id, conversation.account, external_key, channel
        FROM conversation LEFT JOIN account ON account.id = conversation.account ORDER BY number";
    let mut statement = sql.prepare(question)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let events = events(sql, row.get(0)?)?;
        let channel: Option<String> = row.get(4)?;
        out(DumpedConversation {
            contact: contact(row, 1)?,
            channel: channel.as_deref().and_then(Channel::parse),
            events,
        });
    }
    Ok(())
}

fn events(sql: &Connection, number: i64) -> Result<Vec<DumpedEvent>, StoreError> {
    let mut keys = keys(sql, number)?;
    let all = events::after(sql, number, 0, Seq::MAX, usize::MAX)?;
    let dumped = |raw| {
        let logged = log::decode(raw)?;
        Ok(DumpedEvent { key: keys.remove(&logged.seq), logged })
    };
    all.iter().map(dumped).collect()
}

fn keys(sql: &Connection, number: i64) -> Result<HashMap<u64, String>, StoreError> {
    let mut statement = sql.prepare_cached("SELECT last, key FROM dedupe WHERE conversation = ?1")?;
    let rows = statement.query_map([number], |row| Ok((uint(row, 0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
