//! Conversations that are closed or snoozed, as consoles and visitors see them over real sockets.

use std::collections::VecDeque;

use loadtest::clients::WebchatClient;
use loadtest::http::request_once;
use loadtest::product::COOKIE;
use serde_json::{Value, json};
use switchboard::dice;

use crate::support::installation::{Installation, SOON, SignedIn, told_over_each_store};
use crate::support::node::eventually;
use crate::support::wire::{Came, Wire};

told_over_each_store! { |_| {} =>
    a_closed_conversation_leaves_the_lists_of_all_and_comes_back_when_the_contact_writes
    closing_is_taken_back_and_the_floor_with_it
    a_snooze_ends_at_its_time_also_over_a_restart
}

/// An agent's screen that forgets nothing of the lists while it waits for an answer.
pub struct Screen {
    wire: Wire,
    lists: VecDeque<Value>,
}

pub async fn console(installation: &Installation, who: &SignedIn) -> Screen {
    let mut wire = installation.raw_console(who).await;
    wire.say(json!({"type": "inbox", "ref": 1, "window": 50}).to_string()).await;
    Screen { wire, lists: VecDeque::new() }
}

impl Screen {
    pub async fn say(&mut self, what: Value) {
        self.wire.say(what.to_string()).await;
    }

    /// The frame that answers this reference.
    async fn answer(&mut self, reference: u64) -> Value {
        loop {
            match self.wire.next().await {
                Came::Frame(frame) if frame["ref"] == json!(reference) => return frame,
                Came::Frame(frame) if frame["type"] == json!("inbox") => self.lists.push_back(frame),
                Came::Frame(_) => {}
                end => panic!("no answer, but {end:?}"),
            }
        }
    }
}

/// Reads frames of the lists until one shows what is looked for.
pub async fn lists_until(screen: &mut Screen, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    tokio::time::timeout(SOON, async {
        loop {
            let lists = match screen.lists.pop_front() {
                Some(lists) => lists,
                None => screen.wire.next_of("inbox").await,
            };
            if holds(&lists) {
                return lists;
            }
        }
    })
    .await
    .unwrap_or_else(|_| panic!("never seen in the lists: {what}"))
}

/// Asks under a new id; the answer, `done` or `refused`.
pub async fn ask(screen: &mut Screen, mut what: Value) -> Value {
    what["ref"] = json!(7);
    what["cid"] = json!(dice::new_id().to_string());
    screen.say(what).await;
    screen.answer(7).await
}

