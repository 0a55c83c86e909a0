//! Meta's webhook for all phone numbers: one address, possibly several apps, each with its own secret.
//!
//! What is told is only taken for a number whose own app signed it: another app's secret proves nothing about it.

use bytes::Bytes;

use super::read::{Ours, read};
use crate::adapters::channels::meta_signature::{self, Signature, Signer};
use crate::domain::ids::AccountId;
use crate::ports::channel::{Answer, Inlet, NotTaken, Received, Webhook};

const SIGNATURE: &str = "x-hub-signature-256";

/// A phone number that is connected.
pub struct Line {
    pub account: AccountId,
    pub phone_number_id: String,
    pub app_secret: String,
    pub verify_token: String,
}

pub struct WhatsAppInlet {
    /// Under which address the world reaches us, without a slash at its end.
    base: String,
    lines: Vec<(Line, Option<Signer>)>,
}

impl WhatsAppInlet {
    pub fn new(base: String, lines: Vec<Line>) -> Self {
        let signed = |line: Line| {
            let signer = Signer::new(&line.app_secret);
            (line, signer)
        };
        Self { base, lines: lines.into_iter().map(signed).collect() }
    }
}

impl Inlet for WhatsAppInlet {
    fn receive(&self, webhook: &Webhook<'_>) -> Result<Received, NotTaken> {
        match (webhook.place, webhook.is_post) {
            ("", true) => self.take(webhook.headers.get(SIGNATURE), webhook.body),
            ("", false) => self.handshake(webhook.query),
            _ => Err(NotTaken::Nowhere),
        }
    }
}

impl WhatsAppInlet {
    /// Meta asks once whether this address is ours.
    fn handshake(&self, query: &str) -> Result<Received, NotTaken> {
        let tokens: Vec<&str> = self.lines.iter().map(|(line, _)| line.verify_token.as_str()).collect();
        let challenge = meta_signature::handshake(query, &tokens).ok_or(NotTaken::NotKnown)?;
        Ok(Received::nothing_but(Answer { content_type: "text/plain; charset=utf-8", body: challenge.into() }))
    }

    fn take(&self, signature: Option<&str>, body: &Bytes) -> Result<Received, NotTaken> {
        let signature = signature.and_then(Signature::parse).ok_or(NotTaken::NotSigned)?;
        let signs = |(_, signer): &&(Line, Option<Signer>)| {
            signer.as_ref().is_some_and(|signer| signer.verify(&signature, body))
        };
        let signers = self.lines.iter().filter(signs);
        let numbers: Vec<_> = signers.map(|(line, _)| (line.phone_number_id.as_str(), &line.account)).collect();
        if numbers.is_empty() {
            return Err(NotTaken::NotSigned);
        }
        Ok(read(body, &Ours { base: &self.base, numbers }))
    }
}
