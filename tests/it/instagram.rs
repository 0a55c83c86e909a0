//! Instagram, from the app to the reply and back, with an Instagram that behaves and one that does not.
//!
//! Its echoes carry neither our mark nor our app, and come before the answer that names the message.

use loadtest::clients::{Answered, ConsoleFrame, Poster, diary};
use loadtest::messenger::{Network, Page};
use loadtest::product::APP_SECRET;
use loadtest::provider::{Arrival, EchoTime, Provider, Receipts, Rule, Settings, Then};
use serde_json::{Value, json};
use switchboard::domain::changes::Change;
use switchboard::domain::command::Command;
use switchboard::domain::event::{Event, Receipt, Speaker};
use switchboard::domain::ids::{AccountId, DeliveryId, Seq};
use switchboard::node::Node;
use switchboard::ports::store::Contact;

use crate::support::api;
use crate::support::installation::{Installation, SOON, page};
use crate::support::node::{ask, eventually, log};

const ACCOUNT: &str = "ig-1";
const ID: &str = "17841400008460056";
const SECRET: &str = "example-instagram-secret";
const TOKEN: &str = "example-instagram-token";
const PERSON: &str = "5561234567890123";
const HOURS: &str = "We are open Monday to Friday from 8:00 to 18:00 and Saturday from 9:00 to 13:00.";

/// An installation with an account at a fake Instagram, and its node.
async fn start(sends_per_second: u32, echo: EchoTime) -> (Installation, Provider, Node) {
    start_with(sends_per_second, echo, "").await
}

/// With more lines of the account's.
async fn start_with(sends_per_second: u32, echo: EchoTime, more: &str) -> (Installation, Provider, Node) {
    let settings = Settings { network: Network::Instagram, token: Some(TOKEN.into()), ..Settings::default() };
    let instagram = Provider::start(settings).await.unwrap();
    let base = instagram.base();
    let account = format!(
        r#"[[account]]
id = "{ACCOUNT}"
kind = "instagram"
bot = "harbor"
instagram_id = "{ID}"
app_secret = "{SECRET}"
access_token = "{TOKEN}"
verify_token = "a word"
api_base = "{base}"
sends_per_second = {sends_per_second}
{more}
"#
    );
    let installation = Installation::with(|plan| {
        plan.accounts = account;
        plan.limits = "reconcile_s = 3";
    });
    let installation = installation.await;
    let node = installation.start().await;
    let (to, app_secret) = (installation.address(), SECRET.to_owned());
    instagram.set_receipts(Some(Receipts { to, app_secret, echo, delivery: true, read: false }));
    (installation, instagram, node)
}

fn line() -> Page {
    Page::on(Network::Instagram, ID, SECRET)
}

fn poster(installation: &Installation) -> Poster {
    Poster::new(installation.address(), line(), diary())
}

fn contact() -> Contact {
    Contact::of(&AccountId::new(ACCOUNT), PERSON)
}

async fn events(node: &Node) -> Vec<Event> {
    log(node, &contact()).await.into_iter().map(|logged| logged.event).collect()
}

async fn happens(node: &Node, what: &str, such: impl Fn(&Event) -> bool) {
    eventually(what, async || events(node).await.iter().any(&such).then_some(())).await;
}

async fn got(instagram: &Provider, count: usize) -> Vec<Arrival> {
    let got = instagram.wait_for(PERSON, count, SOON).await;
    got.unwrap_or_else(|there| panic!("{} of {count}: {there:#?}", there.len()))
}

async fn told(instagram: &Provider) {
    eventually("echoes are taken", async || (instagram.receipts_pending() == 0).then_some(())).await;
}

fn place(events: &[Event], wanted: impl Fn(&Event) -> bool) -> Option<Seq> {
    (1..).zip(events).find(|(_, event)| wanted(event)).map(|(seq, _)| seq)
}

