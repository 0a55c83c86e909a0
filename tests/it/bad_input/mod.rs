//! What nobody should send to a webhook, and somebody will: again and again, too much, out of order, out of time, damaged.
//!
//! Each story is told of every channel. What is genuine is answered 200 whatever it holds; what is refused leaves nothing.

mod lines;
mod web;

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::future::join_all;
use serde_json::json;
use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::event::Event;
use switchboard::node::Node;
use switchboard::ports::bus::NotDone;
use switchboard::ports::clock::{Clock, SystemClock};
use switchboard::ports::store::Contact;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::installation::{Installation, SOON, told_over_each_store};
use crate::support::node::{SetClock, log, metric};
pub use lines::{INSTAGRAM_SECRET, form_signature, instagram_account, telegram_word, whatsapp_signature};
use lines::{LINES, Line, Said, said, tables};

const MIB: usize = 1024 * 1024;

told_over_each_store! { |plan| plan.accounts = super::tables() =>
    what_is_genuine_and_odd_is_answered_and_harms_nobody
    what_is_posted_again_and_again_is_one_message
}

async fn installation() -> Installation {
    Installation::with(|plan| plan.accounts = tables()).await
}

async fn what_is_genuine_and_odd_is_answered_and_harms_nobody(installation: Installation) {
    let node = installation.start().await;
    for line in LINES {
        let mut expected = Vec::new();
        for odd in (line.oddities)() {
            let status = line.post(installation.address(), &odd.body).await;
            assert_eq!(status, 200, "{}: {}", line.channel, odd.what);
            expected.extend(odd.heard);
        }
        assert_eq!(line.post(installation.address(), &line.one(said(77, 9_000_001, "hours"))).await, 200);
        let heard = heard(&node, &line.contact(77)).await;
        let wanted: Vec<&str> = expected.iter().map(|(_, text)| *text).chain(["hours"]).collect();
        assert_eq!(heard, wanted, "{}", line.channel);
        assert_eq!(answers(&node, &line.contact(77)).await.last().map(|text| &text[..11]), Some("We are open"));
    }
    let kept = node.store().raw_payloads(1000).await.expect("kept");
    assert!(kept.len() > 20, "what was not understood is kept: {}", kept.len());
    node.stop().await;
}

async fn what_is_posted_again_and_again_is_one_message(installation: Installation) {
    let mut node = installation.start().await;
    for round in 0..2 {
        for line in LINES {
            let body = line.one(said(5, 1, "hours"));
            let posts = (0..5).map(|_| line.post(installation.address(), &body));
            assert_eq!(join_all(posts).await, [200; 5], "{}, round {round}", line.channel);
        }
        // A replay may come at any time, also to a process that was not there the first time.
        node.stop().await;
        node = installation.start().await;
    }
    for line in LINES {
        assert_eq!(heard(&node, &line.contact(5)).await, ["hours"], "{}", line.channel);
        assert_eq!(answers(&node, &line.contact(5)).await.len(), 1, "{}", line.channel);
    }
    node.stop().await;
}

#[actix_web::test]
async fn a_thousand_events_at_once_are_taken_whole_and_in_order() {
    let installation = installation().await;
    let node = installation.start().await;
    for line in LINES {
        let batch = (0..1000).map(|number| said(number % 40, number, &format!("word {number}"))).collect();
        for bodies in line.all(batch).chunks(100) {
            let posts = bodies.iter().map(|body| line.post(installation.address(), body));
            assert!(join_all(posts).await.iter().all(|status| *status == 200), "{}", line.channel);
        }
        let mut all = 0;
        for who in 0..40 {
            let heard = heard(&node, &line.contact(who)).await;
            let mut numbers: Vec<u64> =
                heard.iter().filter_map(|text| text.strip_prefix("word ")?.parse().ok()).collect();
            if line.batches() {
                assert!(numbers.is_sorted(), "{}: {numbers:?}", line.channel);
            }
            numbers.sort_unstable();
            assert!(numbers.iter().all(|number| number % 40 == who), "{}: {numbers:?}", line.channel);
            all += numbers.len();
        }
        assert_eq!(all, 1000, "{}", line.channel);
    }
    node.stop().await;
}

