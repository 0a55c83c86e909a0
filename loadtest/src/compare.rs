//! The comparison: bare, ceiling and product, one after the other, under the same load, and again: a machine that others
//! share is a fifth faster in one minute than in the next, and only neighbours in time can be compared.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::drive::{Board, Pace, Plan, Report, Stop, drive};
use crate::product::{self, Product};
use crate::provider::{Provider, Settings};
use crate::server::Server;

/// What is compared, and under which load.
#[derive(Clone)]
pub struct Comparison {
    /// The product; without it, only the two ceilings are measured.
    pub bin: Option<PathBuf>,
    pub bots: PathBuf,
    /// Where the product keeps everything: the address of an empty PostgreSQL database; none: SQLite.
    pub database: Option<String>,
    /// Leave the two ceilings out.
    pub product_only: bool,
    pub contacts: u64,
    pub connections: usize,
    pub seconds: u64,
    /// At least one.
    pub rounds: usize,
    pub warm_up: u64,
    pub window: usize,
    /// Open loop at this rate instead of a closed one.
    pub rate: Option<f64>,
    pub text: String,
}

/// The figures of all rounds.
pub struct Compared(Vec<Round>);

/// The figures of the three, as far as they ran.
#[derive(Default)]
struct Round {
    bare: Option<Report>,
    ceiling: Option<Report>,
    product: Option<Report>,
}

/// Runs the comparison and prints its table, line by line.
pub async fn compare(comparison: &Comparison) -> Result<Compared> {
    let mut rounds = Vec::new();
    println!("{}", Report::heading());
    for _ in 0..comparison.rounds.max(1) {
        rounds.push(round(comparison).await?);
    }
    let compared = Compared(rounds);
    compared.print_ratios();
    Ok(compared)
}

async fn round(comparison: &Comparison) -> Result<Round> {
    let mut compared = Round::default();
    if !comparison.product_only {
        compared.bare = Some(measure(comparison, "a. bare", 0, |_, _| ours("bare")).await?);
        compared.ceiling = Some(measure(comparison, "b. ceiling", 1, ours_with_store).await?);
    }
    if let Some(bin) = &comparison.bin {
        let product = |dir: &Path, provider| {
            let product = Product::set_up(bin, &comparison.bots, dir, provider)?;
            let product = Product { database: comparison.database.clone(), ..product };
            Ok((product.serve(), product.listen))
        };
        compared.product = Some(measure(comparison, "c. switchboard", 1, product).await?);
    }
    Ok(compared)
}

impl Compared {
    fn print_ratios(&self) {
        self.print_ratio("b/a", |round| round.ceiling.as_ref().zip(round.bare.as_ref()));
        self.print_ratio("c/b", |round| round.product.as_ref().zip(round.ceiling.as_ref()));
    }

    fn print_ratio<'r>(&'r self, name: &str, pair: impl Fn(&'r Round) -> Option<(&'r Report, &'r Report)>) {
        let pairs: Vec<_> = self.0.iter().filter_map(pair).collect();
        let speeds = pairs.iter().map(|(of, to)| 100.0 * of.per_second / to.per_second);
        let costs = pairs.iter().filter_map(|(of, to)| Some(of.cpu_per_message? / to.cpu_per_message?));
        let Some((least, middle, most)) = spread(speeds) else { return };
        let cost = spread(costs).map(|(_, middle, _)| format!(", {middle:.1} × the CPU")).unwrap_or_default();
        println!("{name}: {middle:.0} % of the messages/s ({least:.0} to {most:.0} %){cost}");
    }

    /// Whether nothing was lost or doubled anywhere.
    pub fn is_clean(&self) -> bool {
        self.0.iter().flat_map(|round| [&round.bare, &round.ceiling, &round.product]).flatten().all(Report::is_clean)
    }
}

/// The least, the median and the greatest; of an even number, the lesser of the two in the middle.
fn spread(figures: impl Iterator<Item = f64>) -> Option<(f64, f64, f64)> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    Some((*figures.first()?, figures[(figures.len() - 1) / 2], *figures.last()?))
}

type Start = (Command, std::net::SocketAddr);

async fn measure(
    comparison: &Comparison,
    name: &str,
    replies: u32,
    start: impl FnOnce(&Path, std::net::SocketAddr) -> Result<Start>,
) -> Result<Report> {
    let dir = TempDir::with_prefix("switchboard-load-")?;
    let mut plan = Plan::new(product::free_port()?, product::page());
    let board = Board::new(plan.first_psid, comparison.contacts);
    let settings = Settings {
        token: Some(product::PAGE_TOKEN.into()),
        arrivals_max: 0,
        hook: Some(board.hook()),
        ..Settings::default()
    };
    let provider = Provider::start(settings).await?;
    let (command, address) = start(dir.path(), provider.address())?;
    let server = Server::start(command, address, &dir.path().join("server.log")).await?;
    plan.to = address;
    plan.contacts = comparison.contacts;
    plan.connections = comparison.connections;
    plan.window = comparison.window;
    plan.warm_up = Duration::from_secs(comparison.warm_up);
    plan.stop = Stop::After(Duration::from_secs(comparison.seconds));
    plan.pace = comparison.rate.map_or(Pace::Closed, |per_second| Pace::Open { per_second });
    plan.replies = replies;
    plan.text.clone_from(&comparison.text);
    plan.pid = Some(server.pid());
    let report = drive(plan, board).await?;
    println!("{}", report.line(name));
    server.end(Duration::from_secs(10)).await?;
    Ok(report)
}

/// This program again, as one of the servers it compares with.
fn ours(subcommand: &str) -> Result<Start> {
    let address = product::free_port()?;
    let mut command = Command::new(std::env::current_exe().context("where is this program?")?);
    command.arg(subcommand).arg("--listen").arg(address.to_string());
    Ok((command, address))
}

fn ours_with_store(dir: &Path, provider: std::net::SocketAddr) -> Result<Start> {
    let (mut command, address) = ours("ceiling")?;
    command.arg("--provider").arg(provider.to_string()).arg("--database").arg(dir.join("ceiling.db"));
    Ok((command, address))
}
