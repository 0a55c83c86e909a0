//! The bots that answer here: the version of each that is published, and older ones as long as somebody is in the middle
//! of them.
//!
//! What another node published is found by looking, every second; what was published here is there at once. Older versions
//! are made anew from their documents when they are wanted.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use actix::prelude::*;

use crate::domain::bot::Bot;
use crate::domain::ids::{BotId, BotVersion};
use crate::ports::bots;
use crate::ports::store::StoreError;
use crate::wire::bot::parse;

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Older versions kept ready beyond those that conversations hold.
const OLDER_MAX: usize = 64;

pub struct Bots {
    shelf: Arc<dyn bots::Bots>,
    newest: RwLock<HashMap<BotId, Arc<Bot>>>,
    /// The one used last is last.
    older: Mutex<VecDeque<Arc<Bot>>>,
}

impl Bots {
    /// With the published version of each of these bots. The names of those that nobody has published come back as an
    /// error.
    pub async fn of(shelf: Arc<dyn bots::Bots>, wanted: impl Iterator<Item = BotId>) -> Result<Self, Missing> {
        let published = shelf.published().await?;
        let this = Self { shelf, newest: RwLock::default(), older: Mutex::default() };
        let mut missing = Vec::new();
        for bot in wanted {
            let found = published.iter().find(|published| published.version.bot == bot);
            match found {
                Some(found) => this.renew(&found.version).await?,
                None => missing.push(bot),
            }
        }
        if missing.is_empty() { Ok(this) } else { Err(Missing::Bots(missing)) }
    }

    /// The version that answers who is in the middle of nothing.
    pub fn newest(&self, bot: &BotId) -> Option<Arc<Bot>> {
        self.newest.read().unwrap_or_else(PoisonError::into_inner).get(bot).cloned()
    }

    /// A version, if it is at hand.
    pub fn at_hand(&self, version: &BotVersion) -> Option<Arc<Bot>> {
        if let Some(newest) = self.newest(&version.bot).filter(|bot| bot.is(version)) {
            return Some(newest);
        }
        let mut older = self.older();
        let place = older.iter().position(|bot| bot.is(version))?;
        let bot = older.remove(place)?;
        older.push_back(bot.clone());
        Some(bot)
    }

    /// A version, made from its document if it is not at hand. None: there is none.
    pub async fn fetch(&self, version: &BotVersion) -> Result<Option<Arc<Bot>>, StoreError> {
        if let Some(bot) = self.at_hand(version) {
            return Ok(Some(bot));
        }
        let Some(document) = self.shelf.document(version.clone()).await? else { return Ok(None) };
        let bot = make(document, version.clone()).await?;
        self.keep(bot.clone());
        Ok(Some(bot))
    }

    /// Sees what was published meanwhile.
    pub async fn look(&self) -> Result<(), StoreError> {
        for published in self.shelf.published().await? {
            let version = published.version;
            if self.newest(&version.bot).is_some_and(|newest| !newest.is(&version)) {
                self.renew(&version).await?;
                tracing::info!(%version, by = published.by, "answers from now on");
            }
        }
        Ok(())
    }

    async fn renew(&self, version: &BotVersion) -> Result<(), StoreError> {
        let gone = || StoreError::Unreadable(format!("the bot {version} is published and its document is missing"));
        let bot = self.fetch(version).await?.ok_or_else(gone)?;
        let before = self.newest.write().unwrap_or_else(PoisonError::into_inner).insert(version.bot.clone(), bot);
        if let Some(before) = before {
            self.keep(before);
        }
        Ok(())
    }

    fn keep(&self, bot: Arc<Bot>) {
        let mut older = self.older();
        older.push_back(bot);
        if older.len() > OLDER_MAX {
            older.pop_front();
        }
    }

    fn older(&self) -> MutexGuard<'_, VecDeque<Arc<Bot>>> {
        self.older.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Away from the threads of actors: a long document takes a while. It was checked when it was published; rules that came
/// later do not make it unreadable.
async fn make(document: String, version: BotVersion) -> Result<Arc<Bot>, StoreError> {
    let name = version.to_string();
    let unreadable = |why: String| StoreError::Unreadable(format!("the bot {name}: {why}"));
    let made = tokio::task::spawn_blocking(move || {
        parse(&document).map(|document| document.to_bot(version.bot).published_as(version.number))
    });
    let made = made.await.map_err(|_| unreadable("its document could not be read".to_owned()))?;
    made.map(Arc::new).map_err(|error| unreadable(error.to_string()))
}

/// Why there are no bots to answer with.
#[derive(Debug, thiserror::Error)]
pub enum Missing {
    #[error("nobody has published {}", names(.0))]
    Bots(Vec<BotId>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn names(bots: &[BotId]) -> String {
    bots.iter().map(BotId::as_str).collect::<Vec<_>>().join(", ")
}

/// Looks for what other nodes have published.
pub struct Lookout(pub Arc<Bots>);

impl Lookout {
    fn look(&mut self, ctx: &mut Context<Self>) {
        let bots = self.0.clone();
        let looked = async move { bots.look().await };
        ctx.spawn(looked.into_actor(self).map(|looked, _, ctx| {
            if let Err(error) = looked {
                tracing::warn!(%error, "could not look for published bots");
            }
            ctx.run_later(LOOK_EVERY, |this, ctx| this.look(ctx));
        }));
    }
}

impl Actor for Lookout {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        self.look(ctx);
    }
}
