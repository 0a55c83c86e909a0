//! Labels: short words by which people and bots sort contacts.

use std::fmt;

use super::command::Refusal;
use super::conversation::{Conversation, Decision};
use super::event::{Agent, Event, Origin};
use super::state::State;

/// So many a contact may carry.
pub const LABELS_MAX: usize = 30;
pub const LABEL_CHARS_MAX: usize = 40;

/// Written in one way only: without capitals, and with single spaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(String);

impl Label {
    /// None: it is empty, too long, or has characters that nobody sees.
    pub fn parse(text: &str) -> Option<Self> {
        if text.chars().any(|c| c.is_control()) {
            return None;
        }
        let label = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        (1..=LABEL_CHARS_MAX).contains(&label.chars().count()).then_some(Self(label))
    }

    /// One that was parsed when it was written.
    pub fn known(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl State {
    pub(super) fn labelled(&mut self, label: &Label, on: bool) {
        if on {
            self.labels.insert(label.clone());
        } else {
            self.labels.remove(label);
        }
    }
}

impl Conversation {
    /// An agent puts a label on the contact, or takes it off. Moves nothing else.
    pub(super) fn label(&self, agent: Agent, label: &str, on: bool) -> Decision {
        let label = Label::parse(label).ok_or(Refusal::BadLabel)?;
        if self.state.labels.contains(&label) == on {
            return Err(Refusal::NothingNew);
        }
        if on && self.state.labels.len() >= LABELS_MAX {
            return Err(Refusal::TooManyLabels);
        }
        Ok(vec![Event::Labelled { label, on, by: Some(agent), from: Origin::default() }])
    }
}

/// What the agents are told of a label that the bot could not put on.
pub fn left_out(label: &Label) -> Event {
    Event::Alerted { text: format!("The label “{label}” was left out: the contact carries {LABELS_MAX} already.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_written_in_one_way() {
        let parsed = |text: &str| Label::parse(text).map(|label| label.to_string());
        assert_eq!(parsed("  VIP\u{a0} Customer "), Some("vip customer".to_owned()));
        assert_eq!(parsed("Größe"), Some("größe".to_owned()));
        assert_eq!((parsed(" "), parsed("a\nb"), parsed(&"x".repeat(41))), (None, None, None));
        assert!(parsed(&"é".repeat(40)).is_some());
    }
}
