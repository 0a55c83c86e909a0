//! The lists corrected by what the store has: whatever was missed is made up for within seconds.

use std::collections::HashSet;
use std::sync::Arc;

use actix::prelude::*;

use super::{ACTIVE_ROWS_MAX, BOT_ROWS_MAX, Inbox, Section, WINDOW_MAX};
use crate::domain::ids::ConversationId;
use crate::ports::store::{Group, Known, Listed, StoreError};

/// A group as it was read, and how many rows were asked for.
type Read = (Group, usize, Result<Vec<Listed>, StoreError>);

impl Inbox {
    /// At the start: first as much as screens show, so that nobody looks at empty lists while thousands of rows are
    /// gathered from all over a disk.
    pub(super) fn read_first(&mut self, ctx: &mut Context<Self>) {
        self.read(WINDOW_MAX as usize, ctx, Self::reread);
    }

    /// Reads what the store has at the top of each list: after the first look, and now and then to be sure.
    pub(super) fn reread(&mut self, ctx: &mut Context<Self>) {
        self.read(usize::MAX, ctx, |_, _| ());
        self.count(ctx);
        self.ask_for_marks(true, ctx);
    }

    fn read(&mut self, rows_max: usize, ctx: &mut Context<Self>, then: fn(&mut Self, &mut Context<Self>)) {
        if self.heard_in_reading.is_some() {
            return;
        }
        self.heard_in_reading = Some(HashSet::new());
        let store = self.parts.store.clone();
        // Of the thousands that are held few have moved on unheard of: the others are not read again.
        let known: Known = Arc::new(self.rows.iter().map(|(id, row)| (*id, row.summary.seq)).collect());
        let read = async move {
            let of = async |group, limit: usize| {
                let limit = limit.min(rows_max);
                (group, limit, store.list(group, limit, known.clone()).await)
            };
            let waiting = of(Group::Waiting, ACTIVE_ROWS_MAX).await;
            [waiting, of(Group::Human, ACTIVE_ROWS_MAX).await, of(Group::Bot, BOT_ROWS_MAX).await]
        };
        ctx.spawn(read.into_actor(self).map(move |read, this, ctx| {
            this.correct(read);
            then(this, ctx);
        }));
    }

    fn correct(&mut self, read: [Read; 3]) {
        let heard = self.heard_in_reading.take().unwrap_or_default();
        let whole = read.iter().all(|(group, limit, listed)| {
            listed.as_ref().is_ok_and(|listed| *group == Group::Bot || listed.len() < *limit)
        });
        let listed: Vec<Listed> = read.into_iter().filter_map(|(_, _, listed)| listed.ok()).flatten().collect();
        if whole {
            let listed: HashSet<ConversationId> = listed.iter().map(Listed::conversation).collect();
            self.forget_gone(|id| listed.contains(id) || heard.contains(id));
        }
        for listed in listed {
            if let Listed::News(summary) = listed {
                self.put(summary);
            }
        }
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
