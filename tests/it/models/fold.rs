//! A conversation as somebody knows it.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use switchboard::domain::account::{Account, Channel, WhenUncertain};
use switchboard::domain::conversation::Conversation;
use switchboard::domain::event::Event;
use switchboard::domain::time::Timestamp;

use crate::support::bot::TestBot;
use crate::support::story::{MORNING, conversation};

/// In the models it is always the same moment: what comes later is a step of its own.
pub const NOW: Timestamp = MORNING;

/// The real core; told from another by the events that made it (P10 says that nothing else does).
#[derive(Clone)]
pub struct Fold {
    pub core: Arc<Conversation>,
    print: u64,
}

impl Fold {
    /// Of a contact of a Page who has not written yet.
    pub fn new() -> Self {
        Self { core: Arc::new(conversation(Channel::Messenger, TestBot::insurer().build())), print: 0 }
    }

    /// On an account that holds what may have arrived.
    pub fn holding(self) -> Self {
        let mut core = (*self.core).clone();
        core.account = Arc::new(Account { uncertain: WhenUncertain::Hold, ..(*core.account).clone() });
        Self { core: Arc::new(core), ..self }
    }

    pub fn apply(&mut self, event: &Event) {
        Arc::make_mut(&mut self.core).apply(event, NOW);
        self.print = print(&(self.print, print(&format!("{event:?}"))));
    }
}

pub fn print(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

impl Hash for Fold {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.print.hash(hasher);
    }
}

impl PartialEq for Fold {
    fn eq(&self, other: &Self) -> bool {
        self.print == other.print
    }
}

impl Eq for Fold {}

impl fmt::Debug for Fold {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "seq {} in {:?}", self.core.state.seq, self.core.state.mode)
    }
}
