//! What becomes of our messages: tried, tried again, uncertain, left to people, or seen to have arrived.
//!
//! The sender tries and tells how each try ended; what follows from it is decided here.

use super::account::WhenUncertain;
use super::command::{Outcome, Refusal};
use super::conversation::{Conversation, Decision, something};
use super::event::{Agent, Event};
use super::ids::Seq;
use super::state::{Delivery, DeliveryState};
use super::time::Timestamp;

impl Conversation {
    pub(super) fn outcome(&self, of: Seq, outcome: Outcome) -> Decision {
        let Some(delivery) = self.state.deliveries.get(&of) else { return Err(Refusal::NothingNew) };
        if !matches!(delivery.state, DeliveryState::Open | DeliveryState::Uncertain { again: true }) {
            return Err(Refusal::NothingNew);
        }
        let void = self.is_void(delivery);
        let uncertain = delivery.state != DeliveryState::Open;
        // Whatever the account wants, nothing is tried a third time.
        let holds = uncertain || self.account.uncertain == WhenUncertain::Hold;
        let event = match outcome {
            Outcome::OptedOut { reason } => return Ok(self.unwanted(of, reason)),
            Outcome::Sent { provider_id } => Event::Sent { of, provider_id },
            Outcome::NotSent { reason, .. } if void && uncertain => Event::Uncertain { of, again_at: None, reason },
            Outcome::NotSent { .. } if void => Event::Withdrawn { of: vec![of] },
            Outcome::NotSent { at, reason } => Event::Retrying { of, at, reason },
            Outcome::Refused { reason } => Event::Failed { of, reason },
            Outcome::Unknown { reason, .. } if void || holds => Event::Uncertain { of, again_at: None, reason },
            Outcome::Unknown { again_at, reason } => Event::Uncertain { of, again_at: Some(again_at), reason },
        };
        Ok(vec![event])
    }

    fn is_void(&self, delivery: &Delivery) -> bool {
        delivery.by_bot && delivery.turn < self.state.void_below
    }

    /// A message that may have arrived is not cancelled, only never tried again: its echo may still come.
    pub(super) fn withdraw(&self, of: Vec<Seq>) -> Decision {
        let state = |seq: &Seq| self.state.deliveries.get(seq).map(|delivery| &delivery.state);
        let reason = || "a human has taken over before it was tried again".to_owned();
        let again = |seq: &&Seq| state(seq) == Some(&DeliveryState::Uncertain { again: true });
        let uncertain =
            of.iter().filter(again).map(|of| Event::Uncertain { of: *of, again_at: None, reason: reason() });
        let open: Vec<Seq> = of.iter().copied().filter(|seq| state(seq) == Some(&DeliveryState::Open)).collect();
        let withdrawn = (!open.is_empty()).then_some(Event::Withdrawn { of: open });
        something(withdrawn.into_iter().chain(uncertain).collect())
    }

    pub(super) fn resend(&self, now: Timestamp, agent: Agent, of: Seq) -> Decision {
        self.may_write()?;
        let delivery = self.state.deliveries.get(&of);
        let closed = self.window().is_some_and(|window| window.open_until <= now);
        if closed && delivery.is_some_and(|delivery| delivery.by_bot) {
            return Err(Refusal::WindowClosed);
        }
        match delivery {
            Some(delivery)
                if !self.is_void(delivery)
                    && matches!(delivery.state, DeliveryState::Failed | DeliveryState::Uncertain { again: false }) =>
            {
                Ok(vec![Event::SendingAgain { of, by: agent }])
            }
            _ => Err(Refusal::NotResendable(of)),
        }
    }

    pub(super) fn leave(&self, agent: Option<Agent>, of: Seq) -> Decision {
        match self.state.deliveries.get(&of).map(|delivery| &delivery.state) {
            Some(DeliveryState::Failed | DeliveryState::Uncertain { again: false }) => {
                Ok(vec![Event::LeftBe { of, by: agent }])
            }
            _ => Err(Refusal::NothingNew),
        }
    }
}
