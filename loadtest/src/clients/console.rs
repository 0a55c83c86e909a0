//! An agent's console.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::socket::Socket;
use super::{CommandKind, CommandMade, ConsoleFrame, Diary, Event, Outcome, Position, Row, Step, read_diary};
use crate::{clock, dice, http, product};

const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Signs in over HTTP; the value of the session cookie.
pub async fn sign_in(server: SocketAddr, email: &str, password: &str) -> Result<String> {
    let body = json!({"email": email, "password": password});
    let origin = format!("http://{server}");
    let headers = [("content-type", "application/json"), ("origin", origin.as_str())];
    let answer =
        http::request_once("POST", server, product::SESSION, &headers, body.to_string().as_bytes(), ANSWER_MAX).await?;
    ensure!(answer.status < 300, "sign-in was answered {}: {}", answer.status, answer.text());
    let cookies = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    let mut values = cookies.filter_map(|(_, cookie)| cookie.split(';').next()?.split_once('='));
    let cookie = values.find(|(name, _)| *name == product::COOKIE).context("sign-in set no session cookie")?;
    Ok(cookie.1.to_owned())
}

/// As in `static/console`.
const UNREADABLE_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// A console: it resumes every conversation it watches, and asks again, under the same `cid`, what was not answered. What
/// the server could not read just now it tries again.
///
/// It reads only while [`ConsoleClient::next`] or something that waits is called.
pub struct ConsoleClient {
    server: SocketAddr,
    cookie: String,
    /// How the diary names this console.
    pub reader: String,
    next_reference: u64,
    /// Where it stands in the conversations it watches.
    watched: BTreeMap<String, Option<Position>>,
    /// Commands without an answer: the ask by `cid`.
    unanswered: BTreeMap<String, Value>,
    /// What the last ask of a reference was, for answers without `cid`.
    asked: BTreeMap<u64, String>,
    /// The reference under which each conversation was asked for last.
    watching: BTreeMap<String, u64>,
    /// Conversations that the server could not read, and when it said so first.
    unreadable: BTreeSet<String>,
    unreadable_since: Option<Instant>,
    /// What could not be read is asked for again after so long.
    pub(super) again_after: Duration,
    window: Option<u32>,
    /// The inbox as it was last told.
    pub rows: BTreeMap<String, Row>,
    socket: Option<Socket>,
    diary: Diary,
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    Done {
        seq: u64,
    },
    Refused {
        code: String,
        text: String,
    },
    /// The server could not handle it now; it may be asked again.
    Trouble {
        code: String,
        text: String,
    },
}

impl ConsoleClient {
    /// A console with the cookie of a signed-in agent, not yet connected.
    pub fn new(server: SocketAddr, cookie: String, diary: Diary) -> Self {
        Self {
            server,
            cookie,
            reader: format!("console-{}", dice::new_tag()),
            next_reference: 1,
            watched: BTreeMap::new(),
            unanswered: BTreeMap::new(),
            asked: BTreeMap::new(),
            watching: BTreeMap::new(),
            unreadable: BTreeSet::new(),
            unreadable_since: None,
            again_after: UNREADABLE_AGAIN_AFTER,
            window: None,
            rows: BTreeMap::new(),
            socket: None,
            diary,
        }
    }

    /// Connects or connects again: hello, inbox, watched conversations from where they stood, unanswered commands.
    pub async fn connect(&mut self) -> Result<()> {
        let url = format!("ws://{}{}", self.server, product::CONSOLE_SOCKET);
        let cookie = format!("{}={}", product::COOKIE, self.cookie);
        self.socket = None;
        self.asked.clear();
        self.watching.clear();
        self.unreadable.clear();
        self.socket = Some(Socket::open(&url, &format!("http://{}", self.server), Some(&cookie)).await?);
        self.until(ANSWER_MAX, |frame| matches!(frame, ConsoleFrame::Hello { .. })).await.context("no hello")?;
        if let Some(window) = self.window {
            self.inbox(window).await?;
        }
        for conversation in self.watched.keys().cloned().collect::<Vec<_>>() {
            self.watch(&conversation).await?;
        }
        self.ask_again().await
    }

