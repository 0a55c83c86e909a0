//! The inbox's lists: which conversations are in which mode, in which order, and how many.

use super::columns::{Text, count, int};
use super::connect::{self, Sql};
use crate::domain::summary::{ModeSummary, Summary};
use crate::ports::store::{Group, StoreError};
use crate::wire::stored;

pub const NEWEST_FIRST: &str =
    "SELECT summary FROM conversation WHERE mode = $1 ORDER BY list_at DESC, id DESC LIMIT $2";
pub const OLDEST_FIRST: &str = "SELECT summary FROM conversation WHERE mode = $1 ORDER BY list_at, id LIMIT $2";
const SUMS: &str = "SELECT sum(bot)::bigint, sum(waiting)::bigint, sum(human)::bigint FROM mode_count";
/// Each connection has its slot.
pub const COUNT: &str = "UPDATE mode_count SET bot = bot + $1, waiting = waiting + $2, human = human + $3
    WHERE slot = pg_backend_pid() % 64";

/// A conversation's place in the lists: its mode as a number, and the time it is sorted by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ListPlace {
    pub mode: i16,
    pub at: i64,
}

/// Where a conversation stands: with the bot by its last words, else by how long it has been with the humans, or an agent's.
pub fn place(summary: &Summary) -> ListPlace {
    let last = summary.last.as_ref().map_or(summary.since, |last| last.at);
    match summary.mode {
        ModeSummary::Bot if summary.assigned.agent.is_none() => ListPlace { mode: mode(Group::Bot), at: int(last.0) },
        ModeSummary::Waiting => ListPlace { mode: mode(Group::Waiting), at: int(summary.since.0) },
        ModeSummary::Human { .. } | ModeSummary::Bot => {
            ListPlace { mode: mode(Group::Human), at: int(summary.since.0) }
        }
    }
}

fn mode(group: Group) -> i16 {
    match group {
        Group::Bot => 0,
        Group::Waiting => 1,
        Group::Human => 2,
    }
}

pub async fn list(sql: &Sql, group: Group, limit: usize) -> Result<Vec<Summary>, StoreError> {
    let text = match group {
        Group::Bot => NEWEST_FIRST,
        Group::Waiting | Group::Human => OLDEST_FIRST,
    };
    let [list] = connect::prepared(sql, [text]).await?;
    let rows = sql.query(&list, &[&mode(group), &count(limit)]).await?;
    rows.iter().map(|row| Ok(stored::read_summary(row.try_get::<_, Text>(0)?.0)?)).collect()
}

pub async fn count_modes(sql: &Sql) -> Result<[u64; 3], StoreError> {
    let [sums] = connect::prepared(sql, [SUMS]).await?;
    let row = sql.query_one(&sums, &[]).await?;
    let mut counts = [0; 3];
    for (mode, counted) in counts.iter_mut().enumerate() {
        *counted = u64::try_from(row.try_get::<_, i64>(mode)?).unwrap_or(0);
    }
    Ok(counts)
}
