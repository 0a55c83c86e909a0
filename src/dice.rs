//! The one place that rolls dice: ids, tokens and jitter.
//!
//! Everything comes from the operating system's generator. Should it fail, the process has no safe way to go on: no id
//! would be unique, no token secret. [`ready`] asks once at the start, before anything is served; on the systems we run on,
//! a generator that has answered once does not fail later. If it ever does, the process aborts: a token that can be
//! guessed is worse than a restart.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;

const TOKEN_BYTES: usize = 32;

/// Whether there is randomness at all.
pub fn ready() -> bool {
    generator().fill(&mut [0; 8]).is_ok()
}

/// A new id, later ones sort after earlier ones.
#[allow(clippy::disallowed_methods, reason = "the one place that rolls dice")]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// A secret for a stranger to keep (43 characters), and what we keep of it.
pub fn token() -> (String, [u8; 32]) {
    let mut bytes = [0; TOKEN_BYTES];
    fill(&mut bytes);
    let text = URL_SAFE_NO_PAD.encode(bytes);
    let hash = hash_token(&text);
    (text, hash)
}

/// The SHA-256 of a token, under which it is stored.
pub fn hash_token(token: &str) -> [u8; 32] {
    hash(token)
}

/// The SHA-256 of a text.
pub fn hash(text: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, text.as_bytes()).as_ref());
    hash
}

pub fn fill(bytes: &mut [u8]) {
    if generator().fill(bytes).is_err() {
        tracing::error!("the operating system has no random numbers: stopping, for no secret would be one");
        std::process::abort();
    }
}

/// Anything from nothing to `span`.
pub fn up_to(span: Duration) -> Duration {
    let mut bytes = [0; 4];
    fill(&mut bytes);
    span.mul_f64(f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
}

#[allow(clippy::disallowed_methods, reason = "the one place that rolls dice")]
fn generator() -> SystemRandom {
    SystemRandom::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_differ_and_are_found_by_their_hash() {
        let (one, hash) = token();
        assert_eq!(one.len(), 43);
        assert_ne!(one, token().0);
        assert_eq!(hash_token(&one), hash);
    }

    #[test]
    fn a_later_id_sorts_after_an_earlier_one() {
        assert!(new_id() < new_id());
    }

    #[test]
    fn a_span_is_never_exceeded() {
        let span = Duration::from_secs(10);
        for _ in 0..100 {
            assert!((Duration::ZERO..=span).contains(&up_to(span)));
        }
    }
}