/// A clock that is wrong, at the provider's or on the way to us: what is said is heard in the order it came.
#[actix_web::test]
async fn moments_that_cannot_be_are_no_reason_to_lose_a_word() {
    let installation = installation().await;
    let node = installation.start().await;
    let moments = [
        json!(1_785_312_004_871_u64),
        json!(1_000_000_000_000_u64),
        json!(1_785_312_004_u64),
        json!(1),
        json!(0),
        json!(-5),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(253_402_300_800_000_u64),
        json!(1.5e300),
        json!("1785312004871"),
        json!("soon"),
        json!(""),
    ];
    for line in LINES {
        for (number, at) in (100..).zip(&moments) {
            let text = format!("at {at}");
            let body = line.one(Said { at: at.clone(), ..said(6, number, &text) });
            assert_eq!(line.post(installation.address(), &body).await, 200, "{}: {at}", line.channel);
        }
        let wanted: Vec<String> = moments.iter().map(|at| format!("at {at}")).collect();
        assert_eq!(heard(&node, &line.contact(6)).await, wanted, "{}", line.channel);
        answers_an_agent(&installation, &node, line, 6).await;
    }
    node.stop().await;
}

#[actix_web::test]
async fn a_machine_whose_clock_is_two_days_wrong_hears_and_answers() {
    const TWO_DAYS: Duration = Duration::from_secs(48 * 60 * 60);
    let behind = SetClock::behind(TWO_DAYS);
    let ahead = SetClock::behind(Duration::ZERO);
    ahead.forward(TWO_DAYS);
    for (number, clock) in [(1, behind), (2, ahead)] {
        let installation = installation().await;
        let node = installation.start_with(clock.clone()).await;
        for line in LINES {
            let body = line.one(Said { at: json!(SystemClock.now().0), ..said(7, number, "hours") });
            assert_eq!(line.post(installation.address(), &body).await, 200);
            let log = log(&node, &line.contact(7)).await;
            assert!(log.iter().any(|logged| matches!(logged.event, Event::BotSaid { .. })), "{}", line.channel);
            // Our own moments are of our own clock, and the log's order is none of the clock's business.
            assert!(log.iter().all(|logged| logged.at <= clock.now()), "{}", line.channel);
            // By a clock that is ahead a channel's day may be over, and then an agent is told so.
            if clock.now() < line.open_until(SystemClock.now()) {
                answers_an_agent(&installation, &node, line, 7).await;
            } else {
                let refused = reply(&installation, &node, line, 7).await;
                assert_eq!(refused.err(), Some(NotDone::Refused(Refusal::WindowClosed)), "{}", line.channel);
            }
        }
        node.stop().await;
    }
}

#[actix_web::test]
async fn ten_megabytes_are_refused_however_they_come() {
    let installation = installation().await;
    let node = installation.start().await;
    for line in LINES {
        let body = vec![b'x'; 10 * MIB];
        let head = line.head(installation.address(), &body, &[("content-length", &body.len().to_string())]);
        assert_eq!(status_of(installation.address(), &head, body).await, 413, "{}: announced", line.channel);
        let chunk = [format!("{:x}\r\n", 64 * 1024).into_bytes(), vec![b'x'; 64 * 1024], b"\r\n".to_vec()].concat();
        let head = line.head(installation.address(), b"", &[("transfer-encoding", "chunked")]);
        assert_eq!(
            status_of(installation.address(), &head, chunk.repeat(160)).await,
            413,
            "{}: in pieces",
            line.channel
        );
        assert_eq!(line.post(installation.address(), &line.one(said(8, 1, "hours"))).await, 200, "{}", line.channel);
    }
    node.stop().await;
}

/// Eight megabytes of nothing in eight kilobytes; and, as harmless as it may be, whatever else is packed.
#[actix_web::test]
async fn what_is_packed_is_refused_unread() {
    let installation = installation().await;
    let node = installation.start().await;
    for line in LINES {
        let plain = line.one(said(9, 1, "hours"));
        for (what, body) in
            [("a bomb", packed(&vec![b' '; 8 * MIB])), ("a message", packed(&plain)), ("no lie", plain.clone())]
        {
            for encoding in ["gzip", "br", "deflate", "gzip, gzip", "x"] {
                let status = line.post_with(installation.address(), &body, &[("content-encoding", encoding)]).await;
                assert_eq!(status, 415, "{}: {what} as {encoding}", line.channel);
            }
        }
        assert_eq!(heard(&node, &line.contact(9)).await, Vec::<String>::new());
        assert_eq!(line.post_with(installation.address(), &plain, &[("content-encoding", "identity")]).await, 200);
        assert_eq!(heard(&node, &line.contact(9)).await, ["hours"], "{}", line.channel);
    }
    assert!(node.store().raw_payloads(10).await.expect("kept").is_empty(), "and nothing of it is kept");
    node.stop().await;
}

