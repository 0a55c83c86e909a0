//! Notes that name agents.

use super::PostgresStore;
use super::columns::{count, int, uint};
use crate::domain::ids::{AgentId, ConversationId, Seq};
use crate::domain::time::Timestamp;
use crate::ports::mentions::{MENTIONS_MAX, Mention, Mentions};
use crate::ports::store::Answer;

/// Each agent once.
pub const ADD: &str = "INSERT INTO mention (conversation, seq, agent, at)
    SELECT DISTINCT c, s, a, at FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::bigint[]) AS w (c, s, a, at)
    ON CONFLICT (agent, conversation, seq) DO NOTHING";
const MENTIONS: &str = "SELECT conversation, seq, at, seen FROM mention WHERE agent = $1
    ORDER BY at DESC, conversation, seq DESC LIMIT $2";
const UNSEEN: &str = "SELECT count(*) FROM mention WHERE agent = $1 AND NOT seen";
const SEE: &str = "UPDATE mention SET seen = true WHERE agent = $1 AND conversation = $2 AND seq <= $3";
/// Looked at by whoever reads them, so that no append waits for it.
const TRIM: &str = "DELETE FROM mention WHERE agent = $1 AND at < (SELECT at FROM mention WHERE agent = $1
    ORDER BY at DESC LIMIT 1 OFFSET $2)";

impl Mentions for PostgresStore {
    fn mentions(&self, agent: AgentId, limit: usize) -> Answer<Vec<Mention>> {
        self.ask(move |sql| {
            Box::pin(async move {
                sql.execute(TRIM, &[&agent.0, &count(MENTIONS_MAX - 1)]).await?;
                let mut mentions = Vec::new();
                for row in sql.query(MENTIONS, &[&agent.0, &count(limit)]).await? {
                    mentions.push(Mention {
                        conversation: ConversationId(row.try_get(0)?),
                        seq: uint(&row, 1)?,
                        at: Timestamp(uint(&row, 2)?),
                        seen: row.try_get(3)?,
                    });
                }
                Ok(mentions)
            })
        })
    }

    fn unseen(&self, agent: AgentId) -> Answer<u64> {
        self.ask(move |sql| Box::pin(async move { Ok(uint(&sql.query_one(UNSEEN, &[&agent.0]).await?, 0)?) }))
    }

    fn see_mentions(&self, agent: AgentId, conversation: ConversationId, up_to: Seq) -> Answer<()> {
        self.ask(move |sql| {
            Box::pin(async move {
                sql.execute(SEE, &[&agent.0, &conversation.0, &int(up_to)]).await?;
                Ok(())
            })
        })
    }
}
