//! Teams and who is in them.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Result};
use uuid::Uuid;

use super::SqliteStore;
use super::columns::{count, uuid};
use super::desk::Desk;
use crate::domain::ids::{AgentId, TeamId};
use crate::domain::team::TeamName;
use crate::ports::store::Answer;
use crate::ports::teams::{Saved, TEAMS_MAX, Team, Teams};

impl Teams for SqliteStore {
    fn teams(&self) -> Answer<Vec<Team>> {
        Box::pin(self.readers().run(|sql| Ok(teams(sql)?)))
    }

    fn save_team(&self, team: Team) -> Answer<Saved> {
        Box::pin(self.commit(move |desk| save(desk, &team)))
    }

    fn delete_team(&self, id: TeamId) -> Answer<bool> {
        Box::pin(self.commit(move |desk| {
            desk.sql.execute("DELETE FROM team_member WHERE team = ?1", [id.0.as_bytes()])?;
            Ok(desk.sql.execute("DELETE FROM team WHERE id = ?1", [id.0.as_bytes()])? == 1)
        }))
    }
}

fn teams(sql: &Connection) -> Result<Vec<Team>> {
    let question = "SELECT team.id, team.name, agent FROM team LEFT JOIN team_member ON team = team.id
        ORDER BY folded, team.id";
    let mut teams: Vec<Team> = Vec::new();
    let mut statement = sql.prepare_cached(question)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let id = TeamId(uuid(row, 0)?);
        if teams.last().is_none_or(|last| last.id != id) {
            teams.push(Team { id, name: TeamName::known(row.get(1)?), members: BTreeSet::new() });
        }
        if let (Some(team), Some(agent)) = (teams.last_mut(), row.get::<_, Option<[u8; 16]>>(2)?) {
            team.members.insert(AgentId(Uuid::from_bytes(agent)));
        }
    }
    Ok(teams)
}

fn save(desk: &Desk<'_>, team: &Team) -> Result<Saved> {
    let (id, folded) = (team.id.0.as_bytes(), team.name.folded());
    let taken = "SELECT 1 FROM team WHERE folded = ?1 AND id <> ?2";
    if desk.sql.query_row(taken, (&folded, id), |_| Ok(())).optional()?.is_some() {
        return Ok(Saved::NameTaken);
    }
    let others: i64 = desk.sql.query_row("SELECT count(*) FROM team WHERE id <> ?1", [id], |row| row.get(0))?;
    if others >= count(TEAMS_MAX) {
        return Ok(Saved::TooMany);
    }
    let sql = "INSERT INTO team (id, name, folded) VALUES (?1, ?2, ?3)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, folded = excluded.folded";
    desk.sql.execute(sql, (id, team.name.as_str(), &folded))?;
    desk.sql.execute("DELETE FROM team_member WHERE team = ?1", [id])?;
    for agent in &team.members {
        desk.sql
            .prepare_cached("INSERT INTO team_member (team, agent) VALUES (?1, ?2)")?
            .execute((id, agent.0.as_bytes()))?;
    }
    Ok(Saved::Done)
}
