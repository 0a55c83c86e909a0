//! Who is alerted when nobody takes over (rule 9). Climbing it is `domain::waiting`'s work.

use std::time::Duration;

use crate::domain::alert::Recipient;

/// The hand-off itself alerts everybody; then each rung waits for its time, and the last tells the contact the truth.
#[derive(Debug, Clone)]
pub struct Ladder {
    pub rungs: Vec<Rung>,
    pub last: Last,
    /// Said instead when nobody is there; asks how to reach the contact. `{{opens}}` is the next opening.
    pub closed: String,
    /// Said when the contact has told how to reach them.
    pub thanks: String,
    /// Said once to a contact who writes on and has not told it.
    pub again: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Since the rung before, or the hand-off.
    pub after: Duration,
    /// Who is alerted, in the console and by e-mail.
    pub alert: Vec<Recipient>,
    /// Said to the contact; empty: nothing is said.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Last {
    pub after: Duration,
    pub alert: Vec<Recipient>,
    /// The truth, and how we may reach the contact.
    pub text: String,
}

impl Ladder {
    /// How long after `climbed` rungs the next is due; none after the last.
    pub fn next_after(&self, climbed: usize) -> Option<Duration> {
        match self.rungs.get(climbed) {
            Some(rung) => Some(rung.after),
            None => (climbed == self.rungs.len()).then_some(self.last.after),
        }
    }
}

impl Default for Ladder {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let rung = |after, alert| Rung { after: minutes(after), alert: vec![alert], text: String::new() };
        Self {
            rungs: vec![rung(2, Recipient::Agents), rung(3, Recipient::Supervisors)],
            last: Last {
                after: minutes(5),
                alert: vec![Recipient::Admins],
                text: "I am sorry, nobody is free at the moment. How may we reach you: by phone or e-mail?".into(),
            },
            closed: "Nobody is here at the moment; we are back on {{opens|another day}}. How may we reach you: by phone or e-mail?".into(),
            thanks: "Thank you. A colleague will get in touch with you.".into(),
            again: "A colleague will read this. With a phone number or an e-mail address they can reach you elsewhere, too.".into(),
        }
    }
}
