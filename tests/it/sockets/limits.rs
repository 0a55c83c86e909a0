//! What a socket may send, and what it is told when it sends something else.

use serde_json::{Value, json};
use switchboard::domain::command::Command;
use switchboard::domain::event::Event;
use switchboard::ports::store::LoggedEvent;
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::support::installation::{Installation, contact, conversation};
use crate::support::node::{ask, eventually, log};
use crate::support::wire::Came;

#[actix_web::test]
async fn a_frame_over_the_limit_closes_the_socket_with_a_sentence() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut wire = installation.raw_console(&installation.ana).await;
    wire.say("x".repeat(65_537)).await;
    assert_eq!(wire.end().await, Came::Closed(1009, "the frame is over the limit".into()));
    node.stop().await;
}

#[actix_web::test]
async fn a_frame_at_the_limit_is_read() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut wire = installation.raw_console(&installation.ana).await;
    let ping = json!({"type": "ping", "ref": 7, "padding": ""}).to_string();
    wire.say(ping.replace("\"padding\":\"\"", &format!("\"padding\":\"{}\"", "x".repeat(65_536 - ping.len())))).await;
    assert_eq!(wire.next_of("pong").await["ref"], 7);
    node.stop().await;
}

#[actix_web::test]
async fn binary_and_fragmented_messages_are_refused() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let fragment = Frame::message("{\"type\":".as_bytes().to_vec(), OpCode::Data(Data::Text), false);
    for message in [Message::binary(vec![1, 2, 3]), Message::Frame(fragment)] {
        let mut wire = installation.raw_console(&installation.ana).await;
        wire.send(message).await;
        assert_eq!(wire.end().await, Came::Closed(1003, "only whole text frames are understood".into()));
    }
    node.stop().await;
}

#[actix_web::test]
async fn the_third_unreadable_frame_closes_the_socket() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut wire = installation.raw_console(&installation.ana).await;
    for _ in 0..2 {
        wire.say("hello?").await;
        let error = wire.next_of("error").await;
        assert_eq!((&error["ref"], &error["code"]), (&json!(null), &json!("unreadable")));
    }
    wire.say("{").await;
    assert_eq!(wire.end().await, Came::Closed(1008, "too many unreadable frames".into()));
    node.stop().await;
}

#[actix_web::test]
async fn an_unknown_ask_is_answered_by_its_ref_and_harms_nobody() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut wire = installation.raw_console(&installation.ana).await;
    for reference in 1..=5 {
        wire.say(json!({"type": "dance", "ref": reference}).to_string()).await;
        assert_eq!(wire.next_of("error").await["ref"], reference);
    }
    wire.say(json!({"type": "ping", "ref": 6}).to_string()).await;
    assert_eq!(wire.next_of("pong").await["ref"], 6);
    node.stop().await;
}

/// Its newest hundred events did not fit into what may wait for one socket, so the console was closed as slow, came
/// back, asked again, and was closed again.
#[actix_web::test]
async fn a_conversation_of_very_long_messages_can_be_opened_and_resumed() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let (here, agent) = (contact("7"), &installation.ana.agent);
    for _ in 0..100 {
        let note = Command::Note { agent: agent.clone(), text: "x".repeat(10_000) };
        ask(&node, &here, note).await;
    }
    let mut wire = installation.raw_console(&installation.ana).await;
    let conversation = conversation("7");
    wire.say(json!({"type": "watch", "ref": 1, "conversation": conversation, "after": null}).to_string()).await;
    let reset = wire.next_of("reset").await;
    assert_eq!(reset["events"].as_array().map(Vec::len), Some(100));
    let after = json!({"generation": reset["generation"], "seq": 1});
    wire.say(json!({"type": "watch", "ref": 2, "conversation": conversation, "after": after}).to_string()).await;
    assert_eq!(wire.next_of("events").await["events"].as_array().map(Vec::len), Some(99));
    node.stop().await;
}

