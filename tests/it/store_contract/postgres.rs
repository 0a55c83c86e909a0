//! What only PostgreSQL can promise: it serves several nodes, over a network that breaks.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join_all};
use switchboard::adapters::postgres::{
    self, Address, HOT_STATEMENTS, OpenError, PostgresStore, SESSION, index_statements,
};
use switchboard::domain::ids::{AccountId, DeliveryId};
use switchboard::domain::time::Timestamp;
use switchboard::ports::clock::{Clock, SystemClock};
use switchboard::ports::store::{Append, Appended, Contact, Effect, Mark, Store, StoreError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Handle;

use super::props::{NOW, Owner, Place, contact, heard, incarnation, log_of, queue};
use crate::support::cut::{Proxy, Then};
use crate::support::node::eventually;
use crate::support::postgres::{GUARDED, PASSWORD, Schema, authority};

impl Place for Schema {
    type Opened = PostgresStore;

    async fn open(&self) -> Arc<PostgresStore> {
        open(&self.url()).await.expect("opens")
    }
}

async fn open(url: &str) -> Result<Arc<PostgresStore>, OpenError> {
    PostgresStore::open(&Address::parse(url)?, Handle::current(), Arc::new(SystemClock)).await.map(Arc::new)
}

async fn refusal(url: &str) -> String {
    match open(url).await {
        Ok(_) => panic!("it should not open"),
        Err(refusal) => refusal.to_string(),
    }
}

/// A store behind a proxy that listens for commits.
async fn behind_a_proxy(place: &Schema) -> (Arc<PostgresStore>, Proxy) {
    let proxy = Proxy::before(SocketAddr::from(([127, 0, 0, 1], place.port)), "COMMIT", "INSERT INTO event").await;
    (open(&place.url_at(proxy.port)).await.expect("opens"), proxy)
}

// --- The network breaks ---

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_an_error_and_its_retry_a_duplicate() {
    let place = Schema::fresh().await;
    let (store, proxy) = behind_a_proxy(&place).await;
    let owner = Owner::of(&store, "7", incarnation(1)).await;
    let append = Append {
        key: Some("in:m1".to_owned()),
        effects: vec![queue(1, true)].into(),
        ..owner.next(vec![heard("one")])
    };
    proxy.next(Then::CutAfter);
    let (lost, ()) = join(store.append(append.clone()), proxy.heard()).await;
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");

    eventually("the commit comes through", async || (log_of(&*store, &owner.contact).await.len() == 1).then_some(()))
        .await;
    let again = Owner::of(&store, "7", incarnation(1)).await;
    assert_eq!((again.loaded.token.epoch, again.loaded.last_seq), (2, 1), "loading again shows what was written");
    assert_eq!(store.append(append.clone()).await.expect("answers"), Appended::Duplicate { last: 1 });
    let retried = Append { key: append.key, ..again.next(vec![heard("one")]) };
    assert_eq!(store.append(retried).await.expect("answers"), Appended::Duplicate { last: 1 });
    assert_eq!(log_of(&*store, &owner.contact).await, [heard("one")]);
    assert_eq!(store.queued(owner.contact.account, 0, 9).await.expect("reads").len(), 1);
}

#[tokio::test]
async fn a_commit_that_never_arrived_is_an_error_and_its_retry_is_written() {
    let place = Schema::fresh().await;
    let (store, proxy) = behind_a_proxy(&place).await;
    let owner = Owner::of(&store, "7", incarnation(1)).await;
    let append = Append { key: Some("in:m1".to_owned()), ..owner.next(vec![heard("one")]) };
    proxy.next(Then::CutBefore);
    let (lost, ()) = join(store.append(append.clone()), proxy.heard()).await;
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");

    let mut again = Owner::of(&store, "7", incarnation(1)).await;
    assert_eq!(again.loaded.last_seq, 0);
    let retried = Append { key: append.key, ..again.next(vec![heard("one")]) };
    assert_eq!(again.append(retried).await.expect("appends"), Appended::Done { withdrawn: vec![] });
    assert_eq!(log_of(&*store, &owner.contact).await, [heard("one")]);
}

/// The other node's activation waits for the end of the append, and reads what it wrote; then the zombie is fenced.
#[tokio::test]
async fn an_activation_in_the_middle_of_an_append_waits_for_its_end() {
    let place = Schema::fresh().await;
    let (slow, proxy) = behind_a_proxy(&place).await;
    let other = place.open().await;
    let mut zombie = Owner::of(&slow, "7", incarnation(1)).await;
    proxy.next(Then::Hold);
    let append = slow.append(zombie.next(vec![heard("one")]));
    proxy.heard().await;
    let activation = other.activate(contact("7"), incarnation(2));
    let mut activation = std::pin::pin!(activation);
    let early = tokio::time::timeout(Duration::from_millis(300), &mut activation).await;
    assert!(early.is_err(), "the row is locked");
    proxy.let_go();
    assert_eq!(append.await.expect("appends"), Appended::Done { withdrawn: vec![] });
    let new = activation.await.expect("activates");
    assert_eq!((new.token.epoch, new.last_seq, new.events.len()), (2, 1, 1));

    zombie.seq = 1;
    let late = zombie.append(zombie.next(vec![heard("two")])).await;
    assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
    assert_eq!(log_of(&*other, &contact("7")).await, [heard("one")]);
}

/// A node that stands still in the middle of an append must not keep the conversation from its successor.
#[tokio::test]
async fn a_node_that_stands_still_in_the_middle_of_an_append_is_overtaken() {
    let place = Schema::fresh().await;
    let other = place.open().await;
    let zombie = Owner::of(&other, "7", incarnation(1)).await;
    let still = place.superuser().await;
    let lock =
        "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '1s'; SELECT FROM conversation FOR NO KEY UPDATE";
    still.batch_execute(lock).await.expect("locks");
    let new =
        other.activate(contact("7"), incarnation(2)).await.expect("activates, once the server has ended the other");
    assert_eq!(new.token.epoch, zombie.loaded.token.epoch + 1);
    assert!(still.batch_execute("COMMIT").await.is_err());
}

#[tokio::test]
async fn connections_that_the_server_ends_are_made_anew() {
    let place = Schema::fresh().await;
    let store = open(&format!("{}&application_name={}", place.url(), place.name)).await.expect("opens");
    let superuser = place.superuser().await;
    let end =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{}'", place.name);
    for round in 0..3 {
        join_all((0..8).map(|_| store.count())).await;
        superuser.batch_execute(&end).await.expect("ends them");
        eventually("the store is back", async || store.probe(NOW).await.ok()).await;
        eventually("it can append", async || {
            let mut owner = Owner::of_any(&store, "7", incarnation(round)).await.ok()?;
            owner.append(owner.next(vec![heard("hi")])).await.ok()
        })
        .await;
    }
}

/// A key that PostgreSQL's text cannot hold.
#[tokio::test]
async fn one_bad_append_does_not_fail_the_others() {
    let place = Schema::fresh().await;
    let store = place.open().await;
    let owners = join_all((0..40).map(|number| {
        let store = store.clone();
        async move { Owner::of(&store, &number.to_string(), incarnation(1)).await }
    }))
    .await;
    let appends = owners.iter().enumerate().map(|(number, owner)| {
        let key = if number % 10 == 5 { "in:\0".to_owned() } else { "in:m".to_owned() };
        store.append(Append { key: Some(key), ..owner.next(vec![heard("hi")]) })
    });
    for (number, answer) in join_all(appends).await.into_iter().enumerate() {
        let written = matches!(answer, Ok(Appended::Done { .. }));
        assert_eq!(written, number % 10 != 5, "{number}: {answer:?}");
    }
}

// --- Several nodes ---

#[tokio::test]
async fn two_nodes_never_both_write_and_never_both_send() {
    let place = Schema::fresh().await;
    let (one, other) = (place.open().await, place.open().await);
    for round in 0..20 {
        let key = round.to_string();
        let mut owner = Owner::of(&one, &key, incarnation(1)).await;
        owner.act((1..=4).map(|seq| queue(seq, true)).collect()).await;
        let all = || (1..=4).map(|seq| DeliveryId { conversation: contact(&key).conversation, seq }).collect();
        let (ours, theirs) =
            join(one.start_sending(incarnation(1), all()), other.start_sending(incarnation(2), all())).await;
        for (ours, theirs) in ours.expect("answers").into_iter().zip(theirs.expect("answers")) {
            let one = [(Mark::Set { attempt: 1 }, Mark::No), (Mark::No, Mark::Set { attempt: 1 })];
            assert!(one.contains(&(ours, theirs)), "exactly one of them sends it: {ours:?}, {theirs:?}");
        }
        let append = owner.next(vec![heard("me")]);
        let (appended, new) = join(one.append(append), other.activate(contact(&key), incarnation(2))).await;
        let new = new.expect("activates");
        assert_eq!(appended.is_ok(), new.last_seq == 2, "{appended:?}");
    }
}

/// Whoever takes the sending of an account over ends the right of the one before, at once and for all its messages.
#[tokio::test]
async fn only_who_has_taken_the_sending_may_start() {
    let place = Schema::fresh().await;
    let (one, other) = (place.open().await, place.open().await);
    let mut owner = Owner::of(&one, "7", incarnation(1)).await;
    owner.act((1..=3).map(|seq| queue(seq, true)).collect()).await;
    let start = |store: &Arc<PostgresStore>, me, seq| {
        let delivery = DeliveryId { conversation: contact("7").conversation, seq };
        store.start_sending(incarnation(me), vec![delivery])
    };
    one.take_sending(contact("7").account, incarnation(1)).await.expect("takes");
    assert_eq!(start(&one, 1, 1).await.expect("marks"), [Mark::Set { attempt: 1 }]);
    other.take_sending(contact("7").account, incarnation(2)).await.expect("takes");
    assert!(matches!(start(&one, 1, 2).await, Err(StoreError::Fenced)));
    assert_eq!(start(&other, 2, 2).await.expect("marks"), [Mark::Set { attempt: 1 }]);
    let waiting = async || one.queued(contact("7").account, 0, 9).await.expect("reads").len();
    assert_eq!(waiting().await, 0, "nothing overtakes what the last one is sending");
    owner.act(vec![Effect::Finish { seq: 1 }]).await;
    assert_eq!(waiting().await, 1, "the fenced one marked nothing");
}

/// What is marked together need not stand together.
#[tokio::test]
async fn a_fence_around_one_account_keeps_nobody_from_another() {
    let place = Schema::fresh().await;
    let store = place.open().await;
    let of = async |account: &str| {
        let contact = Contact::of(&AccountId::new(account), "7");
        let loaded = store.activate(contact.clone(), incarnation(1)).await.expect("activates");
        let mut owner = Owner { store: store.clone(), contact, seq: 0, loaded };
        owner.act((1..=9).map(|seq| queue(seq, true)).collect()).await;
        owner.contact.conversation
    };
    let (lost, kept) = (of("page").await, of("other").await);
    store.take_sending(AccountId::new("page"), incarnation(2)).await.expect("takes");
    let start = |conversation, seq| store.start_sending(incarnation(1), vec![DeliveryId { conversation, seq }]);
    let both = (1..=9).map(|seq| join(start(lost, seq), start(kept, seq)));
    for (lost, kept) in join_all(both).await {
        assert!(matches!(lost, Err(StoreError::Fenced)), "{lost:?}");
        assert_eq!(kept.expect("marks"), [Mark::Set { attempt: 1 }]);
    }
}

#[tokio::test]
async fn nodes_that_start_together_agree_on_the_database() {
    let place = Schema::fresh().await;
    let opened = join_all((0..4).map(|_| place.open())).await;
    let generations: Vec<&str> = opened.iter().map(|store| store.generation()).collect();
    assert!(generations.iter().all(|generation| *generation == generations[0] && generation.len() == 32));
}

// --- Many rows ---

/// Among enough rows that reading them all would be noticed, the server finds what it needs by an index: with the plan
/// that it makes once for all values, which is what a prepared statement ends up with.
#[tokio::test]
async fn every_hot_statement_finds_its_rows_by_an_index() {
    let place = Schema::fresh().await;
    drop(place.open().await);
    let sql = place.superuser().await;
    sql.batch_execute(MANY_ROWS).await.expect("fills");
    sql.batch_execute(SESSION).await.expect("sets");
    sql.batch_execute("SET plan_cache_mode = force_generic_plan").await.expect("sets");
    for text in HOT_STATEMENTS.iter().map(|text| (*text).to_owned()).chain(index_statements()) {
        let values = (1..).take_while(|number| text.contains(&format!("${number}"))).count();
        let nothing = vec!["NULL"; values].join(", ");
        sql.batch_execute(&format!("PREPARE hot AS {text}")).await.unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let plan = sql.query(&format!("EXPLAIN EXECUTE hot ({nothing})"), &[]).await.expect("explains");
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        sql.batch_execute("DEALLOCATE hot").await.expect("forgets");
        assert!(!plan.iter().any(|line| line.contains("Seq Scan")), "{text}\n{}", plan.join("\n"));
    }
}

const MANY_ROWS: &str = "
    INSERT INTO conversation SELECT gen_random_uuid(), 'page', n::text, gen_random_uuid(), 1, 3, n % 3, n, '{}'
        FROM generate_series(1, 30000) AS n;
    INSERT INTO account SELECT 'a' || n FROM generate_series(1, 3000) AS n;
    INSERT INTO event SELECT id, seq, 1, 1, '{}' FROM conversation, generate_series(1, 3) AS seq;
    INSERT INTO dedupe SELECT id, 'in:1', 1 FROM conversation;
    INSERT INTO snapshot SELECT id, 1, '{}' FROM conversation;
    INSERT INTO deadline SELECT id, list_at, list_at FROM conversation;
    INSERT INTO outbox (conversation, seq, account, state, by_bot, at, body)
        SELECT id, 1, account, list_at % 4, true, 1, '{}' FROM conversation;
    INSERT INTO shelf (conversation, seq, account, number, by_bot, attempt, flagged, at, body)
        SELECT id, 2, account, 1, true, 1, false, 1, '{}' FROM conversation;
    INSERT INTO alert (conversation, seq, state, at) SELECT id, 1, list_at % 2, list_at FROM conversation;
    INSERT INTO listed (conversation, seq) SELECT id, 3 FROM conversation;
    INSERT INTO facet SELECT list_at % 5, list_at, id FROM conversation;
    INSERT INTO said SELECT id, 1, list_at, array_to_tsvector(ARRAY['w' || list_at % 50, 'v' || list_at]) FROM conversation;
    INSERT INTO who SELECT id, array_to_tsvector(ARRAY['n' || list_at % 1000]) FROM conversation;
    INSERT INTO choice SELECT 0, n::text FROM generate_series(1, 3000) AS n;
    ANALYZE alert, account, conversation, event, dedupe, snapshot, deadline, outbox, shelf, listed, facet, said, who,
        choice";

// --- Where it is, and whether it will do ---

#[tokio::test]
async fn an_address_may_name_several_hosts_and_any_kind_of_address() {
    let place = Schema::fresh().await;
    let port = place.port;
    for hosts in [
        format!("127.0.0.1:1,127.0.0.1:{port}"),
        format!("nowhere.invalid:5432,localhost:{port}"),
        format!("[::1]:{port}"),
    ] {
        let url = format!("{}&sslmode=disable", place.url_of(&hosts, "postgres"));
        let opened = open(&url).await;
        assert!(opened.is_ok(), "{hosts}: {:?}", opened.err());
    }
}

#[tokio::test]
async fn a_server_that_does_not_let_us_in_is_told_in_words() {
    let place = Schema::fresh().await;
    let at = format!("127.0.0.1:{}", place.port);
    assert!(open(&place.url_of(&at, &format!("{GUARDED}:{PASSWORD}"))).await.is_ok());
    let wrong = refusal(&place.url_of(&at, &format!("{GUARDED}:hunter2"))).await;
    assert_eq!(wrong, "PostgreSQL refuses the password; mend the one in `database`");
    let nowhere = refusal(&place.url_of("127.0.0.1:1", "postgres")).await;
    assert!(nowhere.starts_with("PostgreSQL cannot be reached: "), "{nowhere}");
    let other = refusal(&format!("postgres://postgres@{at}/nothing-here")).await;
    assert_eq!(other, "PostgreSQL: database \"nothing-here\" does not exist; create it first");
}

#[tokio::test]
async fn tls_is_spoken_with_a_server_whose_certificate_is_trusted_and_with_no_other() {
    let place = Schema::fresh().await;
    let at = |host: &str, more: &str| {
        format!("{}&application_name={}{more}", place.url_of(&format!("{host}:{}", place.port), "postgres"), place.name)
    };
    let trusting = format!("&sslmode=verify-full&sslrootcert={}", authority().display());
    let store = open(&at("localhost", &trusting)).await.expect("opens");
    store.probe(NOW).await.expect("writes");
    let encrypted = format!(
        "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = '{}'",
        place.name
    );
    assert!(place.superuser().await.query_one(&encrypted, &[]).await.expect("asks").get::<_, bool>(0));

    let stranger = refusal(&at("localhost", "&sslmode=require")).await;
    assert!(stranger.contains("certificate is not trusted") && stranger.contains("sslrootcert=FILE"), "{stranger}");
    let other_name = refusal(&at("127.0.0.1", &trusting)).await;
    assert!(other_name.contains("certificate is not trusted"), "{other_name}");
}

#[tokio::test]
async fn a_server_without_tls_is_not_told_a_password() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a caller");
        let mut asked = vec![0; 8];
        stream.read_exact(&mut asked).await.expect("asks for TLS");
        stream.write_all(b"N").await.expect("answered");
        let mut more = Vec::new();
        stream.read_to_end(&mut more).await.expect("hangs up");
        more
    });
    let refusal = refusal(&format!("postgres://ana:hunter2@127.0.0.1:{port}/chat?sslmode=require")).await;
    assert!(refusal.contains("does not speak TLS") && refusal.contains("sslmode=disable"), "{refusal}");
    assert!(asked.await.expect("joined").is_empty(), "nothing was said in the clear");
}

