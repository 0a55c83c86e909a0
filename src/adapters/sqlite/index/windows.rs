//! Asking the index for a part of a list.

use std::collections::VecDeque;

use rusqlite::{CachedStatement, Connection, OptionalExtension};

use super::super::columns::count;
use super::super::lists;
use crate::domain::filter::{Facet, Order};
use crate::domain::summary::Summary;
use crate::ports::finding::{CHOICES_MAX, Choices, Cursor};
use crate::ports::store::StoreError;

/// What one question may cost, in places read: a bound for what nobody can know before, how rarely several facets meet.
const WORK_MAX: usize = 4_000;
/// To look for a place costs as much as to read so many that follow it.
const SEEK: usize = 10;
/// So many places are read at once, at first and at most.
const PORTION: usize = 8;
const PORTION_MAX: usize = 256;

/// A time, and the number of a conversation.
type Place = (i64, i64);

/// The numbers of conversations that stand under all of the facets, and where to go on.
///
/// All the facets' lists are gone along together: each in turn is asked for its first place from where the one before it
/// has come to, so that whatever lies between is not looked at in any of them. A place that all agree on is found.
pub fn window(
    index: &Connection,
    facets: &[Facet],
    order: Order,
    after: Option<Cursor>,
    limit: usize,
) -> Result<(Vec<i64>, Option<Cursor>), StoreError> {
    let mut way = Way::new(index, order)?;
    let portion = if facets.len() == 1 { limit.min(PORTION_MAX) } else { PORTION };
    let mut lists: Vec<List> = facets.iter().map(|facet| List::new(*facet, portion)).collect();
    let (mut found, mut target, mut agreed) = (Vec::new(), way.begin(after), 0);
    for turn in (0..lists.len()).cycle() {
        let Some(place) = lists[turn].reach(target, &mut way)? else { return Ok((found, None)) };
        agreed = if place == target { agreed + 1 } else { 1 };
        target = place;
        if agreed >= lists.len() {
            found.push(place.1);
            if found.len() >= limit {
                return Ok((found, Some(cursor(place))));
            }
            (target, agreed) = (way.next(place), 0);
        }
        if way.work >= WORK_MAX {
            return Ok((found, Some(cursor(way.before(target)))));
        }
    }
    Ok((found, None))
}

/// In which direction lists are gone along, and what that has cost.
struct Way<'i> {
    places: CachedStatement<'i>,
    down: bool,
    work: usize,
}

impl<'i> Way<'i> {
    fn new(index: &'i Connection, order: Order) -> Result<Self, StoreError> {
        let down = matches!(order, Order::Newest | Order::Priority);
        let question = match down {
            true => {
                "SELECT at, number FROM facet WHERE facet = ?1 AND (at, number) <= (?2, ?3)
                    ORDER BY at DESC, number DESC LIMIT ?4"
            }
            false => {
                "SELECT at, number FROM facet WHERE facet = ?1 AND (at, number) >= (?2, ?3)
                    ORDER BY at, number LIMIT ?4"
            }
        };
        Ok(Self { places: index.prepare_cached(question)?, down, work: 0 })
    }

    fn begin(&self, after: Option<Cursor>) -> Place {
        match after {
            Some(Cursor { at, tie, .. }) => self.next((at, i64::try_from(tie).unwrap_or(i64::MAX))),
            None if self.down => (i64::MAX, i64::MAX),
            None => (i64::MIN, i64::MIN),
        }
    }

    /// The first place that can follow. Numbers of conversations are neither the least nor the greatest there are.
    fn next(&self, (at, number): Place) -> Place {
        (at, if self.down { number.saturating_sub(1) } else { number.saturating_add(1) })
    }

    /// The one that this can follow.
    fn before(&self, (at, number): Place) -> Place {
        (at, if self.down { number.saturating_add(1) } else { number.saturating_sub(1) })
    }

    fn is_before(&self, place: Place, target: Place) -> bool {
        if self.down { place > target } else { place < target }
    }

    fn read(&mut self, facet: Facet, from: Place, max: usize) -> Result<VecDeque<Place>, StoreError> {
        let given = (facet.0, from.0, from.1, count(max));
        let rows = self.places.query_map(given, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let read: VecDeque<Place> = rows.collect::<rusqlite::Result<_>>()?;
        self.work += SEEK + read.len();
        Ok(read)
    }
}

/// A facet's places, as far as they were read.
struct List {
    facet: Facet,
    ahead: VecDeque<Place>,
    /// So many are read at once.
    portion: usize,
    /// At so many of them the way has stopped; the others were leapt over, and read in vain.
    stops: usize,
    begun: bool,
    /// There are none beyond those that were read.
    ends: bool,
}

impl List {
    fn new(facet: Facet, portion: usize) -> Self {
        Self { facet, ahead: VecDeque::new(), portion, stops: 0, begun: false, ends: false }
    }

