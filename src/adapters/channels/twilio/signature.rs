//! How Twilio proves that a request is its own: an HMAC over the address as it was configured and, for forms, the fields in
//! order of their names.
//!
//! The leniencies are those of Twilio's own libraries: its systems disagree about default ports, and about apostrophes in
//! queries. Pure.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac};

/// The fields of a form, decoded, in the order in which they came.
pub type Fields<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// What is signed.
pub struct Signed<'a> {
    /// As Twilio has it: scheme, host, port if there is one, path and query.
    pub url: &'a str,
    pub body: Body<'a>,
    /// `X-Twilio-Signature`.
    pub signature: Option<&'a str>,
    /// `X-Twilio-Webhooks-Signature-Settings`.
    pub settings: Option<&'a str>,
}

pub enum Body<'a> {
    Form(&'a Fields<'a>),
    /// Anything else: the address holds its hash.
    Other(&'a [u8]),
}

/// One account's secrets, made ready for many requests.
pub struct Signer {
    token: Option<hmac::Key>,
    shared: Option<hmac::Key>,
}

impl Signer {
    /// Nobody signs with an empty secret: everybody knows that one.
    pub fn new(auth_token: &str, shared_key: Option<&str>) -> Self {
        let key = |algorithm, secret: &str| (!secret.is_empty()).then(|| hmac::Key::new(algorithm, secret.as_bytes()));
        Self {
            token: key(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, auth_token),
            shared: shared_key.and_then(|secret| key(hmac::HMAC_SHA256, secret)),
        }
    }

    /// In constant time, as far as secrets are concerned.
    pub fn verify(&self, signed: &Signed<'_>) -> bool {
        let Some(key) = self.key(signed.settings) else { return false };
        let Some(tag) = signed.signature.and_then(|header| STANDARD.decode(header).ok()) else { return false };
        let rest = match &signed.body {
            Body::Form(fields) => sorted(fields),
            Body::Other(body) if has_hash(signed.url, body) => String::new(),
            Body::Other(_) => return false,
        };
        let matches = |url: &String| hmac::verify(key, format!("{url}{rest}").as_bytes(), &tag).is_ok();
        addresses(signed.url).iter().any(matches)
    }

    /// Which key the request says it was signed with. One that we do not know is no reason to try another.
    fn key(&self, settings: Option<&str>) -> Option<&hmac::Key> {
        let Some(settings) = settings else { return self.token.as_ref() };
        let said = |name| settings.split(',').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='));
        (said("algorithm") == Some("HMAC_SHA256")).then_some(self.shared.as_ref()).flatten()
    }
}

/// Names in order, each before each of its different values in order.
fn sorted(fields: &Fields<'_>) -> String {
    let mut by_name: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in fields {
        by_name.entry(name).or_default().insert(value);
    }
    let mut text = String::new();
    for (name, values) in by_name {
        for value in values {
            text.push_str(name);
            text.push_str(value);
        }
    }
    text
}

/// `bodySHA256` in the query is the hash of this body, in hex. A request without a body needs none.
fn has_hash(url: &str, body: &[u8]) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let said = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "bodySHA256");
    match said {
        Some((_, said)) => hex::encode(digest::digest(&digest::SHA256, body)) == *said,
        None => body.is_empty(),
    }
}

/// The address in every form that Twilio may have signed.
fn addresses(url: &str) -> Vec<String> {
    let url = url.split('#').next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return vec![url.to_owned()] };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let (user, host) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
    let port_at = host.rfind(':').filter(|at| host[at + 1..].bytes().all(|digit| digit.is_ascii_digit()));
    let bare = port_at.map_or(host, |at| &host[..at]);
    let usual = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
    let mut hosts = vec![host.to_owned(), bare.to_owned()];
    if port_at.is_none() {
        hosts.push(format!("{host}:{usual}"));
    }
    let mut addresses = Vec::new();
    for host in hosts {
        if !user.is_empty() {
            addresses.push(format!("{scheme}://{user}@{host}{rest}"));
        }
        addresses.push(format!("{scheme}://{host}{rest}"));
    }
    if rest.contains('\'') {
        addresses.extend(addresses.clone().iter().map(|address| address.replace('\'', "%27")));
    }
    addresses.dedup();
    addresses
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
