//! A database of the first format, with rows as the first program wrote them: read and gone on with by today's.

use switchboard::domain::event::Event;
use switchboard::domain::state::Mode;
use switchboard::ports::store::{Append, Appended, Store};

use super::props::{NOW, Owner, Place, contact, heard, incarnation, log_of};
use super::sqlite::DataDir;
use crate::support::postgres::Schema;

/// Recorded; never to be brought up to date.
const EVENTS: [&str; 4] = [
    r#"{"v":1,"is":{"contact_said":{"heard":{"text":"hi"},"provider_id":"m1"}}}"#,
    r#"{"v":1,"is":{"bot_said":{"line":{"text":"Hello"},"why":"first_contact","then":"idle","turn":0}}}"#,
    r#"{"v":1,"is":{"taken_over":{"by":{"agent":{"id":"00000000-0000-0000-0000-000000000007","name":"Ada"}},"until":1800000000000}}}"#,
    r#"{"v":1,"is":{"agent_said":{"agent":{"id":"00000000-0000-0000-0000-000000000007","name":"Ada"},"text":"Hi, Ada here.","turn":1}}}"#,
];
const SNAPSHOT: &str = r#"{"v":1,"is":{"seq":3,"turn":1,"mode":{"human":{"by":{"agent":{"id":"00000000-0000-0000-0000-000000000007","name":"Ada"}},"until":1800000000000}},"since":4,"place":"idle","unmatched":0,"greeted":true,"unanswered":{"count":1,"seq":1,"heard":{"text":"hi"}},"last":{"text":"Hello","by":"bot","at":6},"said":[[2,null]],"shown":2,"deliveries":[[2,{"turn":0,"by_bot":true,"said_at":2,"state":{"sent":{"provider_id":"m_1"}}}]],"trouble":false}}"#;
const SUMMARY: &str = r#"{"v":1,"is":{"conversation":"CONVERSATION","account":"page","channel":"messenger","bot":"help","name":"Zoë","seq":4,"turn":1,"mode":{"human":{"by":{"agent":{"id":"00000000-0000-0000-0000-000000000007","name":"Ada"}},"until":1800000000000}},"since":4,"next":"answers as if new","unanswered":0,"last":{"text":"Hi, Ada here.","by":"agent","at":6},"trouble":false}}"#;
const LINE: &str = r#"{"v":1,"is":{"text":"Hi, Ada here."}}"#;
const OWNER: u128 = 9;
const EPOCH: u64 = 4;

fn summary_of(key: &str) -> String {
    SUMMARY.replace("CONVERSATION", &contact(key).conversation.to_string())
}

#[tokio::test]
async fn sqlite_reads_what_the_first_format_holds() {
    let place = DataDir::fresh();
    let sql = place.database();
    sql.execute_batch(include_str!("../../../src/adapters/sqlite/migrations/0001_first.sql")).expect("its tables");
    sql.pragma_update(None, "user_version", 1).expect("its number");
    let (id, owner) = (contact("7").conversation.0, incarnation(OWNER).0);
    let about = (id.as_bytes(), owner.as_bytes(), EPOCH as i64, summary_of("7"));
    sql.execute("INSERT INTO conversation VALUES (1, ?1, 'page', '7', ?2, ?3, 4, 2, 6, ?4)", about).expect("a row");
    sql.execute("UPDATE mode_count SET conversations = 1 WHERE mode = 2", ()).expect("a row");
    for (seq, body) in (1_i64..).zip(EVENTS) {
        sql.execute("INSERT INTO event (address, at, body) VALUES (?1, ?1, ?2)", (1_i64 << 32 | seq, body))
            .expect("a row");
    }
    sql.execute("INSERT INTO dedupe VALUES (1, 'in:m1', 2)", ()).expect("a row");
    sql.execute("INSERT INTO snapshot VALUES (1, 3, ?1)", (SNAPSHOT,)).expect("a row");
    sql.execute("INSERT INTO deadline VALUES (1, 1800000000000, 1800000000000)", ()).expect("a row");
    let queued =
        "INSERT INTO outbox (address, account, number, state, by_bot, at, body) VALUES (?1, 'page', 1, 0, 0, 6, ?2)";
    sql.execute(queued, (1_i64 << 32 | 4, LINE)).expect("a row");
    drop(sql);
    is_read_and_gone_on_with(&place).await;
}

#[tokio::test]
async fn postgres_reads_what_the_first_format_holds() {
    let place = Schema::fresh().await;
    let sql = place.superuser().await;
    sql.batch_execute(include_str!("../../../src/adapters/postgres/migrations/0001_first.sql"))
        .await
        .expect("its tables");
    let id = contact("7").conversation;
    let owner = incarnation(OWNER).0;
    let mut rows = format!(
        "UPDATE meta SET format = 1;
         INSERT INTO conversation VALUES ('{id}', 'page', '7', '{owner}', {EPOCH}, 4, 2, 6, '{}');
         UPDATE mode_count SET human = 1 WHERE slot = 0;
         INSERT INTO dedupe VALUES ('{id}', 'in:m1', 2);
         INSERT INTO snapshot VALUES ('{id}', 3, '{SNAPSHOT}');
         INSERT INTO deadline VALUES ('{id}', 1800000000000, 1800000000000);
         INSERT INTO outbox (conversation, seq, account, state, by_bot, at, body) VALUES ('{id}', 4, 'page', 0, false, 6, '{LINE}');",
        summary_of("7")
    );
    for (seq, body) in (1..).zip(EVENTS) {
        rows.push_str(&format!("INSERT INTO event VALUES ('{id}', {seq}, {EPOCH}, {seq}, '{body}');"));
    }
    sql.batch_execute(&rows).await.expect("its rows");
    is_read_and_gone_on_with(&place).await;
}

async fn is_read_and_gone_on_with(place: &impl Place) {
    let store = place.open().await;
    let due = store.due(NOW, 9).await.expect("reads");
    assert_eq!(due, [contact("7")]);
    let queued = store.queued(contact("7").account, 0, 9).await.expect("reads");
    assert_eq!(
        queued.iter().map(|queued| (queued.seq, queued.line.text.as_str())).collect::<Vec<_>>(),
        [(4, "Hi, Ada here.")]
    );

    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    assert_eq!((owner.loaded.token.epoch, owner.loaded.last_seq), (EPOCH + 1, 4));
    let snapshot = owner.loaded.snapshot.as_ref().expect("it can be read");
    assert!(matches!(snapshot.mode, Mode::Human { .. }) && snapshot.seq == 3, "{snapshot:?}");
    assert!(matches!(&owner.loaded.events[..], [last] if last.seq == 4), "{:?}", owner.loaded.events);

    let again = Append { key: Some("in:m1".to_owned()), ..owner.next(vec![heard("hi")]) };
    assert_eq!(owner.append(again).await.expect("answers"), Appended::Duplicate { last: 2 });
    owner.say("and today").await;
    let log = log_of(&*store, &contact("7")).await;
    assert!(
        matches!(&log[..], [Event::ContactSaid { .. }, Event::BotSaid { .. }, Event::TakenOver { .. }, Event::AgentSaid { .. }, new] if *new == heard("and today")),
        "{log:#?}"
    );
    drop((owner, store));
    assert_eq!(log_of(&*place.open().await, &contact("7")).await.len(), 5, "and it opens again");
}
