//! Facebook Pages: one webhook for all, one way out for each.

use std::sync::Arc;

use crate::adapters::channels::http::Client;
use crate::adapters::channels::meta::{MetaInlet, MetaOutlet, MetaProfiles, Page, Settings};
use crate::config::{Account, Config, Kind, Messenger};
use crate::ports::channel::{Outlet, Profiles};

pub fn inlet(config: &Config) -> MetaInlet {
    let page = |account: &Account| match &account.kind {
        Kind::Messenger(messenger) => Some(Page {
            account: account.id.clone(),
            page_id: messenger.page_id.clone(),
            app_secret: messenger.app_secret.expose().to_owned(),
            verify_token: messenger.verify_token.expose().to_owned(),
            app_id: messenger.app_id.clone(),
        }),
        _ => None,
    };
    MetaInlet::new(config.accounts.iter().filter_map(page).collect())
}

pub fn outlet(messenger: &Messenger, client: &Client) -> anyhow::Result<Arc<dyn Outlet>> {
    Ok(Arc::new(MetaOutlet::new(client.clone(), &settings(messenger))?))
}

pub fn profiles(messenger: &Messenger, client: &Client) -> anyhow::Result<Arc<dyn Profiles>> {
    Ok(Arc::new(MetaProfiles::new(client.clone(), settings(messenger))?))
}

fn settings(messenger: &Messenger) -> Settings {
    Settings {
        page_id: messenger.page_id.clone(),
        token: messenger.page_token.expose().to_owned(),
        app_secret: Some(messenger.app_secret.expose().to_owned()),
        api_base: messenger.api_base.clone(),
        api_version: messenger.api_version.clone(),
        sends_per_second: messenger.sends_per_second,
    }
}
