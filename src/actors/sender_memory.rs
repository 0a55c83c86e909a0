//! What a sender holds of what the store holds: a part, in the same order.
//!
//! Messages come from their conversations as they are committed, and from the store when some have not come: memory was
//! full, another node wrote them, or this one has just come on duty.

use std::collections::HashSet;

use actix::prelude::*;

use super::sender::{RETRY_STORE_AFTER, Sender};
use crate::domain::ids::{ConversationId, DeliveryId, Seq};
use crate::domain::time::Timestamp;
use crate::ports::store::Queued;

impl Sender {
    pub(super) fn read_more(&mut self, ctx: &mut Context<Self>) {
        if self.reading.is_some() {
            return;
        }
        self.reading = Some(Vec::new());
        self.heard_of.clear();
        let limit = self.switchboard.parts().limits.sender_queue_max;
        let unsettled: Vec<DeliveryId> = self.told.iter().copied().collect();
        let queued = self.switchboard.parts().store.queued(self.account.clone(), 0, limit);
        ctx.spawn(queued.into_actor(self).map(move |queued, this, ctx| {
            let meanwhile = this.reading.take().unwrap_or_default();
            match queued {
                Ok(queued) if this.duty.is_ours() => {
                    let whole = queued.len() < limit;
                    this.behind = !whole || std::mem::take(&mut this.look_again);
                    if whole {
                        this.settle_by_the_store(unsettled, &queued);
                    }
                    queued.into_iter().for_each(|queued| this.lines.add(queued));
                    meanwhile.into_iter().for_each(|queued| this.enqueue(queued));
                    this.pump(ctx);
                }
                Ok(_) => {}
                Err(_) => this.wake_in(RETRY_STORE_AFTER, ctx),
            }
        }));
    }

    /// The store holds what memory does not.
    pub(super) fn look(&mut self, ctx: &mut Context<Self>) {
        self.behind = true;
        self.look_again = self.reading.is_some();
        self.pump(ctx);
    }

    pub(super) fn knows(&self, conversation: ConversationId, seq: Seq) -> bool {
        let is_it = |queued: &Queued| queued.seq == seq && queued.contact.conversation == conversation;
        self.lines.holds(conversation, seq) || self.reading.iter().flatten().any(is_it)
    }

    /// What was told before the store was read and is not unsent there is done with.
    fn settle_by_the_store(&mut self, told: Vec<DeliveryId>, unsent: &[Queued]) {
        for id in told {
            // It has been heard of since, or has started again.
            if !self.told.contains(&id) {
                continue;
            }
            let again = unsent.iter().find(|queued| queued.id() == id).map(|queued| (queued.at, queued.flagged));
            self.settle(id.conversation, id.seq, again);
        }
        let unsent: HashSet<DeliveryId> = unsent.iter().map(Queued::id).collect();
        let heard_of = std::mem::take(&mut self.heard_of);
        self.lines.keep_only(|queued| unsent.contains(&queued.id()) || heard_of.contains(&queued.id()));
    }

    pub(super) fn again(&mut self, id: DeliveryId, at: Timestamp, flagged: bool) -> bool {
        if self.reading.is_some() {
            self.heard_of.insert(id);
        }
        self.lines.again(id.conversation, id.seq, at, flagged)
    }

    /// While the store holds earlier messages than memory, later ones wait there with them.
    pub(super) fn enqueue(&mut self, queued: Queued) {
        match &mut self.reading {
            Some(meanwhile) if meanwhile.len() < self.switchboard.parts().limits.sender_queue_max => {
                meanwhile.push(queued);
            }
            None if !self.behind && self.lines.add_if_room(queued) => {}
            _ => self.behind = true,
        }
    }

    pub(super) fn settle(&mut self, conversation: ConversationId, seq: Seq, again: Option<(Timestamp, bool)>) {
        self.told.remove(&DeliveryId { conversation, seq });
        match again {
            None if self.lines.holds(conversation, seq) => self.lines.done(conversation, seq),
            Some((at, flagged)) if self.again(DeliveryId { conversation, seq }, at, flagged) => {}
            // Not in memory: an agent sends a failed message again, or another process was sending it.
            _ => self.behind = true,
        }
    }
}
