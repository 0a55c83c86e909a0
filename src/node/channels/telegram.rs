//! Bots at Telegram: for each a webhook, a way out, and a way to the files that contacts attach.

use std::sync::Arc;

use crate::adapters::channels::http::Client;
use crate::adapters::channels::telegram::{
    BadSettings, Bot, Settings, TelegramFiles, TelegramHook, TelegramInlet, TelegramOutlet, TelegramPortraits,
};
use crate::config::{Account, Config, Kind, Telegram};
use crate::ports::channel::{Files, Outlet, Portraits};

pub fn inlet(config: &Config, base: &str) -> TelegramInlet {
    let bot = |(account, telegram): (&Account, &Telegram)| Bot {
        account: account.id.clone(),
        token: telegram.bot_token.expose().to_owned(),
    };
    TelegramInlet::new(base.to_owned(), bots(config).map(bot).collect())
}

pub fn bots(config: &Config) -> impl Iterator<Item = (&Account, &Telegram)> {
    config.accounts.iter().filter_map(|account| match &account.kind {
        Kind::Telegram(telegram) => Some((account, telegram)),
        _ => None,
    })
}

pub fn outlet(telegram: &Telegram, client: &Client) -> anyhow::Result<Arc<dyn Outlet>> {
    Ok(Arc::new(TelegramOutlet::new(client.clone(), &settings(telegram))?))
}

pub fn files(telegram: &Telegram, client: &Client) -> Result<Arc<dyn Files>, BadSettings> {
    Ok(Arc::new(TelegramFiles::new(client.clone(), &settings(telegram))?))
}

pub fn portraits(telegram: &Telegram, client: &Client) -> Result<Arc<dyn Portraits>, BadSettings> {
    Ok(Arc::new(TelegramPortraits::new(client.clone(), &settings(telegram))?))
}

pub fn hook(account: &Account, telegram: &Telegram, base: &str, client: &Client) -> Result<TelegramHook, BadSettings> {
    TelegramHook::new(client.clone(), &account.id, base, &settings(telegram))
}

fn settings(telegram: &Telegram) -> Settings {
    Settings {
        token: telegram.bot_token.expose().to_owned(),
        api_base: telegram.api_base.clone(),
        sends_per_second: telegram.sends_per_second,
    }
}
