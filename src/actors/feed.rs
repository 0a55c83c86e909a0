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

#[derive(Debug)]
pub enum Feed {
    /// The store is being read. `doubtful`: what happened since the reading began may be missing from both.
    Reading { buffer: VecDeque<Arc<Published>>, doubtful: bool },
    /// `next` is the seq that continues.
    Live { next: Seq },
}

/// What to do with something published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// Known already, or kept until the reading is done.
    Keep,
    /// Send it whole.
    Forward,
    /// Send its events from this seq on.
    ForwardFrom(Seq),
    /// Something is missing: read the store after this seq.
    Read { after: Seq },
}

impl Default for Feed {
    fn default() -> Self {
        Feed::Reading { buffer: VecDeque::new(), doubtful: false }
    }
}

impl Feed {
    pub fn offer(&mut self, published: &Arc<Published>) -> Offer {
        match self {
            Feed::Reading { buffer, .. } => {
                buffer.push_back(published.clone());
                if buffer.len() > BUFFERED_MAX {
                    buffer.pop_front();
                }
                Offer::Keep
            }
            Feed::Live { next } => {
                let (first, last) = (published.first, published.summary.seq);
                let offer = if published.events.is_empty() { known(*next, last) } else { place(*next, first, last) };
                match offer {
                    Offer::Forward | Offer::ForwardFrom(_) => *next = last + 1,
                    Offer::Read { .. } => {
                        *self = Feed::Reading { buffer: [published.clone()].into(), doubtful: false };
                    }
                    Offer::Keep => {}
                }
                offer
            }
        }
    }

    /// The store was read up to `last`. Gives what was published meanwhile, to be offered again, and whether to read
    /// once more.
    pub fn read(&mut self, last: Seq) -> (VecDeque<Arc<Published>>, bool) {
        match std::mem::replace(self, Feed::Live { next: last + 1 }) {
            Feed::Reading { buffer, doubtful } => (buffer, doubtful),
            Feed::Live { .. } => Default::default(),
        }
    }

    /// Something may have been missed: the store is to be read after the given seq, now or once the present reading is
    /// done.
    pub fn doubt(&mut self) -> Option<Seq> {
        match self {
            Feed::Reading { doubtful, .. } => {
                *doubtful = true;
                None
            }
            Feed::Live { next } => {
                let known = *next - 1;
                *self = Feed::default();
                Some(known)
            }
        }
    }
}

/// What to do about the bare news that the log ends at `last`.
fn known(next: Seq, last: Seq) -> Offer {
    if last < next { Offer::Keep } else { Offer::Read { after: next - 1 } }
}

fn place(next: Seq, first: Seq, last: Seq) -> Offer {
    if last < next {
        Offer::Keep
    } else if first > next {
        Offer::Read { after: next - 1 }
    } else if first == next {
        Offer::Forward
    } else {
        Offer::ForwardFrom(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_continues_is_forwarded_what_is_old_is_not_and_a_hole_is_read() {
        assert_eq!(place(5, 5, 6), Offer::Forward);
        assert_eq!(place(5, 4, 6), Offer::ForwardFrom(5));
        assert_eq!(place(5, 3, 4), Offer::Keep);
        assert_eq!(place(5, 7, 8), Offer::Read { after: 4 });
    }

    #[test]
    fn a_doubt_is_read_after_and_one_during_a_reading_is_read_once_more() {
        let mut feed = Feed::Live { next: 5 };
        assert_eq!(feed.doubt(), Some(4));
        assert_eq!(feed.doubt(), None);
        assert!(feed.read(6).1);
        assert_eq!(feed.doubt(), Some(6));
        assert!(!feed.read(6).1);
    }

    #[test]
    fn a_later_end_than_known_is_read() {
        assert_eq!(known(5, 4), Offer::Keep);
        assert_eq!(known(5, 5), Offer::Read { after: 4 });
    }
}
