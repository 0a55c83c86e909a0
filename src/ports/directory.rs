//! Who should own an actor: one entry per conversation and per sender.
//!
//! The directory only advises; the store's token decides. An entry is taken with `claim`, stands after `confirm`, and
//! is given up with `release`. On one machine everything is ours. When the directory cannot be asked, the store alone
//! decides: whoever activates last may write, everybody else is fenced.

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

pub type Advice<T> = BoxFuture<'static, Result<T, DirectoryError>>;

pub trait Directory: Send + Sync + 'static {
    /// The other node where it was when this one last asked, as long as that node lives. Costs nothing, may be wrong.
    fn elsewhere(&self, name: &ActorName) -> Option<Incarnation>;
    /// It was not there, or that node could not be asked.
    fn forget(&self, name: &ActorName);
    fn claim(&self, name: ActorName) -> Advice<Claim>;
    /// After activation under `epoch`. False: somebody else has it now; drop the actor.
    fn confirm(&self, name: ActorName, epoch: u64) -> Advice<bool>;
    /// Whether the entry is still ours under `epoch`; keeps it from growing old.
    fn touch(&self, name: ActorName, epoch: u64) -> Advice<bool>;
    /// Gives up the entry of `epoch`; a successor's is not touched.
    fn release(&self, name: ActorName, epoch: u64) -> Advice<()>;
    /// The store does what this node asks of it. One of which that was not said for a while, when others are well, gives up
    /// all it has.
    fn well(&self);
    /// This node is going down: from now on others are asked to start what is not here yet.
    fn drain(&self);
    /// Everything of this node's is free at once.
    fn leave(&self) -> BoxFuture<'static, ()>;
}
