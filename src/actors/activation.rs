//! What a node makes of the directory's answers when it wakes a conversation.
//!
//! Pure. The directory advises, the store decides: while the directory cannot be asked, the store decides alone.

use crate::domain::ids::Incarnation;
use crate::ports::directory::{Claim, DirectoryError};

/// What follows from a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// Activate it in the store, and, if the directory knows of it, confirm there.
    Activate {
        confirm: bool,
    },
    LivesAt(Incarnation),
}

pub fn claimed(answer: &Result<Claim, DirectoryError>) -> Claimed {
    match answer {
        Ok(Claim::Ours) => Claimed::Activate { confirm: true },
        Ok(Claim::With(node)) => Claimed::LivesAt(*node),
        Err(_) => Claimed::Activate { confirm: false },
    }
}

/// Whether the actor works after this answer to its confirmation. Somebody else who has the entry has also activated, or
/// will; a directory that does not answer says nothing.
pub fn works(confirmed: &Result<bool, DirectoryError>) -> bool {
    !matches!(confirmed, Ok(false))
}
