//! Our messages on their way, as far as their fate is still of interest.

use super::event::Receipt;
use super::ids::{Seq, Turn};
use super::state::{Delivery, DeliveryState, State};
use super::time::Timestamp;

/// How many of our latest messages are kept for receipts.
const TRACKED_DELIVERIES_MAX: usize = 32;

impl State {
    pub(super) fn track(&mut self, turn: Turn, by_bot: bool, tracked: bool, said_at: Timestamp) {
        if !tracked {
            return;
        }
        self.deliveries.insert(self.seq, Delivery { turn, by_bot, said_at, state: DeliveryState::Open });
        self.forget_oldest_settled();
    }

    /// The last message before `seq` that is still to be sent, or is being sent: nothing overtakes it.
    pub fn unsent_before(&self, seq: Seq) -> Option<Seq> {
        self.deliveries.range(..seq).rfind(|(_, delivery)| !delivery.is_settled()).map(|(seq, _)| *seq)
    }

    /// Open messages are never forgotten: the store's queue bounds them.
    fn forget_oldest_settled(&mut self) {
        let excess = self.deliveries.len().saturating_sub(TRACKED_DELIVERIES_MAX);
        if excess == 0 {
            return;
        }
        let oldest = self.deliveries.iter().filter(|(_, delivery)| delivery.is_settled()).map(|(seq, _)| *seq);
        for seq in oldest.take(excess).collect::<Vec<_>>() {
            self.deliveries.remove(&seq);
        }
    }

    pub(super) fn set_delivery(&mut self, of: Seq, state: DeliveryState) {
        if let Some(delivery) = self.deliveries.get_mut(&of) {
            delivery.state = state;
            self.forget_oldest_settled();
        }
    }

    pub(super) fn left_be(&mut self, of: Seq) {
        self.set_delivery(of, DeliveryState::Left);
        self.trouble = self.deliveries.values().any(Delivery::is_trouble);
    }

    pub(super) fn bounced(&mut self, of: Seq) {
        self.trouble = true;
        if let Some(DeliveryState::Sent { provider_id }) = self.deliveries.get(&of).map(|delivery| &delivery.state) {
            let provider_id = provider_id.clone();
            self.set_delivery(of, DeliveryState::Bounced { provider_id });
        }
    }

    pub(super) fn received(&mut self, of: Seq, receipt: Receipt) {
        if receipt == Receipt::Read {
            self.shown = self.shown.max(of);
        }
        let Some(delivery) = self.deliveries.get_mut(&of) else { return };
        match (receipt, &delivery.state) {
            (Receipt::Read, _) => {
                self.deliveries.remove(&of);
            }
            (Receipt::Delivered, DeliveryState::Sent { provider_id } | DeliveryState::Bounced { provider_id }) => {
                delivery.state = DeliveryState::Delivered { provider_id: provider_id.clone() };
            }
            (Receipt::Delivered, _) => {}
        }
    }
}
