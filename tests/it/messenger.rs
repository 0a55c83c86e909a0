//! Facebook Messenger, from the webhook to the reply and back, with a provider that behaves.

use futures_util::future::join_all;
use loadtest::clients::{ConsoleFrame, Poster, diary};
use loadtest::http::request_once;
use loadtest::messenger::{PAGE_INBOX_APP, SIGNATURE};
use loadtest::product::{COOKIE, VERIFY_TOKEN};
use loadtest::provider::{Arrival, EchoTime, Receipts, Rule, Then};
use serde_json::{Value, json};
use switchboard::domain::command::{Command, Extension};
use switchboard::domain::event::{Event, Reason, Receipt};
use switchboard::domain::ids::DeliveryId;
use switchboard::node::Node;

use crate::support::installation::{Installation, SOON, contact, conversation, page};
use crate::support::node::{ask, eventually, log, metric};

const PSID: &str = "7392015648120394";

#[actix_web::test]
async fn a_signed_webhook_is_answered_by_the_bot_as_meta_wants_it() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let (_, status) = installation.poster().text(PSID, "hello").await;
    assert_eq!(status, Some(200));
    // The provider of these tests demands the appsecret_proof and the token.
    let got = installation.delivered(PSID, 2).await;
    for (arrival, seq) in got.iter().zip(2..) {
        let id = DeliveryId { conversation: contact(PSID).conversation, seq };
        assert_eq!(arrival.metadata, Some(id.to_string()));
        assert_eq!(raw(arrival)["messaging_type"], "RESPONSE");
    }
    let titles: Vec<&str> = got[1].quick_replies.iter().map(|reply| reply.title.as_str()).collect();
    assert_eq!(titles, ["Get a quote", "Opening hours", "Prices", "Talk to a human"]);
    node.stop().await;
}

#[actix_web::test]
async fn a_tap_on_a_quick_reply_chooses_it() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    poster.text(PSID, "hello").await;
    let menu = installation.delivered(PSID, 2).await.remove(1);
    let choice = &menu.quick_replies[2];
    let tap = poster.page().quick_reply(PSID, "m_tap", &choice.title, &choice.payload);
    assert_eq!(poster.post(&[tap]).await.unwrap(), 200);
    let answer = installation.delivered(PSID, 3).await.remove(2);
    assert!(answer.text.as_deref().is_some_and(|text| text.starts_with("Home insurance starts at")), "{answer:?}");
    node.stop().await;
}

#[actix_web::test]
async fn the_handshake_repeats_the_challenge_only_to_who_knows_the_word() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let ask =
        |word: &str| format!("/webhooks/meta?hub.mode=subscribe&hub.verify_token={word}&hub.challenge=1158201444");
    let right = installation.get(&ask(VERIFY_TOKEN)).await;
    assert_eq!((right.status, right.text().as_str()), (200, "1158201444"));
    assert_eq!(installation.get(&ask("guessed")).await.status, 403);
    node.stop().await;
}

#[actix_web::test]
async fn the_echo_of_our_own_message_is_no_second_message() {
    for echo in [EchoTime::Before, EchoTime::After] {
        let installation = Installation::new().await;
        let node = installation.start().await;
        installation.provider.set_receipts(Some(receipts(&installation, echo)));
        installation.poster().text(PSID, "hours").await;
        installation.delivered(PSID, 1).await;
        wait_for(&node, "our message is known to be sent", |event| matches!(event, Event::Sent { of: 2, .. })).await;
        eventually("the echo was taken", async || (installation.provider.receipts_pending() == 0).then_some(())).await;
        let kinds: Vec<_> = events(&node).await.iter().map(name).collect();
        assert_eq!(kinds, ["ContactSaid", "BotSaid", "Sent"], "echo {echo:?}");
        node.stop().await;
    }
}

