//! What helps agents write: canned replies, which all share, and what each has begun and not sent.

use crate::domain::canned::CannedName;
use crate::domain::ids::{AgentId, ConversationId};
use crate::domain::time::Timestamp;
use crate::ports::store::Answer;

/// Drafts kept for one agent; with more, the oldest go.
pub const DRAFTS_MAX: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannedReply {
    pub name: CannedName,
    /// May hold `{{attribute|otherwise}}`.
    pub text: String,
    /// Who wrote it last.
    pub by: String,
    pub at: Timestamp,
}

/// What an agent has begun to write in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageDraft {
    pub conversation: ConversationId,
    pub text: String,
    /// To the team, not to the contact.
    pub note: bool,
    pub at: Timestamp,
}

pub trait Writing: Send + Sync + 'static {
    /// By name.
    fn canned(&self) -> Answer<Vec<CannedReply>>;
    /// Adds it, or changes the one of this name. False: there are `max` others already.
    fn save_canned(&self, reply: CannedReply, max: usize) -> Answer<bool>;
    /// False: there is none of this name.
    fn delete_canned(&self, name: CannedName) -> Answer<bool>;
    /// The newest first, at most [`DRAFTS_MAX`].
    fn message_drafts(&self, agent: AgentId) -> Answer<Vec<MessageDraft>>;
    /// Replaces the agent's draft in this conversation; without text, there is none any more.
    fn save_message_draft(&self, agent: AgentId, draft: MessageDraft) -> Answer<()>;
}
