//! Asking the index for a part of a list.

use std::collections::HashMap;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::super::columns::{Text, count};
use super::super::connect::{self, Sql};
use crate::domain::filter::{Facet, Order};
use crate::domain::summary::Summary;
use crate::ports::finding::{CHOICES_MAX, Choices, Cursor};
use crate::ports::store::StoreError;
use crate::wire::stored;

/// Places that one question looks at, at most: a bound for what nobody can know before, how rarely several facets meet.
const SCAN_MAX: usize = 2_000;

const SUMMARIES: &str = "SELECT id, summary FROM conversation WHERE id = ANY($1) AND summary IS NOT NULL";
const CHOICES: &str = "SELECT value FROM choice WHERE kind = $1 ORDER BY value LIMIT $2";

/// The ids of conversations that stand under all of the facets, and where to go on.
///
/// One list is gone along: the one in which so many places reach furthest, which is the one with the fewest from here on.
/// Whether a conversation stands under the other facets too is a look for each.
pub async fn window(
    sql: &Sql,
    facets: &[Facet],
    order: Order,
    after: Option<Cursor>,
    limit: usize,
) -> Result<(Vec<Uuid>, Option<Cursor>), StoreError> {
    let walk = Walk::new(sql, order, after);
    let Some((along, end)) = walk.rarest(facets).await? else { return Ok((Vec::new(), None)) };
    let others: Vec<i64> = facets.iter().map(|facet| facet.0).filter(|facet| *facet != along).collect();
    let found = walk.along(along, &others, limit).await?;
    let next = found.last().filter(|_| found.len() >= limit).copied().or(end);
    Ok((found.iter().map(|place| Uuid::from_u128(place.tie)).collect(), next))
}

struct Walk<'s> {
    sql: &'s Sql,
    down: bool,
    from: (i64, Uuid),
}

impl<'s> Walk<'s> {
    fn new(sql: &'s Sql, order: Order, after: Option<Cursor>) -> Self {
        let down = matches!(order, Order::Newest | Order::Priority);
        let from = match after {
            Some(Cursor { at, tie, .. }) => (at, Uuid::from_u128(tie)),
            None if down => (i64::MAX, Uuid::max()),
            None => (i64::MIN, Uuid::nil()),
        };
        Self { sql, down, from }
    }

    /// With where one question has to stop looking along its list; none: that goes to the list's end.
    async fn rarest(&self, facets: &[Facet]) -> Result<Option<(i64, Option<Cursor>)>, StoreError> {
        if let [only] = facets {
            return Ok(Some((only.0, None)));
        }
        let statement = self.sql.prepare_cached(&reaching(self.down)).await?;
        let facets: Vec<i64> = facets.iter().map(|facet| facet.0).collect();
        let given: [&(dyn ToSql + Sync); 4] = [&facets, &self.from.0, &self.from.1, &count(SCAN_MAX - 1)];
        let mut ends = Vec::new();
        for row in self.sql.query(&statement, &given).await? {
            let ends_there = row.try_get::<_, Option<i64>>(0)?.is_some();
            ends.push((row.try_get(2)?, ends_there.then(|| cursor(&row)).transpose()?));
        }
        // Downwards the least time is the furthest.
        let reaches = |end: &Option<Cursor>| end.map_or(i64::MAX, |end| if self.down { !end.at } else { end.at });
        Ok(ends.into_iter().max_by_key(|(_, end)| reaches(end)))
    }

    async fn along(&self, facet: i64, others: &[i64], limit: usize) -> Result<Vec<Cursor>, StoreError> {
        let statement = self.sql.prepare_cached(&meeting(self.down, others.len())).await?;
        let scan = count(if others.is_empty() { limit } else { SCAN_MAX });
        let limit = count(limit);
        let mut given: Vec<&(dyn ToSql + Sync)> = vec![&facet, &self.from.0, &self.from.1, &scan, &limit];
        given.extend(others.iter().map(|other| other as &(dyn ToSql + Sync)));
        self.sql.query(&statement, &given).await?.iter().map(cursor).collect()
    }
}

/// All that is asked here, with up to two other facets.
pub fn statements() -> impl Iterator<Item = String> {
    let walks = [true, false]
        .into_iter()
        .flat_map(|down| std::iter::once(reaching(down)).chain((0..=2).map(move |others| meeting(down, others))));
    [SUMMARIES, CHOICES].map(str::to_owned).into_iter().chain(walks)
}

/// How far so many ($4) places reach, for each of the facets $1.
fn reaching(down: bool) -> String {
    format!(
        "SELECT at, conversation, f FROM unnest($1::bigint[]) AS w (f)
            LEFT JOIN LATERAL ({} OFFSET $4 LIMIT 1) AS p ON true",
        places(down, "f")
    )
}

/// Among the first places ($4) of facet $1 those that so many others have too.
fn meeting(down: bool, others: usize) -> String {
    let look = |place| {
        format!(
            " AND EXISTS (SELECT 1 FROM facet AS o
                WHERE o.facet = ${place} AND o.at = p.at AND o.conversation = p.conversation)"
        )
    };
    let looks: String = (6..6 + others).map(look).collect();
    let (places, order) = (places(down, "$1"), in_order(down));
    format!("SELECT at, conversation FROM ({places} LIMIT $4) AS p WHERE true{looks} {order} LIMIT $5")
}

/// The places of a facet after the walk's beginning ($2, $3), in order.
fn places(down: bool, facet: &str) -> String {
    let (after, order) = (if down { "<" } else { ">" }, in_order(down));
    format!("SELECT at, conversation FROM facet WHERE facet = {facet} AND (at, conversation) {after} ($2, $3) {order}")
}

fn in_order(down: bool) -> &'static str {
    if down { "ORDER BY at DESC, conversation DESC" } else { "ORDER BY at, conversation" }
}

fn cursor(row: &Row) -> Result<Cursor, StoreError> {
    Ok(Cursor { at: row.try_get(0)?, tie: row.try_get::<_, Uuid>(1)?.as_u128(), seq: 0 })
}

/// As they are now, in the order given.
pub async fn summaries(sql: &Sql, ids: &[Uuid]) -> Result<Vec<Summary>, StoreError> {
    let [summaries] = connect::prepared(sql, [SUMMARIES]).await?;
    let mut found = HashMap::new();
    for row in sql.query(&summaries, &[&ids]).await? {
        found.insert(row.try_get::<_, Uuid>(0)?, stored::read_summary(row.try_get::<_, Text>(1)?.0)?);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

pub async fn choices(sql: &Sql) -> Result<Choices, StoreError> {
    let [choices] = connect::prepared(sql, [CHOICES]).await?;
    let mut kinds = [Vec::new(), Vec::new()];
    for (kind, values) in (0_i16..).zip(&mut kinds) {
        for row in sql.query(&choices, &[&kind, &count(CHOICES_MAX)]).await? {
            values.push(row.try_get(0)?);
        }
    }
    let [labels, attributes] = kinds;
    Ok(Choices { labels, attributes })
}
