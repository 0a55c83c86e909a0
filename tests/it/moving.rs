//! Moving a whole installation from SQLite to PostgreSQL.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use bytes::Bytes;
use loadtest::checker::{StoredConversation, parse_dump};
use switchboard::adapters::sqlite::{self, SqliteStore};
use switchboard::domain::account::{Account, Channel, WhenUncertain};
use switchboard::domain::ids::{AccountId, AgentId, BotId, DeliveryId};
use switchboard::domain::summary::ModeSummary;
use switchboard::domain::time::Timestamp;
use switchboard::domain::upload::UploadKey;
use switchboard::ports::people::{People, Person, Role};
use switchboard::ports::sessions::Session;
use switchboard::ports::store::{Append, Effect, Group, Store, StrayState};
use switchboard::ports::uploads::{Allowance, Begun, Upload, Uploads};
use tempfile::TempDir;
use uuid::Uuid;

use crate::store_contract::props::{
    NOW, Owner, Place, bot_said, contact, heard, human, incarnation, later, list, log_of, queue,
};
use crate::support::postgres::Schema;

const CONVERSATIONS: usize = 450;

/// An installation with everything that a store can hold.
async fn grown() -> TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Arc::new(SqliteStore::open(dir.path()).expect("opens"));
    let page = AccountId::new("page");
    let account = Account {
        id: page,
        channel: Channel::Messenger,
        name: "Page".to_owned(),
        bot: BotId::new("bot"),
        templates: Vec::new(),
        uncertain: WhenUncertain::Resend,
    };
    store.provision(vec![account]).await.expect("provisions");
    let email = "ana@example.org".to_owned();
    let ana = Person {
        id: AgentId(Uuid::from_u128(7)),
        name: "Ana".to_owned(),
        email,
        role: Role::Admin,
        password_hash: None,
    };
    store.save_person(ana.clone()).await.expect("saves");
    store.open_session(Session::new([1; 32], "Firefox/1", NOW), ana.id, later(1_000)).await.expect("opens");
    store.add_invitation([2; 32], ana.id, later(1_000)).await.expect("adds");
    store.keep_raw("meta".into(), "strange".into(), vec![0, 255].into(), NOW).await.expect("keeps");
    for number in 0..3 {
        upload(&store, number).await;
    }
    futures_util::future::join_all((0..CONVERSATIONS).map(|number| one(&store, number))).await;
    std::fs::write(dir.path().join("visitor.key"), [9; 32]).expect("a key");
    dir
}

/// A file of two parts. The second one was begun, and never came.
async fn upload(store: &SqliteStore, number: u128) {
    let key = UploadKey(Uuid::from_u128(number));
    let allowance = Allowance { owner_files: 9, owner_bytes: 99, account_bytes: 99 };
    let name = format!("{number}.pdf");
    let upload = Upload { key, owner: Uuid::from_u128(7), account: "shop".to_owned(), name, bytes: 6, at: NOW };
    assert_eq!(store.begin_upload(upload, allowance).await.expect("begins"), Begun::Yes);
    if number != 1 {
        store.add_part(key, 0, Bytes::from_static(b"\0\xff1")).await.expect("adds");
        store.add_part(key, 1, Bytes::from(number.to_string())).await.expect("adds");
        store.finish_upload(key).await.expect("finishes");
        let kept = store.keep_uploads(vec![key], Uuid::from_u128(7), "m".to_owned()).await.expect("keeps");
        assert!(kept.is_some());
    }
}

/// A conversation of which everything is different.
async fn one(store: &Arc<SqliteStore>, number: usize) {
    let mut owner = Owner::of(store, &number.to_string(), incarnation(1)).await;
    let snapshot = number.is_multiple_of(3).then(Default::default);
    let deadline = number.is_multiple_of(2).then(|| later(number as u64));
    let effects = vec![queue(1, true), queue(2, false), queue(3, true), Effect::Alert { seq: 3 }];
    let mut append = Append {
        key: Some(format!("in:{number}")),
        snapshot,
        deadline,
        effects: effects.into(),
        ..owner.next(vec![heard("hi\u{0}\u{1f600}"), bot_said("hello"), bot_said("and")])
    };
    if number.is_multiple_of(5) {
        Arc::make_mut(&mut append.summary).mode = human();
    }
    owner.append(append.clone()).await.expect("appends");
    let delivery = DeliveryId { conversation: owner.contact.conversation, seq: 1 };
    store.start_sending(incarnation(1), vec![delivery]).await.expect("starts");
    let next = Append {
        effects: vec![Effect::Shelve { seq: 2 }].into(),
        deadline,
        summary: Arc::new(switchboard::domain::summary::Summary { seq: 4, ..(*append.summary).clone() }),
        ..owner.next(vec![heard("more")])
    };
    owner.append(next).await.expect("appends");
}

fn copying(from: &Path, to: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.arg("copy").arg("--from").arg(format!("sqlite://{}", from.display())).args(["--to", to]);
    command
}

