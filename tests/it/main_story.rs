//! What the product is for, over real sockets: a visitor and an agent, and the bot between them.

use loadtest::clients::{ConsoleClient, ConsoleFrame, Event, Position, VisitorFrame, WebchatClient, diary};
use loadtest::product::WEBCHAT_ACCOUNT;
use serde_json::Value;
use switchboard::domain::event::Event as Logged;
use switchboard::ports::store::LoggedEvent;

use crate::support::installation::{Installation, SOON, conversation_id, told_over_each_store};

told_over_each_store! { |_| {} =>
    a_visitor_who_opens_the_chat_gets_a_menu_that_ends_with_a_human
    the_bot_answers_a_person_takes_over_and_the_bot_comes_back
    pages_seen_before_and_after_the_first_word_reach_the_conversation
    a_visitor_who_only_looks_begins_no_conversation
    a_visitor_who_comes_back_with_the_token_goes_on_where_they_were
    readers_who_come_back_get_exactly_the_rest
    a_reader_who_knows_another_generation_starts_afresh
}

const HOURS: &str = "We are open Monday to Friday from 8:00 to 18:00 and Saturday from 9:00 to 13:00.";

async fn a_visitor_who_opens_the_chat_gets_a_menu_that_ends_with_a_human(installation: Installation) {
    let node = installation.start().await;
    let mut visitor = installation.visitor().await;
    visitor.open().await.unwrap();
    let menu = visitor.until_event(SOON, |event| !options(event).is_empty()).await.unwrap();
    assert_eq!(options(&menu).last(), Some(&"Talk to a human"));
    node.stop().await;
}

async fn the_bot_answers_a_person_takes_over_and_the_bot_comes_back(installation: Installation) {
    let node = installation.start().await;
    let mut visitor = installation.visitor().await;
    let mut console = installation.console(&installation.ana).await;
    console.inbox(50).await.unwrap();

    visitor.say("What are your opening hours?").await.unwrap();
    hears(&mut visitor, "bot_said", HOURS).await;

    visitor.say("I had an accident").await.unwrap();
    visitor.until_event(SOON, |event| event.kind == "waiting").await.unwrap();
    let conversation = row_in(&mut console, "waiting").await;
    let row = &console.rows[&conversation];
    assert_eq!((row.floor["reason"].as_str(), row.floor["words"].as_str()), (Some("urgent"), Some("accident")));

    console.watch(&conversation).await.unwrap();
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    console.reply(&conversation, "I am Ana. Are you all right?", false).await.unwrap();
    let frame = visitor.until(SOON, |frame| heard(frame).first() == Some(&("person_joined", ""))).await.unwrap();
    assert_eq!(heard(&frame), [("person_joined", ""), ("person_said", "I am Ana. Are you all right?")]);

    // The bot knows the answer, and is silent: what comes next is the visitor's own line and nothing of the bot.
    let asked = visitor.say("Yes. When are you open, what hours?").await.unwrap();
    visitor.until_acked(&asked, SOON).await.unwrap();
    sees(&mut console, &conversation, "contact_said", "Yes. When are you open, what hours?").await;
    let row = row_in(&mut console, "human").await;
    let until = console.rows[&row].floor["until"].as_u64().expect("a pause with an end");
    console.extend_minutes(&conversation, 15).await.unwrap();
    let moved = console.until_event(&conversation, SOON, |event| event.kind == "pause_moved").await.unwrap();
    assert_eq!(moved.fields["until"].as_u64(), Some(until + 15 * 60 * 1000), "15 minutes more");

    // Given back with something unanswered, the bot answers it.
    console.give_back(&conversation).await.unwrap();
    let frame = visitor.until(SOON, |frame| heard(frame).first() == Some(&("bot_is_back", ""))).await.unwrap();
    assert_eq!(heard(&frame), [("bot_is_back", ""), ("bot_said", HOURS)]);

    let log = node.store().read_after(conversation_id(&conversation), 0, 1000).await.unwrap().unwrap().events;
    let place = |what: fn(&LoggedEvent) -> bool| log.iter().position(what).expect("it happened");
    let taken = place(|logged| matches!(logged.event, Logged::TakenOver { .. }));
    let given = place(|logged| matches!(logged.event, Logged::GivenBack { .. }));
    let bot_spoke = log[taken..given].iter().any(|logged| matches!(logged.event, Logged::BotSaid { .. }));
    assert!(!bot_spoke, "the bot spoke while Ana had the floor: {log:#?}");
    node.stop().await;
}

