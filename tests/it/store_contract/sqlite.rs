//! What only SQLite can promise: it is a file on a disk.

use std::sync::Arc;

use bytes::Bytes;
use switchboard::adapters::sqlite::{self, OpenError, SqliteStore};
use switchboard::domain::ids::DeliveryId;
use switchboard::ports::store::{Append, Appended, Group, Mark, Store, StoreError, StrayState};
use tempfile::TempDir;

use super::props::{NOW, Owner, Place, bot_said, contact, heard, incarnation, later, list, log_of, queue};

/// A data directory of the test's own.
pub struct DataDir(TempDir);

impl DataDir {
    pub fn fresh() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.0.path().join(sqlite::FILE_NAME)).expect("opens")
    }

    /// A copy of the files as they are now. Nothing may be committed meanwhile.
    fn as_it_is(&self) -> DataDir {
        let copy = Self::fresh();
        for file in std::fs::read_dir(self.0.path()).expect("reads") {
            let file = file.expect("reads");
            std::fs::copy(file.path(), copy.0.path().join(file.file_name())).expect("copies");
        }
        copy
    }

    fn refusal(&self) -> OpenError {
        match SqliteStore::open(self.0.path()) {
            Ok(_) => panic!("it should not open"),
            Err(refusal) => refusal,
        }
    }
}

impl Place for DataDir {
    type Opened = SqliteStore;

    async fn open(&self) -> Arc<SqliteStore> {
        Arc::new(SqliteStore::open(self.0.path()).expect("opens"))
    }
}

/// While somebody keeps the writer busy, what is answered is only in the journal. The files as they are at such a moment
/// are what a machine without power leaves behind.
#[tokio::test]
async fn what_only_the_journal_holds_survives() {
    let place = DataDir::fresh();
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    owner.say("in the database").await;
    store.probe(NOW).await.expect("commits");
    let busy = keep_busy(store.clone());
    let mut new = Owner::of(&store, "8", incarnation(1)).await;
    new.append(Append { effects: [queue(1, true)].into(), ..new.next(vec![bot_said("hello")]) })
        .await
        .expect("appends");
    let sent = DeliveryId { conversation: new.contact.conversation, seq: 1 };
    assert_eq!(store.start_sending(incarnation(1), vec![sent]).await.expect("marks"), [Mark::Set { attempt: 1 }]);
    let left = loop {
        let said = owner.seq as usize + 1;
        assert!(said < 1_000, "the writer always finds a quiet moment");
        let append = Append { key: Some(format!("in:{said}")), ..owner.next(vec![heard(&said.to_string())]) };
        owner.append(append).await.expect("appends");
        let left = place.as_it_is();
        // On a busy machine the writer may have had its quiet moment.
        if events_in(&left) < said + 1 {
            break left;
        }
    };
    busy.abort();

    let mut dumped = Vec::new();
    sqlite::dump(left.0.path(), |conversation| dumped.push(conversation.events.len())).expect("dumps");
    let said = owner.seq as usize;
    assert_eq!(dumped, [said, 1], "a dump brings it in");
    let store = left.open().await;
    assert_eq!(log_of(&*store, &owner.contact).await.len(), said);
    let again = Append { key: Some(format!("in:{said}")), ..owner.next(vec![heard("again")]) };
    assert_eq!(store.append(again).await.expect("knows the key"), Appended::Duplicate { last: owner.seq });
    let strays = store.strays(later(10_000), incarnation(2), 10).await.expect("reads");
    assert_eq!(strays.iter().map(|stray| stray.state).collect::<Vec<_>>(), [StrayState::Sending { attempt: 1 }]);
    assert_eq!(store.count().await.expect("counts")[..3], [2, 0, 0]);
}

/// A reader never sees less than what was answered.
#[tokio::test]
async fn what_only_the_journal_holds_is_read_all_the_same() {
    let place = DataDir::fresh();
    let store = place.open().await;
    let busy = keep_busy(store.clone());
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    for number in 1..=20 {
        owner.say("again").await;
        assert_eq!(log_of(&*store, &owner.contact).await.len(), number);
        assert_eq!(list(&*store, Group::Bot, 10).await[0].seq, number as u64);
    }
    busy.abort();
}