#[actix_web::test]
async fn a_person_taps_a_menu_gets_an_agent_and_nobody_takes_our_echoes_for_a_colleague() {
    let (installation, instagram, node) = start(100_000, EchoTime::Before).await;
    instagram.set_name(PERSON, "Zoë Marsh");
    let mut person = poster(&installation);
    person.text(PERSON, "hello").await;
    let menu = got(&instagram, 2).await.remove(1);
    let titles: Vec<&str> = menu.quick_replies.iter().map(|reply| reply.title.as_str()).collect();
    assert_eq!(titles, ["Get a quote", "Opening hours", "Prices", "Talk to a human"]);
    happens(&node, "the name", |event| matches!(event, Event::ContactNamed { name } if name == "Zoë Marsh")).await;
    let choice = &menu.quick_replies[1];
    let tap = line().quick_reply(PERSON, "aWdfZG1_tap", &choice.title, &choice.payload);
    for _ in 0..2 {
        assert_eq!(person.post(std::slice::from_ref(&tap)).await.unwrap(), 200);
    }
    assert_eq!(got(&instagram, 3).await[2].text.as_deref(), Some(HOURS));

    person.text(PERSON, "I had an accident").await;
    happens(&node, "a human is wanted", |event| matches!(event, Event::HandedOff { .. })).await;
    let conversation = contact().conversation.to_string();
    let mut console = installation.console(&installation.ana).await;
    console.watch(&conversation).await.unwrap();
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    console.ask(json!({"type": "typing", "conversation": conversation})).await.unwrap();
    for action in ["mark_seen", "typing_on"] {
        let is_it = |arrival: &Arrival| arrival.sender_action.as_deref() == Some(action);
        eventually(action, async || instagram.arrivals().iter().any(is_it).then_some(())).await;
    }
    // More than a thousand bytes in fewer letters: the fake takes no more in one message.
    let long = "Ich heiße Ána und bin für Sie da. ".repeat(32);
    assert!(long.chars().count() > 1000 && long.len() < 2000);
    let before = events(&node).await.iter().filter(|event| matches!(event, Event::BotSaid { .. })).count();
    got(&instagram, before).await;
    let cid = console.reply(&conversation, &long, true).await.unwrap();
    assert!(matches!(console.answer_to(&cid, SOON).await.unwrap(), Answered::Done { .. }));
    let parts = got(&instagram, before + 2).await.split_off(before);
    assert!(parts.iter().all(|part| part.text.as_deref().is_some_and(|text| text.len() <= 1000)), "{parts:#?}");
    told(&instagram).await;
    let all = events(&node).await;
    let hers = place(&all, |event| matches!(event, Event::AgentSaid { .. })).expect("her words");
    assert!(!all.iter().any(|event| matches!(event, Event::OutsideSaid { .. })), "{all:#?}");

    let last = parts[1].message_id.clone().expect("accepted");
    happens(&node, "it is sent", |event| matches!(event, Event::Sent { of, .. } if *of == hers)).await;
    for _ in 0..2 {
        assert_eq!(person.post(&[line().seen(PERSON, &last)]).await.unwrap(), 200);
    }
    let seen = Event::Received { of: vec![hers], receipt: Receipt::Read };
    assert_eq!(events(&node).await.iter().filter(|event| **event == seen).count(), 1);
    assert!(instagram.arrivals().iter().all(|arrival| arrival.page == ID), "below the account's own name");
    node.stop().await;
}

#[actix_web::test]
async fn stories_links_files_and_what_is_taken_back_are_what_they_are() {
    let (installation, instagram, node) = start(100_000, EchoTime::After).await;
    let mut person = poster(&installation);
    let url = |name: &str| format!("https://lookaside.example/{name}");
    let answer =
        json!({"message": {"mid": "m_story", "text": "hours", "reply_to": {"story": {"url": url("s"), "id": "178"}}}});
    let mention = json!({"message": {"mid": "m_mention", "attachments": [{"type": "story_mention", "payload": {"url": url("m")}}]}});
    let breaker = json!({"postback": {"mid": "m_ice", "title": "Where are you?", "payload": "WHERE"}});
    let link = json!({"message": {"mid": "m_link", "text": "hours",
        "referral": {"ref": "spring-sale", "source": "SHORTLINK", "type": "OPEN_THREAD"}}});
    let odd = json!({"message": {"mid": "m_odd", "is_unsupported": true}});
    for what in [answer, mention, breaker, link, odd] {
        assert_eq!(person.post(&[line().event(PERSON, what)]).await.unwrap(), 200);
    }
    assert_eq!(person.post(&[line().image(PERSON, "m_image", &url("i.jpg"))]).await.unwrap(), 200);
    let all = events(&node).await;
    let heard: Vec<_> = all
        .iter()
        .filter_map(|event| match event {
            Event::ContactSaid { heard, .. } => Some(heard),
            _ => None,
        })
        .collect();
    let attached: Vec<(String, String)> = heard
        .iter()
        .flat_map(|heard| &heard.attachments)
        .map(|attachment| (attachment.name.clone(), attachment.url.clone()))
        .collect();
    let expected = [
        ("answers a story", "https://lookaside.example/s"),
        ("mentions us in a story", "https://lookaside.example/m"),
        ("something Meta does not show", ""),
        ("", "https://lookaside.example/i.jpg"),
    ];
    assert_eq!(attached, expected.map(|(name, url)| (name.to_owned(), url.to_owned())));
    assert_eq!((heard[2].tap.as_deref(), heard[3].referral.as_deref()), (Some("WHERE"), Some("spring-sale")));

    let ours = got(&instagram, 1).await.remove(0).message_id.expect("accepted");
    told(&instagram).await;
    let changes = [line().unsent(PERSON, "m_story"), line().reaction(PERSON, &ours, "love", "❤️")];
    for _ in 0..2 {
        assert_eq!(person.post(&changes).await.unwrap(), 200);
    }
    let changed: Vec<(Option<Seq>, Change)> = events(&node)
        .await
        .into_iter()
        .filter_map(|event| match event {
            Event::ContactChanged { of, change, .. } => Some((of, change)),
            _ => None,
        })
        .collect();
    let first = place(&all, |event| matches!(event, Event::BotSaid { .. }));
    assert_eq!(changed, [(Some(1), Change::Deleted), (first, Change::Reacted { with: Some("❤️".into()) })]);
    node.stop().await;
}

