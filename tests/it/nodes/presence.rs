//! Who is there and who writes is seen on every node, by those who may see it, and forgotten by itself.

use std::time::Duration;

use loadtest::clients::{ConsoleClient, ConsoleFrame, VisitorFrame, WebchatClient};
use serde_json::json;
use tokio::time::Instant;

use super::props::watch;
use crate::support::installation::SOON;
use crate::support::nodes::{Member, Nodes};

/// Until the console is told that somebody does so; which screen of theirs, and for how long it holds.
async fn sees(console: &mut ConsoleClient, who: &str, name: Option<&str>, does: &str) -> (String, u64) {
    let wanted = |frame: &ConsoleFrame| match frame {
        ConsoleFrame::Presence { who: w, name: n, does: d, .. } => w == who && n.as_deref() == name && d == does,
        _ => false,
    };
    match console.until(SOON, wanted).await {
        Ok(ConsoleFrame::Presence { screen, lasts, .. }) => (screen, lasts),
        other => panic!("{who} {name:?} {does}: {other:?}"),
    }
}

async fn typing(console: &mut ConsoleClient, conversation: &str) {
    console.ask(json!({"type": "typing", "conversation": conversation})).await.expect("sent");
}

/// A visitor who has begun, and the conversation.
async fn visitor_of(nodes: &Nodes, at: &Member) -> (WebchatClient, String) {
    let mut visitor = at.visitor().await;
    let id = visitor.say("hours").await.unwrap();
    visitor.until_acked(&id, SOON).await.unwrap();
    let mut console = at.console(&nodes.installation.ana).await;
    console.inbox(50).await.unwrap();
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Inbox { rows, .. } if !rows.is_empty())).await.unwrap();
    let conversation = console.rows.keys().next().expect("a row").clone();
    (visitor, conversation)
}

#[actix_web::test]
async fn agents_on_two_nodes_see_each_other_and_the_visitor_who_sees_them_write() {
    let nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    let (mut visitor, conversation) = visitor_of(&nodes, &one).await;
    let mut ana = one.console(&nodes.installation.ana).await;
    watch(&mut ana, &conversation).await;
    let mut ben = other.console(&nodes.installation.ben).await;
    watch(&mut ben, &conversation).await;
    let (ana_name, ben_name) = (&nodes.installation.ana.agent.name, &nodes.installation.ben.agent.name);

    // Who comes is seen, and sees who was there.
    let (screen, lasts) = sees(&mut ana, "agent", Some(ben_name), "views").await;
    assert_eq!(lasts, 30_000, "a node that dies takes its agents with it");
    sees(&mut ben, "agent", Some(ana_name), "views").await;

    visitor.send(&json!({"type": "typing"})).await.unwrap();
    assert_eq!(sees(&mut ben, "contact", None, "types").await.1, 6_000);
    typing(&mut ben, &conversation).await;
    assert_eq!(sees(&mut ana, "agent", Some(ben_name), "types").await.0, screen);
    let typing_frame = |frame: &VisitorFrame| matches!(frame, VisitorFrame::Typing { .. });
    let VisitorFrame::Typing { person, lasts } = visitor.until(SOON, typing_frame).await.unwrap() else { panic!() };
    assert_eq!((person.as_deref(), lasts), (Some(ben_name.as_str()), 6_000));

    // A socket that breaks is a screen that has left, at once.
    ben.cut();
    assert_eq!(sees(&mut ana, "agent", Some(ben_name), "left").await.0, screen);
    let log = nodes.log(&nodes.store.contact(conversation.parse().unwrap()).await.unwrap().unwrap()).await;
    assert!(log.len() < 10, "nothing of it is stored: {log:#?}");
    one.node.stop().await;
    other.node.stop().await;
}

/// Signs in front of a message that is seen are counted: so no wait decides how many there were.
#[actix_web::test]
async fn who_types_fast_is_shown_once_and_only_where_it_is_watched() {
    let nodes = Nodes::new().await;
    let one = nodes.start().await;
    let (mut visitor, conversation) = visitor_of(&nodes, &one).await;
    let mut ana = one.console(&nodes.installation.ana).await;
    watch(&mut ana, &conversation).await;
    ana.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    let mut ben = one.console(&nodes.installation.ben).await;
    typing(&mut ben, &conversation).await;
    let since = Instant::now();
    for _ in 0..50 {
        visitor.send(&json!({"type": "typing"})).await.unwrap();
    }
    visitor.say("hours again").await.unwrap();
    let (mut contact, mut agents) = (0, 0);
    loop {
        match ana.next(SOON).await.unwrap().expect("the words are seen") {
            ConsoleFrame::Presence { who, .. } if who == "contact" => contact += 1,
            ConsoleFrame::Presence { .. } => agents += 1,
            ConsoleFrame::Events { events, .. } if events.iter().any(|event| event.text() == "hours again") => break,
            _ => {}
        }
    }
    let most = 1 + since.elapsed().as_secs() / 2;
    assert!((1..=most).contains(&contact), "{contact} of 50, and {most} at most");
    assert_eq!(agents, 0, "who does not watch is not there");

    // Left behind by its agent, the conversation hears so.
    ana.unwatch(&conversation).await.unwrap();
    ana.until(SOON, |frame| matches!(frame, ConsoleFrame::Ok { .. })).await.unwrap();
    watch(&mut ben, &conversation).await;
    ben.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    let seen = ben.until(Duration::from_millis(300), |frame| matches!(frame, ConsoleFrame::Presence { .. })).await;
    assert!(seen.is_err(), "{seen:?}");
    one.node.stop().await;
}

/// Nobody says that they have left. Whoever was there knows how long the last sign holds; who comes is not told of them.
#[actix_web::test]
async fn who_was_with_a_node_that_died_is_shown_to_nobody_who_comes_and_soon_forgotten_by_who_was_there() {
    let nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    let (_visitor, conversation) = visitor_of(&nodes, &one).await;
    let mut ana = one.console(&nodes.installation.ana).await;
    watch(&mut ana, &conversation).await;
    let mut ben = other.console(&nodes.installation.ben).await;
    watch(&mut ben, &conversation).await;
    let (ana_name, ben_name) = (nodes.installation.ana.agent.name.clone(), nodes.installation.ben.agent.name.clone());
    let (screen, views) = sees(&mut ana, "agent", Some(&ben_name), "views").await;
    typing(&mut ben, &conversation).await;
    let (_, types) = sees(&mut ana, "agent", Some(&ben_name), "types").await;
    assert!(views <= 30_000 && types <= 6_000, "{views} and {types} ms");

    other.die().await;
    // Their console goes to another node, and is another screen there.
    let mut again = one.console(&nodes.installation.ben).await;
    watch(&mut again, &conversation).await;
    let came = |frame: &ConsoleFrame| matches!(frame, ConsoleFrame::Presence { screen: shown, does, .. } if *shown != screen && does == "views");
    ana.until(SOON, came).await.expect("the screen that came is seen");
    again.cut();
    sees(&mut ana, "agent", Some(&ben_name), "left").await;

    let mut late = one.console(&nodes.installation.ben).await;
    watch(&mut late, &conversation).await;
    loop {
        match late.next(SOON).await.unwrap().expect("Ana shows that she is there") {
            ConsoleFrame::Presence { name: Some(name), .. } if name == ana_name => break,
            ConsoleFrame::Presence { screen: shown, .. } => assert_ne!(shown, screen, "the dead are shown"),
            _ => {}
        }
    }
    one.node.stop().await;
}
