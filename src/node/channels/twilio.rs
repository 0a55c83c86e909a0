//! Lines at Twilio: a webhook and a way out for each.

use std::sync::Arc;

use crate::adapters::channels::http::Client;
use crate::adapters::channels::twilio::{Line, Settings, TwilioInlet, TwilioOutlet};
use crate::adapters::pictures::Key;
use crate::config::{Account, Config, Kind, Secret, Sms};
use crate::ports::channel::Outlet;

pub fn inlet(config: &Config, base: &str) -> TwilioInlet {
    let line = |account: &Account| match &account.kind {
        Kind::Sms(sms) => Some(Line {
            account: account.id.clone(),
            account_sid: sms.account_sid.clone(),
            auth_token: sms.auth_token.expose().to_owned(),
            shared_key: sms.shared_key.as_ref().map(Secret::expose).map(str::to_owned),
            number: sms.number.clone(),
        }),
        _ => None,
    };
    TwilioInlet::new(base.to_owned(), config.accounts.iter().filter_map(line).collect())
}

pub fn outlet(account: &Account, sms: &Sms, base: &str, client: &Client) -> anyhow::Result<Arc<dyn Outlet>> {
    let settings = Settings {
        account: account.id.clone(),
        account_sid: sms.account_sid.clone(),
        auth_token: sms.auth_token.expose().to_owned(),
        number: sms.number.clone(),
        messaging_service: sms.messaging_service.clone(),
        api_base: sms.api_base.clone(),
        base: base.to_owned(),
        segments_per_second: sms.segments_per_second,
        valid_for_s: sms.valid_for_s,
        mms: sms.mms,
    };
    Ok(Arc::new(TwilioOutlet::new(client.clone(), &settings)?))
}

/// What contacts send lies below the account, for those who know its token.
pub fn key(sms: &Sms) -> Option<Key> {
    let below = format!("{}/2010-04-01/Accounts/{}/", sms.api_base, sms.account_sid);
    Key::basic(&below, &sms.account_sid, sms.auth_token.expose())
}
