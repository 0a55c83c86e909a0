//! Canned replies and drafts.

use rusqlite::{Result, Row};

use super::SqliteStore;
use super::columns::{count, int, uint, uuid};
use super::desk::Desk;
use crate::domain::canned::CannedName;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::time::Timestamp;
use crate::ports::store::Answer;
use crate::ports::writing::{CannedReply, DRAFTS_MAX, MessageDraft, Writing};

impl Writing for SqliteStore {
    fn canned(&self) -> Answer<Vec<CannedReply>> {
        Box::pin(self.readers().run(|sql| {
            let question = "SELECT name, text, author, at FROM canned_reply ORDER BY name";
            Ok(sql.prepare_cached(question)?.query_map((), reply)?.collect::<Result<_>>()?)
        }))
    }

    fn save_canned(&self, reply: CannedReply, max: usize) -> Answer<bool> {
        Box::pin(self.commit(move |desk| save(desk, &reply, max)))
    }

    fn delete_canned(&self, name: CannedName) -> Answer<bool> {
        Box::pin(self.commit(move |desk| {
            Ok(desk.sql.execute("DELETE FROM canned_reply WHERE name = ?1", [name.as_str()])? == 1)
        }))
    }

    fn message_drafts(&self, agent: AgentId) -> Answer<Vec<MessageDraft>> {
        Box::pin(self.readers().run(move |sql| {
            let question = "SELECT conversation, text, note, at FROM reply_draft WHERE agent = ?1
                ORDER BY at DESC, conversation LIMIT ?2";
            let mut statement = sql.prepare_cached(question)?;
            Ok(statement.query_map((agent.0.as_bytes(), count(DRAFTS_MAX)), draft)?.collect::<Result<_>>()?)
        }))
    }

    fn save_message_draft(&self, agent: AgentId, draft: MessageDraft) -> Answer<()> {
        Box::pin(self.commit(move |desk| keep(desk, agent, &draft)))
    }
}

fn save(desk: &Desk<'_>, reply: &CannedReply, max: usize) -> Result<bool> {
    let name = reply.name.as_str();
    let others = "SELECT count(*) FROM canned_reply WHERE name <> ?1";
    let others: i64 = desk.sql.query_row(others, [name], |row| row.get(0))?;
    if others >= count(max) {
        return Ok(false);
    }
    let sql = "INSERT INTO canned_reply (name, text, author, at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (name) DO UPDATE SET text = excluded.text, author = excluded.author, at = excluded.at";
    desk.sql.execute(sql, (name, &reply.text, &reply.by, int(reply.at.0)))?;
    Ok(true)
}

fn keep(desk: &Desk<'_>, agent: AgentId, draft: &MessageDraft) -> Result<()> {
    let (agent, conversation) = (agent.0.as_bytes(), draft.conversation.0.as_bytes());
    if draft.text.is_empty() {
        let sql = "DELETE FROM reply_draft WHERE agent = ?1 AND conversation = ?2";
        return desk.sql.prepare_cached(sql)?.execute((agent, conversation)).map(|_| ());
    }
    let sql = "INSERT OR REPLACE INTO reply_draft (agent, conversation, text, note, at) VALUES (?1, ?2, ?3, ?4, ?5)";
    desk.sql.prepare_cached(sql)?.execute((agent, conversation, &draft.text, draft.note, int(draft.at.0)))?;
    let sql = "DELETE FROM reply_draft WHERE agent = ?1 AND conversation IN
        (SELECT conversation FROM reply_draft WHERE agent = ?1 ORDER BY at DESC, conversation LIMIT -1 OFFSET ?2)";
    desk.sql.prepare_cached(sql)?.execute((agent, count(DRAFTS_MAX))).map(|_| ())
}

fn reply(row: &Row<'_>) -> Result<CannedReply> {
    Ok(CannedReply {
        name: CannedName::known(row.get(0)?),
        text: row.get(1)?,
        by: row.get(2)?,
        at: Timestamp(uint(row, 3)?),
    })
}

fn draft(row: &Row<'_>) -> Result<MessageDraft> {
    Ok(MessageDraft {
        conversation: ConversationId(uuid(row, 0)?),
        text: row.get(1)?,
        note: row.get(2)?,
        at: Timestamp(uint(row, 3)?),
    })
}
