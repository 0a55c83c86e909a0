//! Asking the index for a part of a list.

use rusqlite::{Connection, OptionalExtension};

use super::super::columns::count;
use super::super::lists;
use crate::domain::filter::{Facet, Order};
use crate::domain::summary::Summary;
use crate::ports::finding::{CHOICES_MAX, Choices, Cursor};
use crate::ports::store::StoreError;

/// Places that one question looks at, at most: a bound for what nobody can know before, how rarely several facets meet.
pub const SCAN_MAX: usize = 2_000;

/// The numbers of conversations that stand under all of the facets, and where to go on.
///
/// The list of the facet with the fewest places is gone along; whether a conversation stands under the others too is a
/// look for each.
pub fn window(
    index: &Connection,
    facets: &[Facet],
    order: Order,
    after: Option<Cursor>,
    limit: usize,
) -> Result<(Vec<i64>, Option<Cursor>), StoreError> {
    let walk = Walk::new(index, order, after);
    let Some(along) = walk.rarest(facets)? else { return Ok((Vec::new(), None)) };
    let others: Vec<i64> = facets.iter().filter(|facet| **facet != along).map(|facet| facet.0).collect();
    let found = walk.along(along, &others, limit)?;
    let next = match found.last() {
        Some(last) if found.len() == limit => Some(*last),
        _ => walk.end(along)?,
    };
    let numbers = found.iter().filter_map(|place| i64::try_from(place.tie).ok()).collect();
    Ok((numbers, next))
}

struct Walk<'i> {
    index: &'i Connection,
    order: Order,
    from: (i64, i64),
}

impl<'i> Walk<'i> {
    fn new(index: &'i Connection, order: Order, after: Option<Cursor>) -> Self {
        let from = match (after, order) {
            (Some(Cursor { at, tie, .. }), _) => (at, i64::try_from(tie).unwrap_or(i64::MAX)),
            (None, Order::Newest | Order::Priority) => (i64::MAX, i64::MAX),
            (None, Order::Oldest | Order::Waiting) => (i64::MIN, i64::MIN),
        };
        Self { index, order, from }
    }

    /// The places of facet ?1 after the walk's beginning (?2, ?3), in order.
    fn places(&self) -> &'static str {
        match self.order {
            Order::Newest | Order::Priority => {
                "SELECT at, number FROM facet WHERE facet = ?1 AND (at, number) < (?2, ?3) ORDER BY at DESC, number DESC"
            }
            Order::Oldest | Order::Waiting => {
                "SELECT at, number FROM facet WHERE facet = ?1 AND (at, number) > (?2, ?3) ORDER BY at, number"
            }
        }
    }

    fn rarest(&self, facets: &[Facet]) -> Result<Option<Facet>, StoreError> {
        if let [only] = facets {
            return Ok(Some(*only));
        }
        let question = format!("SELECT count(*) FROM ({} LIMIT {SCAN_MAX})", self.places());
        let mut statement = self.index.prepare_cached(&question)?;
        let mut rarest = None;
        for facet in facets {
            let places: i64 = statement.query_row((facet.0, self.from.0, self.from.1), |row| row.get(0))?;
            if rarest.is_none_or(|(fewest, _)| places < fewest) {
                rarest = Some((places, *facet));
            }
        }
        Ok(rarest.map(|(_, facet)| facet))
    }

    fn along(&self, facet: Facet, others: &[i64], limit: usize) -> Result<Vec<Cursor>, StoreError> {
        let looks: String = (6..6 + others.len())
            .map(|place| {
                format!(" AND EXISTS (SELECT 1 FROM facet AS o WHERE o.facet = ?{place} AND o.at = p.at AND o.number = p.number)")
            })
            .collect();
        let question = format!("SELECT at, number FROM ({} LIMIT ?4) AS p WHERE true{looks} LIMIT ?5", self.places());
        let mut statement = self.index.prepare_cached(&question)?;
        let given = [facet.0, self.from.0, self.from.1, count(SCAN_MAX), count(limit)];
        let rows = statement.query_map(rusqlite::params_from_iter(given.iter().chain(others)), cursor)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Where one question has to stop looking; none: there is nothing more.
    fn end(&self, facet: Facet) -> Result<Option<Cursor>, StoreError> {
        let question = format!("{} LIMIT 1 OFFSET ?4", self.places());
        let given = (facet.0, self.from.0, self.from.1, count(SCAN_MAX - 1));
        Ok(self.index.prepare_cached(&question)?.query_row(given, cursor).optional()?)
    }
}

fn cursor(row: &rusqlite::Row<'_>) -> rusqlite::Result<Cursor> {
    let number: i64 = row.get(1)?;
    Ok(Cursor { at: row.get(0)?, tie: u128::try_from(number).unwrap_or(0), seq: 0 })
}

/// As they are now, in the order given.
pub fn summaries(log: &Connection, numbers: &[i64]) -> Result<Vec<Summary>, StoreError> {
    let mut statement =
        log.prepare_cached("SELECT summary, last_seq FROM conversation WHERE number = ?1 AND summary IS NOT NULL")?;
    let mut rows = Vec::with_capacity(numbers.len());
    for number in numbers {
        if let Some(summary) = statement.query_row([number], |row| Ok(lists::summary(row, 0))).optional()? {
            rows.push(summary?);
        }
    }
    Ok(rows)
}

pub fn choices(index: &Connection) -> Result<Choices, StoreError> {
    let mut statement = index.prepare_cached("SELECT value FROM choice WHERE kind = ?1 ORDER BY value LIMIT ?2")?;
    let mut of = |kind: i64| {
        let rows = statement.query_map([kind, count(CHOICES_MAX)], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<Vec<String>>>()
    };
    Ok(Choices { labels: of(0)?, attributes: of(1)? })
}
