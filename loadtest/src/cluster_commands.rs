//! `loadtest cluster …`: several nodes, as an operator has them.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use loadtest::cluster::{Fault, Length, Outcome, Plan, scale, trial};
use loadtest::dice;

/// Several nodes over a PostgreSQL and a Redis of their own, which this program starts.
#[derive(Args)]
pub struct Cluster {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Does faults by their numbers in docs/faults.md, one after the other, and checks the promises.
    Fault(Faults),
    /// Does faults at random, with a provider that fails now and then.
    Soak(Soak),
    /// What one, two and three nodes do on this machine: messages, takeovers, subscriptions, and what they cost.
    Scale(Scale),
}

#[derive(Args)]
struct Common {
    #[arg(long)]
    bin: PathBuf,
    #[arg(long, default_value = "bots")]
    bots: PathBuf,
    /// Repeats the moments and choices of an earlier run.
    #[arg(long)]
    seed: Option<u64>,
    /// Keep the evidence in any case.
    #[arg(long)]
    keep: bool,
    /// Failpoints of all nodes, such as `bus-heard=5%return`, if the program was built with them.
    #[arg(long)]
    failpoints: Option<String>,
}

impl Common {
    fn plan(&self) -> Plan {
        let seed = self.seed.unwrap_or_else(dice::new_seed);
        println!("seed {seed}");
        Plan { keep: self.keep, failpoints: self.failpoints.clone(), ..Plan::new(&self.bin, &self.bots, seed) }
    }
}

#[derive(Args)]
struct Faults {
    #[command(flatten)]
    common: Common,
    /// As long as docs/faults.md describes them, not as short as shows them.
    #[arg(long)]
    long: bool,
    /// An earlier build of the program: all nodes run it until F22 restarts them in order.
    #[arg(long)]
    old_bin: Option<PathBuf>,
    #[arg(required = true)]
    faults: Vec<Fault>,
}

#[derive(Args)]
struct Soak {
    #[command(flatten)]
    common: Common,
    #[arg(long, default_value_t = 30)]
    minutes: u64,
    /// Only these; not F20 and F28, which want a cluster of their own.
    faults: Vec<Fault>,
}

#[derive(Args)]
struct Scale {
    #[command(flatten)]
    common: Common,
    /// Measured time, per line of the table.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Conversations of the node that is killed.
    #[arg(long, default_value_t = 300)]
    takeovers: usize,
    /// Conversations that consoles of one node watch.
    #[arg(long, default_value_t = 10_000)]
    subscriptions: usize,
}

pub async fn perform(cluster: Cluster) -> Result<()> {
    match cluster.command {
        Command::Fault(args) => {
            let length = if args.long { Length::Long } else { Length::Short };
            args.faults.iter().for_each(|fault| println!("{fault}: {}", fault.story()));
            let plan = Plan { old_bin: args.old_bin, ..args.common.plan() };
            tell(trial::run(&plan, &args.faults, length).await?)
        }
        Command::Scale(args) => {
            let Scale { seconds, takeovers, subscriptions, .. } = args;
            let size = scale::Size { seconds, takeovers, subscriptions };
            scale::measure(&args.common.plan(), size, |line| println!("{line}")).await
        }
        Command::Soak(args) => {
            let faults = if args.faults.is_empty() { Fault::anywhere() } else { args.faults };
            let time = Duration::from_secs(args.minutes * 60);
            let tell_of = |fault: Fault| println!("{fault}: {}", fault.story());
            tell(trial::soak(&args.common.plan(), time, &faults, tell_of).await?)
        }
    }
}

fn tell(outcome: Outcome) -> Result<()> {
    print!("{outcome}");
    if !outcome.is_clean() {
        bail!("a promise was broken, or something was not as it must be");
    }
    Ok(())
}
