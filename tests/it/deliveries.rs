//! Messages on their way out, with a provider that is slow, strict, or breaks off in the middle.

use std::collections::BTreeSet;
use std::time::Duration;

use loadtest::clients::{ConsoleFrame, Event as Shown};
use loadtest::http::request_once;
use loadtest::product::COOKIE;
use loadtest::provider::{Arrival, Rule, Then};
use serde_json::{Value, json};
use switchboard::domain::command::Command;
use switchboard::domain::event::Event;
use switchboard::domain::message::{Attachment, AttachmentKind};
use switchboard::node::Node;
use switchboard::ports::people::Role;
use switchboard::ports::store::LoggedEvent;

use crate::support::installation::{Installation, SOON, SignedIn, contact, conversation, open_storage, page, sign_in};
use crate::support::node::{SetClock, ask, eventually, log};

#[actix_web::test]
async fn one_conversation_keeps_its_order_while_others_overtake() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    installation.provider.rule(Rule::next(1, Then::Delay { millis: 1500 }).to("slow"));
    let mut poster = installation.poster();
    poster.text("slow", "hello").await;
    arrived(&installation, 1).await;
    poster.text("quick", "hours").await;
    let slow = installation.delivered("slow", 2).await;
    let quick = installation.delivered("quick", 1).await;
    assert!(slow[0].number < quick[0].number && quick[0].number < slow[1].number, "{slow:#?} {quick:#?}");
    assert!(slow[1].at - slow[0].at >= 1500, "the second waits until the first is answered");
    node.stop().await;
}

#[actix_web::test]
async fn retry_after_holds_back_the_whole_account() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    installation.provider.rule(Rule::next(1, Then::throttle(2)));
    let mut poster = installation.poster();
    poster.text("first", "hours").await;
    let refused = arrived(&installation, 1).await.remove(0);
    wait_for(&node, "first", "it will be tried again", |event| matches!(event, Event::Retrying { .. })).await;
    poster.text("second", "hours").await;
    let first = installation.delivered("first", 1).await.remove(0);
    let second = installation.delivered("second", 1).await.remove(0);
    assert!(first.at.min(second.at) >= refused.at + 2000, "asked for 2 s: {refused:#?} {first:#?} {second:#?}");
    node.stop().await;
}

/// The conversation hears of it three times, the last time while the message is being sent once more.
#[cfg(feature = "failpoints")]
#[actix_web::test]
async fn a_failure_that_has_to_be_told_again_puts_nothing_back_into_the_queue() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    fail::cfg("sender-told", "2*return->off").unwrap();
    installation.provider.rule(Rule::next(1, Then::throttle(1)));
    installation.provider.rule(Rule::next(1, Then::Delay { millis: 1500 }));
    let mut poster = installation.poster();
    poster.text("7", "hours").await;
    wait_for(&node, "7", "it will be tried again", |event| matches!(event, Event::Retrying { .. })).await;
    poster.text("7", "hello").await;
    installation.delivered("7", 2).await;
    let settled = async || at_rest(&node, &["7".to_owned()]).await.then_some(());
    eventually("both have come to an end", settled).await;
    let log = log(&node, &contact("7")).await;
    let said = log.iter().filter_map(|logged| match &logged.event {
        Event::BotSaid { line, .. } => Some(line.text.clone()),
        _ => None,
    });
    assert_eq!(installation.provider.texts_for("7"), said.collect::<Vec<_>>(), "{log:#?}");
    let failures = log.iter().filter(|logged| matches!(logged.event, Event::Retrying { .. }));
    assert_eq!(failures.count(), 1, "{log:#?}");
    node.stop().await;
}

/// The mark stands, and nothing has left: the conversation is told so, and the message goes out, once.
#[cfg(feature = "failpoints")]
#[actix_web::test]
async fn a_message_that_was_marked_unheard_goes_out_once() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    fail::cfg("sender-marked", "1*return->off").unwrap();
    installation.poster().text("7", "hours").await;
    installation.delivered("7", 1).await;
    let settled = async || at_rest(&node, &["7".to_owned()]).await.then_some(());
    eventually("it has come to an end", settled).await;
    let log = log(&node, &contact("7")).await;
    let of_it = |logged: &&LoggedEvent| {
        matches!(logged.event, Event::Retrying { of: 2, .. } | Event::Sent { of: 2, .. } | Event::Uncertain { .. })
    };
    let told: Vec<_> = log.iter().filter(of_it).map(|logged| &logged.event).collect();
    assert!(matches!(told[..], [Event::Retrying { .. }, Event::Sent { .. }]), "{log:#?}");
    assert!(installation.provider.wait_quiet(Duration::from_millis(1500), SOON).await);
    assert_eq!(installation.provider.texts_for("7").len(), 1);
    node.stop().await;
}

