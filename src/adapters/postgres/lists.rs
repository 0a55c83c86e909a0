//! The inbox's lists: which conversations are in which mode, in which order, and how many.

use super::columns::{Text, count, int};
use super::connect::{self, Sql};
use crate::domain::summary::Summary;
use crate::ports::store::{Counted, Group, StoreError};
use crate::wire::stored;

pub const NEWEST_FIRST: &str =
    "SELECT summary FROM conversation WHERE mode = $1 ORDER BY list_at DESC, id DESC LIMIT $2";
pub const OLDEST_FIRST: &str = "SELECT summary FROM conversation WHERE mode = $1 ORDER BY list_at, id LIMIT $2";
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

pub async fn list(sql: &Sql, group: Group, limit: usize) -> Result<Vec<Summary>, StoreError> {
    let text = match group {
        Group::Bot | Group::Snoozed | Group::Closed | Group::Blocked => NEWEST_FIRST,
        Group::Waiting | Group::Human => OLDEST_FIRST,
    };
    let [list] = connect::prepared(sql, [text]).await?;
    let rows = sql.query(&list, &[&(group as i16), &count(limit)]).await?;
    rows.iter().map(|row| Ok(stored::read_summary(row.try_get::<_, Text>(0)?.0)?)).collect()
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