/// Millions would need the same: memory has places for so many, and who was used longest ago leaves.
#[actix_web::test]
async fn however_many_strangers_write_memory_holds_a_bounded_number() {
    const MOST: f64 = 64.0;
    let installation = Installation::with(|plan| {
        plan.accounts = tables();
        plan.limits = "conversations_max = 64";
    });
    let installation = installation.await;
    let node = installation.start().await;
    for line in LINES {
        for strangers in (0..300_u64).collect::<Vec<_>>().chunks(20) {
            let bodies: Vec<Vec<u8>> = strangers.iter().map(|who| line.one(said(*who, *who, "hours"))).collect();
            let posts = bodies.iter().map(|body| line.post(installation.address(), body));
            posts_are_taken(line, join_all(posts).await);
            let awake = metric(&installation.get("/metrics").await.text(), "switchboard_conversations_awake");
            assert!(awake <= MOST + 20.0, "{}: {awake} are awake", line.channel);
        }
        // Who had to leave is back with the next word, and nothing of theirs is lost.
        posts_are_taken(line, vec![line.post(installation.address(), &line.one(said(0, 1000, "prices"))).await]);
        assert_eq!(heard(&node, &line.contact(0)).await, ["hours", "prices"], "{}", line.channel);
    }
    let pushed_out = metric(&installation.get("/metrics").await.text(), "switchboard_conversations_pushed_out_total");
    assert!(pushed_out > 500.0, "{pushed_out}");
    node.stop().await;
}

fn posts_are_taken(line: &Line, statuses: Vec<u16>) {
    assert!(statuses.iter().all(|status| *status == 200), "{}: {statuses:?}", line.channel);
}

// --- What came of it ---

/// The words of a contact, in the order of the log, which has no hole.
async fn heard(node: &Node, contact: &Contact) -> Vec<String> {
    let log = log(node, contact).await;
    assert!(log.iter().map(|logged| logged.seq).eq(1..=log.len() as u64), "the log has no hole");
    let said = log.into_iter().filter_map(|logged| match logged.event {
        Event::ContactSaid { heard, .. } => Some(heard.text),
        _ => None,
    });
    said.collect()
}

async fn answers(node: &Node, contact: &Contact) -> Vec<String> {
    let said = log(node, contact).await.into_iter().filter_map(|logged| match logged.event {
        Event::BotSaid { line, .. } => Some(line.text),
        _ => None,
    });
    said.collect()
}

/// The conversation is as alive as any other.
async fn answers_an_agent(installation: &Installation, node: &Node, line: &Line, who: u64) {
    reply(installation, node, line, who).await.unwrap_or_else(|why| panic!("{}: {why}", line.channel));
}

async fn reply(installation: &Installation, node: &Node, line: &Line, who: u64) -> Result<(), NotDone> {
    let agent = installation.ana.agent.clone();
    let reply = Command::Reply { agent, text: "Ana here.".into(), attachment: None, seen: 0, anyway: true };
    node.switchboard.ask(line.contact(who), reply, None).await.map(drop)
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

/// Sends more than is wanted, as far as the server lets us, and reads its answer.
async fn status_of(to: SocketAddr, head: &str, body: Vec<u8>) -> u16 {
    let stream = TcpStream::connect(to).await.expect("a connection");
    let (mut reading, mut writing) = stream.into_split();
    let head = format!("{head}\r\n").into_bytes();
    let writes = tokio::spawn(async move {
        let _ = writing.write_all(&head).await;
        let _ = writing.write_all(&body).await;
        writing
    });
    let mut answer = [0; 12];
    tokio::time::timeout(SOON, reading.read_exact(&mut answer)).await.expect("soon").expect("an answer");
    writes.abort();
    String::from_utf8_lossy(&answer[9..]).parse().expect("a status")
}