#[actix_web::test]
async fn an_answer_from_the_page_inbox_takes_over() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    let mut console = installation.console(&installation.ana).await;
    poster.text(PSID, "hours").await;
    installation.delivered(PSID, 1).await;
    console.watch(&conversation(PSID)).await.unwrap();
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    let echo = page().echo_of_a_person(PSID, "m_outside", "Hello, this is Tom from the shop.");
    assert_eq!(poster.post(std::slice::from_ref(&echo)).await.unwrap(), 200);
    assert_eq!(poster.post(&[echo]).await.unwrap(), 200);

    let is_his = |frame: &ConsoleFrame| matches!(frame, ConsoleFrame::Events { floor, .. } if floor["mode"] == "human");
    let ConsoleFrame::Events { events: shown, floor, .. } = console.until(SOON, is_his).await.unwrap() else {
        unreachable!()
    };
    assert_eq!(shown.last().map(|event| event.kind.as_str()), Some("outside_said"));
    assert_eq!(floor["by"]["name"], "somebody outside the console");
    poster.text(PSID, "hours").await;
    let kinds: Vec<_> = events(&node).await.iter().map(name).filter(|kind| *kind != "Sent").collect();
    assert_eq!(kinds, ["ContactSaid", "BotSaid", "TakenOver", "OutsideSaid", "ContactSaid"]);
    node.stop().await;
}

#[actix_web::test]
async fn another_apps_conversation_is_overheard_until_a_person_takes_it() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    installation.provider.set_owner(PSID, PAGE_INBOX_APP, true);
    let body = page().body(&[page().text(PSID, "m_1", "hours")]);
    let body = String::from_utf8(body).unwrap().replace("messaging", "standby").into_bytes();
    for _ in 0..2 {
        assert_eq!(poster.post_bytes(&body, &page().sign(&body)).await.unwrap(), 200);
    }
    let kinds: Vec<_> = events(&node).await.iter().map(name).collect();
    assert_eq!(kinds, ["TakenOver", "ContactSaid"]);

    let mut console = installation.console(&installation.ana).await;
    console.reply(&conversation(PSID), "Ana here.", true).await.unwrap();
    installation.delivered(PSID, 1).await;
    let call = |edge: &str| (edge.to_owned(), PSID.to_owned());
    assert_eq!(installation.provider.moves(), [call("take_thread_control")]);
    // Where the Page does not let us, the agent reads why, and the other app's people that we ask.
    installation.provider.set_owner(PSID, PAGE_INBOX_APP, false);
    console.reply(&conversation(PSID), "Are you there?", true).await.unwrap();
    let told = |event: &Event| matches!(event, Event::Failed { reason, .. } if reason.contains("have asked for it"));
    wait_for(&node, "it says why", told).await;
    assert_eq!(installation.provider.moves()[1..], [call("take_thread_control"), call("request_thread_control")]);
    node.stop().await;
}

