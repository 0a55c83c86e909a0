//! The kill drill: customers and agents at work while the server is killed, again and again.
//!
//! Messenger contacts, widget visitors and agents are busy; at seeded random moments the server gets `kill -9` and is
//! started again on the same port and data. Clients resume and send again what was not acknowledged, as their
//! protocols say. When everything has come to rest, the [`checker`] holds what they were promised against the store
//! and the provider. With [`Faults::Random`] the provider fails too; over minutes that is the soak.

mod people;
pub(crate) mod rest;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::checker::{self, Evidence, Rules, Verdict};
use crate::clients::{Diary, diary, read_diary, sign_in};
use crate::product::{self, Product, Tuning};
use crate::provider::{EchoTime, Provider, Receipts, Rule, Settings, Then};
use crate::server::Server;
use crate::{clock, dice};

const WATCHED_MAX: usize = 25;
/// More than the crowd is answered in a second, and less than what waited for a server could be sent in.
pub(crate) const SENDS_PER_SECOND: u32 = 1000;

/// How the drill goes.
#[derive(Debug, Clone)]
pub struct Drill {
    pub bin: PathBuf,
    pub bots: PathBuf,
    /// The address of an empty PostgreSQL database; none: SQLite.
    pub database: Option<String>,
    /// How often the server is killed.
    pub rounds: u32,
    /// The server lives this long between kills, in milliseconds, drawn anew each time.
    pub life_ms: (u64, u64),
    pub seed: u64,
    /// Tasks that post webhooks; each speaks for five contacts.
    pub posters: usize,
    pub visitors: usize,
    pub agents: usize,
    pub faults: Faults,
    /// Keep the evidence even if no promise was broken.
    pub keep: bool,
}

/// What the provider does wrong while the drill runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Faults {
    None,
    /// Throttling, outages, cut and slow connections, wrong errors: each now and then.
    Random,
}

impl Drill {
    /// Twenty kills in about half a minute, with a fresh seed.
    pub fn new(bin: impl Into<PathBuf>, bots: impl Into<PathBuf>) -> Self {
        let seed = dice::new_seed();
        let (bin, bots) = (bin.into(), bots.into());
        Self {
            bin,
            bots,
            database: None,
            rounds: 20,
            life_ms: (200, 1800),
            seed,
            posters: 12,
            visitors: 12,
            agents: 3,
            faults: Faults::None,
            keep: false,
        }
    }
}

/// What came out.
pub struct Outcome {
    pub seed: u64,
    pub kills: u32,
    /// From the start of the process until it was ready, the slowest.
    pub slowest_start: Duration,
    /// Whether SIGTERM ended the last server by itself.
    pub ended_by_itself: bool,
    /// Whether everything came to rest in time.
    pub rested: bool,
    pub verdict: Verdict,
    /// Where the evidence is, if it was kept: `loadtest check` reads it again.
    pub kept: Option<PathBuf>,
}

/// The phase of a drill, which every client watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Working,
    /// Nothing new; what is not acknowledged is sent again until it is.
    Finishing,
    Over,
}

/// What the clients of a drill share.
#[derive(Clone)]
pub(crate) struct Stage {
    /// The nodes; whoever finds one shut goes to another.
    pub doors: Arc<[SocketAddr]>,
    pub diary: Diary,
    pub phase: watch::Receiver<Phase>,
    /// An agent watches this many conversations at most.
    pub watched_max: usize,
    /// How many messages and commands are not acknowledged, over all clients.
    pub pending: Arc<AtomicUsize>,
}

impl Stage {
    pub fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Any of the nodes.
    pub fn door(&self, random: &mut StdRng) -> SocketAddr {
        self.doors[random.random_range(0..self.doors.len())]
    }
}

/// Runs the drill to its end.
pub async fn run(drill: &Drill) -> Result<Outcome> {
    let dir = TempDir::with_prefix("switchboard-drill-")?;
    let log = dir.path().join("server.log");
    let provider = Provider::start(Settings {
        token: Some(product::PAGE_TOKEN.into()),
        arrivals_max: 2_000_000,
        ..Settings::default()
    })
    .await?;
    let tuning = Tuning { sends_per_second: SENDS_PER_SECOND, ..Tuning::default() };
    let product = Product::set_up_as(&drill.bin, &drill.bots, dir.path(), provider.address(), &tuning)?;
    let product = Product { database: drill.database.clone(), ..product };
    product.add_agent()?;
    provider.set_receipts(Some(receipts(product.listen)));
    let mut slowest_start = Duration::ZERO;
    let mut server = start(&product, &log, &mut slowest_start).await?;
    let cookie = sign_in(product.listen, product::AGENT_EMAIL, product::AGENT_PASSWORD).await?;

    let (director, phase) = watch::channel(Phase::Working);
    let stage = Stage {
        doors: [product.listen].into(),
        diary: diary(),
        phase,
        watched_max: WATCHED_MAX,
        pending: Arc::default(),
    };
    let crowd = Crowd { posters: drill.posters, visitors: drill.visitors, agents: drill.agents, seed: drill.seed };
    let people = crowd.engage(&stage, &cookie);
    let mut random = StdRng::seed_from_u64(drill.seed);
    fault(&provider, drill.faults);
    for _ in 0..drill.rounds {
        tokio::time::sleep(Duration::from_millis(random.random_range(drill.life_ms.0..=drill.life_ms.1))).await;
        server.kill()?;
        tokio::time::sleep(Duration::from_millis(random.random_range(0..=200))).await;
        server = start(&product, &log, &mut slowest_start).await?;
    }
    tokio::time::sleep(Duration::from_millis(drill.life_ms.1)).await;

    provider.clear_rules();
    director.send_replace(Phase::Finishing);
    let rested = rest::wait(&product, &provider, &stage).await;
    director.send_replace(Phase::Over);
    for person in people {
        person.await?;
    }
    let ended_by_itself = server.end(Duration::from_secs(10)).await?;
    let dump = product.dump()?;
    let evidence = Evidence {
        store: checker::parse_dump(&dump)?,
        clients: vec![read_diary(&stage.diary).clone()],
        arrivals: provider.arrivals(),
        rules: rules(rested, &tuning),
    };
    let verdict = checker::check(&evidence);
    let kept = if verdict.is_clean() && !drill.keep { None } else { Some(keep(dir, &evidence, &dump)?) };
    Ok(Outcome { seed: drill.seed, kills: drill.rounds, slowest_start, ended_by_itself, rested, verdict, kept })
}

