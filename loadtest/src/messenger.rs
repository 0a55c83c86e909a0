//! Messenger and Instagram as Meta speaks them: webhook bodies, signed over their very bytes.
//!
//! A [`Page`], or an account on Instagram, knows its id and the app's secret and writes the events of `channels.md` 1.5, 1.6
//! and 1.13. Sending the
//! bodies is the work of `http` and `clients::webhooks`; the Send API that answers is in `provider`.

use ring::hmac;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock;

/// Where Meta posts its webhooks.
pub const PATH: &str = "/webhooks/meta";

/// The header that carries the signature.
pub const SIGNATURE: &str = "x-hub-signature-256";

/// Meta's own inbox, as the `app_id` of an echo.
pub const PAGE_INBOX_APP: u64 = 263_902_037_430_900;

/// The app we pretend to be, as the `app_id` of our own echoes.
pub const OUR_APP: u64 = 1_517_776_481_860_111;

/// Where a line is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    #[default]
    Messenger,
    Instagram,
}

/// A Page, or an account on Instagram, with what is needed to write its webhooks.
#[derive(Clone)]
pub struct Page {
    pub id: String,
    network: Network,
    key: hmac::Key,
}

impl Page {
    /// A page by its id and the secret of the app it is connected to.
    pub fn new(id: impl Into<String>, app_secret: &str) -> Self {
        Self::on(Network::Messenger, id, app_secret)
    }

    /// An account on Instagram, or a page.
    pub fn on(network: Network, id: impl Into<String>, app_secret: &str) -> Self {
        Self { id: id.into(), network, key: hmac::Key::new(hmac::HMAC_SHA256, app_secret.as_bytes()) }
    }

