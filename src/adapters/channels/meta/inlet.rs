//! Meta's webhook for all Pages and Instagram accounts: one address, possibly several apps, each with its own secret.
//!
//! An event is only taken for a line whose own app signed it: another app's secret proves nothing about it.

use bytes::Bytes;

use super::{Batch, Inbound as Read, Network, read};
use crate::adapters::channels::meta_signature::{self, Signature, Signer};
use crate::domain::ids::AccountId;
use crate::ports::channel::{Answer, Inbound, Inlet, NotTaken, Received, Unread, Webhook};
use crate::ports::store::Contact;

const SIGNATURE: &str = "x-hub-signature-256";

/// A Page, or an account on Instagram, that is connected.
pub struct Line {
    pub account: AccountId,
    pub network: Network,
    /// As webhooks name it.
    pub line_id: String,
    pub app_secret: String,
    pub verify_token: String,
    pub app_id: Option<String>,
}

pub struct MetaInlet {
    lines: Vec<SignedLine>,
}

struct SignedLine {
    line: Line,
    signer: Option<Signer>,
}

impl MetaInlet {
    pub fn new(lines: Vec<Line>) -> Self {
        let signed = |line: Line| SignedLine { signer: Signer::new(&line.app_secret), line };
        Self { lines: lines.into_iter().map(signed).collect() }
    }

    /// The lines whose app signed this body.
    fn signers(&self, signature: Option<&str>, body: &[u8]) -> Vec<&Line> {
        let Some(signature) = signature.and_then(Signature::parse) else { return Vec::new() };
        let signed = |line: &&SignedLine| line.signer.as_ref().is_some_and(|signer| signer.verify(&signature, body));
        self.lines.iter().filter(signed).map(|signed| &signed.line).collect()
    }
}

impl Inlet for MetaInlet {
    fn receive(&self, webhook: &Webhook<'_>) -> Result<Received, NotTaken> {
        match (webhook.place, webhook.is_post) {
            ("", true) => self.take(webhook.headers.get(SIGNATURE), webhook.body),
            ("", false) => self.handshake(webhook.query),
            _ => Err(NotTaken::Nowhere),
        }
    }
}

impl MetaInlet {
    /// Meta asks once whether this address is ours.
    fn handshake(&self, query: &str) -> Result<Received, NotTaken> {
        let tokens: Vec<&str> = self.lines.iter().map(|signed| signed.line.verify_token.as_str()).collect();
        let challenge = meta_signature::handshake(query, &tokens).ok_or(NotTaken::NotKnown)?;
        Ok(Received::nothing_but(Answer { content_type: "text/plain; charset=utf-8", body: challenge.into() }))
    }

    fn take(&self, signature: Option<&str>, body: &Bytes) -> Result<Received, NotTaken> {
        let lines = self.signers(signature, body);
        if lines.is_empty() {
            return Err(NotTaken::NotSigned);
        }
        Ok(match read(body) {
            Ok(batch) => received(batch, &lines),
            Err(_) => {
                Received { unread: vec![Unread { reason: "not_json", raw: body.clone() }], ..Received::default() }
            }
        })
    }
}

fn received(batch: Batch, lines: &[&Line]) -> Received {
    let unread = batch.unknown.into_iter().map(|unknown| Unread { reason: unknown.reason, raw: unknown.raw.into() });
    let mut received = Received { unread: unread.collect(), ..Received::default() };
    for inbound in batch.inbound {
        match lines.iter().find(|line| line.line_id == inbound.line_id) {
            Some(line) => received.asks.extend(ask(inbound, line)),
            None => received.strangers.push(inbound.line_id),
        }
    }
    received
}

fn ask(inbound: Read, line: &Line) -> Option<Inbound> {
    let contact = Contact::of(&line.account, &inbound.person_id);
    let key = inbound.key.clone();
    let command = inbound.settle(contact.conversation, line.app_id.as_deref(), line.network)?;
    Some(Inbound { contact, key, command })
}
