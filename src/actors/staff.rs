//! Whom a request names: the people's and the teams' own store knows them.

use crate::domain::assigning::Assignee;
use crate::domain::event::Agent;
use crate::ports::people::People;
use crate::ports::store::StoreError;
use crate::ports::teams::Teams;

pub enum Named {
    Agent(String),
    Team(String),
    Nobody,
}

impl Named {
    pub fn of(agent: Option<String>, team: Option<String>) -> Self {
        match (agent, team) {
            (Some(agent), _) => Named::Agent(agent),
            (None, Some(team)) => Named::Team(team),
            (None, None) => Named::Nobody,
        }
    }
}

/// None: there is no such agent or team. Within: nobody was named.
pub async fn find(
    people: &dyn People,
    teams: &dyn Teams,
    named: Named,
) -> Result<Option<Option<Assignee>>, StoreError> {
    Ok(match named {
        Named::Nobody => Some(None),
        Named::Agent(id) => {
            let colleague = people.people().await?.into_iter().find(|one| one.id.to_string() == id && one.answers());
            colleague.map(|one| Some(Assignee::Agent(Agent { id: one.id, name: one.name })))
        }
        Named::Team(id) => {
            let team = teams.teams().await?.into_iter().find(|team| team.id.to_string() == id);
            team.map(|team| Some(Assignee::Team(team.remembered())))
        }
    })
}
