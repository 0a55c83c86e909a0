//! Whom a request names: the people's and the teams' own store knows them.

use crate::domain::assigning::Assignee;
use crate::domain::event::Agent;
use crate::domain::mention::named_in;
use crate::ports::people::{People, Person};
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

/// The agents whom a text names after an `@`, by themselves or with their team, each once.
pub async fn mentioned(people: &dyn People, teams: &dyn Teams, text: &str) -> Result<Vec<Agent>, StoreError> {
    let colleagues: Vec<Agent> = people.people().await?.into_iter().filter(Person::answers).map(agent).collect();
    let of_themselves = colleagues.iter().map(|agent| (agent.name.clone(), vec![agent.clone()]));
    let of_teams = teams.teams().await?.into_iter().map(|team| {
        let members = colleagues.iter().filter(|agent| team.members.contains(&agent.id)).cloned().collect();
        (team.name.as_str().to_owned(), members)
    });
    let names: Vec<(String, Vec<Agent>)> = of_themselves.chain(of_teams).collect();
    let mut agents: Vec<Agent> = Vec::new();
    for agent in named_in(text, &names).into_iter().flatten() {
        if !agents.contains(agent) {
            agents.push(agent.clone());
        }
    }
    Ok(agents)
}

fn agent(person: Person) -> Agent {
    Agent { id: person.id, name: person.name }
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
            colleague.map(|one| Some(Assignee::Agent(agent(one))))
        }
        Named::Team(id) => {
            let team = teams.teams().await?.into_iter().find(|team| team.id.to_string() == id);
            team.map(|team| Some(Assignee::Team(team.remembered())))
        }
    })
}
