//! One node of a cluster: a real process, with a proxy before each of its servers.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::http::request_once;
use crate::product::{self, METRICS, Product, READY};
use crate::proxy::Proxy;
use crate::server::Server;
use crate::servers::postgres::Postgres;
use crate::{clock, process};

const ANSWER_MAX: Duration = Duration::from_secs(2);

pub struct Member {
    pub name: String,
    pub address: SocketAddr,
    pub to_redis: Proxy,
    pub to_postgres: Proxy,
    product: Product,
    log: PathBuf,
    server: Option<Server>,
}

impl Member {
    /// A node that has not been started. `redis` is how it finds its Redis, if not by its proxy.
    pub fn new(number: usize, product: &Product, dir: &Path, redis: Redis<'_>, postgres: SocketAddr) -> Result<Self> {
        let name = format!("node-{number}");
        let (to_redis, to_postgres) = (Proxy::to(redis.address()), Proxy::to(postgres));
        let url = match redis {
            Redis::At(_) => format!("redis://{}", to_redis.address),
            Redis::By { url, .. } => url.to_owned(),
        };
        let mut product = product.clone();
        product.listen = product::free_port()?;
        product.database = Some(Postgres::url_at(to_postgres.address));
        product.cluster = Some((url, name.clone()));
        let log = dir.join(format!("{name}.log"));
        Ok(Self { address: product.listen, name, to_redis, to_postgres, product, log, server: None })
    }

    /// Starts it, or starts it again at its address, and waits until it is ready; how long that took.
    pub async fn start(&mut self) -> Result<Duration> {
        let since = clock::instant();
        let server = Server::start(self.product.serve(), self.address, &self.log).await;
        self.server = Some(server.with_context(|| format!("{} does not start", self.name))?);
        Ok(since.elapsed())
    }

    /// It is this program from its next start on.
    pub fn run(&mut self, bin: &Path) {
        self.product.bin = bin.to_owned();
    }

    /// The same with something more in its environment, from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.product.environment.retain(|(known, _)| known != name);
        self.product.environment.push((name.to_owned(), value.to_owned()));
    }

    pub fn is_up(&self) -> bool {
        self.server.is_some()
    }

    pub fn pid(&self) -> Result<u32> {
        self.server.as_ref().map(Server::pid).with_context(|| format!("{} does not run", self.name))
    }

    /// `kill -9`.
    pub fn kill(&mut self) -> Result<()> {
        self.server.take().map_or(Ok(()), Server::kill)
    }

    pub fn freeze(&self) -> Result<()> {
        process::freeze(self.pid()?)
    }

    pub fn thaw(&self) -> Result<()> {
        process::thaw(self.pid()?)
    }

    /// SIGTERM; how long it took, or none if it did not end by itself within `within`.
    pub async fn end(&mut self, within: Duration) -> Result<Option<Duration>> {
        let Some(server) = self.server.take() else { return Ok(Some(Duration::ZERO)) };
        let since = clock::instant();
        Ok(server.end(within).await?.then(|| since.elapsed()))
    }

    pub async fn is_ready(&self) -> bool {
        match &self.server {
            Some(server) => server.is_ready().await,
            None => false,
        }
    }

    /// Whether it says so itself; no answer in time says nothing.
    pub async fn says_that_it_is_not_ready(&self) -> bool {
        let answer = request_once("GET", self.address, READY, &[], b"", ANSWER_MAX).await;
        answer.is_ok_and(|answer| answer.status != 200)
    }

    /// What it counts, by name, summed over labels. Empty if it does not answer.
    pub async fn counters(&self) -> HashMap<String, f64> {
        let mut counters = HashMap::new();
        for (name, value) in self.lines().await {
            let name = name.split('{').next().unwrap_or(&name).to_owned();
            *counters.entry(name).or_default() += value;
        }
        counters
    }

    async fn lines(&self) -> Vec<(String, f64)> {
        let answer = request_once("GET", self.address, METRICS, &[], b"", ANSWER_MAX).await;
        let text = answer.map(|answer| answer.text()).unwrap_or_default();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let pair =
            |line: &str| line.rsplit_once(' ').map(|(name, value)| (name.to_owned(), value.parse().unwrap_or(0.0)));
        lines.filter_map(pair).collect()
    }

    pub async fn counter(&self, name: &str) -> f64 {
        self.counters().await.get(name).copied().unwrap_or_default()
    }
}

/// Where the nodes' Redis is.
#[derive(Clone, Copy)]
pub enum Redis<'a> {
    /// One server, which each node reaches by a proxy of its own.
    At(SocketAddr),
    /// Several: each node asks one of them for the others, and no proxy stands between.
    By { url: &'a str, one: SocketAddr },
}

impl Redis<'_> {
    fn address(self) -> SocketAddr {
        match self {
            Redis::At(address) | Redis::By { one: address, .. } => address,
        }
    }
}
