//! What a contact changes about what was said: their own words, edited or taken back, and what they think of ours.
//!
//! Channels name a message in their own way, and tell of a change late, out of order, or of messages we never heard of.
//! The names of the latest messages are kept, as fingerprints; a change of an older one stands in the log without saying
//! which. The bot does not act upon changes: what it was told first, it has answered.

use std::collections::VecDeque;

use super::command::Refusal;
use super::conversation::Conversation;
use super::event::Event;
use super::ids::Seq;
use super::message::Heard;
use super::state::State;
use super::summary::Voice;
use super::time::Timestamp;

/// Of how many messages we remember how the channel names them.
const NAMES_MAX: usize = 20;
/// In lists, in place of last words that were taken back.
const TAKEN_BACK: &str = "(deleted by the contact)";

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The words are now these. `number` counts the edits of a message, from 1.
    Edited { text: String, number: u32 },
    /// The contact took it back.
    Deleted,
    /// With an emoji, or a word for it where the channel gives none; none: with nothing any more.
    Reacted { with: Option<String> },
}

/// The latest messages by the channel's names for them, the newest last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names(pub VecDeque<Named>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// None for a message that we have only heard of as changed: it may still come.
    pub seq: Option<Seq>,
    pub mark: u32,
    /// The number of the newest edit.
    pub edits: u32,
    pub gone: bool,
    /// A fingerprint of the words: an edit that leaves them as they are is none. 0: not known.
    pub words: u32,
}

impl Names {
    pub(super) fn get(&self, provider_id: &str) -> Option<&Named> {
        let mark = fingerprint(provider_id);
        self.0.iter().rev().find(|named| named.mark == mark)
    }

    fn entry(&mut self, provider_id: &str) -> &mut Named {
        let mark = fingerprint(provider_id);
        let at = self.0.iter().rposition(|named| named.mark == mark).unwrap_or_else(|| {
            if self.0.len() >= NAMES_MAX {
                self.0.pop_front();
            }
            self.0.push_back(Named { seq: None, mark, edits: 0, gone: false, words: 0 });
            self.0.len() - 1
        });
        &mut self.0[at]
    }
}

/// FNV-1a: the same on every machine, and good enough to tell twenty names apart.
pub(super) fn fingerprint(words: &str) -> u32 {
    words.bytes().fold(0x811c_9dc5, |mark, byte| (mark ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

impl Conversation {
    pub(super) fn change(
        &self,
        provider_id: String,
        change: Change,
        provider_at: Option<Timestamp>,
    ) -> Result<Vec<Event>, Refusal> {
        let named = self.state.names.get(&provider_id);
        let late = named.is_some_and(|named| match &change {
            // Some channels call it an edit, too, when a preview of a link has loaded.
            Change::Edited { text, number } => named.gone || *number <= named.edits || named.words == fingerprint(text),
            Change::Deleted | Change::Reacted { .. } => named.gone,
        });
        if late {
            return Err(Refusal::NothingNew);
        }
        let of = named.and_then(|named| named.seq);
        Ok(vec![Event::ContactChanged { of, provider_id, change, provider_at }])
    }

    /// The contact said it, and had taken it back before it came here.
    pub(super) fn was_taken_back(&self, provider_id: &str) -> bool {
        self.state.names.get(provider_id).is_some_and(|named| named.gone)
    }
}

impl State {
    /// The channel names the message `of` so.
    pub(super) fn named(&mut self, of: Seq, provider_id: Option<&str>, tracked: bool) {
        if let Some(provider_id) = provider_id.filter(|_| tracked) {
            self.names.entry(provider_id).seq = Some(of);
        }
    }

    /// As `named`, for a message of the contact, unless an edit of it came before it.
    pub(super) fn worded(&mut self, provider_id: Option<&str>, text: &str, tracked: bool) {
        self.named(self.seq, provider_id, tracked);
        let Some(provider_id) = provider_id.filter(|_| tracked) else { return };
        let named = self.names.entry(provider_id);
        if named.edits == 0 {
            named.words = fingerprint(text);
        }
    }

    pub(super) fn changed(&mut self, of: Option<Seq>, provider_id: &str, change: &Change) {
        match change {
            Change::Edited { text, number } => {
                let named = self.names.entry(provider_id);
                (named.edits, named.words) = (*number, fingerprint(text));
                self.unanswered_is(of, text, |heard| heard.text.clone_from(text));
            }
            Change::Deleted => {
                self.names.entry(provider_id).gone = true;
                self.unanswered_is(of, TAKEN_BACK, |heard| *heard = Heard::default());
                self.nothing_to_answer(of);
            }
            Change::Reacted { .. } => {}
        }
    }

    /// The last message that nobody has answered is now another.
    fn unanswered_is(&mut self, of: Option<Seq>, words: &str, change: impl FnOnce(&mut Heard)) {
        let Some(unanswered) = self.unanswered.as_mut().filter(|unanswered| Some(unanswered.seq) == of) else { return };
        change(&mut unanswered.heard);
        if let Some(last) = self.last.as_mut().filter(|last| last.by == Voice::Contact) {
            *last = super::state::words(words, Voice::Contact, last.at);
        }
    }

    /// What was taken back needs no answer. What came before it may, and that is for persons to see.
    fn nothing_to_answer(&mut self, of: Option<Seq>) {
        match &mut self.unanswered {
            Some(unanswered) if Some(unanswered.seq) == of && unanswered.count > 1 => {
                unanswered.count -= 1;
                unanswered.called = true;
            }
            Some(unanswered) if Some(unanswered.seq) == of => self.unanswered = None,
            _ => {}
        }
    }
}
