//! Calls to others' systems through the whole product: real servers on the other side, kind and unkind.

use std::time::Duration;

use actix_web::http::StatusCode;
use loadtest::clients::{VisitorFrame, WebchatClient};
use loadtest::http::{Response, request_once};
use serde_json::{Value, json};
use switchboard::adapters::bots::sign::Signer;
use switchboard::domain::call::Ending;
use switchboard::domain::event::{Event, Reason};
use switchboard::node::Node;
use switchboard::wire::outside::{Answer, Later, Turn};
use tokio::time::Instant;

use crate::support::installation::{Installation, Kept, SOON, contact, conversation};
use crate::support::node::{eventually, log};
use crate::support::other::{Manner, Other, Received};

const PSID: &str = "7392015648120394";
const VALUE: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TOKEN: &str = "a-token-of-the-robot";
const BROKEN: &str = "Something went wrong, a colleague comes.";
const SORRY: &str = "The shop does not answer.";

fn shop(other: &Other, timeout_seconds: u32) -> Value {
    json!({"schema": 1, "name": "Shop", "attributes": {"status": {"type": "text"}, "mail": {"type": "text"}},
        "triggers": [{"first_contact": true, "go": "order"}, {"keywords": ["accident"], "hand_off": "urgent"}],
        "dialogues": [
            {"id": "order", "widgets": [
                {"http_call": {"url": other.url("/orders/7"), "method": "post", "send": {"channel": "{{channel}}"},
                    "bearer": "other", "sign": "other", "timeout_seconds": timeout_seconds,
                    "answer": {"status": "/order/status"}, "failed": "sorry"}},
                {"text": "It is {{status}}."}, {"end": true}]},
            {"id": "sorry", "widgets": [{"text": SORRY}, {"end": true}]}]})
}

fn robot(other: &Other, protocol: &str, timeout_seconds: u32) -> Value {
    json!({"schema": 1, "name": "Robot", "settings": {"texts": {"bot_failed": BROKEN}},
        "triggers": [{"keywords": ["accident"], "hand_off": "urgent"}],
        "outside": {"url": other.url("/turn"), "protocol": protocol, "secret": "other", "timeout_seconds": timeout_seconds}})
}

async fn installation(other: &Other, bot: Value, kept: Kept) -> Installation {
    Installation::with(|plan| {
        plan.bot = bot;
        plan.kept = kept;
        plan.outside = format!(
            "trusted_hosts = [\"{0}\"]\nanswer_bytes_max = 20000\n[outside.secrets.other]\nvalue = \"{VALUE}\"\nhosts = \
             [\"{0}\"]\ntoken = \"{TOKEN}\"\n",
            other.address
        );
    })
    .await
}

fn says(text: &str) -> Manner {
    Manner::Answers(json!({"messages": [{"text": text}]}))
}

/// The signature is checked as a stranger would: over the id, the time and the bytes.
#[track_caller]
fn expect_signed(received: &Received) {
    let (id, time) = (received.header("webhook-id"), received.header("webhook-timestamp"));
    let signed = Signer::new(VALUE).sign(id, time.parse().expect("seconds"), &received.body);
    assert_eq!(received.header("webhook-signature"), signed);
}

async fn events(node: &Node, psid: &str) -> Vec<Event> {
    log(node, &contact(psid)).await.into_iter().map(|logged| logged.event).collect()
}

async fn answers_later(installation: &Installation, turn: u64, token: &str, body: &Value) -> Response {
    let path = format!("/api/v1/conversations/{}/turns/{turn}/messages", conversation(PSID));
    let token = format!("Bearer {token}");
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let body = body.to_string();
    request_once("POST", installation.address(), &path, &headers, body.as_bytes(), SOON).await.expect("an answer")
}

async fn hears(visitor: &mut WebchatClient, text: &str) {
    let said = |event: &loadtest::clients::Event| format!("{event:?}").contains(text);
    visitor.until_event(SOON, said).await.expect("the bot says it");
}

fn problem(response: &Response) -> (u16, String) {
    let body: Value = serde_json::from_slice(&response.body).expect("problem+json");
    (response.status, body["code"].as_str().expect("a code").to_owned())
}

