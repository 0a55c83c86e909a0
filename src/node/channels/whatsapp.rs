//! Phone numbers at WhatsApp: one webhook for all; for each a way out, and a way to the files that contacts attach.

use std::sync::Arc;

use crate::adapters::channels::http::Client;
use crate::adapters::channels::whatsapp::{BadSettings, Line, Settings, WhatsAppFiles, WhatsAppInlet, WhatsAppOutlet};
use crate::config::{Account, Config, Kind, WhatsApp};
use crate::ports::channel::{Files, Outlet};

pub fn inlet(config: &Config, base: &str) -> WhatsAppInlet {
    let line = |account: &Account| match &account.kind {
        Kind::WhatsApp(whatsapp) => Some(Line {
            account: account.id.clone(),
            phone_number_id: whatsapp.phone_number_id.clone(),
            app_secret: whatsapp.app_secret.expose().to_owned(),
            verify_token: whatsapp.verify_token.expose().to_owned(),
        }),
        _ => None,
    };
    WhatsAppInlet::new(base.to_owned(), config.accounts.iter().filter_map(line).collect())
}

pub fn outlet(whatsapp: &WhatsApp, client: &Client) -> anyhow::Result<Arc<dyn Outlet>> {
    Ok(Arc::new(WhatsAppOutlet::new(client.clone(), &settings(whatsapp))?))
}

pub fn files(whatsapp: &WhatsApp, client: &Client) -> Result<Arc<dyn Files>, BadSettings> {
    Ok(Arc::new(WhatsAppFiles::new(client.clone(), &settings(whatsapp))?))
}

fn settings(whatsapp: &WhatsApp) -> Settings {
    Settings {
        phone_number_id: whatsapp.phone_number_id.clone(),
        token: whatsapp.access_token.expose().to_owned(),
        app_secret: whatsapp.app_secret.expose().to_owned(),
        api_base: whatsapp.api_base.clone(),
        api_version: whatsapp.api_version.clone(),
        sends_per_second: whatsapp.sends_per_second,
        menu_button: whatsapp.menu_button.clone(),
    }
}
