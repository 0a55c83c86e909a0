//! What came out of a trial.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::checker::Verdict;

pub struct Outcome {
    pub seed: u64,
    /// What was measured and counted, fault by fault.
    pub facts: Vec<String>,
    /// What was expected of a fault, or of the whole, and was not so.
    pub broken: Vec<String>,
    /// Whether everything came to rest in time.
    pub rested: bool,
    pub verdict: Verdict,
    /// The longest that a message waited for its acknowledgement.
    pub slowest_ack: Duration,
    /// Where the evidence is, if it was kept: `loadtest check` reads it again.
    pub kept: Option<PathBuf>,
}

impl Outcome {
    /// Whether every promise and every expectation was kept.
    pub fn is_clean(&self) -> bool {
        self.rested && self.broken.is_empty() && self.verdict.is_clean()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}", self.seed)?;
        for fact in &self.facts {
            writeln!(f, "         {fact}")?;
        }
        write!(f, "{}", self.verdict)?;
        writeln!(f, "{:>8} ms waited for an acknowledgement, the longest", self.slowest_ack.as_millis())?;
        for broken in &self.broken {
            writeln!(f, "  BROKEN {broken}")?;
        }
        if !self.rested {
            writeln!(f, "  BROKEN it did not come to rest in time")?;
        }
        if let Some(kept) = &self.kept {
            writeln!(f, "         the evidence is in {}", kept.display())?;
        }
        Ok(())
    }
}
