//! However the events came to their rows, they are read as if each had its own.

use proptest::collection::vec;
use proptest::prelude::*;
use rusqlite::Connection;

use super::*;
use crate::adapters::sqlite::migrations;

/// What was carried over together.
type Batch = Vec<(i64, String)>;

fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let word = prop_oneof![8 => "[a-z\"\\[\\]{},é\\n\\\\]{0,20}", 1 => "x{9000,20000}"];
    let body = (any::<bool>(), word).prop_map(|(note, word)| {
        let kind = if note { "note" } else { "said" };
        format!(r#"{{"{kind}":{}}}"#, serde_json::json!(word))
    });
    vec(vec((0_i64..1_000_000, body), 1..100), 1..6)
}

/// As the writing thread stores them, or, as it once did, one by one.
fn store(sql: &Connection, number: i64, batches: &[Batch], one_by_one: bool) -> Vec<RawEvent> {
    let mut all = Vec::new();
    let insert = |first: Seq, at: i64, body: Vec<u8>| {
        let body = String::from_utf8(body).expect("text");
        sql.execute("INSERT INTO event (address, at, body) VALUES (?1, ?2, ?3)", (address(number, first), at, body))
            .expect("a row");
    };
    for batch in batches {
        let mut bundles: Vec<Bundle> = Vec::new();
        for (at, body) in batch {
            let seq = all.len() as u64 + 1;
            all.push(RawEvent { seq, at: *at as u64, body: body.clone().into_bytes() });
            let joins = !one_by_one && bundles.last_mut().is_some_and(|last| last.add(*at, body.as_bytes()));
            if !joins {
                bundles.push(Bundle::new(seq, *at, body.as_bytes()));
            }
        }
        bundles.into_iter().for_each(|bundle| insert(bundle.first, bundle.at, bundle.into_body()));
    }
    all
}

fn told<'e>(events: impl IntoIterator<Item = &'e RawEvent>) -> Vec<(Seq, u64, &'e [u8])> {
    events.into_iter().map(|event| (event.seq, event.at, &event.body[..])).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn events_are_read_as_if_each_had_a_row(
        all in vec((batches(), any::<bool>()), 1..4), from in 0_u64..500, to in 0_u64..500, limit in 1_usize..200,
    ) {
        let sql = Connection::open_in_memory().expect("opens");
        migrations::migrate(&sql).expect("migrates");
        let all: Vec<_> = (1..).zip(&all).map(|(number, (batches, one))| store(&sql, number, batches, *one)).collect();
        for (number, events) in (1..).zip(&all) {
            let forwards = after(&sql, number, from, to, limit).expect("reads");
            let expected = events.iter().filter(|event| event.seq > from && event.seq <= to).take(limit);
            prop_assert_eq!(told(&forwards), told(expected));
            for before_seq in [None, Some(from)] {
                let backwards = before(&sql, number, before_seq, limit).expect("reads");
                let expected = events.iter().rev().filter(|event| before_seq.is_none_or(|seq| event.seq < seq));
                prop_assert_eq!(told(&backwards), told(expected.take(limit)));
            }
            let notes = that_begin(&sql, number, from, r#"{"note""#, limit).expect("reads");
            let is_note = |event: &&RawEvent| event.seq > from && event.body.starts_with(br#"{"note""#);
            prop_assert_eq!(told(&notes), told(events.iter().rev().filter(is_note).take(limit)));
            let one = at(&sql, address(number, from)).expect("reads");
            prop_assert_eq!(told(&one), told(events.iter().find(|event| event.seq == from)));
            let question = "SELECT seq, at, CAST(body AS BLOB) FROM logged WHERE conversation = ?1 ORDER BY seq";
            let mut seen = sql.prepare(question).expect("a view");
            let raw = |row: &Row<'_>| Ok(RawEvent { seq: uint(row, 0)?, at: uint(row, 1)?, body: row.get(2)? });
            let seen = seen.query_map([number], raw).expect("reads");
            let seen: Vec<_> = seen.map(|event| event.expect("reads")).collect();
            prop_assert_eq!(told(&seen), told(events));
        }
    }
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let sql = Connection::open_in_memory().expect("opens");
    migrations::migrate(&sql).expect("migrates");
    let said = |seq: i64| (seq, format!(r#"{{"said":"{seq}"}}"#));
    store(&sql, 1, &[(1..=5).map(said).collect()], false);
    assert!(after(&sql, 1, Seq::MAX, Seq::MAX, 9).expect("reads").is_empty(), "after the last there can be");
    assert!(that_begin(&sql, 1, Seq::MAX, "{", 9).expect("reads").is_empty());
    assert!(at(&sql, address(2, 3)).expect("reads").is_none(), "the third of a neighbour is not ours");
}

#[test]
fn a_row_stays_short() {
    let mut small = Bundle::new(1, 0, b"{}");
    assert_eq!((2..).take_while(|at| small.add(*at, b"{}")).count(), TOGETHER_MAX - 1);
    let mut large = Bundle::new(1, 0, &[b'x'; BYTES_MAX / 2]);
    assert!(!large.add(1, &[b'x'; BYTES_MAX / 2]));
    assert!(large.add(1, b"{}"));
}

#[test]
fn a_damaged_row_is_one_event_that_nobody_can_read() {
    let sql = Connection::open_in_memory().expect("opens");
    migrations::migrate(&sql).expect("migrates");
    sql.execute("INSERT INTO event (address, at, body) VALUES (?1, 5, '[[5,{\"v\":')", [address(1, 1)]).expect("a row");
    let found = after(&sql, 1, 0, 9, 9).expect("reads");
    assert_eq!(told(&found), [(1, 5, &b"[[5,{\"v\":"[..])]);
}
