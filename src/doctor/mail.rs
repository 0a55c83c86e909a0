//! Whether the mail server lets us in.

use super::Finding;
use crate::adapters::alerts::smtp::Smtp;
use crate::config::Config;
use crate::domain::ids::{ConversationId, DeliveryId};
use crate::domain::time::Timestamp;
use crate::ports::alert::{Letter, Mailer, Posted};

pub fn finding(config: &Config) -> Finding {
    let Some(server) = &config.smtp else {
        let fix = "Set host and from under [smtp]. Until then, alerts are shown as failed in their conversations.";
        return Finding::warn("No mail server is configured: nobody gets e-mail alerts.", fix);
    };
    let (host, port) = (&server.host, server.port);
    let looked = Smtp::new(server.clone(), config.letters.timeout).map_err(|error| error.to_string());
    match looked.and_then(|smtp| run(smtp.look())?) {
        Ok(()) => Finding::ok(format!("The mail server {host}:{port} lets us in.")),
        Err(why) => {
            let fix = "Letters wait until it does. Look at [smtp]: host, port, security, user and password.";
            Finding::warn(format!("The mail server {host}:{port} does not let us in: {why}."), fix)
        }
    }
}

/// Sends a letter to this address.
pub fn send_to(config: &Config, address: &str, now: Timestamp) -> Finding {
    let Some(server) = &config.smtp else { return finding(config) };
    let nowhere = DeliveryId { conversation: ConversationId(uuid::Uuid::nil()), seq: now.0 };
    let letter = Letter {
        id: nowhere,
        at: now,
        to: vec![address.to_owned()],
        cc: Vec::new(),
        reply_to: None,
        subject: "A letter of Switchboard's doctor".to_owned(),
        body: "E-mail alerts can reach you.".to_owned(),
        facts: Vec::new(),
        said: Vec::new(),
        link: config.base_url(),
        again: false,
    };
    let sent = Smtp::new(server.clone(), config.letters.timeout).map_err(|error| error.to_string());
    match sent.and_then(|smtp| run(smtp.post(letter))) {
        Ok(Posted::Sent { words }) => Finding::ok(format!("The mail server took a letter to {address}: {words}.")),
        Ok(Posted::NotSent { reason } | Posted::Refused { reason }) | Err(reason) => {
            Finding::bad(format!("No letter went to {address}: {reason}."), "Look at [smtp] and at the address.")
        }
        Ok(Posted::Unknown { reason }) => {
            let fix = "Look into the mailbox, and into the mail server's log.";
            Finding::bad(format!("A letter may have gone to {address}: {reason}."), fix)
        }
    }
}

fn run<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.map_err(|error| error.to_string())?.block_on(work))
}
