//! What providers show of a bot before anybody has said anything: entered when a node starts, and whenever another version
//! is published. Every node does so, for they all enter the same; what is there already is not entered again.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::backoff::full_jitter;
use super::bots::Bots;
use crate::domain::bot::Bot;
use crate::domain::ids::{AccountId, BotId, BotVersion};
use crate::ports::channel::Doors;

const LOOK_EVERY: Duration = Duration::from_secs(1);
const AGAIN_AFTER: Duration = Duration::from_secs(5);
const AGAIN_AFTER_MAX: Duration = Duration::from_secs(10 * 60);

/// Ends with the node, whose bots these are.
pub async fn keep(bots: Weak<Bots>, account: AccountId, bot: BotId, doors: Arc<dyn Doors>) {
    let mut shown: Option<BotVersion> = None;
    let mut tries = 0;
    loop {
        // Not held while a provider is asked, or the node could not end.
        let Some(newest) = bots.upgrade().map(|bots| bots.newest(&bot)) else { return };
        match newest.filter(|newest| newest.version() != shown) {
            None => tokio::time::sleep(LOOK_EVERY).await,
            Some(newest) if show(&newest, &account, &*doors, tries == 0).await => {
                (shown, tries) = (newest.version(), 0);
            }
            Some(_) => {
                tries += 1;
                tokio::time::sleep(full_jitter(tries, AGAIN_AFTER, AGAIN_AFTER_MAX)).await;
            }
        }
    }
}

/// Whether it is shown now, or the bot has nothing to show. Trouble is told of once.
async fn show(bot: &Bot, account: &AccountId, doors: &dyn Doors, first: bool) -> bool {
    let Some(entrances) = &bot.entrances else { return true };
    let version = || bot.version().map_or_else(String::new, |version| version.to_string());
    match doors.show(entrances).await {
        Ok(false) => true,
        Ok(true) => {
            tracing::info!(%account, bot = version(), "what people can tap before they write is entered");
            true
        }
        Err(why) => {
            if first {
                let fix = "trying again; the token needs the right to change the profile of its line";
                tracing::warn!(%account, bot = version(), why, fix, "what people can tap before they write is not entered");
            }
            false
        }
    }
}
