//! What may still happen to a message of ours.

use super::ids::Turn;
use super::time::Timestamp;

/// A message of ours on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub turn: Turn,
    pub by_bot: bool,
    /// When it was written: earlier than any receipt for it.
    pub said_at: Timestamp,
    pub state: DeliveryState,
}

impl Delivery {
    /// Whether nothing more happens to it by itself.
    pub(super) fn is_settled(&self) -> bool {
        !matches!(self.state, DeliveryState::Open | DeliveryState::Uncertain { again: true })
    }

    /// Whether an agent should look at it.
    pub(super) fn is_trouble(&self) -> bool {
        use DeliveryState::{Bounced, Failed, Uncertain};
        matches!(self.state, Failed | Uncertain { again: false } | Bounced { .. })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryState {
    /// Queued, or being sent.
    Open,
    /// It may have arrived; another try may follow.
    Uncertain {
        again: bool,
    },
    Failed,
    /// It failed or may have arrived, and an agent leaves it at that.
    Left,
    Sent {
        provider_id: String,
    },
    Delivered {
        provider_id: String,
    },
    /// It was sent and, as the provider said later, did not arrive. Only a receipt proves otherwise.
    Bounced {
        provider_id: String,
    },
}
