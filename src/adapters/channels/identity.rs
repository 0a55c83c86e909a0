//! Who a visitor is in the world, by the word of the website they are on: a token that its server signed.
//!
//! The token is a JSON Web Token (RFC 7519) signed with HMAC-SHA256 under the account's identity secret, which the
//! website's server shares with us. Exactly one algorithm is understood: whatever else a header names is refused, and so no
//! token chooses how it is checked. That is all there is to it, so there is no library: `ring` makes and compares the
//! signature, in constant time.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::described::{self, Attribute};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;
use crate::ports::channel::{Identity, NotIdentified};

/// Clocks of two servers may be so far apart.
const LEEWAY_S: f64 = 60.0;
const TOKEN_BYTES_MAX: usize = 8 * 1024;
const SUBJECT_CHARS_MAX: usize = 200;
const NAME_CHARS_MAX: usize = 120;
/// Visitors who are known by name, apart from all others.
const SPACE: Uuid = Uuid::from_u128(0x6a1c_6ff6_0f5e_4f0c_9d1b_8a53_7b1e_25d4);

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: f64,
    #[serde(default)]
    nbf: Option<f64>,
    #[serde(default)]
    aud: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    attributes: serde_json::Map<String, Value>,
}

/// Who the token speaks of, if it is the website's and still good.
pub fn read(secret: &hmac::Key, account: &AccountId, token: &str, now: Timestamp) -> Result<Identity, NotIdentified> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(NotIdentified::Unreadable);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(NotIdentified::Unreadable)?;
    let (header, claims) = signed.split_once('.').ok_or(NotIdentified::Unreadable)?;
    let header: Header = part(header)?;
    if header.alg != "HS256" {
        return Err(NotIdentified::Algorithm);
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| NotIdentified::Unreadable)?;
    hmac::verify(secret, signed.as_bytes(), &signature).map_err(|_| NotIdentified::Signature)?;
    let claims: Claims = part(claims)?;
    let now = now.0 as f64 / 1000.0;
    if claims.exp + LEEWAY_S <= now || claims.nbf.is_some_and(|from| from - LEEWAY_S > now) {
        return Err(NotIdentified::OutOfTime);
    }
    if claims.aud.is_some_and(|audience| audience != account.as_str()) {
        return Err(NotIdentified::OtherAccount);
    }
    let subject = claims.sub.trim();
    if subject.is_empty() || subject.chars().count() > SUBJECT_CHARS_MAX {
        return Err(NotIdentified::Nobody);
    }
    let attributes = attributes(&claims.attributes).map_err(NotIdentified::Attributes)?;
    let name = claims.name.map(|name| name.trim().chars().take(NAME_CHARS_MAX).collect::<String>());
    let visitor = Uuid::new_v5(&SPACE, format!("{account}\n{subject}").as_bytes());
    Ok(Identity { visitor, name: name.filter(|name| !name.is_empty()), attributes })
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, NotIdentified> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotIdentified::Unreadable)?;
    serde_json::from_slice(&bytes).map_err(|_| NotIdentified::Unreadable)
}

