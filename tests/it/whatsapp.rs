//! WhatsApp, from the app to the reply and back, with a WhatsApp that behaves and one that does not.

use loadtest::clients::{Answered, ConsoleFrame};
use loadtest::product::COOKIE;
use loadtest::provider::{Rule, Then};
use loadtest::whatsapp::{Call, Plan, Settings, WhatsApp};
use serde_json::{Value, json};
use switchboard::domain::changes::Change;
use switchboard::domain::event::{Event, Receipt, Speaker};
use switchboard::domain::ids::{AccountId, Seq};
use switchboard::node::Node;
use switchboard::ports::store::Contact;

use crate::support::api::head;
use crate::support::installation::{Installation, SOON};
use crate::support::node::{eventually, log, metric};

const ACCOUNT: &str = "wa-1";
/// Ana has a number, and Meta's id for her; Ben has hidden his number.
const ANA: &str = "US.13491208655302741918";
const ANAS_NUMBER: &str = "16505551234";
const BEN: &str = "DE.2718281828";
const HOURS: &str = "We are open Monday to Friday from 8:00 to 18:00 and Saturday from 9:00 to 13:00.";
const PATH: &str = "/webhooks/whatsapp";

/// An installation with a number at a fake WhatsApp, and its node.
async fn start(settings: Settings, more: &str) -> (Installation, WhatsApp, Node) {
    let whatsapp = WhatsApp::start(settings).await.unwrap();
    let (base, Settings { phone_number_id, token, app_secret, .. }) = (whatsapp.base(), Settings::default());
    let account = format!(
        r#"[[account]]
id = "{ACCOUNT}"
kind = "whatsapp"
bot = "harbor"
phone_number_id = "{phone_number_id}"
access_token = "{token}"
app_secret = "{app_secret}"
verify_token = "a word"
api_base = "{base}"
{more}
"#
    );
    let installation = Installation::with(|plan| {
        plan.accounts = account;
        plan.limits = "reconcile_s = 2";
    });
    let installation = installation.await;
    let node = installation.start().await;
    whatsapp.set_webhook(installation.address());
    whatsapp.meet(Some(ANAS_NUMBER), Some(ANA));
    whatsapp.meet(None, Some(BEN));
    (installation, whatsapp, node)
}

async fn started() -> (Installation, WhatsApp, Node) {
    start(Settings { per_second: 100_000, ..Settings::default() }, "sends_per_second = 100000").await
}

fn contact(person: &str) -> Contact {
    Contact::of(&AccountId::new(ACCOUNT), person)
}

async fn events(node: &Node, person: &str) -> Vec<Event> {
    log(node, &contact(person)).await.into_iter().map(|logged| logged.event).collect()
}

async fn happens(node: &Node, person: &str, what: &str, such: impl Fn(&Event) -> bool) {
    eventually(what, async || events(node, person).await.iter().any(&such).then_some(())).await;
}

async fn got(whatsapp: &WhatsApp, person: &str, count: usize) -> Vec<Call> {
    let got = whatsapp.wait_for(person, count, SOON).await;
    got.unwrap_or_else(|there| panic!("{} of {count}: {there:#?}", there.len()))
}

async fn taken(whatsapp: &WhatsApp) {
    eventually("webhooks are taken", async || (whatsapp.webhooks_pending() == 0).then_some(())).await;
}

fn id_of(menu: &Call, label: &str) -> String {
    let found = menu.buttons().into_iter().find(|(shown, _)| shown == label);
    found.unwrap_or_else(|| panic!("no {label} in {menu:#?}")).1
}

/// What was said from our side, with its seq.
fn said(events: &[Event]) -> Vec<(Seq, String)> {
    let said = |(seq, event): (Seq, &Event)| match event {
        Event::BotSaid { line, .. } => Some((seq, line.text.clone())),
        Event::AgentSaid { text, .. } => Some((seq, text.clone())),
        _ => None,
    };
    (1..).zip(events).filter_map(said).collect()
}

