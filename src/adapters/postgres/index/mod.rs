//! The index behind search and lists: tables of their own, which trail the log.
//!
//! Every node takes in what it appended itself, a moment later (`keeper`, `filling`), so that no append waits for it; an
//! endless slow round over all conversations, shared by the nodes, finds what a node that died had not taken in, and is
//! how an old log comes into a new index. `search` and `windows` ask it.

mod filling;
mod keeper;
mod search;
mod spans;
mod windows;

use super::PostgresStore;
use super::connect::Sql;
use crate::adapters::taking_in::newest_first;
use crate::domain::filter::{Filter, Order};
use crate::domain::search::Sought;
use crate::domain::summary::Summary;
use crate::ports::finding::{Choices, Cursor, Finding, Found, Page};
use crate::ports::store::{Answer, StoreError};

pub use keeper::{Keeper, work};
pub use windows::summaries;

impl Finding for PostgresStore {
    fn find_said(&self, sought: Sought, before: Option<Cursor>, limit: usize) -> Answer<Found> {
        self.ask(move |sql| {
            Box::pin(async move {
                let progress = progress(sql).await?;
                let (places, next) = search::said(sql, &sought, before, progress.newest, limit).await?;
                let hits = search::hits(sql, &places).await?;
                Ok(Found { hits, next, complete: progress.complete })
            })
        })
    }

    fn find_contacts(&self, sought: Sought, limit: usize) -> Answer<Vec<Summary>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let ids = search::contacts(sql, &sought).await?;
                let mut rows = windows::summaries(sql, &ids).await?;
                newest_first(&mut rows, limit);
                Ok(rows)
            })
        })
    }

    fn list_filtered(&self, filter: Filter, order: Order, after: Option<Cursor>, limit: usize) -> Answer<Page> {
        self.ask(move |sql| {
            Box::pin(async move {
                let complete = progress(sql).await?.complete;
                let (ids, next) = windows::window(sql, &filter.facets(order), order, after, limit).await?;
                let mut rows = windows::summaries(sql, &ids).await?;
                // The index trails the log.
                rows.retain(|row| filter.fits(row, order));
                Ok(Page { rows, next, complete })
            })
        })
    }

    fn choices(&self) -> Answer<Choices> {
        self.ask(|sql| Box::pin(windows::choices(sql)))
    }
}

/// All that is asked here, for tests that look at how the server does it.
pub fn statements() -> Vec<String> {
    let asked = [search::SAID, search::EVENTS, search::CONTACTS].map(str::to_owned);
    let kept = [filling::LOCK, filling::HEADS, filling::EVENTS, filling::LEAVE, filling::LOOK].map(str::to_owned);
    asked.into_iter().chain(windows::statements()).chain(kept).collect()
}

/// How far the index has come.
struct Progress {
    complete: bool,
    newest: i64,
}

async fn progress(sql: &Sql) -> Result<Progress, StoreError> {
    let question = "SELECT complete, at FROM indexing, newest_said";
    let [progress] = super::connect::prepared(sql, [question]).await?;
    let row = sql.query_one(&progress, &[]).await?;
    Ok(Progress { complete: row.try_get(0)?, newest: row.try_get(1)? })
}
