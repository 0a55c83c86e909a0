//! Words reach everyone, whichever node they came to.

use futures_util::future::join_all;
use loadtest::clients::ConsoleFrame;
use switchboard::domain::command::Command;
use switchboard::domain::event::Event;
use switchboard::domain::message::Heard;

use super::props::{count, has_no_hole, heard, sees, watch};
use crate::support::installation::{SOON, contact, conversation};
use crate::support::nodes::Nodes;

const PSID: &str = "7";

fn hear(text: &str) -> (Command, Option<String>) {
    let heard = Heard::text(text);
    let command = Command::Hear { heard, provider_id: Some(text.to_owned()), provider_at: None, name: None };
    (command, Some(format!("in:{text}")))
}

#[actix_web::test]
async fn a_conversation_asked_on_every_node_at_once_has_one_owner_and_one_log() {
    let nodes = Nodes::new().await;
    let members = [nodes.start().await, nodes.start().await, nodes.start().await];
    let texts: Vec<String> = (0..60).map(|number| format!("word {number}")).collect();
    let asked = texts.iter().enumerate().map(|(number, text)| {
        let (command, key) = hear(text);
        members[number % 3].node.switchboard.ask(contact(PSID), command, key)
    });
    let answers = join_all(asked).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let log = nodes.log(&contact(PSID)).await;
    assert!(has_no_hole(&log));
    let mut all = heard(&log);
    all.sort_unstable();
    let mut wanted: Vec<&str> = texts.iter().map(String::as_str).collect();
    wanted.sort_unstable();
    assert_eq!(all, wanted);
    for member in members {
        member.node.stop().await;
    }
}

#[actix_web::test]
async fn the_same_webhook_on_three_nodes_is_one_event() {
    let nodes = Nodes::new().await;
    let members = [nodes.start().await, nodes.start().await, nodes.start().await];
    let asked = (0..60).map(|number| {
        let (command, key) = hear("hello");
        members[number % 3].node.switchboard.ask(contact(PSID), command, key)
    });
    let answers = join_all(asked).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(heard(&nodes.log(&contact(PSID)).await), ["hello"]);
    for member in members {
        member.node.stop().await;
    }
}

#[actix_web::test]
async fn an_agent_on_another_node_sees_what_the_customer_says_takes_over_and_the_bot_is_silent_at_once() {
    let nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    let mut poster = one.poster();
    assert_eq!(poster.text(PSID, "hours").await.1, Some(200));
    nodes.installation.delivered(PSID, 1).await;

    let mut console = other.console(&nodes.installation.ana).await;
    watch(&mut console, &conversation(PSID)).await;
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    assert_eq!(poster.text(PSID, "and on Sunday?").await.1, Some(200));
    sees(&mut console, &conversation(PSID), "contact_said", "and on Sunday?").await;

    let cid = console.reply(&conversation(PSID), "I am Ana", true).await.unwrap();
    console.answer_to(&cid, SOON).await.unwrap();
    assert_eq!(poster.text(PSID, "hours").await.1, Some(200));
    sees(&mut console, &conversation(PSID), "contact_said", "hours").await;
    let log = nodes.log(&contact(PSID)).await;
    let taken = log.iter().position(|logged| matches!(logged.event, Event::TakenOver { .. })).expect("taken over");
    assert_eq!(count(&log[taken..], |event| matches!(event, Event::BotSaid { .. })), 0, "{log:#?}");
    assert!(has_no_hole(&log));
    let arrivals = nodes.installation.delivered(PSID, count(&log, is_ours)).await;
    assert!(arrivals.iter().any(|arrival| format!("{arrival:?}").contains("I am Ana")));
    one.node.stop().await;
    other.node.stop().await;
}

fn is_ours(event: &Event) -> bool {
    matches!(event, Event::BotSaid { .. } | Event::AgentSaid { .. })
}

#[actix_web::test]
async fn a_visitor_on_one_node_and_an_agent_on_another_talk() {
    let nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    let mut visitor = one.visitor().await;
    let mut console = other.console(&nodes.installation.ana).await;
    console.inbox(50).await.unwrap();
    visitor.say("I had an accident").await.unwrap();
    visitor.until_event(SOON, |event| event.kind == "waiting").await.unwrap();
    // The list of the other node hears of it.
    let in_list = |frame: &ConsoleFrame| match frame {
        ConsoleFrame::Inbox { rows, .. } => rows.iter().any(|row| row.mode() == "waiting"),
        _ => false,
    };
    console.until(SOON, in_list).await.unwrap();
    let talk = console.rows.iter().find(|(_, row)| row.mode() == "waiting").expect("a row").0.clone();
    watch(&mut console, &talk).await;
    let cid = console.reply(&talk, "I am Ana", true).await.unwrap();
    console.answer_to(&cid, SOON).await.unwrap();
    visitor.until_event(SOON, |event| event.text().contains("I am Ana")).await.unwrap();
    visitor.say("thank you").await.unwrap();
    sees(&mut console, &talk, "contact_said", "thank you").await;
    one.node.stop().await;
    other.node.stop().await;
}

/// Nothing else would ever say that it is not there any more.
#[cfg(feature = "failpoints")]
#[actix_web::test]
async fn what_was_closed_unheard_leaves_the_lists_of_other_nodes() {
    let nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    assert_eq!(one.poster().text(PSID, "I had an accident").await.1, Some(200));
    let mut console = other.console(&nodes.installation.ana).await;
    console.inbox(50).await.unwrap();
    let talk = conversation(PSID);
    let listed = |frame: &ConsoleFrame| matches!(frame, ConsoleFrame::Inbox { rows, .. } if !rows.is_empty());
    console.until(SOON, listed).await.unwrap();

    fail::cfg("bus-heard", "return").unwrap();
    let close = Command::Close { agent: nodes.installation.ana.agent.clone() };
    one.node.switchboard.ask(contact(PSID), close, None).await.unwrap();
    let left = |frame: &ConsoleFrame| matches!(frame, ConsoleFrame::Inbox { gone, .. } if gone.contains(&talk));
    console.until(SOON, left).await.unwrap();
    fail::cfg("bus-heard", "off").unwrap();
    one.node.stop().await;
    other.node.stop().await;
}

#[actix_web::test]
async fn a_console_resumes_on_another_node_where_it_was_on_the_first() {
    let nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    let mut poster = one.poster();
    poster.text(PSID, "hours").await;
    let mut console = one.console(&nodes.installation.ana).await;
    watch(&mut console, &conversation(PSID)).await;
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    let seen = console.seen(&conversation(PSID));
    console.cut();
    poster.text(PSID, "while you were away").await;

    console.move_to(other.node.address);
    console.connect().await.unwrap();
    let frame = console.until(SOON, |frame| matches!(frame, ConsoleFrame::Events { .. } | ConsoleFrame::Reset { .. }));
    let ConsoleFrame::Events { events, .. } = frame.await.unwrap() else { panic!("it starts afresh") };
    assert_eq!(events.first().map(|event| event.seq), Some(seen + 1));
    one.node.stop().await;
    other.node.stop().await;
}
