//! The one recovery path: finds what is due and nobody looks after, and brings it to its conversation.
//!
//! Deadlines of conversations that sleep or whose process died, messages that were being sent when their process
//! ended, bot messages that a take over stopped just before a crash. And while the store is in trouble, it asks
//! whether the trouble is over.

use std::time::Duration;

use actix::prelude::*;
use futures_util::StreamExt;
use futures_util::stream;

use super::sender_verdict;
use super::switchboard::Switchboard;
use crate::dice;
use crate::domain::command::{Command, Outcome};
use crate::domain::ids::{AccountId, DeliveryId};
use crate::domain::time::Timestamp;
use crate::ports::store::{Contact, StoreError, Stray, StrayState};

const EVERY: Duration = Duration::from_secs(1);
const BATCH: usize = 500;
/// What has failed grows old slowly.
const SHELF_EVERY: Duration = Duration::from_secs(60);
/// Looked through at a time; the rest has its turn the next time.
const SHELF_BATCHES_MAX: usize = 20;
/// Conversations asked at the same time.
const ASKED_MAX: usize = 128;

pub struct Sweeper {
    switchboard: Switchboard,
}

impl Sweeper {
    pub fn new(switchboard: Switchboard) -> Self {
        Self { switchboard }
    }

    fn sweep(&mut self, ctx: &mut Context<Self>) {
        let switchboard = self.switchboard.clone();
        let swept = async move {
            let swept = async {
                sweep_strays(&switchboard).await?;
                sweep_deadlines(&switchboard).await
            };
            if let Err(error) = swept.await {
                tracing::warn!(%error, "could not look for what is due");
                if let StoreError::Unavailable(words) = error {
                    switchboard.parts().notices.storage(Some(words));
                }
            }
        };
        ctx.spawn(swept.into_actor(self).map(|(), _, ctx| {
            // A little uneven, so that several nodes do not sweep together.
            ctx.run_later(EVERY + dice::up_to(EVERY / 10), |this, ctx| this.sweep(ctx));
        }));
    }

    fn tidy(&mut self, ctx: &mut Context<Self>) {
        let switchboard = self.switchboard.clone();
        let tidied = async move {
            if let Err(error) = tidy_shelf(&switchboard).await {
                tracing::warn!(%error, "could not look for what failed too long ago");
            }
        };
        ctx.spawn(tidied.into_actor(self).map(|(), _, ctx| {
            ctx.run_later(SHELF_EVERY + dice::up_to(SHELF_EVERY / 10), |this, ctx| this.tidy(ctx));
        }));
    }

    /// Beside the sweep, which waits as long as the store does, more than once.
    fn watch(&mut self, ctx: &mut Context<Self>) {
        let switchboard = self.switchboard.clone();
        let checked = async move { check_store(&switchboard).await };
        ctx.spawn(checked.into_actor(self).map(|(), _, ctx| {
            ctx.run_later(EVERY, |this, ctx| this.watch(ctx));
        }));
    }
}

impl Actor for Sweeper {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        self.watch(ctx);
        self.sweep(ctx);
        self.tidy(ctx);
    }
}

async fn sweep_deadlines(switchboard: &Switchboard) -> Result<(), StoreError> {
    loop {
        let parts = switchboard.parts();
        let due = parts.store.due(parts.clock.now(), BATCH).await?;
        answered(switchboard);
        let full = due.len() == BATCH;
        metrics::counter!("switchboard_swept_total", "what" => "deadline").increment(due.len() as u64);
        ask_all(switchboard, due.into_iter().map(|contact| (contact, Command::DeadlinePassed, None))).await;
        if !full {
            return Ok(());
        }
    }
}

/// What another incarnation was sending is a stray only to the node that sends for the account now: it knows that the
/// other has been relieved.
pub fn is_ours_to_judge(stray: &Stray, sends_for: impl Fn(&AccountId) -> bool) -> bool {
    stray.state == StrayState::Withdrawn || sends_for(&stray.contact.account)
}

/// What its conversation is told of a delivery that nobody looks after any more, and under which key.
pub fn what_became_of(stray: &Stray, again_at: Timestamp) -> (Command, Option<String>) {
    let of = stray.seq;
    match stray.state {
        StrayState::Sending { attempt } => {
            let reason = "the process ended while this was being sent".to_owned();
            let outcome = Outcome::Unknown { again_at, reason };
            let delivery = DeliveryId { conversation: stray.contact.conversation, seq: of };
            let key = sender_verdict::key(delivery, attempt, &outcome);
            (Command::Outcome { of, outcome }, key)
        }
        StrayState::Withdrawn => (Command::Withdraw { of: vec![of] }, None),
    }
}

async fn sweep_strays(switchboard: &Switchboard) -> Result<(), StoreError> {
    let parts = switchboard.parts();
    while parts.duties.any() {
        let now = parts.clock.now();
        let strays = parts.store.strays(now, parts.incarnation, BATCH).await?;
        answered(switchboard);
        let full = strays.len() == BATCH;
        metrics::counter!("switchboard_swept_total", "what" => "delivery").increment(strays.len() as u64);
        let again_at = now + parts.limits.reconcile;
        let judged = |stray: &Stray| is_ours_to_judge(stray, |account| parts.duties.has(account));
        let commands = strays.into_iter().filter(judged).map(|stray| {
            let (command, key) = what_became_of(&stray, again_at);
            (stray.contact, command, key)
        });
        ask_all(switchboard, commands).await;
        if !full {
            break;
        }
    }
    Ok(())
}

/// What failed long ago is left as it is: nobody will send it again, and the shelf stays as long as that allows.
async fn tidy_shelf(switchboard: &Switchboard) -> Result<(), StoreError> {
    let parts = switchboard.parts();
    let until = Timestamp(parts.clock.now().0.saturating_sub(parts.limits.failed_kept.as_millis() as u64));
    let mut after = i64::MIN;
    for _ in 0..SHELF_BATCHES_MAX {
        let (old, end) = parts.store.shelved_until(until, after, BATCH).await?;
        metrics::counter!("switchboard_swept_total", "what" => "failed").increment(old.len() as u64);
        let leave = old.into_iter().map(|old| (old.contact, Command::Leave { agent: None, of: old.seq }, None));
        ask_all(switchboard, leave).await;
        match end {
            Some(end) => after = end,
            None => break,
        }
    }
    Ok(())
}

async fn ask_all(switchboard: &Switchboard, commands: impl Iterator<Item = (Contact, Command, Option<String>)>) {
    stream::iter(commands)
        .for_each_concurrent(ASKED_MAX, |(contact, command, key)| async move {
            // A refusal is an answer: somebody else was quicker. Anything else comes up again in two seconds.
            if switchboard.ask(contact, command, key).await.is_ok() {
                answered(switchboard);
            }
        })
        .await;
}

/// Other nodes hear of a store that is silent by not hearing this: long before anybody here has waited in vain. What only
/// reads says nothing while nobody can write.
fn answered(switchboard: &Switchboard) {
    let parts = switchboard.parts();
    if parts.notices.storage_trouble().is_none() {
        parts.directory.well();
    }
}

async fn check_store(switchboard: &Switchboard) {
    let parts = switchboard.parts();
    if parts.notices.storage_trouble().is_none() {
        return;
    }
    match parts.store.probe(parts.clock.now()).await {
        Ok(()) => {
            parts.notices.storage(None);
            answered(switchboard);
        }
        Err(StoreError::Unavailable(words)) => parts.notices.storage(Some(words)),
        Err(_) => {}
    }
}
