//! Who is at a conversation at the moment, and who writes. Signs are shown, repeated, and forgotten by themselves: nothing
//! of it is stored, and a sign that is lost is made up for by the next.

use std::time::Duration;

use uuid::Uuid;

use super::event::Agent;
use super::time::Timestamp;

/// A console that shows a conversation says so as often as this.
pub const VIEWS_AGAIN_AFTER: Duration = Duration::from_secs(10);
/// One that has not for so long is gone, whatever became of it.
const VIEWS_FOR: Duration = Duration::from_secs(30);
/// Who has shown no key for so long does not write any more.
const TYPES_FOR: Duration = Duration::from_secs(6);
/// A bot that asks others for its answer gets it by then, or calls a human.
const BOT_TYPES_FOR: Duration = Duration::from_secs(20);
/// Nobody shows the same more often.
const SAME_AFTER: Duration = Duration::from_secs(2);

/// What one screen, or the bot, does at a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// The screen, which tells two of one agent apart.
    pub from: Uuid,
    pub who: Who,
    pub does: Doing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Agent(Agent),
    Contact,
    Bot,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Views it since now: whoever else is there shows it again.
    Came,
    Views,
    Types,
    Left,
}

impl Sign {
    pub fn of_bot() -> Self {
        Self { from: Uuid::nil(), who: Who::Bot, does: Doing::Types }
    }

    /// How long it holds, unless it is repeated.
    pub fn lasts(&self) -> Duration {
        match (self.does, &self.who) {
            (Doing::Came | Doing::Views, _) => VIEWS_FOR,
            (Doing::Types, Who::Bot) => BOT_TYPES_FOR,
            (Doing::Types, _) => TYPES_FOR,
            (Doing::Left, _) => Duration::ZERO,
        }
    }
}

/// When a screen last showed something of one kind.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace(Option<Timestamp>);

impl Pace {
    /// Whether it may show it now; then it counts as shown.
    pub fn allows(&mut self, now: Timestamp) -> bool {
        let allowed = self.0.is_none_or(|last| now.since(last) >= SAME_AFTER);
        if allowed {
            self.0 = Some(now);
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_shown_every_two_seconds_at_most() {
        let mut pace = Pace::default();
        let shown: Vec<u64> = (0..100).map(|tenth| tenth * 100).filter(|at| pace.allows(Timestamp(*at))).collect();
        assert_eq!(shown, [0, 2_000, 4_000, 6_000, 8_000]);
    }

    #[test]
    fn who_views_repeats_it_twice_before_it_is_forgotten() {
        let sign = Sign { does: Doing::Views, ..Sign::of_bot() };
        assert!(VIEWS_AGAIN_AFTER * 2 < sign.lasts());
    }
}
