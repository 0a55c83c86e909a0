//! The lists corrected by what the store has: whatever was missed is made up for within seconds.

use std::collections::HashSet;

use actix::prelude::*;

use super::{ACTIVE_ROWS_MAX, BOT_ROWS_MAX, Inbox, Section};
use crate::domain::ids::ConversationId;
use crate::domain::summary::Summary;
use crate::ports::store::{Group, StoreError};

/// A group as it was read, and how many rows were asked for.
type Read = (Group, usize, Result<Vec<Summary>, StoreError>);

impl Inbox {
    /// Reads what the store has at the top of each list: at the start, and now and then to be sure.
    pub(super) fn reread(&mut self, ctx: &mut Context<Self>) {
        if self.heard_in_reading.is_none() {
            self.heard_in_reading = Some(HashSet::new());
            let store = self.parts.store.clone();
            let read = async move {
                let of = async |group, limit| (group, limit, store.list(group, limit).await);
                let waiting = of(Group::Waiting, ACTIVE_ROWS_MAX).await;
                [waiting, of(Group::Human, ACTIVE_ROWS_MAX).await, of(Group::Bot, BOT_ROWS_MAX).await]
            };
            ctx.spawn(read.into_actor(self).map(|read, this, _| this.correct(read)));
        }
        self.count(ctx);
        self.ask_for_marks(true, ctx);
    }

    fn correct(&mut self, read: [Read; 3]) {
        let heard = self.heard_in_reading.take().unwrap_or_default();
        let whole = read.iter().all(|(group, limit, listed)| {
            listed.as_ref().is_ok_and(|listed| *group == Group::Bot || listed.len() < *limit)
        });
        let listed: Vec<Summary> = read.into_iter().filter_map(|(_, _, listed)| listed.ok()).flatten().collect();
        if whole {
            let listed: HashSet<ConversationId> = listed.iter().map(|summary| summary.conversation).collect();
            self.forget_gone(|id| listed.contains(id) || heard.contains(id));
        }
        listed.into_iter().for_each(|summary| self.put(summary.into()));
        self.trim();
        self.tell_all();
    }

    /// What the store lists no more has been laid aside, or is further down, and that was not heard of.
    fn forget_gone(&mut self, stays: impl Fn(&ConversationId) -> bool) {
        let shown = self.order.iter().filter(|(section, ..)| *section != Section::Aside);
        let gone: Vec<_> = shown.filter(|(.., id)| !stays(id)).copied().collect();
        gone.into_iter().for_each(|place| self.forget(place));
    }
}