/// A commit that fails takes the open transaction with it; what was answered before is done again from the journal.
#[cfg(feature = "failpoints")]
#[tokio::test]
async fn what_the_journal_holds_outlives_a_failed_transaction() {
    let place = DataDir::fresh();
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    fill_the_disk();
    let busy = keep_busy(store.clone());
    let mut written = 0;
    while owner.append(owner.next(vec![heard(&"x".repeat(2_000))])).await.is_ok() {
        written += 1;
        if written == 20 {
            store.probe(NOW).await.expect_err("there is no room");
        }
    }
    assert!(written <= 20, "nothing is taken in on top of what cannot be carried over");
    busy.abort();
    make_room();
    assert_eq!(log_of(&*store, &owner.contact).await.len(), written);
    assert_eq!(store.count().await.expect("counts")[..3], [u64::from(written > 0), 0, 0]);
}

#[tokio::test]
async fn the_journal_stays_short() {
    let place = DataDir::fresh();
    let store = place.open().await;
    let busy = keep_busy(store.clone());
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    for _ in 0..20 {
        owner.append(owner.next(vec![heard(&"x".repeat(2 << 20))])).await.expect("appends");
    }
    busy.abort();
    let length = std::fs::metadata(place.0.path().join(sqlite::JOURNAL_FILE_NAME)).expect("is there").len();
    assert!(length < 20 << 20, "{length}");
    assert_eq!(log_of(&*store, &owner.contact).await.len(), 20);
}

#[tokio::test]
async fn a_journal_of_other_data_is_refused() {
    let (old, new) = (DataDir::fresh(), DataDir::fresh());
    drop(old.open().await);
    let store = new.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    owner.say("one").await;
    store.probe(NOW).await.expect("commits");
    let busy = keep_busy(store.clone());
    owner.say("two").await;
    let left = new.as_it_is();
    busy.abort();
    let journal = sqlite::JOURNAL_FILE_NAME;
    std::fs::copy(left.0.path().join(journal), old.0.path().join(journal)).expect("copies");
    let refusal = old.refusal().to_string();
    assert!(refusal.contains("if the database is a restored backup, move the journal away"), "{refusal}");
}

/// The database finds no room for anything more.
#[cfg(feature = "failpoints")]
fn fill_the_disk() {
    fail::cfg("store-full", "return").expect("is a failpoint");
}

#[cfg(feature = "failpoints")]
fn make_room() {
    fail::remove("store-full");
}

fn events_in(place: &DataDir) -> usize {
    let count = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
    place.database().query_row("SELECT count(*) FROM logged", (), count).expect("reads").try_into().expect("fits")
}

/// Asks the store for something without end, so that it finds no quiet moment.
fn keep_busy(store: Arc<SqliteStore>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        while store.due(NOW, 1).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
}

#[cfg(feature = "failpoints")]
#[tokio::test]
async fn a_full_disk_refuses_and_recovers() {
    let place = DataDir::fresh();
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    owner.say("one").await;
    fill_the_disk();

    let mut written = 1;
    let refusal = loop {
        let append = Append { key: Some(format!("in:{written}")), ..owner.next(vec![heard(&"x".repeat(2_000))]) };
        if let Err(refusal) = owner.append(append).await {
            break refusal;
        }
        written += 1;
        // The journal may have room where the database has none.
        if let Err(refusal) = store.probe(NOW).await {
            break refusal;
        }
        assert!(written < 1_000, "the disk never fills");
    };
    assert_eq!(refusal.to_string(), "the store cannot write: the disk is full");
    let read = store.read_after(owner.contact.conversation, 0, 9).await;
    match read {
        Ok(reading) => assert_eq!(reading.expect("is there").events.len(), written, "what was answered is shown"),
        Err(refusal) => assert_eq!(refusal.to_string(), "the store cannot write: the disk is full"),
    }

    make_room();
    let again = Append { key: Some(format!("in:{written}")), ..owner.next(vec![heard("at last")]) };
    assert_eq!(owner.append(again).await.expect("appends"), Appended::Done { withdrawn: vec![] });
    store.probe(NOW).await.expect("can write");
    assert_eq!(log_of(&*store, &owner.contact).await.len(), written + 1);
}

