//! Whose a conversation is, and what that does to the floor.

use switchboard::domain::assigning::Assignee;
use switchboard::domain::event::{Agent, Speaker};

use super::aside::Aside;
use super::{Expected, Floor, Model, Reach};
use crate::histories::Millis;
use crate::support::bot::STILL_AFTER;

/// An agent, and whether there is a team: histories know only one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AssignedModel {
    pub agent: Option<Agent>,
    pub team: bool,
}

impl Model {
    pub fn assigns(&mut self, now: Millis, by: &Agent, to: Option<&Assignee>) -> Expected {
        let next = match to {
            None => AssignedModel::default(),
            Some(Assignee::Agent(agent)) => AssignedModel { agent: Some(agent.clone()), team: self.assigned.team },
            Some(Assignee::Team(_)) => AssignedModel { agent: None, team: true },
        };
        let holder = match &self.floor {
            Floor::Human { by: Speaker::Agent(holder), .. } => Some(holder.clone()),
            _ => None,
        };
        let moves = match (to, &holder) {
            (Some(Assignee::Agent(agent)), Some(holder)) => agent != holder,
            (Some(Assignee::Team(_)), Some(_)) => true,
            _ => false,
        };
        if next == self.assigned && !moves {
            return Err("nothing_new");
        }
        self.assigned = next;
        match to {
            Some(Assignee::Agent(agent)) if moves => {
                let until = self.pause_end(now);
                self.take(now, Speaker::Agent(agent.clone()), until);
                return Ok(Vec::new());
            }
            Some(Assignee::Team(_)) if moves => self.waits_for_team(now),
            _ => {}
        }
        let wanted = matches!(self.floor, Floor::Waiting { .. } | Floor::Human { by: Speaker::System, .. });
        if wanted && to.is_some() && !matches!(to, Some(Assignee::Agent(agent)) if agent == by) {
            self.letters.ladder_writes();
        }
        Ok(Vec::new())
    }

    pub fn hands_over_to_team(&mut self, now: Millis) -> Expected {
        let next = AssignedModel { agent: None, team: true };
        let waits = matches!(self.floor, Floor::Waiting { .. });
        if waits && self.assigned == next {
            return Err("nothing_new");
        }
        self.assigned = next;
        if !waits {
            self.waits_for_team(now);
        }
        self.letters.ladder_writes();
        Ok(Vec::new())
    }

    pub fn claims(&mut self, now: Millis, agent: &Agent) -> Expected {
        if matches!(self.floor, Floor::Human { by: Speaker::Agent(_), .. }) {
            return Err("already_taken");
        }
        self.wants_floor(now, agent)
    }

    /// What somebody took is theirs, if it was anybody's in particular.
    pub fn assigned_moves(&mut self, by: &Speaker) {
        if let (Speaker::Agent(agent), true) = (by, self.assigned != AssignedModel::default()) {
            self.assigned.agent = Some(agent.clone());
        }
    }

    fn waits_for_team(&mut self, now: Millis) {
        self.aside = Aside::No;
        self.turn += 1;
        self.called = true;
        self.bot.interrupted();
        let next = Some(now + STILL_AFTER.as_millis() as Millis);
        self.floor = Floor::Waiting { reason: "agent", rungs: 0, next, closed: false, reach: Reach::No };
    }
}
