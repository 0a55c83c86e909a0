//! The fake Send API, as a product meets it.

use serde_json::{Value, json};

use super::*;
use crate::http;

const PATIENCE: Duration = Duration::from_secs(5);

async fn send(provider: &Provider, to: &str, text: &str) -> io::Result<http::Response> {
    let body =
        json!({"recipient": {"id": to}, "messaging_type": "RESPONSE", "message": {"text": text, "metadata": "out_1"}});
    http::post_json(provider.address(), "/v26.0/1/messages?access_token=t", &body, PATIENCE).await
}

async fn start() -> Provider {
    Provider::start(Settings { token: Some("t".into()), ..Settings::default() }).await.unwrap()
}

#[tokio::test]
async fn a_message_is_accepted_as_graph_does_and_written_down() {
    let provider = start().await;
    let answer = send(&provider, "7", "Hello").await.unwrap();
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    let arrival = &provider.arrivals()[0];
    assert_eq!(answer.status, 200);
    assert_eq!(body, json!({"recipient_id": "7", "message_id": arrival.message_id}));
    assert_eq!(
        (arrival.page.as_str(), arrival.text.as_deref(), arrival.metadata.as_deref()),
        ("1", Some("Hello"), Some("out_1"))
    );
    assert_eq!(provider.texts_for("7"), ["Hello"]);
}

#[tokio::test]
async fn a_wrong_token_is_refused_with_190() {
    let provider = start().await;
    let answer = http::post_json(provider.address(), "/me/messages", &json!({}), PATIENCE).await.unwrap();
    assert_eq!(answer.status, 401);
    assert!(answer.text().contains("\"code\":190"));
}

#[tokio::test]
async fn faults_come_as_told_and_the_log_knows_what_the_contact_got() {
    let provider = start().await;
    provider.rule(Rule::next(1, Then::throttle(3)));
    provider.rule(Rule::next(1, Then::AcceptThenCut));
    provider.rule(Rule::next(1, Then::CutBeforeAccepting));
    let throttled = send(&provider, "7", "one").await.unwrap();
    assert_eq!((throttled.status, throttled.header("retry-after")), (429, Some("3")));
    assert!(send(&provider, "7", "two").await.is_err());
    assert!(send(&provider, "7", "three").await.is_err());
    assert_eq!(send(&provider, "7", "four").await.unwrap().status, 200);
    assert_eq!(provider.texts_for("7"), ["two", "four"]);
    assert_eq!(provider.counts(), Counts { arrived: 4, accepted: 2, refused: 1, unanswered: 2, forgotten: 0 });
}

#[tokio::test]
async fn another_process_steers_it_over_http() {
    let provider = start().await;
    let control = json!({"rules": [{"when": {"recipient": "7"}, "then": {"do": "refuse", "status": 400, "code": 10}}]});
    assert_eq!(http::post_json(provider.address(), "/_control", &control, PATIENCE).await.unwrap().status, 200);
    assert_eq!(send(&provider, "7", "Hello").await.unwrap().status, 400);
    assert_eq!(send(&provider, "8", "Hello").await.unwrap().status, 200);
    let log = http::request_once("GET", provider.address(), "/_log?after=1", &[], b"", PATIENCE).await.unwrap();
    let arrivals: Vec<Arrival> = serde_json::from_slice(&log.body).unwrap();
    assert_eq!(arrivals, provider.arrivals()[1..]);
}

#[tokio::test]
async fn an_echo_is_a_signed_webhook_that_is_posted_until_it_is_accepted() {
    let product = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = product.local_addr().unwrap();
    let receipts = Receipts { to, app_secret: "s".into(), echo: EchoTime::After, delivery: false, read: false };
    let provider = Provider::start(Settings { receipts: Some(receipts), ..Settings::default() }).await.unwrap();
    send(&provider, "7", "Hello").await.unwrap();
    drop(product.accept().await.unwrap());
    let (mut stream, _) = product.accept().await.unwrap();
    let mut buffer = vec![0; 4096];
    let read = tokio::io::AsyncReadExt::read(&mut stream, &mut buffer).await.unwrap();
    let request = http::parse_request(&buffer[..read]).unwrap().unwrap();
    let body: Value = serde_json::from_slice(request.body).unwrap();
    assert_eq!(body["entry"][0]["messaging"][0]["message"]["metadata"], "out_1");
    assert_eq!(provider.receipts_pending(), 1);
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    while provider.receipts_pending() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
