//! Notes that name agents.

use rusqlite::{Result, Row};
use uuid::Uuid;

use super::SqliteStore;
use super::columns::{count, int, uint, uuid};
use super::desk::Desk;
use crate::domain::ids::{AgentId, ConversationId, Seq};
use crate::domain::time::Timestamp;
use crate::ports::mentions::{MENTIONS_MAX, Mention, Mentions};
use crate::ports::store::Answer;

impl Mentions for SqliteStore {
    fn mentions(&self, agent: AgentId, limit: usize) -> Answer<Vec<Mention>> {
        let log = self.up_to_date();
        Box::pin(log.run(move |sql| {
            let question = "SELECT conversation, seq, at, seen FROM mention WHERE agent = ?1
                ORDER BY at DESC, conversation, seq DESC LIMIT ?2";
            let mut statement = sql.prepare_cached(question)?;
            Ok(statement.query_map((agent.0.as_bytes(), count(limit)), mention)?.collect::<Result<_>>()?)
        }))
    }

    fn unseen(&self, agent: AgentId) -> Answer<u64> {
        let log = self.up_to_date();
        Box::pin(log.run(move |sql| {
            let question = "SELECT count(*) FROM mention WHERE agent = ?1 AND NOT seen";
            Ok(sql.prepare_cached(question)?.query_row([agent.0.as_bytes()], |row| uint(row, 0))?)
        }))
    }

    fn see_mentions(&self, agent: AgentId, conversation: ConversationId, up_to: Seq) -> Answer<()> {
        Box::pin(self.commit(move |desk| {
            let sql = "UPDATE mention SET seen = 1 WHERE agent = ?1 AND conversation = ?2 AND seq <= ?3";
            desk.sql.execute(sql, (agent.0.as_bytes(), conversation.0.as_bytes(), int(up_to))).map(|_| ())
        }))
    }
}

/// Tells these agents, each once.
pub fn add(desk: &mut Desk<'_>, conversation: ConversationId, seq: Seq, agents: &[Uuid], at: i64) -> Result<()> {
    for agent in agents {
        let sql = "INSERT OR IGNORE INTO mention (agent, conversation, seq, at) VALUES (?1, ?2, ?3, ?4)";
        desk.prepared(sql)?.execute((agent.as_bytes(), conversation.0.as_bytes(), int(seq), at))?;
        let sql = "DELETE FROM mention WHERE agent = ?1 AND at < (SELECT at FROM mention WHERE agent = ?1
            ORDER BY at DESC LIMIT 1 OFFSET ?2)";
        desk.prepared(sql)?.execute((agent.as_bytes(), count(MENTIONS_MAX - 1)))?;
    }
    Ok(())
}

fn mention(row: &Row<'_>) -> Result<Mention> {
    let (conversation, seq) = (ConversationId(uuid(row, 0)?), uint(row, 1)?);
    Ok(Mention { conversation, seq, at: Timestamp(uint(row, 2)?), seen: row.get(3)? })
}