#[actix_web::test]
async fn a_message_refused_for_good_is_shown_and_can_be_sent_again_by_hand() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut console = installation.console(&installation.ana).await;
    installation.provider.rule(Rule::next(1, Then::outside_window()));
    installation.poster().text("7", "hours").await;
    wait_for(&node, "7", "it fails", |event| matches!(event, Event::Failed { of: 2, .. })).await;
    console.watch(&conversation("7")).await.unwrap();
    let failed = console.until_event(&conversation("7"), SOON, |event| is(event, 2, "failed")).await.unwrap();
    assert!(failed.str("error").contains("24-hour window"), "{failed:?}");
    assert!(installation.provider.texts_for("7").is_empty());

    console.resend(&conversation("7"), 2).await.unwrap();
    console.until_event(&conversation("7"), SOON, |event| is(event, 2, "sent")).await.unwrap();
    assert_eq!(installation.delivered("7", 1).await.len(), 1);
    node.stop().await;
}

#[actix_web::test]
async fn an_uncertain_message_whose_echo_comes_is_not_sent_twice() {
    let installation = Installation::with(|plan| plan.limits = "reconcile_s = 2").await;
    let node = installation.start().await;
    installation.provider.rule(Rule::next(1, Then::AcceptThenCut));
    let mut poster = installation.poster();
    poster.text("7", "hours").await;
    wait_for(&node, "7", "it is uncertain", |event| matches!(event, Event::Uncertain { of: 2, .. })).await;
    let lost = installation.delivered("7", 1).await.remove(0);
    let (mid, text, metadata) = (lost.message_id.unwrap(), lost.text.unwrap(), lost.metadata.unwrap());
    assert_eq!(poster.post(&[page().echo_of_ours("7", &mid, &text, &metadata)]).await.unwrap(), 200);
    wait_for(&node, "7", "the echo settles it", |event| matches!(event, Event::Sent { of: 2, .. })).await;
    assert!(installation.provider.wait_quiet(Duration::from_millis(2500), SOON).await);
    assert_eq!(installation.provider.counts().arrived, 1, "one try, for the echo came in time");
    node.stop().await;
}

#[actix_web::test]
async fn an_uncertain_message_without_an_echo_is_sent_once_more_and_never_a_third_time() {
    let installation = Installation::with(|plan| plan.limits = "reconcile_s = 1").await;
    let node = installation.start().await;
    installation.provider.rule(Rule::next(2, Then::AcceptThenCut));
    installation.poster().text("7", "hours").await;
    let is_the_end = |event: &Event| matches!(event, Event::Uncertain { of: 2, again_at: None, .. });
    wait_for(&node, "7", "it stays uncertain", is_the_end).await;
    assert!(installation.provider.wait_quiet(Duration::from_millis(1500), SOON).await);
    let tries = installation.delivered("7", 2).await;
    assert_eq!(tries.len(), 2);
    assert_eq!(tries[0].metadata, tries[1].metadata, "under the same id");
    assert!(tries[1].at - tries[0].at >= 1000, "the echo had its time");
    assert!(is_flagged(&installation), "and everybody can see that it may have arrived twice");
    node.stop().await;
}

#[actix_web::test]
async fn a_take_over_cancels_what_is_queued_and_shows_what_is_on_its_way() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut console = installation.console(&installation.ana).await;
    installation.provider.rule(Rule::next(1, Then::Delay { millis: 1500 }));
    installation.poster().text("7", "hello").await;
    arrived(&installation, 1).await;
    console.watch(&conversation("7")).await.unwrap();
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    console.reply(&conversation("7"), "Ana here.", true).await.unwrap();
    console.until_event(&conversation("7"), SOON, |event| is(event, 3, "cancelled")).await.unwrap();
    console.until_event(&conversation("7"), SOON, |event| is(event, 2, "sent")).await.unwrap();
    let got: Vec<_> = installation.delivered("7", 2).await.into_iter().filter_map(|arrival| arrival.text).collect();
    assert_eq!(got, ["Hello, this is the Harbor Insurance assistant.", "Ana here."]);
    node.stop().await;
}

