//! What administrators wish of teams.

use std::collections::{BTreeSet, HashMap};

use super::office::Office;
use crate::domain::ids::{AgentId, TeamId};
use crate::domain::team::{TEAM_NAME_CHARS_MAX, TeamName};
use crate::edge::error::Problem;
use crate::ports::teams::{MEMBERS_MAX, Saved, TEAMS_MAX, Team};
use crate::wire::api;

impl Office {
    pub async fn list_teams(&self) -> Result<api::Teams, Problem> {
        let names: HashMap<AgentId, String> =
            self.people.people().await?.into_iter().map(|person| (person.id, person.name)).collect();
        let teams = self.teams.teams().await?.into_iter().map(|team| {
            let member = |id: &AgentId| Some(api::Colleague { id: id.to_string(), name: names.get(id)?.clone() });
            let mut members: Vec<api::Colleague> = team.members.iter().filter_map(member).collect();
            members.sort_by(|one, other| one.name.cmp(&other.name));
            api::TeamRow { id: team.id.to_string(), name: team.name.as_str().to_owned(), members }
        });
        Ok(api::Teams { teams: teams.collect() })
    }

    pub async fn save_team(&self, by: &str, id: &str, new: api::NewTeam) -> Result<(), Problem> {
        let rule = || Problem::invalid(format!("A team's name has 1 to {TEAM_NAME_CHARS_MAX} characters."));
        let name = TeamName::parse(&new.name).ok_or_else(rule)?;
        let (id, members) = (team_id(id)?, self.members(&new.members).await?);
        let note = format!("{} with {} members", name.as_str(), members.len());
        match self.teams.save_team(Team { id, name, members }).await? {
            Saved::Done => self.note(by, "team.saved", &note).await,
            Saved::TooMany => Err(Problem::conflict(format!("There are {TEAMS_MAX} teams already. Remove one first."))),
            Saved::NameTaken => Err(Problem::conflict("Another team is called so. Take another name.")),
        }
    }

    pub async fn delete_team(&self, by: &str, id: &str) -> Result<(), Problem> {
        let id = team_id(id)?;
        let name = self.teams.teams().await?.into_iter().find(|team| team.id == id).map(|team| team.name);
        if !self.teams.delete_team(id).await? {
            return Err(none());
        }
        self.note(by, "team.removed", name.as_ref().map_or("", TeamName::as_str)).await
    }

    async fn members(&self, ids: &[String]) -> Result<BTreeSet<AgentId>, Problem> {
        if ids.len() > MEMBERS_MAX {
            return Err(Problem::invalid(format!("A team has at most {MEMBERS_MAX} members.")));
        }
        let people = self.people.people().await?;
        let known = |id: &String| people.iter().map(|person| person.id).find(|known| known.to_string() == *id);
        let unknown = |id: &String| Problem::invalid(format!("There is nobody of the id {id}."));
        ids.iter().map(|id| known(id).ok_or_else(|| unknown(id))).collect()
    }
}

fn team_id(id: &str) -> Result<TeamId, Problem> {
    id.parse().map_err(|_| none())
}

fn none() -> Problem {
    Problem::not_found("There is no such team. A team's id is a UUID.")
}
