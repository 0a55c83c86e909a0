//! What a socket may send, and what it is told when it sends something else.

use serde_json::json;
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::support::installation::Installation;
use crate::support::wire::Came;

#[actix_web::test]
async fn a_frame_over_the_limit_closes_the_socket_with_a_sentence() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut wire = installation.raw_console(&installation.ana).await;
    wire.say("x".repeat(65_537)).await;
    assert_eq!(wire.end().await, Came::Closed(1009, "the frame is over the limit".into()));
    node.stop().await;
}

#[actix_web::test]
async fn a_frame_at_the_limit_is_read() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut wire = installation.raw_console(&installation.ana).await;
    let ping = json!({"type": "ping", "ref": 7, "padding": ""}).to_string();
    wire.say(ping.replace("\"padding\":\"\"", &format!("\"padding\":\"{}\"", "x".repeat(65_536 - ping.len())))).await;
    assert_eq!(wire.next_of("pong").await["ref"], 7);
    node.stop().await;
}

#[actix_web::test]
async fn binary_and_fragmented_messages_are_refused() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let fragment = Frame::message("{\"type\":".as_bytes().to_vec(), OpCode::Data(Data::Text), false);
    for message in [Message::binary(vec![1, 2, 3]), Message::Frame(fragment)] {
        let mut wire = installation.raw_console(&installation.ana).await;
        wire.send(message).await;
        assert_eq!(wire.end().await, Came::Closed(1003, "only whole text frames are understood".into()));
    }
    node.stop().await;
}

#[actix_web::test]
async fn the_third_unreadable_frame_closes_the_socket() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut wire = installation.raw_console(&installation.ana).await;
    for _ in 0..2 {
        wire.say("hello?").await;
        let error = wire.next_of("error").await;
        assert_eq!((&error["ref"], &error["code"]), (&json!(null), &json!("unreadable")));
    }
    wire.say("{").await;
    assert_eq!(wire.end().await, Came::Closed(1008, "too many unreadable frames".into()));
    node.stop().await;
}

#[actix_web::test]
async fn an_unknown_ask_is_answered_by_its_ref_and_harms_nobody() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut wire = installation.raw_console(&installation.ana).await;
    for reference in 1..=5 {
        wire.say(json!({"type": "dance", "ref": reference}).to_string()).await;
        assert_eq!(wire.next_of("error").await["ref"], reference);
    }
    wire.say(json!({"type": "ping", "ref": 6}).to_string()).await;
    assert_eq!(wire.next_of("pong").await["ref"], 6);
    node.stop().await;
}
