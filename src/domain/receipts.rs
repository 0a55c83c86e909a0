//! How far our messages got: to the contact's device, before their eyes. Receipts only move forward.

use super::conversation::{Conversation, Decision, something};
use super::event::{Event, Receipt};
use super::ids::Seq;
use super::state::DeliveryState;
use super::time::Timestamp;

impl Conversation {
    pub(super) fn acknowledge(&self, receipt: Receipt, ids: &[String], watermark: Option<Timestamp>) -> Decision {
        let named = ids.iter().flat_map(|id| self.sent_as(id));
        let below = self.state.deliveries.iter().filter(|(_, delivery)| {
            matches!(delivery.state, DeliveryState::Sent { .. } | DeliveryState::Delivered { .. })
                && watermark.is_some_and(|watermark| delivery.said_at <= watermark)
        });
        let mut of: Vec<Seq> =
            named.chain(below.map(|(seq, _)| *seq)).filter(|seq| self.is_news(*seq, receipt)).collect();
        of.sort_unstable();
        of.dedup();
        something(if of.is_empty() { vec![] } else { vec![Event::Received { of, receipt }] })
    }

    /// Receipts only move forward.
    fn is_news(&self, seq: Seq, receipt: Receipt) -> bool {
        match self.state.deliveries.get(&seq).map(|delivery| &delivery.state) {
            Some(DeliveryState::Sent { .. } | DeliveryState::Bounced { .. }) => true,
            Some(DeliveryState::Delivered { .. }) => receipt == Receipt::Read,
            _ => false,
        }
    }

    pub(super) fn seen(&self, seq: Seq) -> Decision {
        let new = |said: Seq| said > self.state.shown && said <= seq;
        let of: Vec<Seq> = self.state.said.iter().map(|said| said.seq).filter(|said| new(*said)).collect();
        something(if of.is_empty() { vec![] } else { vec![Event::Received { of, receipt: Receipt::Read }] })
    }
}
