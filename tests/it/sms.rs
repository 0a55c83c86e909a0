//! Short messages, from a phone to the reply and back, with a Twilio that behaves and one that does not.

use loadtest::clients::{Answered, ConsoleFrame};
use loadtest::provider::{Rule, Then};
use loadtest::twilio::{Callbacks, Settings, Text, Twilio};
use switchboard::domain::event::{Event, Receipt};
use switchboard::domain::ids::{AccountId, DeliveryId, Seq};
use switchboard::node::Node;
use switchboard::ports::store::Contact;

use crate::support::installation::{Installation, SOON};
use crate::support::node::{eventually, log, metric};

const ACCOUNT: &str = "sms-1";
const PHONE: &str = "+14155550100";
const HOURS: &str = "We are open Monday to Friday from 8:00 to 18:00 and Saturday from 9:00 to 13:00.";

/// An installation with a line at a fake Twilio, and its node.
async fn start(segments_per_second: u32) -> (Installation, Twilio, Node) {
    let twilio = Twilio::start(Settings::default()).await.unwrap();
    let Settings { account_sid, auth_token, number, .. } = Settings::default();
    let base = twilio.base();
    let account = format!(
        r#"[[account]]
id = "{ACCOUNT}"
kind = "sms"
bot = "harbor"
account_sid = "{account_sid}"
auth_token = "{auth_token}"
number = "{number}"
api_base = "{base}"
segments_per_second = {segments_per_second}
"#
    );
    let installation = Installation::with(|plan| {
        plan.accounts = account;
        plan.limits = "reconcile_s = 2";
    });
    let installation = installation.await;
    let node = installation.start().await;
    twilio.set_webhook(format!("http://{}/webhooks/twilio/{ACCOUNT}", installation.address()));
    (installation, twilio, node)
}

fn contact(phone: &str) -> Contact {
    Contact::of(&AccountId::new(ACCOUNT), phone)
}

async fn events(node: &Node, phone: &str) -> Vec<Event> {
    log(node, &contact(phone)).await.into_iter().map(|logged| logged.event).collect()
}

async fn happens(node: &Node, phone: &str, what: &str, such: impl Fn(&Event) -> bool) {
    eventually(what, async || events(node, phone).await.iter().any(&such).then_some(())).await;
}

