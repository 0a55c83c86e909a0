//! Meta's Graph, by which Messenger, Instagram and WhatsApp are reached: its addresses, with the proof that a call is ours, and
//! the calls. What it answers when it refuses is in `fault`; what that means for a message, each channel knows.

mod fault;

pub use fault::{Details, Fault};

use std::fmt;

use http::{HeaderMap, HeaderValue, Uri};
use serde::Serialize;
use url::Url;

use super::http::{Answer, Client, Download, JSON, Unanswered, headers};
use super::meta_signature::appsecret_proof;
use crate::ports::stretch::Stretch;

/// How Graph knows us.
#[derive(Clone)]
pub struct Access {
    pub token: String,
    /// With it, each call proves that it is ours.
    pub app_secret: Option<String>,
    /// `https://graph.facebook.com`
    pub api_base: String,
    /// `v26.0`
    pub api_version: String,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    #[error("“{0}” is not an http(s) address")]
    ApiBase(String),
    #[error("the access token has characters that no token has")]
    Token,
}

/// Knows the token, and the addresses that carry the proof. Nothing here can be shown.
#[derive(Clone)]
pub struct Graph {
    client: Client,
    base: Url,
    proof: Option<String>,
    headers: HeaderMap,
    authorization: HeaderValue,
    pub token: String,
}

impl fmt::Debug for Graph {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Graph").finish_non_exhaustive()
    }
}

impl Graph {
    /// `client` is shared by all; see `channels::http`.
    pub fn new(client: Client, access: &Access) -> Result<Self, BadSettings> {
        let bad = || BadSettings::ApiBase(access.api_base.clone());
        let mut base = Url::parse(&access.api_base).map_err(|_| bad())?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(bad());
        }
        base.path_segments_mut().map_err(|()| bad())?.pop_if_empty().push(&access.api_version);
        let authorization =
            HeaderValue::try_from(format!("Bearer {}", access.token)).map_err(|_| BadSettings::Token)?;
        let secret = access.app_secret.as_deref().filter(|secret| !secret.is_empty());
        let (proof, token) = (secret.map(|secret| appsecret_proof(secret, &access.token)), access.token.clone());
        let headers = headers(JSON, Some(authorization.clone()));
        Ok(Self { client, base, proof, headers, authorization, token })
    }

    /// Below the version.
    pub fn address(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Uri, Unanswered> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(path);
        }
        if let Some(proof) = &self.proof {
            url.query_pairs_mut().append_pair("appsecret_proof", proof);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url.as_str().parse().map_err(|_| Unanswered::Unreachable("that is no address".to_owned()))
    }

    pub async fn post(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        body: &impl Serialize,
    ) -> Result<Answer, Unanswered> {
        self.post_to(self.address(path, query)?, serde_json::to_vec(body).unwrap_or_default()).await
    }

    /// To an address that was made before.
    pub async fn post_to(&self, address: Uri, body: Vec<u8>) -> Result<Answer, Unanswered> {
        self.client.post(address, self.headers.clone(), body).await
    }

    pub async fn delete(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        body: &impl Serialize,
    ) -> Result<Answer, Unanswered> {
        let body = serde_json::to_vec(body).unwrap_or_default();
        self.client.delete(self.address(path, query)?, self.headers.clone(), body).await
    }

    /// The token goes along: only where [`Graph::is_at_home`].
    pub async fn get(&self, from: Uri, stretch: Option<Stretch>) -> Result<Download, Unanswered> {
        self.client.get(from, Some(self.authorization.clone()), stretch).await
    }

    /// Whether an address that Graph gave us is one of its own: nobody else may see the token, and no machine beside us
    /// is asked for anything.
    pub fn is_at_home(&self, url: &Url) -> bool {
        const HOMES: [&str; 5] = ["facebook.com", "fbsbx.com", "fbcdn.net", "whatsapp.net", "whatsapp.com"];
        let at = |host: &str| HOMES.iter().any(|home| host.strip_suffix(home).is_some_and(is_whole));
        let same = url.origin() == self.base.origin();
        same || (url.scheme() == "https" && url.port().is_none() && url.domain().is_some_and(at))
    }
}

/// Nothing, or a name with the dot behind it.
fn is_whole(before: &str) -> bool {
    before.is_empty() || before.ends_with('.')
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn access() -> Access {
        Access {
            token: "token".into(),
            app_secret: Some("secret".into()),
            api_base: "https://graph.facebook.com".into(),
            api_version: "v26.0".into(),
        }
    }

    #[test]
    fn the_token_is_shown_to_nobody_but_meta() {
        let graph = Graph::new(Client::new(Duration::from_secs(1)).unwrap(), &access()).unwrap();
        let at_home = |url: &str| graph.is_at_home(&Url::parse(url).unwrap());
        assert!(at_home("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"));
        assert!(at_home("https://graph.facebook.com/v26.0/1"));
        for elsewhere in [
            "https://evilfbsbx.com/1",
            "https://fbsbx.com.evil.example/1",
            "http://lookaside.fbsbx.com/1",
            "https://lookaside.fbsbx.com:8443/1",
            "https://127.0.0.1/1",
            "http://169.254.169.254/latest/meta-data",
            "https://[::1]/1",
            "file:///etc/passwd",
        ] {
            assert!(!at_home(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn each_call_proves_that_it_is_ours() {
        let graph = Graph::new(Client::new(Duration::from_secs(1)).unwrap(), &access()).unwrap();
        let address = graph.address(&["106540352242922", "messages"], &[]).unwrap().to_string();
        let proof = appsecret_proof("secret", "token");
        assert_eq!(
            address,
            format!("https://graph.facebook.com/v26.0/106540352242922/messages?appsecret_proof={proof}")
        );
        assert!(!format!("{graph:?}").contains("token"));
    }
}
