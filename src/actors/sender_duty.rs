//! Who sends for an account: this node, or another that is told what this one hears.
//!
//! The directory says who is on duty. The store has the last word where several processes share one: `take_sending`
//! ends the right of whoever was on duty before to start another message. While the directory cannot be asked,
//! everything stays as it was.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};

use super::switchboard::Parts;
use crate::domain::ids::{AccountId, Incarnation};
use crate::ports::bus::Note;
use crate::ports::directory::{ActorName, Claim};

/// Senders have no epochs of their own: a node has one per account, and its incarnation tells it from others.
const EPOCH: u64 = 1;

pub struct Duty {
    parts: Arc<Parts>,
    account: AccountId,
    post: Post,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    Ours,
    With(Incarnation),
    Unknown,
}

impl Duty {
    pub fn new(parts: Arc<Parts>, account: AccountId) -> Self {
        Self { parts, account, post: Post::Unknown }
    }

    pub fn is_ours(&self) -> bool {
        self.post == Post::Ours
    }

    /// The answer to who is on duty now; to be `set`.
    pub fn ask(&self) -> impl Future<Output = Post> + use<> {
        ask(self.parts.clone(), self.account.clone(), self.post)
    }

    pub fn set(&mut self, post: Post) {
        if post != self.post {
            tracing::debug!(account = %self.account, ?post, "who sends");
        }
        self.post = post;
        self.parts.duties.set(&self.account, self.is_ours());
    }

    /// Somebody else may send from here on.
    pub fn give_up(&mut self) {
        if self.is_ours() {
            let released = self.parts.directory.release(ActorName::Sender(self.account.clone()), EPOCH);
            actix::spawn(async move {
                let _ = released.await;
            });
        }
        self.set(Post::Unknown);
    }

    /// To whoever is on duty. If nobody is, or it is lost, whoever comes finds it in the store.
    pub fn pass_on(&self, note: Note) {
        if let Post::With(node) = self.post {
            self.parts.bus.note(node, note);
        }
    }
}

impl Drop for Duty {
    fn drop(&mut self) {
        self.parts.duties.set(&self.account, false);
    }
}

async fn ask(parts: Arc<Parts>, account: AccountId, post: Post) -> Post {
    let name = ActorName::Sender(account.clone());
    if post == Post::Ours && !matches!(parts.directory.touch(name.clone(), EPOCH).await, Ok(false)) {
        return Post::Ours;
    }
    match parts.directory.claim(name.clone()).await {
        Ok(Claim::With(node)) => Post::With(node),
        Ok(Claim::Ours) => match parts.store.take_sending(account, parts.incarnation).await {
            Ok(()) if matches!(parts.directory.confirm(name, EPOCH).await, Ok(true)) => Post::Ours,
            _ => Post::Unknown,
        },
        Err(_) => post,
    }
}

/// The accounts this node sends for.
#[derive(Clone, Default)]
pub struct Duties(Arc<Mutex<HashSet<AccountId>>>);

impl Duties {
    fn set(&self, account: &AccountId, ours: bool) {
        if ours {
            self.accounts().insert(account.clone());
        } else {
            self.accounts().remove(account);
        }
    }

    pub fn has(&self, account: &AccountId) -> bool {
        self.accounts().contains(account)
    }

    pub fn any(&self) -> bool {
        !self.accounts().is_empty()
    }

    fn accounts(&self) -> MutexGuard<'_, HashSet<AccountId>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
