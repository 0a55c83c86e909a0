//! What is marked without a word: labels, and what the contact's screen has shown.

use switchboard::domain::ids::Seq;

use super::{Expected, Model};

impl Model {
    /// Labels are words without capitals, thirty of them at most.
    pub fn labelled(&mut self, label: &str, on: bool) -> Result<(), &'static str> {
        let label = label.trim().to_lowercase().replace("  ", " ");
        match (on, self.labels.contains(&label)) {
            (true, true) | (false, false) => return Err("nothing_new"),
            (true, false) if self.labels.len() == 30 => return Err("too_many_labels"),
            (true, false) => self.labels.insert(label),
            (false, true) => self.labels.remove(&label),
        };
        Ok(())
    }

    pub fn seen(&mut self, seq: Seq) -> Expected {
        let newest = self.said.iter().map(|(said, _)| *said).filter(|said| *said <= seq).max().unwrap_or(0);
        if newest <= self.shown {
            return Err("nothing_new");
        }
        self.shown = newest;
        Ok(Vec::new())
    }
}
