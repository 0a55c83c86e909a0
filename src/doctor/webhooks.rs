//! What has to be entered at providers, and whether they can reach what is entered.

use super::Finding;
use crate::config::{Account, Config, Kind};

/// Telegram calls no others.
const TELEGRAM_PORTS: [u16; 4] = [443, 80, 88, 8443];

pub fn findings(config: &Config) -> Vec<Finding> {
    config.accounts.iter().filter_map(|account| finding(config, account)).collect()
}

fn finding(config: &Config, account: &Account) -> Option<Finding> {
    match &account.kind {
        Kind::Sms(_) => Some(twilio(config, account)),
        Kind::Telegram(_) => Some(telegram(config, account)),
        Kind::Messenger(_) => Some(meta(config, account, "Page")),
        Kind::Instagram(_) => Some(meta(config, account, "Instagram")),
        Kind::WhatsApp(_) => Some(whatsapp(config, account)),
        Kind::Webchat(_) => None,
    }
}

fn twilio(config: &Config, account: &Account) -> Finding {
    let id = &account.id;
    let Some(base) = &config.public_url else {
        let fix =
            "Set public_url to the address under which Twilio reaches this installation: webhooks are signed with it.";
        return Finding::bad(format!("Account {id} cannot be reached by Twilio: there is no public_url."), fix);
    };
    let address = format!("{base}/webhooks/twilio/{id}");
    // By default Twilio tries once more, and only after failed connections; then the fallback is asked.
    Finding::ok(format!(
        "Account {id}: at Twilio, set “a message comes in” to {address}#rc=2&rp=all and the fallback to {address}, both POST."
    ))
}

/// Meta is told our address by hand, so that it may be another than ours.
fn meta(config: &Config, account: &Account, object: &str) -> Finding {
    let (id, base) = (&account.id, config.public_url.as_deref().unwrap_or("https://YOUR-HOST"));
    let address = format!("{base}/webhooks/meta");
    let what = format!(
        "Account {id}: at Meta, the webhook of the object {object} is {address}, with the account's verify_token"
    );
    match base.starts_with("https://") {
        true => Finding::ok(what + "."),
        false => Finding::warn(
            what + ", and Meta calls only https.",
            "Put a proxy that speaks TLS in front, and set public_url.",
        ),
    }
}

fn telegram(config: &Config, account: &Account) -> Finding {
    let id = &account.id;
    let fix = "Set public_url to an address with https on port 443, 80, 88 or 8443, and with a certificate that browsers trust.";
    let Some(base) = &config.public_url else {
        return Finding::bad(format!("Account {id} cannot be reached by Telegram: there is no public_url."), fix);
    };
    let port = url::Url::parse(base).ok().and_then(|url| url.port_or_known_default());
    if !base.starts_with("https://") || !port.is_some_and(|port| TELEGRAM_PORTS.contains(&port)) {
        return Finding::bad(format!("Account {id} cannot be reached by Telegram at {base}."), fix);
    }
    Finding::ok(format!("Account {id}: each start enters {base}/webhooks/telegram/{id} at Telegram."))
}

fn whatsapp(config: &Config, account: &Account) -> Finding {
    let id = &account.id;
    let fix =
        "Set public_url to an address with https and with a certificate that browsers trust: Meta calls no other.";
    let Some(base) = &config.public_url else {
        return Finding::bad(format!("Account {id} cannot be reached by WhatsApp: there is no public_url."), fix);
    };
    if !base.starts_with("https://") {
        return Finding::bad(format!("Account {id} cannot be reached by WhatsApp at {base}."), fix);
    }
    Finding::ok(format!(
        "Account {id}: at Meta, under WhatsApp, set the webhook to {base}/webhooks/whatsapp with the verify_token, and subscribe it to “messages” (and “smb_message_echoes”, if the number is used in the app, too)."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};
    use crate::doctor::Level;

    #[test]
    fn what_meta_cannot_call_is_bad() {
        let account = "[[account]]\nid = \"wa\"\nkind = \"whatsapp\"\nbot = \"b\"\nphone_number_id = \"1\"\napp_secret = \"a\"\naccess_token = \"b\"\nverify_token = \"c\"\n";
        for (public, level) in [
            ("", Level::Bad),
            ("public_url = \"http://chat.example.org\"", Level::Bad),
            ("public_url = \"https://chat.example.org\"", Level::Ok),
        ] {
            assert_eq!(levels(public, account), [level], "{public}");
        }
    }

    fn levels(public: &str, account: &str) -> Vec<Level> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        std::io::Write::write_all(&mut file, format!("{public}\n{account}").as_bytes()).expect("written");
        let config = load(&Sources { file: Some(file.path().to_owned()), ..Sources::default() }).expect("good");
        findings(&config).into_iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn what_telegram_cannot_call_is_bad() {
        let account = "[[account]]\nid = \"tg\"\nkind = \"telegram\"\nbot = \"b\"\nbot_token = \"110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw\"\n";
        for (public, level) in [
            ("", Level::Bad),
            ("public_url = \"http://chat.example.org\"", Level::Bad),
            ("public_url = \"https://chat.example.org:9443\"", Level::Bad),
            ("public_url = \"https://chat.example.org:8443\"", Level::Ok),
            ("public_url = \"https://chat.example.org\"", Level::Ok),
        ] {
            assert_eq!(levels(public, account), [level], "{public}");
        }
    }
}
