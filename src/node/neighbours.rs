//! Whether this node is alone: the directory and the bus of one process, or those of several.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use tokio::runtime::Handle;

use crate::adapters::local::{LocalBus, LocalDirectory};
use crate::adapters::redis;
use crate::config::Config;
use crate::machine;
use crate::ports::bus::Bus;
use crate::ports::clock::Clock;
use crate::ports::directory::Directory;

pub struct Neighbours {
    pub directory: Arc<dyn Directory>,
    pub bus: Arc<dyn Bus>,
}

/// `address` is where this node listens, `generation` the store's.
pub async fn neighbours(
    config: &Config,
    address: SocketAddr,
    generation: &str,
    clock: &dyn Clock,
    io: &Handle,
) -> anyhow::Result<Neighbours> {
    let Some(url) = &config.redis else {
        return Ok(Neighbours { directory: Arc::new(LocalDirectory), bus: Arc::new(LocalBus::default()) });
    };
    let url = url.expose().to_owned();
    check(url.clone(), generation.to_owned(), clock, io).await?;
    let name = config.node_name.clone().unwrap_or_else(|| format!("{}/{address}", machine::host_name()));
    let (directory, bus) = redis::join(&url, name, generation.to_owned(), io)
        .await
        .map_err(anyhow::Error::msg)
        .context("cannot join the other nodes through Redis")?;
    Ok(Neighbours { directory: Arc::new(directory), bus: Arc::new(bus) })
}

async fn check(url: String, generation: String, clock: &dyn Clock, io: &Handle) -> anyhow::Result<()> {
    let now = clock.now();
    let looked = io.spawn(async move { redis::look(&url, Some(&generation), now).await });
    let (fatal, advice): (Vec<_>, Vec<_>) = looked.await?.into_iter().partition(|trouble| trouble.fatal);
    for trouble in advice {
        tracing::warn!("{} {}", trouble.what, trouble.fix);
    }
    if !fatal.is_empty() {
        let lines: Vec<String> = fatal.iter().map(|trouble| format!("{} {}", trouble.what, trouble.fix)).collect();
        bail!("{}", lines.join("\n"));
    }
    Ok(())
}