#[actix_web::test]
async fn a_widget_asks_an_operators_system_and_goes_on_with_its_answer() {
    let other = Other::start(Manner::Answers(json!({"order": {"status": "on its way"}})));
    let installation = installation(&other, shop(&other, 5), Kept::InSqlite).await;
    let node = installation.start().await;
    installation.poster().text(PSID, "hello").await;
    installation.delivered(PSID, 1).await;
    assert_eq!(installation.provider.texts_for(PSID), ["It is on its way."]);
    let asked = other.received().remove(0);
    assert_eq!((asked.path.as_str(), asked.json()), ("/orders/7", json!({"channel": "messenger"})));
    assert_eq!(asked.header("authorization"), format!("Bearer {VALUE}"));
    assert_eq!(asked.header("switchboard-attempt"), "1");
    expect_signed(&asked);
    node.stop().await;
}

#[actix_web::test]
async fn whatever_comes_instead_of_an_answer_goes_on_where_the_widget_says_once() {
    let elsewhere = Other::start(Manner::Answers(json!({"order": {"status": "stolen"}})));
    // A megabyte of zeros in a kilobyte: nothing is unpacked, so it stays what it is.
    let bomb =
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03".iter().copied().chain(std::iter::repeat_n(0, 1_000)).collect();
    let manners = [
        Manner::Says(StatusCode::INTERNAL_SERVER_ERROR),
        Manner::Says(StatusCode::NO_CONTENT),
        Manner::Redirects(elsewhere.url("/orders/7")),
        Manner::Raw(vec![b'1'; 30_000], None),
        Manner::Raw(b"<html>".to_vec(), None),
        Manner::Raw(b"{\"order\": {\"status\": [1]}}".to_vec(), None),
        Manner::Raw(bomb, Some("gzip")),
        Manner::Hangs,
    ];
    let other = Other::start(Manner::Hangs);
    let installation = installation(&other, shop(&other, 1), Kept::InSqlite).await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    for (number, manner) in manners.into_iter().enumerate() {
        let psid = format!("739201564812{number:04}");
        other.now(manner);
        poster.text(&psid, "hello").await;
        installation.delivered(&psid, 1).await;
        assert_eq!(installation.provider.texts_for(&psid), [SORRY], "number {number}");
        let events = events(&node, &psid).await;
        let failed = |event: &&Event| matches!(event, Event::CallEnded { how: Ending::Failed(_), .. });
        assert_eq!(events.iter().filter(failed).count(), 1, "{events:#?}");
        assert!(!format!("{events:?}").contains(VALUE), "no secret is in the log");
    }
    assert!(elsewhere.received().is_empty(), "redirects are not followed");
    node.stop().await;
}

#[actix_web::test]
async fn a_bot_that_calls_where_it_may_not_does_not_start() {
    let other = Other::start(Manner::Hangs);
    let installation = Installation::with(|plan| plan.bot = shop(&other, 1)).await;
    let error = switchboard::bots::load(&installation.config()).expect_err("it is refused");
    let words: Vec<String> = error.iter().map(ToString::to_string).collect();
    assert!(words[0].contains("is private, or is spoken to without TLS"), "{words:?}");
    assert!(words[1].contains("the configuration has no secret \"other\""), "{words:?}");
}

#[actix_web::test]
async fn an_outside_bot_is_asked_signed_and_answers_with_buttons_that_come_back() {
    let other = Other::start(Manner::Answers(json!({
        "messages": [{"text": "Which?", "buttons": [{"label": "One", "value": "pick:1"}]}], "set": {"mood": "good"}})));
    let installation = installation(&other, robot(&other, "switchboard", 5), Kept::InSqlite).await;
    let node = installation.start().await;
    let mut visitor = installation.visitor().await;
    visitor.say("Good morning").await.expect("said");
    let asked = other.asked(1).await.remove(0);
    expect_signed(&asked);
    let turn: Turn = serde_json::from_slice(&asked.body).expect("our protocol");
    assert_eq!((turn.kind.as_str(), turn.turn, turn.call.attempt), ("turn", 0, 1));
    assert_eq!(turn.messages[0].text, "Good morning");
    assert_eq!((turn.call.id.as_str(), turn.call.id.contains('.')), (asked.header("webhook-id"), false));
    other.now(says("Good choice."));
    // It may take a while, and the visitor sees that somebody is at it.
    let writes = |frame: &VisitorFrame| matches!(frame, VisitorFrame::Typing { person: None, lasts: 20_000 });
    visitor.until(SOON, writes).await.expect("the bot writes");
    hears(&mut visitor, "Which?").await;
    visitor.tap("pick:1", "One").await.expect("tapped");
    let turn: Turn = serde_json::from_slice(&other.asked(2).await[1].body).expect("our protocol");
    assert_eq!((turn.messages[0].text.as_str(), turn.messages[0].tap.as_deref()), ("One", Some("pick:1")));
    assert_eq!(turn.contact.attributes.get("mood").map(String::as_str), Some("good"));
    hears(&mut visitor, "Good choice.").await;
    node.stop().await;
}

