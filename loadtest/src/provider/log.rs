//! What the provider writes down.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// One request to send, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// 1, 2, 3 … in the order of arrival at this provider.
    pub number: u64,
    /// Milliseconds since 1970.
    pub at: u64,
    pub page: String,
    pub recipient: String,
    pub text: Option<String>,
    pub metadata: Option<String>,
    #[serde(default)]
    pub quick_replies: Vec<QuickReply>,
    /// `typing_on` and the like; then there is no text.
    pub sender_action: Option<String>,
    /// The id that was given to it, if it was accepted.
    pub message_id: Option<String>,
    /// The contact got it, whether or not the sender learned so.
    pub accepted: bool,
    /// In words: `answered`, `refused 400 (#10)`, `accepted, then cut` …
    pub outcome: String,
    /// The body as it came.
    pub raw: String,
}

/// A button under a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuickReply {
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub payload: String,
}

/// Totals since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub arrived: u64,
    pub accepted: u64,
    pub refused: u64,
    /// No answer although the request had arrived: cut or hanging.
    pub unanswered: u64,
    /// Not kept any more.
    pub forgotten: u64,
}

/// The bounded log, and its file.
pub(crate) struct Log {
    arrivals: VecDeque<Arrival>,
    arrivals_max: usize,
    file: Option<File>,
    counts: Counts,
    /// Arrivals that only showed something.
    actions: u64,
    boot: String,
}

impl Log {
    pub fn open(arrivals_max: usize, file: Option<&Path>) -> io::Result<Self> {
        let append = |path| OpenOptions::new().create(true).append(true).open(path);
        let boot = crate::dice::new_tag();
        let file = file.map(append).transpose()?;
        Ok(Self { arrivals: VecDeque::new(), arrivals_max, file, counts: Counts::default(), actions: 0, boot })
    }

    /// Whether whole arrivals are wanted, or only [`Log::count`].
    pub fn records(&self) -> bool {
        self.arrivals_max > 0 || self.file.is_some()
    }

    /// Takes the number of a new arrival, for its message id.
    pub fn next_number(&mut self) -> u64 {
        self.counts.arrived += 1;
        self.counts.arrived
    }

    /// A message id that no other provider process gives.
    pub fn message_id(&self, number: u64) -> String {
        format!("m_out_{}_{number}", self.boot)
    }

    pub fn count(&mut self, accepted: bool, answered: bool) {
        self.counts.accepted += u64::from(accepted);
        self.counts.refused += u64::from(!accepted && answered);
        self.counts.unanswered += u64::from(!answered);
    }

    pub fn count_action(&mut self) {
        self.actions += 1;
    }

    pub fn record(&mut self, arrival: Arrival) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            let mut line = serde_json::to_vec(&arrival)?;
            line.push(b'\n');
            file.write_all(&line)?;
        }
        if self.arrivals_max > 0 {
            if self.arrivals.len() == self.arrivals_max {
                self.arrivals.pop_front();
                self.counts.forgotten += 1;
            }
            self.arrivals.push_back(arrival);
        }
        Ok(())
    }

    pub fn arrivals(&self) -> Vec<Arrival> {
        self.arrivals.iter().cloned().collect()
    }

    pub fn first_after(&self, recipient: &str, number: u64) -> Option<u64> {
        let later = self.arrivals.iter().rev().take_while(|arrival| arrival.number > number);
        let mine = |arrival: &&Arrival| arrival.accepted && arrival.recipient == recipient && arrival.text.is_some();
        later.filter(mine).last().map(|arrival| arrival.at)
    }

    /// Whether a message to the contact that came after that one was refused in a way that no second try mends.
    pub fn refused_for_good_after(&self, recipient: &str, number: u64) -> bool {
        let mut later = self.arrivals.iter().rev().take_while(|arrival| arrival.number > number);
        later.any(|arrival| arrival.recipient == recipient && arrival.outcome.starts_with("refused 400"))
    }

    /// Of messages.
    pub fn counts(&self) -> Counts {
        Counts { arrived: self.counts.arrived - self.actions, ..self.counts }
    }

    pub fn forget(&mut self) {
        self.arrivals.clear();
    }
}
