//! What the contact wrote and nobody of us has seen.
//!
//! The log counts what they wrote. How far somebody has seen it is a mark beside the log, for a look at a screen is no
//! event. Whether something was answered is another matter.

use super::event::Event;
use super::ids::Seq;

/// How much the contact has written, and the last of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    pub count: u32,
    pub seq: Seq,
}

/// How far it has been seen: so much of it, up to this seq.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub count: u32,
    pub seq: Seq,
}

impl Written {
    /// How much of it nobody has seen.
    pub fn unread(self, mark: Option<Mark>) -> u32 {
        match mark {
            None => self.count,
            Some(mark) if self.seq <= mark.seq => 0,
            // Who counted less than there was, before counting began, still knows that this is new.
            Some(mark) => self.count.saturating_sub(mark.count).max(1),
        }
    }

    /// The mark of who has seen all but the last so many; none: there are not so many.
    pub fn all_but(self, last: u32) -> Option<Mark> {
        let count = self.count.checked_sub(last)?;
        Some(Mark { count, seq: if last == 0 { self.seq } else { self.seq.saturating_sub(1) } })
    }

    /// The mark of who has seen everything up to `seq`, after which `events` came.
    pub fn up_to<'e>(self, seq: Seq, events: impl IntoIterator<Item = &'e Event>) -> Mark {
        let after = events.into_iter().filter(|event| is_written(event)).count();
        Mark { count: self.count.saturating_sub(u32::try_from(after).unwrap_or(u32::MAX)), seq }
    }
}

/// Whether it is something to read from the contact.
pub fn is_written(event: &Event) -> bool {
    matches!(event, Event::ContactSaid { heard, .. } if !heard.is_wordless())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::Heard;

    #[test]
    fn what_was_written_after_the_last_look_is_unread() {
        let written = Written { count: 5, seq: 20 };
        assert_eq!(written.unread(None), 5);
        assert_eq!(written.unread(Some(Mark { count: 3, seq: 12 })), 2);
        assert_eq!(written.unread(Some(Mark { count: 5, seq: 20 })), 0);
        assert_eq!(written.unread(Some(Mark { count: 5, seq: 31 })), 0);
    }

    #[test]
    fn whoever_counted_otherwise_before_still_sees_that_something_is_new() {
        assert_eq!(Written { count: 2, seq: 20 }.unread(Some(Mark { count: 9, seq: 12 })), 1);
    }

    #[test]
    fn the_last_ones_are_marked_unread_by_their_number() {
        let written = Written { count: 5, seq: 20 };
        for unread in 0..=5 {
            assert_eq!(written.unread(written.all_but(unread)), unread);
        }
        assert_eq!(written.all_but(6), None);
    }

    #[test]
    fn only_what_there_is_to_read_counts() {
        let said = |heard| Event::ContactSaid { heard, provider_id: None, provider_at: None };
        let came = Heard { referral: Some("ad".to_owned()), ..Heard::default() };
        let events = [said(Heard::text("hi")), said(came), Event::OptedIn];
        assert_eq!(Written { count: 5, seq: 20 }.up_to(17, &events), Mark { count: 4, seq: 17 });
    }
}
