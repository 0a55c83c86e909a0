//! Who may do what: every route and every command, asked by everybody.

use std::fs;
use std::path::{Path, PathBuf};

use loadtest::http::request_once;
use loadtest::product::{CONSOLE_SOCKET, COOKIE};
use serde_json::{Value, json};
use switchboard::dice;
use switchboard::edge::api::table;
use switchboard::edge::caller::Access;
use switchboard::ports::people::Role;
use switchboard::ports::rights::ROLES;
use switchboard::ports::tokens::ApiToken;
use switchboard::wire::console::{Ask, Asked, Extension, PriorityIs};
use tokio_tungstenite::tungstenite::http::StatusCode;

use crate::support::installation::{Installation, SOON, open_storage, sign_in};
use crate::support::wire::{Came, Wire};

/// Somebody who asks: what they show, and their role.
struct Caller {
    name: String,
    header: Option<(&'static str, String)>,
    role: Option<Role>,
}

/// Nobody, somebody with a made-up token, and each role by cookie and by token.
async fn callers(installation: &Installation) -> Vec<Caller> {
    let storage = open_storage(&installation.config()).await;
    let guessed = ("authorization", "Bearer swb_guessed".to_owned());
    let mut callers = vec![
        Caller { name: "nobody".into(), header: None, role: None },
        Caller { name: "a guessed token".into(), header: Some(guessed), role: None },
    ];
    for role in ROLES {
        let name = role.as_str().to_owned();
        let cookie = sign_in(&*storage.people, &format!("Carl-{name}"), role).await.cookie;
        let token = format!("swb_{name}");
        let made =
            ApiToken { name: name.clone(), role, made_by: "test".into(), made_at: Default::default(), used_at: None };
        assert!(storage.tokens.add_token(dice::hash_token(&token), made).await.expect("a token"));
        let by_cookie = Some(("cookie", format!("{COOKIE}={cookie}")));
        callers.push(Caller { name: format!("{name} by cookie"), header: by_cookie, role: Some(role) });
        let by_token = Some(("authorization", format!("Bearer {token}")));
        callers.push(Caller { name: format!("{name} by token"), header: by_token, role: Some(role) });
    }
    callers
}

#[actix_web::test]
async fn every_route_lets_in_whom_the_role_table_lets_in_and_nobody_else() {
    let installation = Installation::new().await;
    let callers = callers(&installation).await;
    let node = installation.start().await;
    let mut asked = 0;
    for entry in table() {
        let path = entry.path.replace("{path:.*}", "x").replace("{version}", "1").replace(['{', '}'], "");
        for Caller { name, header, role } in &callers {
            // Signing out would end the session of who asks next; sockets are for people.
            let by_token = name.ends_with("token");
            if (entry.method == "DELETE" && path == "/api/v1/session") || (by_token && path == "/console/socket") {
                continue;
            }
            let json = ("content-type", "application/json");
            let headers: Vec<(&str, &str)> =
                header.iter().map(|(name, value)| (*name, value.as_str())).chain([json]).collect();
            let body: &[u8] = if entry.method == "GET" { b"" } else { b"{}" };
            let answer = request_once(entry.method.as_str(), installation.address(), &path, &headers, body, SOON).await;
            let answer = answer.unwrap_or_else(|error| panic!("{} {path}: {error}", entry.method));
            let problem: Value = serde_json::from_str(&answer.text()).unwrap_or_default();
            let refused = match problem["code"].as_str() {
                Some(code @ ("not_signed_in" | "forbidden")) => Some((answer.status, code)),
                _ => None,
            };
            let wanted = match (entry.access, role) {
                (Access::Everybody, _) => None,
                (Access::With(_), None) => Some((401, "not_signed_in")),
                (Access::With(right), Some(role)) if !role.may(right) => Some((403, "forbidden")),
                // A token has no session to show.
                (Access::With(_), Some(_)) if by_token && path == "/api/v1/session" => Some((401, "not_signed_in")),
                (Access::With(_), Some(_)) => None,
            };
            assert_eq!(refused, wanted, "{name}: {} {path}: {} {}", entry.method, answer.status, answer.text());
            asked += 1;
        }
    }
    assert!(asked > 200, "{asked}");
    node.stop().await;
}

#[test]
fn nothing_is_served_that_is_not_in_the_route_table() {
    let table = Path::new("src/edge/api/routes.rs");
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder)).expect("a folder") {
            let path = folder.join(entry.expect("an entry").file_name());
            if path.extension().is_none() {
                folders.push(path);
            } else if path != table && path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).expect("a source");
                for way in ["web::resource(", "web::scope(", ".service(", "web::get()", "web::route()", ").route("] {
                    assert!(!text.contains(way), "{} serves something past the table, by {way}", path.display());
                }
            }
        }
    }
}

