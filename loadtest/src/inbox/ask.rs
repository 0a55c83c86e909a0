//! Asking as a console asks, one question after the other, and how long each answer takes.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::questions::{LISTS, Question, SEARCHES};
use super::{latency, micros};
use crate::clients::Socket;
use crate::drive::Latency;
use crate::http::{self, Connection};
use crate::{clock, product};

/// Rows of a window, and hits of a search.
const WINDOW: usize = 50;
/// Windows that somebody scrolls through, one after the other.
const WINDOWS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(20);

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    List,
    Search,
    Thread,
}

/// How one kind of question was answered.
pub struct Sample {
    pub kind: Kind,
    pub what: String,
    pub asked: usize,
    /// In each answer, on average.
    pub rows: f64,
    /// So many were given up by the server.
    pub refused: usize,
    pub latency: Latency,
}

/// Somebody who is signed in.
pub struct Asker {
    server: SocketAddr,
    cookie: String,
    connection: Connection,
    rounds: usize,
    dice: StdRng,
    /// Some of those that lists showed.
    conversations: Vec<String>,
}

/// What is measured of one kind.
#[derive(Default)]
struct Times {
    micros: Vec<u64>,
    rows: usize,
    refused: usize,
}

impl Times {
    fn add(&mut self, micros: u64, rows: usize) {
        self.micros.push(micros);
        self.rows += rows;
    }

    /// An answer of the API, and the rows in it.
    fn answered<'p>(&mut self, micros: u64, page: &'p Value, rows: &str) -> &'p [Value] {
        let found = page[rows].as_array().map_or(&[][..], Vec::as_slice);
        self.refused += usize::from(page["status"] == 503);
        self.add(micros, found.len());
        found
    }

    fn sample(mut self, kind: Kind, what: String) -> Result<Sample> {
        let asked = self.micros.len();
        let rows = self.rows as f64 / asked.max(1) as f64;
        let latency = latency(&mut self.micros).with_context(|| format!("nothing was asked: {what}"))?;
        Ok(Sample { kind, what, asked, rows, refused: self.refused, latency })
    }
}

impl Asker {
    pub async fn new(server: SocketAddr, cookie: &str, rounds: usize, seed: u64) -> Result<Self> {
        let cookie = format!("{}={cookie}", product::COOKIE);
        let connection = Connection::open(server).await?;
        let dice = StdRng::seed_from_u64(seed ^ 1);
        Ok(Self { server, cookie, connection, rounds, dice, conversations: Vec::new() })
    }

    /// Looks at the inbox until there is something in it.
    pub async fn await_rows(&mut self) -> Result<()> {
        let mut socket = self.socket().await?;
        let mut inbox = told(&mut socket, json!({"ref": 1, "type": "inbox", "window": WINDOW}), "inbox").await?;
        while inbox["rows"].as_array().is_none_or(Vec::is_empty) {
            inbox = socket.next(PATIENCE).await?.context("no rows came")?;
        }
        Ok(())
    }

    pub async fn index_is_complete(&mut self) -> Result<bool> {
        let (_, list) = self.get("/api/v1/conversations?limit=1").await?;
        Ok(list["complete"] == json!(true))
    }

    /// All lists, all searches, and what the websocket tells, while the inbox is open on another screen.
    pub async fn ask_everything(&mut self) -> Result<Vec<Sample>> {
        let mut screen = self.socket().await?;
        screen.send(&json!({"ref": 1, "type": "inbox", "window": WINDOW})).await?;
        let screen = tokio::spawn(async move { while screen.next::<Value>(PATIENCE).await.is_ok() {} });
        let samples = self.ask_all().await;
        screen.abort();
        samples
    }

    async fn ask_all(&mut self) -> Result<Vec<Sample>> {
        let mut samples = Vec::new();
        for question in &LISTS {
            samples.push(self.list(question).await?);
        }
        for question in &SEARCHES {
            samples.push(self.search(question).await?);
        }
        samples.push(self.inbox().await?);
        samples.push(self.threads().await?);
        Ok(samples)
    }

