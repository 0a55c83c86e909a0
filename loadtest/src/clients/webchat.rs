//! A visitor's widget.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::socket::Socket;
use super::{Diary, Event, Position, Said, Step, VisitorFrame, read_diary};
use crate::{clock, dice, product};

const ANSWER_MAX: Duration = Duration::from_secs(5);

/// A widget: it resumes with its token and position, and sends again what was not acknowledged.
///
/// It reads only while [`WebchatClient::next`] or something that waits is called.
pub struct WebchatClient {
    server: SocketAddr,
    account: String,
    /// How the diary names this widget.
    pub reader: String,
    pub token: Option<String>,
    pub position: Option<Position>,
    /// What was said and not acknowledged, in order, as it is sent again.
    unacked: Vec<(String, Value)>,
    socket: Option<Socket>,
    diary: Diary,
}

impl WebchatClient {
    /// A new visitor of an account, not yet connected.
    pub fn new(server: SocketAddr, account: &str, diary: Diary) -> Self {
        let reader = format!("visitor-{}", dice::new_tag());
        Self {
            server,
            account: account.to_owned(),
            reader,
            token: None,
            position: None,
            unacked: Vec::new(),
            socket: None,
            diary,
        }
    }

    /// Connects or connects again, says hello, waits for the welcome and sends what was not acknowledged.
    pub async fn connect(&mut self) -> Result<()> {
        let url = format!("ws://{}{}{}", self.server, product::WEBCHAT_SOCKET, self.account);
        self.socket = None;
        let mut socket = Socket::open(&url, &format!("http://{}", self.server), None).await?;
        socket.send(&json!({"type": "hello", "token": self.token, "after": self.position})).await?;
        self.socket = Some(socket);
        if self.position.is_none() {
            read_diary(&self.diary).receive(&self.reader, None, Step::Fresh);
        }
        self.until(ANSWER_MAX, |frame| matches!(frame, VisitorFrame::Welcome { .. })).await.context("no welcome")?;
        for (id, frame) in self.unacked.clone() {
            self.send(&frame).await?;
            if let Some(said) = read_diary(&self.diary).said.get_mut(&id) {
                said.sent += 1;
            }
        }
        Ok(())
    }

    pub fn is_connected(&self) -> bool {
        self.socket.is_some()
    }

    /// Cuts the connection without a goodbye.
    pub fn cut(&mut self) {
        self.socket = None;
    }

    /// The next connection goes to another node.
    pub fn move_to(&mut self, server: SocketAddr) {
        self.server = server;
    }

    /// Opens the chat: the bot may greet.
    pub async fn open(&mut self) -> Result<()> {
        self.send(&json!({"type": "open"})).await
    }

    /// Writes; the id under which it will be acknowledged.
    pub async fn say(&mut self, text: &str) -> Result<String> {
        let id = dice::new_id();
        self.utter(&id, text, json!({"type": "say", "id": id, "text": text})).await?;
        Ok(id)
    }

    /// Chooses an option of a menu.
    pub async fn tap(&mut self, option: &str, label: &str) -> Result<String> {
        let id = dice::new_id();
        self.utter(&id, label, json!({"type": "tap", "id": id, "option": option, "label": label})).await?;
        Ok(id)
    }

    /// Says that everything up to here was shown.
    pub async fn seen(&mut self, seq: u64) -> Result<()> {
        self.send(&json!({"type": "seen", "seq": seq})).await
    }

    /// Looks at a page of the website.
    pub async fn page(&mut self, url: &str, title: &str) -> Result<()> {
        self.send(&json!({"type": "page", "url": url, "title": title})).await
    }

    /// How many of its messages are not acknowledged.
    pub fn unacked(&self) -> usize {
        self.unacked.len()
    }

    /// Reads and records one frame; none when time is up. An error means that the connection is gone.
    pub async fn next(&mut self, within: Duration) -> Result<Option<VisitorFrame>> {
        let socket = self.socket.as_mut().context("not connected")?;
        let frame = socket.next(within).await.inspect_err(|_| self.socket = None)?;
        if let Some(frame) = &frame {
            self.record(frame);
        }
        Ok(frame)
    }

    /// Reads until a frame is wanted, at most `within`.
    pub async fn until(&mut self, within: Duration, wanted: impl Fn(&VisitorFrame) -> bool) -> Result<VisitorFrame> {
        let until = clock::instant() + within;
        loop {
            let left = until.saturating_duration_since(clock::instant());
            match self.next(left).await? {
                Some(frame) if wanted(&frame) => return Ok(frame),
                Some(_) => {}
                None => bail!("it did not come within {within:?}"),
            }
        }
    }

    /// Reads until an event is wanted, at most `within`.
    pub async fn until_event(&mut self, within: Duration, wanted: impl Fn(&Event) -> bool) -> Result<Event> {
        let frame = self.until(within, |frame| events_of(frame).iter().any(&wanted)).await?;
        events_of(&frame).iter().find(|event| wanted(event)).cloned().context("it was there")
    }

    /// Reads until the message with this id is acknowledged; its seq.
    pub async fn until_acked(&mut self, id: &str, within: Duration) -> Result<u64> {
        match self.until(within, |frame| matches!(frame, VisitorFrame::Ack { id: acked, .. } if acked == id)).await? {
            VisitorFrame::Ack { seq, .. } => Ok(seq),
            other => bail!("not an ack: {other:?}"),
        }
    }

    /// Sends any frame.
    pub async fn send(&mut self, frame: &Value) -> Result<()> {
        let socket = self.socket.as_mut().context("not connected")?;
        socket.send(frame).await.inspect_err(|_| self.socket = None)
    }

    async fn utter(&mut self, id: &str, text: &str, frame: Value) -> Result<()> {
        let said = Said { reader: self.reader.clone(), text: text.to_owned(), sent: 1, ..Said::default() };
        read_diary(&self.diary).said.insert(id.to_owned(), said);
        self.unacked.push((id.to_owned(), frame.clone()));
        self.send(&frame).await
    }

    fn record(&mut self, frame: &VisitorFrame) {
        let mut log = read_diary(&self.diary);
        match frame {
            VisitorFrame::Welcome { token } => self.token = Some(token.clone()),
            VisitorFrame::Ack { id, seq } => {
                self.unacked.retain(|(unacked, _)| unacked != id);
                if let Some(said) = log.said.get_mut(id) {
                    said.acked = Some(*seq);
                    said.acked_at = Some(clock::millis());
                }
            }
            VisitorFrame::Error { id: Some(id), again: false, .. } => {
                self.unacked.retain(|(unacked, _)| unacked != id);
                if let Some(said) = log.said.get_mut(id) {
                    said.refused = true;
                }
            }
            VisitorFrame::Events { position, events, .. } => {
                log.receive(&self.reader, None, Step::Events { upto: position.seq, events: events.clone() });
                self.position = Some(position.clone());
            }
            VisitorFrame::Reset { position, events, .. } => {
                log.receive(&self.reader, None, Step::Reset { upto: position.seq, events: events.clone() });
                self.position = Some(position.clone());
            }
            VisitorFrame::Error { .. } | VisitorFrame::Typing { .. } | VisitorFrame::Other => {}
        }
    }
}

fn events_of(frame: &VisitorFrame) -> &[Event] {
    match frame {
        VisitorFrame::Events { events, .. } | VisitorFrame::Reset { events, .. } => events,
        _ => &[],
    }
}
