//! Readers who stop reading, or are gone without a word.

use std::time::Duration;

use futures_util::future::{join, join_all};
use loadtest::clients::{ConsoleClient, ConsoleFrame};
use loadtest::product::{COOKIE, CONSOLE_SOCKET};
use serde_json::json;
use switchboard::domain::command::Command;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::installation::{Installation, SOON, SignedIn, contact, conversation};
use crate::support::node::{ask, metric};

const CONVERSATIONS: usize = 20;
/// What is published before the kernel has no more room for a reader that does not read: 16 MB.
const ROUNDS: usize = 80;

#[actix_web::test]
async fn a_console_that_stops_reading_is_closed_and_others_are_untouched() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let lagged = async || metric(&installation.get("/metrics").await.text(), "switchboard_sockets_lagged_total");
    let before = lagged().await;
    let contacts: Vec<_> = (0..CONVERSATIONS).map(|number| contact(&format!("contact-{number}"))).collect();
    let note = |text: String| Command::Note { agent: installation.ana.agent.clone(), text };
    join_all(contacts.iter().map(|contact| ask(&node, contact, note("first".into())))).await;

    let mut stalled = RawSocket::open(&installation, &installation.ben).await;
    let mut console = installation.console(&installation.ana).await;
    for contact in &contacts {
        let conversation = contact.conversation.to_string();
        stalled.say(&json!({"type": "watch", "ref": 1, "conversation": conversation, "after": null})).await;
        console.watch(&conversation).await.unwrap();
        console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();
    }
    for round in 0..ROUNDS {
        let write = join_all(contacts.iter().map(|contact| ask(&node, contact, note("x".repeat(10_000)))));
        let read = read_round(&mut console, round as u64 + 2);
        join(write, read).await;
    }
    assert!(lagged().await > before, "the stalled console is noticed");
    assert!(stalled.last_words().await.contains("lagged; resume from seq"), "and told so, once it reads again");
    node.stop().await;
}

#[actix_web::test]
async fn a_console_that_answers_no_pings_is_closed() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut silent = RawSocket::open(&installation, &installation.ana).await;
    // Two pings 15 s apart, and 15 s more for the answer to the second.
    let goodbye = tokio::time::timeout(Duration::from_secs(60), silent.last_words()).await;
    assert!(goodbye.expect("within 60 s").contains("no answer to two pings"));
    node.stop().await;
}

/// Reads until every conversation has come to `seq`, one event after the other.
async fn read_round(console: &mut ConsoleClient, seq: u64) {
    for _ in 0..CONVERSATIONS {
        let frame = console.until(SOON, |frame| matches!(frame, ConsoleFrame::Events { .. })).await.expect("it reads on");
        let ConsoleFrame::Events { events, .. } = frame else { unreachable!() };
        assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [seq]);
    }
    let behind = (0..CONVERSATIONS).find(|number| console.seen(&conversation(&format!("contact-{number}"))) != seq);
    assert_eq!(behind, None);
}

/// A console that only reads when it is told to, and never answers a ping.
struct RawSocket(TcpStream);

impl RawSocket {
    async fn open(installation: &Installation, agent: &SignedIn) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small buffer");
        let mut stream = socket.connect(installation.address()).await.expect("connected");
        let (host, cookie) = (installation.address(), &agent.cookie);
        let upgrade = format!(
            "GET {CONSOLE_SOCKET} HTTP/1.1\r\nhost: {host}\r\ncookie: {COOKIE}={cookie}\r\nconnection: upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(upgrade.as_bytes()).await.expect("written");
        let mut head = [0; 12];
        stream.read_exact(&mut head).await.expect("an answer");
        assert_eq!(&head, b"HTTP/1.1 101");
        Self(stream)
    }

    /// A masked text frame; the mask is all zeros.
    async fn say(&mut self, frame: &serde_json::Value) {
        let text = frame.to_string();
        let mut bytes = vec![0x81, 0x80 | 126];
        bytes.extend((text.len() as u16).to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(text.as_bytes());
        self.0.write_all(&bytes).await.expect("written");
    }

    /// Reads to the end of the connection; what came last.
    async fn last_words(&mut self) -> String {
        let mut everything = Vec::new();
        let _ = self.0.read_to_end(&mut everything).await;
        String::from_utf8_lossy(&everything[everything.len().saturating_sub(200)..]).into_owned()
    }
}
