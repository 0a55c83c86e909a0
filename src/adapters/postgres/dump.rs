//! Everything that was ever said, for a look from outside, also while nodes are at work.

use std::collections::HashMap;

use tokio_postgres::Row;
use uuid::Uuid;

use super::columns::{contact, uint};
use super::connect::{self, Sql};
use super::{Address, OpenError, log, migrations};
use crate::domain::account::Channel;
use crate::domain::ids::Seq;
use crate::ports::dumped::{DumpedConversation, DumpedEvent};
use crate::ports::store::StoreError;

/// Conversations read at a time.
const PAGE: i64 = 200;

const CONVERSATIONS: &str = "SELECT conversation.id, conversation.account, external_key, channel
    FROM conversation LEFT JOIN account ON account.id = conversation.account
    WHERE conversation.id > $1 ORDER BY conversation.id LIMIT $2";
const EVENTS: &str =
    "SELECT conversation, seq, at, body FROM event WHERE conversation = ANY($1) ORDER BY conversation, seq";
const KEYS: &str = "SELECT conversation, last, key FROM dedupe WHERE conversation = ANY($1)";

/// Gives every conversation to `out`, by id, all as of one moment.
pub async fn dump(address: &Address, mut out: impl FnMut(DumpedConversation)) -> Result<(), OpenError> {
    let pool = connect::pool(address, 1).map_err(|error| OpenError::Database(error.to_string()))?;
    let sql = connect::get(&pool).await.map_err(|error| OpenError::of(&error))?;
    if migrations::check(&sql).await?.is_none() {
        return Err(OpenError::Database("there is nothing of switchboard in this database".to_owned()));
    }
    each_conversation(&sql, &mut out).await.map_err(|error| OpenError::of(&error))
}

async fn each_conversation(sql: &Sql, out: &mut impl FnMut(DumpedConversation)) -> Result<(), StoreError> {
    sql.batch_execute(connect::PATIENCE).await?;
    sql.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let [conversations, events, keys] = connect::prepared(sql, [CONVERSATIONS, EVENTS, KEYS]).await?;
    let mut after = Uuid::nil();
    loop {
        let rows = sql.query(&conversations, &[&after, &PAGE]).await?;
        let Some(last) = rows.last() else { break };
        after = last.try_get(0)?;
        let ids = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<Uuid>, _>>()?;
        let mut logs = by_conversation(&sql.query(&events, &[&ids]).await?, &sql.query(&keys, &[&ids]).await?)?;
        for row in &rows {
            let channel: Option<&str> = row.try_get(3)?;
            out(DumpedConversation {
                contact: contact(row, 0)?,
                channel: channel.and_then(Channel::parse),
                events: logs.remove(&row.try_get(0)?).unwrap_or_default(),
            });
        }
    }
    Ok(sql.batch_execute("COMMIT").await?)
}

fn by_conversation(events: &[Row], keys: &[Row]) -> Result<HashMap<Uuid, Vec<DumpedEvent>>, StoreError> {
    let mut named: HashMap<(Uuid, Seq), String> = HashMap::new();
    for row in keys {
        named.insert((row.try_get(0)?, uint(row, 1)?), row.try_get(2)?);
    }
    let mut logs: HashMap<Uuid, Vec<DumpedEvent>> = HashMap::new();
    for row in events {
        let conversation: Uuid = row.try_get(0)?;
        let logged = log::event(row, 1)?;
        let key = named.remove(&(conversation, logged.seq));
        logs.entry(conversation).or_default().push(DumpedEvent { logged, key });
    }
    Ok(logs)
}