#[actix_web::test]
async fn an_agent_passes_a_conversation_to_another_app_and_gets_it_back_by_replying() {
    let app = "[[account.app]]\napp_id = \"263902037430900\"\nname = \"Page inbox\"\n";
    let installation = Installation::with(|plan| plan.page = app).await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    poster.text(PSID, "hours").await;
    installation.delivered(PSID, 1).await;
    let cookie = format!("{COOKIE}={}", installation.ana.cookie);
    let api = async |method: &str, path: &str, body: &str| {
        let headers = [("cookie", cookie.as_str()), ("content-type", "application/json")];
        request_once(method, installation.address(), path, &headers, body.as_bytes(), SOON).await.expect("an answer")
    };
    let apps: Value = serde_json::from_str(&api("GET", "/api/v1/accounts/page-1/apps", "").await.text()).unwrap();
    assert_eq!(apps, json!({"apps": [{"id": "263902037430900", "name": "Page inbox"}]}));
    let path = format!("/api/v1/conversations/{}/pass", conversation(PSID));
    assert_eq!(api("POST", &path, r#"{"app": "1"}"#).await.status, 422, "only to those that the operator names");
    assert_eq!(api("POST", &path, r#"{"app": "263902037430900"}"#).await.status, 204);
    let moves = || installation.provider.moves();
    assert_eq!(moves(), [("pass_thread_control".to_owned(), PSID.to_owned())]);
    let kinds: Vec<_> = events(&node).await.iter().map(name).filter(|kind| *kind != "Sent").collect();
    assert_eq!(kinds, ["ContactSaid", "BotSaid", "TakenOver", "another"]);
    // What the contact says there is heard, and answered by nobody here.
    let body = page().body(&[page().text(PSID, "m_9", "hours")]);
    let body = String::from_utf8(body).unwrap().replace("messaging", "standby").into_bytes();
    assert_eq!(poster.post_bytes(&body, &page().sign(&body)).await.unwrap(), 200);
    assert_eq!(events(&node).await.iter().filter(|event| name(event) == "BotSaid").count(), 1);
    installation.provider.set_owner(PSID, PAGE_INBOX_APP, true);
    let mut console = installation.console(&installation.ana).await;
    console.reply(&conversation(PSID), "Ana again.", true).await.unwrap();
    installation.delivered(PSID, 2).await;
    assert_eq!(moves().last().map(|(edge, _)| edge.as_str()), Some("take_thread_control"));
    node.stop().await;
}

#[actix_web::test]
async fn what_a_person_wrote_goes_out_before_a_conversation_is_passed_or_it_is_not_passed() {
    let app = "[[account.app]]\napp_id = \"263902037430900\"\nname = \"Page inbox\"\n";
    let installation = Installation::with(|plan| plan.page = app).await;
    let node = installation.start().await;
    installation.poster().text(PSID, "hours").await;
    installation.delivered(PSID, 1).await;
    let cookie = format!("{COOKIE}={}", installation.ana.cookie);
    let pass = async || {
        let headers = [("cookie", cookie.as_str()), ("content-type", "application/json")];
        let path = format!("/api/v1/conversations/{}/pass", conversation(PSID));
        let body = br#"{"app": "263902037430900"}"#;
        request_once("POST", installation.address(), &path, &headers, body, SOON).await.expect("an answer")
    };
    let mut console = installation.console(&installation.ana).await;
    let mut reply = async |text: &str| {
        let cid = console.reply(&conversation(PSID), text, true).await.unwrap();
        console.answer_to(&cid, SOON).await.unwrap();
    };
    installation.provider.rule(Rule::next(1, Then::Delay { millis: 1000 }));
    reply("My colleagues go on with this.").await;
    assert_eq!(pass().await.status, 204, "once it has gone out");
    let kinds: Vec<_> = events(&node).await.iter().map(name).collect();
    let (sent, passed) =
        (kinds.iter().rposition(|kind| *kind == "Sent"), kinds.iter().rposition(|kind| *kind == "TakenOver"));
    assert!(sent < passed, "{kinds:?}");
    assert_eq!(installation.delivered(PSID, 2).await.len(), 2);
    assert_eq!(
        installation.provider.moves(),
        [("pass_thread_control".to_owned(), PSID.to_owned())],
        "nothing takes it back"
    );

    installation.provider.set_owner(PSID, PAGE_INBOX_APP, true);
    reply("I have it again.").await;
    installation.delivered(PSID, 3).await;
    let moves = installation.provider.moves();
    installation.provider.rule(Rule::always(Then::token_expired()));
    reply("And this does not go out.").await;
    let refused = pass().await;
    assert_eq!(refused.status, 409);
    let problem: Value = serde_json::from_str(&refused.text()).unwrap();
    assert_eq!(problem["code"], "on_its_way", "the agent is told");
    assert_eq!(installation.provider.moves(), moves, "and Meta is not asked");
    node.stop().await;
}

#[actix_web::test]
async fn meta_is_asked_to_keep_what_a_person_keeps_and_let_go_of_what_goes_back_to_the_bot() {
    let installation = Installation::with(|plan| plan.page = "when_given_back = \"release\"").await;
    let node = installation.start().await;
    installation.poster().text(PSID, "hours").await;
    installation.delivered(PSID, 1).await;
    let moves = async |count: usize| {
        let all = async || {
            let moves: Vec<String> = installation.provider.moves().into_iter().map(|(edge, _)| edge).collect();
            (moves.len() == count).then_some(moves)
        };
        eventually("Meta is asked", all).await
    };
    let agent = installation.ana.agent.clone();
    let tell = async |command: Command| {
        ask(&node, &contact(PSID), command).await;
    };
    tell(Command::TakeOver { agent: agent.clone() }).await;
    tell(Command::Extend { agent: agent.clone(), by: Extension::Minutes(15) }).await;
    tell(Command::Extend { agent: agent.clone(), by: Extension::UntilResumed }).await;
    assert_eq!(moves(1).await, ["extend_thread_control"], "an hour is nothing that needs asking for");
    tell(Command::GiveBack { agent, answer: None }).await;
    assert_eq!(moves(2).await, ["extend_thread_control", "release_thread_control"]);
    node.stop().await;
}

#[actix_web::test]
async fn what_meta_took_us_off_we_are_put_back_on() {
    let installation = Installation::new().await;
    for _ in 0..2 {
        let node = installation.start().await;
        let subscribed = async || {
            let fields = installation.provider.subscribed();
            (fields.len() == 10 && fields.iter().any(|field| field == "message_echoes")).then_some(())
        };
        eventually("everything is brought to us", subscribed).await;
        node.stop().await;
        installation.provider.unsubscribe();
    }
}

#[actix_web::test]
async fn what_people_can_tap_before_they_write_is_the_bots_and_entered_once() {
    let installation = Installation::with(|plan| {
        plan.bot["entrances"] = json!({
            "greeting": "Ask us anything.",
            "menu": [{"label": "Opening hours", "go": "hours"}, {"label": "Talk to a human", "hand_off": true}],
            "ice_breakers": [{"label": "When are you open?", "go": "hours"}]});
    });
    let installation = installation.await;
    let profile = || installation.provider.profile().0;
    let looked = async |at_least: u64| {
        eventually("it is looked at", async || (installation.provider.profile().1[0] >= at_least).then_some(())).await;
    };
    let node = installation.start().await;
    eventually("it is entered", async || profile()["ice_breakers"].is_array().then_some(())).await;
    node.stop().await;
    let node = installation.start().await;
    looked(2).await;
    let menu = profile()["persistent_menu"][0]["call_to_actions"].clone();
    let payload = menu[0]["payload"].as_str().expect("a payload");
    let mut poster = installation.poster();
    let taps = [
        page().postback(PSID, "m_1", "Opening hours", payload),
        page().postback(PSID, "m_2", "Talk to a human", "hand_off"),
    ];
    for tap in taps {
        assert_eq!(poster.post(&[tap]).await.unwrap(), 200);
    }
    let log = events(&node).await;
    let answered = |event: &Event| matches!(event, Event::BotSaid { line, .. } if line.text.starts_with("We are open"));
    let called = |event: &Event| matches!(event, Event::HandedOff { reason: Reason::Asked, .. });
    assert!(log.iter().any(answered) && log.iter().any(called), "{log:#?}");
    node.stop().await;
    let node = installation.start().await;
    looked(3).await;
    assert_eq!(installation.provider.profile().1[1], 1, "what is there is not entered again");
    node.stop().await;
}

#[actix_web::test]
async fn the_contact_sees_that_an_agent_has_read_and_writes() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    installation.poster().text(PSID, "hours").await;
    installation.delivered(PSID, 1).await;
    let mut console = installation.console(&installation.ana).await;
    console.watch(&conversation(PSID)).await.unwrap();
    let shown = async |action: &str| {
        let is_it = |arrival: &Arrival| arrival.recipient == PSID && arrival.sender_action.as_deref() == Some(action);
        eventually(action, async || installation.provider.arrivals().iter().any(is_it).then_some(())).await;
    };
    shown("mark_seen").await;
    console.ask(json!({"type": "typing", "conversation": conversation(PSID)})).await.unwrap();
    shown("typing_on").await;
    // Neither is a message: nothing of it is in the log.
    let kinds: Vec<_> = events(&node).await.iter().map(name).filter(|kind| *kind != "Sent").collect();
    assert_eq!(kinds, ["ContactSaid", "BotSaid"]);
    node.stop().await;
}

#[actix_web::test]
async fn what_a_contact_is_called_is_asked_once_and_nothing_waits_for_it() {
    let installation = Installation::new().await;
    installation.provider.set_name(PSID, "Zoë Marsh");
    let node = installation.start().await;
    let mut poster = installation.poster();
    poster.text(PSID, "hours").await;
    wait_for(&node, "the name", |event| matches!(event, Event::ContactNamed { name } if name == "Zoë Marsh")).await;
    installation.provider.set_name(PSID, "Somebody else");
    poster.text(PSID, "hours").await;
    installation.delivered(PSID, 2).await;
    let named = events(&node).await.iter().filter(|event| matches!(event, Event::ContactNamed { .. })).count();
    assert_eq!(named, 1, "once a day");
    node.stop().await;
}

#[actix_web::test]
async fn which_language_a_contact_reads_is_learnt_where_meta_lets_us_ask() {
    let installation = Installation::new().await;
    for psid in [PSID, "8"] {
        installation.provider.set_name(psid, "Zoë Marsh");
    }
    installation.provider.set_locale(PSID, "de_DE");
    let node = installation.start().await;
    let mut poster = installation.poster();
    poster.text(PSID, "hours").await;
    let german =
        |event: &Event| matches!(event, Event::AttributeSet { name, value, .. } if name == "language" && value == "de");
    wait_for(&node, "the language", german).await;
    // Where Meta refuses, the name comes all the same.
    poster.text("8", "hours").await;
    let named = async || {
        let log = log(&node, &contact("8")).await;
        log.iter().any(|logged| matches!(logged.event, Event::ContactNamed { .. })).then_some(())
    };
    eventually("the name", named).await;
    node.stop().await;
}

#[actix_web::test]
async fn receipts_move_a_message_forward_and_never_back() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    poster.text(PSID, "hours").await;
    let message = installation.delivered(PSID, 1).await.remove(0);
    wait_for(&node, "sent", |event| matches!(event, Event::Sent { .. })).await;
    let mid = message.message_id.expect("accepted");
    let (page, now) = (page(), message.at + 60_000);
    for receipt in [
        page.delivery(PSID, &[&mid], now),
        page.delivery(PSID, &[&mid], now),
        page.read(PSID, now),
        page.read(PSID, now),
        page.delivery(PSID, &[&mid], now),
    ] {
        assert_eq!(poster.post(&[receipt]).await.unwrap(), 200);
    }
    let received: Vec<_> = events(&node).await.into_iter().filter(|event| name(event) == "Received").collect();
    let moved = |receipt| Event::Received { of: vec![2], receipt };
    assert_eq!(received, [moved(Receipt::Delivered), moved(Receipt::Read)]);
    node.stop().await;
}

#[actix_web::test]
async fn what_a_contact_changes_is_shown_at_its_message_once() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    let mut console = installation.console(&installation.ana).await;
    assert_eq!(poster.post(&[page().text(PSID, "m_1", "hours")]).await.unwrap(), 200);
    let mid = installation.delivered(PSID, 1).await.remove(0).message_id.expect("accepted");
    wait_for(&node, "our message is known to be sent", |event| matches!(event, Event::Sent { of: 2, .. })).await;
    console.watch(&conversation(PSID)).await.unwrap();
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    let from = json!({"sender": {"id": PSID}, "recipient": {"id": page().id}, "timestamp": 1_785_312_020_000_u64});
    let event = |name: &str, value: Value| {
        let mut event = from.clone();
        event[name] = value;
        event
    };
    let news = [
        event("message_edit", json!({"mid": "m_1", "text": "opening hours", "num_edit": 1})),
        event("reaction", json!({"reaction": "love", "emoji": "❤️", "action": "react", "mid": mid})),
        event("message", json!({"mid": "m_never", "is_deleted": true})),
    ];
    for _ in 0..2 {
        assert_eq!(poster.post(&news).await.unwrap(), 200);
    }
    let last = |frame: &ConsoleFrame| matches!(frame, ConsoleFrame::Events { events, .. } if events.iter().any(|event| event.kind == "contact_deleted"));
    console.until(SOON, last).await.unwrap();
    let log = events(&node).await;
    let changed = log.iter().filter_map(|event| match event {
        Event::ContactChanged { of, .. } => Some(*of),
        _ => None,
    });
    assert_eq!(changed.collect::<Vec<_>>(), [Some(1), Some(2), None]);
    node.stop().await;
}

#[actix_web::test]
async fn after_a_day_only_a_person_answers_and_says_so() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    installation.provider.rule(Rule::always(Then::outside_window()).untagged());
    let mut poster = installation.poster();
    let mut old = page().text(PSID, "m_old", "hours");
    let hour = 3_600_000;
    old["timestamp"] = json!(old["timestamp"].as_u64().expect("a time") - 30 * hour);
    assert_eq!(poster.post(&[old]).await.unwrap(), 200);
    wait_for(&node, "the bot's answer was refused", |event| matches!(event, Event::Failed { of: 2, .. })).await;

    let mut console = installation.console(&installation.ana).await;
    console.watch(&conversation(PSID)).await.unwrap();
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    console.reply(&conversation(PSID), "Ana here.", true).await.unwrap();
    let arrival = installation.delivered(PSID, 1).await.remove(0);
    assert_eq!((arrival.text.as_deref(), &raw(&arrival)["tag"]), (Some("Ana here."), &json!("HUMAN_AGENT")));
    node.stop().await;
}

