//! What a contact changed, and by what messages are recognised, as they are stored. Read beside `domain::changes` and
//! `domain::echoes`.

use serde::{Deserialize, Serialize};

use super::parts::{Text, maybe_text, owned, text};
use crate::domain::time::Timestamp;
use crate::domain::{changes as core, echoes};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change<'a> {
    Edited {
        #[serde(borrow)]
        text: Text<'a>,
        number: u32,
    },
    Deleted,
    Reacted {
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        with: Option<Text<'a>>,
    },
}

impl<'a> From<&'a core::Change> for Change<'a> {
    fn from(change: &'a core::Change) -> Self {
        match change {
            core::Change::Edited { text: words, number } => Self::Edited { text: text(words), number: *number },
            core::Change::Deleted => Self::Deleted,
            core::Change::Reacted { with } => Self::Reacted { with: maybe_text(with) },
        }
    }
}

impl From<Change<'_>> for core::Change {
    fn from(change: Change<'_>) -> Self {
        match change {
            Change::Edited { text, number } => Self::Edited { text: text.into_owned(), number },
            Change::Deleted => Self::Deleted,
            Change::Reacted { with } => Self::Reacted { with: owned(with) },
        }
    }
}

/// Seq, fingerprint, newest edit, gone: in one row, for each snapshot has up to twenty.
pub type Named = (Option<u64>, u32, u32, bool);

pub fn names(names: &core::Names) -> Vec<Named> {
    names.0.iter().map(|named| (named.seq, named.mark, named.edits, named.gone)).collect()
}

/// The fingerprints of their words stand beside them, for programs from before there were any; empty if none is known.
pub fn words(names: &core::Names) -> Vec<u32> {
    let words: Vec<u32> = names.0.iter().map(|named| named.words).collect();
    if words.iter().all(|words| *words == 0) { Vec::new() } else { words }
}

pub fn read_names(names: Vec<Named>, words: Vec<u32>) -> core::Names {
    let words = words.into_iter().chain(std::iter::repeat(0));
    let named = |((seq, mark, edits, gone), words)| core::Named { seq, mark, edits, gone, words };
    core::Names(names.into_iter().zip(words).map(named).collect())
}

/// Seq, words, whether it is the last part, and when it was said.
pub type OwnPart = (u64, u32, bool, u64);

pub fn own_words(words: &echoes::OwnWords) -> Vec<OwnPart> {
    words.0.iter().map(|part| (part.seq, part.words, part.last, part.at.0)).collect()
}

pub fn read_own_words(parts: Vec<OwnPart>) -> echoes::OwnWords {
    let part = |(seq, words, last, at)| echoes::OwnPart { seq, words, last, at: Timestamp(at) };
    echoes::OwnWords(parts.into_iter().map(part).collect())
}
