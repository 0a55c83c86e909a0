//! One reader's place in one conversation: nothing twice, nothing out of order, no hole unnoticed.
//!
//! Pure. A reader subscribes first and reads the store second; what is published in between is buffered here and
//! merged. Afterwards every published stretch either continues exactly, is old, or shows a hole that must be read.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::ids::Seq;
use crate::ports::bus::Published;

/// Stretches kept while the store is read; beyond it the oldest go, and the hole they leave is read again.
const BUFFERED_MAX: usize = 256;

#[derive(Debug, Clone)]
pub enum Feed {
    /// The store is being read, or looked at. `doubtful`: what happened since the reading began may be missing from both.
    Reading { buffer: VecDeque<Arc<Published>>, doubtful: bool },
    /// `next` is the seq that continues.
    Live { next: Seq },
}

/// What a reader does next.
#[derive(Debug, Clone)]
pub enum Step {
    /// Shows the events from this seq on, or the whole if that is its first.
    Show { published: Arc<Published>, from: Seq },
    /// Something is missing: reads the store after this seq. `have_read` must follow.
    Read { after: Seq },
    /// Something may be missing: asks the store where the log ends. `have_looked` must follow.
    Look { known: Seq },
}

impl Default for Feed {
    fn default() -> Self {
        Feed::Reading { buffer: VecDeque::new(), doubtful: false }
    }
}

impl Feed {
    /// What to do about something published.
    pub fn offer(&mut self, published: &Arc<Published>) -> Option<Step> {
        match self {
            Feed::Reading { buffer, .. } => {
                buffer.push_back(published.clone());
                if buffer.len() > BUFFERED_MAX {
                    buffer.pop_front();
                }
                None
            }
            Feed::Live { next } => {
                let (first, last) = (published.first, published.summary.seq);
                match place(*next, first, last, published.events.is_empty()) {
                    Place::Known => None,
                    Place::Continues { from } => {
                        *next = last + 1;
                        Some(Step::Show { published: published.clone(), from })
                    }
                    Place::BehindAHole => {
                        let after = *next - 1;
                        *self = Feed::Reading { buffer: [published.clone()].into(), doubtful: false };
                        Some(Step::Read { after })
                    }
                }
            }
        }
    }

    /// The store was read up to `last`, and that was shown: what to do about what was published meanwhile.
    pub fn have_read(&mut self, last: Seq) -> Vec<Step> {
        let (buffer, doubtful) = match std::mem::replace(self, Feed::Live { next: last + 1 }) {
            Feed::Reading { buffer, doubtful } => (buffer, doubtful),
            Feed::Live { .. } => Default::default(),
        };
        let mut steps: Vec<Step> = buffer.iter().filter_map(|published| self.offer(published)).collect();
        steps.extend(if doubtful { self.doubt() } else { None });
        steps
    }

    /// The log was known up to `known`, and ends at `end`.
    pub fn have_looked(&mut self, known: Seq, end: Seq) -> Vec<Step> {
        if end > known { vec![Step::Read { after: known }] } else { self.have_read(known) }
    }

    /// Something may have been missed: the store is to be looked at, now or once more when the present reading is done.
    pub fn doubt(&mut self) -> Option<Step> {
        match self {
            Feed::Reading { doubtful, .. } => {
                *doubtful = true;
                None
            }
            Feed::Live { next } => {
                let known = *next - 1;
                *self = Feed::default();
                Some(Step::Look { known })
            }
        }
    }
}

/// Where a stretch belongs for a reader who goes on at some seq.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    Known,
    Continues { from: Seq },
    BehindAHole,
}

/// `bare`: it only says that the log ends at `last`.
fn place(next: Seq, first: Seq, last: Seq, bare: bool) -> Place {
    if last < next {
        Place::Known
    } else if bare || first > next {
        Place::BehindAHole
    } else {
        Place::Continues { from: next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_continues_is_shown_what_is_old_is_not_and_a_hole_is_read() {
        assert_eq!(place(5, 5, 6, false), Place::Continues { from: 5 });
        assert_eq!(place(5, 4, 6, false), Place::Continues { from: 5 });
        assert_eq!(place(5, 3, 4, false), Place::Known);
        assert_eq!(place(5, 7, 8, false), Place::BehindAHole);
    }

    #[test]
    fn a_later_end_than_known_is_read() {
        assert_eq!(place(5, 5, 4, true), Place::Known);
        assert_eq!(place(5, 6, 5, true), Place::BehindAHole);
    }

    #[test]
    fn who_doubts_looks_and_reads_only_if_there_is_more_and_a_doubt_meanwhile_is_one_more_look() {
        let mut feed = Feed::Live { next: 5 };
        assert!(matches!(feed.doubt(), Some(Step::Look { known: 4 })));
        assert!(feed.doubt().is_none());
        assert!(matches!(feed.have_looked(4, 6)[..], [Step::Read { after: 4 }]));
        assert!(matches!(feed.have_read(6)[..], [Step::Look { known: 6 }]));
        assert!(feed.have_looked(6, 6).is_empty());
        assert!(matches!(feed, Feed::Live { next: 7 }));
    }
}