#[actix_web::test]
async fn an_answer_from_instagrams_own_app_takes_over() {
    let (installation, instagram, node) = start(100_000, EchoTime::Before).await;
    let mut person = poster(&installation);
    person.text(PERSON, "hours").await;
    got(&instagram, 1).await;
    let echo = line().echo_of_a_person(PERSON, "m_outside", "Hello, this is Tom from the shop.");
    for _ in 0..2 {
        assert_eq!(person.post(std::slice::from_ref(&echo)).await.unwrap(), 200);
    }
    person.text(PERSON, "hours").await;
    let all = events(&node).await;
    let outside = all.iter().filter(|event| matches!(event, Event::OutsideSaid { .. })).count();
    let answers = all.iter().filter(|event| matches!(event, Event::BotSaid { .. })).count();
    assert_eq!((outside, answers), (1, 1), "{all:#?}");
    node.stop().await;
}

#[actix_web::test]
async fn an_instagram_that_misbehaves_gets_each_message_once_and_in_order() {
    let (installation, instagram, node) = start(100_000, EchoTime::After).await;
    let refuse = |status, code, retry_after| Then::Refuse { status, code, subcode: None, retry_after };
    let faults = [
        Then::Delay { millis: 700 },
        refuse(429, 613, Some(1)),
        Then::AcceptThenRefuse { status: 500, code: 1, subcode: Some(1_357_046) },
        Then::AcceptThenCut,
        Then::CutBeforeAccepting,
        Then::Nonsense,
    ];
    for fault in faults {
        instagram.rule(Rule::next(1, fault));
    }
    let mut person = poster(&installation);
    let asked = ["hours", "prices", "hours", "location", "hello"];
    for text in asked {
        let (mid, status) = person.text(PERSON, text).await;
        // Each comes again, as after an answer that was lost.
        assert_eq!((status, person.post_text(PERSON, &mid, text).await), (Some(200), Some(200)));
    }
    let marks = eventually("every message has arrived", async || {
        let marks = marks(&events(&node).await);
        let there: Vec<String> = arrived(&instagram);
        (marks.len() >= asked.len() && marks.iter().all(|mark| there.contains(mark))).then_some(marks)
    })
    .await;
    told(&instagram).await;
    // P4: as many messages as there were.
    let all = events(&node).await;
    let heard = all.iter().filter(|event| matches!(event, Event::ContactSaid { .. })).count();
    assert_eq!(heard, asked.len(), "{all:#?}");
    // P6: in the order in which they were said, each once: what Instagram had taken was known by its echo in time.
    let mut there = arrived(&instagram);
    for mark in &marks {
        assert_eq!(there.iter().filter(|it| *it == mark).count(), 1, "{mark}: {all:#?}");
    }
    there.dedup();
    assert_eq!(there, marks);
    assert!(!all.iter().any(|event| matches!(event, Event::OutsideSaid { .. })), "{all:#?}");
    node.stop().await;
}

/// What we wrote into the messages that the bot said.
fn marks(events: &[Event]) -> Vec<String> {
    let said = (1..).zip(events).filter(|(_, event)| matches!(event, Event::BotSaid { .. }));
    said.map(|(seq, _)| DeliveryId { conversation: contact().conversation, seq }.to_string()).collect()
}

fn arrived(instagram: &Provider) -> Vec<String> {
    instagram.accepted_for(PERSON).into_iter().filter_map(|arrival| arrival.metadata).collect()
}