/// Every command of a console. The match makes the compiler ask for a new one.
fn asks() -> Vec<Ask> {
    let (conversation, cid) = (dice::new_id().to_string(), dice::new_id().to_string());
    let (c, i) = (|| conversation.clone(), || cid.clone());
    let asks = vec![
        Ask::Inbox { window: 1, reason: None },
        Ask::Watch { conversation: c(), after: None },
        Ask::Unwatch { conversation: c() },
        Ask::Reply { conversation: c(), cid: i(), text: "Hi".into(), attachment: None, seen: 0, anyway: false },
        Ask::Template {
            conversation: c(),
            cid: i(),
            template: "follow_up".into(),
            language: "en_US".into(),
            values: vec![],
            seen: 0,
            anyway: false,
        },
        Ask::TakeOver { conversation: c(), cid: i() },
        Ask::GiveBack { conversation: c(), cid: i(), answer: None },
        Ask::HandOver { conversation: c(), cid: i(), to: i(), note: String::new() },
        Ask::Extend { conversation: c(), cid: i(), by: Extension::Minutes(15) },
        Ask::Note { conversation: c(), cid: i(), text: "Hm".into() },
        Ask::Label { conversation: c(), cid: i(), label: "vip".into(), on: true },
        Ask::SetAttribute { conversation: c(), cid: i(), name: "city".into(), value: "Porto".into() },
        Ask::Resend { conversation: c(), cid: i(), of: 1 },
        Ask::Leave { conversation: c(), cid: i(), of: 1 },
        Ask::Assign { conversation: c(), cid: i(), agent: None, team: None },
        Ask::HandOverToTeam { conversation: c(), cid: i(), team: i(), note: String::new() },
        Ask::Claim { conversation: c(), cid: i() },
        Ask::Close { conversation: c(), cid: i() },
        Ask::Snooze { conversation: c(), cid: i(), until: 1 },
        Ask::Reopen { conversation: c(), cid: i(), undo: false },
        Ask::Prioritise { conversation: c(), cid: i(), priority: PriorityIs::High },
        Ask::Block { conversation: c(), cid: i(), on: true },
        Ask::Seen { conversation: c(), seq: 1 },
        Ask::MarkRead { conversation: c(), cid: i() },
        Ask::MarkUnread { conversation: c(), cid: i(), from: None, count: None },
        Ask::Typing { conversation: c() },
        Ask::Ping,
    ];
    match asks[0] {
        Ask::Inbox { .. } | Ask::Watch { .. } | Ask::Unwatch { .. } | Ask::Reply { .. } | Ask::TakeOver { .. } => {}
        Ask::GiveBack { .. } | Ask::Extend { .. } | Ask::Note { .. } | Ask::Label { .. } => {}
        Ask::SetAttribute { .. } => {}
        Ask::HandOver { .. } | Ask::Resend { .. } | Ask::Leave { .. } | Ask::Ping => {}
        Ask::Typing { .. } | Ask::Template { .. } => {}
        Ask::Assign { .. } | Ask::HandOverToTeam { .. } | Ask::Claim { .. } => {}
        Ask::Close { .. } | Ask::Snooze { .. } | Ask::Reopen { .. } | Ask::Prioritise { .. } | Ask::Block { .. } => {}
        Ask::Seen { .. } | Ask::MarkRead { .. } | Ask::MarkUnread { .. } => {}
    }
    asks
}

#[actix_web::test]
async fn every_command_of_a_console_is_answered_to_every_role_and_to_nobody_else() {
    let installation = Installation::new().await;
    let callers = callers(&installation).await;
    let node = installation.start().await;
    for Caller { name, header, role } in &callers {
        let headers: Vec<(&str, &str)> = header.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let opened = Wire::open(installation.address(), CONSOLE_SOCKET, &headers).await;
        if role.is_none() || name.ends_with("token") {
            assert_eq!(opened.err(), Some(StatusCode::UNAUTHORIZED), "{name}");
            continue;
        }
        let mut wire = opened.unwrap_or_else(|status| panic!("{name}: {status}"));
        for (reference, ask) in (1..).zip(asks()) {
            let not_for_them = *role == Some(Role::Agent) && matches!(ask, Ask::Block { .. });
            let text = serde_json::to_string(&Asked { reference, ask }).expect("JSON");
            wire.say(text.clone()).await;
            let answer = loop {
                match wire.next().await {
                    Came::Frame(frame) if frame["ref"] == json!(reference) => break frame,
                    Came::Frame(_) => {}
                    other => panic!("{name}: {text}: {other:?}"),
                }
            };
            assert_eq!(answer["code"] == json!("forbidden"), not_for_them, "{name}: {text}");
        }
    }
    node.stop().await;
}
