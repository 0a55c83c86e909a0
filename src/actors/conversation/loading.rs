//! How a conversation comes into memory: the right to write it, the fold of its log, and the bot it is on.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::actors::activation::{Claimed, claimed, works};
use crate::actors::switchboard::Switchboard;
use crate::domain::account::Account;
use crate::domain::bot::Bot;
use crate::domain::conversation::Conversation as Core;
use crate::domain::ids::{BotVersion, Incarnation, Seq};
use crate::domain::summary::Summary;
use crate::ports::directory::ActorName;
use crate::ports::store::{Activated, Contact, StoreError, Token};

const KEYS_MAX: usize = 4;

/// The core and the right to write it.
pub struct Active {
    pub core: Core,
    pub token: Token,
    /// The summary of the last append; none before the first.
    pub said: Option<Arc<Summary>>,
    /// The last keys that were accepted, so that most copies are recognised without asking the store.
    keys: VecDeque<(String, Seq)>,
}

impl Active {
    pub fn accepted(&self, key: &str) -> Option<Seq> {
        self.keys.iter().find(|(known, _)| known == key).map(|(_, last)| *last)
    }

    pub fn remember(&mut self, key: String, last: Seq) {
        if self.keys.len() == KEYS_MAX {
            self.keys.pop_front();
        }
        self.keys.push_back((key, last));
    }
}

/// Why a conversation cannot work here.
pub enum NotActive {
    LivesAt(Incarnation),
    Store(StoreError),
}

async fn activate(switchboard: &Switchboard, contact: Contact) -> Result<Activated, NotActive> {
    let parts = switchboard.parts();
    let name = ActorName::Conversation(contact.conversation);
    let claim = parts.directory.claim(name.clone()).await;
    if let Err(error) = &claim {
        tracing::debug!(conversation = %contact.conversation, %error, "activated by the store alone");
    }
    let confirm = match claimed(&claim) {
        Claimed::Activate { confirm } => confirm,
        Claimed::LivesAt(node) => return Err(NotActive::LivesAt(node)),
    };
    let by = if confirm { "directory" } else { "store" };
    metrics::counter!("switchboard_activations_total", "by" => by).increment(1);
    let activated = parts.store.activate(contact, parts.incarnation).await.map_err(NotActive::Store)?;
    if confirm && !works(&parts.directory.confirm(name, activated.token.epoch).await) {
        return Err(NotActive::Store(StoreError::Fenced));
    }
    Ok(activated)
}

/// `bot` is the one that answers unless the conversation is in the middle of another version.
pub async fn load(
    switchboard: Switchboard,
    contact: Contact,
    account: Arc<Account>,
    bot: Arc<Bot>,
) -> Result<Active, NotActive> {
    let id = contact.conversation;
    let activated = activate(&switchboard, contact).await?;
    let mut core = Core::new(id, account, bot, activated.snapshot.unwrap_or_default());
    for logged in &activated.events {
        core.apply(&logged.event, logged.at);
    }
    if let Some(version) = core.state.version_at(switchboard.parts().clock.now()).cloned() {
        core.bot = fetch(&switchboard, &version, core.bot).await.map_err(NotActive::Store)?;
    }
    Ok(Active { core, token: activated.token, said: None, keys: VecDeque::new() })
}

/// The version a conversation is in the middle of. Versions are never deleted; should one be missing all the same, `other`
/// answers, and the conversation begins anew with it.
pub async fn fetch(switchboard: &Switchboard, version: &BotVersion, other: Arc<Bot>) -> Result<Arc<Bot>, StoreError> {
    let found = switchboard.parts().bots.fetch(version).await?;
    Ok(found.unwrap_or_else(|| {
        tracing::error!(%version, "a conversation is in the middle of a bot that is not in the store");
        other
    }))
}
