//! Moving to another store, as the operator sees it: how far it is, and what was compared.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use switchboard::adapters::copy::{self, Compared, Step};
use switchboard::adapters::postgres::Address;
use switchboard::config::{Config, Database};
use switchboard::node::storage::{VISITOR_KEY, VISITOR_KEY_FILE};
use tokio::runtime::Runtime;

pub fn copy(config: &Config, runtime: &Runtime, from: Option<String>, to: Option<String>) -> anyhow::Result<()> {
    let from = source(config, from)?;
    let to = target(config, to)?;
    println!("Copying {} to {to}.", from.display());
    let bar = ProgressBar::no_length();
    let compared = runtime.block_on(copy::copy(&from, (VISITOR_KEY_FILE, VISITOR_KEY), &to, |step| tell(&bar, step)));
    bar.finish_and_clear();
    for Compared { title, rows, hash } in compared? {
        println!("  {title:<24} {rows:>12}  {hash:032x}  equal");
    }
    println!(
        "Everything is there. Set `database`, start the server, and keep the old data directory as it is, unused."
    );
    Ok(())
}

fn source(config: &Config, from: Option<String>) -> anyhow::Result<PathBuf> {
    let Some(from) = from else { return Ok(config.data_dir.clone()) };
    match from.strip_prefix("sqlite://") {
        Some(directory) if !directory.is_empty() => Ok(PathBuf::from(directory)),
        _ => bail!("--from {from}: a copy goes from SQLite to PostgreSQL; write --from sqlite://DIRECTORY"),
    }
}

/// Never repeats an address that may hold a password.
fn target(config: &Config, to: Option<String>) -> anyhow::Result<Address> {
    let url = match (&to, &config.database) {
        (Some(to), _) => to,
        (None, Database::Postgres(url)) => url.expose(),
        (None, Database::Embedded) => bail!("where to? Write --to postgres://…, or set SWITCHBOARD_DATABASE"),
    };
    Address::parse(url).map_err(|wrong| anyhow!("the target: {wrong}"))
}

fn tell(bar: &ProgressBar, step: Step) {
    match step {
        Step::Begins { conversations, there, again } => {
            if again {
                println!("Going on after {there} of {conversations} conversations.");
            }
            let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} conversations, {eta} left");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_length(conversations);
            bar.set_position(there);
            bar.reset_eta();
        }
        Step::Copied { there } => bar.set_position(there),
        Step::Compares => {
            bar.set_style(ProgressStyle::default_spinner());
            bar.set_message("Comparing both, row by row.");
            bar.enable_steady_tick(Duration::from_millis(200));
        }
    }
}
