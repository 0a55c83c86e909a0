//! The fake, as a product meets it.

use serde_json::{Value, json};

use super::*;
use crate::fake::Then;
use crate::http;

const PATIENCE: Duration = Duration::from_secs(20);
const PHONE: &str = "+14155550100";

async fn send(twilio: &Twilio, token: &str, fields: &[(&str, &str)]) -> io::Result<http::Response> {
    use base64::Engine;
    let Settings { account_sid, .. } = Settings::default();
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{account_sid}:{token}"));
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let path = format!("/2010-04-01/Accounts/{account_sid}/Messages.json");
    let authorization = format!("Basic {pair}");
    let headers = [("authorization", authorization.as_str())];
    http::request_once("POST", twilio.address(), &path, &headers, body.as_bytes(), PATIENCE).await
}

fn code(answer: &http::Response) -> (u16, u64) {
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    (answer.status, body["code"].as_u64().unwrap_or_default())
}

#[tokio::test]
async fn it_takes_what_twilio_takes_and_refuses_the_rest_as_twilio_does() {
    let twilio = Twilio::start(Settings::default()).await.unwrap();
    let Settings { auth_token, number, .. } = Settings::default();
    let long = "x".repeat(1601);
    let good = [("To", PHONE), ("From", number.as_str()), ("Body", "Hello")];
    assert_eq!(code(&send(&twilio, &auth_token, &good).await.unwrap()), (201, 0));
    assert_eq!(code(&send(&twilio, "guessed", &good).await.unwrap()), (401, 20003));
    for (fields, expected) in [
        (&[("To", "4155550100"), good[1], good[2]][..], 21211),
        (&[good[0], good[2]], 21603),
        (&[good[0], ("From", "+1999999999"), good[2]], 21659),
        (&good[..2], 21619),
        (&[good[0], good[1], ("Body", &long)], 21617),
        (&[good[0], good[1], good[2], ("ValidityPeriod", "0")], 21621),
    ] {
        assert_eq!(code(&send(&twilio, &auth_token, fields).await.unwrap()), (400, expected));
    }
    assert_eq!(twilio.got(PHONE).len(), 1);
}

#[tokio::test]
async fn it_misbehaves_as_told() {
    let twilio = Twilio::start(Settings::default()).await.unwrap();
    let Settings { auth_token, number, .. } = Settings::default();
    let control =
        json!({"rules": [{"times": 1, "then": {"do": "refuse", "status": 429, "code": 20429, "retry_after": 2}}]});
    http::post_json(twilio.address(), "/_control", &control, PATIENCE).await.unwrap();
    twilio.rule(Rule::next(1, Then::AcceptThenCut));
    let good = [("To", PHONE), ("From", number.as_str()), ("Body", "Hello")];
    assert_eq!(code(&send(&twilio, &auth_token, &good).await.unwrap()), (429, 20429));
    assert!(send(&twilio, &auth_token, &good).await.is_err());
    assert_eq!(twilio.got(PHONE).len(), 1);
}