#[actix_web::test]
async fn messages_never_leave_faster_than_the_account_may_send() {
    const PER_SECOND: u64 = 5;
    let began = loadtest::clock::millis();
    let (installation, instagram, node) = start(PER_SECOND as u32, EchoTime::Never).await;
    let people: Vec<String> = (1..=4).map(|number| format!("person-{number}")).collect();
    let mut poster = poster(&installation);
    for person in &people {
        poster.text(person, "hello").await;
    }
    for person in &people {
        instagram.wait_for(person, 2, SOON).await.expect("the greeting");
    }
    // P7, from the provider's own record.
    for (before, arrival) in instagram.arrivals().into_iter().filter(|arrival| arrival.text.is_some()).enumerate() {
        let room = PER_SECOND * (arrival.at - began) / 1000 + 1;
        assert!(before as u64 <= room, "{before} before {arrival:#?}, and room for {room}");
    }
    node.stop().await;
}

#[actix_web::test]
async fn after_a_day_only_a_person_answers_and_a_dead_token_loses_nothing() {
    let (installation, instagram, node) = start(100_000, EchoTime::Never).await;
    let late = Then::Refuse { status: 400, code: 10, subcode: Some(2_534_022), retry_after: None };
    instagram.rule(Rule::always(late).untagged());
    let mut person = poster(&installation);
    let mut old = line().text(PERSON, "m_old", "hours");
    old["timestamp"] = json!(old["timestamp"].as_u64().expect("a time") - 30 * 3_600_000);
    assert_eq!(person.post(&[old]).await.unwrap(), 200);
    let outside = |event: &Event| matches!(event, Event::Failed { reason, .. } if reason.contains("24 hours"));
    happens(&node, "the bot's answer does not go out", outside).await;
    let conversation = contact().conversation.to_string();
    let mut console = installation.console(&installation.ana).await;
    console.reply(&conversation, "Ana here.", true).await.unwrap();
    let arrival = got(&instagram, 1).await.remove(0);
    let raw: Value = serde_json::from_str(&arrival.raw).expect("JSON");
    assert_eq!((&raw["messaging_type"], &raw["tag"]), (&json!("MESSAGE_TAG"), &json!("HUMAN_AGENT")));

    instagram.clear_rules();
    instagram.rule(Rule::always(Then::token_expired()));
    console.reply(&conversation, "Are you there?", true).await.unwrap();
    happens(&node, "it waits", |event| matches!(event, Event::Retrying { .. })).await;
    let failed = events(&node).await.iter().filter(|event| matches!(event, Event::Failed { .. })).count();
    assert_eq!(failed, 1, "only what came too late");
    node.stop().await;
}

#[actix_web::test]
async fn odd_webhooks_do_no_harm() {
    let (installation, _instagram, node) = start(100_000, EchoTime::Never).await;
    let mut person = poster(&installation);
    // Another app's secret proves nothing about this account, although it is one of ours.
    let body = line().body(&[line().text(PERSON, "m_1", "hours")]);
    assert_eq!(person.post_bytes(&body, &page().sign(&body)).await.unwrap(), 200);
    assert_eq!(person.post_bytes(&body, &Page::new(ID, "another").sign(&body)).await.unwrap(), 401);
    assert!(events(&node).await.is_empty());
    assert_ne!(SECRET, APP_SECRET);

    let odd = [
        // Some accounts announce messages as edits, without their words.
        json!({"message_edit": {"mid": "m_2", "num_edit": 0}}),
        json!({"message": null}),
        json!({"read": {}}),
        json!({"postback": {"mid": "m_3", "title": "Another app's"}}),
    ];
    let odd: Vec<Value> = odd.into_iter().map(|what| line().event(PERSON, what)).collect();
    assert_eq!(person.post(&odd).await.unwrap(), 200);
    let comment = json!({"object": "instagram", "entry": [{"id": ID, "time": 1, "changes":
        [{"field": "comments", "value": {"id": "1", "text": "nice"}}]}]});
    let comment = comment.to_string().into_bytes();
    assert_eq!(person.post_bytes(&comment, &line().sign(&comment)).await.unwrap(), 200);
    assert!(events(&node).await.is_empty());
    assert_eq!(node.store().raw_payloads(10).await.unwrap().len(), 5, "kept as they came");
    person.text(PERSON, "a\0b").await;
    happens(
        &node,
        "it is heard",
        |event| matches!(event, Event::ContactSaid { heard, .. } if heard.text == "a\u{fffd}b"),
    )
    .await;
    node.stop().await;
}

/// Instagram's own app, beside which we answer.
const ITS_APP: u64 = 1_217_981_644_879_628;
const OUR_APP: u64 = 1_517_776_481_860_111;