#[actix_web::test]
async fn what_is_genuine_and_not_understood_is_kept_as_it_came() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    let news = json!({"sender": {"id": PSID}, "recipient": {"id": page().id}, "timestamp": 1, "telepathy": {"thought": "ships"}});
    assert_eq!(poster.post(&[news]).await.unwrap(), 200);
    let nonsense = b"{\"object\":\"page\",";
    assert_eq!(poster.post_bytes(nonsense, &page().sign(nonsense)).await.unwrap(), 200);
    let kept = node.store().raw_payloads(10).await.unwrap();
    let has = |words: &str| kept.iter().any(|payload| String::from_utf8_lossy(&payload.body).contains(words));
    assert!(kept.len() == 2 && has("telepathy") && has("{\"object\":\"page\","), "{kept:?}");
    node.stop().await;
}

#[actix_web::test]
async fn an_unknown_page_is_answered_200_and_counted() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let counted =
        async || metric(&installation.get("/metrics").await.text(), "switchboard_webhooks_unknown_account_total");
    let before = counted().await;
    let stranger = loadtest::messenger::Page::new("999", loadtest::product::APP_SECRET);
    let status = Poster::new(installation.address(), stranger.clone(), diary()).text(PSID, "hours").await.1;
    assert_eq!(status, Some(200));
    assert!(counted().await >= before + 1.0);
    assert_eq!(node.store().count().await.unwrap()[..3], [0, 0, 0], "nothing is stored of a Page that is not ours");
    node.stop().await;
}

