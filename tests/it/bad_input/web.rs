//! The same of the web chat, whose visitors talk over websockets, or by requests that wait.

use std::collections::BTreeSet;

use loadtest::http::request_once;
use loadtest::product::{WEBCHAT_ACCOUNT, WEBCHAT_SOCKET};
use serde_json::json;
use switchboard::domain::event::Event;
use switchboard::node::Node;
use switchboard::ports::store::Group;
use tokio_tungstenite::tungstenite::protocol::Message;

use super::{MIB, packed};
use crate::store_contract::props::list;
use crate::support::installation::{Installation, SOON, told_over_each_store};
use crate::support::node::metric;
use crate::support::wire::{Came, Wire};

const ORIGIN: (&str, &str) = ("origin", "https://harbor.example");
const HELLO: &str = r#"{"type":"hello","token":null,"after":null}"#;

told_over_each_store! { |_| {} =>
    what_a_widget_says_that_nobody_can_keep_is_mended
    a_frame_that_comes_again_and_again_is_one_message
}

async fn widget(installation: &Installation) -> Wire {
    let path = format!("{WEBCHAT_SOCKET}{WEBCHAT_ACCOUNT}");
    Wire::open(installation.address(), &path, &[ORIGIN]).await.expect("a widget")
}

async fn greeted(installation: &Installation, token: &serde_json::Value) -> (Wire, serde_json::Value) {
    let mut widget = widget(installation).await;
    widget.say(json!({"type": "hello", "token": token, "after": null}).to_string()).await;
    let welcome = widget.next_of("welcome").await;
    (widget, welcome["token"].clone())
}

fn id(number: usize) -> String {
    format!("0197c1de-0000-7000-8000-{number:012}")
}

/// What the only visitor has said.
async fn heard(node: &Node) -> Vec<String> {
    let there = list(&**node.store(), Group::Bot, 2).await.pop().expect("a conversation").conversation;
    let reading = node.store().read_after(there, 0, 10_000).await.expect("reads").expect("there");
    assert!(reading.events.iter().map(|logged| logged.seq).eq(1..=reading.events.len() as u64), "the log has no hole");
    let said = reading.events.into_iter().filter_map(|logged| match logged.event {
        Event::ContactSaid { heard, .. } => Some(heard.text),
        _ => None,
    });
    said.collect()
}