#[actix_web::test]
async fn after_a_take_over_no_older_message_of_the_bot_starts() {
    let installation = Installation::with(|plan| plan.sends_per_second = 10).await;
    let node = installation.start().await;
    installation.provider.rule(Rule::always(Then::Delay { millis: 40 }));
    let contacts: Vec<String> = (0..30).map(|number| format!("contact-{number}")).collect();
    let mut poster = installation.poster();
    for contact in &contacts {
        poster.text(contact, "hello").await;
    }
    arrived(&installation, 10).await;
    for name in &contacts {
        ask(&node, &contact(name), Command::TakeOver { agent: installation.ana.agent.clone() }).await;
    }
    eventually("nothing is on its way", async || at_rest(&node, &contacts).await.then_some(())).await;
    let mut cancelled = 0;
    for name in &contacts {
        let log = log(&node, &contact(name)).await;
        let taken = log.iter().find(|logged| matches!(logged.event, Event::TakenOver { .. })).expect("taken over");
        let arrivals = installation.provider.accepted_for(name);
        let late = arrivals.iter().filter(|arrival| arrival.at > taken.at.0).count();
        assert!(late <= 1, "{name}: only one can have been on its way: {arrivals:#?}");
        let withdrawn: usize = log
            .iter()
            .map(|logged| match &logged.event {
                Event::Withdrawn { of } => of.len(),
                _ => 0,
            })
            .sum();
        assert_eq!(arrivals.len() + withdrawn, 2, "{name}: each message went out or was cancelled");
        cancelled += withdrawn;
    }
    assert!(cancelled > 0, "the test was too late to cancel anything");
    node.stop().await;
}

#[actix_web::test]
async fn a_message_refused_for_good_does_not_hold_back_the_next() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    installation.provider.rule(Rule::next(1, Then::outside_window()));
    installation.poster().text("7", "hello").await;
    let got = installation.delivered("7", 1).await.remove(0);
    assert_eq!(got.text.as_deref(), Some("What can I do for you?"));
    node.stop().await;
}

#[actix_web::test]
async fn what_memory_cannot_hold_waits_in_the_store_and_goes_out_in_order() {
    let installation = Installation::with(|plan| {
        plan.limits = "sender_queue_max = 4";
        plan.sends_per_second = 200;
    })
    .await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    for number in 0..25 {
        poster.text(&format!("contact-{number}"), "hello").await;
        poster.text(&format!("contact-{number}"), "hours").await;
    }
    for number in 0..25 {
        let got = installation.delivered(&format!("contact-{number}"), 3).await;
        let starts: Vec<_> = got.iter().filter_map(|arrival| arrival.text.as_deref()?.split(' ').next()).collect();
        assert_eq!(starts, ["Hello,", "What", "We"]);
    }
    assert!(installation.provider.wait_quiet(Duration::from_millis(300), SOON).await);
    assert_eq!(installation.provider.counts().arrived, 75, "each once");
    node.stop().await;
}

#[actix_web::test]
async fn a_node_that_stops_waits_for_what_it_is_sending() {
    let installation = Installation::with(|plan| plan.limits = "reconcile_s = 1").await;
    let node = installation.start().await;
    installation.provider.rule(Rule::next(1, Then::Delay { millis: 1000 }));
    installation.poster().text("7", "hello").await;
    arrived(&installation, 1).await;
    node.stop().await;
    let node = installation.start().await;
    installation.delivered("7", 2).await;
    assert!(installation.provider.wait_quiet(Duration::from_millis(1500), SOON).await);
    let events: Vec<_> = log(&node, &contact("7")).await.into_iter().map(|logged| logged.event).collect();
    assert!(!events.iter().any(|event| matches!(event, Event::Uncertain { .. })), "{events:?}");
    assert_eq!(installation.provider.counts().arrived, 2, "each once");
    node.stop().await;
}

