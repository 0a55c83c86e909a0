//! Facebook Pages and accounts on Instagram: one webhook for all, one way out for each.

use std::sync::Arc;

use crate::adapters::channels::http::Client;
use crate::adapters::channels::meta::{
    BadSettings, Line, MetaCustody, MetaDoors, MetaInlet, MetaOutlet, MetaProfiles, MetaSubscription, Network, Settings,
};
use crate::config::{Account, Config, Instagram, Kind, Messenger};
use crate::ports::channel::{Custody, Doors, Outlet, Portraits, Profiles};

pub fn inlet(config: &Config) -> MetaInlet {
    MetaInlet::new(config.accounts.iter().filter_map(line).collect())
}

fn line(account: &Account) -> Option<Line> {
    let (network, line_id, app_secret, verify_token, app_id) = match &account.kind {
        Kind::Messenger(Messenger { page_id, app_secret, verify_token, app_id, .. }) => {
            (Network::Messenger, page_id, app_secret, verify_token, app_id)
        }
        Kind::Instagram(Instagram { instagram_id, app_secret, verify_token, app_id, .. }) => {
            (Network::Instagram, instagram_id, app_secret, verify_token, app_id)
        }
        _ => return None,
    };
    Some(Line {
        account: account.id.clone(),
        network,
        line_id: line_id.clone(),
        app_secret: app_secret.expose().to_owned(),
        verify_token: verify_token.expose().to_owned(),
        app_id: app_id.clone(),
    })
}

/// How an account's contacts are reached, if it is one of Meta's.
pub fn settings(account: &Account) -> Option<Settings> {
    match &account.kind {
        Kind::Messenger(messenger) => Some(of_page(messenger)),
        Kind::Instagram(instagram) => Some(of_instagram(instagram)),
        _ => None,
    }
}

pub fn outlet(settings: &Settings, client: &Client) -> anyhow::Result<Arc<dyn Outlet>> {
    Ok(Arc::new(MetaOutlet::new(client.clone(), settings)?))
}

pub fn doors(settings: Settings, client: &Client) -> Result<Arc<dyn Doors>, BadSettings> {
    Ok(Arc::new(MetaDoors::new(client.clone(), settings)?))
}

pub fn profiles(settings: Settings, client: &Client) -> anyhow::Result<Arc<dyn Profiles>> {
    Ok(Arc::new(MetaProfiles::new(client.clone(), settings)?))
}

pub fn custody(settings: Settings, client: &Client) -> Result<Arc<dyn Custody>, BadSettings> {
    Ok(Arc::new(MetaCustody::new(client.clone(), settings)?))
}

pub fn portraits(settings: Settings, client: &Client) -> anyhow::Result<Arc<dyn Portraits>> {
    Ok(Arc::new(MetaProfiles::new(client.clone(), settings)?))
}

/// What looks after the webhooks of a Page, or of an account that Instagram's own login connects. One that is connected
/// through a Page has none of its own.
pub fn subscription(account: &Account, client: &Client) -> Result<Option<MetaSubscription>, BadSettings> {
    let (settings, app_id) = match &account.kind {
        Kind::Messenger(messenger) => (of_page(messenger), &messenger.app_id),
        Kind::Instagram(instagram) if instagram.page_id.is_none() => (of_instagram(instagram), &instagram.app_id),
        _ => return Ok(None),
    };
    MetaSubscription::new(client.clone(), &account.id, settings, app_id.clone()).map(Some)
}

pub fn of_page(messenger: &Messenger) -> Settings {
    Settings {
        network: Network::Messenger,
        sender_id: messenger.page_id.clone(),
        token: messenger.page_token.expose().to_owned(),
        app_secret: Some(messenger.app_secret.expose().to_owned()),
        api_base: messenger.api_base.clone(),
        api_version: messenger.api_version.clone(),
        sends_per_second: messenger.sends_per_second,
    }
}

/// Through a Page it is the Page that sends. Instagram's own interface knows no proofs.
pub fn of_instagram(instagram: &Instagram) -> Settings {
    let page = instagram.page_id.as_ref();
    Settings {
        network: Network::Instagram,
        sender_id: page.unwrap_or(&instagram.instagram_id).clone(),
        token: instagram.access_token.expose().to_owned(),
        app_secret: page.map(|_| instagram.app_secret.expose().to_owned()),
        api_base: instagram.api_base.clone(),
        api_version: instagram.api_version.clone(),
        sends_per_second: instagram.sends_per_second,
    }
}
