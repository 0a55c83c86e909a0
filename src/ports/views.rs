//! Saved views: a filter and an order under a name, an agent's own or everybody's.

use uuid::Uuid;

use crate::domain::filter::{Filter, Order};
use crate::domain::ids::AgentId;
use crate::domain::time::Timestamp;
use crate::ports::store::Answer;

/// So many each agent may keep, and as many are everybody's.
pub const VIEWS_MAX: usize = 50;
pub const VIEW_NAME_CHARS_MAX: usize = 60;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub id: Uuid,
    pub name: String,
    /// None: everybody's.
    pub owner: Option<AgentId>,
    pub filter: Filter,
    pub order: Order,
    /// Who wrote it last.
    pub by: String,
    pub at: Timestamp,
}

/// What became of a view that somebody saves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    Done,
    /// There are [`VIEWS_MAX`] others already.
    TooMany,
    /// One of this id belongs to somebody else, or is everybody's and was to become one's own, or the reverse.
    NotYours,
}

pub trait Views: Send + Sync + 'static {
    /// The agent's own and everybody's, by name.
    fn views(&self, agent: Option<AgentId>) -> Answer<Vec<View>>;
    /// Adds it, or changes the one of this id and owner.
    fn save_view(&self, view: View) -> Answer<Saved>;
    /// False: there is none of this id that is theirs (none: everybody's).
    fn delete_view(&self, owner: Option<AgentId>, id: Uuid) -> Answer<bool>;
}
