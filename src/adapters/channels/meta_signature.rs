//! How Meta proves that a webhook is Meta's, and how we prove to Meta that a call is ours.
//!
//! Pure, and always over the bytes as they came: hashing anything that was parsed and written again fails on the first
//! letter outside ASCII.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

const PREFIX: &str = "sha256=";

/// One app's secret, made ready for many bodies.
#[derive(Clone)]
pub struct Signer(hmac::Key);

impl Signer {
    /// None for an empty secret: everybody knows that one.
    pub fn new(secret: &str) -> Option<Self> {
        (!secret.is_empty()).then(|| Self(key(secret.as_bytes())))
    }

    /// Whether `body` was signed with this secret, in constant time.
    pub fn verify(&self, signature: &Signature, body: &[u8]) -> bool {
        hmac::verify(&self.0, body, &signature.0).is_ok()
    }
}

/// What `X-Hub-Signature-256` claims. Read once, then tried against each app that shares the address.
#[derive(Clone)]
pub struct Signature([u8; 32]);

impl Signature {
    /// None unless it is `sha256=` and 64 lower-case hex digits.
    pub fn parse(header: &str) -> Option<Self> {
        let digits = header.strip_prefix(PREFIX)?;
        if digits.bytes().any(|digit| digit.is_ascii_uppercase()) {
            return None;
        }
        let mut tag = [0; 32];
        hex::decode_to_slice(digits, &mut tag).ok()?;
        Some(Self(tag))
    }
}

/// Whether one of `secrets` signed `body`. Where it is hot, keep [`Signer`]s instead.
pub fn verify(secrets: &[&str], header: Option<&str>, body: &[u8]) -> bool {
    let Some(signature) = header.and_then(Signature::parse) else { return false };
    secrets.iter().filter_map(|secret| Signer::new(secret)).any(|signer| signer.verify(&signature, body))
}

/// Answers the question Meta asks when the address is set up: the body to send back, or none for a 403.
pub fn handshake(query: &str, verify_tokens: &[&str]) -> Option<String> {
    let fields = Fields::of(query)?;
    let subscribes = fields.first("hub.mode")? == "subscribe";
    let token = fields.first("hub.verify_token")?;
    let known =
        verify_tokens.iter().filter(|known| !known.is_empty()).fold(false, |found, known| found | same(known, &token));
    (subscribes && known).then(|| fields.first("hub.challenge")).flatten()
}

/// Proves to Meta that who holds the token also holds the secret: an extra query parameter on every call.
pub fn appsecret_proof(secret: &str, token: &str) -> String {
    hex::encode(hmac::sign(&key(secret.as_bytes()), token.as_bytes()))
}

/// Opens the `signed_request` of a data deletion or deauthorisation call. None if the secret did not sign it.
pub fn signed_request(secret: &str, text: &str) -> Option<serde_json::Value> {
    let (signature, payload) = text.split_once('.')?;
    let signer = Signer::new(secret)?;
    let signature = Signature(URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?);
    if !signer.verify(&signature, payload.as_bytes()) {
        return None;
    }
    let payload: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    (payload.get("algorithm")?.as_str()? == "HMAC-SHA256").then_some(payload)
}

fn key(secret: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret)
}

/// Compares in a time that tells nothing, not even the length, by comparing what a fixed key makes of both.
pub fn same(left: &str, right: &str) -> bool {
    let key = key(b"switchboard compares");
    hmac::verify(&key, left.as_bytes(), hmac::sign(&key, right.as_bytes()).as_ref()).is_ok()
}

/// A query string, decoded by the rules of the URL standard.
struct Fields(url::Url);

impl Fields {
    fn of(query: &str) -> Option<Self> {
        let mut url = url::Url::parse("http://localhost").ok()?;
        url.set_query(Some(query));
        Some(Self(url))
    }

    fn first(&self, name: &str) -> Option<String> {
        self.0.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use serde_json::Value;

    use super::*;

    fn cases() -> Vec<Value> {
        let file: Value = serde_json::from_str(include_str!("../../../tests/vectors/meta_signature.json")).unwrap();
        file["cases"].as_array().unwrap().clone()
    }

    fn text<'a>(case: &'a Value, pointer: &str) -> Option<&'a str> {
        case.pointer(pointer).and_then(Value::as_str)
    }

    #[test]
    fn every_vector_is_answered_as_written() {
        let mut checked = 0;
        for case in &cases() {
            let id = text(case, "/id").unwrap();
            let secret = text(case, "/input/app_secret").unwrap_or_default();
            if let Some(body) = text(case, "/input/body_b64") {
                let body = STANDARD.decode(body).unwrap();
                let valid = verify(&[secret], text(case, "/input/x_hub_signature_256"), &body);
                assert_eq!(Some(valid), case.pointer("/expected/valid").and_then(Value::as_bool), "{id}");
                assert!(verify(&["another", secret], text(case, "/expected/header"), &body), "{id}: the right header");
            } else if let Some(query) = text(case, "/input/query_string") {
                let answer = handshake(query, &[text(case, "/input/configured_verify_token").unwrap()]);
                assert_eq!(answer.as_deref(), text(case, "/expected/body"), "{id}");
            } else if let Some(token) = text(case, "/input/access_token") {
                assert_eq!(
                    Some(appsecret_proof(secret, token).as_str()),
                    text(case, "/expected/appsecret_proof"),
                    "{id}"
                );
            } else if let Some(request) = text(case, "/input/signed_request") {
                assert_eq!(signed_request(secret, request).as_ref(), case.pointer("/expected/payload"), "{id}");
                assert_eq!(signed_request("another", request), None, "{id}");
            } else {
                panic!("{id} is of no known kind");
            }
            checked += 1;
        }
        assert_eq!(checked, 15);
    }

    #[test]
    fn a_signature_in_any_other_dress_is_refused() {
        let right = format!("{PREFIX}{}", hex::encode(hmac::sign(&key(b"secret"), b"body")));
        assert!(verify(&["secret"], Some(&right), b"body"));
        let upper = format!("{PREFIX}{}", right[PREFIX.len()..].to_uppercase());
        for wrong in [
            &upper,
            &right[..right.len() - 1],
            &format!("{right}0"),
            &format!(" {right}"),
            &format!("{right}\n"),
            "sha256=",
            "",
        ] {
            assert!(!verify(&["secret"], Some(wrong), b"body"), "{wrong:?}");
        }
        assert!(!verify(&["secret"], None, b"body"));
        assert!(!verify(&[], Some(&right), b"body"));
    }

    #[test]
    fn an_empty_secret_signs_nothing() {
        let forged = format!("{PREFIX}{}", hex::encode(hmac::sign(&key(b""), b"body")));
        assert!(!verify(&[""], Some(&forged), b"body"));
    }

    #[test]
    fn a_handshake_may_come_in_any_order_and_percent_encoded() {
        let query = "hub.verify_token=a%2Bb%20c&hub.challenge=x%26y&extra=1&hub.mode=subscribe";
        assert_eq!(handshake(query, &["first", "a+b c"]).as_deref(), Some("x&y"));
        assert_eq!(handshake(query, &["first"]), None);
        assert_eq!(handshake("hub.mode=subscribe&hub.challenge=1&hub.verify_token=", &[""]), None);
        assert_eq!(handshake("hub.mode=subscribe&hub.challenge=1", &["t"]), None);
        assert_eq!(handshake("", &["t"]), None);
    }
}
