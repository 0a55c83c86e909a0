//! A conversation that panics harms nobody else, and itself not for long.

use fail::FailScenario;
use switchboard::domain::event::{Event, Speaker};

use crate::support::installation::{Installation, SOON, contact, conversation};
use crate::support::node::log;

/// What makes the bot of one conversation panic.
const WORD: &str = "krakatoa";

#[actix_web::test]
async fn a_conversation_that_panics_is_rebuilt_and_nobody_else_notices() {
    let failing = FailScenario::setup();
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut console = installation.console(&installation.ana).await;
    let mut poster = installation.poster();
    poster.text("unlucky", "hours").await;
    installation.delivered("unlucky", 1).await;
    console.watch(&conversation("unlucky")).await.unwrap();

    fail::cfg("conversation-decides", &format!("return({WORD})")).unwrap();
    let (mid, status) = poster.text("unlucky", WORD).await;
    assert_eq!(status, Some(503), "not taken, so that it comes again");
    poster.text("lucky", "hours").await;
    installation.delivered("lucky", 1).await;
    fail::remove("conversation-decides");

    assert_eq!(poster.post_text("unlucky", &mid, WORD).await, Some(200));
    let shown = |event: &loadtest::clients::Event| event.kind == "contact_said" && event.text() == WORD;
    console.until_event(&conversation("unlucky"), SOON, shown).await.expect("whoever watches goes on watching");
    installation.delivered("unlucky", 2).await;
    let log = log(&node, &contact("unlucky")).await;
    let said =
        log.iter().filter(|logged| matches!(&logged.event, Event::ContactSaid { heard, .. } if heard.text == WORD));
    assert_eq!(said.count(), 1);
    assert!(log.iter().all(|logged| !matches!(logged.event, Event::TakenOver { .. })), "it was not left to people");
    node.stop().await;
    failing.teardown();
}

#[actix_web::test]
async fn a_conversation_that_panics_three_times_in_a_minute_is_left_to_people() {
    let failing = FailScenario::setup();
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    fail::cfg("conversation-decides", &format!("return({WORD})")).unwrap();
    poster.text_surely("unlucky", WORD, SOON).await.expect("taken in the end");

    let parked = log(&node, &contact("unlucky")).await;
    let Some([taken, alert, said]) =
        parked.first_chunk().map(|chunk: &[_; 3]| chunk.each_ref().map(|logged| &logged.event))
    else {
        panic!("it is not parked: {parked:?}")
    };
    assert!(matches!(taken, Event::TakenOver { by: Speaker::System, until: None, .. }), "{taken:?}");
    assert!(matches!(alert, Event::Alerted { text } if text.contains("three times")), "{alert:?}");
    assert!(matches!(said, Event::ContactSaid { .. }), "{said:?}");

    let (_, status) = poster.text("unlucky", WORD).await;
    assert_eq!(status, Some(200), "later messages are recorded");
    assert_eq!(log(&node, &contact("unlucky")).await.len(), 4, "and the bot is silent");
    node.stop().await;
    failing.teardown();
}
