//! Saved views.

use rusqlite::{OptionalExtension, Result, Row};
use uuid::Uuid;

use super::SqliteStore;
use super::columns::{Json, bytes, count, int, uint, uuid};
use super::desk::Desk;
use crate::domain::ids::AgentId;
use crate::domain::time::Timestamp;
use crate::ports::store::Answer;
use crate::ports::views::{Saved, VIEWS_MAX, View, Views};
use crate::wire::stored;

impl Views for SqliteStore {
    fn views(&self, agent: Option<AgentId>) -> Answer<Vec<View>> {
        Box::pin(self.readers().run(move |sql| {
            let question = "SELECT id, name, owner, filter, author, at FROM saved_view
                WHERE owner IS NULL OR owner = ?1 ORDER BY name, id";
            let mut statement = sql.prepare_cached(question)?;
            let rows = statement.query_map([agent.as_ref().map(|agent| agent.0.as_bytes())], view)?;
            Ok(rows.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
        }))
    }

    fn save_view(&self, view: View) -> Answer<Saved> {
        Box::pin(self.commit(move |desk| save(desk, &view)))
    }

    fn delete_view(&self, owner: Option<AgentId>, id: Uuid) -> Answer<bool> {
        Box::pin(self.commit(move |desk| {
            let sql = "DELETE FROM saved_view WHERE id = ?1 AND owner IS ?2";
            Ok(desk.sql.execute(sql, (id.as_bytes(), owner.as_ref().map(|owner| owner.0.as_bytes())))? == 1)
        }))
    }
}

fn save(desk: &Desk<'_>, view: &View) -> Result<Saved> {
    let (id, owner) = (view.id.as_bytes(), view.owner.as_ref().map(|owner| owner.0.as_bytes()));
    let question = "SELECT owner IS ?2 FROM saved_view WHERE id = ?1";
    match desk.sql.query_row(question, (id, owner), |row| row.get::<_, bool>(0)).optional()? {
        Some(false) => return Ok(Saved::NotYours),
        Some(true) => {}
        None => {
            let question = "SELECT count(*) FROM saved_view WHERE owner IS ?1";
            if desk.sql.query_row(question, [owner], |row| row.get::<_, i64>(0))? >= count(VIEWS_MAX) {
                return Ok(Saved::TooMany);
            }
        }
    }
    let sql = "INSERT OR REPLACE INTO saved_view (id, name, owner, filter, author, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let filter = stored::write_filter(&view.filter, view.order);
    desk.sql.execute(sql, (id, &view.name, owner, Json(&filter), &view.by, int(view.at.0)))?;
    Ok(Saved::Done)
}

/// None: it was written by a newer version, and says what this one does not understand.
fn view(row: &Row<'_>) -> Result<Option<View>> {
    let Ok((filter, order)) = stored::read_filter(&bytes(row, 3)?) else { return Ok(None) };
    let owner = row.get::<_, Option<[u8; 16]>>(2)?.map(|owner| AgentId(Uuid::from_bytes(owner)));
    let (id, name, by, at) = (uuid(row, 0)?, row.get(1)?, row.get(4)?, Timestamp(uint(row, 5)?));
    Ok(Some(View { id, name, owner, filter, order, by, at }))
}
