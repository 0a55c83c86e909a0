//! Passwords: hashed with argon2id, away from the threads that serve, a few at a time.
//!
//! A hash takes 20 MB and some 25 ms of a core. [`AT_ONCE`] bounds the memory, [`WAITING_MAX`] the patience: beyond it the
//! answer is "busy". Whoever has no password costs the same as a wrong one.

use std::sync::Arc;

use actix_web::web;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use super::error::Problem;
use crate::dice;

pub const PASSWORD_CHARS_MIN: usize = 10;
pub const PASSWORD_CHARS_MAX: usize = 1000;
const AT_ONCE: usize = 2;
const WAITING_MAX: usize = 64;
const SALT_BYTES: usize = 16;

#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

struct Inner {
    waiting: Semaphore,
    turns: Semaphore,
    /// The hash of a password nobody knows, to compare with when there is none.
    nobodys: String,
}

impl Passwords {
    /// Hashes once, so it takes a moment. None: this machine cannot hash.
    pub fn new() -> Option<Self> {
        let (unknown, _) = dice::token();
        let (waiting, turns) = (Semaphore::new(AT_ONCE + WAITING_MAX), Semaphore::new(AT_ONCE));
        Some(Self(Arc::new(Inner { waiting, turns, nobodys: hash(&unknown)? })))
    }

    pub async fn hash(&self, password: String) -> Result<String, Problem> {
        self.run(move || hash(&password)).await?.ok_or_else(Problem::internal)
    }

    /// Whether this is the password behind `hash`. Takes as long without a hash.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Problem> {
        let known = hash.is_some() && password.chars().count() <= PASSWORD_CHARS_MAX;
        let hash = hash.unwrap_or_else(|| self.0.nobodys.clone());
        let password: String = password.chars().take(PASSWORD_CHARS_MAX).collect();
        Ok(self.run(move || verify(&password, &hash)).await? && known)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let _place = self.0.waiting.try_acquire().map_err(|_| Problem::busy())?;
        let _turn = self.0.turns.acquire().await.map_err(|_| Problem::busy())?;
        web::block(work).await.map_err(|_| Problem::internal())
    }
}

/// The hash of a password, for places without a web server. None: this machine cannot hash.
pub fn hash(password: &str) -> Option<String> {
    let mut salt = [0; SALT_BYTES];
    dice::fill(&mut salt);
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .ok()
        .map(|hash: PasswordHash| hash.to_string())
}

fn verify(password: &str, hash: &str) -> bool {
    let hash = PasswordHash::new(hash);
    hash.is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let passwords = Passwords::new().expect("argon2");
        let hash = passwords.hash("correct horse".into()).await.expect("a hash");
        assert!(hash.starts_with("$argon2id$"));
        assert_eq!(passwords.verify("correct horse".into(), Some(hash.clone())).await, Ok(true));
        assert_eq!(passwords.verify("wrong horse".into(), Some(hash)).await, Ok(false));
        assert_eq!(passwords.verify("correct horse".into(), None).await, Ok(false));
        assert_eq!(passwords.verify("correct horse".into(), Some("damaged".into())).await, Ok(false));
    }

    #[actix_web::test]
    async fn whoever_comes_when_too_many_wait_is_told_so() {
        let passwords = Passwords::new().expect("argon2");
        let _all = passwords.0.waiting.try_acquire_many((AT_ONCE + WAITING_MAX) as u32).expect("all places");
        assert_eq!(passwords.hash("correct horse".into()).await, Err(Problem::busy()));
    }
}
