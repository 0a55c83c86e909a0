//! Where calls may go. Bot builders choose addresses, and contacts fill their places: neither may make us talk to our
//! own machine, its neighbours, or the cloud's metadata.
//!
//! A name is resolved here, each of its addresses judged, and the connection goes to exactly those: a second look-up that
//! answers otherwise does not happen. Hosts that the operator trusts are not judged.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Client;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::wire::addresses::{is_public, names};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
const IDLE_CONNECTIONS_PER_HOST_MAX: usize = 16;

pub struct Guard {
    trusted: Vec<String>,
    /// For hosts the operator trusts.
    open: Client,
    guarded: Client,
}

impl Guard {
    pub fn new(trusted: &[String]) -> reqwest::Result<Self> {
        // Fails only if one is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let base = || {
            Client::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .referer(false)
                .pool_max_idle_per_host(IDLE_CONNECTIONS_PER_HOST_MAX)
                .pool_idle_timeout(IDLE_TIMEOUT)
                .tcp_nodelay(true)
                .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")))
        };
        let guarded = base().https_only(true).dns_resolver(Judge).build()?;
        Ok(Self { trusted: trusted.to_vec(), open: base().build()?, guarded })
    }

    /// The client that may call this address.
    pub fn client_for(&self, url: &Url) -> Result<&Client, String> {
        let host = host_of(url);
        if self.trusted.iter().any(|known| names(known, &host)) {
            return Ok(&self.open);
        }
        if url.scheme() != "https" {
            return Err(format!("{host} is not called without TLS"));
        }
        // An address in digits is not looked up, so it is judged here.
        let digits = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::from(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::from(ip)),
            Some(Host::Domain(_)) => None,
            None => return Err("its address has no host".to_owned()),
        };
        match digits {
            Some(ip) if !is_public(ip) => Err(Refused.to_string()),
            _ => Ok(&self.guarded),
        }
    }
}

/// Host and port.
pub fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    format!("{host}:{}", url.port_or_known_default().unwrap_or_default())
}

/// The address belongs to a network of its own.
#[derive(Debug)]
pub struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("its address is private, and is not in outside.trusted_hosts of the configuration")
    }
}

impl std::error::Error for Refused {}

/// Looks names up, and keeps what is not public to itself. One private address among others condemns them all: whoever
/// owns the name chose them.
struct Judge;

impl Resolve for Judge {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.iter().any(|address| !is_public(address.ip())) {
                return Err(Refused.into());
            }
            let found: Addrs = Box::new(found.into_iter());
            Ok(found)
        })
    }
}

/// The whole body, or an error once it is longer than allowed. It is taken as it comes: nothing is unpacked.
pub async fn body(mut answer: reqwest::Response, bytes_max: usize) -> Result<Bytes, String> {
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| "the connection broke")? {
        if body.len() + chunk.len() > bytes_max {
            return Err(format!("its answer is longer than {bytes_max} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(address: &str) -> Option<String> {
        let guard = Guard::new(&["crm.internal".into(), "10.0.0.5:8080".into()]).expect("a client");
        guard.client_for(&Url::parse(address).expect("an address")).err()
    }

    #[test]
    fn private_addresses_in_digits_are_refused_in_every_spelling() {
        for address in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://017700000001/",
            "https://[::1]/",
            "https://[::ffff:7f00:1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.5/",
            "https://10.0.0.5:8081/",
            "https://0/",
        ] {
            assert!(refusal(address).is_some_and(|why| why.contains("private")), "{address}");
        }
    }

    #[test]
    fn what_the_operator_trusts_may_be_private_and_plain() {
        assert_eq!(refusal("http://crm.internal/x"), None);
        assert_eq!(refusal("http://CRM.internal:81/x"), None);
        assert_eq!(refusal("http://10.0.0.5:8080/x"), None);
        assert!(refusal("http://crm.example/x").is_some_and(|why| why.contains("TLS")));
        assert_eq!(refusal("https://crm.example/x"), None);
        assert_eq!(refusal("https://1.1.1.1/x"), None);
    }

    #[tokio::test]
    async fn a_name_for_a_private_address_is_refused_when_it_is_looked_up() {
        let guard = Guard::new(&[]).expect("a client");
        let url = Url::parse("https://localhost:1/").expect("an address");
        let error = guard.client_for(&url).expect("a name").get(url).send().await.expect_err("refused");
        assert_eq!(super::super::said(&error), Refused.to_string());
    }
}
