//! Who asks others' systems: an operator's own, and outside bots.

use std::sync::Arc;

use anyhow::Context as _;
use tokio::runtime::Handle;

use crate::adapters::bots::{Callees, Key, Settings};
use crate::config::{Config, Shared};
use crate::ports::clock::Clock;

/// Made from the configuration, on the runtime it will be used on.
pub fn callee(config: &Config, own_address: &str, clock: Arc<dyn Clock>, io: &Handle) -> anyhow::Result<Callees> {
    let _inside = io.enter();
    let outside = &config.outside;
    let key = |shared: &Shared| Key { value: shared.value.expose().to_owned(), hosts: shared.hosts.clone() };
    let settings = Settings {
        trusted_hosts: outside.trusted_hosts.clone(),
        calls_max: outside.calls_max,
        calls_per_host_max: outside.calls_per_host_max,
        calls_per_second: outside.calls_per_second,
        answer_bytes_max: outside.answer_bytes_max,
        secrets: outside.secrets.iter().map(|(name, shared)| (name.clone(), key(shared))).collect(),
        own_address: own_address.to_owned(),
    };
    Callees::new(settings, clock).context("cannot make an HTTP client")
}
