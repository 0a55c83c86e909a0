//! Teams and who is in them: what the edge asks of a database.

use std::collections::BTreeSet;

use crate::domain::ids::{AgentId, TeamId};
use crate::domain::team::{self, TeamName};
use crate::ports::store::Answer;

pub const TEAMS_MAX: usize = 100;
pub const MEMBERS_MAX: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    pub id: TeamId,
    pub name: TeamName,
    /// Whoever of them is still there; at most [`MEMBERS_MAX`].
    pub members: BTreeSet<AgentId>,
}

impl Team {
    /// As the log remembers it.
    pub fn remembered(&self) -> team::Team {
        team::Team { id: self.id, name: self.name.as_str().to_owned() }
    }
}

/// What became of a team that somebody saves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    Done,
    /// There are [`TEAMS_MAX`] others already.
    TooMany,
    /// Another team is called so.
    NameTaken,
}

pub trait Teams: Send + Sync + 'static {
    /// By name.
    fn teams(&self) -> Answer<Vec<Team>>;
    /// Adds it, or changes the name and the members of the one of this id.
    fn save_team(&self, team: Team) -> Answer<Saved>;
    /// False: there is none of this id.
    fn delete_team(&self, id: TeamId) -> Answer<bool>;
}
