//! The clients against a server that plays a script.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::*;
use crate::clock;

const PATIENCE: Duration = Duration::from_secs(5);

/// One side of a script: the server's end of a connection.
struct Script(WebSocketStream<TcpStream>);

impl Script {
    async fn accept(listener: &TcpListener) -> Self {
        let (stream, _) = listener.accept().await.unwrap();
        Self(tokio_tungstenite::accept_async(stream).await.unwrap())
    }

    async fn hears(&mut self) -> Value {
        serde_json::from_str(self.0.next().await.unwrap().unwrap().to_text().unwrap()).unwrap()
    }

    async fn says(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[tokio::test]
async fn a_widget_resumes_and_sends_again_what_was_not_acknowledged() {
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        let mut first = Script::accept(&listener).await;
        assert_eq!(first.hears().await, json!({"type": "hello", "token": null, "after": null}));
        first.says(json!({"type": "welcome", "token": "t", "name": "Shop", "now": 1})).await;
        let lost = first.hears().await;
        let said = json!([{"seq": 1, "at": 1, "kind": "bot_said", "text": "Hello", "options": []}]);
        first
            .says(json!({"type": "events", "position": {"generation": "g", "seq": 2}, "events": said, "floor": {}}))
            .await;
        drop(first);
        let mut second = Script::accept(&listener).await;
        assert_eq!(
            second.hears().await,
            json!({"type": "hello", "token": "t", "after": {"generation": "g", "seq": 2}})
        );
        second.says(json!({"type": "welcome", "token": "t", "name": "Shop", "now": 1})).await;
        assert_eq!(second.hears().await, lost);
        second.says(json!({"type": "ack", "id": lost["id"], "seq": 3})).await;
        lost
    });
    let diary = diary();
    let mut widget = WebchatClient::new(address, "web-1", diary.clone());
    widget.connect().await.unwrap();
    let id = widget.say("Hi").await.unwrap();
    widget.until_event(PATIENCE, |event| event.text() == "Hello").await.unwrap();
    assert!(widget.next(PATIENCE).await.is_err());
    widget.connect().await.unwrap();
    assert_eq!(widget.until_acked(&id, PATIENCE).await.unwrap(), 3);
    assert_eq!(server.await.unwrap()["text"], "Hi");
    let log = read_diary(&diary);
    assert_eq!((log.said[&id].sent, log.said[&id].acked), (2, Some(3)));
    assert!(matches!(log.received[0].steps[..], [Step::Fresh, Step::Events { upto: 2, .. }]));
    assert_eq!(widget.unacked(), 0);
}

#[tokio::test]
async fn a_console_resumes_and_asks_again_under_the_same_cid() {
    let (listener, address) = listen().await;
    let event = |seq: u64| json!({"seq": seq, "at": 1, "kind": "contact_said", "text": "Hi"});
    let server = tokio::spawn(async move {
        let mut first = Script::accept(&listener).await;
        first.says(json!({"type": "hello", "version": "1", "now": 1, "me": {}})).await;
        assert_eq!(first.hears().await, json!({"ref": 1, "type": "watch", "conversation": "c", "after": null}));
        first.says(json!({"type": "reset", "conversation": "c", "generation": "g", "events": [event(1), event(2)], "floor": {}, "more": false})).await;
        let lost = first.hears().await;
        assert_eq!((&lost["type"], &lost["seen"]), (&json!("reply"), &json!(2)));
        drop(first);
        let mut second = Script::accept(&listener).await;
        second.says(json!({"type": "hello", "version": "1", "now": 1, "me": {}})).await;
        let watch = second.hears().await;
        assert_eq!(watch["after"], json!({"generation": "g", "seq": 2}));
        let again = second.hears().await;
        assert_eq!((&again["cid"], &again["text"]), (&lost["cid"], &lost["text"]));
        second.says(json!({"type": "done", "ref": again["ref"], "cid": again["cid"], "seq": 4})).await;
        let refused = second.hears().await;
        second
            .says(json!({"type": "refused", "ref": refused["ref"], "code": "no_pause", "text": "No.", "said": []}))
            .await;
        let _ = second.0.next().await;
    });
    let diary = diary();
    let mut console = ConsoleClient::new(address, "cookie".into(), diary.clone());
    console.connect().await.unwrap();
    console.watch("c").await.unwrap();
    console.until_event("c", PATIENCE, |event| event.seq == 2).await.unwrap();
    let cid = console.reply("c", "Ana here", false).await.unwrap();
    assert!(console.next(PATIENCE).await.is_err());
    console.connect().await.unwrap();
    assert_eq!(console.answer_to(&cid, PATIENCE).await.unwrap(), Answered::Done { seq: 4 });
    let extend = console.extend_minutes("c", 15).await.unwrap();
    assert!(
        matches!(console.answer_to(&extend, PATIENCE).await.unwrap(), Answered::Refused { code, .. } if code == "no_pause")
    );
    drop(console);
    server.await.unwrap();
    let log = read_diary(&diary);
    assert_eq!((log.commands[&cid].asked, &log.commands[&cid].outcome), (2, &Outcome::Done(4)));
    assert_eq!(log.commands[&extend].outcome, Outcome::Refused("no_pause".into()));
}

#[tokio::test]
async fn signing_in_gives_the_session_cookie() {
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = vec![0; 4096];
        let read = tokio::io::AsyncReadExt::read(&mut stream, &mut buffer).await.unwrap();
        let answer = b"HTTP/1.1 200 OK\r\nset-cookie: switchboard_session=abc; HttpOnly; SameSite=Lax\r\ncontent-length: 2\r\n\r\n{}";
        tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await.unwrap();
        String::from_utf8_lossy(&buffer[..read]).into_owned()
    });
    assert_eq!(sign_in(address, "ana@example.org", "secret").await.unwrap(), "abc");
    assert!(server.await.unwrap().starts_with("POST /api/v1/session "));
}

#[tokio::test]
async fn a_console_asks_again_for_what_could_not_be_read() {
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        let mut script = Script::accept(&listener).await;
        script.says(json!({"type": "hello", "me": {}})).await;
        let (first, second) = (script.hears().await, script.hears().await);
        assert_eq!((&first["conversation"], &second["conversation"]), (&json!("c"), &json!("d")));
        for asked in [&first, &second] {
            script.says(json!({"type": "ok", "ref": asked["ref"]})).await;
        }
        // The one that was left is not asked for again.
        assert_eq!(script.hears().await["type"], "unwatch");
        for asked in [&first, &second] {
            let (reference, text) = (&asked["ref"], "the store is full");
            script.says(json!({"type": "error", "ref": reference, "code": "unavailable", "text": text})).await;
        }
        let again = script.hears().await;
        assert_eq!((&again["type"], &again["conversation"]), (&json!("watch"), &json!("c")));
        let said = json!([{"seq": 1, "at": 1, "kind": "contact_said", "text": "Hello"}]);
        let frame = json!({"type": "reset", "conversation": "c", "generation": "g", "events": said, "floor": {}});
        script.says(frame).await;
        script
    });
    let mut console = ConsoleClient::new(address, "cookie".into(), diary());
    console.again_after = Duration::from_millis(20);
    console.connect().await.unwrap();
    console.watch("c").await.unwrap();
    console.watch("d").await.unwrap();
    console.unwatch("d").await.unwrap();
    let until = clock::instant() + PATIENCE;
    while console.seen("c") < 1 {
        assert!(clock::instant() < until, "it is not asked for again");
        console.next(Duration::from_millis(20)).await.unwrap();
    }
    server.await.unwrap();
}
