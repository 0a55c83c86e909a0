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
/// The list of the facet with the fewest places is gone along; whether a conversation stands under the others too is a
/// look for each.
pub async fn window(
    sql: &Sql,
    facets: &[Facet],
    order: Order,
    after: Option<Cursor>,
    limit: usize,
) -> Result<(Vec<Uuid>, Option<Cursor>), StoreError> {
    let walk = Walk::new(sql, order, after);
    let Some(along) = walk.rarest(facets).await? else { return Ok((Vec::new(), None)) };
    let others: Vec<i64> = facets.iter().filter(|facet| **facet != along).map(|facet| facet.0).collect();
    let found = walk.along(along, &others, limit).await?;
    let next = match found.last() {
        Some(last) if found.len() == limit => Some(*last),
        _ => walk.end(along).await?,
    };
    Ok((found.iter().map(|place| Uuid::from_u128(place.tie)).collect(), next))
}

struct Walk<'s> {
    sql: &'s Sql,
    order: Order,
    from: (i64, Uuid),
}

impl<'s> Walk<'s> {
    fn new(sql: &'s Sql, order: Order, after: Option<Cursor>) -> Self {
        let from = match (after, order) {
            (Some(Cursor { at, tie, .. }), _) => (at, Uuid::from_u128(tie)),
            (None, Order::Newest | Order::Priority) => (i64::MAX, Uuid::max()),
            (None, Order::Oldest | Order::Waiting) => (i64::MIN, Uuid::nil()),
        };
        Self { sql, order, from }
    }

    /// The places of facet $1 after the walk's beginning ($2, $3), in order.
    fn places(&self) -> &'static str {
        match self.order {
            Order::Newest | Order::Priority => {
                "SELECT at, conversation FROM facet WHERE facet = $1 AND (at, conversation) < ($2, $3)
                    ORDER BY at DESC, conversation DESC"
            }
            Order::Oldest | Order::Waiting => {
                "SELECT at, conversation FROM facet WHERE facet = $1 AND (at, conversation) > ($2, $3)
                    ORDER BY at, conversation"
            }
        }
    }

    async fn rarest(&self, facets: &[Facet]) -> Result<Option<Facet>, StoreError> {
        if let [only] = facets {
            return Ok(Some(*only));
        }
        let question = format!("SELECT count(*) FROM ({} LIMIT {SCAN_MAX}) AS p", self.places());
        let statement = self.sql.prepare_cached(&question).await?;
        let mut rarest = None;
        for facet in facets {
            let row = self.sql.query_one(&statement, &[&facet.0, &self.from.0, &self.from.1]).await?;
            let places: i64 = row.try_get(0)?;
            if rarest.is_none_or(|(fewest, _)| places < fewest) {
                rarest = Some((places, *facet));
            }
        }
        Ok(rarest.map(|(_, facet)| facet))
    }

    async fn along(&self, facet: Facet, others: &[i64], limit: usize) -> Result<Vec<Cursor>, StoreError> {
        let looks: String = (6..6 + others.len())
            .map(|place| {
                format!(
                    " AND EXISTS (SELECT 1 FROM facet AS o
                        WHERE o.facet = ${place} AND o.at = p.at AND o.conversation = p.conversation)"
                )
            })
            .collect();
        let places = self.places();
        let question = format!("SELECT at, conversation FROM ({places} LIMIT $4) AS p WHERE true{looks} LIMIT $5");
        let statement = self.sql.prepare_cached(&question).await?;
        let (scan, limit) = (count(SCAN_MAX), count(limit));
        let mut given: Vec<&(dyn ToSql + Sync)> = vec![&facet.0, &self.from.0, &self.from.1, &scan, &limit];
        given.extend(others.iter().map(|other| other as &(dyn ToSql + Sync)));
        self.sql.query(&statement, &given).await?.iter().map(cursor).collect()
    }

    /// Where one question has to stop looking; none: there is nothing more.
    async fn end(&self, facet: Facet) -> Result<Option<Cursor>, StoreError> {
        let question = format!("{} LIMIT 1 OFFSET $4", self.places());
        let statement = self.sql.prepare_cached(&question).await?;
        let given: [&(dyn ToSql + Sync); 4] = [&facet.0, &self.from.0, &self.from.1, &count(SCAN_MAX - 1)];
        self.sql.query_opt(&statement, &given).await?.as_ref().map(cursor).transpose()
    }
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
