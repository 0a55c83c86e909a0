//! What one connection of the bus hears of other nodes, understood and handed on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt;
use futures_util::future::ready;

use super::bus::{Inner, answer, answered};
use super::notes;
use crate::ports::bus::{Asked, Bus, Encoded, NotDone, Note, Published};
use crate::ports::store::Contact;
use crate::wire::peer::{self, Letter};

const SIGNATURE_CHARS: usize = 32;

pub struct Hearing {
    pub inner: Arc<Inner>,
    /// The last word to ourselves that came back.
    pub probed: AtomicU64,
}

impl Hearing {
    pub fn new(inner: Arc<Inner>) -> Self {
        Self { inner, probed: AtomicU64::new(0) }
    }

    pub fn received(&self, channel: &str, payload: &[u8]) {
        fail::fail_point!("bus-heard", |_| ());
        let is_letter = channel.strip_prefix("sb:").and_then(|rest| rest.split_once(':'));
        let read = match is_letter {
            Some((_, rest)) if rest.starts_with("k:") => peer::read_letter(payload).map(|letter| self.letter(letter)),
            _ => self.stretch(payload),
        };
        if let Err(error) = read {
            metrics::counter!("switchboard_bus_unreadable_total").increment(1);
            tracing::debug!(%error, "another node said something that cannot be read");
        }
    }

    fn stretch(&self, payload: &[u8]) -> Result<(), peer::NotRead> {
        let (signature, stretch) = payload.split_at_checked(SIGNATURE_CHARS).unwrap_or_default();
        if signature == self.inner.signature().as_bytes() {
            return Ok(());
        }
        if peer::is_sign(stretch) {
            let (conversation, sign) = peer::read_sign(stretch)?;
            self.inner.local.show(conversation, sign);
            return Ok(());
        }
        let peer::Stretch { generation, first, at, events, summary } = peer::read_stretch(stretch)?;
        if generation == self.inner.generation {
            self.inner.heard(summary.conversation);
            let (events, summary) = (events.into(), Arc::new(summary));
            let published = Published { first, at, events, summary, console_frame: Encoded::default() };
            self.inner.local.publish(Arc::new(published));
        }
        Ok(())
    }

    fn noted(&self, note: Note) {
        if let Some(host) = self.inner.host.get() {
            host.noted(note);
        }
    }

    fn letter(&self, letter: Letter) {
        let host = self.inner.host.get();
        match letter {
            Letter::Probe { number } => self.probed.store(number, Ordering::Relaxed),
            Letter::Answer { id, answer } => self.inner.end_ask(id, answered(answer)),
            Letter::Look { account, message } => self.noted(notes::look(account, message)),
            Letter::Settle { account, external_key, seq, again } => {
                self.noted(Note::Settle { contact: Contact::of(&account, &external_key), seq, again });
            }
            Letter::Ask { id, from, asked } => {
                let asked = match (peer::read_asked(&asked), host) {
                    (Ok(asked), Some(host)) => host.asked(own(asked)),
                    (Ok(_), None) => ready(None).boxed(),
                    (Err(error), _) => {
                        let why = format!("the conversation's node cannot read this: {error}");
                        ready(Some(Err(NotDone::Unavailable(why)))).boxed()
                    }
                };
                let inner = self.inner.clone();
                tokio::spawn(async move {
                    let answer = answer(asked.await);
                    inner.send_letter(from, Letter::Answer { id, answer }, None);
                });
            }
        }
    }
}

fn own(asked: peer::Asked) -> Asked {
    let contact = Contact::of(&asked.account, &asked.external_key);
    Asked { contact, command: asked.command, key: asked.key }
}