#[actix_web::test]
async fn what_is_not_signed_is_refused_and_leaves_nothing() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    let body = page().body(&[page().text(PSID, "m_1", "hours")]);
    let foreign = loadtest::messenger::Page::new(page().id, "another secret").sign(&body);
    for signature in [foreign.as_str(), "", "sha256=", "sha1=00", "sha256=zz"] {
        assert_eq!(poster.post_bytes(&body, signature).await.unwrap(), 401, "{signature}");
    }
    let address = installation.address();
    let unsigned = loadtest::http::request_once("POST", address, "/webhooks/meta", &[], &body, SOON).await.unwrap();
    assert_eq!(unsigned.status, 401);
    assert_eq!(node.store().count().await.unwrap()[..3], [0, 0, 0]);
    assert!(node.store().raw_payloads(10).await.unwrap().is_empty());
    node.stop().await;
}

#[actix_web::test]
async fn a_body_over_a_mebibyte_is_refused() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let body = vec![b' '; 1024 * 1024 + 1];
    let signature = page().sign(&body);
    let headers = [(SIGNATURE, signature.as_str())];
    let answer =
        loadtest::http::request_once("POST", installation.address(), "/webhooks/meta", &headers, &body, SOON).await;
    // A server that has read enough may hang up while the rest is still being written.
    if let Ok(answer) = answer {
        assert_eq!(answer.status, 413);
    }
    let fits = page().body(&[page().text(PSID, "m_1", &"hours ".repeat(100))]);
    assert_eq!(installation.poster().post_bytes(&fits, &page().sign(&fits)).await.unwrap(), 200);
    node.stop().await;
}

