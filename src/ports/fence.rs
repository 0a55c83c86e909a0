//! Who may write a conversation's log: the condition under which every store appends.
//!
//! A token is void from the moment of the next activation, and no append passes that does not go on exactly where the log
//! ends. Either alone would keep a log in order; together they also keep a relieved owner from deciding anything.

use super::store::Token;
use crate::domain::ids::Seq;

/// A conversation as the store has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Head {
    /// The token of its last activation.
    pub token: Token,
    pub last_seq: Seq,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Judged {
    Passes,
    /// Written before, under the same key, up to `last`.
    Duplicate {
        last: Seq,
    },
    /// Refused before, under the same key.
    Closed,
    Fenced,
}

/// Where a store keeps the last seq of what it accepted under a key: this says that it never will accept anything.
pub const CLOSED: Seq = 0;

/// First the key, then the fence: a retry of what was written hears so even from a new owner. `known`: the last seq of
/// what was accepted under the append's key before, or `CLOSED`; `after`: the last seq that its writer knows.
pub fn judge(head: Option<Head>, known: Option<Seq>, token: Token, after: Seq) -> Judged {
    match known {
        Some(CLOSED) => Judged::Closed,
        Some(last) => Judged::Duplicate { last },
        None if head == Some(Head { token, last_seq: after }) => Judged::Passes,
        None => Judged::Fenced,
    }
}