async fn start(product: &Product, log: &Path, slowest: &mut Duration) -> Result<Server> {
    let before = clock::instant();
    let server = Server::start(product.serve(), product.listen, log).await?;
    *slowest = (*slowest).max(before.elapsed());
    Ok(server)
}

pub(crate) fn receipts(to: SocketAddr) -> Receipts {
    Receipts { to, app_secret: product::APP_SECRET.into(), echo: EchoTime::After, delivery: true, read: false }
}

/// Who is busy, and the dice by which they are.
pub(crate) struct Crowd {
    pub posters: usize,
    pub visitors: usize,
    pub agents: usize,
    pub seed: u64,
}

impl Crowd {
    pub fn engage(&self, stage: &Stage, cookie: &str) -> Vec<JoinHandle<()>> {
        let random = |number: usize| StdRng::seed_from_u64(self.seed.wrapping_add(1 + number as u64));
        let posters =
            (0..self.posters).map(|index| tokio::spawn(people::contacts(stage.clone(), random(index), index)));
        let visitors =
            (0..self.visitors).map(|index| tokio::spawn(people::visitor(stage.clone(), random(1000 + index))));
        let agents = (0..self.agents)
            .map(|index| tokio::spawn(people::agent(stage.clone(), random(2000 + index), cookie.to_owned())));
        posters.chain(visitors).chain(agents).collect()
    }
}

pub(crate) fn fault(provider: &Provider, faults: Faults) {
    if faults == Faults::None {
        return;
    }
    provider.rule(Rule::sometimes(0.01, Then::throttle(1)));
    provider.rule(Rule::sometimes(0.01, Then::unavailable()));
    provider.rule(Rule::sometimes(0.005, Then::outside_window()));
    provider.rule(Rule::sometimes(0.005, Then::AcceptThenCut));
    provider.rule(Rule::sometimes(0.005, Then::CutBeforeAccepting));
    provider.rule(Rule::sometimes(0.005, Then::AcceptThenRefuse { status: 500, code: 1, subcode: Some(1_357_046) }));
    provider.rule(Rule::sometimes(0.005, Then::Nonsense));
    provider.rule(Rule::sometimes(0.02, Then::Delay { millis: 150 }));
}

/// Writes the evidence beside the data, and keeps the directory.
pub(crate) fn keep(dir: TempDir, evidence: &Evidence, dump: &str) -> Result<PathBuf> {
    let path = dir.keep();
    std::fs::write(path.join("dump.jsonl"), dump)?;
    std::fs::write(path.join("clients.json"), serde_json::to_vec(&evidence.clients)?)?;
    std::fs::write(path.join("arrivals.json"), serde_json::to_vec(&evidence.arrivals)?)?;
    std::fs::write(path.join("rules.json"), serde_json::to_vec(&evidence.rules)?)?;
    Ok(path)
}

/// Checks evidence that a drill has kept.
pub fn check_again(kept: &Path) -> Result<Verdict> {
    let read = |name: &str| std::fs::read(kept.join(name)).with_context(|| format!("{name} in {}", kept.display()));
    let evidence = Evidence {
        store: checker::parse_dump(&String::from_utf8(read("dump.jsonl")?)?)?,
        clients: serde_json::from_slice(&read("clients.json")?)?,
        arrivals: serde_json::from_slice(&read("arrivals.json")?)?,
        rules: serde_json::from_slice(&read("rules.json")?)?,
    };
    Ok(checker::check(&evidence))
}

/// What has not come to rest may be unfinished.
pub(crate) fn rules(rested: bool, tuning: &Tuning) -> Rules {
    let sends_per_second = Some(tuning.sends_per_second);
    Rules { settled: rested, caught_up: rested, sends_per_second, ..Rules::default() }
}

impl Outcome {
    /// Whether every promise was kept and everything came to rest.
    pub fn is_clean(&self) -> bool {
        self.rested && self.verdict.is_clean()
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{:>8} kills, seed {}, slowest start {} ms",
            self.kills,
            self.seed,
            self.slowest_start.as_millis()
        )?;
        write!(f, "{}", self.verdict)?;
        if !self.rested {
            writeln!(f, "         it did not come to rest in time")?;
        }
        if !self.ended_by_itself {
            writeln!(f, "         the server did not end by itself on SIGTERM")?;
        }
        if let Some(kept) = &self.kept {
            writeln!(f, "         the evidence is in {}", kept.display())?;
        }
        Ok(())
    }
}

impl Stage {
    /// Counts something that is not acknowledged yet, from `before` to `now` of one client.
    pub fn repend(&self, before: &mut usize, now: usize) {
        if now > *before {
            self.pending.fetch_add(now - *before, Ordering::AcqRel);
        } else {
            self.pending.fetch_sub(*before - now, Ordering::AcqRel);
        }
        *before = now;
    }
}