async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output()).await.expect("joined").expect("it runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn refused(from: &Path, to: &str) -> String {
    let output = run(copying(from, to)).await;
    assert!(!output.status.success(), "{}", said(&output));
    said(&output)
}

/// What `switchboard dump` says, in an order that does not depend on the store.
async fn dumped(from: &Path, database: Option<&str>) -> Vec<StoredConversation> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.arg("dump").arg("--data-dir").arg(from);
    command.envs(database.map(|url| ("SWITCHBOARD_DATABASE", url)));
    let output = run(command).await;
    assert!(output.status.success(), "{}", said(&output));
    let mut lines: Vec<&str> = std::str::from_utf8(&output.stdout).expect("text").lines().collect();
    lines.sort_unstable();
    parse_dump(&lines.join("\n")).expect("a dump")
}

/// Both stores give the same answers, and go on the same way.
async fn holds_everything(from: &Path, schema: &Schema) {
    let (before, after) = (dumped(from, None).await, dumped(from, Some(&schema.url())).await);
    assert_eq!(before.len(), CONVERSATIONS);
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
    let old = SqliteStore::open(from).expect("opens");
    let new = schema.open().await;
    assert_ne!(old.generation(), new.generation(), "positions that clients remember are not of the copy");
    assert_eq!(old.count().await.unwrap(), new.count().await.unwrap());
    let names =
        |rows: Vec<switchboard::domain::summary::Summary>| rows.into_iter().map(|row| row.name).collect::<Vec<_>>();
    let of_humans = list(&*new, Group::Human, 1_000).await;
    assert!(
        of_humans.len() == CONVERSATIONS / 5
            && of_humans.iter().all(|row| matches!(row.mode, ModeSummary::Human { .. }))
    );
    let (mut ours, mut theirs) = (names(of_humans), names(list(&old, Group::Human, 1_000).await));
    ours.sort_unstable();
    theirs.sort_unstable();
    assert_eq!(ours, theirs);
    let page = || AccountId::new("page");
    assert_eq!(old.queued(page(), 0, 10_000).await.unwrap(), new.queued(page(), 0, 10_000).await.unwrap());
    let strays = new.strays(NOW, incarnation(2), 10_000).await.unwrap();
    assert_eq!(strays.iter().filter(|stray| matches!(stray.state, StrayState::Sending { .. })).count(), CONVERSATIONS);
    assert_eq!(old.due(later(9_999), 10_000).await.unwrap().len(), new.due(later(9_999), 10_000).await.unwrap().len());
    let due = old.take_alerts(NOW, later(9), 10_000).await.unwrap();
    assert_eq!(due.len(), CONVERSATIONS);
    assert_eq!(new.take_alerts(NOW, later(9), 10_000).await.unwrap().len(), CONVERSATIONS);
    assert_eq!(new.session([1; 32], NOW).await.unwrap().map(|person| person.name).as_deref(), Some("Ana"));
    assert!(new.invitation([2; 32], NOW).await.unwrap().is_some());
    assert_eq!(old.raw_payloads(9).await.unwrap(), new.raw_payloads(9).await.unwrap());
    assert_eq!(new.secret("visitor.key", vec![0; 32]).await.unwrap(), [9; 32]);
    for number in 0..3 {
        let key = UploadKey(Uuid::from_u128(number));
        assert_eq!(old.upload(key).await.unwrap(), new.upload(key).await.unwrap());
        assert_eq!(new.upload(key).await.unwrap().is_some(), number != 1);
        assert_eq!(old.part(key, 1).await.unwrap(), new.part(key, 1).await.unwrap());
        assert_eq!(new.part(key, 1).await.unwrap().is_some(), number != 1);
    }
    goes_on(&new).await;
}

async fn goes_on(new: &Arc<switchboard::adapters::postgres::PostgresStore>) {
    let mut owner = Owner::of(new, "30", incarnation(3)).await;
    assert_eq!((owner.loaded.token.epoch, owner.seq, owner.loaded.snapshot.is_some()), (2, 4, true));
    owner.act(vec![Effect::Requeue { seq: 2, at: Timestamp(5), flagged: true }, queue(5, false)]).await;
    let queued = new.queued(AccountId::new("page"), 0, 10_000).await.unwrap();
    let of_it: Vec<_> =
        queued.iter().filter(|queued| queued.contact == contact("30")).map(|queued| queued.seq).collect();
    assert_eq!(of_it, [2, 3, 5]);
    assert_eq!(queued.last().map(|queued| queued.seq), Some(5), "new numbers come after all that were copied");
    assert_eq!(log_of(&**new, &contact("30")).await.len(), 5);
    new.keep_raw("meta".into(), "again".into(), vec![1].into(), NOW).await.expect("gets a number of its own");
}

