//! Where people are signed in: what they are shown of it, and how it ends.

use super::people::TokenHash;
use crate::domain::time::Timestamp;

/// So many of a person are shown; those seen last.
pub const SESSIONS_SHOWN_MAX: usize = 100;
/// What a browser says of itself is cut there.
pub const DEVICE_CHARS_MAX: usize = 300;

/// A session that somebody opened by signing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub token: TokenHash,
    /// How the browser calls itself; empty: it did not say.
    pub device: String,
    /// Zero in those of before this was noted.
    pub opened_at: Timestamp,
    pub seen_at: Timestamp,
}

impl Session {
    pub fn new(token: TokenHash, device: &str, now: Timestamp) -> Self {
        let device = device.chars().filter(|letter| !letter.is_control()).take(DEVICE_CHARS_MAX).collect();
        Self { token, device, opened_at: now, seen_at: now }
    }
}

/// Which of a person's sessions end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    All,
    /// All but this.
    Others(TokenHash),
    One(TokenHash),
}