/// Whose the conversation is from now on, as Instagram tells whoever had it, or gets it.
fn moved(edge: &str, (from, to): (Option<u64>, u64), at: u64) -> Value {
    json!({"sender": {"id": PERSON}, "recipient": {"id": ID}, "timestamp": at,
        edge: {"previous_owner_app_id": from, "new_owner_app_id": to.to_string()}})
}

#[actix_web::test]
async fn what_instagrams_own_app_takes_it_keeps_until_it_lets_go() {
    let (installation, instagram, node) = start(100_000, EchoTime::After).await;
    let mut person = poster(&installation);
    person.text(PERSON, "hours").await;
    got(&instagram, 1).await;
    let taken = moved("take_thread_control", (Some(OUR_APP), ITS_APP), 1_785_312_081_000);
    instagram.set_owner(PERSON, ITS_APP, false);
    for _ in 0..2 {
        assert_eq!(person.post(std::slice::from_ref(&taken)).await.unwrap(), 200);
    }
    let outside = |event: &Event| matches!(event, Event::TakenOver { by: Speaker::Outside, .. });
    happens(&node, "somebody in Instagram's app has the floor", outside).await;

    // What is said to them there is heard and shown, and nobody here answers.
    let body = String::from_utf8(line().body(&[line().text(PERSON, "aWdfZG1_there", "hours")])).unwrap();
    let body = body.replace("messaging", "standby").into_bytes();
    assert_eq!(person.post_bytes(&body, &line().sign(&body)).await.unwrap(), 200);
    happens(&node, "it is overheard", |event| matches!(event, Event::ContactSaid { provider_id, .. } if provider_id.as_deref() == Some("aWdfZG1_there"))).await;
    assert_eq!(events(&node).await.iter().filter(|event| outside(event)).count(), 1, "told twice, it is taken once");
    assert_eq!(instagram.counts().arrived, 1, "the bot is silent");

    // They let go of it, to us: the bot has the floor, and what is asked from now on it answers.
    instagram.set_owner(PERSON, OUR_APP, false);
    let passed = moved("pass_thread_control", (Some(ITS_APP), OUR_APP), 1_785_312_090_000);
    assert_eq!(person.post(&[passed]).await.unwrap(), 200);
    happens(&node, "the bot has the floor", |event| matches!(event, Event::GivenBack { .. })).await;
    let before = instagram.counts().arrived as usize;
    person.text(PERSON, "prices").await;
    got(&instagram, before + 1).await;
    assert!(instagram.moves().is_empty(), "we have asked for nothing");
    node.stop().await;
}

#[actix_web::test]
async fn a_conversation_is_passed_to_instagrams_own_app_and_released_when_it_goes_back_to_the_bot() {
    let more = format!("when_given_back = \"release\"\n[[account.app]]\napp_id = \"{ITS_APP}\"\nname = \"Instagram\"");
    let (installation, instagram, node) = start_with(100_000, EchoTime::After, &more).await;
    poster(&installation).text(PERSON, "hours").await;
    got(&instagram, 1).await;
    let here = contact().conversation;
    let path = format!("/conversations/{here}/pass");
    let (status, words) =
        api::ask(&installation, &installation.ana, "POST", &path, &json!({"app": ITS_APP.to_string()})).await;
    assert_eq!(status, 204, "{words}");
    let calls = || instagram.moves().into_iter().map(|(edge, person)| (edge, person == PERSON)).collect::<Vec<_>>();
    assert_eq!(calls(), [("pass_thread_control".to_owned(), true)]);
    happens(&node, "the log says so", |event| {
        matches!(event, Event::TakenOver { by: Speaker::Outside, given_by: Some(_), .. })
    })
    .await;

    // An agent takes it, and gives it to the bot: Instagram's app may have it then.
    instagram.set_owner(PERSON, ITS_APP, true);
    let mut console = installation.console(&installation.ana).await;
    console.reply(&here.to_string(), "Ana here.", true).await.unwrap();
    got(&instagram, 2).await;
    assert_eq!(calls()[1..], [("take_thread_control".to_owned(), true)]);
    ask(&node, &contact(), Command::GiveBack { agent: installation.ana.agent.clone(), answer: Some(false) }).await;
    let released =
        async || (calls().last().map(|(edge, _)| edge.as_str()) == Some("release_thread_control")).then_some(());
    eventually("it is released", released).await;

    // It is nobody's: what comes to us is answered.
    poster(&installation).text(PERSON, "prices").await;
    got(&instagram, 3).await;
    node.stop().await;
}
