//! The web chat has no provider: what misbehaves there is the line to the visitor.

use std::time::Duration;

use loadtest::clients::{Answered, Step, VisitorFrame, WebchatClient, diary, read_diary};
use loadtest::product::WEBCHAT_ACCOUNT;
use serde_json::{Value, json};
use switchboard::domain::event::Event;
use switchboard::node::Node;
use switchboard::ports::store::Group;

use super::{HOURS, REPLY};
use crate::store_contract::props::list;
use crate::support::installation::{Installation, SOON};
use crate::support::node::eventually;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Behaves,
    /// It reads late.
    Slow,
    /// It goes after each word, before it is acknowledged.
    Cuts,
    /// It says each word twice, and the first once more at the end.
    Twice,
    /// It reads nothing until the end, and comes back for it.
    Hangs,
}

#[actix_web::test]
async fn in_the_web_chat_one_story_whatever_the_line_does() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    for manner in [Manner::Behaves, Manner::Slow, Manner::Cuts, Manner::Twice, Manner::Hangs] {
        story(&installation, &node, manner).await;
    }
    node.stop().await;
}

async fn story(installation: &Installation, node: &Node, manner: Manner) {
    let notes = diary();
    let mut visitor = WebchatClient::new(installation.address(), WEBCHAT_ACCOUNT, notes.clone());
    visitor.connect().await.expect("a widget");
    let first = say(&mut visitor, manner, "hello").await;
    let menu = shown(installation, &mut visitor, manner, "the menu", |event| event["options"][1].is_object()).await;
    let option = menu["options"].as_array().expect("options").iter().find(|option| option["label"] == "Opening hours");
    let tapped =
        visitor.tap(option.expect("it")["id"].as_str().expect("an id"), "Opening hours").await.expect("tapped");
    if manner == Manner::Twice {
        let option = &option.expect("it")["id"];
        let tap = json!({"type": "tap", "id": tapped, "option": option, "label": "Opening hours"});
        visitor.send(&tap).await.expect("sent");
    }
    cut(&mut visitor, manner).await;
    let hours = |event: &Value| event["text"].as_str().is_some_and(|text| text.starts_with(HOURS));
    shown(installation, &mut visitor, manner, "the hours", hours).await;
    say(&mut visitor, manner, "I had an accident").await;
    let waiting = async || list(&**node.store(), Group::Waiting, 2).await.pop();
    let conversation = eventually("a person is wanted", waiting).await.conversation;
    let mut console = installation.console(&installation.ana).await;
    let cid = console.reply(&conversation.to_string(), REPLY, true).await.expect("asked");
    let answer = console.answer_to(&cid, SOON).await.expect("an answer");
    assert!(matches!(answer, Answered::Done { .. }), "{manner:?}: {answer:?}");
    shown(installation, &mut visitor, manner, "her words", |event| event["text"] == REPLY).await;
    if manner == Manner::Hangs {
        visitor.until_event(SOON, |event| event.text() == REPLY).await.expect("it reads on where it stopped");
    }
    if manner == Manner::Twice {
        // Long after, and out of order.
        visitor.send(&json!({"type": "say", "id": first, "text": "hello"})).await.expect("sent");
        visitor.until_acked(&first, SOON).await.expect("acknowledged as it was");
    }

    let reading = node.store().read_after(conversation, 0, 1000).await.expect("reads").expect("there");
    let said = reading.events.iter().filter(|logged| matches!(logged.event, Event::ContactSaid { .. })).count();
    assert_eq!(said, 3, "P4, {manner:?}: {:#?}", reading.events);
    assert!(reading.events.iter().map(|logged| logged.seq).eq(1..=reading.events.len() as u64), "P1");
    // P8: what this widget was shown is the log's, each once and in order, or a beginning anew.
    let mut last = 0;
    for reader in &read_diary(&notes).received {
        for step in &reader.steps {
            let (anew, events) = match step {
                Step::Events { events, .. } => (false, events),
                Step::Reset { events, .. } => (true, events),
                Step::Fresh => continue,
            };
            last = if anew { 0 } else { last };
            for event in events {
                assert!(event.seq > last, "{manner:?}: {} after {last}", event.seq);
                last = event.seq;
            }
        }
    }
}

/// The id under which it is acknowledged.
async fn say(visitor: &mut WebchatClient, manner: Manner, text: &str) -> String {
    let id = visitor.say(text).await.expect("said");
    if manner == Manner::Twice {
        visitor.send(&json!({"type": "say", "id": id, "text": text})).await.expect("sent");
    }
    cut(visitor, manner).await;
    id
}

/// The line breaks, and what was not acknowledged is said again.
async fn cut(visitor: &mut WebchatClient, manner: Manner) {
    if manner == Manner::Cuts {
        visitor.cut();
        visitor.connect().await.expect("again");
    }
}

/// Waits until the widget shows such an event.
async fn shown(
    installation: &Installation,
    visitor: &mut WebchatClient,
    manner: Manner,
    what: &str,
    such: impl Fn(&Value) -> bool,
) -> Value {
    match manner {
        Manner::Slow => tokio::time::sleep(Duration::from_millis(300)).await,
        // Another of its tabs reads, and this one is not heard of until the end.
        Manner::Hangs => return beside(installation, visitor, what, such).await,
        _ => {}
    }
    let fits = |event: &loadtest::clients::Event| such(&serde_json::to_value(event).expect("JSON"));
    let event = visitor.until_event(SOON, fits).await;
    serde_json::to_value(event.unwrap_or_else(|error| panic!("{manner:?}: {what}: {error}"))).expect("JSON")
}

async fn beside(
    installation: &Installation,
    visitor: &WebchatClient,
    what: &str,
    such: impl Fn(&Value) -> bool,
) -> Value {
    let mut tab = WebchatClient::new(installation.address(), WEBCHAT_ACCOUNT, diary());
    tab.token = visitor.token.clone();
    tab.connect().await.expect("another tab");
    let look = |frame: &VisitorFrame| match frame {
        VisitorFrame::Events { events, .. } | VisitorFrame::Reset { events, .. } => {
            events.iter().map(|event| serde_json::to_value(event).expect("JSON")).find(|event| such(event))
        }
        _ => None,
    };
    let frame = tab.until(SOON, |frame| look(frame).is_some()).await;
    look(&frame.unwrap_or_else(|error| panic!("{what}: {error}"))).expect("it was there")
}
