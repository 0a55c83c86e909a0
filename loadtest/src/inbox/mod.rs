//! What agents feel of an installation that has run for years: the lists, search and the start, with many conversations stored.
//!
//! The store is made by the product itself (its schema, an admin); [`fill`] then writes conversations into the product's own
//! tables in bulk, since by webhooks it would take hours. The index behind search and lists is built by the product, at its
//! first start. Everything that is measured is asked as the console asks it: over HTTP and its websocket.

mod ask;
mod fill;
mod goals;
mod questions;
mod words;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::clients::sign_in;
use crate::drive::Latency;
use crate::product::{self, Product};
use crate::server::{Server, tail};
use crate::{clock, process};
use ask::{Asker, Sample};

/// So long the index may take for a million messages.
const INDEX_MAX: Duration = Duration::from_secs(600);

/// What is stored, and how often each question is asked.
pub struct Years {
    pub bin: PathBuf,
    pub bots: PathBuf,
    pub conversations: u64,
    pub messages_each: u64,
    pub rounds: usize,
    pub seed: u64,
    /// Fill this folder, or use what an earlier run has filled; none: a folder of its own, removed afterwards.
    pub store: Option<PathBuf>,
}

/// What came of it.
pub struct Felt {
    filling: Duration,
    indexing: Duration,
    /// After a kill: until it is known that the index lacks nothing.
    looking_through: Duration,
    bytes: (u64, u64),
    starts: Vec<Start>,
    /// Resident bytes: two seconds after the start, and after everything was asked.
    idle: u64,
    asked: u64,
    samples: Vec<Sample>,
}

/// How long a start took.
struct Start {
    how: &'static str,
    ready: Duration,
    /// Until somebody's inbox had rows.
    shown: Duration,
}

impl fmt::Display for Felt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gigabytes = |bytes: u64| bytes as f64 / 1e9;
        writeln!(f, "filled in {:.0} s, indexed in {:.0} s", self.filling.as_secs_f64(), self.indexing.as_secs_f64())?;
        let looking_through = self.looking_through.as_secs_f64();
        writeln!(f, "after a kill the index was looked through within {looking_through:.0} s")?;
        writeln!(f, "{:.2} GB of log, {:.2} GB of index", gigabytes(self.bytes.0), gigabytes(self.bytes.1))?;
        let ms = |span: Duration| span.as_secs_f64() * 1000.0;
        for Start { how, ready, shown } in &self.starts {
            writeln!(f, "{:>10.0} ms to readiness, {:.0} to rows in an inbox, {how}", ms(*ready), ms(*shown))?;
        }
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        writeln!(f, "{:>10.1} MB resident two seconds later", megabytes(self.idle))?;
        writeln!(f, "{:>10.1} MB resident after all that was asked", megabytes(self.asked))?;
        writeln!(f, "\n{:<54} {:>6} {:>8}   p50 / p99 / max ms", "", "asked", "answered")?;
        for Sample { what, asked, rows, refused, latency, .. } in &self.samples {
            let given_up = if *refused > 0 { format!(", {refused} given up") } else { String::new() };
            writeln!(f, "{what:<54} {asked:>6} {rows:>8.1}   {latency}{given_up}")?;
        }
        writeln!(f)?;
        goals::judge(self).iter().try_for_each(|goal| writeln!(f, "{goal}"))
    }
}

