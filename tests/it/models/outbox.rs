//! What the stores do with one conversation's messages on their way, said in Rust. `the_stores` holds it against them.

use std::collections::BTreeMap;

use switchboard::domain::effects::Effect;
use switchboard::domain::ids::{Incarnation, Seq};
use switchboard::domain::time::Timestamp;
use switchboard::ports::store::{Mark, StrayState};

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Outbox {
    pub rows: BTreeMap<Seq, Row>,
    /// Kept, should somebody send them again.
    pub shelf: BTreeMap<Seq, Row>,
    /// Several processes use the store. One that only one can open has nobody to keep from sending.
    pub shared: bool,
    /// Who may start messages of the account, once somebody has taken that.
    pub sender: Option<Incarnation>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Row {
    pub by_bot: bool,
    pub state: RowState,
    pub at: Timestamp,
    pub attempt: u32,
    pub flagged: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowState {
    Queued,
    /// An earlier try may have arrived; another will follow.
    Uncertain,
    Sending(Incarnation),
    /// Stopped by a take over, which the conversation has not written down yet.
    Withdrawn,
}

impl Row {
    pub fn waits(&self) -> bool {
        matches!(self.state, RowState::Queued | RowState::Uncertain)
    }

    fn go_again(&mut self, at: Timestamp, flagged: bool) {
        if self.state != RowState::Withdrawn {
            self.state = if flagged { RowState::Uncertain } else { RowState::Queued };
            self.at = at;
            self.flagged |= flagged;
        }
    }
}

impl Outbox {
    /// Does what an append at `now` wants; which messages it withdrew.
    pub fn run(&mut self, effects: &[Effect], now: Timestamp) -> Vec<Seq> {
        effects.iter().flat_map(|effect| self.run_one(effect, now)).collect()
    }

    fn run_one(&mut self, effect: &Effect, now: Timestamp) -> Vec<Seq> {
        match *effect {
            Effect::Queue { seq, ref by, .. } => {
                let row = Row { by_bot: by.is_bot(), state: RowState::Queued, at: now, attempt: 0, flagged: false };
                self.rows.insert(seq, row);
            }
            Effect::WithdrawBot => return self.withdraw_bot(),
            Effect::Requeue { seq, at, flagged } => {
                if let Some(row) = self.shelf.remove(&seq) {
                    self.rows.insert(seq, Row { state: RowState::Queued, ..row });
                }
                self.rows.get_mut(&seq).into_iter().for_each(|row| row.go_again(at, flagged));
            }
            Effect::Finish { seq } => {
                self.rows.remove(&seq);
                self.shelf.remove(&seq);
            }
            Effect::Shelve { seq } => {
                if let Some(row) = self.rows.remove(&seq) {
                    self.shelf.insert(seq, row);
                }
            }
            // Letters to people have a queue of their own.
            Effect::Alert { .. } | Effect::AlertAgain { .. } | Effect::AlertOver { .. } | Effect::Mention { .. } => {}
        }
        Vec::new()
    }

    fn withdraw_bot(&mut self) -> Vec<Seq> {
        let stopped = self.rows.iter_mut().filter(|(_, row)| row.by_bot && row.waits());
        let stop = |(seq, row): (&Seq, &mut Row)| {
            row.state = RowState::Withdrawn;
            *seq
        };
        stopped.map(stop).collect()
    }

    /// None: somebody else sends for the account now.
    pub fn start(&mut self, seq: Seq, me: Incarnation) -> Option<Mark> {
        if self.shared && self.sender.is_some_and(|sender| sender != me) {
            return None;
        }
        let Some(row) = self.rows.get_mut(&seq) else { return Some(Mark::No) };
        if row.waits() {
            row.state = RowState::Sending(me);
            row.attempt += 1;
            return Some(Mark::Set { attempt: row.attempt });
        }
        let stands = row.state == RowState::Sending(me);
        Some(if stands { Mark::Stands { attempt: row.attempt } } else { Mark::No })
    }

    pub fn strays(&self, me: Incarnation) -> Vec<(Seq, StrayState)> {
        let stray = |(seq, row): (&Seq, &Row)| match row.state {
            RowState::Sending(by) if by != me => Some((*seq, StrayState::Sending { attempt: row.attempt })),
            RowState::Withdrawn => Some((*seq, StrayState::Withdrawn)),
            _ => None,
        };
        self.rows.iter().filter_map(stray).collect()
    }

    /// What waits to be sent, but for what would overtake a message that the last sender is still sending.
    pub fn unsent(&self) -> Vec<(Seq, &Row)> {
        let waiting = self.rows.iter().filter(|(_, row)| row.waits()).map(|(seq, row)| (*seq, row));
        waiting.filter(|(seq, _)| !self.shared || !self.would_overtake(*seq)).collect()
    }

    fn would_overtake(&self, seq: Seq) -> bool {
        let Some(sender) = self.sender else { return false };
        let by_another = |row: &Row| matches!(row.state, RowState::Sending(by) if by != sender);
        self.rows.range(..seq).any(|(_, row)| by_another(row))
    }
}