    /// The first place from `target` on.
    fn reach(&mut self, target: Place, way: &mut Way<'_>) -> Result<Option<Place>, StoreError> {
        while self.ahead.front().is_some_and(|place| way.is_before(*place, target)) {
            self.ahead.pop_front();
        }
        if self.ahead.is_empty() && !self.ends {
            self.read_on(target, way)?;
        }
        self.stops += 1;
        Ok(self.ahead.front().copied())
    }

    fn read_on(&mut self, target: Place, way: &mut Way<'_>) -> Result<(), StoreError> {
        if self.begun {
            let fits = if self.stops * 2 >= self.portion { self.portion * 2 } else { self.portion / 2 };
            self.portion = fits.clamp(1, PORTION_MAX);
        }
        (self.begun, self.stops) = (true, 0);
        self.ahead = way.read(self.facet, target, self.portion)?;
        self.ends = self.ahead.len() < self.portion;
        Ok(())
    }
}

fn cursor((at, number): Place) -> Cursor {
    Cursor { at, tie: u128::try_from(number).unwrap_or(0), seq: 0 }
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

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: [Order; 2] = [Order::Newest, Order::Oldest];

    fn index(lists: &[Vec<Place>]) -> Connection {
        let index = Connection::open_in_memory().expect("opens");
        index.execute_batch(include_str!("schema.sql")).expect("makes");
        index.execute_batch("BEGIN").expect("begins");
        for (facet, places) in (0_i64..).zip(lists) {
            for (at, number) in places {
                let sql = "INSERT INTO facet (facet, at, number) VALUES (?1, ?2, ?3)";
                index.prepare_cached(sql).expect("prepares").execute((facet, at, number)).expect("inserts");
            }
        }
        index.execute_batch("COMMIT").expect("commits");
        index
    }

    /// All that a list shows, and how many questions that took.
    fn listed(index: &Connection, facets: i64, order: Order, limit: usize) -> (Vec<i64>, usize) {
        let facets: Vec<Facet> = (0..facets).map(Facet).collect();
        let (mut all, mut after, mut questions) = (Vec::new(), None, 0);
        loop {
            let (found, next) = window(index, &facets, order, after, limit).expect("answers");
            questions += 1;
            assert!(found.len() <= limit && questions < 1_000);
            all.extend(found);
            match next {
                None => return (all, questions),
                next => after = next,
            }
        }
    }

    #[test]
    fn what_all_lists_have_is_found_in_order_and_once() {
        // Each number stands in the lists whose bits it has; many share a time.
        let places =
            |bit: i64| (1..400).filter(move |number| number >> bit & 1 == 1).map(|number| (number % 7, number));
        let lists: Vec<Vec<Place>> = (0..4).map(|bit| places(bit).collect()).collect();
        let index = index(&lists);
        for (facets, order, limit) in
            (1..=4).flat_map(|facets| ORDERS.map(|order| [1, 3, 50].map(|limit| (facets, order, limit)))).flatten()
        {
            let all = (1 << facets) - 1;
            let mut wanted: Vec<Place> =
                (1..400).filter(|number| number & all == all).map(|number| (number % 7, number)).collect();
            wanted.sort_unstable();
            if order == Order::Newest {
                wanted.reverse();
            }
            let wanted: Vec<i64> = wanted.into_iter().map(|(_, number)| number).collect();
            assert_eq!(listed(&index, facets, order, limit).0, wanted, "{facets} {order:?} {limit}");
        }
    }

    /// Where two long lists never meet but at their ends, a question ends before it has read them.
    #[test]
    fn lists_that_hardly_meet_are_gone_along_in_bounded_questions() {
        let last = 60_000;
        let of = |odd: i64| {
            (1..last).filter(move |at| at % 2 == odd).chain([0, last]).map(|at| (at, at + 1)).collect::<Vec<Place>>()
        };
        let index = index(&[of(0), of(1)]);
        for (order, wanted) in ORDERS.into_iter().zip([[last + 1, 1], [1, last + 1]]) {
            let (found, questions) = listed(&index, 2, order, 50);
            assert_eq!(found, wanted);
            assert!((3..30).contains(&questions), "{questions}");
        }
    }

    /// However long one list is, a short one leads through it.
    #[test]
    fn a_short_list_leaps_through_a_long_one() {
        let long: Vec<Place> = (0..100_000).map(|at| (at, at + 1)).collect();
        let short: Vec<Place> = (0..10).map(|at| (at * 9_999, at * 9_999 + 1)).collect();
        let index = index(&[long, short.clone()]);
        for order in ORDERS {
            let (found, questions) = listed(&index, 2, order, 50);
            assert_eq!((found.len(), questions), (short.len(), 1));
        }
    }
}
