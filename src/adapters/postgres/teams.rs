//! Teams and who is in them.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::PostgresStore;
use super::columns::count;
use super::connect::Sql;
use crate::domain::ids::{AgentId, TeamId};
use crate::domain::team::TeamName;
use crate::ports::store::{Answer, StoreError};
use crate::ports::teams::{Saved, TEAMS_MAX, Team, Teams};

const TEAMS: &str = "SELECT team.id, team.name, array_remove(array_agg(agent), NULL) FROM team
    LEFT JOIN team_member ON team = team.id GROUP BY team.id, team.name, team.folded ORDER BY folded, team.id";
/// Nobody else adds one at the same time, or there might be one more than the most, or two of one name.
const SAVE_ALONE: &str = "BEGIN; LOCK TABLE team IN SHARE ROW EXCLUSIVE MODE";
const TAKEN: &str = "SELECT EXISTS (SELECT 1 FROM team WHERE folded = $1 AND id <> $2)";
const OTHERS: &str = "SELECT count(*) FROM team WHERE id <> $1";
const SAVE: &str = "INSERT INTO team (id, name, folded) VALUES ($1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, folded = excluded.folded";
const EMPTY: &str = "DELETE FROM team_member WHERE team = $1";
const FILL: &str = "INSERT INTO team_member (team, agent) SELECT $1, unnest($2::uuid[])";

impl Teams for PostgresStore {
    fn teams(&self) -> Answer<Vec<Team>> {
        self.ask(|sql| {
            Box::pin(async move {
                let mut teams = Vec::new();
                for row in sql.query(TEAMS, &[]).await? {
                    let members: BTreeSet<AgentId> = row.try_get::<_, Vec<Uuid>>(2)?.into_iter().map(AgentId).collect();
                    teams.push(Team { id: TeamId(row.try_get(0)?), name: TeamName::known(row.try_get(1)?), members });
                }
                Ok(teams)
            })
        })
    }

    fn save_team(&self, team: Team) -> Answer<Saved> {
        self.ask(move |sql| Box::pin(async move { save(sql, &team).await }))
    }

    fn delete_team(&self, id: TeamId) -> Answer<bool> {
        self.ask(move |sql| {
            Box::pin(async move {
                sql.batch_execute("BEGIN").await?;
                sql.execute(EMPTY, &[&id.0]).await?;
                let gone = sql.execute("DELETE FROM team WHERE id = $1", &[&id.0]).await? == 1;
                sql.batch_execute("COMMIT").await?;
                Ok(gone)
            })
        })
    }
}

async fn save(sql: &Sql, team: &Team) -> Result<Saved, StoreError> {
    sql.batch_execute(SAVE_ALONE).await?;
    let saved = save_here(sql, team).await?;
    sql.batch_execute("COMMIT").await?;
    Ok(saved)
}

async fn save_here(sql: &Sql, team: &Team) -> Result<Saved, StoreError> {
    let (id, folded) = (team.id.0, team.name.folded());
    if sql.query_one(TAKEN, &[&folded, &id]).await?.try_get(0)? {
        return Ok(Saved::NameTaken);
    }
    if sql.query_one(OTHERS, &[&id]).await?.try_get::<_, i64>(0)? >= count(TEAMS_MAX) {
        return Ok(Saved::TooMany);
    }
    sql.execute(SAVE, &[&id, &team.name.as_str(), &folded]).await?;
    sql.execute(EMPTY, &[&id]).await?;
    let members: Vec<Uuid> = team.members.iter().map(|agent| agent.0).collect();
    sql.execute(FILL, &[&id, &members]).await?;
    Ok(Saved::Done)
}