/// Nobody is left without an answer, and what each was told is true when there is room again.
#[cfg(feature = "failpoints")]
#[tokio::test]
async fn a_full_disk_answers_everybody() {
    let place = DataDir::fresh();
    let store = place.open().await;
    let mut owners = Vec::new();
    for number in 0..50 {
        owners.push(Owner::of(&store, &number.to_string(), incarnation(1)).await);
    }
    fill_the_disk();
    for _ in 0..2 {
        let appends = owners.iter_mut().map(|owner| owner.append(owner.next(vec![heard(&"x".repeat(10_000))])));
        let (answers, probe) = tokio::join!(futures_util::future::join_all(appends), store.probe(NOW));
        assert!(matches!(probe, Err(StoreError::Unavailable(_))), "{probe:?}");
        let refused = |answer: &Result<_, _>| matches!(answer, Ok(_) | Err(StoreError::Unavailable(_)));
        assert!(answers.iter().all(refused), "{answers:?}");
    }
    make_room();
    for owner in &mut owners {
        let before = owner.seq;
        owner.say("at last").await;
        assert_eq!(log_of(&*store, &owner.contact).await.len() as u64, before + 1);
    }
    assert_eq!(store.count().await.expect("reads")[..3], [50, 0, 0]);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let place = DataDir::fresh();
    drop(place.open().await);
    place.database().pragma_update(None, "user_version", 99).expect("updates");
    let refusal = place.refusal();
    assert!(matches!(refusal, OpenError::Newer { found: 99, .. }));
    assert!(refusal.to_string().contains("newer version of switchboard"), "{refusal}");
}

#[tokio::test]
async fn a_second_process_is_refused() {
    let place = DataDir::fresh();
    let store = place.open().await;
    let refusal = place.refusal();
    let ours = format!("is in use by another switchboard process (pid {})", std::process::id());
    assert!(refusal.to_string().ends_with(&ours), "{refusal}");
    drop(store);
    place.open().await;
}

#[tokio::test]
async fn raw_payloads_are_bounded() {
    let place = DataDir::fresh();
    let store = place.open().await;
    let keep = |number: u64| {
        let body = Bytes::from(number.to_string());
        store.keep_raw("meta".to_owned(), "an unknown field".to_owned(), body, later(number))
    };
    for some in (0..10_010).collect::<Vec<_>>().chunks(1_000) {
        for kept in futures_util::future::join_all(some.iter().copied().map(keep)).await {
            kept.expect("keeps");
        }
    }
    let kept = store.raw_payloads(20_000).await.expect("reads");
    assert_eq!(kept.len(), 10_000);
    assert_eq!((&kept[0].body[..], &kept[9_999].body[..]), (&b"10009"[..], &b"10"[..]), "the oldest went first");
    assert_eq!((kept[0].source.as_str(), kept[0].reason.as_str()), ("meta", "an unknown field"));
}

#[tokio::test]
async fn what_was_accepted_is_written_before_the_store_closes() {
    let place = DataDir::fresh();
    let store = place.open().await;
    let owner = Owner::of(&store, "7", incarnation(1)).await;
    let answer = store.append(owner.next(vec![heard("one")]));
    drop((owner, store));
    assert_eq!(answer.await.expect("appends"), Appended::Done { withdrawn: vec![] });
    assert_eq!(log_of(&*place.open().await, &contact("7")).await, [heard("one")]);
}

#[tokio::test]
async fn a_damaged_snapshot_is_left_aside() {
    let place = DataDir::fresh();
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    let append = Append { snapshot: Some(Default::default()), ..owner.next(vec![heard("one"), heard("two")]) };
    owner.append(append).await.expect("appends");
    place.database().execute("UPDATE snapshot SET body = '{\"v\":2}'", ()).expect("updates");
    let loaded = Owner::of(&store, "7", incarnation(1)).await.loaded;
    assert_eq!((loaded.snapshot, loaded.events.len()), (None, 2));
}

#[tokio::test]
async fn a_dump_shows_every_event_and_its_key() {
    let place = DataDir::fresh();
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    let append = Append { key: Some("in:m1".to_owned()), ..owner.next(vec![heard("one"), bot_said("hello")]) };
    owner.append(append).await.expect("appends");
    owner.say("two").await;
    store.probe(NOW).await.expect("commits");

    let mut dumped = Vec::new();
    sqlite::dump(place.0.path(), |conversation| dumped.push(conversation)).expect("dumps beside the open store");
    assert_eq!(dumped.len(), 1);
    assert_eq!(dumped[0].contact, contact("7"));
    let events: Vec<_> = dumped[0].events.iter().map(|event| (event.logged.seq, event.key.as_deref())).collect();
    assert_eq!(events, [(1, None), (2, Some("in:m1")), (3, None)]);
}