#[actix_web::test]
async fn a_customer_taps_a_list_gets_an_agent_and_receipts_come() {
    let (installation, whatsapp, node) = started().await;
    // One webhook told twice, and its receipts backwards: all of it counts once, and never goes back.
    whatsapp.set_plan(Plan { twice: true, ..Plan::of(&["read", "delivered", "sent"]) });
    whatsapp.say(ANA, "hello");
    let menu = got(&whatsapp, ANA, 2).await.remove(1);
    let labels: Vec<String> = menu.buttons().into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["Get a quote", "Opening hours", "Prices", "Talk to a human"]);
    assert_eq!(menu.body["interactive"]["action"]["button"], "Menu");
    let named = |event: &Event| matches!(event, Event::ContactNamed { name } if name == "Ana Lima");
    happens(&node, ANA, "the name is known", named).await;
    let number = |event: &Event| matches!(event, Event::AttributeSet { name, value, .. } if name == "phone" && value == "+16505551234");
    happens(&node, ANA, "so is the number", number).await;
    whatsapp.tap(ANA, &menu, &id_of(&menu, "Opening hours"));
    assert_eq!(got(&whatsapp, ANA, 3).await[2].text(), HOURS);

    let accident = whatsapp.say(ANA, "I had an accident");
    happens(&node, ANA, "a human is wanted", |event| matches!(event, Event::HandedOff { .. })).await;
    let conversation = contact(ANA).conversation.to_string();
    let mut console = installation.console(&installation.ana).await;
    console.watch(&conversation).await.unwrap();
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    console.ask(json!({"type": "typing", "conversation": conversation})).await.unwrap();
    let shows = |types: bool| {
        let such = |call: &Call| call.accepted && call.body["typing_indicator"].is_object() == types;
        let read = |call: &Call| call.body["status"] == "read" && call.body["message_id"] == json!(accident);
        whatsapp.calls().iter().any(|call| such(call) && read(call)).then_some(())
    };
    eventually("they see that she has read", async || shows(false)).await;
    eventually("they see that she writes", async || shows(true)).await;
    let cid = console.reply(&conversation, "I am Ana. Are you all right?", true).await.unwrap();
    assert!(matches!(console.answer_to(&cid, SOON).await.unwrap(), Answered::Done { .. }));
    let hers = |call: &Call| call.text().starts_with("I am Ana.");
    let reply = eventually("her words arrive", async || whatsapp.got(ANA).into_iter().find(hers)).await;
    taken(&whatsapp).await;
    let all = eventually("everything is read", async || {
        let all = events(&node, ANA).await;
        let read = |seq: &Seq| {
            all.iter().any(|event| matches!(event, Event::Received { of, receipt: Receipt::Read } if of.contains(seq)))
        };
        said(&all).iter().all(|(seq, _)| read(seq)).then_some(all)
    })
    .await;
    let receipts = all.iter().filter(|event| matches!(event, Event::Received { .. })).count();
    assert_eq!(receipts, said(&all).len(), "each once, and only forward: {all:#?}");

    let theirs = whatsapp.say(ANA, "Yes, yuo?");
    let change = |kind: &str, content: serde_json::Value| whatsapp.send(ANA, &json!({"type": kind, kind: content}));
    let words = json!({"type": "text", "text": {"body": "Yes, you?"}});
    change("edit", json!({"original_message_id": theirs, "message": words}));
    change("reaction", json!({"message_id": reply.message_id, "emoji": "👍"}));
    change("revoke", json!({"original_message_id": theirs}));
    taken(&whatsapp).await;
    let all = events(&node, ANA).await;
    let place = |wanted: &dyn Fn(&Event) -> bool| (1..).zip(&all).find(|it| wanted(it.1)).map(|it| it.0);
    let heard: Option<Seq> =
        place(&|event| matches!(event, Event::ContactSaid { heard, .. } if heard.text == "Yes, yuo?"));
    let ours: Option<Seq> = place(&|event| matches!(event, Event::AgentSaid { .. }));
    let changes: Vec<(Option<Seq>, String)> = all
        .iter()
        .filter_map(|event| match event {
            Event::ContactChanged { of, change, .. } => Some((
                *of,
                match change {
                    Change::Edited { text, .. } => text.clone(),
                    Change::Reacted { with } => with.clone()?,
                    Change::Deleted => "gone".to_owned(),
                },
            )),
            _ => None,
        })
        .collect();
    assert_eq!(changes, [(heard, "Yes, you?".into()), (ours, "👍".into()), (heard, "gone".into())]);
    node.stop().await;
}

