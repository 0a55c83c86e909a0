//! What an index takes in of a conversation, whichever database it lies in: the words of what was said, who the contact
//! is, and where the conversation stands in the lists.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::event::Event;
use crate::domain::filter::{ATTRIBUTES_MAX, Standing, active_at, standings};
use crate::domain::ids::{ConversationId, Seq};
use crate::domain::search::{said, words};
use crate::domain::summary::Summary;
use crate::domain::unread::Mark;
use crate::ports::store::LoggedEvent;

/// More conversations than that are not remembered one by one: then all are looked at.
const TOUCHED_MAX: usize = 100_000;
/// Of a longer value only so much can be searched for.
const VALUE_CHARS_MAX: usize = 200;

/// What is known of a conversation's contact, by the names of the attributes.
pub type Attributes = BTreeMap<String, String>;

/// What of a conversation goes into an index.
pub struct Taken {
    pub said: Vec<TakenWords>,
    pub attributes: Attributes,
    pub standings: Vec<Standing>,
    /// The words by which its contact is found.
    pub who: Vec<String>,
}

pub struct TakenWords {
    pub seq: Seq,
    pub at: u64,
    pub words: Vec<String>,
}

/// Takes in what happened since, on top of what was known.
pub fn take(mut attributes: Attributes, events: &[LoggedEvent], summary: &Summary, mark: Option<Mark>) -> Taken {
    let mut taken = Vec::new();
    for LoggedEvent { seq, at, event } in events {
        if let Event::AttributeSet { name, value, .. } = event {
            set(&mut attributes, name, value);
        }
        let Some((text, _)) = said(event) else { continue };
        let words = words(text);
        if !words.is_empty() {
            taken.push(TakenWords { seq: *seq, at: at.0, words });
        }
    }
    let (standings, who) = (standing(summary, &attributes, mark), who(summary, &attributes));
    Taken { said: taken, attributes, standings, who }
}

/// Where the conversation stands in the lists.
pub fn standing(summary: &Summary, attributes: &Attributes, mark: Option<Mark>) -> Vec<Standing> {
    standings(summary, attributes, summary.written.unread(mark) > 0)
}

fn set(attributes: &mut Attributes, name: &str, value: &str) {
    if value.trim().is_empty() {
        attributes.remove(name);
    } else if attributes.len() < ATTRIBUTES_MAX || attributes.contains_key(name) {
        attributes.insert(name.to_owned(), value.chars().take(VALUE_CHARS_MAX).collect());
    }
}

fn who(summary: &Summary, attributes: &Attributes) -> Vec<String> {
    let labels = summary.labels.iter().map(|label| label.as_str());
    let texts = std::iter::once(summary.name.as_str()).chain(labels).chain(attributes.values().map(String::as_str));
    texts.flat_map(words).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Those with the newest words first, and no more than the limit.
pub fn newest_first(rows: &mut Vec<Summary>, limit: usize) {
    rows.sort_by_key(|row| (std::cmp::Reverse(active_at(row)), row.conversation));
    rows.truncate(limit);
}

/// What went and what came between two lists of places.
pub fn moves<P: Clone + Eq + std::hash::Hash>(before: &[P], now: &[P]) -> (Vec<P>, Vec<P>) {
    let (old, new): (HashSet<&P>, HashSet<&P>) = (before.iter().collect(), now.iter().collect());
    let gone = before.iter().filter(|place| !new.contains(place)).cloned().collect();
    let come = now.iter().filter(|place| !old.contains(place)).cloned().collect();
    (gone, come)
}

/// Which conversations have moved on since an index last looked.
#[derive(Default)]
pub struct Touched {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    conversations: HashSet<ConversationId>,
    /// There were too many to remember.
    lost: bool,
}

impl Touched {
    /// Whether it is the first since somebody looked.
    pub fn add(&self, conversation: ConversationId) -> bool {
        let mut state = self.lock();
        let first = state.conversations.is_empty() && !state.lost;
        if state.conversations.len() < TOUCHED_MAX {
            state.conversations.insert(conversation);
        } else {
            state.lost = true;
        }
        first
    }

    /// At most `max` of them.
    pub fn take(&self, max: usize) -> Vec<ConversationId> {
        let mut state = self.lock();
        if state.conversations.len() <= max {
            return std::mem::take(&mut state.conversations).into_iter().collect();
        }
        let taken: Vec<_> = state.conversations.iter().copied().take(max).collect();
        for conversation in &taken {
            state.conversations.remove(conversation);
        }
        taken
    }

    /// Whether some were not remembered; from now on it counts anew.
    pub fn were_lost(&self) -> bool {
        std::mem::take(&mut self.lock().lost)
    }

    pub fn is_empty(&self) -> bool {
        let state = self.lock();
        state.conversations.is_empty() && !state.lost
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_touched_is_given_once_and_what_was_too_much_is_known() {
        let touched = Touched::default();
        let id = |number: usize| ConversationId(uuid::Uuid::from_u128(number as u128));
        assert!(touched.is_empty() && touched.add(id(1)) && !touched.add(id(1)) && !touched.add(id(2)));
        assert_eq!((touched.take(1).len(), touched.take(9).len(), touched.take(9).len()), (1, 1, 0));
        for number in 0..=TOUCHED_MAX {
            touched.add(id(number));
        }
        assert_eq!(touched.take(usize::MAX).len(), TOUCHED_MAX);
        assert_eq!((touched.is_empty(), touched.were_lost(), touched.were_lost()), (false, true, false));
    }

    #[test]
    fn only_what_moved_is_written() {
        assert_eq!(moves(&[1, 2, 3], &[2, 3, 4]), (vec![1], vec![4]));
    }
}