/// The same with an inbox whose windows are full.
#[actix_web::test]
async fn a_full_inbox_can_be_watched() {
    let installation = Installation::with(|plan| plan.limits = "outbox_bytes_max = 65536").await;
    let node = installation.start().await;
    let agent = &installation.ana.agent;
    for number in 0..150 {
        let here = contact(&format!("contact-{number}"));
        let reply =
            Command::Reply { agent: agent.clone(), text: "x".repeat(200), attachment: None, seen: 0, anyway: true };
        ask(&node, &here, reply).await;
    }
    let mut wire = installation.raw_console(&installation.ana).await;
    let mut rows = 0;
    wire.say(json!({"type": "inbox", "ref": 1, "window": 200}).to_string()).await;
    while rows < 150 {
        rows += wire.next_of("inbox").await["rows"].as_array().map_or(0, Vec::len);
    }
    node.stop().await;
}

#[actix_web::test]
async fn a_reader_who_missed_too_much_starts_afresh() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let here = contact("7");
    for number in 0..600 {
        let note = Command::Note { agent: installation.ana.agent.clone(), text: format!("note {number}") };
        ask(&node, &here, note).await;
    }
    let mut wire = installation.raw_console(&installation.ana).await;
    let conversation = conversation("7");
    let after = json!({"generation": node.store().generation(), "seq": 1});
    wire.say(json!({"type": "watch", "ref": 1, "conversation": conversation, "after": after}).to_string()).await;
    let reset = wire.next_of("reset").await;
    assert_eq!((&reset["events"][0]["seq"], &reset["events"][99]["seq"]), (&json!(501), &json!(600)));
    assert_eq!(reset["more"], true);
    node.stop().await;
}

/// The panel beside a long conversation lacked what was written down of the contact before its loaded part.
#[actix_web::test]
async fn what_is_known_of_a_contact_comes_with_the_newest_part_however_long_ago_it_was_set() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let (here, agent) = (contact("7"), installation.ana.agent.clone());
    let set = |name: &str, value: &str| Command::SetAttribute {
        agent: agent.clone(),
        name: name.to_owned(),
        value: value.to_owned(),
    };
    let note = |text: &str| Command::Note { agent: agent.clone(), text: text.to_owned() };
    for command in [set("city", "Porto"), set("plan", "small"), note("likes blue"), set("plan", "")] {
        ask(&node, &here, command).await;
    }
    for number in 0..150 {
        let reply = Command::Reply {
            agent: agent.clone(),
            text: format!("line {number}"),
            attachment: None,
            seen: 0,
            anyway: true,
        };
        ask(&node, &here, reply).await;
    }
    // What is known is told as of its own moment, at the earliest that of the window: here nothing comes in between.
    eventually("all of them are known to have been sent", async || {
        let sent = |logged: &&LoggedEvent| matches!(logged.event, Event::Sent { .. });
        (log(&node, &here).await.iter().filter(sent).count() == 150).then_some(())
    })
    .await;
    let mut wire = installation.raw_console(&installation.ana).await;
    let watch = |reference: u64, after: Value| {
        json!({"type": "watch", "ref": reference, "conversation": conversation("7"), "after": after}).to_string()
    };
    wire.say(watch(1, Value::Null)).await;
    let reset = wire.next_of("reset").await;
    let about = &reset["about"];
    assert_eq!(about["attributes"], json!([{"name": "city", "value": "Porto"}]));
    assert_eq!((&about["notes"][0]["text"], &about["notes"][0]["seq"]), (&json!("likes blue"), &json!(3)));
    assert_eq!((&about["seq"], &about["pages"]), (&reset["floor"]["seq"], &json!([])));
    assert!(reset["events"][0]["seq"].as_u64() > Some(4));

    // Whoever resumes has it, and hears what changes.
    wire.say(watch(2, json!({"generation": reset["generation"], "seq": about["seq"]}))).await;
    assert!(wire.next_of("events").await.get("about").is_none());
    ask(&node, &here, set("city", "Faro")).await;
    assert_eq!(wire.next_of("events").await["events"][0]["value"], "Faro");
    node.stop().await;
}