#[actix_web::test]
async fn who_has_no_number_is_served_and_files_come_through_us() {
    let (installation, whatsapp, node) = started().await;
    whatsapp.say(BEN, "hours");
    let first = got(&whatsapp, BEN, 1).await.remove(0);
    assert_eq!((first.to(), &first.body["to"]), (BEN, &json!(null)));
    let received = |event: &Event| matches!(event, Event::Received { receipt: Receipt::Delivered, .. });
    happens(&node, BEN, "a status that names nobody is theirs all the same", received).await;

    let ad = json!({"source_id": "120210", "source_type": "ad", "source_url": "https://fb.me/1"});
    whatsapp.send(BEN, &json!({"type": "text", "text": {"body": "prices"}, "referral": ad}));
    let came = |event: &Event| matches!(event, Event::ContactSaid { heard, .. } if heard.referral.as_deref() == Some("120210"));
    happens(&node, BEN, "they came by an ad", came).await;

    whatsapp.keep_file("712345", "image/jpeg", b"\xff\xd8 a picture");
    whatsapp.send(
        BEN,
        &json!({"type": "image", "image": {"id": "712345", "mime_type": "image/jpeg", "caption": "My roof"}}),
    );
    let url = eventually("the picture is there", async || {
        let all = events(&node, BEN).await;
        all.iter().find_map(|event| match event {
            Event::ContactSaid { heard, .. } => heard.attachments.first().map(|attachment| attachment.url.clone()),
            _ => None,
        })
    })
    .await;
    let path = url.strip_prefix(&format!("http://{}", installation.address())).expect("a link through us");
    let cookie = format!("{COOKIE}={}", installation.ana.cookie);
    let get = async |path: &str, headers: &[(&str, &str)]| {
        loadtest::http::request_once("GET", installation.address(), path, headers, b"", SOON).await.unwrap()
    };
    let picture = get(path, &[("cookie", &cookie)]).await;
    assert_eq!((picture.status, picture.body.as_slice()), (200, b"\xff\xd8 a picture".as_slice()));
    assert_eq!(picture.header("content-type"), Some("image/jpeg"));
    // WhatsApp says how long a file is only to whoever asks for it.
    let told = head(&installation, &installation.ana, path).await;
    assert!(told.starts_with("http/1.1 200") && told.contains("content-length: 12\r\n"), "{told}");
    assert_eq!(picture.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    assert_eq!(get(path, &[]).await.status, 401);
    assert_eq!(get(&format!("{path}2"), &[("cookie", &cookie)]).await.status, 404);

    // A colleague answers on the business's own phone: the bot makes way.
    let echo = json!({"from": "15550783881", "to_user_id": BEN, "id": "wamid.phone", "timestamp": "1787204895",
        "type": "text", "text": {"body": "It is Carla. I will call you."}});
    whatsapp.tell(BEN, "smb_message_echoes", json!({"message_echoes": [echo]}));
    let outside = |event: &Event| matches!(event, Event::TakenOver { by: Speaker::Outside, .. });
    happens(&node, BEN, "a person elsewhere has the floor", outside).await;
    node.stop().await;
}

#[actix_web::test]
async fn what_was_taken_and_did_not_arrive_is_said_and_a_closed_day_is_too() {
    let (installation, whatsapp, node) = started().await;
    whatsapp.lose(ANA, true);
    whatsapp.say(ANA, "hours");
    let lost = |event: &Event| matches!(event, Event::Bounced { reason, .. } if reason.contains("131026"));
    happens(&node, ANA, "it did not arrive", lost).await;
    whatsapp.lose(ANA, false);
    // The day is over by WhatsApp's clock: what the bot says comes to nothing, and says so.
    whatsapp.rule(Rule::next(1, Then::Refuse { status: 400, code: 131_047, subcode: None, retry_after: None }));
    whatsapp.say(ANA, "prices");
    let closed = |event: &Event| matches!(event, Event::Failed { reason, .. } if reason.contains("only a template"));
    happens(&node, ANA, "the window is closed", closed).await;
    // A refused token stops the account, and loses nothing.
    whatsapp.revoke(true);
    whatsapp.say(ANA, "hours");
    happens(&node, ANA, "it waits", |event| matches!(event, Event::Retrying { .. })).await;
    let all = events(&node, ANA).await;
    assert_eq!(all.iter().filter(|event| matches!(event, Event::Failed { .. })).count(), 1, "{all:#?}");
    assert!(!format!("{all:?}").contains(&Settings::default().token));
    assert!(metric(&installation.get("/metrics").await.text(), "switchboard_sends_total") >= 3.0);
    node.stop().await;
}

#[actix_web::test]
async fn once_the_day_is_over_an_agent_sends_a_template_and_an_answer_opens_it_anew() {
    let template = r#"
[[account.template]]
name = "follow_up"
language = "en_US"
text = "Hello {{1}}, shall we go on?"
"#;
    let (installation, whatsapp, node) = start(Settings::default(), template).await;
    // It was written yesterday, and comes only now: what the bot says to it comes to nothing.
    let yesterday = (loadtest::clock::millis() / 1000 - 25 * 3600).to_string();
    let message = json!({"from": ANAS_NUMBER, "from_user_id": ANA, "id": "wamid.late", "timestamp": yesterday,
        "type": "text", "text": {"body": "hours"}});
    whatsapp.tell(ANA, "messages", whatsapp.value(ANA, std::slice::from_ref(&message)));
    let closed = |event: &Event| matches!(event, Event::Failed { reason, .. } if reason.contains("24 hours"));
    happens(&node, ANA, "the bot is too late", closed).await;
    let conversation = contact(ANA).conversation.to_string();
    let mut console = installation.console(&installation.ana).await;
    let code = async |console: &mut loadtest::clients::ConsoleClient, cid: &str| match console
        .answer_to(cid, SOON)
        .await
        .unwrap()
    {
        Answered::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    };
    let cid = console.reply(&conversation, "Are you there?", true).await.unwrap();
    assert_eq!(code(&mut console, &cid).await, "window_closed");
    let cookie = format!("{COOKIE}={}", installation.ana.cookie);
    let path = format!("/api/v1/accounts/{ACCOUNT}/templates");
    let headers = [("cookie", cookie.as_str())];
    let offered =
        loadtest::http::request_once("GET", installation.address(), &path, &headers, b"", SOON).await.unwrap();
    let offered: serde_json::Value = serde_json::from_str(&offered.text()).unwrap();
    let row = json!({"name": "follow_up", "language": "en_US", "text": "Hello {{1}}, shall we go on?", "takes": 1});
    assert_eq!(offered["templates"], json!([row]));
    let named = ("follow_up", "en_US");
    let cid = console.template(&conversation, named, &[], "").await.unwrap();
    assert_eq!(code(&mut console, &cid).await, "bad_values");
    let cid = console.template(&conversation, ("other", "en_US"), &["Ana"], "").await.unwrap();
    assert_eq!(code(&mut console, &cid).await, "no_such_template");
    let words = "Hello Ana, shall we go on?";
    let cid = console.template(&conversation, named, &["Ana"], words).await.unwrap();
    assert!(matches!(console.answer_to(&cid, SOON).await.unwrap(), Answered::Done { .. }));
    let sent = got(&whatsapp, ANA, 1).await.remove(0);
    assert_eq!(sent.body["template"]["components"][0]["parameters"], json!([{"type": "text", "text": "Ana"}]));
    let told = |event: &Event| matches!(event, Event::AgentSaid { text, .. } if text == words);
    happens(&node, ANA, "what she reads is in the log", told).await;
    // She taps the template's own button: the day begins anew, and words go out again.
    whatsapp.send(ANA, &json!({"type": "button", "button": {"payload": "GO_ON", "text": "Yes, go on"}}));
    let tapped =
        |event: &Event| matches!(event, Event::ContactSaid { heard, .. } if heard.tap.as_deref() == Some("GO_ON"));
    happens(&node, ANA, "the tap is heard", tapped).await;
    let cid = console.reply(&conversation, "Good. Where were we?", true).await.unwrap();
    assert!(matches!(console.answer_to(&cid, SOON).await.unwrap(), Answered::Done { .. }));
    assert_eq!(got(&whatsapp, ANA, 2).await[1].text(), "Good. Where were we?");
    node.stop().await;
}

#[actix_web::test]
async fn a_whatsapp_that_misbehaves_gets_each_message_once_and_in_order() {
    let (_installation, whatsapp, node) = started().await;
    whatsapp.set_plan(Plan { twice: true, ..Plan::of(&["delivered", "sent"]) });
    let refuse = |status: u16, code: u32| Then::Refuse { status, code, subcode: None, retry_after: Some(1) };
    let faults = [
        Then::Delay { millis: 700 },
        refuse(429, 130_429),
        Then::AcceptThenCut,
        Then::CutBeforeAccepting,
        Then::Nonsense,
        refuse(503, 131_000),
    ];
    for fault in faults {
        whatsapp.rule(Rule::next(1, fault));
    }
    let asked = ["hours", "prices", "hours", "location", "hello"];
    for (number, text) in (1..).zip(asked) {
        let message = json!({"from": ANAS_NUMBER, "from_user_id": ANA, "id": format!("wamid.{number}"),
            "timestamp": (loadtest::clock::millis() / 1000).to_string(), "type": "text", "text": {"body": text}});
        if number == 1 {
            // They exist for the fake once they have written.
            whatsapp.say(ANA, text);
            continue;
        }
        // It comes again, as after an answer that was lost.
        for _ in 0..2 {
            whatsapp.tell(ANA, "messages", whatsapp.value(ANA, std::slice::from_ref(&message)));
        }
    }
    let menu = |event: &Event| matches!(event, Event::BotSaid { line, .. } if !line.choices.is_empty());
    happens(&node, ANA, "the menu is sent", menu).await;
    taken(&whatsapp).await;
    let said = eventually("every message has arrived", async || {
        let said = said(&events(&node, ANA).await);
        let there: Vec<String> = whatsapp.got(ANA).iter().map(|call| call.text().to_owned()).collect();
        let count = |of: &[String], text: &str| of.iter().filter(|it| *it == text).count();
        let words: Vec<String> = said.iter().map(|(_, text)| text.clone()).collect();
        words.iter().all(|text| count(&there, text) >= count(&words, text)).then_some(said)
    })
    .await;
    taken(&whatsapp).await;
    let all = events(&node, ANA).await;
    // P4: as many messages as there were.
    let heard = all.iter().filter(|event| matches!(event, Event::ContactSaid { .. })).count();
    assert_eq!(heard, asked.len(), "{all:#?}");
    // P6: each once and in the order in which they were said; what was uncertain is proven by its status, not sent again.
    let uncertain = all.iter().filter(|event| matches!(event, Event::Uncertain { .. })).count();
    assert!(uncertain >= 1, "{all:#?}");
    let there: Vec<String> = whatsapp.got(ANA).iter().map(|call| call.text().to_owned()).collect();
    let wanted: Vec<String> = said.into_iter().map(|(_, text)| text).collect();
    assert_eq!(there, wanted);
    node.stop().await;
}

#[actix_web::test]
async fn messages_never_leave_faster_than_the_number_may_send() {
    const PER_SECOND: u64 = 5;
    let began = loadtest::clock::millis();
    // The fake refuses whatever is beyond it within a second: nothing is.
    let limit = Settings { per_second: PER_SECOND, ..Settings::default() };
    let (_installation, whatsapp, node) = start(limit, &format!("sends_per_second = {PER_SECOND}")).await;
    for person in 1..=4 {
        whatsapp.say(&person.to_string(), "hello");
    }
    for person in 1..=4 {
        whatsapp.wait_for(&person.to_string(), 2, SOON).await.expect("the greeting");
    }
    // P7, from the provider's own record.
    for (before, call) in whatsapp.calls().into_iter().enumerate() {
        let room = PER_SECOND * (call.at - began) / 1000 + 1;
        assert!(before as u64 <= room && call.accepted, "{before} before {call:#?}, and room for {room}");
    }
    node.stop().await;
}

#[actix_web::test]
async fn one_contact_never_gets_more_than_the_pair_allows_and_holds_up_nobody() {
    // The fake refuses whatever is beyond three at once, and one in 800 ms: nothing is.
    let limits = Settings { pair_at_once: 3, pair_every_ms: 800, per_second: 100_000, ..Settings::default() };
    let ours = "sends_per_second = 100000\ncontact_burst = 2\ncontact_interval_ms = 900";
    let (_installation, whatsapp, node) = start(limits, ours).await;
    for text in ["hours", "prices", "hours", "prices"] {
        whatsapp.say(ANA, text);
    }
    whatsapp.say(BEN, "hours");
    let hers = got(&whatsapp, ANA, 4).await;
    let his = got(&whatsapp, BEN, 1).await;
    // Counted from when the first was said: what a message needs for its way only makes it later.
    let logged = log(&node, &contact(ANA)).await;
    let said = logged.iter().find(|logged| matches!(logged.event, Event::BotSaid { .. })).expect("the first answer");
    assert!(his[0].number < hers[3].number, "others do not wait for her: {:#?}", whatsapp.calls());
    for (call, least) in hers[2..].iter().zip([900, 1_800]) {
        assert!(call.at >= said.at.0 + least, "two at once, then one each 900 ms from {}: {hers:#?}", said.at.0);
    }
    assert!(whatsapp.calls().iter().all(|call| call.accepted), "{:#?}", whatsapp.calls());
    node.stop().await;
}

#[actix_web::test]
async fn odd_webhooks_do_no_harm() {
    let (installation, whatsapp, node) = started().await;
    let page = loadtest::messenger::Page::new("1", &Settings::default().app_secret);
    let post = async |path: &str, signature: &str, body: &[u8]| {
        let headers = [("content-type", "application/json"), ("x-hub-signature-256", signature)];
        loadtest::http::request_once("POST", installation.address(), path, &headers, body, SOON).await
    };
    let get = async |query: &str| {
        let path = format!("{PATH}?{query}");
        loadtest::http::request_once("GET", installation.address(), &path, &[], b"", SOON).await.unwrap()
    };
    // Meta asks whether the address is ours.
    let asked = get("hub.challenge=1158201444&hub.mode=subscribe&hub.verify_token=a%20word").await;
    assert_eq!((asked.status, asked.body.as_slice()), (200, b"1158201444".as_slice()));
    assert_eq!(get("hub.challenge=1&hub.mode=subscribe&hub.verify_token=guessed").await.status, 403);
    // Whoever does not know the secret says nothing; nor does who knows another app's.
    let hello = json!({"entry": []}).to_string();
    let other = loadtest::messenger::Page::new("1", "another-secret").sign(hello.as_bytes());
    for wrong in ["", "sha256=", &other] {
        assert_eq!(post(PATH, wrong, hello.as_bytes()).await.unwrap().status, 401, "{wrong}");
    }
    assert_eq!(post(&format!("{PATH}/wa-1"), &page.sign(b"{}"), b"{}").await.unwrap().status, 404);
    // What Meta itself brings, however odd, is taken, or it would come again for a week.
    let unread = async || metric(&installation.get("/metrics").await.text(), "switchboard_webhooks_unread_total");
    let before = unread().await;
    for odd in ["", "null", "{}", "\0", r#"{"entry":[7]}"#, r#"{"entry":[{"changes":[{"field":"account_update"}]}]}"#] {
        assert_eq!(post(PATH, &page.sign(odd.as_bytes()), odd.as_bytes()).await.unwrap().status, 200, "{odd:?}");
    }
    assert!(unread().await >= before + 6.0);
    whatsapp.say(ANA, "a\0b");
    let mended = |event: &Event| matches!(event, Event::ContactSaid { heard, .. } if heard.text == "a\u{fffd}b");
    happens(&node, ANA, "it is heard", mended).await;
    let group = json!({"type": "text", "group_id": "g", "text": {"body": "Hi all"}});
    whatsapp.send("4", &group);
    taken(&whatsapp).await;
    assert!(log(&node, &contact("4")).await.is_empty());
    assert!(metric(&installation.get("/metrics").await.text(), "switchboard_webhooks_passed_over_total") >= 1.0);
    node.stop().await;
}

#[actix_web::test]
async fn whoever_comes_with_metas_id_beside_their_number_stays_one_conversation() {
    let (_installation, whatsapp, node) = started().await;
    let says = |id: &str, person: Value, card: Value, text: &str| {
        let mut message = json!({"id": id, "timestamp": (loadtest::clock::millis() / 1000).to_string(), "type": "text",
            "text": {"body": text}});
        message.as_object_mut().unwrap().extend(person.as_object().unwrap().clone());
        let mut value = whatsapp.value(ANA, &[message]);
        value["contacts"] = json!([card]);
        whatsapp.tell(ANA, "messages", value);
    };
    let (number, name) = (ANAS_NUMBER, json!({"name": "Ana"}));
    says("wamid.1", json!({"from": number}), json!({"wa_id": number, "profile": name}), "hours");
    let heard = |id: &'static str| move |event: &Event| matches!(event, Event::ContactSaid { provider_id: Some(said), .. } if said == id);
    happens(&node, number, "by the number", heard("wamid.1")).await;
    // One day Meta says who it is beside the number, and one day without it.
    let both = json!({"wa_id": number, "user_id": ANA, "profile": name});
    says("wamid.2", json!({"from": number, "from_user_id": ANA}), both, "hours");
    happens(&node, number, "by both", heard("wamid.2")).await;
    says("wamid.3", json!({"from_user_id": ANA}), json!({"user_id": ANA, "profile": {"username": "ana"}}), "prices");
    happens(&node, number, "by Meta's id alone", heard("wamid.3")).await;
    assert_eq!(events(&node, ANA).await, [], "and no second conversation begins");
    node.stop().await;
}

#[actix_web::test]
async fn who_was_once_seen_under_both_names_stays_one_conversation_also_by_the_number_alone() {
    let (installation, whatsapp, node) = started().await;
    let number = ANAS_NUMBER;
    let says = |id: &str, person: Value, card: Value| {
        let mut message = json!({"id": id, "timestamp": (loadtest::clock::millis() / 1000).to_string(), "type": "text",
            "text": {"body": "hours"}});
        message.as_object_mut().unwrap().extend(person.as_object().unwrap().clone());
        let mut value = whatsapp.value(ANA, &[message]);
        value["contacts"] = json!([card]);
        whatsapp.tell(ANA, "messages", value);
    };
    let heard = |id: &'static str| move |event: &Event| matches!(event, Event::ContactSaid { provider_id: Some(said), .. } if said == id);
    says("wamid.1", json!({"from": number, "from_user_id": ANA}), json!({"wa_id": number, "user_id": ANA}));
    happens(&node, ANA, "by both", heard("wamid.1")).await;
    taken(&whatsapp).await;
    says("wamid.2", json!({"from": number}), json!({"wa_id": number}));
    happens(&node, ANA, "by the number alone", heard("wamid.2")).await;
    node.stop().await;
    // It is written down.
    let node = installation.start().await;
    says("wamid.3", json!({"from": number}), json!({"wa_id": number}));
    happens(&node, ANA, "after a restart, too", heard("wamid.3")).await;
    assert_eq!(events(&node, number).await, [], "and no second conversation begins");
    node.stop().await;
}
