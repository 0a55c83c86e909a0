//! How many conversations are in each list.
//!
//! The store counts them all; the lists hold the rows of the most urgent. A count is a little older than the rows, so
//! what is held is the least that is told: no screen shows a row in a list that it says is empty.

use actix::prelude::*;

use super::{Inbox, Section, Watcher, section_of};
use crate::domain::event::Reason;
use crate::ports::store::{Counted, Group};
use crate::wire::console::{Counts, ReasonCounts};
use crate::wire::view;

/// Whether the store is being asked; one question at a time, so that an older answer never follows a newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Counting {
    #[default]
    No,
    Yes,
    /// Something has changed since it was asked.
    Again,
}

impl Inbox {
    pub(super) fn count(&mut self, ctx: &mut Context<Self>) {
        if self.counting != Counting::No {
            self.counting = Counting::Again;
            return;
        }
        self.counting = Counting::Yes;
        let counted = self.parts.store.count();
        ctx.spawn(counted.into_actor(self).map(|counted, this, ctx| {
            if let Ok(counts) = counted
                && std::mem::replace(&mut this.counts, counts) != counts
            {
                this.tell_all();
            }
            if std::mem::take(&mut this.counting) == Counting::Again {
                this.count(ctx);
            }
        }));
    }

    /// Counts the rows that are held.
    pub(super) fn count_held(&mut self) {
        let waiting = section_of(&self.order, Section::Waiting).count();
        let human = self.order.len() - waiting - self.bot_rows - self.aside_rows;
        for (group, held) in [(Group::Waiting, waiting), (Group::Human, human), (Group::Bot, self.bot_rows)] {
            self.held[group as usize] = held as u64;
        }
        self.reasons = self.reasons();
    }

    /// How many wait for what reason.
    pub(super) fn reasons(&self) -> ReasonCounts {
        let waiting =
            |reason| self.by_reason.get(&reason).map_or(0, |order| section_of(order, Section::Waiting).count());
        view::reason_counts(|reason: Reason| waiting(reason) as u64)
    }

    pub(super) fn counts_for(&self, watcher: &Watcher) -> Counts {
        let mine = Section::Human(Some(watcher.agent));
        let count = |order, section| section_of(order, section).count() as u64;
        let counts: Counted = std::array::from_fn(|group| self.counts[group].max(self.held[group]));
        let Some(reason) = watcher.reason else {
            return view::counts(counts, count(&self.order, mine), self.reasons);
        };
        let none = std::collections::BTreeSet::new();
        let order = self.by_reason.get(&reason).unwrap_or(&none);
        let (waiting, bot) = (count(order, Section::Waiting), count(order, Section::Bot));
        let human = order.len() as u64 - waiting - bot;
        let [.., snoozed, closed, blocked] = counts;
        view::counts([bot, waiting, human, snoozed, closed, blocked], count(order, mine), self.reasons)
    }
}
