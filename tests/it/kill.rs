//! `kill -9` at any moment, and what was promised afterwards.

use std::path::Path;

use loadtest::checker::{Evidence, Rules, check};
use loadtest::clients::{Diary, Poster, diary, read_diary};
use loadtest::drill::{Drill, run};
use loadtest::product::APP_SECRET;
use loadtest::provider::{EchoTime, Receipts};

use crate::support::installation::{Installation, SOON, conversation, page};
use crate::support::process::Process;

const PSID: &str = "7392015648120394";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_promised_survives_twenty_kills_at_any_moment() {
    let program = env!("CARGO_BIN_EXE_switchboard");
    let bots = Path::new(env!("CARGO_MANIFEST_DIR")).join("bots");
    let drill = Drill { posters: 6, visitors: 6, life_ms: (200, 1200), ..Drill::new(program, bots) };
    let outcome = run(&drill).await.expect("a drill");
    assert!(outcome.is_clean(), "{outcome}");
}

#[cfg(feature = "failpoints")]
#[actix_web::test]
async fn a_webhook_whose_process_dies_between_the_commit_and_the_answer_is_one_message() {
    let installation = Installation::with(|plan| plan.limits = "reconcile_s = 1").await;
    let diary = diary();
    let mut process = dying(&installation, "conversation-committed=return").await;
    let mut poster = Poster::new(installation.address(), page(), diary.clone());
    let (mid, status) = poster.text(PSID, "hours").await;
    assert_eq!(status, None);
    process.ended().await;

    let process = installation.process().await;
    assert_eq!(poster.post_text(PSID, &mid, "hours").await, Some(200));
    installation.delivered(PSID, 1).await;
    keeps_its_promises(&installation, process, &diary).await;
    assert_eq!(installation.provider.texts_for(PSID).len(), 1);
}

#[cfg(feature = "failpoints")]
#[actix_web::test]
async fn a_command_whose_process_dies_between_the_commit_and_the_answer_has_one_effect() {
    let installation = Installation::with(|plan| plan.limits = "reconcile_s = 1").await;
    let diary = diary();
    // The message with its answer, and the answer sent: the third commit is the command's.
    let mut process = dying(&installation, "conversation-committed=2*off->return").await;
    let mut poster = Poster::new(installation.address(), page(), diary.clone());
    let mut console = installation.console_with(&installation.ana, diary.clone()).await;
    assert_eq!(poster.text(PSID, "hours").await.1, Some(200));
    let here = conversation(PSID);
    console.watch(&here).await.unwrap();
    let sent = |frame: &loadtest::clients::ConsoleFrame| format!("{frame:?}").contains("\"sent\"");
    console.until(SOON, sent).await.unwrap();
    let cid = console.reply(&here, "Ana here.", true).await.unwrap();
    process.ended().await;

    let process = installation.process().await;
    console.connect().await.unwrap();
    assert!(matches!(console.answer_to(&cid, SOON).await.unwrap(), loadtest::clients::Answered::Done { .. }));
    installation.delivered(PSID, 2).await;
    keeps_its_promises(&installation, process, &diary).await;
    assert_eq!(installation.provider.texts_for(PSID)[1..], ["Ana here."]);
}

#[cfg(feature = "failpoints")]
#[actix_web::test]
async fn a_message_whose_answer_was_lost_with_the_process_is_settled_by_its_echo() {
    let installation = Installation::with(|plan| plan.limits = "reconcile_s = 60").await;
    let diary = diary();
    let mut process = dying(&installation, "sender-answered=return").await;
    installation.provider.set_receipts(Some(echoes(&installation)));
    let mut poster = Poster::new(installation.address(), page(), diary.clone());
    poster.text(PSID, "hours").await;
    process.ended().await;
    assert_eq!(state_of_the_only_message(&installation), SENDING, "it was written down before the bytes left");

    let process = installation.process().await;
    poster.text_surely(PSID, "prices", SOON).await.unwrap();
    installation.delivered(PSID, 2).await;
    keeps_its_promises(&installation, process, &diary).await;
    assert_eq!(installation.provider.texts_for(PSID).len(), 2, "nothing arrived twice");
}

#[cfg(feature = "failpoints")]
#[actix_web::test]
async fn a_message_whose_answer_was_lost_with_the_process_is_sent_again_flagged_without_an_echo() {
    let installation = Installation::with(|plan| plan.limits = "reconcile_s = 1").await;
    let diary = diary();
    let mut process = dying(&installation, "sender-answered=return").await;
    let mut poster = Poster::new(installation.address(), page(), diary.clone());
    poster.text(PSID, "hours").await;
    process.ended().await;

    let process = installation.process().await;
    let got = installation.delivered(PSID, 2).await;
    assert_eq!(got[0].metadata, got[1].metadata);
    keeps_its_promises(&installation, process, &diary).await;
}

/// A process that dies where the failpoint says.
#[cfg(feature = "failpoints")]
async fn dying(installation: &Installation, failpoints: &str) -> Process {
    installation.process_with(|command| command.env("FAILPOINTS", failpoints)).await
}

#[cfg(feature = "failpoints")]
fn echoes(installation: &Installation) -> Receipts {
    let app_secret = APP_SECRET.to_owned();
    Receipts { to: installation.address(), app_secret, echo: EchoTime::After, delivery: false, read: false }
}

/// As the outbox numbers its states; what comes after it waits for its conversation.
#[cfg(feature = "failpoints")]
const SENDING: i64 = 2;

#[cfg(feature = "failpoints")]
fn state_of_the_only_message(installation: &Installation) -> i64 {
    let database = installation.data_dir().join("switchboard.db");
    let sql = rusqlite::Connection::open(database).expect("a database");
    sql.query_row("SELECT state FROM outbox", (), |row| row.get(0)).expect("a message on its way")
}

/// Ends the process when nothing moves any more, and holds everything that was promised against what is stored.
#[cfg(feature = "failpoints")]
async fn keeps_its_promises(installation: &Installation, process: Process, diary: &Diary) {
    crate::support::node::eventually("everything comes to rest", async || {
        let open = rusqlite::Connection::open(installation.data_dir().join("switchboard.db")).expect("a database");
        let sql = "SELECT count(*) FROM outbox WHERE state <= ?1";
        (open.query_row(sql, [SENDING], |row| row.get::<_, i64>(0)).expect("counted") == 0).then_some(())
    })
    .await;
    process.end().await;
    let evidence = Evidence {
        store: installation.dump().await,
        clients: vec![read_diary(diary).clone()],
        arrivals: installation.provider.arrivals(),
        rules: Rules::default(),
    };
    let verdict = check(&evidence);
    assert!(verdict.is_clean(), "{verdict}");
}
