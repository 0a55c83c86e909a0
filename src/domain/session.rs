//! A stretch of a conversation, ended by a quiet day or by an agent: what counts once per session, and what is counted in it.

use std::borrow::Cow;
use std::time::Duration;

use super::bot::triggers::path_of;
use super::time::Timestamp;

/// So long without a word and without a look at a page ends a session.
pub const QUIET: Duration = Duration::from_secs(24 * 60 * 60);
/// Pages beyond are not counted: nobody's trigger waits for so many.
const PAGES_MAX: usize = 16;
const PATH_BYTES_MAX: usize = 200;
/// Beyond, no trigger acts any more in that session.
const PULLED_MAX: usize = 32;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Session {
    /// 1 is the contact's first; 0: there has been none.
    pub number: u32,
    /// The contact's last word or look.
    pub active_at: Timestamp,
    /// The contact has written in it.
    pub wrote: bool,
    pub score: i32,
    /// The score made the contact a hot lead.
    pub hot: bool,
    /// The triggers that act once per session and have acted.
    pub pulled: Vec<String>,
    /// E-mail alerts that the bot has sent in it.
    pub alerts: u32,
    /// Paths of pages, and how often each was looked at.
    pub pages: Vec<(String, u32)>,
    /// An agent has closed it.
    pub over: bool,
}

impl Session {
    /// The session at `now`: a new one after a quiet day, or when it was closed.
    pub fn at(&self, now: Timestamp) -> Cow<'_, Session> {
        if self.number > 0 && !self.over && now.since(self.active_at) <= QUIET {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Session { number: self.number + 1, active_at: now, ..Session::default() })
    }

    /// How often a page of such a path has been looked at.
    pub fn visits(&self, fits: impl Fn(&str) -> bool) -> u32 {
        self.pages.iter().filter(|(path, _)| fits(path)).map(|(_, count)| *count).sum()
    }

    pub fn has_pulled(&self, trigger: &str) -> bool {
        self.pulled.len() >= PULLED_MAX || self.pulled.iter().any(|pulled| pulled == trigger)
    }

    pub(super) fn wrote(&mut self, now: Timestamp) {
        self.reach(now);
        self.wrote = true;
    }

    /// The contact is here again, without a word.
    pub(super) fn came(&mut self, now: Timestamp) {
        self.reach(now);
    }

    pub(super) fn looked_at(&mut self, url: &str, now: Timestamp) {
        self.reach(now);
        let path = page(url);
        if let Some((_, count)) = self.pages.iter_mut().find(|(known, _)| known == path) {
            *count = count.saturating_add(1);
        } else if self.pages.len() < PAGES_MAX {
            self.pages.push((path.to_owned(), 1));
        }
    }

    pub(super) fn scored(&mut self, points: i32, hot: bool) {
        self.score = self.score.saturating_add(points);
        self.hot |= hot;
    }

    pub(super) fn pulled(&mut self, trigger: &str) {
        if !self.has_pulled(trigger) {
            self.pulled.push(trigger.to_owned());
        }
    }

    fn reach(&mut self, now: Timestamp) {
        if let Cow::Owned(new) = self.at(now) {
            *self = new;
        }
        self.active_at = now;
    }
}

/// The part of an address by which a page is known here.
pub fn page(url: &str) -> &str {
    let path = path_of(url);
    let end = path.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= PATH_BYTES_MAX).last();
    &path[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_day_begins_another_session() {
        let mut session = Session::default();
        let start = Timestamp(1_000);
        session.wrote(start);
        session.scored(5, true);
        session.wrote(start + QUIET);
        assert_eq!((session.number, session.score, session.hot), (1, 5, true));
        session.looked_at("/", start + QUIET * 2 + Duration::from_millis(1));
        assert_eq!((session.number, session.score, session.wrote), (2, 0, false));
    }

    #[test]
    fn what_was_closed_is_followed_by_another_session() {
        let mut session = Session::default();
        session.wrote(Timestamp(1_000));
        session.over = true;
        session.wrote(Timestamp(1_001));
        assert_eq!((session.number, session.over), (2, false));
    }

    #[test]
    fn visits_are_counted_by_path() {
        let mut session = Session::default();
        for url in ["https://a.example/x?1", "https://a.example/x?2", "https://a.example/y"] {
            session.looked_at(url, Timestamp(1));
        }
        assert_eq!(session.visits(|path| path == "/x"), 2);
        (0..100).for_each(|number| session.looked_at(&format!("/{number}"), Timestamp(1)));
        assert_eq!(session.pages.len(), PAGES_MAX);
        assert_eq!(page(&"ä".repeat(200)).len(), PATH_BYTES_MAX);
    }
}