#[tokio::test]
async fn a_copy_holds_everything() {
    let (from, schema) = (grown().await, Schema::fresh().await);
    let output = run(copying(from.path(), &schema.url())).await;
    assert!(output.status.success(), "{}", said(&output));
    let said = said(&output);
    let lines = |title: &str| said.lines().any(|line| line.contains(title) && line.ends_with("equal"));
    assert!(lines("conversations") && lines("messages kept") && lines("sign-ins"), "{said}");
    holds_everything(from.path(), &schema).await;
    let again = refused(from.path(), &schema.url()).await;
    assert!(again.contains("the target holds channel accounts already"), "{again}");
}

/// Killed after each portion, and begun again, until it is through.
#[cfg(feature = "failpoints")]
#[tokio::test]
async fn a_copy_that_is_killed_goes_on_where_it_was() {
    let (from, schema) = (grown().await, Schema::fresh().await);
    let mut runs = 0;
    loop {
        let mut command = copying(from.path(), &schema.url());
        command.env("FAILPOINTS", "copy-taken=1*off->return");
        let output = run(command).await;
        runs += 1;
        if output.status.success() {
            break;
        }
        let output = said(&output);
        assert!(runs == 1 || output.contains("Going on after"), "{output}");
        assert!(runs < 20, "{output}");
        let half = refused_to_open(&schema).await;
        assert!(half.contains("a copy into the database has not come to its end"), "{half}");
    }
    assert!(runs > 2, "it was never killed");
    holds_everything(from.path(), &schema).await;
}

/// At any moment, from before the first row to the comparison.
#[tokio::test]
async fn a_copy_that_is_killed_at_any_moment_goes_on_where_it_was() {
    let (from, schema) = (grown().await, Schema::fresh().await);
    for kill in 0..8 {
        let mut child =
            copying(from.path(), &schema.url()).stdout(std::process::Stdio::null()).spawn().expect("starts");
        tokio::time::sleep(std::time::Duration::from_millis(60 * (kill + 1))).await;
        let ended = child.try_wait().expect("asks");
        child.kill().expect("kills");
        child.wait().expect("waits");
        if ended.is_some_and(|status| status.success()) {
            return holds_everything(from.path(), &schema).await;
        }
    }
    let output = run(copying(from.path(), &schema.url())).await;
    let finished = output.status.success() || said(&output).contains("already");
    assert!(finished, "{}", said(&output));
    holds_everything(from.path(), &schema).await;
}

#[cfg(feature = "failpoints")]
async fn refused_to_open(schema: &Schema) -> String {
    let address = switchboard::adapters::postgres::Address::parse(&schema.url()).expect("an address");
    let clock = Arc::new(switchboard::ports::clock::SystemClock);
    let io = tokio::runtime::Handle::current();
    match switchboard::adapters::postgres::PostgresStore::open(&address, io, clock).await {
        Ok(_) => panic!("it opens"),
        Err(refusal) => refusal.to_string(),
    }
}

#[tokio::test]
async fn a_source_in_use_is_refused() {
    let (from, schema) = (grown().await, Schema::fresh().await);
    let store = SqliteStore::open(from.path()).expect("opens");
    let refusal = refused(from.path(), &schema.url()).await;
    assert!(refusal.contains("is in use by another switchboard process"), "{refusal}");
    drop(store);
    assert!(run(copying(from.path(), &schema.url())).await.status.success());
}

#[tokio::test]
async fn a_target_with_other_data_is_refused() {
    let (from, schema) = (grown().await, Schema::fresh().await);
    let store = schema.open().await;
    Owner::of(&store, "7", incarnation(1)).await.say("one").await;
    drop(store);
    let refusal = refused(from.path(), &schema.url()).await;
    assert!(refusal.contains("the target holds conversations already"), "{refusal}");
    assert_eq!(log_of(&*schema.open().await, &contact("7")).await.len(), 1, "it is left alone");
}

/// Half of the old and half of the new would be neither.
#[cfg(feature = "failpoints")]
#[tokio::test]
async fn a_source_that_was_used_since_the_copy_began_is_refused() {
    let (from, schema) = (grown().await, Schema::fresh().await);
    let mut command = copying(from.path(), &schema.url());
    command.env("FAILPOINTS", "copy-taken=1*off->return");
    assert!(!run(command).await.status.success());
    let store = Arc::new(SqliteStore::open(from.path()).expect("opens"));
    Owner::of(&store, "7", incarnation(9)).await.say("one more").await;
    drop(store);
    let refusal = refused(from.path(), &schema.url()).await;
    assert!(refusal.contains("the source has been used since this one began"), "{refusal}");
}

#[tokio::test]
async fn what_cannot_be_copied_is_told_in_words() {
    let (empty, schema) = (tempfile::tempdir().expect("a directory"), Schema::fresh().await);
    let none = refused(empty.path(), &schema.url()).await;
    assert!(none.contains("there is no database in"), "{none}");
    assert!(!empty.path().join(sqlite::FILE_NAME).exists(), "and none is made");
    let back = refused(Path::new("/"), "mysql://ana:hunter2@db/chat").await;
    assert!(back.contains("must begin with postgres://") && !back.contains("hunter2"), "{back}");
}
