//! Which conversations are with one person.

use tokio_postgres::Row;
use uuid::Uuid;

use super::PostgresStore;
use super::columns::{count, int, uint};
use super::connect::Sql;
use crate::domain::ids::ConversationId;
use crate::domain::time::Timestamp;
use crate::ports::contacts::{
    Before, Contacts, LINKED_MAX, MERGES_SHOWN_MAX, Merge, Merged, PastMerge, Plan, Unmerged,
};
use crate::ports::store::{Answer, StoreError};

const CONTACT: &str = "SELECT contact FROM contact_link WHERE conversation = $1";
const LINKED: &str = "SELECT conversation FROM contact_link WHERE contact = $1 ORDER BY conversation LIMIT $2";
/// Nobody else merges or undoes at the same time, or what was before would not be what was before.
const ALONE: &str = "BEGIN; LOCK TABLE contact_link IN SHARE ROW EXCLUSIVE MODE";
const AGAIN: &str = "SELECT EXISTS (SELECT 1 FROM contact_merge WHERE id = $1)";
const LINK: &str = "INSERT INTO contact_link (conversation, contact) VALUES ($1, $2)
    ON CONFLICT (conversation) DO UPDATE SET contact = excluded.contact";
const ALONE_AGAIN: &str = "DELETE FROM contact_link WHERE conversation = $1";
const NOTE: &str = "INSERT INTO contact_merge (id, contact, at, author, before) VALUES ($1, $2, $3, $4, $5)";
const FIND: &str = "SELECT number, contact, before FROM contact_merge WHERE id = $1 AND undone_at IS NULL";
const NEWER: &str = "SELECT id, at, author, before, undone_at, undone_by FROM contact_merge WHERE number > $1
    AND undone_at IS NULL AND (contact = $2 OR strpos(before, $3) > 0) ORDER BY number DESC LIMIT 1";
const UNDO: &str = "UPDATE contact_merge SET undone_at = $2, undone_by = $3 WHERE number = $1";
const MERGES: &str = "SELECT id, at, author, before, undone_at, undone_by FROM contact_merge
    WHERE contact = (SELECT contact FROM contact_link WHERE conversation = $1) OR strpos(before, $2) > 0
    ORDER BY number DESC LIMIT $3";

impl Contacts for PostgresStore {
    fn linked(&self, conversation: ConversationId) -> Answer<Vec<ConversationId>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let (_, linked) = person(sql, conversation.0).await?;
                Ok(linked.into_iter().map(ConversationId).collect())
            })
        })
    }

    fn merge(&self, merge: Merge) -> Answer<Merged> {
        self.ask(move |sql| {
            Box::pin(async move {
                sql.batch_execute(ALONE).await?;
                let merged = merge_here(sql, &merge).await?;
                sql.batch_execute("COMMIT").await?;
                Ok(merged)
            })
        })
    }

    fn unmerge(&self, id: Uuid, by: String, at: Timestamp) -> Answer<Unmerged> {
        self.ask(move |sql| {
            let by = by.clone();
            Box::pin(async move {
                sql.batch_execute(ALONE).await?;
                let unmerged = unmerge_here(sql, id, &by, at).await?;
                sql.batch_execute("COMMIT").await?;
                Ok(unmerged)
            })
        })
    }

    fn merges(&self, conversation: ConversationId) -> Answer<Vec<PastMerge>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let id = conversation.0;
                let rows = sql.query(MERGES, &[&id, &id.to_string(), &count(MERGES_SHOWN_MAX)]).await?;
                rows.iter().map(past).collect()
            })
        })
    }
}

/// The contact, if there is one, and its conversations.
async fn person(sql: &Sql, conversation: Uuid) -> Result<(Option<Uuid>, Vec<Uuid>), StoreError> {
    let Some(row) = sql.query_opt(CONTACT, &[&conversation]).await? else { return Ok((None, vec![conversation])) };
    let contact: Uuid = row.try_get(0)?;
    let mut linked = Vec::new();
    for row in sql.query(LINKED, &[&contact, &count(LINKED_MAX)]).await? {
        linked.push(row.try_get(0)?);
    }
    Ok((Some(contact), linked))
}

async fn merge_here(sql: &Sql, merge: &Merge) -> Result<Merged, StoreError> {
    if sql.query_one(AGAIN, &[&merge.id]).await?.try_get(0)? {
        return Ok(Merged::Done);
    }
    let (one, other) = (person(sql, merge.one.0).await?, person(sql, merge.other.0).await?);
    let Plan { contact, before } = match Plan::of(one, other, merge.id) {
        Ok(plan) => plan,
        Err(why) => return Ok(why),
    };
    for (conversation, _) in &before {
        sql.execute(LINK, &[conversation, &contact]).await?;
    }
    let written = serde_json::to_string(&before).unwrap_or_default();
    sql.execute(NOTE, &[&merge.id, &contact, &int(merge.at.0), &merge.by, &written]).await?;
    Ok(Merged::Done)
}

async fn unmerge_here(sql: &Sql, id: Uuid, by: &str, at: Timestamp) -> Result<Unmerged, StoreError> {
    let Some(row) = sql.query_opt(FIND, &[&id]).await? else { return Ok(Unmerged::None) };
    let (number, contact): (i64, Uuid) = (row.try_get(0)?, row.try_get(1)?);
    if let Some(newer) = sql.query_opt(NEWER, &[&number, &contact, &contact.to_string()]).await? {
        return Ok(Unmerged::NotNewest(past(&newer)?));
    }
    let before: Before = serde_json::from_str(row.try_get(2)?).unwrap_or_default();
    for (conversation, contact) in before {
        match contact {
            Some(contact) => sql.execute(LINK, &[&conversation, &contact]).await?,
            None => sql.execute(ALONE_AGAIN, &[&conversation]).await?,
        };
    }
    sql.execute(UNDO, &[&number, &int(at.0), &by]).await?;
    Ok(Unmerged::Done)
}

fn past(row: &Row) -> Result<PastMerge, StoreError> {
    let before: Before = serde_json::from_str(row.try_get(3)?).unwrap_or_default();
    let undone_at = row.try_get::<_, Option<i64>>(4)?.and_then(|at| u64::try_from(at).ok()).map(Timestamp);
    Ok(PastMerge {
        id: row.try_get(0)?,
        at: Timestamp(uint(row, 1)?),
        by: row.try_get(2)?,
        conversations: before.into_iter().map(|(conversation, _)| ConversationId(conversation)).collect(),
        undone: undone_at.zip(row.try_get::<_, Option<String>>(5)?),
    })
}