#[actix_web::test]
async fn a_webhook_delivered_twenty_times_at_once_is_one_message() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let body = page().body(&[page().text(PSID, "m_same", "hours")]);
    let signature = page().sign(&body);
    let posts =
        (0..20).map(|_| async { installation.poster().post_bytes(&body, &signature).await.expect("an answer") });
    assert_eq!(join_all(posts).await, [200; 20]);
    installation.delivered(PSID, 1).await;
    assert!(installation.provider.wait_quiet(std::time::Duration::from_millis(300), SOON).await);
    assert_eq!(installation.provider.texts_for(PSID).len(), 1, "one message, one answer");
    let said = events(&node).await.iter().filter(|event| name(event) == "ContactSaid").count();
    assert_eq!(said, 1);
    node.stop().await;
}

#[actix_web::test]
async fn the_messages_of_a_batch_keep_their_order() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let texts: Vec<String> = (0..60).map(|number| format!("line {number}")).collect();
    let batch: Vec<Value> =
        texts.iter().enumerate().map(|(number, text)| page().text(PSID, &format!("m_{number}"), text)).collect();
    let body = page().body_of_entries(&batch[..30]);
    assert_eq!(installation.poster().post_bytes(&body, &page().sign(&body)).await.unwrap(), 200);
    assert_eq!(installation.poster().post(&batch[30..]).await.unwrap(), 200);
    let said: Vec<String> = events(&node).await.into_iter().filter_map(words).collect();
    assert_eq!(said, texts);
    node.stop().await;
}

fn receipts(installation: &Installation, echo: EchoTime) -> Receipts {
    let app_secret = loadtest::product::APP_SECRET.to_owned();
    Receipts { to: installation.address(), app_secret, echo, delivery: false, read: false }
}

fn raw(arrival: &Arrival) -> Value {
    serde_json::from_str(&arrival.raw).expect("JSON")
}

async fn events(node: &Node) -> Vec<Event> {
    log(node, &contact(PSID)).await.into_iter().map(|logged| logged.event).collect()
}

async fn wait_for(node: &Node, what: &str, wanted: impl Fn(&Event) -> bool) {
    eventually(what, async || events(node).await.iter().any(&wanted).then_some(())).await;
}

fn words(event: Event) -> Option<String> {
    match event {
        Event::ContactSaid { heard, .. } => Some(heard.text),
        _ => None,
    }
}

fn name(event: &Event) -> &'static str {
    match event {
        Event::ContactSaid { .. } => "ContactSaid",
        Event::BotSaid { .. } => "BotSaid",
        Event::OutsideSaid { .. } => "OutsideSaid",
        Event::TakenOver { .. } => "TakenOver",
        Event::Sent { .. } => "Sent",
        Event::Received { .. } => "Received",
        _ => "another",
    }
}