async fn pages_seen_before_and_after_the_first_word_reach_the_conversation(installation: Installation) {
    let node = installation.start().await;
    let mut visitor = installation.visitor().await;
    let mut console = installation.console(&installation.ana).await;
    console.inbox(50).await.unwrap();
    visitor.page("https://harbor.example/boats", "Boats").await.unwrap();
    visitor.open().await.unwrap();
    let conversation = row_in(&mut console, "bot").await;
    console.watch(&conversation).await.unwrap();
    let before = console.until_event(&conversation, SOON, |event| event.kind == "page_viewed").await.unwrap();
    assert_eq!((before.seq, before.str("title")), (1, "Boats"));
    visitor.page("https://harbor.example/prices", "Prices").await.unwrap();
    let after = |event: &Event| event.kind == "page_viewed" && event.str("url") == "https://harbor.example/prices";
    console.until_event(&conversation, SOON, after).await.unwrap();
    node.stop().await;
}

async fn a_visitor_who_only_looks_begins_no_conversation(installation: Installation) {
    let node = installation.start().await;
    let mut visitor = installation.visitor().await;
    visitor.page("https://harbor.example/", "Home").await.unwrap();
    visitor.send(&serde_json::json!({"type": "seen", "seq": 5})).await.unwrap();
    visitor.send(&serde_json::json!({"type": "ping"})).await.unwrap();
    visitor.until(SOON, |frame| matches!(frame, VisitorFrame::Other)).await.unwrap();
    assert_eq!(node.store().count().await.unwrap()[..3], [0, 0, 0]);
    node.stop().await;
}

async fn a_visitor_who_comes_back_with_the_token_goes_on_where_they_were(installation: Installation) {
    let node = installation.start().await;
    let mut visitor = installation.visitor().await;
    visitor.say("hours").await.unwrap();
    hears(&mut visitor, "bot_said", HOURS).await;
    visitor.cut();

    let mut elsewhere = WebchatClient::new(installation.address(), WEBCHAT_ACCOUNT, diary());
    elsewhere.token = visitor.token.clone();
    elsewhere.connect().await.unwrap();
    let reset = elsewhere.until(SOON, |frame| matches!(frame, VisitorFrame::Reset { .. })).await.unwrap();
    let VisitorFrame::Reset { events, .. } = reset else { unreachable!() };
    let said: Vec<_> = events.iter().map(|event| (event.kind.as_str(), event.text())).collect();
    assert_eq!(said, [("i_said", "hours"), ("bot_said", HOURS)]);

    let mut stranger = WebchatClient::new(installation.address(), WEBCHAT_ACCOUNT, diary());
    stranger.token = Some(format!("{}x", visitor.token.unwrap()));
    stranger.connect().await.unwrap();
    assert_ne!(stranger.token, elsewhere.token, "a token that is not ours makes a new visitor");
    node.stop().await;
}

