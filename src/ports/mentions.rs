//! Notes that name an agent, and which of them the agent has seen. What they say stands in the log; that they were told
//! commits with it (`Effect::Mention`).

use crate::domain::ids::{AgentId, ConversationId, Seq};
use crate::domain::time::Timestamp;
use crate::ports::store::Answer;

/// So many are kept for each agent; with more, the oldest go.
pub const MENTIONS_MAX: usize = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    pub conversation: ConversationId,
    /// The note.
    pub seq: Seq,
    pub at: Timestamp,
    pub seen: bool,
}

pub trait Mentions: Send + Sync + 'static {
    /// The newest first, at most `limit`.
    fn mentions(&self, agent: AgentId, limit: usize) -> Answer<Vec<Mention>>;
    /// How many the agent has not seen.
    fn unseen(&self, agent: AgentId) -> Answer<u64>;
    /// The agent has seen those of this conversation up to `seq`.
    fn see_mentions(&self, agent: AgentId, conversation: ConversationId, up_to: Seq) -> Answer<()>;
}
