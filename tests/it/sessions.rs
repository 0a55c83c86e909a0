//! Where people are signed in: they see it and end it, and an administrator signs somebody out everywhere.

use std::time::Duration;

use loadtest::product::SESSION;
use serde_json::{Value, json};
use switchboard::dice;
use switchboard::domain::time::Timestamp;
use switchboard::ports::clock::{Clock, SystemClock};
use switchboard::ports::people::Role;
use switchboard::ports::sessions::Session;
use tokio::time::Instant;

use crate::support::api::ask;
use crate::support::installation::{
    Installation, SignedIn, everybody_has_come, open_storage, sign_in, told_over_each_store,
};
use crate::support::wire::Came;

/// A console asks by itself every fifteen seconds: what is heard before is heard because somebody knocked.
const AT_ONCE: Duration = Duration::from_secs(10);

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1";

told_over_each_store! { |_| {} =>
    who_lost_a_phone_ends_its_session_and_keeps_their_own
    an_admin_signs_somebody_out_and_their_consoles_close_at_once
}

fn signed_out() -> Came {
    Came::Closed(4401, "signed out; sign in again".into())
}

/// The same person with another browser.
async fn also_signed_in(installation: &Installation, who: &SignedIn, device: &str) -> SignedIn {
    let storage = open_storage(&installation.config()).await;
    let (cookie, kept) = dice::token();
    let session = Session::new(kept, device, SystemClock.now());
    storage.people.open_session(session, who.agent.id, Timestamp(i64::MAX as u64)).await.expect("a session");
    SignedIn { agent: who.agent.clone(), cookie }
}

async fn who_lost_a_phone_ends_its_session_and_keeps_their_own(installation: Installation) {
    let phone = also_signed_in(&installation, &installation.ana, PHONE).await;
    let third = also_signed_in(&installation, &installation.ana, "curl/8.5.0").await;
    let (ana, ben) = (&installation.ana, &installation.ben);
    let node = installation.start().await;
    let ask =
        async |who: &SignedIn, method: &str, path: &str| ask(&installation, who, method, path, &Value::Null).await;
    let sessions = async |who: &SignedIn| {
        let (status, answer) = ask(who, "GET", "/sessions").await;
        assert_eq!(status, 200);
        answer["sessions"].as_array().expect("sessions").clone()
    };

    let mut console = installation.raw_console(&phone).await;
    let mut desk = installation.raw_console(ana).await;
    let mut bens = installation.raw_console(ben).await;
    let seen = sessions(ana).await;
    assert_eq!(seen.len(), 3);
    let here: Vec<&Value> = seen.iter().filter(|session| session["here"] == true).collect();
    assert_eq!((here.len(), &here[0]["browser"]), (1, &json!("tests")));
    let lost = seen.iter().find(|session| session["system"] == "iPhone").expect("the phone");
    assert_eq!(lost["browser"], "Safari");
    assert!(lost["seen_at"].as_u64() >= lost["opened_at"].as_u64() && lost["opened_at"].as_u64() > Some(0), "{lost}");
    let path = format!("/sessions/{}", lost["id"].as_str().expect("an id"));

    assert_eq!(ask(ben, "DELETE", &path).await.0, 404, "it is not his to end");
    assert_eq!(ask(ana, "DELETE", "/sessions/000000000000000000000000").await.0, 404);
    let asked = Instant::now();
    assert_eq!(ask(ana, "DELETE", &path).await.0, 204);
    assert_eq!(console.end().await, signed_out());
    assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
    assert_eq!(ask(&phone, "GET", "/session").await.0, 401);
    assert_eq!(ask(ana, "DELETE", &path).await.0, 404, "it has ended");

    assert_eq!(sessions(&third).await.len(), 2);
    assert_eq!(ask(ana, "DELETE", "/sessions").await, (200, json!({"ended": 1})));
    assert_eq!(ask(&third, "GET", "/session").await.0, 401);
    // The own session stands, and nobody else's has ended.
    assert_eq!(sessions(ana).await.len(), 1);
    for wire in [&mut desk, &mut bens] {
        wire.say(json!({"type": "ping", "ref": 7}).to_string()).await;
        assert_eq!(wire.next_of("pong").await["ref"], 7);
    }
    node.stop().await;
}

async fn an_admin_signs_somebody_out_and_their_consoles_close_at_once(installation: Installation) {
    let phone = also_signed_in(&installation, &installation.ana, PHONE).await;
    let storage = open_storage(&installation.config()).await;
    let vera = sign_in(&*storage.people, "Vera", Role::Admin).await;
    everybody_has_come(&*storage.people).await;
    let sam = sign_in(&*storage.people, "Sam", Role::Supervisor).await;
    drop(storage);
    let node = installation.start().await;
    let ask =
        async |who: &SignedIn, method: &str, path: &str| ask(&installation, who, method, path, &Value::Null).await;
    let mut consoles = [installation.raw_console(&installation.ana).await, installation.raw_console(&phone).await];
    let mut bens = installation.raw_console(&installation.ben).await;
    let path = format!("/people/{}/sessions", installation.ana.agent.id);
    assert_eq!(ask(&sam, "DELETE", &path).await.0, 403);
    assert_eq!(ask(&vera, "DELETE", "/people/nobody/sessions").await.0, 404);
    let asked = Instant::now();
    assert_eq!(ask(&vera, "DELETE", &path).await, (200, json!({"ended": 2})));
    for console in &mut consoles {
        assert_eq!(console.end().await, signed_out());
    }
    assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
    for gone in [&installation.ana, &phone] {
        assert_eq!(ask(gone, "GET", SESSION.trim_start_matches("/api/v1")).await.0, 401);
    }
    bens.say(json!({"type": "ping", "ref": 7}).to_string()).await;
    assert_eq!(bens.next_of("pong").await["ref"], 7);

    // Who has left comes back by no password; by a new link, they could.
    let ready = async |of: &SignedIn| {
        let people = ask(&vera, "GET", "/people").await.1["people"].clone();
        let id = of.agent.id.to_string();
        people.as_array().expect("people").iter().find(|one| one["id"] == id).expect("them")["ready"].clone()
    };
    assert_eq!(ready(&installation.ben).await, true);
    let lock = |who: &SignedIn| format!("/people/{}/sessions?lock=true", who.agent.id);
    assert_eq!(ask(&vera, "DELETE", &lock(&vera)).await.0, 409, "nobody locks themselves out");
    assert_eq!(ask(&vera, "DELETE", &lock(&installation.ben)).await, (200, json!({"ended": 1})));
    assert_eq!((bens.end().await, ready(&installation.ben).await), (signed_out(), json!(false)));
    let locked = &ask(&vera, "GET", "/audit").await.1["entries"][0];
    assert_eq!((&locked["what"], &locked["subject"]), (&json!("person.locked"), &json!("ben@example.org")));
    let entries = ask(&vera, "GET", "/audit").await.1["entries"].clone();
    assert_eq!((&entries[1]["what"], &entries[1]["subject"]), (&json!("person.signed_out"), &json!("ana@example.org")));
    node.stop().await;
}
