//! An outbox in memory: what the store keeps of messages on their way, as `Effect` describes it.

use std::collections::BTreeMap;

use switchboard::domain::effects::Effect;
use switchboard::domain::ids::Seq;
use switchboard::domain::message::Line;
use switchboard::domain::time::Timestamp;
use switchboard::domain::window::Author;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outbox {
    pub rows: BTreeMap<Seq, Row>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub line: Line,
    pub by_bot: bool,
    pub state: RowState,
    pub at: Timestamp,
    pub attempts: u32,
    pub flagged: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowState {
    Queued,
    Sending,
    /// An earlier try may have arrived; another will follow.
    Uncertain,
    /// Stopped by a take over, which the conversation has not written down yet.
    Withdrawn,
    /// Kept in case somebody sends it again.
    Shelved,
}

impl Outbox {
    /// Does what follows from an append and says which messages it withdrew, or what makes no sense.
    pub fn run(&mut self, effects: Vec<Effect>) -> Result<Vec<Seq>, String> {
        let mut withdrawn = Vec::new();
        for effect in effects {
            withdrawn.extend(self.run_one(effect)?);
        }
        Ok(withdrawn)
    }

    fn run_one(&mut self, effect: Effect) -> Result<Vec<Seq>, String> {
        match effect {
            Effect::Queue { seq, line, by } => {
                let row = Row {
                    line,
                    by_bot: by.is_bot(),
                    state: RowState::Queued,
                    at: Timestamp(0),
                    attempts: 0,
                    flagged: false,
                };
                if self.rows.insert(seq, row).is_some() {
                    return Err(format!("message {seq} was queued twice"));
                }
            }
            Effect::WithdrawBot => return Ok(self.withdraw_bot()),
            Effect::Requeue { seq, at, flagged } => {
                let row = self.row(seq)?;
                row.state = if flagged { RowState::Uncertain } else { RowState::Queued };
                row.at = at;
                row.flagged |= flagged;
            }
            Effect::Finish { seq } => {
                self.row(seq)?;
                self.rows.remove(&seq);
            }
            Effect::Shelve { seq } => self.row(seq)?.state = RowState::Shelved,
            Effect::Alert { .. } | Effect::AlertAgain { .. } | Effect::AlertOver { .. } | Effect::Mention { .. } => {}
        }
        Ok(Vec::new())
    }

    fn withdraw_bot(&mut self) -> Vec<Seq> {
        let unsent = |row: &Row| row.by_bot && matches!(row.state, RowState::Queued | RowState::Uncertain);
        let mut withdrawn = Vec::new();
        for (seq, row) in self.rows.iter_mut().filter(|(_, row)| unsent(row)) {
            row.state = RowState::Withdrawn;
            withdrawn.push(*seq);
        }
        withdrawn
    }

    fn row(&mut self, seq: Seq) -> Result<&mut Row, String> {
        self.rows.get_mut(&seq).ok_or_else(|| format!("there is no message {seq} on its way"))
    }

    pub fn state(&self, seq: Seq) -> Option<RowState> {
        self.rows.get(&seq).map(|row| row.state)
    }

    /// Marks a message as being sent; says whether it still may be.
    pub fn start_sending(&mut self, seq: Seq, now: Timestamp) -> bool {
        match self.rows.get_mut(&seq) {
            Some(row) if matches!(row.state, RowState::Queued | RowState::Uncertain) && row.at <= now => {
                row.state = RowState::Sending;
                row.attempts += 1;
                true
            }
            _ => false,
        }
    }

    /// What could be sent at `now`.
    pub fn sendable(&self, now: Timestamp) -> Vec<Seq> {
        let may = |row: &Row| matches!(row.state, RowState::Queued | RowState::Uncertain) && row.at <= now;
        self.rows.iter().filter(|(_, row)| may(row)).map(|(seq, _)| *seq).collect()
    }
}

/// Whoever wrote it has all the time in the world.
pub fn author(by_bot: bool) -> Author {
    if by_bot { Author::Bot { awaited: true } } else { Author::Person { late_from: None, template: None } }
}