#[actix_web::test]
async fn an_outside_bot_may_answer_later_once_and_only_under_its_turn() {
    let other = Other::start(Manner::Says(StatusCode::ACCEPTED));
    let installation = installation(&other, robot(&other, "switchboard", 30), Kept::InSqlite).await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    poster.text(PSID, "Good morning").await;
    let turn: Turn = serde_json::from_slice(&other.asked(1).await[0].body).expect("our protocol");
    assert!(turn.answer_to.ends_with(&format!("/api/v1/conversations/{}/turns/0/messages", conversation(PSID))));

    let body = json!({"id": "a1", "call": turn.call.id, "messages": [{"text": "Here it is."}]});
    assert_eq!(
        problem(&answers_later(&installation, 0, "another-token-of-nobody", &body).await),
        (401, "no_token".into())
    );
    let nonsense = json!({"messages": [{"txt": "x"}]});
    assert_eq!(problem(&answers_later(&installation, 0, TOKEN, &nonsense).await).0, 400);
    let empty = json!({"messages": [{"text": ""}]});
    assert_eq!(problem(&answers_later(&installation, 0, TOKEN, &empty).await), (422, "invalid".into()));
    for _ in 0..2 {
        assert_eq!(answers_later(&installation, 0, TOKEN, &body).await.status, 200, "the same answer is taken once");
    }
    installation.delivered(PSID, 1).await;

    // Somebody takes over while it thinks.
    poster.text(PSID, "And now?").await;
    other.asked(2).await;
    let mut console = installation.console(&installation.ana).await;
    let cid = console.reply(&conversation(PSID), "Ana here.", true).await.expect("asked");
    console.answer_to(&cid, SOON).await.expect("answered");
    let late = json!({"id": "a2", "messages": [{"text": "Too late."}]});
    for _ in 0..2 {
        assert_eq!(problem(&answers_later(&installation, 0, TOKEN, &late).await), (409, "old_turn".into()));
    }
    installation.delivered(PSID, 2).await;
    assert_eq!(installation.provider.texts_for(PSID), ["Here it is.", "Ana here."]);
    let events = events(&node, PSID).await;
    let suppressed = |event: &&Event| matches!(event, Event::Suppressed { text, .. } if text == "Too late.");
    assert_eq!(events.iter().filter(suppressed).count(), 1);
    let cut = |event: &&Event| matches!(event, Event::CallEnded { how: Ending::Cancelled, .. });
    assert_eq!(events.iter().filter(cut).count(), 1);
    node.stop().await;
}

#[actix_web::test]
async fn an_outside_bot_that_hangs_hands_off_within_its_time_once_and_says_so() {
    let other = Other::start(Manner::Hangs);
    let installation = installation(&other, robot(&other, "switchboard", 2), Kept::InSqlite).await;
    let node = installation.start().await;
    let begun = Instant::now();
    installation.poster().text(PSID, "Good morning").await;
    installation.delivered(PSID, 1).await;
    assert!(begun.elapsed() >= Duration::from_secs(2) && begun.elapsed() < Duration::from_secs(6));
    // The response, cut off, comes to nothing.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(installation.provider.texts_for(PSID), [BROKEN]);
    let events = events(&node, PSID).await;
    let failed = |event: &&Event| matches!(event, Event::HandedOff { reason: Reason::BotFailed, .. });
    assert_eq!(events.iter().filter(failed).count(), 1);
    assert_eq!(other.received().len(), 1);
    node.stop().await;
}

