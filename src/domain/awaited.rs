//! Whether anybody waits for what the bot says. Who does comes first: what the bot says on its own, because a time has come,
//! it may say to a hundred thousand contacts in the same second, and none of it is worth that somebody sits and waits.

use std::time::Duration;

use super::conversation::Conversation;
use super::event::{Event, GiveBack, Return};
use super::time::Timestamp;

/// So long after their last word, or look, contacts still sit there: a dialogue that takes a breath is awaited.
const THERE: Duration = Duration::from_secs(60);

impl Conversation {
    /// What one command led to at `now`: what caused it decides.
    pub(super) fn is_awaited(&self, events: &[Event], now: Timestamp) -> bool {
        let asked_at = self.state.call.as_ref().map_or(now, |open| open.opened_at);
        events.iter().find_map(cause).unwrap_or_else(|| self.is_there(asked_at))
    }

    /// However long somebody else's system takes for its answer: whoever was there when it was asked waits for it.
    fn is_there(&self, at: Timestamp) -> bool {
        let session = &self.state.session;
        session.number > 0 && at.since(session.active_at) <= THERE
    }
}

/// None: that shows nothing.
fn cause(event: &Event) -> Option<bool> {
    match event {
        // The contact does something, just now.
        Event::ContactSaid { .. } | Event::ContactChanged { .. } | Event::PageViewed { .. } | Event::OptedIn => {
            Some(true)
        }
        // They wait for a person, and hear how that stands; or a person wants the bot to go on now.
        Event::Climbed { .. } | Event::GivenBack { why: GiveBack::ByAgent | GiveBack::ByContact, .. } => Some(true),
        // A time has come.
        Event::GivenBack { why: GiveBack::PauseEnded, .. } | Event::Reopened { why: Return::TimeCame, .. } => {
            Some(false)
        }
        _ => None,
    }
}
