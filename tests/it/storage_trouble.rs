//! A disk that takes no more: everybody is told, nothing is lost, and it mends itself when the disk does.

use std::process::Command;
use std::time::Duration;

use loadtest::checker::StoredConversation;
use loadtest::clients::{Answered, ConsoleFrame, Event, VisitorFrame};
use loadtest::provider::{Rule, Then};

use crate::support::installation::{Installation, SOON, conversation};
use crate::support::node::eventually;
use crate::support::process::Process;

#[actix_web::test]
async fn when_nothing_can_be_written_everybody_is_told_and_afterwards_nothing_is_missing() {
    let installation = Installation::new().await;
    let process = installation.process().await;
    let mut poster = installation.poster();
    let mut visitor = installation.visitor().await;
    let mut console = installation.console(&installation.ana).await;
    assert_eq!(poster.text("7", "hours before").await.1, Some(200));
    let before = visitor.say("hello before").await.unwrap();
    visitor.until_acked(&before, SOON).await.unwrap();

    let conversation = conversation("7");
    console.watch(&conversation).await.unwrap();
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();

    limit_files(&process, "1");
    let (mid, status) = poster.text("7", "hours during").await;
    assert_eq!(status, Some(503), "the provider comes again");
    console
        .until(SOON, |frame| matches!(frame, ConsoleFrame::Trouble { code, .. } if code == "storage"))
        .await
        .unwrap();
    let during = visitor.say("hello during").await.unwrap();
    let refused =
        |frame: &VisitorFrame| matches!(frame, VisitorFrame::Error { id: Some(id), again: true, .. } if *id == during);
    visitor.until(SOON, refused).await.unwrap();
    let cid = console.reply(&conversation, "Ana during", true).await.unwrap();
    let answer = console.answer_to(&cid, SOON).await.unwrap();
    assert!(matches!(answer, Answered::Trouble { ref code, .. } if code == "unavailable"), "{answer:?}");
    assert_eq!(process.status("/health/ready").await, Some(503));
    assert_eq!(process.status("/health/live").await, Some(200));

    limit_files(&process, "unlimited");
    eventually("it is ready again", async || process.is_ready().await.then_some(())).await;
    let over = |frame: &ConsoleFrame| matches!(frame, ConsoleFrame::TroubleOver { code } if code == "storage");
    console.until(SOON, over).await.expect("the trouble is over");
    for _ in 0..2 {
        assert_eq!(poster.post_text("7", &mid, "hours during").await, Some(200));
    }
    visitor.connect().await.unwrap();
    visitor.until_acked(&during, SOON).await.unwrap();
    // Otherwise taking over would cancel it.
    installation.delivered("7", 2).await;
    console.ask_again().await.unwrap();
    assert!(matches!(console.answer_to(&cid, SOON).await.unwrap(), Answered::Done { .. }));
    installation.delivered("7", 3).await;
    process.end().await;

    let store = installation.dump().await;
    for text in ["hours before", "hours during", "hello before", "hello during"] {
        assert_eq!(said(&store, "contact_said", text), 1, "“{text}”");
    }
    assert_eq!(said(&store, "agent_said", "Ana during"), 1);
}

#[actix_web::test]
async fn what_became_of_a_message_is_not_forgotten_while_nothing_can_be_written() {
    let installation = Installation::with(|plan| plan.limits = "reconcile_s = 1").await;
    let process = installation.process().await;
    installation.provider.rule(Rule::next(1, Then::Delay { millis: 1000 }));
    assert_eq!(installation.poster().text("7", "hours").await.1, Some(200));
    installation.delivered("7", 1).await;
    limit_files(&process, "1");
    eventually("the answer meets the trouble", async || (!process.is_ready().await).then_some(())).await;
    limit_files(&process, "unlimited");
    let mut console = installation.console(&installation.ana).await;
    console.watch(&conversation("7")).await.unwrap();
    let sent = |event: &Event| event.kind == "delivery" && event.str("state") == "sent";
    console.until_event(&conversation("7"), SOON, sent).await.expect("it is told in the end");
    assert!(installation.provider.wait_quiet(Duration::from_millis(1500), SOON).await);
    assert_eq!(installation.provider.counts().arrived, 1, "and not sent twice");
    process.end().await;
}

/// The log was a file on the same disk, and the library that writes it panicked over every line that did not fit:
/// conversations died of it and were left to people, and the node went on calling itself ready.
#[actix_web::test]
async fn a_log_on_the_full_disk_harms_nobody() {
    let installation = Installation::new().await;
    let served = installation.command();
    let mut logged = Command::new("sh");
    logged.args(["-c", "exec \"$0\" \"$@\" 2>>\"$LOG\""]).arg(served.get_program()).args(served.get_args());
    logged.env("LOG", installation.dir.path().join("log"));
    let process = installation.process_of(logged).await;
    let mut poster = installation.poster();
    limit_files(&process, "1");
    let (mid, _) = poster.text("7", "hours").await;
    for _ in 0..5 {
        assert_eq!(poster.post_text("7", &mid, "hours").await, Some(503));
    }
    assert_eq!(process.status("/health/ready").await, Some(503));
    limit_files(&process, "unlimited");
    eventually("it is ready again", async || process.is_ready().await.then_some(())).await;
    assert_eq!(poster.post_text("7", &mid, "hours").await, Some(200));
    installation.delivered("7", 1).await;
    process.end().await;
}

#[actix_web::test]
async fn a_second_process_on_the_same_data_is_refused_and_told_who_is_first() {
    let installation = Installation::new().await;
    let process = installation.process().await;
    let mut second = installation.command();
    let second = tokio::task::spawn_blocking(move || second.output()).await.unwrap().unwrap();
    assert!(!second.status.success());
    let words = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(words.contains(&format!("pid {}", process.pid())), "{words}");
    assert!(process.is_ready().await, "the first is not disturbed");
    process.end().await;
}

/// No file of the process can grow beyond so many bytes: as near to a full disk as an ordinary user comes.
fn limit_files(process: &Process, bytes: &str) {
    let pid = process.pid().to_string();
    let status = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:")]).status();
    assert!(status.expect("prlimit is there").success());
}

fn said(store: &[StoredConversation], kind: &str, text: &str) -> usize {
    let events = store.iter().flat_map(|conversation| &conversation.events);
    events.filter(|stored| stored.kind() == kind && stored.event.text() == text).count()
}