#[actix_web::test]
async fn people_go_before_bots() {
    let installation = Installation::with(|plan| plan.sends_per_second = 5).await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    for number in 0..15 {
        poster.text(&format!("contact-{number}"), "hours").await;
    }
    let waiting = arrived(&installation, 2).await.len() as u64;
    let reply = Command::Reply {
        agent: installation.ana.agent.clone(),
        text: "Hello".into(),
        attachment: None,
        seen: 0,
        anyway: true,
    };
    ask(&node, &contact("hurried"), reply).await;
    let hers = installation.delivered("hurried", 1).await.remove(0);
    assert!(hers.number <= waiting + 3, "she was number {} although {waiting} had gone", hers.number);
    node.stop().await;
}

#[actix_web::test]
async fn no_second_sees_more_than_the_limit() {
    const LIMIT: u64 = 50;
    /// How unevenly this machine may carry messages from the sender to the provider.
    const WAY_MS: u64 = 150;
    let installation = Installation::with(|plan| plan.sends_per_second = LIMIT as u32).await;
    let node = installation.start().await;
    for chunk in (0..200).collect::<Vec<_>>().chunks(50) {
        let batch: Vec<_> =
            chunk.iter().map(|n| page().text(&format!("contact-{n}"), &format!("m_{n}"), "hours")).collect();
        assert_eq!(installation.poster().post(&batch).await.unwrap(), 200);
    }
    let at: Vec<u64> = arrived(&installation, 200).await.iter().map(|arrival| arrival.at).collect();
    for (first, from) in at.iter().enumerate() {
        for window_ms in [100, 500, 1000, 2000] {
            let count = at[first..].iter().take_while(|at| **at < from + window_ms).count() as u64;
            let most = LIMIT * (window_ms.max(1000) + WAY_MS) / 1000;
            assert!(count <= most, "{count} within {window_ms} ms, at most {most}");
        }
    }
    let took = at[199] - at[0];
    assert!(took < 8000, "and the limit is used: {took} ms");
    node.stop().await;
}

#[actix_web::test]
async fn an_account_that_holds_leaves_what_is_uncertain_to_agents() {
    let installation = Installation::with(|plan| {
        plan.page = "uncertain = \"hold\"";
        plan.limits = "reconcile_s = 1";
    });
    let installation = installation.await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    let mut console = installation.console(&installation.ana).await;
    let held = |event: &Event| matches!(event, Event::Uncertain { of: 2, again_at: None, .. });
    for name in ["7", "8"] {
        installation.provider.rule(Rule::next(1, Then::AcceptThenCut));
        poster.text(name, "hours").await;
        wait_for(&node, name, "it is held", held).await;
    }
    assert!(installation.provider.wait_quiet(Duration::from_millis(1500), SOON).await);
    assert_eq!(installation.provider.counts().arrived, 2, "nothing is sent again by itself");
    let listed = api(&installation, &installation.ana, "GET", "/api/v1/deliveries?state=unknown", None).await;
    let listed: Vec<_> = listed["deliveries"].as_array().unwrap().iter().map(|row| row["contact"].clone()).collect();
    assert_eq!(listed, ["8", "7"]);

    for (name, decided, then) in [("7", "leave", "left"), ("8", "resend", "sent")] {
        console.watch(&conversation(name)).await.unwrap();
        console.until_event(&conversation(name), SOON, |event| is(event, 2, "unknown")).await.unwrap();
        match decided {
            "leave" => console.leave(&conversation(name), 2).await.unwrap(),
            _ => console.resend(&conversation(name), 2).await.unwrap(),
        };
        console.until_event(&conversation(name), SOON, |event| is(event, 2, then)).await.unwrap();
    }
    assert_eq!(installation.delivered("8", 2).await.len(), 2, "by hand, and flagged");
    let left = api(&installation, &installation.ana, "GET", "/api/v1/deliveries", None).await;
    assert_eq!(left["deliveries"], json!([]), "nobody has to look at it any more");
    node.stop().await;
}

