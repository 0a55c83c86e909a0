//! The fake, as a product meets it.

use serde_json::{Value, json};

use super::*;
use crate::fake::Then;
use crate::http;

const PATIENCE: Duration = Duration::from_secs(20);
const PERSON: i64 = 5_512_345_678;

async fn call(telegram: &Telegram, token: &str, method: &str, body: &Value) -> io::Result<(u16, Value)> {
    let answer = http::post_json(telegram.address(), &format!("/bot{token}/{method}"), body, PATIENCE).await?;
    Ok((answer.status, serde_json::from_slice(&answer.body).unwrap_or_default()))
}

#[tokio::test]
async fn it_takes_what_telegram_takes_and_refuses_the_rest_as_telegram_does() {
    let telegram = Telegram::start(Settings::default()).await.unwrap();
    let token = Settings::default().token;
    let long = "x".repeat(4097);
    let button = |data: &str| json!({"chat_id": PERSON, "text": "?", "reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": data}]]}});
    let first = call(&telegram, &token, "sendMessage", &json!({"chat_id": PERSON, "text": "Hi"})).await.unwrap();
    assert_eq!(first.0, 403, "bots cannot begin");
    telegram.say(PERSON, "/start");
    for (method, body, expected) in [
        ("sendMessage", json!({"chat_id": PERSON, "text": "Hi"}), 200),
        ("sendMessage", json!({"text": "Hi"}), 400),
        ("sendMessage", json!({"chat_id": PERSON, "text": " "}), 400),
        ("sendMessage", json!({"chat_id": PERSON, "text": long}), 400),
        ("sendMessage", button("x"), 200),
        ("sendMessage", button(&long[..65]), 400),
        ("sendPhoto", json!({"chat_id": PERSON, "photo": "https://a.example/1"}), 200),
        ("sendPhoto", json!({"chat_id": PERSON}), 400),
        ("answerCallbackQuery", json!({"callback_query_id": "guessed"}), 400),
        ("setWebhook", json!({"url": "http://a.example/", "secret_token": "s"}), 400),
        ("setWebhook", json!({"url": "https://a.example/", "secret_token": "a b"}), 400),
        ("setWebhook", json!({"url": "https://a.example/", "secret_token": "s"}), 200),
        ("teleport", json!({}), 404),
    ] {
        let (status, answer) = call(&telegram, &token, method, &body).await.unwrap();
        assert_eq!((status, answer["ok"].as_bool()), (expected, Some(expected == 200)), "{method} {body}: {answer}");
    }
    assert_eq!(call(&telegram, "1:guessed", "sendMessage", &json!({})).await.unwrap().0, 401);
    assert_eq!(telegram.got(PERSON).len(), 3);
}

#[tokio::test]
async fn it_misbehaves_as_told() {
    let telegram = Telegram::start(Settings::default()).await.unwrap();
    let token = Settings::default().token;
    telegram.say(PERSON, "/start");
    let control =
        json!({"rules": [{"times": 1, "then": {"do": "refuse", "status": 429, "code": 429, "retry_after": 2}}]});
    http::post_json(telegram.address(), "/_control", &control, PATIENCE).await.unwrap();
    telegram.rule(Rule::next(1, Then::AcceptThenCut));
    let hello = json!({"chat_id": PERSON, "text": "Hello"});
    let (status, answer) = call(&telegram, &token, "sendMessage", &hello).await.unwrap();
    assert_eq!((status, &answer["parameters"]["retry_after"]), (429, &json!(2)));
    assert!(call(&telegram, &token, "sendMessage", &hello).await.is_err());
    assert_eq!(telegram.got(PERSON).len(), 1);
    telegram.block(PERSON, true);
    assert_eq!(call(&telegram, &token, "sendMessage", &hello).await.unwrap().0, 403);
    telegram.revoke(true);
    assert_eq!(call(&telegram, &token, "sendMessage", &hello).await.unwrap().0, 401);
}
