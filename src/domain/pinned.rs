//! On which version of its bot a conversation is.
//!
//! A dialogue is finished on the version that began it, whatever is published meanwhile, also over a hand-off and back.
//! Whoever leaves it for a quiet day begins a new session, and with it, if there is a newer version by then, anew on that.

use super::bot::Bot;
use super::command::{Command, Refusal};
use super::conversation::Conversation;
use super::event::{Event, Origin, Place};
use super::ids::BotVersion;
use super::session::QUIET;
use super::state::{Mode, State};
use super::time::Timestamp;

impl State {
    /// The version that must be used at `now`; none: the newest.
    pub fn version_at(&self, now: Timestamp) -> Option<&BotVersion> {
        let last = self.last.as_ref().map_or(Timestamp(0), |last| last.at);
        let quiet = now.since(last.max(self.session.active_at)) > QUIET;
        // A delay is the dialogue's own quiet.
        let delayed = matches!(self.place, Place::Delayed { .. });
        self.pinned.as_ref().filter(|_| delayed || !quiet)
    }

    fn is_pinned_beside(&self, bot: &Bot) -> bool {
        self.pinned.as_ref().is_some_and(|pinned| !bot.is(pinned))
    }
}

impl Conversation {
    /// The bot gets to act, and it is not the one in whose dialogue we stand.
    pub(super) fn left_behind(&self, now: Timestamp, command: &Command) -> bool {
        self.state.is_pinned_beside(&self.bot) && self.bot_may_act(now, command)
    }

    fn bot_may_act(&self, now: Timestamp, command: &Command) -> bool {
        match (&self.state.mode, command) {
            // That a snooze is over is nothing to the bot.
            (_, Command::DeadlinePassed) if !self.floor_is_due(now) => false,
            (
                Mode::Bot,
                Command::Hear { .. }
                | Command::Open
                | Command::ViewPage { .. }
                | Command::Called { .. }
                | Command::DeadlinePassed,
            ) => true,
            (Mode::Waiting { .. }, Command::Hear { heard, .. }) => self.means_back(&heard.text),
            (Mode::Human { until, .. }, Command::DeadlinePassed) => until.is_some_and(|until| until <= now),
            (Mode::Waiting { .. } | Mode::Human { .. }, Command::GiveBack { .. }) => true,
            _ => false,
        }
    }

    /// Steps of one version mean nothing to another.
    pub(super) fn begin_anew(&self, now: Timestamp, command: Command) -> Result<Vec<Event>, Refusal> {
        let left = Event::BotMoved { from: Origin { bot: self.bot.version(), ..Origin::default() }, then: Place::Idle };
        let mut anew = self.clone();
        anew.apply(&left, now);
        Ok(std::iter::once(left).chain(anew.decide(now, command)?).collect())
    }
}
