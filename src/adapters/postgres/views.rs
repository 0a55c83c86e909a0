//! Saved views.

use tokio_postgres::Row;
use uuid::Uuid;

use super::PostgresStore;
use super::columns::{Json, Text, count, int, uint};
use super::connect::Sql;
use crate::domain::ids::AgentId;
use crate::domain::time::Timestamp;
use crate::ports::store::{Answer, StoreError};
use crate::ports::views::{Saved, VIEWS_MAX, View, Views};
use crate::wire::stored;

const VIEWS: &str = "SELECT id, name, owner, filter, author, at FROM saved_view
    WHERE owner IS NULL OR owner = $1 ORDER BY name, id";
/// Nobody else adds one at the same time, or there might be one more than the most.
const SAVE_ALONE: &str = "BEGIN; LOCK TABLE saved_view IN SHARE ROW EXCLUSIVE MODE";
const OWNED: &str = "SELECT owner IS NOT DISTINCT FROM $2 FROM saved_view WHERE id = $1";
const HOW_MANY: &str = "SELECT count(*) FROM saved_view WHERE owner IS NOT DISTINCT FROM $1";
const SAVE: &str = "INSERT INTO saved_view (id, name, owner, filter, author, at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, filter = excluded.filter, author = excluded.author,
        at = excluded.at";
const DELETE: &str = "DELETE FROM saved_view WHERE id = $1 AND owner IS NOT DISTINCT FROM $2";

impl Views for PostgresStore {
    fn views(&self, agent: Option<AgentId>) -> Answer<Vec<View>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let rows = sql.query(VIEWS, &[&agent.map(|agent| agent.0)]).await?;
                rows.iter().filter_map(|row| view(row).transpose()).collect()
            })
        })
    }

    fn save_view(&self, view: View) -> Answer<Saved> {
        self.ask(move |sql| Box::pin(async move { save(sql, &view).await }))
    }

    fn delete_view(&self, owner: Option<AgentId>, id: Uuid) -> Answer<bool> {
        self.ask(move |sql| {
            Box::pin(async move { Ok(sql.execute(DELETE, &[&id, &owner.map(|owner| owner.0)]).await? == 1) })
        })
    }
}

async fn save(sql: &Sql, view: &View) -> Result<Saved, StoreError> {
    sql.batch_execute(SAVE_ALONE).await?;
    let saved = save_here(sql, view).await?;
    sql.batch_execute("COMMIT").await?;
    Ok(saved)
}

async fn save_here(sql: &Sql, view: &View) -> Result<Saved, StoreError> {
    let owner = view.owner.map(|owner| owner.0);
    match sql.query_opt(OWNED, &[&view.id, &owner]).await? {
        Some(row) if !row.try_get::<_, bool>(0)? => return Ok(Saved::NotYours),
        Some(_) => {}
        None => {
            let there: i64 = sql.query_one(HOW_MANY, &[&owner]).await?.try_get(0)?;
            if there >= count(VIEWS_MAX) {
                return Ok(Saved::TooMany);
            }
        }
    }
    let filter = Json(stored::write_filter(&view.filter, view.order));
    sql.execute(SAVE, &[&view.id, &view.name, &owner, &filter, &view.by, &int(view.at.0)]).await?;
    Ok(Saved::Done)
}

/// None: it was written by a newer version, and says what this one does not understand.
fn view(row: &Row) -> Result<Option<View>, StoreError> {
    let Ok((filter, order)) = stored::read_filter(row.try_get::<_, Text>(3)?.0) else { return Ok(None) };
    Ok(Some(View {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        owner: row.try_get::<_, Option<Uuid>>(2)?.map(AgentId),
        filter,
        order,
        by: row.try_get(4)?,
        at: Timestamp(uint(row, 5)?),
    }))
}