fn attributes(values: &serde_json::Map<String, Value>) -> Result<Vec<Attribute>, String> {
    let read = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::String(text) => described::Value::Text(text.clone()),
            Value::Number(number) => described::Value::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::Bool(yes) => described::Value::Truth(*yes),
            _ => return Err(format!("{name} is no text, number, true or false")),
        };
        described::attribute(name, &value)
    };
    described::attributes(values.iter().map(read))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SECRET: &[u8] = b"a secret of at least thirty-two bytes";
    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn encoded(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    fn signed(header: &Value, claims: &Value, secret: &[u8]) -> String {
        let body = format!("{}.{}", encoded(header), encoded(claims));
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), body.as_bytes());
        format!("{body}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn read(token: &str) -> Result<Identity, NotIdentified> {
        super::read(&hmac::Key::new(hmac::HMAC_SHA256, SECRET), &AccountId::new("shop"), token, NOW)
    }

    fn good(claims: Value) -> Result<Identity, NotIdentified> {
        read(&signed(&json!({"alg": "HS256", "typ": "JWT"}), &claims, SECRET))
    }

    #[test]
    fn the_same_user_is_the_same_visitor_on_each_device() {
        let ana = good(json!({"sub": "7", "name": " Ana ", "exp": 1_800_000_100,
            "attributes": {"plan": "gold", "seats": 3, "vip": true}}));
        let ana = ana.expect("identified");
        assert_eq!(ana.name.as_deref(), Some("Ana"));
        let known =
            |name: &str| ana.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!((known("plan"), known("seats"), known("vip")), (Some("gold"), Some("3"), Some("yes")));
        assert_eq!(good(json!({"sub": "7", "exp": 1_800_009_999})).expect("identified").visitor, ana.visitor);
        assert_ne!(good(json!({"sub": "8", "exp": 1_800_000_100})).expect("identified").visitor, ana.visitor);
        assert_eq!(ana.visitor.get_version_num(), 5);
    }

    #[test]
    fn a_token_that_is_not_the_websites_is_refused() {
        let header = json!({"alg": "HS256"});
        let claims = json!({"sub": "7", "exp": 1_800_000_100});
        let token = signed(&header, &claims, SECRET);
        assert!(read(&token).is_ok());
        assert_eq!(read(&signed(&header, &claims, b"another")), Err(NotIdentified::Signature));
        for alg in ["none", "HS512", "RS256", "hs256", ""] {
            assert_eq!(read(&signed(&json!({"alg": alg}), &claims, SECRET)), Err(NotIdentified::Algorithm), "{alg}");
        }
        let unsigned = format!("{}.{}.", encoded(&json!({"alg": "HS256"})), encoded(&claims));
        assert_eq!(read(&unsigned), Err(NotIdentified::Signature));
        let other = encoded(&json!({"sub": "8", "exp": 1_800_000_100}));
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(read(&[parts[0], &other, parts[2]].join(".")), Err(NotIdentified::Signature));
        for nonsense in ["", ".", "..", "a.b.c", &"x".repeat(9_000), "{}"] {
            assert!(read(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn a_token_is_good_for_its_time_and_its_account() {
        assert_eq!(good(json!({"sub": "7", "exp": 1_799_999_900})), Err(NotIdentified::OutOfTime));
        assert!(good(json!({"sub": "7", "exp": 1_799_999_950})).is_ok(), "clocks differ");
        assert_eq!(
            good(json!({"sub": "7", "exp": 1_800_000_100, "nbf": 1_800_000_090})),
            Err(NotIdentified::OutOfTime)
        );
        assert_eq!(good(json!({"sub": "7"})), Err(NotIdentified::Unreadable), "for ever is too long");
        assert_eq!(good(json!({"sub": "7", "exp": "1800000100"})), Err(NotIdentified::Unreadable));
        assert_eq!(good(json!({"sub": "7", "exp": 1_800_000_100, "aud": "other"})), Err(NotIdentified::OtherAccount));
        assert!(good(json!({"sub": "7", "exp": 1_800_000_100, "aud": "shop"})).is_ok());
        assert_eq!(good(json!({"sub": " ", "exp": 1_800_000_100})), Err(NotIdentified::Nobody));
        let strange = json!({"sub": "7", "exp": 1_800_000_100, "attributes": {"a": []}});
        assert!(matches!(good(strange), Err(NotIdentified::Attributes(_))));
    }

    /// RFC 7515, appendix A.1: the signature of its example, whose claims are not ours, is right.
    #[test]
    fn the_example_of_the_standard_is_signed_right() {
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &URL_SAFE_NO_PAD.decode(key).expect("a key"));
        let read = super::read(&secret, &AccountId::new("shop"), token, Timestamp(1_300_819_000_000));
        assert_eq!(read, Err(NotIdentified::Unreadable), "it has no subject, and came so far");
    }
}
