//! Twilio's webhooks: each line has an address of its own, and so has what becomes of its messages.

use super::read::{Ours, Status, Told, read};
use super::signature::{Body, Fields, Signed, Signer};
use super::{MARK, STATUS};
use crate::adapters::channels::mark::Mark;
use crate::domain::command::Command;
use crate::domain::event::Receipt;
use crate::domain::ids::AccountId;
use crate::ports::channel::{Answer, Inbound, Inlet, NotTaken, Received, Unread, Webhook};
use crate::ports::store::Contact;

const SIGNATURE: &str = "x-twilio-signature";
const SETTINGS: &str = "x-twilio-webhooks-signature-settings";
/// Saying nothing: answers go out by themselves.
const NOTHING: Answer = Answer {
    content_type: "text/xml; charset=utf-8",
    body: std::borrow::Cow::Borrowed(r#"<?xml version="1.0" encoding="UTF-8"?><Response></Response>"#),
};

/// A phone number, or a Messaging Service, that is connected.
pub struct Line {
    pub account: AccountId,
    pub account_sid: String,
    pub auth_token: String,
    pub shared_key: Option<String>,
    pub number: Option<String>,
}

pub struct TwilioInlet {
    /// Under which address the world reaches us, without a slash at its end.
    base: String,
    lines: Vec<(Line, Signer)>,
}

impl TwilioInlet {
    pub fn new(base: String, lines: Vec<Line>) -> Self {
        let signed = |line: Line| {
            let signer = Signer::new(&line.auth_token, line.shared_key.as_deref());
            (line, signer)
        };
        Self { base, lines: lines.into_iter().map(signed).collect() }
    }
}

impl Inlet for TwilioInlet {
    fn receive(&self, webhook: &Webhook<'_>) -> Result<Received, NotTaken> {
        let account = webhook.place.strip_suffix(STATUS).and_then(|place| place.strip_suffix('/'));
        let account = account.unwrap_or(webhook.place);
        let (line, signer) =
            self.lines.iter().find(|(line, _)| line.account.as_str() == account).ok_or(NotTaken::Nowhere)?;
        let (path, query) = (webhook.path, webhook.query);
        let url =
            if query.is_empty() { format!("{}{path}", self.base) } else { format!("{}{path}?{query}", self.base) };
        let is_form = is_form(webhook);
        // By GET, everything is in the address, and signed with it.
        let form: Fields = match webhook.is_post {
            true => url::form_urlencoded::parse(webhook.body).collect(),
            false => url::form_urlencoded::parse(query.as_bytes()).collect(),
        };
        let body = match (webhook.is_post, is_form) {
            (true, true) => Body::Form(&form),
            (true, false) => Body::Other(webhook.body),
            (false, _) => Body::Form(const { &Vec::new() }),
        };
        let (signature, settings) = (webhook.headers.get(SIGNATURE), webhook.headers.get(SETTINGS));
        if !signer.verify(&Signed { url: &url, body, signature, settings }) {
            return Err(NotTaken::NotSigned);
        }
        Ok(received(line, &form, is_form || !webhook.is_post, webhook))
    }
}

fn is_form(webhook: &Webhook<'_>) -> bool {
    let kind = webhook.headers.get("content-type").unwrap_or("application/x-www-form-urlencoded");
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn received(line: &Line, form: &Fields<'_>, is_form: bool, webhook: &Webhook<'_>) -> Received {
    let mut received = Received::nothing_but(NOTHING);
    let ours = Ours { account_sid: &line.account_sid, number: line.number.as_deref() };
    match if is_form { read(form, &ours) } else { Err("not a form") } {
        Ok(Told::Said { from, key, command }) => {
            let contact = Contact::of(&line.account, &from);
            received.asks.push(Inbound { contact, key: Some(key), command });
        }
        Ok(Told::Status { to, message, status }) => {
            let contact = Contact::of(&line.account, &to);
            let mark = mark(webhook.query).filter(|mark| mark.id.conversation == contact.conversation);
            let ask = |command| Inbound { contact: contact.clone(), key: None, command };
            received.asks.extend(commands(message, status, mark).into_iter().map(ask));
        }
        Err(reason) => {
            let raw = if webhook.is_post { webhook.body.clone() } else { webhook.query.to_owned().into() };
            received.unread.push(Unread { reason, raw });
        }
    }
    received
}

/// Which of our messages a callback is about, as we wrote it into its address.
fn mark(query: &str) -> Option<Mark> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    Mark::parse(&pairs.find(|(name, _)| name == MARK)?.1)
}

/// Whatever became of it, that there is a callback proves that Twilio took the message.
fn commands(message: String, status: Status, mark: Option<Mark>) -> Vec<Command> {
    let proof = mark.filter(|mark| mark.is_last()).map(|mark| Command::Echo {
        of: Some(mark.id.seq),
        provider_id: message.clone(),
        text: String::new(),
    });
    let of = mark.map(|mark| mark.id.seq);
    let receipt = |receipt| Command::Acknowledge { receipt, provider_ids: vec![message.clone()], watermark: None };
    let news = match status {
        Status::Accepted => None,
        Status::Delivered => Some(receipt(Receipt::Delivered)),
        Status::Read => Some(receipt(Receipt::Read)),
        Status::Lost { reason, opted_out } => {
            Some(Command::Bounce { of, provider_id: message.clone(), reason, opted_out })
        }
    };
    proof.into_iter().chain(news).collect()
}

#[cfg(test)]
#[path = "inlet_tests.rs"]
mod tests;
