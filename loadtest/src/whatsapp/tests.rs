//! The fake, as a product meets it.

use serde_json::{Value, json};

use super::*;
use crate::fake::Then;
use crate::http;

const PATIENCE: Duration = Duration::from_secs(20);
const PERSON: &str = "16505551234";

async fn call(whatsapp: &WhatsApp, token: &str, body: &Value) -> io::Result<(u16, Value)> {
    let proof = messenger::appsecret_proof(&Settings::default().app_secret, &Settings::default().token);
    let path = format!("/v26.0/{}/messages?appsecret_proof={proof}", Settings::default().phone_number_id);
    let authorization = format!("Bearer {token}");
    let headers = [("content-type", "application/json"), ("authorization", authorization.as_str())];
    let body = body.to_string();
    let answer = http::request_once("POST", whatsapp.address(), &path, &headers, body.as_bytes(), PATIENCE).await?;
    Ok((answer.status, serde_json::from_slice(&answer.body).unwrap_or_default()))
}

fn message(content: Value) -> Value {
    let mut body = json!({"messaging_product": "whatsapp", "to": PERSON});
    body.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
    body
}

fn text(words: &str) -> Value {
    message(json!({"type": "text", "text": {"body": words}}))
}

fn buttons(titles: &[&str]) -> Value {
    let button = |title: &&str| json!({"type": "reply", "reply": {"id": title, "title": title}});
    let buttons: Vec<Value> = titles.iter().map(button).collect();
    message(
        json!({"type": "interactive", "interactive": {"type": "button", "body": {"text": "?"}, "action": {"buttons": buttons}}}),
    )
}

fn list(rows: usize) -> Value {
    let rows: Vec<Value> = (0..rows).map(|row| json!({"id": row.to_string(), "title": "Row"})).collect();
    message(json!({"type": "interactive", "interactive": {"type": "list", "body": {"text": "?"},
        "action": {"button": "Menu", "sections": [{"rows": rows}]}}}))
}

fn template(name: &str, values: &[&str]) -> Value {
    let values: Vec<Value> = values.iter().map(|value| json!({"type": "text", "text": value})).collect();
    message(json!({"type": "template", "template": {"name": name, "language": {"code": "en_US"},
        "components": [{"type": "body", "parameters": values}]}}))
}

#[tokio::test]
async fn it_takes_what_whatsapp_takes_and_refuses_the_rest_as_whatsapp_does() {
    let whatsapp = WhatsApp::start(Settings::default()).await.unwrap();
    let token = Settings::default().token;
    let code = |answer: &Value| answer["error"]["code"].as_u64().unwrap_or(0);
    let first = call(&whatsapp, &token, &text("Hi")).await.unwrap();
    assert_eq!((first.0, code(&first.1)), (400, 131_030), "nobody of that number");
    let heard = whatsapp.say(PERSON, "Hi");
    let long = "x".repeat(4097);
    let read = |id: &str| json!({"messaging_product": "whatsapp", "status": "read", "message_id": id});
    for (body, expected) in [
        (text("Hi"), 0),
        (text(" "), 131_008),
        (text(&long), 131_009),
        (json!({"to": PERSON, "type": "text"}), 100),
        (json!({"messaging_product": "whatsapp", "type": "text", "text": {"body": "Hi"}}), 131_008),
        (message(json!({"type": "hologram"})), 131_009),
        (buttons(&["One", "Two"]), 0),
        (buttons(&["One", "One"]), 131_009),
        (buttons(&["One", "Two", "Three", "Four"]), 131_009),
        (buttons(&["A title that is longer than twenty"]), 131_009),
        (list(10), 0),
        (list(11), 131_009),
        (message(json!({"type": "image", "image": {"link": "https://a.example/1", "caption": "x"}})), 0),
        (message(json!({"type": "audio", "audio": {"link": "https://a.example/1", "caption": "x"}})), 131_009),
        (message(json!({"type": "image", "image": {}})), 131_009),
        (template("follow_up", &["Ana"]), 0),
        (template("follow_up", &[]), 132_000),
        (template("follow_up", &["a\nb"]), 132_012),
        (template("never_approved", &[]), 132_001),
        (read(&heard), 0),
        (read("wamid.unknown"), 131_009),
    ] {
        let (status, answer) = call(&whatsapp, &token, &body).await.unwrap();
        assert_eq!((status == 200, code(&answer)), (expected == 0, expected), "{body}: {answer}");
    }
    assert_eq!(whatsapp.got(PERSON).len(), 5);
    assert_eq!(call(&whatsapp, "guessed", &text("Hi")).await.unwrap().0, 401);
    // After a day of silence, only a template.
    whatsapp.silence_for_a_day(PERSON);
    assert_eq!(code(&call(&whatsapp, &token, &text("Hi")).await.unwrap().1), 131_047);
    assert_eq!(call(&whatsapp, &token, &template("follow_up", &["Ana"])).await.unwrap().0, 200);
}

#[tokio::test]
async fn it_keeps_its_limits_and_misbehaves_as_told() {
    let limits = Settings { per_second: 4, pair_at_once: 2, pair_every_ms: 60_000, ..Settings::default() };
    let whatsapp = WhatsApp::start(limits).await.unwrap();
    let token = Settings::default().token;
    for person in [PERSON, "1", "2"] {
        whatsapp.say(person, "Hi");
    }
    let code = |answer: (u16, Value)| answer.1["error"]["code"].as_u64();
    let to =
        |person: &str| json!({"messaging_product": "whatsapp", "to": person, "type": "text", "text": {"body": "x"}});
    whatsapp.rule(Rule::next(1, Then::AcceptThenCut));
    assert!(call(&whatsapp, &token, &text("Hello")).await.is_err());
    assert_eq!(code(call(&whatsapp, &token, &text("Hello")).await.unwrap()), None);
    assert_eq!(code(call(&whatsapp, &token, &text("Hello")).await.unwrap()), Some(131_056));
    assert_eq!(whatsapp.got(PERSON).len(), 2);
    assert_eq!(code(call(&whatsapp, &token, &to("1")).await.unwrap()), None);
    assert_eq!(code(call(&whatsapp, &token, &to("2")).await.unwrap()), None);
    assert_eq!(code(call(&whatsapp, &token, &to("2")).await.unwrap()), Some(130_429));
    whatsapp.revoke(true);
    assert_eq!(code(call(&whatsapp, &token, &text("Hello")).await.unwrap()), Some(190));
}
