//! The ways in and out of the configured accounts.

mod meta;
mod telegram;
mod twilio;
mod whatsapp;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::Context as _;
use tokio::runtime::Handle;

use crate::actors::acquaintance::Known;
use crate::actors::bots::Bots;
use crate::actors::custody::Keeper;
use crate::actors::entrances;
use crate::actors::notices::Notices;
use crate::adapters::channels::http::Client;
use crate::adapters::channels::webchat::VisitorTokens;
use crate::adapters::pictures::Keys;
use crate::config::{Account, Config, Kind, Webchat};
use crate::domain::ids::AccountId;
use crate::edge::files::Shelves;
use crate::edge::portraits::Painters;
use crate::edge::webhooks::Inlets;
use crate::ports::channel::{Custody, Inlet, Outlet};

/// Who visitors of websites are.
pub fn visitors(config: &Config, key: [u8; 32]) -> VisitorTokens {
    let mut tokens = VisitorTokens::new(key);
    for account in &config.accounts {
        if let Kind::Webchat(Webchat { identity_secret: Some(secret), .. }) = &account.kind {
            tokens.know(account.id.clone(), secret.expose());
        }
    }
    tokens
}

/// The webhooks that are served, by the name that follows `/webhooks/`. `base`: how the world reaches us.
pub fn inlets(config: &Config, base: &str) -> Inlets {
    let meta: Arc<dyn Inlet> = Arc::new(meta::inlet(config));
    let twilio: Arc<dyn Inlet> = Arc::new(twilio::inlet(config, base));
    let telegram: Arc<dyn Inlet> = Arc::new(telegram::inlet(config, base));
    let whatsapp: Arc<dyn Inlet> = Arc::new(whatsapp::inlet(config, base));
    Inlets::from([("meta", meta), ("twilio", twilio), ("telegram", telegram), ("whatsapp", whatsapp)])
}

/// Where the files are that contacts attach, for accounts whose provider gives no links to them.
pub fn shelves(config: &Config) -> anyhow::Result<Shelves> {
    let client = Client::new(config.limits.send_timeout).context("cannot make an HTTP client")?;
    let mut shelves = Shelves::new();
    for account in &config.accounts {
        let files = match &account.kind {
            Kind::Telegram(bot) => telegram::files(bot, &client)?,
            Kind::WhatsApp(number) => whatsapp::files(number, &client)?,
            _ => continue,
        };
        shelves.insert(account.id.clone(), files);
    }
    Ok(shelves)
}

/// Who can be asked what contacts are called.
pub fn profiles(config: &Config) -> anyhow::Result<Known> {
    let client = Client::new(config.limits.send_timeout).context("cannot make an HTTP client")?;
    let mut known = Known::new();
    for account in &config.accounts {
        if let Some(settings) = meta::settings(account) {
            known.insert(account.id.clone(), meta::profiles(settings, &client)?);
        }
    }
    Ok(known)
}

/// Who can be asked what contacts look like.
pub fn portraits(config: &Config) -> anyhow::Result<Painters> {
    let client = Client::new(config.limits.send_timeout).context("cannot make an HTTP client")?;
    let mut painters = Painters::new();
    for account in &config.accounts {
        let portraits = match (meta::settings(account), &account.kind) {
            (Some(settings), _) => meta::portraits(settings, &client)?,
            (None, Kind::Telegram(bot)) => telegram::portraits(bot, &client)?,
            _ => continue,
        };
        painters.insert(account.id.clone(), portraits);
    }
    Ok(painters)
}

/// Whose conversations are shared with other programs.
pub fn custody(config: &Config) -> anyhow::Result<BTreeMap<AccountId, Arc<dyn Custody>>> {
    let client = Client::new(config.limits.send_timeout).context("cannot make an HTTP client")?;
    let mut custody: BTreeMap<AccountId, Arc<dyn Custody>> = BTreeMap::new();
    for account in &config.accounts {
        if let Some(settings) = meta::settings(account) {
            custody.insert(account.id.clone(), meta::custody(settings, &client)?);
        }
    }
    Ok(custody)
}

/// Those that say which program has a conversation do as the operator wants.
pub fn keepers(config: &Config) -> anyhow::Result<HashMap<AccountId, Keeper>> {
    let releases = |id: &AccountId| {
        let account = config.accounts.iter().find(|account| account.id == *id);
        account.and_then(|account| account.kind.others()).is_some_and(|others| others.release)
    };
    Ok(custody(config)?
        .into_iter()
        .map(|(id, custody)| (id.clone(), Keeper { custody, releases: releases(&id) }))
        .collect())
}

/// Whose media need credentials, and which.
pub fn keys(config: &Config) -> Keys {
    let key = |account: &Account| match &account.kind {
        Kind::Sms(sms) => twilio::key(sms).map(|key| (account.id.clone(), key)),
        _ => None,
    };
    config.accounts.iter().filter_map(key).collect()
}

/// Enters our address at providers that let us, and looks after it as long as the node runs. Every agent hears of it where
/// that cannot be done.
pub fn keep_hooks(config: &Config, base: &str, notices: &Notices, io: &Handle) -> anyhow::Result<()> {
    let client = Client::new(config.limits.send_timeout).context("cannot make an HTTP client")?;
    for (account, bot) in telegram::bots(config) {
        io.spawn(telegram::hook(account, bot, base, &client)?.keep());
    }
    for account in &config.accounts {
        if let Some(subscription) = meta::subscription(account, &client)? {
            let (notices, id, name) = (notices.clone(), account.id.clone(), account.to_domain().name);
            let tell = move |trouble: Option<String>| notices.hearing(&id, &name, trouble.as_deref());
            io.spawn(subscription.keep(config.limits.subscription_look, tell));
        }
    }
    Ok(())
}

/// Shows at providers what bots say there of themselves, as long as the node runs.
pub fn keep_doors(config: &Config, bots: &Arc<Bots>, io: &Handle) -> anyhow::Result<()> {
    let client = Client::new(config.limits.send_timeout).context("cannot make an HTTP client")?;
    for account in &config.accounts {
        if let Some(settings) = meta::settings(account) {
            let (bots, doors) = (Arc::downgrade(bots), meta::doors(settings, &client)?);
            io.spawn(entrances::keep(bots, account.id.clone(), account.bot.clone(), doors));
        }
    }
    Ok(())
}

/// One way out for each account that has messages to deliver.
pub fn outlets(config: &Config, base: &str) -> anyhow::Result<Vec<(AccountId, Arc<dyn Outlet>)>> {
    let client = Client::new(config.limits.send_timeout).context("cannot make an HTTP client")?;
    let mut outlets = Vec::new();
    for account in &config.accounts {
        let outlet: anyhow::Result<Arc<dyn Outlet>> = match &account.kind {
            Kind::Messenger(messenger) => meta::outlet(&meta::of_page(messenger), &client),
            Kind::Instagram(instagram) => meta::outlet(&meta::of_instagram(instagram), &client),
            Kind::Sms(sms) => twilio::outlet(account, sms, base, &client),
            Kind::Telegram(bot) => telegram::outlet(bot, &client),
            Kind::WhatsApp(number) => whatsapp::outlet(number, &client),
            Kind::Webchat(_) => continue,
        };
        outlets.push((account.id.clone(), outlet.with_context(|| format!("account “{}”", account.id))?));
    }
    Ok(outlets)
}
