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

/// How one kind of question was answered.
pub struct Sample {
    pub what: String,
    pub asked: usize,
    /// In each answer, on average.
    pub rows: f64,
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
}

impl Times {
    fn add(&mut self, micros: u64, rows: usize) {
        self.micros.push(micros);
        self.rows += rows;
    }

    fn sample(mut self, what: String) -> Result<Sample> {
        let asked = self.micros.len();
        let rows = self.rows as f64 / asked.max(1) as f64;
        let latency = latency(&mut self.micros).with_context(|| format!("nothing was asked: {what}"))?;
        Ok(Sample { what, asked, rows, latency })
    }
}

impl Asker {
    pub async fn new(server: SocketAddr, cookie: String, rounds: usize, seed: u64) -> Result<Self> {
        let cookie = format!("{}={cookie}", product::COOKIE);
        let connection = Connection::open(server).await?;
        let dice = StdRng::seed_from_u64(seed ^ 1);
        Ok(Self { server, cookie, connection, rounds, dice, conversations: Vec::new() })
    }

    pub async fn index_is_complete(&mut self) -> Result<bool> {
        let (_, list) = self.get("/api/v1/conversations?limit=1").await?;
        Ok(list["complete"] == json!(true))
    }

    /// All lists, all searches, and what the websocket tells.
    pub async fn ask_everything(&mut self) -> Result<Vec<Sample>> {
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
                let rows = page["rows"].as_array().context("a list without rows")?;
                times.add(took, rows.len());
                self.conversations
                    .extend(rows.iter().filter_map(|row| row["conversation"].as_str()).map(str::to_owned));
                let Some(next) = page["next"].as_str() else { break };
                after = format!("&after={next}");
            }
        }
        times.sample(format!("list: {}", question.what))
    }

    async fn search(&mut self, question: &Question) -> Result<Sample> {
        let mut times = Times::default();
        for _ in 0..self.rounds {
            let sought = (question.make)(&mut self.dice).replace(' ', "%20");
            let (took, found) = self.get(&format!("/api/v1/search?limit={WINDOW}&q={sought}")).await?;
            times.add(took, found["hits"].as_array().map_or(0, Vec::len));
        }
        times.sample(format!("search: {}", question.what))
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
        times.sample("console: the inbox".into())
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
        times.sample("console: a conversation that sleeps".into())
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
        ensure!(answer.status == 200, "{target} was answered {}: {}", answer.status, String::from_utf8_lossy(&body));
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