async fn what_a_widget_says_that_nobody_can_keep_is_mended(installation: Installation) {
    let node = installation.start().await;
    let (mut widget, _) = greeted(&installation, &serde_json::Value::Null).await;
    for (number, text) in (1..).zip([r"a\u0000b", r"a\ud83db", r"\ude00\ud83d", r"\ud83d\ude00"]) {
        widget.say(format!(r#"{{"type":"say","id":"{}","text":"{text}"}}"#, id(number))).await;
        widget.next_of("ack").await;
    }
    // What is looked at and what is known of visitors are kept, too.
    widget.say(r#"{"type":"page","url":"https://harbor.example/\u0000","title":"a\u0000b"}"#).await;
    widget.say(r#"{"type":"set_attributes","values":{"plan":"a\u0000b\ud83d"}}"#).await;
    widget.say(json!({"type": "say", "id": id(9), "text": "hours"}).to_string()).await;
    widget.next_of("ack").await;
    assert_eq!(heard(&node).await, ["a\u{fffd}b", "a\u{fffd}b", "\u{fffd}\u{fffd}", "\u{1f600}", "hours"]);
    node.stop().await;
}

async fn a_frame_that_comes_again_and_again_is_one_message(installation: Installation) {
    let mut node = installation.start().await;
    let (_, token) = greeted(&installation, &serde_json::Value::Null).await;
    let frame = json!({"type": "say", "id": id(1), "text": "hours"}).to_string();
    for _ in 0..2 {
        // Also by another of their tabs, and by a process that was not there the first time.
        for _ in 0..3 {
            let (mut widget, _) = greeted(&installation, &token).await;
            for _ in 0..5 {
                widget.say(frame.clone()).await;
                widget.next_of("ack").await;
            }
        }
        node.stop().await;
        node = installation.start().await;
    }
    assert_eq!(heard(&node).await, ["hours"]);
    node.stop().await;
}

#[actix_web::test]
async fn nonsense_is_refused_in_words_and_the_third_time_with_a_goodbye() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    for nonsense in ["", "null", "0", "[]", "{}", r#""x""#, r#"{"type":"say","id":7,"text":"x"}"#, r#"{"type":null}"#] {
        let (mut widget, _) = greeted(&installation, &serde_json::Value::Null).await;
        for _ in 0..2 {
            widget.say(nonsense).await;
            assert_eq!(widget.next_of("error").await["code"], "unreadable", "{nonsense}");
        }
        widget.say(nonsense).await;
        loop {
            match widget.next().await {
                Came::Frame(_) => {}
                Came::Closed(..) => break,
                Came::Gone => panic!("{nonsense}: without a goodbye"),
            }
        }
    }
    assert_eq!(node.store().count().await.expect("reads")[..3], [0, 0, 0], "nothing of it is kept");
    node.stop().await;
}

#[actix_web::test]
async fn ten_megabytes_and_what_is_packed_are_refused_in_a_frame_and_in_a_poll() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let (mut widget, _) = greeted(&installation, &serde_json::Value::Null).await;
    let _ = widget.try_say("x".repeat(10 * MIB)).await;
    while let Came::Frame(frame) = widget.next().await {
        assert_ne!(frame["type"], "ack");
    }
    let poll = async |body: &[u8], more: &[(&str, &str)]| {
        let headers = [&[ORIGIN, ("content-type", "text/plain")], more].concat();
        let path = format!("/webchat/poll?account={WEBCHAT_ACCOUNT}");
        request_once("POST", installation.address(), &path, &headers, body, SOON).await
    };
    let good = format!(r#"{{"hello":{HELLO},"says":[{{"type":"open"}}],"wait":false}}"#).into_bytes();
    assert_eq!(poll(&good, &[]).await.expect("an answer").status, 200);
    // An answer, or a line that is cut while we still write.
    if let Ok(answer) = poll(&vec![b' '; 10 * MIB], &[]).await {
        assert_eq!(answer.status, 413);
    }
    let bomb = packed(&vec![b' '; 100 * MIB]);
    let status = poll(&bomb, &[("content-encoding", "gzip")]).await.expect("an answer").status;
    assert!(matches!(status, 400 | 413 | 415), "{status}");
    for nonsense in ["", "null", "[]", "{}", r#"{"hello":{"type":"ping"},"says":[],"wait":false}"#, "\u{0}"] {
        assert!((400..500).contains(&poll(nonsense.as_bytes(), &[]).await.expect("an answer").status), "{nonsense}");
    }
    node.stop().await;
}

#[actix_web::test]
async fn however_many_visitors_come_memory_holds_a_bounded_number() {
    let installation = Installation::with(|plan| plan.limits = "conversations_max = 64").await;
    let node = installation.start().await;
    for round in 0..15 {
        for _ in 0..20 {
            let (mut widget, _) = greeted(&installation, &serde_json::Value::Null).await;
            widget.say(json!({"type": "say", "id": id(round), "text": "hours"}).to_string()).await;
            widget.next_of("ack").await;
        }
        let awake = metric(&installation.get("/metrics").await.text(), "switchboard_conversations_awake");
        assert!(awake <= 64.0 + 20.0, "{awake} are awake");
    }
    assert_eq!(node.store().count().await.expect("reads")[..3].iter().sum::<u64>(), 300, "and nobody is lost");
    node.stop().await;
}

/// A thousand frames in one write, while somebody else asks something. What is too much is said so; what is acknowledged is
/// kept, once and in order; and whoever says the rest again, as the widget does, loses nothing.
#[actix_web::test]
async fn a_thousand_frames_at_once_are_bounded_and_nothing_acknowledged_is_lost() {
    const FRAMES: usize = 1000;
    let installation = Installation::new().await;
    let node = installation.start().await;
    let (mut flood, _) = greeted(&installation, &serde_json::Value::Null).await;
    let (mut other, _) = greeted(&installation, &serde_json::Value::Null).await;
    let mut left: Vec<usize> = (0..FRAMES).collect();
    let (mut acknowledged, mut refused, mut first) = (Vec::<String>::new(), 0, true);
    while !left.is_empty() {
        let says = left.iter().map(|number| {
            let frame = json!({"type": "say", "id": id(*number), "text": format!("m {number}")});
            Message::text(frame.to_string())
        });
        flood.send_all(says.collect()).await;
        if std::mem::take(&mut first) {
            other.say(json!({"type": "say", "id": id(0), "text": "hours"}).to_string()).await;
            let (mut acknowledged, mut answered) = (false, false);
            while !(acknowledged && answered) {
                let Came::Frame(frame) = other.next().await else { panic!("others are cut off") };
                acknowledged |= frame["type"] == "ack";
                answered |=
                    frame["events"].as_array().is_some_and(|all| all.iter().any(|one| one["kind"] == "bot_said"));
            }
        }
        let mut answered = 0;
        while answered < left.len() {
            let Came::Frame(frame) = flood.next().await else { panic!("the flood was cut off") };
            match frame["type"].as_str() {
                Some("ack") => acknowledged.push(frame["id"].as_str().expect("an id").to_owned()),
                Some("error") => {
                    assert_eq!((&frame["code"], &frame["again"]), (&json!("too_fast"), &json!(true)));
                    refused += 1;
                }
                _ => continue,
            }
            answered += 1;
        }
        let kept: BTreeSet<&str> = acknowledged.iter().map(String::as_str).collect();
        left.retain(|number| !kept.contains(id(*number).as_str()));
    }
    assert!(refused > 0, "not all of it was taken at once");
    assert_eq!(acknowledged.len(), FRAMES, "each was acknowledged once");
    let mut rows = node.store().list(Group::Bot, 3, Default::default()).await.expect("reads");
    rows.extend(node.store().list(Group::Waiting, 3, Default::default()).await.expect("reads"));
    let mut logs = Vec::new();
    for row in rows {
        let reading = node.store().read_after(row.conversation(), 0, 100_000).await.expect("reads").expect("there");
        let said = reading.events.into_iter().filter_map(|logged| match logged.event {
            Event::ContactSaid { provider_id, .. } => provider_id,
            _ => None,
        });
        logs.push(said.collect::<Vec<_>>());
    }
    logs.sort_by_key(Vec::len);
    let mut kept = logs.pop().expect("their conversation");
    kept.sort();
    acknowledged.sort();
    assert_eq!(kept, acknowledged, "what was acknowledged is in the log, once");
    node.stop().await;
}
