//! What the product weighs: idle, and with many conversations awake.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::drive::{Board, Pace, Plan, Stop, drive};
use crate::process;
use crate::product::{self, Product};
use crate::provider::{Provider, Settings};
use crate::server::Server;

/// Resident memory, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Weights {
    pub conversations: u64,
    /// Two seconds after the start.
    pub idle: u64,
    /// After every contact has written once and got a reply.
    pub awake: u64,
}

impl Weights {
    /// Bytes per conversation that is awake.
    pub fn each(&self) -> u64 {
        self.awake.saturating_sub(self.idle) / self.conversations.max(1)
    }
}

impl std::fmt::Display for Weights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{:>10.1} MB idle", self.idle as f64 / 1e6)?;
        writeln!(f, "{:>10.1} MB with {} conversations awake", self.awake as f64 / 1e6, self.conversations)?;
        writeln!(f, "{:>10} bytes for each", self.each())
    }
}

/// Starts the product, weighs it, wakes so many conversations by webhooks, and weighs it again.
pub async fn weigh(bin: &Path, bots: &Path, conversations: u64) -> Result<Weights> {
    let dir = TempDir::with_prefix("switchboard-memory-")?;
    let mut plan = Plan::new(product::free_port()?, product::page());
    let board = Board::new(plan.first_psid, conversations);
    let settings = Settings {
        token: Some(product::PAGE_TOKEN.into()),
        arrivals_max: 0,
        hook: Some(board.hook()),
        ..Settings::default()
    };
    let provider = Provider::start(settings).await?;
    let product = Product::set_up(bin, bots, dir.path(), provider.address())?;
    let server = Server::start(product.serve(), product.listen, &dir.path().join("server.log")).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = process::resident(server.pid())?;
    plan.to = product.listen;
    plan.contacts = conversations;
    plan.warm_up = Duration::ZERO;
    plan.pace = Pace::Closed;
    plan.stop = Stop::Count(conversations);
    let report = drive(plan, board).await?;
    ensure!(report.is_clean(), "the load was not clean: {report:?}");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let awake = process::resident(server.pid())?;
    server.end(Duration::from_secs(10)).await?;
    Ok(Weights { conversations, idle, awake })
}
