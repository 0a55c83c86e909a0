//! What senders pass on to the one on duty, as letters.

use crate::domain::ids::{AccountId, Seq};
use crate::ports::bus::Note;
use crate::ports::store::{Contact, Queued};
use crate::wire::peer::{Letter, Waiting, write_letter};

/// A message that would make it longer than `bytes_max` is left out: whoever is on duty finds it in the store.
pub fn write(note: Note, bytes_max: usize) -> Vec<u8> {
    let account = note.account().clone();
    let letter = write_letter(match note {
        Note::Look { account } => Letter::Look { account, message: None },
        Note::Queue { queued, behind } => {
            Letter::Look { account: account.clone(), message: Some(waiting(*queued, behind)) }
        }
        Note::Settle { contact, seq, again } => {
            Letter::Settle { account: contact.account, external_key: contact.external_key, seq, again }
        }
    });
    if letter.len() <= bytes_max { letter } else { write_letter(Letter::Look { account, message: None }) }
}

fn waiting(queued: Queued, behind: Option<Seq>) -> Box<Waiting> {
    let Queued { contact, seq, line, by, at, .. } = queued;
    Box::new(Waiting { external_key: contact.external_key, seq, behind, at, line, by })
}

/// What a look is about.
pub fn look(account: AccountId, message: Option<Box<Waiting>>) -> Note {
    let Some(message) = message else { return Note::Look { account } };
    let Waiting { external_key, seq, behind, at, line, by } = *message;
    let contact = Contact::of(&account, &external_key);
    Note::Queue {
        queued: Box::new(Queued { number: 0, contact, seq, line, by, at, attempt: 0, flagged: false }),
        behind,
    }
}
