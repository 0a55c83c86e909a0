//! Conversations leave the memory when nobody uses them, and nobody notices.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use loadtest::clients::ConsoleFrame;
use switchboard::domain::event::Event;

use crate::support::installation::{Installation, SOON, contact, conversation};
use crate::support::node::{eventually, log, metric};

const CONTACTS: u64 = 40;
const LINES: u64 = 6;

/// Messages come just when a conversation is about to leave.
#[actix_web::test]
async fn conversations_that_fall_asleep_between_messages_lose_none() {
    let installation = Installation::with(|plan| plan.limits = "passivate_after_s = 1").await;
    let node = installation.start().await;
    let talk = (0..CONTACTS).map(|number| {
        let mut poster = installation.poster();
        async move {
            for line in 0..LINES {
                let status = poster.text(&format!("contact-{number}"), &format!("hours {line}")).await.1;
                assert_eq!(status, Some(200));
                tokio::time::sleep(Duration::from_millis(900 + number * 11)).await;
            }
        }
    });
    join_all(talk).await;
    for number in 0..CONTACTS {
        let name = format!("contact-{number}");
        installation.delivered(&name, LINES as usize).await;
        let said: Vec<_> = log(&node, &contact(&name)).await.into_iter().filter_map(words).collect();
        assert_eq!(said, (0..LINES).map(|line| format!("hours {line}")).collect::<Vec<_>>());
        let ids = installation.provider.accepted_for(&name);
        let ids: BTreeSet<_> = ids.iter().map(|arrival| arrival.metadata.as_deref()).collect();
        assert_eq!(ids.len(), LINES as usize, "each answer once");
    }
    node.stop().await;
}

#[actix_web::test]
async fn whoever_watches_a_sleeping_conversation_sees_it_wake() {
    let installation = Installation::with(|plan| plan.limits = "passivate_after_s = 1").await;
    let process = installation.process().await;
    let mut poster = installation.poster();
    poster.text("7", "hours").await;
    let mut console = installation.console(&installation.ana).await;
    console.watch(&conversation("7")).await.unwrap();
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    let awake = async || metric(&installation.get("/metrics").await.text(), "switchboard_conversations_awake");
    eventually("it falls asleep", async || (awake().await == 0.0).then_some(())).await;
    poster.text("7", "prices").await;
    let asked = |event: &loadtest::clients::Event| event.kind == "contact_said" && event.text() == "prices";
    console.until_event(&conversation("7"), SOON, asked).await.expect("it wakes");
    process.end().await;
}

fn words(logged: switchboard::ports::store::LoggedEvent) -> Option<String> {
    match logged.event {
        Event::ContactSaid { heard, .. } => Some(heard.text),
        _ => None,
    }
}
