//! Who a website's visitor is, and which websites may ask.
//!
//! A visitor proves that it is the same one as yesterday with a token that only we could have made. It names nobody:
//! who a visitor is in the world is not known here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use ring::hmac;
use uuid::Uuid;

use crate::dice;
use crate::domain::ids::AccountId;
use crate::ports::channel::Visitors;

const VERSION: &str = "v1";

/// Makes and checks visitors' tokens: `v1.<visitor>.<signature>`.
pub struct VisitorTokens(hmac::Key);

impl VisitorTokens {
    pub fn new(key: [u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &key))
    }

    pub fn issue(&self, account: &AccountId, visitor: Uuid) -> String {
        let signature = hmac::sign(&self.0, &signed(account, visitor));
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
        hmac::verify(&self.0, &signed(account, visitor), &signature).is_ok().then_some(visitor)
    }
}

impl Visitors for VisitorTokens {
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

/// Whether a page of `origin` may talk to us. Patterns: an origin (`https://shop.example.org`), every host below a
/// domain (`*.example.org`, on the usual ports, or `https://*.example.org:8443`), or `*` for all.
///
/// A browser that hides its origin (`null`) is refused always; a client that has none only passes with `*`.
pub fn origin_allowed(patterns: &[String], origin: Option<&str>) -> bool {
    let Some(origin) = origin else { return patterns.iter().any(|pattern| pattern == "*") };
    let Some(origin) = parse_origin(origin) else { return false };
    patterns.iter().any(|pattern| matches(pattern, &origin))
}

fn matches(pattern: &str, origin: &Url) -> bool {
    if pattern == "*" {
        return true;
    }
    let (scheme, rest) = pattern.split_once("://").unwrap_or((origin.scheme(), pattern));
    let below = rest.strip_prefix("*.");
    if below.is_none() && !pattern.contains("://") {
        return false;
    }
    let Some(wanted) = parse_origin(&format!("{scheme}://{}", below.unwrap_or(rest))) else { return false };
    let host = match (below, origin.host_str(), wanted.host_str()) {
        (Some(_), Some(host), Some(domain)) => {
            host.strip_suffix(domain).is_some_and(|labels| labels.len() > 1 && labels.ends_with('.'))
        }
        (None, host, wanted) => host == wanted,
        _ => false,
    };
    host && wanted.scheme() == origin.scheme() && wanted.port() == origin.port()
}

/// Scheme, host and port, and nothing else.
fn parse_origin(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    (bare && matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
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

    #[test]
    fn an_origin_is_matched_by_scheme_host_and_port() {
        let allowed = |patterns: &[&str], origin| {
            let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
            origin_allowed(&patterns, origin)
        };
        let shop = &["https://shop.example.org", "http://localhost:5173"];
        assert!(allowed(shop, Some("https://shop.example.org")));
        assert!(allowed(shop, Some("https://SHOP.example.org:443")));
        assert!(allowed(shop, Some("http://localhost:5173")));
        for stranger in [
            "http://shop.example.org",
            "https://shop.example.org:8443",
            "https://shop.example.org.evil.test",
            "https://example.org",
            "http://localhost",
            "null",
            "",
            "https://",
            "https://u@shop.example.org",
        ] {
            assert!(!allowed(shop, Some(stranger)), "{stranger}");
        }
        let below = &["*.example.org"];
        assert!(allowed(below, Some("https://a.example.org")));
        assert!(allowed(below, Some("http://a.b.example.org")));
        assert!(allowed(&["https://*.example.org:8443"], Some("https://a.example.org:8443")));
        for stranger in [
            "https://example.org",
            "https://evilexample.org",
            "https://a.example.org:8443",
            "https://a.example.org.evil.test",
            "null",
        ] {
            assert!(!allowed(below, Some(stranger)), "{stranger}");
        }
        assert!(!allowed(&["https://*.example.org"], Some("http://a.example.org")));
        assert!(
            !allowed(&["shop.example.org"], Some("https://shop.example.org")),
            "a pattern without a scheme is no origin"
        );
    }

    #[test]
    fn a_hidden_origin_is_refused_and_a_missing_one_passes_only_where_all_may() {
        let all = ["*".to_owned()];
        assert!(origin_allowed(&all, Some("https://any.example")));
        assert!(origin_allowed(&all, None));
        assert!(!origin_allowed(&all, Some("null")));
        assert!(!origin_allowed(&["https://shop.example.org".to_owned()], None));
        assert!(!origin_allowed(&[], Some("https://shop.example.org")));
    }
}