#[tokio::test]
async fn a_server_that_takes_no_writes_is_refused() {
    let place = Schema::fresh().await;
    drop(place.open().await);
    let url = place.url().replace("options=", "options=-cdefault_transaction_read_only%3Don%20");
    assert_eq!(refusal(&url).await, "PostgreSQL takes no writes: it is a standby, or set to read only");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let place = Schema::fresh().await;
    drop(place.open().await);
    place.superuser().await.batch_execute("UPDATE meta SET format = 99").await.expect("updates");
    let refusal = refusal(&place.url()).await;
    assert!(refusal.contains("newer version of switchboard (format 99"), "{refusal}");
}

#[tokio::test]
async fn somebody_elses_tables_are_left_alone() {
    for theirs in ["CREATE TABLE event (name text)", "CREATE TABLE meta (key text, value text)"] {
        let place = Schema::fresh().await;
        place.superuser().await.batch_execute(theirs).await.expect("creates");
        let refusal = refusal(&place.url()).await;
        assert!(refusal.contains("not switchboard's"), "{refusal}");
    }
}

#[tokio::test]
async fn commits_are_durable_whatever_the_default_is() {
    let place = Schema::fresh().await;
    let url = place.url().replace("options=", "options=-csynchronous_commit%3Doff%20");
    let store = open(&url).await.expect("opens");
    store.probe(NOW).await.expect("writes");
    let (setting, warnings) =
        switchboard::adapters::postgres::examine(&Address::parse(&url).expect("an address"), &SystemClock)
            .await
            .map(|examined| (examined.synchronous_commit, examined.server.warnings()))
            .expect("examines");
    assert_eq!(setting, "on");
    assert!(warnings.iter().any(|warning| warning.what.contains("synchronous_commit = off")), "{warnings:?}");
}

struct Ahead(u64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        Timestamp(SystemClock.now().0 + self.0)
    }
}

#[tokio::test]
async fn a_node_whose_clock_is_hours_off_does_not_start() {
    let place = Schema::fresh().await;
    let address = Address::parse(&place.url()).expect("an address");
    let opened = PostgresStore::open(&address, Handle::current(), Arc::new(Ahead(7_200_000))).await;
    assert!(matches!(opened, Err(OpenError::Clock { seconds: 7_199..=7_201 })));
    assert!(PostgresStore::open(&address, Handle::current(), Arc::new(Ahead(5_000))).await.is_ok());
}

/// Into a pipe that somebody reads slowly: longer than a write may stand still.
#[tokio::test]
async fn a_dump_is_whole_however_slowly_it_is_read() {
    let place = Schema::fresh().await;
    let store = place.open().await;
    Owner::of(&store, "7", incarnation(1)).await.say("hello").await;
    let address = Address::parse(&place.url()).expect("an address");
    let mut dumped = 0;
    let slowly = |_| {
        std::thread::sleep(Duration::from_secs(4));
        dumped += 1;
    };
    postgres::dump(&address, slowly).await.expect("dumps");
    assert_eq!(dumped, 1);
}