async fn readers_who_come_back_get_exactly_the_rest(installation: Installation) {
    let node = installation.start().await;
    let mut visitor = installation.visitor().await;
    let mut console = installation.console(&installation.ana).await;
    console.inbox(50).await.unwrap();
    visitor.say("hours").await.unwrap();
    hears(&mut visitor, "bot_said", HOURS).await;
    let conversation = row_in(&mut console, "bot").await;
    console.watch(&conversation).await.unwrap();
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    let (stood, position) = (console.seen(&conversation), visitor.position.clone().unwrap());
    console.cut();
    visitor.cut();

    let mut second = WebchatClient::new(installation.address(), WEBCHAT_ACCOUNT, diary());
    second.token = visitor.token.clone();
    second.connect().await.unwrap();
    let said = second.say("prices").await.unwrap();
    second.until_acked(&said, SOON).await.unwrap();

    console.connect().await.unwrap();
    let rest = console.until(SOON, |frame| matches!(frame, ConsoleFrame::Events { .. })).await.unwrap();
    let ConsoleFrame::Events { events, .. } = rest else { unreachable!() };
    assert_eq!(events.first().map(|event| event.seq), Some(stood + 1), "the console's rest begins after what it had");
    visitor.connect().await.unwrap();
    let rest = visitor.until(SOON, |frame| matches!(frame, VisitorFrame::Events { .. })).await.unwrap();
    let VisitorFrame::Events { events, .. } = rest else { unreachable!() };
    assert_eq!(events.first().map(|event| (event.seq, event.text())), Some((position.seq + 1, "prices")));
    node.stop().await;
}

async fn a_reader_who_knows_another_generation_starts_afresh(installation: Installation) {
    let node = installation.start().await;
    let mut visitor = installation.visitor().await;
    visitor.say("hours").await.unwrap();
    hears(&mut visitor, "bot_said", HOURS).await;
    let elsewhere = Position { generation: "before the backup".into(), seq: 1 };

    visitor.cut();
    visitor.position = Some(elsewhere.clone());
    visitor.connect().await.unwrap();
    // What it had not heard to be taken it says again, and the answer may come first.
    let of_events = |frame: &VisitorFrame| matches!(frame, VisitorFrame::Reset { .. } | VisitorFrame::Events { .. });
    let frame = visitor.until(SOON, of_events).await.unwrap();
    assert!(matches!(frame, VisitorFrame::Reset { ref events, .. } if events.len() == 2), "{frame:?}");

    let mut console = installation.console(&installation.ana).await;
    console.inbox(50).await.unwrap();
    let conversation = row_in(&mut console, "bot").await;
    let watch = serde_json::json!({"type": "watch", "conversation": conversation, "after": elsewhere});
    console.ask(watch).await.unwrap();
    let is_answer = |frame: &ConsoleFrame| matches!(frame, ConsoleFrame::Reset { .. } | ConsoleFrame::Events { .. });
    let frame = console.until(SOON, is_answer).await.unwrap();
    assert!(matches!(frame, ConsoleFrame::Reset { .. }), "{frame:?}");
    node.stop().await;
}

/// The events of a widget's frame, as kind and text.
fn heard(frame: &VisitorFrame) -> Vec<(&str, &str)> {
    match frame {
        VisitorFrame::Events { events, .. } => events.iter().map(|event| (event.kind.as_str(), event.text())).collect(),
        _ => Vec::new(),
    }
}

fn options(event: &Event) -> Vec<&str> {
    let options = event.fields.get("options").and_then(Value::as_array).into_iter().flatten();
    options.filter_map(|option| option["label"].as_str()).collect()
}

async fn hears(visitor: &mut WebchatClient, kind: &str, text: &str) {
    let heard = visitor.until_event(SOON, |event| event.kind == kind && event.text() == text).await;
    heard.unwrap_or_else(|error| panic!("the visitor did not hear {kind} “{text}”: {error}"));
}

async fn sees(console: &mut ConsoleClient, conversation: &str, kind: &str, text: &str) {
    let seen = console.until_event(conversation, SOON, |event| event.kind == kind && event.text() == text).await;
    seen.unwrap_or_else(|error| panic!("the console did not see {kind} “{text}”: {error}"));
}

/// Waits until the inbox shows a conversation in this mode; its id.
async fn row_in(console: &mut ConsoleClient, mode: &str) -> String {
    loop {
        if let Some(row) = console.rows.values().find(|row| row.mode() == mode) {
            return row.conversation.clone();
        }
        console.until(SOON, |frame| matches!(frame, ConsoleFrame::Inbox { .. })).await.expect("the inbox changes");
    }
}