#[actix_web::test]
async fn rasa_is_asked_over_its_rest_channel() {
    let other = Other::start(Manner::Answers(json!([
        {"recipient_id": "x", "text": "Hello!"},
        {"recipient_id": "x", "text": "Choose:", "buttons": [{"title": "Order status", "payload": "/order_status"}]}])));
    let installation = installation(&other, robot(&other, "rasa", 5), Kept::InSqlite).await;
    let node = installation.start().await;
    installation.poster().text(PSID, "hi").await;
    installation.delivered(PSID, 2).await;
    let asked = other.received().remove(0).json();
    assert_eq!((asked["sender"].as_str(), asked["message"].as_str()), (Some(conversation(PSID).as_str()), Some("hi")));
    assert_eq!(asked["metadata"]["attempt"], 1);
    other.now(Manner::Answers(json!([{"custom": {"handoff": true}}])));
    installation.poster().text(PSID, "a person").await;
    let handed = async || {
        let handed = |event: &Event| matches!(event, Event::HandedOff { reason: Reason::Asked, .. });
        events(&node, PSID).await.iter().any(handed).then_some(())
    };
    eventually("a person is called", handed).await;
    node.stop().await;
}

#[actix_web::test]
async fn after_a_kill_the_open_call_is_made_again_and_says_so_over_sqlite() {
    after_a_kill_the_open_call_is_made_again_and_says_so(Kept::InSqlite).await;
}

#[actix_web::test]
async fn after_a_kill_the_open_call_is_made_again_and_says_so_over_postgres() {
    after_a_kill_the_open_call_is_made_again_and_says_so(Kept::InPostgres).await;
}

async fn after_a_kill_the_open_call_is_made_again_and_says_so(kept: Kept) {
    let other = Other::start(Manner::Hangs);
    let installation = installation(&other, robot(&other, "switchboard", 60), kept).await;
    let process = installation.process().await;
    installation.poster().text(PSID, "Good morning").await;
    other.asked(1).await;
    drop(process);

    other.now(says("Good morning to you."));
    let process = installation.process().await;
    // Nobody writes: the sweeper finds it.
    installation.delivered(PSID, 1).await;
    let asked = other.received();
    let attempts: Vec<&str> = asked.iter().map(|asked| asked.header("switchboard-attempt")).collect();
    assert_eq!(attempts, ["1", "2"]);
    assert_eq!(asked[0].header("webhook-id"), asked[1].header("webhook-id"));
    assert_eq!(asked[1].json()["call"]["attempt"], 2);
    assert_eq!(installation.provider.texts_for(PSID), ["Good morning to you."]);
    process.end().await;
}

#[actix_web::test]
async fn a_call_whose_time_is_over_after_a_kill_is_not_made_again() {
    let other = Other::start(Manner::Hangs);
    let installation = installation(&other, robot(&other, "switchboard", 1), Kept::InSqlite).await;
    let process = installation.process().await;
    installation.poster().text(PSID, "Good morning").await;
    other.asked(1).await;
    drop(process);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let process = installation.process().await;
    installation.delivered(PSID, 1).await;
    assert_eq!(installation.provider.texts_for(PSID), [BROKEN]);
    assert_eq!(other.received().len(), 1);
    process.end().await;
}

/// The examples of the document, in its order: one turn, three answers, one that comes later.
#[test]
fn the_document_for_authors_of_outside_bots_says_what_the_code_does() {
    let text = include_str!("../../docs/outside-bots.md");
    let mut examples = text.split("```json\n").skip(1).map(|rest| rest.split("```").next().expect("an end"));
    let mut next = || examples.next().expect("an example");
    let same =
        |example: &str, written: Value| assert_eq!(serde_json::from_str::<Value>(example).expect("JSON"), written);
    let turn = next();
    same(turn, serde_json::to_value(serde_json::from_str::<Turn>(turn).expect("a turn")).expect("JSON"));
    for _ in 0..3 {
        let answer: Answer = serde_json::from_str(next()).expect("an answer");
        answer.to_core().expect("it fits");
    }
    let later: Later = serde_json::from_str(next()).expect("a later answer");
    later.answer().to_core().expect("it fits");
    assert_eq!(serde_json::from_str::<Value>(next()).expect("JSON")["code"], "old_turn");
    let bot = next();
    let found = switchboard::wire::bot::examine(bot);
    assert!(found.is_empty(), "{found:#?}");
    let signer = Signer::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let signature = signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
    assert!(text.contains(&signature), "the signature to test with is the one we make");
}
