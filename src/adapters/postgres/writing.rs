//! Canned replies and drafts.

use tokio_postgres::Row;

use super::PostgresStore;
use super::columns::{count, int, uint};
use super::connect::{self, Sql};
use crate::domain::canned::CannedName;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::time::Timestamp;
use crate::ports::store::{Answer, StoreError};
use crate::ports::writing::{CannedReply, DRAFTS_MAX, MessageDraft, Writing};

const CANNED: &str = "SELECT name, text, author, at FROM canned_reply ORDER BY name";
/// Nobody else adds one at the same time, or there might be one more than the most.
const SAVE_ALONE: &str = "BEGIN; LOCK TABLE canned_reply IN SHARE ROW EXCLUSIVE MODE";
const OTHERS: &str = "SELECT count(*) FROM canned_reply WHERE name <> $1";
const SAVE_CANNED: &str = "INSERT INTO canned_reply (name, text, author, at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (name) DO UPDATE SET text = excluded.text, author = excluded.author, at = excluded.at";
const DRAFTS: &str = "SELECT conversation, text, note, at FROM reply_draft WHERE agent = $1
    ORDER BY at DESC, conversation LIMIT $2";
const DELETE_DRAFT: &str = "DELETE FROM reply_draft WHERE agent = $1 AND conversation = $2";
const SAVE_DRAFT: &str = "INSERT INTO reply_draft (agent, conversation, text, note, at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (agent, conversation) DO UPDATE SET text = excluded.text, note = excluded.note, at = excluded.at";
const DELETE_OLDEST: &str = "DELETE FROM reply_draft WHERE agent = $1 AND conversation IN
    (SELECT conversation FROM reply_draft WHERE agent = $1 ORDER BY at DESC, conversation OFFSET $2)";

impl Writing for PostgresStore {
    fn canned(&self) -> Answer<Vec<CannedReply>> {
        self.ask(|sql| Box::pin(async move { sql.query(CANNED, &[]).await?.iter().map(reply).collect() }))
    }

    fn save_canned(&self, reply: CannedReply, max: usize) -> Answer<bool> {
        self.ask(move |sql| Box::pin(async move { save(sql, &reply, max).await }))
    }

    fn delete_canned(&self, name: CannedName) -> Answer<bool> {
        self.ask(move |sql| {
            Box::pin(async move {
                Ok(sql.execute("DELETE FROM canned_reply WHERE name = $1", &[&name.as_str()]).await? == 1)
            })
        })
    }

    fn message_drafts(&self, agent: AgentId) -> Answer<Vec<MessageDraft>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let [drafts] = connect::prepared(sql, [DRAFTS]).await?;
                sql.query(&drafts, &[&agent.0, &count(DRAFTS_MAX)]).await?.iter().map(draft).collect()
            })
        })
    }

    fn save_message_draft(&self, agent: AgentId, draft: MessageDraft) -> Answer<()> {
        self.ask(move |sql| Box::pin(async move { keep(sql, agent, &draft).await }))
    }
}

async fn save(sql: &Sql, reply: &CannedReply, max: usize) -> Result<bool, StoreError> {
    let name = reply.name.as_str();
    sql.batch_execute(SAVE_ALONE).await?;
    let others: i64 = sql.query_one(OTHERS, &[&name]).await?.try_get(0)?;
    let fits = others < count(max);
    if fits {
        sql.execute(SAVE_CANNED, &[&name, &reply.text, &reply.by, &int(reply.at.0)]).await?;
    }
    sql.batch_execute("COMMIT").await?;
    Ok(fits)
}

async fn keep(sql: &Sql, agent: AgentId, draft: &MessageDraft) -> Result<(), StoreError> {
    let [delete, save, delete_oldest] = connect::prepared(sql, [DELETE_DRAFT, SAVE_DRAFT, DELETE_OLDEST]).await?;
    if draft.text.is_empty() {
        sql.execute(&delete, &[&agent.0, &draft.conversation.0]).await?;
        return Ok(());
    }
    sql.execute(&save, &[&agent.0, &draft.conversation.0, &draft.text, &draft.note, &int(draft.at.0)]).await?;
    sql.execute(&delete_oldest, &[&agent.0, &count(DRAFTS_MAX)]).await?;
    Ok(())
}

fn reply(row: &Row) -> Result<CannedReply, StoreError> {
    Ok(CannedReply {
        name: CannedName::known(row.try_get(0)?),
        text: row.try_get(1)?,
        by: row.try_get(2)?,
        at: Timestamp(uint(row, 3)?),
    })
}

fn draft(row: &Row) -> Result<MessageDraft, StoreError> {
    Ok(MessageDraft {
        conversation: ConversationId(row.try_get(0)?),
        text: row.try_get(1)?,
        note: row.try_get(2)?,
        at: Timestamp(uint(row, 3)?),
    })
}
