//! Several consoles at once.

use std::collections::HashMap;

use futures_util::future::{join, join_all};
use loadtest::clients::{ConsoleClient, ConsoleFrame};
use serde_json::{Value, json};
use switchboard::domain::event::Event;

use crate::support::installation::{Installation, SOON, contact, conversation};
use crate::support::node::log;

const PSID: &str = "7";

#[actix_web::test]
async fn five_consoles_see_a_burst_of_messages_without_a_hole() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    installation.poster().text(PSID, "hello").await;
    installation.delivered(PSID, 2).await;
    let mut consoles = Vec::new();
    for _ in 0..5 {
        let mut console = installation.console(&installation.ana).await;
        console.watch(&conversation(PSID)).await.unwrap();
        console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
        consoles.push(console);
    }
    let posters = join_all((0..6).map(|poster| {
        let mut from = installation.poster();
        async move {
            for number in 0..50 {
                assert_eq!(from.text(PSID, &format!("message {poster} {number}")).await.1, Some(200));
            }
        }
    }));
    let reading = join_all(consoles.iter_mut().map(|console| read_messages(console, 300)));
    join(posters, reading).await;
    node.stop().await;
}

#[actix_web::test]
async fn an_agent_whose_screen_is_old_is_told_what_was_said_and_decides() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    installation.poster().text(PSID, "I had an accident").await;
    let (mut ana, mut ben) =
        (installation.raw_console(&installation.ana).await, installation.raw_console(&installation.ben).await);
    let seen = log(&node, &contact(PSID)).await.len();
    ana.say(reply(1, "Ana here, are you well?", seen, false)).await;
    ana.next_of("done").await;

    ben.say(reply(1, "Ben here, are you well?", seen, false)).await;
    let refused = ben.next_of("refused").await;
    assert_eq!((&refused["ref"], &refused["code"]), (&json!(1), &json!("superseded")));
    let said: Vec<&Value> = refused["said"].as_array().expect("a list").iter().map(|event| &event["text"]).collect();
    assert_eq!(said, ["Ana here, are you well?"]);

    ben.say(reply(2, "Ben here too.", seen, true)).await;
    assert_eq!(ben.next_of("done").await["ref"], 2);
    let log = log(&node, &contact(PSID)).await.into_iter().filter_map(|logged| match logged.event {
        Event::AgentSaid { text, .. } => Some(text),
        _ => None,
    });
    assert_eq!(log.collect::<Vec<_>>(), ["Ana here, are you well?", "Ben here too."]);
    node.stop().await;
}

#[actix_web::test]
async fn the_same_command_twice_has_one_effect_and_the_same_answer() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    installation.poster().text(PSID, "I had an accident").await;
    let mut wire = installation.raw_console(&installation.ana).await;
    let ask = reply(1, "Ana here.", 100, false);
    wire.say(ask.clone()).await;
    wire.say(ask.clone()).await;
    let (first, second) = (wire.next_of("done").await, wire.next_of("done").await);
    assert_eq!(first, second);
    let mut elsewhere = installation.raw_console(&installation.ana).await;
    elsewhere.say(ask).await;
    assert_eq!(elsewhere.next_of("done").await, first, "on another connection too");
    let said = log(&node, &contact(PSID)).await;
    assert_eq!(said.iter().filter(|logged| matches!(logged.event, Event::AgentSaid { .. })).count(), 1);
    node.stop().await;
}

/// Every reply of these tests has a `cid` of its own, made from its words.
fn reply(reference: u64, text: &str, seen: usize, anyway: bool) -> String {
    let cid = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, text.as_bytes()).to_string();
    let conversation = conversation(PSID);
    let ask = json!({
        "type": "reply", "ref": reference, "conversation": conversation, "cid": cid, "text": text, "seen": seen,
        "anyway": anyway,
    });
    ask.to_string()
}

/// Reads until so many messages of the contact were shown, and wants them without a hole and each once.
async fn read_messages(console: &mut ConsoleClient, count: usize) {
    let mut next = console.seen(&conversation(PSID)) + 1;
    let mut texts: HashMap<String, u64> = HashMap::new();
    while texts.len() < count {
        let frame = console.until(SOON, |frame| matches!(frame, ConsoleFrame::Events { .. })).await.expect("it goes on");
        let ConsoleFrame::Events { events, .. } = frame else { unreachable!() };
        for event in events {
            assert_eq!(event.seq, next);
            next += 1;
            if event.kind == "contact_said" {
                assert_eq!(texts.insert(event.text().to_owned(), event.seq), None, "shown twice: {event:?}");
            }
        }
    }
}