pub async fn get(installation: &Installation, path: &str) -> Value {
    let cookie = format!("{COOKIE}={}", installation.ana.cookie);
    let headers = [("cookie", cookie.as_str())];
    let path = format!("/api/v1{path}");
    let answer = request_once("GET", installation.address(), &path, &headers, b"", SOON).await.expect("an answer");
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// A visitor who waits for a person; the conversation's id.
pub async fn caller(installation: &Installation, screen: &mut Screen) -> (WebchatClient, String) {
    let mut visitor = installation.visitor().await;
    visitor.say("I had an accident").await.expect("said");
    visitor.until_event(SOON, |event| event.kind == "waiting").await.expect("a person is called");
    let lists = lists_until(screen, "who waits", |lists| {
        lists["rows"].as_array().is_some_and(|rows| rows.iter().any(|row| row["floor"]["mode"] == "waiting"))
    })
    .await;
    let rows = lists["rows"].as_array().expect("rows").iter();
    let row = rows.rev().find(|row| row["floor"]["mode"] == "waiting").expect("a row");
    (visitor, row["conversation"].as_str().expect("an id").to_owned())
}

async fn a_closed_conversation_leaves_the_lists_of_all_and_comes_back_when_the_contact_writes(
    installation: Installation,
) {
    let node = installation.start().await;
    let mut ana = console(&installation, &installation.ana).await;
    let mut ben = console(&installation, &installation.ben).await;
    let (mut visitor, id) = caller(&installation, &mut ana).await;
    ask(&mut ben, json!({"type": "take_over", "conversation": id})).await;

    assert_eq!(ask(&mut ana, json!({"type": "close", "conversation": id})).await["type"], json!("done"));
    lists_until(&mut ben, "the row is gone", |lists| lists["gone"].as_array() == Some(&vec![json!(id)])).await;
    lists_until(&mut ana, "it is counted among the closed, and nowhere else", |lists| {
        let counts = &lists["counts"];
        counts["closed"] == 1 && ["mine", "others", "waiting"].iter().all(|list| counts[*list] == 0)
    })
    .await;
    assert_eq!(ask(&mut ben, json!({"type": "close", "conversation": id})).await["code"], json!("nothing_new"));
    let closed = eventually("it is found among the closed", async || {
        let listed = get(&installation, "/conversations?status=closed").await;
        (listed["rows"][0]["conversation"] == json!(id)).then(|| listed["rows"][0].clone())
    })
    .await;
    assert_eq!((&closed["floor"]["status"], &closed["floor"]["mode"]), (&json!("closed"), &json!("bot")));
    assert_eq!(get(&installation, "/conversations").await["rows"], json!([]));

    visitor.say("What are your hours?").await.expect("said");
    lists_until(&mut ben, "it is back", |lists| lists["rows"][0]["floor"]["status"] == json!("open")).await;
    eventually("it is closed no more", async || {
        (get(&installation, "/conversations?status=closed").await["rows"] == json!([])).then_some(())
    })
    .await;
    node.stop().await;
}

async fn closing_is_taken_back_and_the_floor_with_it(installation: Installation) {
    let node = installation.start().await;
    let mut ana = console(&installation, &installation.ana).await;
    let (_visitor, id) = caller(&installation, &mut ana).await;
    assert_eq!(ask(&mut ana, json!({"type": "close", "conversation": id})).await["type"], json!("done"));
    let undone = ask(&mut ana, json!({"type": "reopen", "conversation": id, "undo": true})).await;
    assert_eq!(undone["type"], json!("done"), "{undone}");
    let mut ben = console(&installation, &installation.ben).await;
    let lists = lists_until(&mut ben, "it waits as before", |lists| lists["counts"]["waiting"] == json!(1)).await;
    assert_eq!(lists["rows"][0]["floor"]["reason"], json!("urgent"), "{lists}");
    node.stop().await;
}

async fn a_snooze_ends_at_its_time_also_over_a_restart(installation: Installation) {
    let node = installation.start().await;
    let mut ana = console(&installation, &installation.ana).await;
    let (_visitor, id) = caller(&installation, &mut ana).await;
    ana.say(json!({"type": "ping", "ref": 2})).await;
    let until = ana.answer(2).await["now"].as_u64().expect("a time") + 2_500;
    let snoozed = ask(&mut ana, json!({"type": "snooze", "conversation": id, "until": until})).await;
    assert_eq!(snoozed["type"], json!("done"), "{snoozed}");
    lists_until(&mut ana, "it is counted among the snoozed", |lists| lists["counts"]["snoozed"] == json!(1)).await;
    node.stop().await;

    let node = installation.start().await;
    let mut ana = console(&installation, &installation.ana).await;
    lists_until(&mut ana, "it is back", |lists| lists["rows"][0]["conversation"] == json!(id)).await;
    let events = get(&installation, &format!("/conversations/{id}/events?limit=50")).await;
    let events = events["events"].as_array().expect("events");
    let back: Vec<&Value> = events.iter().filter(|event| event["kind"] == json!("reopened")).collect();
    assert_eq!(back.len(), 1, "once: {back:?}");
    assert!(back[0]["at"].as_u64() >= Some(until) && back[0]["why"] == json!("time"), "never early: {back:?}");
    node.stop().await;
}
