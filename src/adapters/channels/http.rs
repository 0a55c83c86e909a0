//! The HTTP client that all channels share, and how much of an answer we are willing to read.

use std::time::Duration;

/// Longer than this to connect: nothing has left us. Shorter than any whole answer takes, so the two are told apart.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// As many as a sender has messages under way, or each burst would open connections anew.
const IDLE_CONNECTIONS_PER_HOST_MAX: usize = 256;
/// A server that drops an idle connection just as we use it leaves us not knowing whether it got the message. So we
/// drop it first.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// A client for providers. Made once, on the runtime it will be used on. It follows no redirect: a message must not
/// end up elsewhere than where it was sent.
pub fn client(answer_timeout: Duration) -> reqwest::Result<reqwest::Client> {
    // Fails only if one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT.min(answer_timeout / 2))
        .timeout(answer_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(IDLE_CONNECTIONS_PER_HOST_MAX)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .tcp_nodelay(true)
        .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// The answer's body, up to `bytes_max`; the rest is not read.
pub async fn body(mut answer: reqwest::Response, bytes_max: usize) -> reqwest::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        let room = bytes_max - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() >= room {
            break;
        }
    }
    Ok(body)
}