    /// Asks all unanswered commands again, under their old `cid`.
    pub async fn ask_again(&mut self) -> Result<()> {
        for (cid, ask) in self.unanswered.clone() {
            self.ask_command(&cid, ask).await?;
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

    /// How many commands have no answer.
    pub fn unanswered(&self) -> usize {
        self.unanswered.len()
    }

    /// Watches the inbox lists.
    pub async fn inbox(&mut self, window: u32) -> Result<()> {
        self.window = Some(window);
        self.ask(json!({"type": "inbox", "window": window})).await.map(drop)
    }

    /// Watches a conversation, from where it stood if it was watched before.
    pub async fn watch(&mut self, conversation: &str) -> Result<()> {
        let after = self.watched.entry(conversation.to_owned()).or_default().clone();
        if after.is_none() {
            read_diary(&self.diary).receive(&self.reader, Some(conversation), Step::Fresh);
        }
        let ask = json!({"type": "watch", "conversation": conversation, "after": after});
        let reference = self.ask(ask).await?;
        self.watching.insert(conversation.to_owned(), reference);
        Ok(())
    }

    /// Asks again for what the server could not read some seconds ago.
    async fn watch_again(&mut self) -> Result<()> {
        if self.unreadable_since.is_none_or(|since| since.elapsed() < self.again_after) {
            return Ok(());
        }
        self.unreadable_since = None;
        for conversation in std::mem::take(&mut self.unreadable) {
            self.watch(&conversation).await?;
        }
        Ok(())
    }

    /// Watches no longer, and forgets where it stood.
    pub async fn unwatch(&mut self, conversation: &str) -> Result<()> {
        self.watched.remove(conversation);
        self.watching.remove(conversation);
        self.unreadable.remove(conversation);
        self.ask(json!({"type": "unwatch", "conversation": conversation})).await.map(drop)
    }

    /// The last seq it was shown of a conversation.
    pub fn seen(&self, conversation: &str) -> u64 {
        self.watched.get(conversation).and_then(Option::as_ref).map_or(0, |position| position.seq)
    }

    /// Writes to the contact; the `cid`.
    pub async fn reply(&mut self, conversation: &str, text: &str, anyway: bool) -> Result<String> {
        let ask = json!({"type": "reply", "text": text, "seen": self.seen(conversation), "anyway": anyway});
        self.command(CommandKind::Reply, conversation, text, ask).await
    }

    /// By a template with its values; the contact reads `text`.
    pub async fn template(
        &mut self,
        conversation: &str,
        (name, language): (&str, &str),
        values: &[&str],
        text: &str,
    ) -> Result<String> {
        let seen = self.seen(conversation);
        let ask = json!({"type": "template", "template": name, "language": language, "values": values, "seen": seen, "anyway": true});
        self.command(CommandKind::Reply, conversation, text, ask).await
    }

    pub async fn take_over(&mut self, conversation: &str) -> Result<String> {
        self.command(CommandKind::TakeOver, conversation, "", json!({"type": "take_over"})).await
    }

    pub async fn give_back(&mut self, conversation: &str) -> Result<String> {
        self.command(CommandKind::GiveBack, conversation, "", json!({"type": "give_back"})).await
    }

    pub async fn extend_minutes(&mut self, conversation: &str, minutes: u32) -> Result<String> {
        self.command(CommandKind::Extend, conversation, "", json!({"type": "extend", "by": {"minutes": minutes}})).await
    }

    pub async fn note(&mut self, conversation: &str, text: &str) -> Result<String> {
        self.command(CommandKind::Note, conversation, text, json!({"type": "note", "text": text})).await
    }

    /// Sends a failed or uncertain message again.
    pub async fn resend(&mut self, conversation: &str, of: u64) -> Result<String> {
        self.command(CommandKind::Resend, conversation, "", json!({"type": "resend", "of": of})).await
    }

    /// Leaves a failed or uncertain message as it is.
    pub async fn leave(&mut self, conversation: &str, of: u64) -> Result<String> {
        self.command(CommandKind::Leave, conversation, "", json!({"type": "leave", "of": of})).await
    }

    /// Reads until every command that was sent is answered, each answer at most `within` after the frame before it.
    pub async fn all_answered(&mut self, within: Duration) -> Result<()> {
        while !self.unanswered.is_empty() {
            self.next(within).await?.with_context(|| format!("no answer within {within:?}"))?;
        }
        Ok(())
    }

    /// Reads until a command is answered, at most `within`.
    pub async fn answer_to(&mut self, cid: &str, within: Duration) -> Result<Answered> {
        let until = clock::instant() + within;
        loop {
            let left = until.saturating_duration_since(clock::instant());
            let Some(frame) = self.next_with_cid(left).await? else { bail!("no answer within {within:?}") };
            match frame {
                (Some(answered), ConsoleFrame::Done { seq, .. }) if answered == cid => {
                    return Ok(Answered::Done { seq });
                }
                (Some(answered), ConsoleFrame::Refused { code, text, .. }) if answered == cid => {
                    return Ok(Answered::Refused { code, text });
                }
                (Some(answered), ConsoleFrame::Error { code, text, .. }) if answered == cid => {
                    return Ok(Answered::Trouble { code, text });
                }
                _ => {}
            }
        }
    }

    /// Reads and records one frame; none when time is up. An error means that the connection is gone.
    pub async fn next(&mut self, within: Duration) -> Result<Option<ConsoleFrame>> {
        Ok(self.next_with_cid(within).await?.map(|(_, frame)| frame))
    }

    /// Reads until a frame is wanted, at most `within`.
    pub async fn until(&mut self, within: Duration, wanted: impl Fn(&ConsoleFrame) -> bool) -> Result<ConsoleFrame> {
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

    /// Reads until an event of a conversation is wanted, at most `within`.
    pub async fn until_event(
        &mut self,
        conversation: &str,
        within: Duration,
        wanted: impl Fn(&Event) -> bool,
    ) -> Result<Event> {
        let frame = self.until(within, |frame| events_of(frame, conversation).iter().any(&wanted)).await?;
        events_of(&frame, conversation).iter().find(|event| wanted(event)).cloned().context("it was there")
    }

    /// Sends any ask under a new reference.
    pub async fn ask(&mut self, mut ask: Value) -> Result<u64> {
        let reference = self.next_reference;
        self.next_reference += 1;
        ask["ref"] = json!(reference);
        let socket = self.socket.as_mut().context("not connected")?;
        socket.send(&ask).await.inspect_err(|_| self.socket = None)?;
        Ok(reference)
    }

    async fn command(&mut self, kind: CommandKind, conversation: &str, text: &str, mut ask: Value) -> Result<String> {
        let cid = dice::new_id();
        ask["conversation"] = json!(conversation);
        ask["cid"] = json!(cid);
        let made = CommandMade {
            conversation: conversation.to_owned(),
            kind,
            text: text.to_owned(),
            asked: 0,
            outcome: Outcome::Unanswered,
            answered_at: None,
        };
        read_diary(&self.diary).commands.insert(cid.clone(), made);
        self.unanswered.insert(cid.clone(), ask.clone());
        self.ask_command(&cid, ask).await?;
        Ok(cid)
    }

    async fn ask_command(&mut self, cid: &str, ask: Value) -> Result<()> {
        if let Some(made) = read_diary(&self.diary).commands.get_mut(cid) {
            made.asked += 1;
        }
        let reference = self.ask(ask).await?;
        self.asked.insert(reference, cid.to_owned());
        Ok(())
    }

    async fn next_with_cid(&mut self, within: Duration) -> Result<Option<(Option<String>, ConsoleFrame)>> {
        self.watch_again().await?;
        let socket = self.socket.as_mut().context("not connected")?;
        let frame = socket.next(within).await.inspect_err(|_| self.socket = None)?;
        Ok(frame.map(|frame| (self.record(&frame), frame)))
    }

    /// Writes a frame down; the `cid` of the command it answers, if it does.
    fn record(&mut self, frame: &ConsoleFrame) -> Option<String> {
        match frame {
            ConsoleFrame::Done { reference, cid, seq } => {
                self.asked.remove(reference);
                self.answered(cid, Outcome::Done(*seq));
                return Some(cid.clone());
            }
            ConsoleFrame::Refused { reference, code, .. } => {
                let cid = self.asked.remove(reference)?;
                self.answered(&cid, Outcome::Refused(code.clone()));
                return Some(cid);
            }
            ConsoleFrame::Error { reference: Some(reference), .. } => {
                self.could_not_be_read(*reference);
                return self.asked.remove(reference);
            }
            ConsoleFrame::Events { conversation, generation, events, .. } => {
                let upto = events.last().map_or(self.seen(conversation), |event| event.seq);
                self.stand(conversation, generation, upto, Step::Events { upto, events: events.clone() });
            }
            ConsoleFrame::Reset { conversation, generation, events, .. } => {
                let upto = events.last().map_or(0, |event| event.seq);
                self.stand(conversation, generation, upto, Step::Reset { upto, events: events.clone() });
            }
            ConsoleFrame::Inbox { fresh, rows, gone, .. } => {
                if *fresh {
                    self.rows.clear();
                }
                self.rows.extend(rows.iter().map(|row| (row.conversation.clone(), row.clone())));
                gone.iter().for_each(|conversation| drop(self.rows.remove(conversation)));
            }
            _ => {}
        }
        None
    }

    /// If that was asked for: what is watched no longer, or was asked for anew, has another reference or none.
    fn could_not_be_read(&mut self, reference: u64) {
        let asked = self.watching.iter().find(|(_, asked)| **asked == reference);
        if let Some(conversation) = asked.map(|(conversation, _)| conversation.clone()) {
            self.watching.remove(&conversation);
            self.unreadable.insert(conversation);
            self.unreadable_since.get_or_insert_with(clock::instant);
        }
    }

    fn answered(&mut self, cid: &str, outcome: Outcome) {
        self.unanswered.remove(cid);
        if let Some(made) = read_diary(&self.diary).commands.get_mut(cid) {
            made.outcome = outcome;
            made.answered_at = Some(clock::millis());
        }
    }

    fn stand(&mut self, conversation: &str, generation: &str, upto: u64, step: Step) {
        read_diary(&self.diary).receive(&self.reader, Some(conversation), step);
        if let Some(position) = self.watched.get_mut(conversation) {
            *position = Some(Position { generation: generation.to_owned(), seq: upto });
        }
    }
}

fn events_of<'a>(frame: &'a ConsoleFrame, wanted: &str) -> &'a [Event] {
    match frame {
        ConsoleFrame::Events { conversation, events, .. } | ConsoleFrame::Reset { conversation, events, .. }
            if conversation == wanted =>
        {
            events
        }
        _ => &[],
    }
}
