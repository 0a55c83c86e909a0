//! Several nodes over a PostgreSQL and a Redis of their own, hurt in every way while a crowd is busy.
//!
//! - A [`Cluster`] is the machines: nodes as real processes, each with a proxy before Redis and PostgreSQL, a fake provider,
//!   a door for all of them.
//! - A [`Scene`] is a cluster with a crowd in it: contacts, visitors and agents who go to any node and write down what
//!   they were promised. A [`Fault`] is done to it; at the end everything comes to rest, and the `checker` holds what was
//!   promised against the store and the provider.
//! - [`trial`] strings faults together: one, several, or for half an hour at random. [`scale`] measures without a fault.
//!
//! The names F1 to F30 are those of `docs/faults.md`, which says what each means for users.

mod balancer;
mod faults;
mod leases;
mod member;
mod outcome;
mod rows;
pub mod scale;
mod scene;
pub mod trial;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use tempfile::TempDir;

use crate::drill::SENDS_PER_SECOND;
use crate::product::{self, Product, Tuning};
use crate::provider::{Provider, Settings};
use crate::servers::postgres::Postgres;
use crate::servers::redis::{RedisCluster, RedisServer};
use balancer::Balancer;

pub use faults::{Fault, Length};
pub use member::{Member, Redis};
pub use outcome::Outcome;
pub use scene::Scene;

/// How long a node may take to end after SIGTERM.
pub const DRAIN_MAX: Duration = Duration::from_secs(30);

/// What a cluster is made of.
#[derive(Debug, Clone)]
pub struct Plan {
    pub bin: PathBuf,
    /// The version before, which all nodes run until they are restarted in order.
    pub old_bin: Option<PathBuf>,
    pub bots: PathBuf,
    pub nodes: usize,
    pub tuning: Tuning,
    /// The nodes' Redis is a Redis Cluster of three, with no proxy before it.
    pub redis_cluster: bool,
    /// Failpoints of all nodes, if the program was built with them.
    pub failpoints: Option<String>,
    pub posters: usize,
    pub visitors: usize,
    pub agents: usize,
    pub seed: u64,
    /// Keep the evidence even if nothing was broken.
    pub keep: bool,
}

impl Plan {
    /// Three nodes, and a crowd that leaves a small machine some air. Pauses are so short that some end meanwhile.
    pub fn new(bin: impl Into<PathBuf>, bots: impl Into<PathBuf>, seed: u64) -> Self {
        Self {
            bin: bin.into(),
            old_bin: None,
            bots: bots.into(),
            nodes: 3,
            tuning: Tuning { sends_per_second: SENDS_PER_SECOND, pause_minutes: Some(1), ..Tuning::default() },
            redis_cluster: false,
            failpoints: None,
            posters: 4,
            visitors: 3,
            agents: 2,
            seed,
            keep: false,
        }
    }
}

/// Nodes that run, and everything they need. Dropping it ends all of it.
pub struct Cluster {
    pub members: Vec<Member>,
    pub provider: Provider,
    pub redis: RedisServer,
    /// If there is one, the nodes use it and not the other.
    pub redis_cluster: Option<RedisCluster>,
    pub postgres: Postgres,
    /// The door for all.
    pub door: Balancer,
    /// The program without a node: for its other commands, over the same database.
    pub product: Product,
    pub dir: TempDir,
}

impl Cluster {
    pub async fn start(plan: &Plan) -> Result<Self> {
        let settings = Settings { arrivals_max: 2_000_000, ..Settings::default() };
        Self::start_with(plan, Settings { token: Some(product::PAGE_TOKEN.into()), ..settings }).await
    }

    /// With a provider of the caller's.
    pub async fn start_with(plan: &Plan, settings: Settings) -> Result<Self> {
        let dir = TempDir::with_prefix("switchboard-cluster-")?;
        let (postgres, redis) = (Postgres::start().await?, RedisServer::start());
        let provider = Provider::start(settings).await?;
        // Whatever is first makes the tables.
        let first = plan.old_bin.as_ref().unwrap_or(&plan.bin);
        let product = Product::set_up_as(first, &plan.bots, dir.path(), provider.address(), &plan.tuning)?;
        let mut product = Product { database: Some(postgres.url()), ..product };
        product.add_agent()?;
        let redis_cluster = plan.redis_cluster.then(RedisCluster::start);
        let several = redis_cluster.as_ref().map(|cluster| (cluster.url(), cluster.addresses()[0]));
        let mut members = Vec::new();
        for number in 0..plan.nodes {
            let redis = match &several {
                Some((url, one)) => Redis::By { url, one: *one },
                None => Redis::At(redis.address()),
            };
            let mut member = Member::new(number, &product, dir.path(), redis, postgres.address)?;
            if let Some(failpoints) = &plan.failpoints {
                member.set("FAILPOINTS", failpoints);
            }
            member.start().await?;
            members.push(member);
        }
        product.bin = plan.bin.canonicalize()?;
        let door = Balancer::before(members.iter().map(|member| member.address).collect()).await?;
        Ok(Self { members, provider, redis, redis_cluster, postgres, door, product, dir })
    }

    /// Which nodes run now.
    pub fn up(&self) -> Vec<usize> {
        (0..self.members.len()).filter(|number| self.members[*number].is_up()).collect()
    }

    /// A counter of all nodes that answer.
    pub async fn counter(&self, name: &str) -> f64 {
        let mut sum = 0.0;
        for member in self.members.iter().filter(|member| member.is_up()) {
            sum += member.counter(name).await;
        }
        sum
    }
}
