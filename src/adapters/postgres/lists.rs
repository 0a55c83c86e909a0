//! The inbox's lists: which conversations are in which mode, in which order, and how many.

use std::sync::Arc;

use uuid::Uuid;

use super::columns::{count, int, uint};
use super::connect::{self, Sql};
use super::index::summaries;
use crate::domain::ids::ConversationId;
use crate::domain::summary::Summary;
use crate::ports::store::{Counted, Group, Known, Listed, StoreError};

pub const NEWEST_FIRST: &str =
    "SELECT id, last_seq FROM conversation WHERE mode = $1 ORDER BY list_at DESC, id DESC LIMIT $2";
pub const OLDEST_FIRST: &str = "SELECT id, last_seq FROM conversation WHERE mode = $1 ORDER BY list_at, id LIMIT $2";
const SUMS: &str = "SELECT sum(bot)::bigint, sum(waiting)::bigint, sum(human)::bigint, sum(snoozed)::bigint,
    sum(closed)::bigint, sum(blocked)::bigint FROM mode_count";
/// Each connection has its slot.
pub const COUNT: &str = "UPDATE mode_count SET bot = bot + $1, waiting = waiting + $2, human = human + $3,
    snoozed = snoozed + $4, closed = closed + $5, blocked = blocked + $6
    WHERE slot = pg_backend_pid() % 64";

/// A conversation's place in the lists: its group as a number, and the time it is sorted by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ListPlace {
    pub mode: i16,
    pub at: i64,
}

pub fn place(summary: &Summary) -> ListPlace {
    let (group, at) = Group::of(summary);
    ListPlace { mode: group as i16, at: int(at.0) }
}

pub async fn list(sql: &Sql, group: Group, limit: usize, known: &Known) -> Result<Vec<Listed>, StoreError> {
    let text = match group {
        Group::Bot | Group::Snoozed | Group::Closed | Group::Blocked => NEWEST_FIRST,
        Group::Waiting | Group::Human => OLDEST_FIRST,
    };
    let [list] = connect::prepared(sql, [text]).await?;
    let mut there = Vec::new();
    for row in sql.query(&list, &[&(group as i16), &count(limit)]).await? {
        let (id, last_seq) = (ConversationId(row.try_get(0)?), uint(&row, 1)?);
        there.push((id, known.get(&id) == Some(&last_seq)));
    }
    let news: Vec<Uuid> = there.iter().filter(|(_, as_known)| !as_known).map(|(id, _)| id.0).collect();
    let mut news = summaries(sql, &news).await?.into_iter();
    // In the same order. Nothing that was said once is ever without a summary.
    let listed =
        |(id, as_known)| if as_known { Some(Listed::AsKnown(id)) } else { news.next().map(Arc::new).map(Listed::News) };
    Ok(there.into_iter().filter_map(listed).collect())
}

pub async fn count_modes(sql: &Sql) -> Result<Counted, StoreError> {
    let [sums] = connect::prepared(sql, [SUMS]).await?;
    let row = sql.query_one(&sums, &[]).await?;
    let mut counts = Counted::default();
    for (mode, counted) in counts.iter_mut().enumerate() {
        *counted = u64::try_from(row.try_get::<_, i64>(mode)?).unwrap_or(0);
    }
    Ok(counts)
}
