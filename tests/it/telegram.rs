//! Telegram, from the app to the reply and back, with a Telegram that behaves and one that does not.

use loadtest::clients::{Answered, ConsoleFrame};
use loadtest::product::COOKIE;
use loadtest::provider::{Rule, Then};
use loadtest::telegram::{Call, Settings, Telegram};
use serde_json::json;
use switchboard::domain::changes::Change;
use switchboard::domain::event::Event;
use switchboard::domain::ids::{AccountId, Seq};
use switchboard::node::Node;
use switchboard::ports::store::Contact;

use crate::support::installation::{Installation, SOON};
use crate::support::node::{eventually, log, metric};

const ACCOUNT: &str = "tg-1";
const PERSON: i64 = 5_512_345_678;
const HOURS: &str = "We are open Monday to Friday from 8:00 to 18:00 and Saturday from 9:00 to 13:00.";

/// An installation with a bot at a fake Telegram, and its node, which has entered its address.
async fn start(sends_per_second: u32) -> (Installation, Telegram, Node) {
    let telegram = Telegram::start(Settings::default()).await.unwrap();
    let (base, token) = (telegram.base(), Settings::default().token);
    let account = format!(
        r#"[[account]]
id = "{ACCOUNT}"
kind = "telegram"
bot = "harbor"
bot_token = "{token}"
api_base = "{base}"
sends_per_second = {sends_per_second}
"#
    );
    let installation = Installation::with(|plan| {
        plan.accounts = account;
        plan.limits = "reconcile_s = 2";
    });
    let installation = installation.await;
    let node = installation.start().await;
    let ours = format!("http://{}/webhooks/telegram/{ACCOUNT}", installation.address());
    eventually("our address is entered", async || (telegram.webhook().as_ref() == Some(&ours)).then_some(())).await;
    (installation, telegram, node)
}

fn contact(person: i64) -> Contact {
    Contact::of(&AccountId::new(ACCOUNT), &person.to_string())
}

async fn events(node: &Node, person: i64) -> Vec<Event> {
    log(node, &contact(person)).await.into_iter().map(|logged| logged.event).collect()
}

async fn happens(node: &Node, what: &str, such: impl Fn(&Event) -> bool) {
    eventually(what, async || events(node, PERSON).await.iter().any(&such).then_some(())).await;
}

async fn got(telegram: &Telegram, count: usize) -> Vec<Call> {
    let got = telegram.wait_for(PERSON, count, SOON).await;
    got.unwrap_or_else(|there| panic!("{} of {count}: {there:#?}", there.len()))
}

async fn taken(telegram: &Telegram) {
    eventually("updates are taken", async || (telegram.updates_pending() == 0).then_some(())).await;
}

fn data_of(menu: &Call, label: &str) -> String {
    let found = menu.buttons().into_iter().find(|(shown, _)| shown == label);
    found.unwrap_or_else(|| panic!("no {label} in {menu:#?}")).1
}

#[actix_web::test]
async fn a_person_taps_a_menu_gets_an_agent_and_changes_their_words() {
    let (installation, telegram, node) = start(100_000).await;
    telegram.say(PERSON, "/start");
    let menu = got(&telegram, 2).await.remove(1);
    let labels: Vec<String> = menu.buttons().into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["Get a quote", "Opening hours", "Prices", "Talk to a human"]);
    happens(&node, "the name is known", |event| matches!(event, Event::ContactNamed { name } if name == "Ana Lima"))
        .await;

    // An impatient finger: five taps, one answer, and no button spins.
    telegram.tap(PERSON, &menu, &data_of(&menu, "Opening hours"), 5);
    assert_eq!(got(&telegram, 3).await[2].text(), HOURS);
    taken(&telegram).await;
    eventually("no button spins", async || (telegram.spinning() == 0).then_some(())).await;
    let gone =
        |call: &Call| call.method == "editMessageReplyMarkup" && call.body["message_id"] == json!(menu.message_id);
    eventually("its buttons are gone", async || telegram.calls().iter().any(gone).then_some(())).await;
    let all = events(&node, PERSON).await;
    let taps = all.iter().filter(|event| matches!(event, Event::ContactSaid { heard, .. } if heard.tap.is_some()));
    assert_eq!(taps.count(), 2, "the start and one tap: {all:#?}");

    telegram.say(PERSON, "I had an accident");
    happens(&node, "a human is wanted", |event| matches!(event, Event::HandedOff { .. })).await;
    let conversation = contact(PERSON).conversation.to_string();
    let mut console = installation.console(&installation.ana).await;
    console.watch(&conversation).await.unwrap();
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    console.ask(json!({"type": "typing", "conversation": conversation})).await.unwrap();
    let writes = |call: &Call| call.method == "sendChatAction" && call.chat() == Some(PERSON) && call.accepted;
    eventually("they see that she writes", async || telegram.calls().iter().any(writes).then_some(())).await;
    let cid = console.reply(&conversation, "I am Ana. Are you all right?", true).await.unwrap();
    assert!(matches!(console.answer_to(&cid, SOON).await.unwrap(), Answered::Done { .. }));
    let hers = |call: &Call| call.text().starts_with("I am Ana.");
    let reply = eventually("her words arrive", async || telegram.got(PERSON).into_iter().find(hers)).await;

    let said = telegram.say(PERSON, "Yes, yuo?");
    telegram.edit(PERSON, said, "Yes, you?");
    telegram.react(PERSON, reply.message_id.unwrap(), "👍");
    // An edit that changes no word is none.
    telegram.edit(PERSON, said, "Yes, you?");
    taken(&telegram).await;
    let all = events(&node, PERSON).await;
    let place =
        |wanted: &dyn Fn(&Event) -> bool| -> Option<Seq> { (1..).zip(&all).find(|it| wanted(it.1)).map(|it| it.0) };
    let theirs = place(&|event| matches!(event, Event::ContactSaid { heard, .. } if heard.text == "Yes, yuo?"));
    let ours = place(&|event| matches!(event, Event::AgentSaid { .. }));
    let changes: Vec<(Option<Seq>, String)> = all
        .iter()
        .filter_map(|event| match event {
            Event::ContactChanged { of, change: Change::Edited { text, .. }, .. } => Some((*of, text.clone())),
            Event::ContactChanged { of, change: Change::Reacted { with }, .. } => Some((*of, with.clone()?)),
            _ => None,
        })
        .collect();
    assert_eq!(changes, [(theirs, "Yes, you?".into()), (ours, "👍".into())]);
    node.stop().await;
}

