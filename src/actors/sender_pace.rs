//! How fast one contact gets messages, on channels that count that: so many at once, and then one in a while.
//!
//! Pure. What went out is paid back by waiting. Whoever is not known here got nothing for a while, or by another node: what
//! goes at once is therefore less than half of what the channel allows.

use std::collections::HashMap;

use crate::domain::ids::ConversationId;
use crate::domain::time::Timestamp;
use crate::ports::channel::Pace;

/// Beyond so many, those who have paid are forgotten. Those who have not are bounded by the account's limit.
const KNOWN_MAX: usize = 4096;

pub struct Paces {
    pace: Option<Pace>,
    /// By when what a contact got is paid back.
    paid_at: HashMap<ConversationId, Timestamp>,
    forget_at: usize,
}

impl Paces {
    pub fn new(pace: Option<Pace>) -> Self {
        Self { pace, paid_at: HashMap::new(), forget_at: KNOWN_MAX }
    }

    /// When the contact may get something again; none: now.
    pub fn wait_until(&self, conversation: ConversationId, now: Timestamp) -> Option<Timestamp> {
        let ahead = self.pace?.every * self.pace?.at_once.saturating_sub(1);
        let at = *self.paid_at.get(&conversation)? - ahead;
        (at > now).then_some(at)
    }

    /// The contact gets so many messages.
    pub fn took(&mut self, conversation: ConversationId, calls: u32, now: Timestamp) {
        let Some(pace) = self.pace else { return };
        if self.paid_at.len() >= self.forget_at {
            self.paid_at.retain(|_, paid_at| *paid_at > now);
            // Looked through again only when there are twice as many, or each message would look through all.
            self.forget_at = KNOWN_MAX.max(self.paid_at.len() * 2);
        }
        let paid_at = self.paid_at.entry(conversation).or_insert(now);
        *paid_at = (*paid_at).max(now) + pace.every * calls.max(1);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::ids::AccountId;

    fn who(name: &str) -> ConversationId {
        ConversationId::of(&AccountId::new("wa"), name)
    }

    fn paces() -> Paces {
        Paces::new(Some(Pace { every: Duration::from_secs(6), at_once: 3 }))
    }

    #[test]
    fn so_many_go_at_once_and_then_one_in_a_while() {
        let mut paces = paces();
        let now = Timestamp(1_000_000);
        for _ in 0..3 {
            assert_eq!(paces.wait_until(who("ana"), now), None);
            paces.took(who("ana"), 1, now);
        }
        assert_eq!(paces.wait_until(who("ana"), now), Some(now + Duration::from_secs(6)));
        assert_eq!(paces.wait_until(who("ben"), now), None);
        let later = now + Duration::from_secs(6);
        assert_eq!(paces.wait_until(who("ana"), later), None);
        paces.took(who("ana"), 1, later);
        assert_eq!(paces.wait_until(who("ana"), later), Some(later + Duration::from_secs(6)));
        // Long enough, and all is paid back.
        let much_later = later + Duration::from_secs(60);
        paces.took(who("ana"), 2, much_later);
        assert_eq!(paces.wait_until(who("ana"), much_later), None);
    }

    #[test]
    fn whoever_has_paid_is_forgotten() {
        let mut paces = paces();
        for number in 0..20_000_u64 {
            paces.took(who(&number.to_string()), 1, Timestamp(number * 100));
        }
        assert!(paces.paid_at.len() <= KNOWN_MAX);
        assert_eq!(Paces::new(None).wait_until(who("ana"), Timestamp(1)), None);
    }
}