/// A phone writes, and the webhook answers as Twilio wants it.
async fn text(twilio: &Twilio, body: &str) -> String {
    let (sid, status, answer) = twilio.text(PHONE, body).await.unwrap();
    assert_eq!(status, 200);
    assert_eq!(answer, r#"<?xml version="1.0" encoding="UTF-8"?><Response></Response>"#);
    sid
}

async fn got(twilio: &Twilio, count: usize) -> Vec<String> {
    let got = twilio.wait_for(PHONE, count, SOON).await;
    let got = got.unwrap_or_else(|there| panic!("{} of {count}: {there:#?}", there.len()));
    got.into_iter().map(|text| text.body).collect()
}

#[actix_web::test]
async fn a_phone_gets_a_numbered_menu_and_a_person_and_nothing_after_stop() {
    let (installation, twilio, node) = start(100_000).await;
    text(&twilio, "hello").await;
    let menu = got(&twilio, 2).await.remove(1);
    assert!(menu.contains("\n\n1. Get a quote\n2. Opening hours\n3. Prices\n4. Talk to a human"), "{menu}");
    text(&twilio, "2").await;
    assert_eq!(got(&twilio, 3).await[2], HOURS);
    text(&twilio, "I had an accident").await;
    happens(&node, PHONE, "a human is wanted", |event| matches!(event, Event::HandedOff { .. })).await;

    let conversation = contact(PHONE).conversation.to_string();
    let mut console = installation.console(&installation.ana).await;
    console.watch(&conversation).await.unwrap();
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    let cid = console.reply(&conversation, "I am Ana. Are you all right?", true).await.unwrap();
    assert!(matches!(console.answer_to(&cid, SOON).await.unwrap(), Answered::Done { .. }));
    let hers = |there: &Text| there.body.starts_with("I am Ana.");
    eventually("her words arrive", async || twilio.got(PHONE).iter().any(hers).then_some(())).await;
    eventually("receipts are taken", async || (twilio.callbacks_pending() == 0).then_some(())).await;
    let all = events(&node, PHONE).await;
    let (said, _) = (1..).zip(&all).find(|(_, event)| matches!(event, Event::AgentSaid { .. })).expect("her words");
    happens(
        &node,
        PHONE,
        "it is delivered",
        |event| matches!(event, Event::Received { of, receipt: Receipt::Delivered } if of.contains(&said)),
    )
    .await;

    text(&twilio, "STOP").await;
    happens(&node, PHONE, "they have opted out", |event| matches!(event, Event::OptedOut { .. })).await;
    let before = twilio.texts().len();
    let cid = console.reply(&conversation, "Are you there?", true).await.unwrap();
    match console.answer_to(&cid, SOON).await.unwrap() {
        Answered::Refused { code, .. } => assert_eq!(code, "opted_out"),
        other => panic!("{other:?}"),
    }
    assert_eq!(twilio.texts().len(), before, "nothing was even tried");
    text(&twilio, "START").await;
    happens(&node, PHONE, "they have opted in", |event| *event == Event::OptedIn).await;
    let cid = console.reply(&conversation, "Good to have you back.", true).await.unwrap();
    assert!(matches!(console.answer_to(&cid, SOON).await.unwrap(), Answered::Done { .. }));
    let back = |there: &Text| there.body == "Good to have you back.";
    eventually("it arrives", async || twilio.got(PHONE).iter().any(back).then_some(())).await;
    node.stop().await;
}

#[actix_web::test]
async fn a_twilio_that_misbehaves_gets_each_message_once_and_in_order() {
    let (_installation, twilio, node) = start(100_000).await;
    twilio.set_callbacks(Callbacks {
        statuses: vec!["delivered".into(), "sent".into(), "queued".into()],
        error_code: None,
        copies: 2,
    });
    let refuse = |status, code, retry_after| Then::Refuse { status, code, subcode: None, retry_after };
    let faults = [
        Then::Delay { millis: 700 },
        refuse(429, 20429, Some(1)),
        Then::AcceptThenRefuse { status: 500, code: 20500, subcode: None },
        Then::AcceptThenCut,
        Then::CutBeforeAccepting,
        Then::Nonsense,
    ];
    for fault in faults {
        twilio.rule(Rule::next(1, fault));
    }
    let mut asked = 0;
    for _ in 0..4 {
        let sid = text(&twilio, "hours").await;
        // Each comes again, as after an answer that was lost.
        assert_eq!(twilio.text_again(PHONE, "hours", &sid).await.unwrap().0, 200);
        asked += 1;
    }
    text(&twilio, "hello").await;
    happens(
        &node,
        PHONE,
        "the menu is sent",
        |event| matches!(event, Event::BotSaid { line, .. } if !line.choices.is_empty()),
    )
    .await;
    let marks = eventually("every message has arrived", async || {
        let marks = marks(&events(&node, PHONE).await);
        let there: Vec<String> = twilio.got(PHONE).iter().map(mark).collect();
        marks.iter().all(|mark| there.contains(mark)).then_some(marks)
    })
    .await;
    eventually("callbacks are taken", async || (twilio.callbacks_pending() == 0).then_some(())).await;
    // P4: as many messages as there were.
    let all = events(&node, PHONE).await;
    let heard = all.iter().filter(|event| matches!(event, Event::ContactSaid { .. })).count();
    assert_eq!(heard, asked + 1, "{all:#?}");
    // P6: in the order in which they were said, and none again unless it was uncertain.
    let mut there: Vec<String> = twilio.got(PHONE).iter().map(mark).collect();
    for (seq, mark) in numbered(&all).zip(&marks) {
        let again = |event: &&Event| matches!(event, Event::Uncertain { of, again_at: Some(_), .. } if *of == seq);
        let (copies, tries) = (there.iter().filter(|it| *it == mark).count(), 1 + all.iter().filter(again).count());
        assert!(copies <= tries, "{copies} copies of {seq}, {tries} reasons: {all:#?}");
    }
    there.dedup();
    assert_eq!(there, marks);
    node.stop().await;
}

/// The seqs of what the bot said.
fn numbered(events: &[Event]) -> impl Iterator<Item = Seq> {
    (1..).zip(events).filter(|(_, event)| matches!(event, Event::BotSaid { .. })).map(|(seq, _)| seq)
}

/// What we wrote into the addresses of their status.
fn marks(events: &[Event]) -> Vec<String> {
    let conversation = contact(PHONE).conversation;
    numbered(events).map(|seq| DeliveryId { conversation, seq }.to_string()).collect()
}

fn mark(text: &Text) -> String {
    let callback = text.status_callback.as_deref().unwrap_or_default();
    callback.split_once("delivery=").map(|(_, mark)| mark.to_owned()).unwrap_or_default()
}

/// A text of plain letters.
fn segments(text: &Text) -> u64 {
    let letters = text.body.chars().count() as u64;
    if letters <= 160 { 1 } else { letters.div_ceil(153) }
}

#[actix_web::test]
async fn segments_never_leave_faster_than_the_line_may_send() {
    const PER_SECOND: u64 = 5;
    let began = loadtest::clock::millis();
    let (installation, twilio, node) = start(PER_SECOND as u32).await;
    let mut console = installation.console(&installation.ana).await;
    let long = "All is well. ".repeat(30);
    let phones = ["+14155550101", "+14155550102", "+14155550103"];
    for phone in phones {
        twilio.text(phone, "hello").await.unwrap();
        console.reply(&contact(phone).conversation.to_string(), &long, true).await.unwrap();
    }
    for phone in phones {
        let hers = |text: &Text| text.body.starts_with("All is well.");
        eventually("the long ones arrive", async || twilio.got(phone).iter().any(hers).then_some(())).await;
        twilio.text(phone, "hours").await.unwrap();
    }
    // P7, from the provider's own record: what went before a text was paid for by the time it left.
    let mut before = 0;
    for text in twilio.texts() {
        let room = PER_SECOND * (text.at - began) / 1000 + 1;
        assert!(before <= room, "{before} segments before {text:#?}, and room for {room}");
        before += segments(&text);
    }
    assert!(before >= 9, "three texts of three segments: {before}");
    node.stop().await;
}

#[actix_web::test]
async fn what_twilio_reports_lost_has_failed_and_a_dead_token_loses_nothing() {
    let (_installation, twilio, node) = start(100_000).await;
    let statuses = vec!["sent".into(), "undelivered".into()];
    twilio.set_callbacks(Callbacks { statuses, error_code: Some(30006), copies: 1 });
    text(&twilio, "hours").await;
    happens(
        &node,
        PHONE,
        "it is lost",
        |event| matches!(event, Event::Bounced { reason, .. } if reason.contains("landline")),
    )
    .await;
    twilio.set_callbacks(Callbacks::default());
    twilio.rule(Rule::next(1, Then::Refuse { status: 401, code: 20003, subcode: None, retry_after: None }));
    text(&twilio, "hours").await;
    happens(&node, PHONE, "it waits", |event| matches!(event, Event::Retrying { .. })).await;
    assert!(!events(&node, PHONE).await.iter().any(|event| matches!(event, Event::Failed { .. })));
    node.stop().await;
}

#[actix_web::test]
async fn odd_webhooks_do_no_harm() {
    let (installation, _twilio, node) = start(100_000).await;
    let Settings { auth_token, .. } = Settings::default();
    let path = format!("/webhooks/twilio/{ACCOUNT}");
    let post = async |path: &str, body: &[u8], signature: &str| {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("x-twilio-signature", signature)];
        loadtest::http::request_once("POST", installation.address(), path, &headers, body, SOON).await
    };
    let url = format!("http://{}{path}", installation.address());
    let signed = |fields: &[(&str, &str)]| loadtest::twilio::sign(&auth_token, &url, fields);
    // Without content, with letters that nobody has, with a number that is none: signed, so 200.
    assert_eq!(post(&path, b"", &signed(&[])).await.unwrap().status, 200);
    let odd = signed(&[("MessageSid", "7"), ("From", "+1"), ("Body", "a\0b\u{fffd}")]);
    assert_eq!(post(&path, b"MessageSid=7&From=%2B1&Body=a%00b%FF", &odd).await.unwrap().status, 200);
    happens(
        &node,
        "+1",
        "it is heard",
        |event| matches!(event, Event::ContactSaid { heard, .. } if heard.text == "a\u{fffd}b\u{fffd}"),
    )
    .await;
    assert_eq!(post(&path, b"MessageSid=8&From=%2B1&Body=x", &odd).await.unwrap().status, 401);
    assert_eq!(post("/webhooks/twilio/nobody", b"", &odd).await.unwrap().status, 404);
    assert_eq!(post("/webhooks/carrier-pigeon", b"", &odd).await.unwrap().status, 404);
    // Ten million bytes are not read to their end: an answer, or a line that is cut while we still write.
    if let Ok(answer) = post(&path, &vec![b'x'; 10_000_000], &odd).await {
        assert_eq!(answer.status, 413);
    }
    let unread = async || metric(&installation.get("/metrics").await.text(), "switchboard_webhooks_unread_total");
    assert!(unread().await >= 1.0);
    node.stop().await;
}
