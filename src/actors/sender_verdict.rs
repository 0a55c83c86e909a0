//! What a provider's answer means for a message, and for its whole account. Pure.

use std::time::Duration;

use crate::domain::command::Outcome;
use crate::domain::ids::DeliveryId;
use crate::domain::time::Timestamp;
use crate::ports::channel::SendResult;

/// After so many tries that certainly did not go out, a message has failed.
const ATTEMPTS_MAX: u32 = 12;
/// How long an account whose credentials were refused waits before it tries again.
const REFUSED_WAIT: Duration = Duration::from_secs(300);

pub struct Verdict {
    pub outcome: Outcome,
    /// Nothing of this account goes out before.
    pub blocked_until: Option<Timestamp>,
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, blocked_until: None }
    }
}

/// What a try's outcome is told under, whoever tells it: a try has one end. A word that is heard and not answered is told
/// again, and may be heard again after the next try has begun: without a key it would put back into the queue, or end,
/// what is being sent. That it was sent is true for ever.
pub fn key(of: DeliveryId, attempt: u32, outcome: &Outcome) -> Option<String> {
    let DeliveryId { conversation, seq } = of;
    (!matches!(outcome, Outcome::Sent { .. })).then(|| format!("try:{conversation}:{seq}:{attempt}"))
}

/// `attempt`: how often it was tried before. What may have arrived waits `reconcile` for its echo, what certainly did not
/// waits as long as `backoff` says where the provider says nothing else.
pub fn verdict(
    result: SendResult,
    attempt: u32,
    now: Timestamp,
    reconcile: Duration,
    backoff: impl FnOnce(u32) -> Duration,
) -> Verdict {
    match result {
        SendResult::Sent { provider_id } => Outcome::Sent { provider_id }.into(),
        SendResult::Permanent { reason } => Outcome::Refused { reason }.into(),
        SendResult::OptedOut { reason } => Outcome::OptedOut { reason }.into(),
        SendResult::Unknown { reason } => Outcome::Unknown { again_at: now + reconcile, reason }.into(),
        SendResult::NotSent { after, account_wide: true, reason } => {
            blocked(now + after.unwrap_or_else(|| backoff(attempt)), reason)
        }
        SendResult::NotSent { reason, .. } if attempt + 1 >= ATTEMPTS_MAX => {
            Outcome::Refused { reason: format!("{reason} (gave up after {ATTEMPTS_MAX} tries)") }.into()
        }
        SendResult::NotSent { after, reason, .. } => {
            Outcome::NotSent { at: now + after.unwrap_or_else(|| backoff(attempt)), reason }.into()
        }
        SendResult::AccountRefused { reason } => blocked(now + REFUSED_WAIT, reason),
    }
}

fn blocked(until: Timestamp, reason: String) -> Verdict {
    Verdict { outcome: Outcome::NotSent { at: until, reason }, blocked_until: Some(until) }
}
