//! Who a website's visitor is.
//!
//! A visitor proves that it is the same one as yesterday with a token that only we could have made. It names nobody:
//! who a visitor is in the world, their website may say (`identity`).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use uuid::Uuid;

use super::identity;
use crate::dice;
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;
use crate::ports::channel::{Identity, NotIdentified, Visitors};

const VERSION: &str = "v1";

/// The version of UUIDs that are made from identities.
const OF_IDENTITY: usize = 5;

/// Makes and checks visitors' tokens: `v1.<visitor>.<signature>`.
pub struct VisitorTokens {
    key: hmac::Key,
    /// What websites' servers sign identities with.
    identities: BTreeMap<AccountId, hmac::Key>,
}

impl VisitorTokens {
    pub fn new(key: [u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &key), identities: BTreeMap::new() }
    }

    /// The website of this account signs identities with this secret.
    pub fn know(&mut self, account: AccountId, secret: &str) {
        self.identities.insert(account, hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()));
    }

    pub fn issue(&self, account: &AccountId, visitor: Uuid) -> String {
        let signature = hmac::sign(&self.key, &signed(account, visitor));
        format!("{VERSION}.{visitor}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The visitor this token was issued to on this account, compared in constant time.
    pub fn check(&self, account: &AccountId, token: &str) -> Option<Uuid> {
        let (visitor, signature) = token.strip_prefix(VERSION)?.strip_prefix('.')?.split_once('.')?;
        if visitor.len() != uuid::fmt::Hyphenated::LENGTH {
            return None;
        }
        let visitor = Uuid::try_parse(visitor).ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        hmac::verify(&self.key, &signed(account, visitor), &signature).is_ok().then_some(visitor)
    }
}

impl Visitors for VisitorTokens {
    fn identify(&self, account: &AccountId, signed: &str, now: Timestamp) -> Result<Identity, NotIdentified> {
        let secret = self.identities.get(account).ok_or(NotIdentified::NoSecret)?;
        identity::read(secret, account, signed, now)
    }

    fn token(&self, account: &AccountId, visitor: Uuid) -> (String, String) {
        (visitor.to_string(), VisitorTokens::issue(self, account, visitor))
    }

    fn is_identified(&self, key: &str) -> bool {
        Uuid::try_parse(key).is_ok_and(|visitor| visitor.get_version_num() == OF_IDENTITY)
    }

    fn check(&self, account: &AccountId, token: &str) -> Option<String> {
        VisitorTokens::check(self, account, token).map(|visitor| visitor.to_string())
    }

    fn issue(&self, account: &AccountId) -> (String, String) {
        let visitor = dice::new_id();
        (visitor.to_string(), VisitorTokens::issue(self, account, visitor))
    }
}

/// What the signature covers. The visitor has a fixed length, so no other pair of account and visitor looks the same.
fn signed(account: &AccountId, visitor: Uuid) -> Vec<u8> {
    [VERSION.as_bytes(), visitor.as_bytes(), account.as_str().as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> AccountId {
        AccountId::new("shop")
    }

    #[test]
    fn a_token_is_good_for_its_visitor_its_account_and_its_key() {
        let tokens = VisitorTokens::new([7; 32]);
        let visitor = Uuid::from_u128(42);
        let token = tokens.issue(&account(), visitor);
        assert_eq!(tokens.check(&account(), &token), Some(visitor));
        assert_eq!(tokens.check(&AccountId::new("other"), &token), None);
        assert_eq!(VisitorTokens::new([8; 32]).check(&account(), &token), None);
    }

    #[test]
    fn a_token_that_was_touched_is_refused() {
        let tokens = VisitorTokens::new([7; 32]);
        let token = tokens.issue(&account(), Uuid::from_u128(42));
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            let touched = String::from_utf8(bytes).unwrap();
            assert_eq!(tokens.check(&account(), &touched), None, "{touched}");
            assert_eq!(tokens.check(&account(), &token[..at]), None);
        }
        assert_eq!(tokens.check(&account(), &format!("{token}A")), None);
        assert_eq!(tokens.check(&account(), &token.replace('-', "")), None);
        assert_eq!(tokens.check(&account(), "v1.."), None);
    }
}
