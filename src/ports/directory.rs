//! Who should own an actor: one entry per conversation and per sender.
//!
//! The directory only advises; the store's token decides. An entry is taken with `claim`, stands after `confirm`, and
//! is given up with `release`. On one machine everything is ours.

use futures_util::future::BoxFuture;

use crate::domain::ids::{AccountId, ConversationId, Incarnation};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ActorName {
    Conversation(ConversationId),
    Sender(AccountId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is ours to start.
    Ours,
    /// It lives with another node.
    With(Incarnation),
}

/// The directory cannot be asked; try again later.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the directory does not answer: {0}")]
pub struct DirectoryError(pub String);

pub trait Directory: Send + Sync + 'static {
    fn claim(&self, name: ActorName, me: Incarnation) -> BoxFuture<'static, Result<Claim, DirectoryError>>;
    /// After activation under `epoch`. False: somebody else has it now; drop the actor.
    fn confirm(&self, name: ActorName, me: Incarnation, epoch: u64)
    -> BoxFuture<'static, Result<bool, DirectoryError>>;
    fn release(&self, name: ActorName, me: Incarnation, epoch: u64) -> BoxFuture<'static, Result<(), DirectoryError>>;
}