#[actix_web::test]
async fn what_failed_is_listed_with_its_cause_and_goes_out_by_one_request() {
    let installation = Installation::new().await;
    let sue = sign_in(&*open_storage(&installation.config()).await.people, "Sue", Role::Supervisor).await;
    let node = installation.start().await;
    installation.provider.rule(Rule::next(5, Then::outside_window()));
    let mut poster = installation.poster();
    for name in ["1", "2", "3", "4", "5"] {
        poster.text(name, "hours").await;
        wait_for(&node, name, "it fails", |event| matches!(event, Event::Failed { of: 2, .. })).await;
    }
    let ana = &installation.ana;
    let first = api(&installation, ana, "GET", "/api/v1/deliveries?state=failed&account=page-1&limit=3", None).await;
    let rows = first["deliveries"].as_array().unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row["contact"].as_str().unwrap()).collect();
    assert_eq!(names, ["5", "4", "3"]);
    assert!(rows[0]["error"].as_str().unwrap().contains("24-hour window"), "{rows:?}");
    assert!(rows[0]["text"].as_str().unwrap().starts_with("We are open"), "{rows:?}");
    assert_eq!((&rows[0]["by"], &rows[0]["state"], &rows[0]["seq"]), (&json!("bot"), &json!("failed"), &json!(2)));
    let rest =
        api(&installation, ana, "GET", &format!("/api/v1/deliveries?limit=3&before={}", first["next"]), None).await;
    assert_eq!((rest["deliveries"].as_array().unwrap().len(), &rest["next"]), (2, &json!(null)));
    let none = api(&installation, ana, "GET", "/api/v1/deliveries?state=unknown", None).await;
    assert_eq!(none["deliveries"], json!([]));

    let of = |name: &str, what: &str| format!("/api/v1/deliveries/{}/2/{what}", conversation(name));
    assert!(api(&installation, ana, "POST", &of("1", "retry"), None).await["seq"].is_u64());
    installation.delivered("1", 1).await;
    assert_eq!(api(&installation, ana, "POST", &of("1", "retry"), None).await["status"], 409, "it has arrived");
    assert!(api(&installation, ana, "POST", &of("2", "leave"), None).await["seq"].is_u64());
    assert_eq!(api(&installation, ana, "POST", &of("2", "retry"), None).await["status"], 409, "for good");

    let all = json!({"account": "page-1", "state": "failed"});
    let path = "/api/v1/deliveries/retry";
    assert_eq!(api(&installation, ana, "POST", path, Some(&all)).await["status"], 403, "supervisors may");
    let retried = api(&installation, &sue, "POST", path, Some(&all)).await;
    assert_eq!(retried, json!({"retried": 3, "refused": 0, "next": null}));
    for name in ["3", "4", "5"] {
        installation.delivered(name, 1).await;
    }
    assert_eq!(installation.provider.accepted_for("2").len(), 0);
    let left = api(&installation, ana, "GET", "/api/v1/deliveries", None).await;
    assert_eq!(left["deliveries"], json!([]));

    installation.provider.rule(Rule::next(2, Then::outside_window()));
    for name in ["6", "7"] {
        poster.text(name, "hours").await;
        wait_for(&node, name, "it fails", |event| matches!(event, Event::Failed { of: 2, .. })).await;
    }
    let path = "/api/v1/deliveries/leave";
    assert_eq!(api(&installation, ana, "POST", path, Some(&all)).await["status"], 403, "supervisors may");
    let left = api(&installation, &sue, "POST", path, Some(&all)).await;
    assert_eq!(left, json!({"left": 2, "refused": 0, "next": null}));
    assert_eq!(api(&installation, ana, "POST", &of("6", "retry"), None).await["status"], 409, "for good");
    node.stop().await;
}

#[actix_web::test]
async fn what_failed_and_is_only_a_file_is_called_by_its_name() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let at = contact("7");
    installation.poster().text("7", "hours").await;
    installation.delivered("7", 1).await;
    installation.provider.rule(Rule::next(1, Then::outside_window()));
    let url = "https://files.example/boat.jpg".to_owned();
    let attachment = Some(Attachment { kind: AttachmentKind::Image, url, name: "boat.jpg".into(), bytes: None });
    let agent = installation.ana.agent.clone();
    let reply = Command::Reply { agent, text: String::new(), attachment, seen: 0, anyway: true };
    ask(&node, &at, reply).await;
    wait_for(&node, "7", "it fails", |event| matches!(event, Event::Failed { .. })).await;
    let listed = api(&installation, &installation.ana, "GET", "/api/v1/deliveries", None).await;
    assert_eq!(listed["deliveries"][0]["text"], "boat.jpg", "{listed}");
    node.stop().await;
}