#[actix_web::test]
async fn links_files_groups_and_a_stopped_bot_are_what_they_are() {
    let (installation, telegram, node) = start(100_000).await;
    telegram.say(PERSON, "/start spring-sale");
    happens(
        &node,
        "they came by a link",
        |event| matches!(event, Event::ContactSaid { heard, .. } if heard.referral.as_deref() == Some("spring-sale")),
    )
    .await;
    got(&telegram, 2).await;

    telegram.keep_file("AgAC-1_x", "photos/file_7.jpg", b"\xff\xd8 a picture");
    telegram.send(
        PERSON,
        &json!({"photo": [{"file_id": "AgAC-1_x", "width": 90, "height": 90, "file_size": 12}], "caption": "My roof"}),
    );
    let url = eventually("the picture is there", async || {
        let all = events(&node, PERSON).await;
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
    assert_eq!(picture.header("content-length"), Some("12"));
    let heard = |event: &Event| matches!(event, Event::ContactSaid { heard, .. } if heard.attachments.first().is_some_and(|it| it.bytes == Some(12)));
    happens(&node, "Telegram says how long it is", heard).await;
    assert_eq!(picture.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    let seq = log(&node, &contact(PERSON))
        .await
        .iter()
        .find(|logged| matches!(&logged.event, Event::ContactSaid { heard, .. } if !heard.attachments.is_empty()))
        .expect("it")
        .seq;
    for us in ["pictures", "attachments"] {
        let asked = format!("/api/v1/conversations/{}/{us}/{seq}/0", contact(PERSON).conversation);
        assert_eq!(get(&asked, &[("cookie", &cookie)]).await.header("location"), Some(path), "where agents find it");
    }
    assert_eq!(get(path, &[]).await.status, 401);
    assert_eq!(get(&format!("{path}2"), &[("cookie", &cookie)]).await.status, 404);
    assert!(!url.contains(&Settings::default().token));

    let group = json!({"message_id": 7, "date": 1_785_312_000, "text": "Hi all", "chat": {"id": -100_123, "type": "supergroup"},
        "from": {"id": PERSON, "is_bot": false, "first_name": "Ana"}});
    telegram.post(PERSON, "message", group);
    taken(&telegram).await;
    let passed = metric(&installation.get("/metrics").await.text(), "switchboard_webhooks_passed_over_total");
    assert!(passed >= 1.0);
    assert!(log(&node, &contact(-100_123)).await.is_empty());

    telegram.block(PERSON, true);
    happens(&node, "they have stopped the bot", |event| matches!(event, Event::OptedOut { .. })).await;
    let conversation = contact(PERSON).conversation.to_string();
    let mut console = installation.console(&installation.ana).await;
    let cid = console.reply(&conversation, "Are you there?", true).await.unwrap();
    match console.answer_to(&cid, SOON).await.unwrap() {
        Answered::Refused { code, .. } => assert_eq!(code, "opted_out"),
        other => panic!("{other:?}"),
    }
    telegram.block(PERSON, false);
    happens(&node, "they are back", |event| *event == Event::OptedIn).await;
    node.stop().await;
}

#[actix_web::test]
async fn a_telegram_that_misbehaves_gets_each_message_once_and_in_order() {
    let (_installation, telegram, node) = start(100_000).await;
    let refuse = |status: u16, retry_after| Then::Refuse { status, code: status.into(), subcode: None, retry_after };
    let faults = [
        Then::Delay { millis: 700 },
        refuse(429, Some(1)),
        Then::AcceptThenRefuse { status: 500, code: 500, subcode: None },
        Then::AcceptThenCut,
        Then::CutBeforeAccepting,
        Then::Nonsense,
    ];
    for fault in faults {
        telegram.rule(Rule::next(1, fault));
    }
    let person = json!({"id": PERSON, "is_bot": false, "first_name": "Ana"});
    let asked = ["hours", "prices", "hours", "location", "hello"];
    for (number, text) in (410..).zip(asked) {
        // The chat exists for the fake once somebody has written in it.
        let message = json!({"message_id": number, "date": 1_785_312_000, "from": person,
            "chat": {"id": PERSON, "type": "private"}, "text": text});
        if number == 410 {
            telegram.say(PERSON, "hours");
            continue;
        }
        let update = telegram.post(PERSON, "message", message.clone());
        // It comes again, as after an answer that was lost.
        telegram.post_again(PERSON, update, "message", &message);
    }
    happens(
        &node,
        "the menu is sent",
        |event| matches!(event, Event::BotSaid { line, .. } if !line.choices.is_empty()),
    )
    .await;
    taken(&telegram).await;
    let said = eventually("every message has arrived", async || {
        let said = said(&events(&node, PERSON).await);
        let there: Vec<String> = telegram.got(PERSON).iter().map(|call| call.text().to_owned()).collect();
        let count = |of: &[String], text: &str| of.iter().filter(|it| *it == text).count();
        let words: Vec<String> = said.iter().map(|(_, text)| text.clone()).collect();
        words.iter().all(|text| count(&there, text) >= count(&words, text)).then_some(said)
    })
    .await;
    let all = events(&node, PERSON).await;
    // P4: as many messages as there were.
    let heard = all.iter().filter(|event| matches!(event, Event::ContactSaid { .. })).count();
    assert_eq!(heard, asked.len(), "{all:#?}");
    // P6: in the order in which they were said, and none again unless it was uncertain.
    let again = |seq: Seq| {
        let again = |event: &&Event| matches!(event, Event::Uncertain { of, again_at: Some(_), .. } if *of == seq);
        all.iter().filter(again).count()
    };
    let mut there: Vec<String> = telegram.got(PERSON).iter().map(|call| call.text().to_owned()).collect();
    let extra: usize = said.iter().map(|(seq, _)| again(*seq)).sum();
    assert!(there.len() <= said.len() + extra, "{} messages for {}: {all:#?}", there.len(), said.len());
    there.dedup();
    let mut wanted: Vec<String> = said.into_iter().map(|(_, text)| text).collect();
    wanted.dedup();
    assert_eq!(there, wanted);
    node.stop().await;
}

/// What the bot said, with its seq.
fn said(events: &[Event]) -> Vec<(Seq, String)> {
    let said = |(seq, event): (Seq, &Event)| match event {
        Event::BotSaid { line, .. } => Some((seq, line.text.clone())),
        _ => None,
    };
    (1..).zip(events).filter_map(said).collect()
}

#[actix_web::test]
async fn messages_never_leave_faster_than_the_bot_may_send() {
    const PER_SECOND: u64 = 5;
    let began = loadtest::clock::millis();
    let (_installation, telegram, node) = start(PER_SECOND as u32).await;
    for person in 1..=4 {
        telegram.say(person, "hello");
    }
    for person in 1..=4 {
        telegram.wait_for(person, 2, SOON).await.expect("the greeting");
    }
    // P7, from the provider's own record.
    let messages = telegram.calls().into_iter().filter(|call| call.method == "sendMessage");
    for (before, call) in messages.enumerate() {
        let room = PER_SECOND * (call.at - began) / 1000 + 1;
        assert!(before as u64 <= room, "{before} before {call:#?}, and room for {room}");
    }
    node.stop().await;
}

#[actix_web::test]
async fn a_revoked_token_loses_nothing_and_is_never_shown() {
    let (_installation, telegram, node) = start(100_000).await;
    telegram.say(PERSON, "hello");
    got(&telegram, 2).await;
    telegram.revoke(true);
    telegram.say(PERSON, "hours");
    happens(&node, "it waits", |event| matches!(event, Event::Retrying { .. })).await;
    let all = events(&node, PERSON).await;
    assert!(!all.iter().any(|event| matches!(event, Event::Failed { .. })), "{all:#?}");
    let token = Settings::default().token;
    assert!(!format!("{all:?}").contains(token.split_once(':').unwrap().1), "{all:#?}");
    node.stop().await;
}

#[actix_web::test]
async fn odd_updates_do_no_harm() {
    let (installation, telegram, node) = start(100_000).await;
    let path = format!("/webhooks/telegram/{ACCOUNT}");
    let post = async |path: &str, secret: &str, body: &[u8]| {
        let headers = [("content-type", "application/json"), ("x-telegram-bot-api-secret-token", secret)];
        loadtest::http::request_once("POST", installation.address(), path, &headers, body, SOON).await
    };
    assert_eq!(post(&path, "guessed", b"{}").await.unwrap().status, 401);
    assert_eq!(post("/webhooks/telegram/nobody", "guessed", b"{}").await.unwrap().status, 404);
    let unread = async || metric(&installation.get("/metrics").await.text(), "switchboard_webhooks_unread_total");
    let before = unread().await;
    // What Telegram itself brings, however odd, is taken, or it would hold up all that follows.
    telegram.post(PERSON, "message", json!(null));
    telegram.post(PERSON, "message", json!({"text": "no chat"}));
    telegram.post(PERSON, "callback_query", json!({"id": 7}));
    telegram.say(PERSON, "a\0b");
    taken(&telegram).await;
    happens(
        &node,
        "it is heard",
        |event| matches!(event, Event::ContactSaid { heard, .. } if heard.text == "a\u{fffd}b"),
    )
    .await;
    assert!(unread().await >= before + 2.0);
    // Ten million bytes are not read to their end: an answer, or a line that is cut while we still write.
    if let Ok(answer) = post(&path, "guessed", &vec![b'x'; 10_000_000]).await {
        assert_eq!(answer.status, 413);
    }
    node.stop().await;
}

/// Everything that is ever logged, by whichever library: the token stands in every address of the Bot API.
#[actix_web::test]
async fn the_token_is_in_no_log_however_much_is_logged() {
    let (installation, telegram, node) = start(100_000).await;
    node.stop().await;
    let file = installation.dir.path().join("trace.log");
    let log = std::fs::File::create(&file).unwrap();
    let mut command = installation.command();
    command.env("SWITCHBOARD_LOG", "trace").stdout(std::process::Stdio::null()).stderr(log);
    let mut process = command.spawn().unwrap();
    let times = |method: &str| telegram.calls().iter().filter(|call| call.method == method).count();
    eventually("our address is entered again", async || (times("setWebhook") >= 2).then_some(())).await;
    telegram.rule(Rule::next(1, Then::CutBeforeAccepting));
    telegram.rule(Rule::next(1, Then::Nonsense));
    telegram.say(PERSON, "hours");
    telegram.say(PERSON, "prices");
    got(&telegram, 1).await;
    telegram.revoke(true);
    telegram.say(PERSON, "location");
    let said = || String::from_utf8_lossy(&std::fs::read(&file).unwrap_or_default()).into_owned();
    eventually("it says what is wrong", async || said().contains("the provider refuses this account").then_some(()))
        .await;
    process.kill().unwrap();
    process.wait().unwrap();
    let said = said();
    assert!(said.contains("TRACE"), "libraries say what they do");
    let token = Settings::default().token;
    let secret = token.split_once(':').unwrap().1;
    let lines: Vec<&str> = said.lines().filter(|line| line.contains(secret)).collect();
    assert!(lines.is_empty(), "{lines:#?}");
}

#[actix_web::test]
async fn what_a_person_shows_of_themselves_is_shown_to_agents() {
    let (installation, telegram, node) = start(100_000).await;
    telegram.keep_file("AgAC-2_p", "photos/me.jpg", b"\xff\xd8\xff a face");
    telegram.set_portrait(PERSON, "AgAC-2_p");
    telegram.say(PERSON, "/start");
    let speaks = |event: &Event| matches!(event, Event::AttributeSet { name, value, .. } if name == "language" && value == "pt-br");
    happens(&node, "the language is known", speaks).await;
    let cookie = format!("{COOKIE}={}", installation.ana.cookie);
    let get = async |path: &str| {
        let headers = [("cookie", cookie.as_str())];
        loadtest::http::request_once("GET", installation.address(), path, &headers, b"", SOON).await.unwrap()
    };
    let found = get(&format!("/api/v1/conversations/{}/portrait", contact(PERSON).conversation)).await;
    assert_eq!(found.status, 307);
    let file = found.header("location").expect("where it is").to_owned();
    assert_eq!(get(&file).await.body, b"\xff\xd8\xff a face");
    node.stop().await;
}