    fn object(&self) -> &'static str {
        match self.network {
            Network::Messenger => "page",
            Network::Instagram => "instagram",
        }
    }

    /// The value of `X-Hub-Signature-256` for exactly these bytes.
    pub fn sign(&self, body: &[u8]) -> String {
        format!("sha256={}", hex::encode(hmac::sign(&self.key, body)))
    }

    /// Whether a signature header belongs to these bytes.
    pub fn verify(&self, body: &[u8], header: &[u8]) -> bool {
        let mut tag = [0; 32];
        header.strip_prefix(b"sha256=").is_some_and(|digits| {
            hex::decode_to_slice(digits, &mut tag).is_ok() && hmac::verify(&self.key, body, &tag).is_ok()
        })
    }

    /// A webhook body around these events, as one entry.
    pub fn body(&self, events: &[Value]) -> Vec<u8> {
        let entry = json!({"id": self.id, "time": clock::millis(), "messaging": events});
        json!({"object": self.object(), "entry": [entry]}).to_string().into_bytes()
    }

    /// A webhook body with one entry per event, the other way in which Meta batches.
    pub fn body_of_entries(&self, events: &[Value]) -> Vec<u8> {
        let entry = |event: &Value| json!({"id": self.id, "time": clock::millis(), "messaging": [event]});
        let entries: Vec<Value> = events.iter().map(entry).collect();
        json!({"object": self.object(), "entry": entries}).to_string().into_bytes()
    }

    /// The contact typed something.
    pub fn text(&self, psid: &str, mid: &str, text: &str) -> Value {
        self.said_by_contact(psid, json!({"message": {"mid": mid, "text": text}}))
    }

    /// The contact tapped a quick reply.
    pub fn quick_reply(&self, psid: &str, mid: &str, title: &str, payload: &str) -> Value {
        let message = json!({"mid": mid, "text": title, "quick_reply": {"payload": payload}});
        self.said_by_contact(psid, json!({"message": message}))
    }

    /// The contact tapped a button, `Get Started` or a menu item.
    pub fn postback(&self, psid: &str, mid: &str, title: &str, payload: &str) -> Value {
        self.said_by_contact(psid, json!({"postback": {"mid": mid, "title": title, "payload": payload}}))
    }

    /// The contact sent a picture without words.
    pub fn image(&self, psid: &str, mid: &str, url: &str) -> Value {
        let attachment = json!({"type": "image", "payload": {"url": url}});
        self.said_by_contact(psid, json!({"message": {"mid": mid, "attachments": [attachment]}}))
    }

    /// What we sent comes back: the same message id and metadata, our app. Instagram says neither.
    pub fn echo_of_ours(&self, psid: &str, mid: &str, text: &str, metadata: &str) -> Value {
        let message = match self.network {
            Network::Messenger => {
                json!({"is_echo": true, "app_id": OUR_APP, "metadata": metadata, "mid": mid, "text": text})
            }
            Network::Instagram => json!({"is_echo": true, "mid": mid, "text": text}),
        };
        self.said_by_page(psid, json!({"message": message}))
    }

    /// Somebody answered from the Page inbox, or in Instagram's own app.
    pub fn echo_of_a_person(&self, psid: &str, mid: &str, text: &str) -> Value {
        let message = match self.network {
            Network::Messenger => json!({"is_echo": true, "app_id": PAGE_INBOX_APP, "mid": mid, "text": text}),
            Network::Instagram => json!({"is_echo": true, "mid": mid, "text": text}),
        };
        self.said_by_page(psid, json!({"message": message}))
    }

    /// On Instagram: the contact has taken back what they said.
    pub fn unsent(&self, psid: &str, mid: &str) -> Value {
        self.said_by_contact(psid, json!({"message": {"mid": mid, "is_deleted": true}}))
    }

    /// The contact reacts to a message.
    pub fn reaction(&self, psid: &str, mid: &str, reaction: &str, emoji: &str) -> Value {
        let reaction = json!({"reaction": reaction, "emoji": emoji, "action": "react", "mid": mid});
        self.said_by_contact(psid, json!({"reaction": reaction}))
    }

    /// On Instagram: the contact has seen this message.
    pub fn seen(&self, psid: &str, mid: &str) -> Value {
        self.said_by_contact(psid, json!({"read": {"mid": mid}}))
    }

    /// Anything else that the contact does.
    pub fn event(&self, psid: &str, what: Value) -> Value {
        self.said_by_contact(psid, what)
    }

    /// These messages of ours arrived, and all before the watermark.
    pub fn delivery(&self, psid: &str, mids: &[&str], watermark: u64) -> Value {
        self.said_by_contact(psid, json!({"delivery": {"mids": mids, "watermark": watermark}}))
    }

    /// The contact read everything we sent up to the watermark.
    pub fn read(&self, psid: &str, watermark: u64) -> Value {
        self.said_by_contact(psid, json!({"read": {"watermark": watermark}}))
    }

    fn said_by_contact(&self, psid: &str, what: Value) -> Value {
        between(psid, &self.id, what)
    }

    fn said_by_page(&self, psid: &str, what: Value) -> Value {
        between(&self.id, psid, what)
    }
}

fn between(sender: &str, recipient: &str, mut what: Value) -> Value {
    what["sender"] = json!({"id": sender});
    what["recipient"] = json!({"id": recipient});
    what["timestamp"] = json!(clock::millis());
    what
}

/// `appsecret_proof`: the hex HMAC of the page token under the app secret.
pub fn appsecret_proof(app_secret: &str, token: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, app_secret.as_bytes());
    hex::encode(hmac::sign(&key, token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_known_one() {
        let body = br#"{"object":"page","entry":[{"id":"102938475610293","time":1785312004871,"messaging":[{"sender":{"id":"7392015648120394"},"recipient":{"id":"102938475610293"},"timestamp":1785312004523,"message":{"mid":"m_AbCdEf123","text":"hello"}}]}]}"#;
        let page = Page::new("102938475610293", "example-app-secret-1");
        let signature = page.sign(body);
        assert_eq!(signature, "sha256=89f263207216bfaa0c366d29b8f051302f3f0472da435e5539eac14602cac2cf");
        assert!(page.verify(body, signature.as_bytes()));
        assert!(!page.verify(&body[1..], signature.as_bytes()));
        assert!(!page.verify(body, &signature.as_bytes()[..70]));
    }

    #[test]
    fn an_echo_goes_from_the_page_to_the_contact() {
        let echo = Page::new("1", "s").echo_of_a_person("7", "m_1", "Hello");
        assert_eq!(echo["sender"]["id"], "1");
        assert_eq!(echo["recipient"]["id"], "7");
        assert_eq!(echo["message"]["app_id"], PAGE_INBOX_APP);
    }
}
