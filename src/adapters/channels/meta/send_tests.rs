//! Against a real socket that answers what it is told to.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::adapters::channels::meta_signature::appsecret_proof;
use crate::domain::ids::{AccountId, ConversationId, DeliveryId};
use crate::domain::message::Line;

/// What the provider does with one call.
#[derive(Clone)]
enum Act {
    Answer(&'static str, &'static [(&'static str, &'static str)], String),
    /// Reads the call and hangs up.
    HangUp,
    /// Says that an answer comes, and hangs up in the middle of it.
    BreakOff,
    Silence,
}

struct Provider {
    base: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

struct Call {
    head: String,
    body: Value,
}

impl Provider {
    async fn that(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let calls = Arc::new(Mutex::new(Vec::new()));
        let seen = calls.clone();
        tokio::spawn(async move {
            for act in acts {
                let (mut socket, _) = listener.accept().await.unwrap();
                let call = read_call(&mut socket).await;
                seen.lock().unwrap().push(call);
                play(socket, act).await;
            }
        });
        Self { base, calls }
    }

    async fn send(&self, line: Line) -> SendResult {
        outlet(&self.base).send(outgoing(line)).await
    }
}

async fn read_call(socket: &mut TcpStream) -> Call {
    let mut bytes = Vec::new();
    loop {
        socket.read_buf(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok())
            .unwrap();
        if body.len() >= length {
            return Call { head: head.to_owned(), body: serde_json::from_str(body).unwrap() };
        }
    }
}

async fn play(mut socket: TcpStream, act: Act) {
    match act {
        Act::Answer(status, headers, body) => {
            let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let answer = format!(
                "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
                body.len()
            );
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
        Act::HangUp => {}
        Act::BreakOff => socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"message").await.unwrap(),
        Act::Silence => tokio::time::sleep(Duration::from_secs(10)).await,
    }
}

fn sent(id: &str) -> Act {
    Act::Answer("200 OK", &[], json!({ "recipient_id": "7", "message_id": id }).to_string())
}

fn error(status: &'static str, code: u32, subcode: u32) -> Act {
    Act::Answer(
        status,
        &[],
        json!({ "error": { "message": "Malformed access token EAAB", "code": code, "error_subcode": subcode } })
            .to_string(),
    )
}

fn outlet(base: &str) -> MetaOutlet {
    let settings = Settings {
        network: Network::Messenger,
        sender_id: "1029".into(),
        token: "EAAB".into(),
        app_secret: Some("secret".into()),
        api_base: base.into(),
        api_version: "v26.0".into(),
        sends_per_second: 200,
    };
    MetaOutlet::new(Client::new(Duration::from_secs(2)).unwrap(), &settings).unwrap()
}

fn outgoing(line: Line) -> Outgoing {
    Outgoing { id: id(), to: "7".into(), line, by: By::Bot, template: None, attempt: 0 }
}

fn id() -> DeliveryId {
    DeliveryId { conversation: ConversationId::of(&AccountId::new("page"), "7"), seq: 12 }
}

fn hello() -> Line {
    Line::text("Hello, Ana here.")
}

fn is_unknown(result: &SendResult) -> bool {
    matches!(result, SendResult::Unknown { .. })
}

#[tokio::test]
async fn a_message_goes_out_in_the_shape_meta_wants() {
    let provider = Provider::that(vec![sent("m_out78")]).await;
    let choice = |id: &str, label: &str| Choice { id: id.into(), label: label.into() };
    let choices =
        vec![choice("orders", "Orders"), choice("human", "I would rather talk to a human"), choice("none", " ")];
    let result = provider.send(Line { choices, ..Line::text("What is it about?") }).await;
    assert_eq!(result, SendResult::Sent { provider_id: "m_out78".into() });

    let calls = provider.calls.lock().unwrap();
    let head = calls[0].head.to_lowercase();
    let proof = appsecret_proof("secret", "EAAB");
    assert!(head.starts_with(&format!("post /v26.0/1029/messages?appsecret_proof={proof} http/1.1")), "{head}");
    assert!(head.contains("authorization: bearer eaab") && head.contains("content-type: application/json"), "{head}");
    let expected = json!({
        "recipient": { "id": "7" }, "messaging_type": "RESPONSE",
        "message": { "text": "What is it about?", "metadata": id().to_string(), "quick_replies": [
            { "content_type": "text", "title": "Orders", "payload": "orders" },
            { "content_type": "text", "title": "I would rather talk…", "payload": "human" },
        ] }
    });
    assert_eq!(calls[0].body, expected);
}

#[tokio::test]
async fn only_what_a_person_wrote_too_late_is_tagged_as_such() {
    for (by, terms) in [
        (By::Bot, json!(["RESPONSE", null])),
        (By::Person { late: false }, json!(["RESPONSE", null])),
        (By::Person { late: true }, json!(["MESSAGE_TAG", "HUMAN_AGENT"])),
    ] {
        let provider = Provider::that(vec![sent("m")]).await;
        outlet(&provider.base).send(Outgoing { by, ..outgoing(hello()) }).await;
        let calls = provider.calls.lock().unwrap();
        assert_eq!(json!([calls[0].body["messaging_type"], calls[0].body["tag"]]), terms);
    }
}

#[tokio::test]
async fn at_most_thirteen_choices_are_shown() {
    let provider = Provider::that(vec![sent("m")]).await;
    let choices = (0..20).map(|number| Choice { id: number.to_string(), label: number.to_string() }).collect();
    provider.send(Line { choices, ..Line::text("Which?") }).await;
    assert_eq!(
        provider.calls.lock().unwrap()[0].body.pointer("/message/quick_replies").unwrap().as_array().unwrap().len(),
        13
    );
}

#[tokio::test]
async fn a_long_text_goes_out_in_parts_and_the_choices_with_the_last() {
    let provider = Provider::that(vec![sent("m_1"), sent("m_2"), sent("m_3")]).await;
    let text = "All good things come in threes. ".repeat(150);
    let line = Line { choices: vec![Choice { id: "a".into(), label: "A".into() }], ..Line::text(&text) };
    assert_eq!(provider.send(line).await, SendResult::Sent { provider_id: "m_3".into() });

    let calls = provider.calls.lock().unwrap();
    let field = |pointer: &str| calls.iter().map(|call| call.body.pointer(pointer).cloned()).collect::<Vec<_>>();
    assert_eq!(
        field("/message/metadata"),
        [format!("{}:1", id()), format!("{}:2", id()), id().to_string()].map(|mark| Some(json!(mark)))
    );
    assert_eq!(field("/message/quick_replies").iter().filter(|choices| choices.is_some()).count(), 1);
    assert!(calls[2].body.pointer("/message/quick_replies").is_some());
    let words = field("/message/text")
        .into_iter()
        .flatten()
        .map(|part| part.as_str().unwrap().to_owned())
        .collect::<Vec<_>>()
        .join(" ");
    assert_eq!(words.split_whitespace().collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
}

#[tokio::test]
async fn something_to_look_at_goes_out_after_its_words() {
    let picture = Attachment {
        kind: AttachmentKind::Image,
        url: "https://a.example/boat.jpg".into(),
        name: String::new(),
        bytes: None,
    };
    let provider = Provider::that(vec![sent("m_1"), sent("m_2")]).await;
    let line = Line { attachment: Some(picture.clone()), ..Line::text("Look:") };
    assert_eq!(provider.send(line).await, SendResult::Sent { provider_id: "m_2".into() });

    let alone = Provider::that(vec![sent("m_3")]).await;
    let line = Line { attachment: Some(picture), ..Line::default() };
    assert_eq!(alone.send(line).await, SendResult::Sent { provider_id: "m_3".into() });

    let calls = provider.calls.lock().unwrap();
    let attachment =
        json!({ "type": "image", "payload": { "url": "https://a.example/boat.jpg", "is_reusable": false } });
    let messages: Vec<_> = calls.iter().map(|call| call.body["message"].clone()).collect();
    let metadata = [format!("{}:1", id()), id().to_string()];
    assert_eq!(messages[0], json!({ "text": "Look:", "metadata": metadata[0] }));
    assert_eq!(messages[1], json!({ "attachment": attachment, "metadata": metadata[1] }));
}

#[tokio::test]
async fn a_long_text_that_stops_halfway_may_have_gone_out() {
    let long = || Line::text("All good things come in threes. ".repeat(80));
    let provider = Provider::that(vec![sent("m_1"), error("400 Bad Request", 613, 0)]).await;
    assert!(is_unknown(&provider.send(long()).await));
    let provider = Provider::that(vec![error("400 Bad Request", 613, 0)]).await;
    assert!(
        matches!(provider.send(long()).await, SendResult::NotSent { account_wide: true, .. }),
        "nothing went out yet"
    );
}

#[tokio::test]
async fn a_throttle_stops_the_account_for_as_long_as_it_says() {
    let provider =
        Provider::that(vec![Act::Answer("429 Too Many Requests", &[("Retry-After", "7")], String::new())]).await;
    let SendResult::NotSent { after, account_wide, .. } = provider.send(hello()).await else { panic!() };
    assert_eq!((after, account_wide), (Some(Duration::from_secs(7)), true));

    let usage =
        &[("X-Business-Use-Case-Usage", r#"{"1029":[{"type":"messenger","estimated_time_to_regain_access":2}]}"#)];
    let body = json!({ "error": { "code": 80006 } }).to_string();
    let provider = Provider::that(vec![Act::Answer("400 Bad Request", usage, body)]).await;
    let SendResult::NotSent { after, .. } = provider.send(hello()).await else { panic!() };
    assert_eq!(after, Some(Duration::from_secs(120)));
}

#[tokio::test]
async fn refusals_say_why_and_never_the_token() {
    let provider = Provider::that(vec![
        error("400 Bad Request", 10, 2_018_278),
        error("401 Unauthorized", 190, 463),
        error("400 Bad Request", 100, 33),
    ])
    .await;
    assert_eq!(
        provider.send(hello()).await,
        SendResult::Permanent { reason: "outside the 24-hour window (code 10/2018278)".into() }
    );
    assert_eq!(
        provider.send(hello()).await,
        SendResult::AccountRefused { reason: "the access token is no longer valid (code 190/463)".into() }
    );
    let expected = "Messenger refused it: Malformed access token … (code 100/33)";
    assert_eq!(provider.send(hello()).await, SendResult::Permanent { reason: expected.into() });
}

#[tokio::test]
async fn a_connection_that_was_never_made_sent_nothing() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for base in [format!("http://{closed}"), format!("https://{closed}"), "http://no-such-host.invalid".into()] {
        let SendResult::NotSent { after: None, account_wide: true, reason } =
            outlet(&base).send(outgoing(hello())).await
        else {
            panic!("{base}")
        };
        assert!(!reason.contains("appsecret_proof") && !reason.contains("EAAB"), "{reason}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_speak_tls_got_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    assert!(matches!(outlet(&base).send(outgoing(hello())).await, SendResult::NotSent { .. }));
}

#[tokio::test]
async fn no_answer_after_the_bytes_left_may_be_a_message() {
    for act in [
        Act::HangUp,
        Act::BreakOff,
        Act::Silence,
        Act::Answer("200 OK", &[], "<html>".into()),
        Act::Answer("503 Service Unavailable", &[], String::new()),
    ] {
        let provider = Provider::that(vec![act]).await;
        let result = provider.send(hello()).await;
        assert!(is_unknown(&result), "{result:?}");
        assert!(!format!("{result:?}").contains("appsecret_proof"), "{result:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let provider = Provider::that(vec![Act::Answer(
        "307 Temporary Redirect",
        &[("Location", "http://127.0.0.1:1/")],
        String::new(),
    )])
    .await;
    assert!(matches!(provider.send(hello()).await, SendResult::NotSent { .. }));
}

#[tokio::test]
async fn nothing_to_say_is_not_said() {
    assert!(matches!(
        outlet("http://127.0.0.1:1").send(outgoing(Line::text(" \n"))).await,
        SendResult::Permanent { .. }
    ));
}

#[test]
fn settings_that_cannot_work_are_refused_early() {
    let new = |api_base: &str, token: &str| {
        let settings = Settings {
            network: Network::Messenger,
            sender_id: "a/../b".into(),
            token: token.into(),
            app_secret: None,
            api_base: api_base.into(),
            api_version: "v26.0".into(),
            sends_per_second: 1,
        };
        MetaOutlet::new(Client::new(Duration::from_secs(1)).unwrap(), &settings)
    };
    assert_eq!(new("graph", "t").unwrap_err(), BadSettings::ApiBase("graph".into()));
    assert_eq!(new("ftp://graph", "t").unwrap_err(), BadSettings::ApiBase("ftp://graph".into()));
    assert_eq!(new("https://graph.facebook.com", "t\nx").unwrap_err(), BadSettings::Token);
    let outlet = new("https://proxy.example/graph/", "EAAB").unwrap();
    assert_eq!(outlet.line.address.to_string(), "https://proxy.example/graph/v26.0/a%2F..%2Fb/messages");
    assert!(!format!("{outlet:?}").contains("EAAB"));
}
