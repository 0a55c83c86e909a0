//! Which conversations are with one person.

use rusqlite::{Connection, OptionalExtension, Result, Row};
use uuid::Uuid;

use super::SqliteStore;
use super::columns::{count, int, uint, uuid};
use super::desk::Desk;
use crate::domain::ids::ConversationId;
use crate::domain::time::Timestamp;
use crate::ports::contacts::{
    Before, Contacts, LINKED_MAX, MERGES_SHOWN_MAX, Merge, Merged, PastMerge, Plan, Unmerged,
};
use crate::ports::store::Answer;

impl Contacts for SqliteStore {
    fn linked(&self, conversation: ConversationId) -> Answer<Vec<ConversationId>> {
        Box::pin(self.readers().run(move |sql| {
            let (_, linked) = person(sql, conversation.0)?;
            Ok(linked.into_iter().map(ConversationId).collect())
        }))
    }

    fn merge(&self, merge: Merge) -> Answer<Merged> {
        Box::pin(self.commit(move |desk| merge_here(desk, &merge)))
    }

    fn unmerge(&self, id: Uuid, by: String, at: Timestamp) -> Answer<Unmerged> {
        Box::pin(self.commit(move |desk| unmerge_here(desk, id, &by, at)))
    }

    fn merges(&self, conversation: ConversationId) -> Answer<Vec<PastMerge>> {
        Box::pin(self.readers().run(move |sql| Ok(merges(sql, conversation.0)?)))
    }
}

/// The contact, if there is one, and its conversations.
fn person(sql: &Connection, conversation: Uuid) -> Result<(Option<Uuid>, Vec<Uuid>)> {
    let question = "SELECT contact FROM contact_link WHERE conversation = ?1";
    let contact = sql.prepare_cached(question)?.query_row([conversation.as_bytes()], |row| uuid(row, 0)).optional()?;
    let Some(contact) = contact else { return Ok((None, vec![conversation])) };
    let question = "SELECT conversation FROM contact_link WHERE contact = ?1 ORDER BY conversation LIMIT ?2";
    let mut statement = sql.prepare_cached(question)?;
    let linked = statement.query_map((contact.as_bytes(), count(LINKED_MAX)), |row| uuid(row, 0))?;
    Ok((Some(contact), linked.collect::<Result<_>>()?))
}

fn merge_here(desk: &Desk<'_>, merge: &Merge) -> Result<Merged> {
    let again = "SELECT 1 FROM contact_merge WHERE id = ?1";
    if desk.sql.query_row(again, [merge.id.as_bytes()], |_| Ok(())).optional()?.is_some() {
        return Ok(Merged::Done);
    }
    let (one, other) = (person(desk.sql, merge.one.0)?, person(desk.sql, merge.other.0)?);
    let Plan { contact, before } = match Plan::of(one, other, merge.id) {
        Ok(plan) => plan,
        Err(why) => return Ok(why),
    };
    for (conversation, _) in &before {
        link(desk, *conversation, Some(contact))?;
    }
    let sql = "INSERT INTO contact_merge (id, contact, at, author, before) VALUES (?1, ?2, ?3, ?4, ?5)";
    let written = serde_json::to_string(&before).unwrap_or_default();
    desk.sql.execute(sql, (merge.id.as_bytes(), contact.as_bytes(), int(merge.at.0), &merge.by, written))?;
    Ok(Merged::Done)
}

fn link(desk: &Desk<'_>, conversation: Uuid, contact: Option<Uuid>) -> Result<()> {
    match contact {
        Some(contact) => {
            let sql = "INSERT OR REPLACE INTO contact_link (conversation, contact) VALUES (?1, ?2)";
            desk.sql.prepare_cached(sql)?.execute((conversation.as_bytes(), contact.as_bytes())).map(|_| ())
        }
        None => {
            let sql = "DELETE FROM contact_link WHERE conversation = ?1";
            desk.sql.prepare_cached(sql)?.execute([conversation.as_bytes()]).map(|_| ())
        }
    }
}

fn unmerge_here(desk: &Desk<'_>, id: Uuid, by: &str, at: Timestamp) -> Result<Unmerged> {
    let question = "SELECT number, contact, before FROM contact_merge WHERE id = ?1 AND undone_at IS NULL";
    let found = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, uuid(row, 1)?, row.get::<_, String>(2)?));
    let Some((number, contact, before)) = desk.sql.query_row(question, [id.as_bytes()], found).optional()? else {
        return Ok(Unmerged::None);
    };
    let newer = "SELECT id, at, author, before, undone_at, undone_by FROM contact_merge WHERE number > ?1
        AND undone_at IS NULL AND (contact = ?2 OR instr(before, ?3) > 0) ORDER BY number DESC LIMIT 1";
    let newer = desk.sql.query_row(newer, (number, contact.as_bytes(), contact.to_string()), past).optional()?;
    if let Some(newer) = newer {
        return Ok(Unmerged::NotNewest(newer));
    }
    let before: Before = serde_json::from_str(&before).unwrap_or_default();
    for (conversation, contact) in before {
        link(desk, conversation, contact)?;
    }
    let sql = "UPDATE contact_merge SET undone_at = ?2, undone_by = ?3 WHERE number = ?1";
    desk.sql.execute(sql, (number, int(at.0), by))?;
    Ok(Unmerged::Done)
}

fn merges(sql: &Connection, conversation: Uuid) -> Result<Vec<PastMerge>> {
    let question = "SELECT id, at, author, before, undone_at, undone_by FROM contact_merge
        WHERE contact = (SELECT contact FROM contact_link WHERE conversation = ?1) OR instr(before, ?2) > 0
        ORDER BY number DESC LIMIT ?3";
    let mut statement = sql.prepare_cached(question)?;
    let key = (conversation.as_bytes(), conversation.to_string(), count(MERGES_SHOWN_MAX));
    statement.query_map(key, past)?.collect()
}

fn past(row: &Row<'_>) -> Result<PastMerge> {
    let before: Before = serde_json::from_str(&row.get::<_, String>(3)?).unwrap_or_default();
    let undone_at = row.get::<_, Option<i64>>(4)?.and_then(|at| u64::try_from(at).ok()).map(Timestamp);
    Ok(PastMerge {
        id: uuid(row, 0)?,
        at: Timestamp(uint(row, 1)?),
        by: row.get(2)?,
        conversations: before.into_iter().map(|(conversation, _)| ConversationId(conversation)).collect(),
        undone: undone_at.zip(row.get(5)?),
    })
}
