//! Where PostgreSQL is, as the configuration says it.
//!
//! A URL as libpq knows it, with one host or several (`postgres://user:password@one:5432,two:5432/name`), each of which
//! may have several addresses; the first that takes writes is used. Two things differ from libpq, both on the safe
//! side: a certificate is always checked when TLS is spoken, and TLS is required unless every host is this machine or
//! the URL says `sslmode=disable`. Source: PostgreSQL 15's manual, 34.1.1 (connection strings) and 34.19 (TLS).

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long opening one connection may take, unless the URL says otherwise.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// A server that acknowledges no bytes for so long is gone, unless the URL says otherwise.
const SILENCE_MAX: Duration = Duration::from_secs(10);

/// Its `Display` has no password.
#[derive(Clone)]
pub struct Address {
    config: Config,
    tls: MakeRustlsConnect,
}

/// What is wrong with an address. Never repeats the address, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    #[error("it must begin with postgres:// or postgresql://")]
    Scheme,
    #[error("{0}. Write it like postgres://user:password@host:5432/name")]
    Url(String),
    #[error("{what} is missing. Write it like postgres://user:password@host:5432/name")]
    Missing { what: &'static str },
    #[error(
        "sslmode is one of disable, prefer, require and verify-full (a certificate is checked in all but the first)"
    )]
    TlsMode,
    #[error("the certificates in {file} cannot be used: {why}")]
    Certificates { file: String, why: String },
}

impl Address {
    pub fn parse(url: &str) -> Result<Address, Wrong> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(Wrong::Scheme);
        }
        let Parts { url, tls_mode, certificates } = Parts::of(url);
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| Wrong::Url(said(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(Wrong::Missing { what: "the host" });
        }
        if config.get_user().is_none() {
            return Err(Wrong::Missing { what: "the user" });
        }
        let tls_mode = mode(tls_mode.as_deref(), &config)?;
        config.ssl_mode(tls_mode);
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        if config.get_application_name().is_none() {
            config.application_name("switchboard");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_MAX);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE_MAX);
        }
        Ok(Address { tls: MakeRustlsConnect::new(trust(certificates, tls_mode)?), config })
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    pub fn tls(&self) -> &MakeRustlsConnect {
        &self.tls
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ports = self.config.get_ports();
        for (number, host) in self.config.get_hosts().iter().enumerate() {
            let port = ports.get(number).or(ports.first()).copied().unwrap_or(5432);
            let comma = if number > 0 { "," } else { "" };
            match host {
                Host::Tcp(name) if name.contains(':') => write!(out, "{comma}[{name}]:{port}")?,
                Host::Tcp(name) => write!(out, "{comma}{name}:{port}")?,
                Host::Unix(path) => write!(out, "{comma}{}", path.display())?,
            }
        }
        write!(out, "/{}", self.config.get_dbname().or(self.config.get_user()).unwrap_or_default())
    }
}

/// The URL, without what the driver does not know.
struct Parts {
    url: String,
    tls_mode: Option<String>,
    certificates: Option<String>,
}

impl Parts {
    fn of(url: &str) -> Parts {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut tls_mode, mut certificates, mut kept) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let named = url::form_urlencoded::parse(pair.as_bytes()).next();
            match named.as_ref().map(|(name, text)| (&**name, &**text)) {
                Some(("sslmode", mode)) => tls_mode = Some(mode.to_owned()),
                Some(("sslrootcert", file)) => certificates = Some(file.to_owned()),
                _ => kept.push(pair),
            }
        }
        let url = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
        Parts { url, tls_mode, certificates }
    }
}

fn mode(asked: Option<&str>, config: &Config) -> Result<SslMode, Wrong> {
    match asked {
        Some("disable") => Ok(SslMode::Disable),
        Some("prefer") => Ok(SslMode::Prefer),
        Some("require" | "verify-full") => Ok(SslMode::Require),
        Some(_) => Err(Wrong::TlsMode),
        None if config.get_hosts().iter().all(is_here) => Ok(SslMode::Disable),
        None => Ok(SslMode::Require),
    }
}

/// Whether what is said to this host stays in this machine.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
    }
}

/// Trusts the authorities in the file, or else those that the machine trusts.
fn trust(file: Option<String>, tls_mode: SslMode) -> Result<ClientConfig, Wrong> {
    let mut roots = RootCertStore::empty();
    match file.filter(|file| file != "system") {
        // Nobody will be asked for a certificate, and reading all of the machine's takes a while.
        None if tls_mode == SslMode::Disable => {}
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Some(file) => {
            let wrong = |why: String| Wrong::Certificates { file: file.clone(), why };
            let read = CertificateDer::pem_file_iter(&file).map_err(|error| wrong(error.to_string()))?;
            for certificate in read {
                let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
                roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(wrong("there are none in it".to_owned()));
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| Wrong::Url(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// The reader names the option, never its value.
fn said(error: &tokio_postgres::Error) -> String {
    use std::error::Error as _;
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str) -> Address {
        Address::parse(url).unwrap_or_else(|wrong| panic!("{url}: {wrong}"))
    }

    fn refusal(url: &str) -> String {
        match Address::parse(url) {
            Ok(address) => panic!("{address} is accepted"),
            Err(wrong) => wrong.to_string(),
        }
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        let shown = |url| address(url).to_string();
        assert_eq!(shown("postgres://ana:hunter2@db.example:6432/chat"), "db.example:6432/chat");
        assert_eq!(shown("postgres://ana:hunter2@one,two:6432/chat"), "one:5432,two:6432/chat");
        assert_eq!(shown("postgresql://ana@[::1]:6432?sslmode=disable"), "[::1]:6432/ana");
        assert_eq!(shown("postgres://ana@%2Fvar%2Frun%2Fpostgresql/chat"), "/var/run/postgresql/chat");
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted_unless_somebody_says_otherwise() {
        let mode = |url| address(url).config.get_ssl_mode();
        assert_eq!(mode("postgres://ana@db.example/chat"), SslMode::Require);
        assert_eq!(mode("postgres://ana@localhost,db.example/chat"), SslMode::Require);
        assert_eq!(mode("postgres://ana@localhost,127.0.0.1,[::1]/chat"), SslMode::Disable);
        assert_eq!(mode("postgres://ana@%2Frun/chat"), SslMode::Disable);
        assert_eq!(mode("postgres://ana@db.example/chat?sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("postgres://ana@localhost/chat?connect_timeout=9&sslmode=verify-full"), SslMode::Require);
        assert_eq!(refusal("postgres://ana@db.example/chat?sslmode=allow"), Wrong::TlsMode.to_string());
    }

    #[test]
    fn a_wrong_address_is_told_without_its_password() {
        for (url, words) in [
            ("mysql://ana:hunter2@db/chat", "must begin with postgres://"),
            ("postgres://ana:hunter2@/chat", "the host is missing"),
            ("postgres://db.example/chat", "the user is missing"),
            ("postgres://ana:hunter2@db:none/chat", "port"),
            ("postgres://ana:hunter2@db/chat?colour=blue", "colour"),
            ("postgres://ana:hunter2@db/chat?sslrootcert=/nowhere.pem", "/nowhere.pem"),
        ] {
            let refusal = refusal(url);
            assert!(refusal.contains(words) && !refusal.contains("hunter2"), "{url}: {refusal}");
        }
    }

    #[test]
    fn only_a_server_that_takes_writes_will_do() {
        let address = address("postgres://ana@one,two/chat?target_session_attrs=any");
        assert_eq!(address.config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
    }
}
