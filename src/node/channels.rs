//! The ways in and out of the configured accounts.

mod messenger;
mod twilio;

use std::sync::Arc;

use anyhow::Context as _;
use tokio::runtime::Handle;

use crate::adapters::channels::http;
use crate::config::{Config, Kind};
use crate::domain::ids::AccountId;
use crate::edge::webhooks::Inlets;
use crate::ports::channel::{Inlet, Outlet};

/// The webhooks that are served, by the name that follows `/webhooks/`. `base`: how the world reaches us.
pub fn inlets(config: &Config, base: &str) -> Inlets {
    let meta: Arc<dyn Inlet> = Arc::new(messenger::inlet(config));
    let twilio: Arc<dyn Inlet> = Arc::new(twilio::inlet(config, base));
    Inlets::from([("meta", meta), ("twilio", twilio)])
}

/// One way out for each account that has messages to deliver.
pub fn outlets(config: &Config, base: &str, io: &Handle) -> anyhow::Result<Vec<(AccountId, Arc<dyn Outlet>)>> {
    let _inside = io.enter();
    let client = http::client(config.limits.send_timeout).context("cannot make an HTTP client")?;
    let mut outlets = Vec::new();
    for account in &config.accounts {
        let outlet: anyhow::Result<Arc<dyn Outlet>> = match &account.kind {
            Kind::Messenger(messenger) => messenger::outlet(messenger, &client),
            Kind::Sms(sms) => twilio::outlet(account, sms, base, &client),
            Kind::Webchat(_) => continue,
        };
        outlets.push((account.id.clone(), outlet.with_context(|| format!("account “{}”", account.id))?));
    }
    Ok(outlets)
}