    /// Windows of a list, from its beginning on.
    async fn list(&mut self, question: &Question) -> Result<Sample> {
        let mut times = Times::default();
        for _ in 0..self.rounds {
            let path = format!("/api/v1/conversations?limit={WINDOW}{}", (question.make)(&mut self.dice));
            let mut after = String::new();
            for _ in 0..WINDOWS {
                let (took, page) = self.get(&format!("{path}{after}")).await?;
                let rows = times.answered(took, &page, "rows");
                self.conversations
                    .extend(rows.iter().filter_map(|row| row["conversation"].as_str()).map(str::to_owned));
                let Some(next) = page["next"].as_str() else { break };
                after = format!("&after={next}");
            }
        }
        times.sample(Kind::List, format!("list: {}", question.what))
    }

    async fn search(&mut self, question: &Question) -> Result<Sample> {
        let mut times = Times::default();
        for _ in 0..self.rounds {
            let sought = (question.make)(&mut self.dice).replace(' ', "%20");
            let (took, found) = self.get(&format!("/api/v1/search?limit={WINDOW}&q={sought}")).await?;
            times.answered(took, &found, "hits");
        }
        times.sample(Kind::Search, format!("search: {}", question.what))
    }

    /// From the ask to the inbox's groups, on a websocket that is open.
    async fn inbox(&mut self) -> Result<Sample> {
        let mut times = Times::default();
        for _ in 0..self.rounds.min(20) {
            let mut socket = self.socket().await?;
            let begun = clock::instant();
            let inbox = told(&mut socket, json!({"ref": 1, "type": "inbox", "window": WINDOW}), "inbox").await?;
            times.add(micros(begun), inbox["rows"].as_array().map_or(0, Vec::len));
        }
        times.sample(Kind::List, "console: the inbox".into())
    }

    /// From the ask to the newest part of a conversation that nobody has opened since the start.
    async fn threads(&mut self) -> Result<Sample> {
        let mut times = Times::default();
        let mut socket = self.socket().await?;
        for reference in 1..=self.rounds {
            let known = self.conversations.len();
            ensure!(known > 0, "no list showed a conversation");
            let conversation = self.conversations.swap_remove(self.dice.random_range(0..known));
            let ask = json!({"ref": reference, "type": "watch", "conversation": conversation});
            let begun = clock::instant();
            let reset = told(&mut socket, ask, "reset").await?;
            times.add(micros(begun), reset["events"].as_array().map_or(0, Vec::len));
            socket.send(&json!({"ref": 0, "type": "unwatch", "conversation": conversation})).await?;
        }
        times.sample(Kind::Thread, "console: a conversation that sleeps".into())
    }

    async fn socket(&self) -> Result<Socket> {
        let url = format!("ws://{}{}", self.server, product::CONSOLE_SOCKET);
        Socket::open(&url, &format!("http://{}", self.server), Some(&self.cookie)).await
    }

    /// How long the answer took, in microseconds, and what it says.
    async fn get(&mut self, target: &str) -> Result<(u64, Value)> {
        let request = http::request("GET", self.server, target, &[("cookie", &self.cookie)], b"");
        let begun = clock::instant();
        let answer = tokio::time::timeout(PATIENCE, self.connection.exchange(&request)).await??;
        let took = micros(begun);
        let body = self.connection.body(&answer)?;
        ensure!(
            [200, 503].contains(&answer.status),
            "{target} was answered {}: {}",
            answer.status,
            String::from_utf8_lossy(&body)
        );
        if answer.closes {
            self.connection = Connection::open(self.server).await?;
        }
        Ok((took, serde_json::from_slice(&body)?))
    }
}

/// The first frame of this type after an ask.
async fn told(socket: &mut Socket, ask: Value, kind: &str) -> Result<Value> {
    socket.send(&ask).await?;
    loop {
        let frame: Value = socket.next(PATIENCE).await?.context("no answer on the websocket")?;
        ensure!(frame["type"] != "error", "the websocket answered {frame}");
        if frame["type"] == kind {
            return Ok(frame);
        }
    }
}
