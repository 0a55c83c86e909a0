//! Meta's webhook for all Pages: one address, possibly several apps, each with its own secret.
//!
//! An event is only taken for a Page whose own app signed it: another app's secret proves nothing about it.

use bytes::Bytes;

use super::{Batch, Inbound as Read, read};
use crate::adapters::channels::meta_signature::{self, Signature, Signer};
use crate::domain::ids::AccountId;
use crate::ports::channel::{Answer, Inbound, Inlet, NotTaken, Received, Unread, Webhook};
use crate::ports::store::Contact;

const SIGNATURE: &str = "x-hub-signature-256";

/// A Page that is connected.
pub struct Page {
    pub account: AccountId,
    pub page_id: String,
    pub app_secret: String,
    pub verify_token: String,
    pub app_id: Option<String>,
}

pub struct MetaInlet {
    pages: Vec<SignedPage>,
}

struct SignedPage {
    page: Page,
    signer: Option<Signer>,
}

impl MetaInlet {
    pub fn new(pages: Vec<Page>) -> Self {
        let signed = |page: Page| SignedPage { signer: Signer::new(&page.app_secret), page };
        Self { pages: pages.into_iter().map(signed).collect() }
    }

    /// The Pages whose app signed this body.
    fn signers(&self, signature: Option<&str>, body: &[u8]) -> Vec<&Page> {
        let Some(signature) = signature.and_then(Signature::parse) else { return Vec::new() };
        let signed = |page: &&SignedPage| page.signer.as_ref().is_some_and(|signer| signer.verify(&signature, body));
        self.pages.iter().filter(signed).map(|signed| &signed.page).collect()
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
        let tokens: Vec<&str> = self.pages.iter().map(|signed| signed.page.verify_token.as_str()).collect();
        let challenge = meta_signature::handshake(query, &tokens).ok_or(NotTaken::NotKnown)?;
        Ok(Received::nothing_but(Answer { content_type: "text/plain; charset=utf-8", body: challenge.into() }))
    }

    fn take(&self, signature: Option<&str>, body: &Bytes) -> Result<Received, NotTaken> {
        let pages = self.signers(signature, body);
        if pages.is_empty() {
            return Err(NotTaken::NotSigned);
        }
        Ok(match read(body) {
            Ok(batch) => received(batch, &pages),
            Err(_) => {
                Received { unread: vec![Unread { reason: "not_json", raw: body.clone() }], ..Received::default() }
            }
        })
    }
}

fn received(batch: Batch, pages: &[&Page]) -> Received {
    let unread = batch.unknown.into_iter().map(|unknown| Unread { reason: unknown.reason, raw: unknown.raw.into() });
    let mut received = Received { unread: unread.collect(), ..Received::default() };
    for inbound in batch.inbound {
        match pages.iter().find(|page| page.page_id == inbound.page_id) {
            Some(page) => received.asks.extend(ask(inbound, page)),
            None => received.strangers.push(inbound.page_id),
        }
    }
    received
}

fn ask(inbound: Read, page: &Page) -> Option<Inbound> {
    let contact = Contact::of(&page.account, &inbound.psid);
    let key = inbound.key.clone();
    let command = inbound.settle(contact.conversation, page.app_id.as_deref())?;
    Some(Inbound { contact, key, command })
}