/// Fills a store, lets the product index it, starts it on it, and asks.
pub async fn feel(years: &Years) -> Result<Felt> {
    let own = TempDir::with_prefix("switchboard-inbox-")?;
    let dir = years.store.clone().unwrap_or_else(|| own.path().to_owned());
    fs::create_dir_all(&dir)?;
    // Nobody writes to the provider: nothing is on its way out.
    let product = Product::set_up(&years.bin, &years.bots, &dir, product::free_port()?)?;
    let begun = clock::instant();
    let filled = dir.join("filled");
    if !filled.exists() {
        product.add_agent()?;
        fill::fill(&product.data, years.conversations, years.messages_each, years.seed)?;
        fs::write(&filled, "")?;
    }
    let filling = begun.elapsed();
    let log = dir.join("server.log");
    let (indexing, cookie) = index(&product, &log).await?;
    let bytes = (size(&product.data, "switchboard.db")?, size(&product.data, "index.db")?);

    let mut starts = Vec::new();
    if forget_files() {
        let (server, start) = start(&product, &log, "nothing of its files in memory", &cookie).await?;
        starts.push(start);
        server.end(Duration::from_secs(10)).await?;
    }
    let (server, again) = start(&product, &log, "its files read a moment ago", &cookie).await?;
    starts.push(again);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = process::resident(server.pid())?;
    let mut asker = Asker::new(server.address, &cookie, years.rounds, years.seed).await?;
    let samples = asker.ask_everything().await?;
    let asked = process::resident(server.pid())?;
    server.kill()?;
    let (server, after) = start(&product, &log, "after a kill -9", &cookie).await?;
    starts.push(after);
    let looking_through = indexed(server, &log, &cookie).await?;
    Ok(Felt { filling, indexing, looking_through, bytes, starts, idle, asked, samples })
}

async fn start(product: &Product, log: &Path, how: &'static str, cookie: &str) -> Result<(Server, Start)> {
    let begun = clock::instant();
    let server = Server::start(product.serve(), product.listen, log).await?;
    let ready = begun.elapsed();
    Asker::new(server.address, cookie, 1, 1).await?.await_rows().await?;
    Ok((server, Start { how, ready, shown: begun.elapsed() }))
}

/// Lets the product index what is there, and close in order; how long that took, and somebody who is signed in.
async fn index(product: &Product, log: &Path) -> Result<(Duration, String)> {
    let server = Server::start(product.serve(), product.listen, log).await?;
    let cookie = sign_in(server.address, product::AGENT_EMAIL, product::AGENT_PASSWORD).await?;
    Ok((indexed(server, log, &cookie).await?, cookie))
}

/// Until the index says that nothing is lacking, and the server has ended.
async fn indexed(server: Server, log: &Path, cookie: &str) -> Result<Duration> {
    let begun = clock::instant();
    let mut asker = Asker::new(server.address, cookie, 1, 1).await?;
    while !asker.index_is_complete().await? {
        ensure!(begun.elapsed() < INDEX_MAX * 100, "the index is not complete yet:\n{}", tail(log));
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let took = begun.elapsed();
    ensure!(server.end(Duration::from_secs(60)).await?, "the server did not end by itself");
    Ok(took)
}

/// Whether the system let go of what it had read of files: that takes root, on Linux.
fn forget_files() -> bool {
    let synced = std::process::Command::new("sync").status().is_ok_and(|status| status.success());
    synced && fs::write("/proc/sys/vm/drop_caches", "1").is_ok()
}

fn size(data: &Path, file: &str) -> Result<u64> {
    Ok(fs::metadata(data.join(file)).with_context(|| format!("no {file}"))?.len())
}

/// How long something took, in microseconds.
fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn latency(times: &mut [u64]) -> Option<Latency> {
    times.sort_unstable();
    let at = |part: usize| times.get((times.len() * part / 100).min(times.len().saturating_sub(1)));
    let ms = |micros: &u64| *micros as f64 / 1000.0;
    Some(Latency { p50: ms(at(50)?), p99: ms(at(99)?), max: ms(times.last()?) })
}

#[cfg(test)]
mod tests {
    #[test]
    fn of_a_hundred_times_the_slowest_is_the_99th() {
        let latency = super::latency(&mut (1..=100).map(|ms| ms * 1000).rev().collect::<Vec<_>>()).unwrap();
        assert_eq!((latency.p50, latency.p99, latency.max), (51.0, 100.0, 100.0));
        assert!(super::latency(&mut []).is_none());
    }
}
