//! What has to be entered at providers that do not learn our address from us.

use super::Finding;
use crate::config::{Account, Config, Kind};

pub fn findings(config: &Config) -> Vec<Finding> {
    config.accounts.iter().filter_map(|account| finding(config, account)).collect()
}

fn finding(config: &Config, account: &Account) -> Option<Finding> {
    let Kind::Sms(_) = &account.kind else { return None };
    let id = &account.id;
    let Some(base) = &config.public_url else {
        let fix =
            "Set public_url to the address under which Twilio reaches this installation: webhooks are signed with it.";
        return Some(Finding::bad(format!("Account {id} cannot be reached by Twilio: there is no public_url."), fix));
    };
    let address = format!("{base}/webhooks/twilio/{id}");
    // By default Twilio tries once more, and only after failed connections; then the fallback is asked.
    let what = format!(
        "Account {id}: at Twilio, set “a message comes in” to {address}#rc=2&rp=all and the fallback to {address}, both POST."
    );
    Some(Finding::ok(what))
}