#[actix_web::test]
async fn what_failed_too_long_ago_is_left_as_it_is() {
    let installation = Installation::with(|plan| plan.limits = "failed_days = 1").await;
    let clock = SetClock::behind(Duration::from_secs(2 * 24 * 60 * 60));
    let node = installation.start_with(clock.clone()).await;
    installation.provider.rule(Rule::next(1, Then::outside_window()));
    installation.poster().text("7", "hours").await;
    wait_for(&node, "7", "it fails", |event| matches!(event, Event::Failed { of: 2, .. })).await;
    node.stop().await;
    let node = installation.start().await;
    wait_for(&node, "7", "it is left", |event| matches!(event, Event::LeftBe { of: 2, by: None })).await;
    let left = api(&installation, &installation.ana, "GET", "/api/v1/deliveries", None).await;
    assert_eq!(left["deliveries"], json!([]));
    node.stop().await;
}

/// The limit is for one contact; the Page's own is far away.
#[actix_web::test]
async fn one_contact_is_written_to_at_a_pace_and_holds_up_nobody() {
    let installation = Installation::with(|plan| plan.page = "contact_interval_ms = 500\ncontact_burst = 2").await;
    let node = installation.start().await;
    let mut poster = installation.poster();
    for _ in 0..5 {
        poster.text("busy", "hours").await;
    }
    poster.text("other", "hours").await;
    let other = installation.delivered("other", 1).await.remove(0);
    let busy = installation.delivered("busy", 5).await;
    // Counted from when the first was said: what a message needs for its way only makes it later.
    let said = |logged: &LoggedEvent| matches!(logged.event, Event::BotSaid { .. }).then_some(logged.at.0);
    let began = log(&node, &contact("busy")).await.iter().find_map(said).expect("the first answer");
    let after: Vec<u64> = busy.iter().map(|arrival| arrival.at.saturating_sub(began)).collect();
    for (number, after_ms) in after.iter().enumerate().skip(2) {
        let least = 500 * (number as u64 - 1);
        assert!(*after_ms >= least, "two at once, then one each 500 ms: {after:?}");
    }
    assert!(other.at < busy[4].at, "nobody waits for another");
    node.stop().await;
}

/// Asks the API by the session of somebody: its JSON, whatever it says.
async fn api(installation: &Installation, who: &SignedIn, method: &str, path: &str, body: Option<&Value>) -> Value {
    let cookie = format!("{COOKIE}={}", who.cookie);
    let headers = [("cookie", cookie.as_str()), ("content-type", "application/json")];
    let body = body.map(Value::to_string).unwrap_or_default();
    let answer = request_once(method, installation.address(), path, &headers, body.as_bytes(), SOON).await.unwrap();
    serde_json::from_str(&answer.text()).unwrap_or_else(|error| panic!("{path}: {error}: {}", answer.text()))
}

/// All tries so far, once there are so many.
async fn arrived(installation: &Installation, count: usize) -> Vec<Arrival> {
    eventually("so many tries arrive at the provider", async || {
        let arrivals = installation.provider.arrivals();
        (arrivals.len() >= count).then_some(arrivals)
    })
    .await
}

async fn wait_for(node: &Node, name: &str, what: &str, wanted: impl Fn(&Event) -> bool) {
    let there = async || log(node, &contact(name)).await.iter().any(|logged| wanted(&logged.event)).then_some(());
    eventually(what, there).await;
}

/// Whether every message of these contacts has come to an end.
async fn at_rest(node: &Node, contacts: &[String]) -> bool {
    for name in contacts {
        let mut open = BTreeSet::new();
        for logged in log(node, &contact(name)).await {
            match logged.event {
                Event::BotSaid { .. } | Event::AgentSaid { .. } => _ = open.insert(logged.seq),
                Event::Sent { of, .. } | Event::Failed { of, .. } => _ = open.remove(&of),
                Event::Withdrawn { of } => open.retain(|seq| !of.contains(seq)),
                _ => {}
            }
        }
        if !open.is_empty() {
            return false;
        }
    }
    true
}

fn is(event: &Shown, of: u64, state: &str) -> bool {
    event.kind == "delivery" && event.fields["of"] == json!([of]) && event.str("state") == state
}

/// Whether the store remembers that its only message may have arrived twice.
fn is_flagged(installation: &Installation) -> bool {
    let database = installation.data_dir().join("switchboard.db");
    let sql = rusqlite::Connection::open(database).expect("a database");
    sql.query_row("SELECT flagged FROM shelf", (), |row| row.get(0)).expect("the message is kept")
}
