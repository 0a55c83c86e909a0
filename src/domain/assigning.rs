//! Whose a conversation is, whoever has the floor.
//!
//! A conversation can be assigned to an agent or to a team. To whom it is assigned moves the floor only where a colleague
//! has it: it cannot be one's and another's at once. Whoever takes over from then on has it, and of a team the first who
//! claims it.

use super::alert::{Recipient, one_line};
use super::command::Refusal;
use super::conversation::{Conversation, Decision, check_text, taken};
use super::event::{Agent, Event, Origin, Reason, Speaker};
use super::state::{Mode, State};
use super::team::Team;
use super::time::Timestamp;

/// Whom a conversation can be assigned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignee {
    Agent(Agent),
    Team(Team),
}

/// Whom a conversation is assigned to: an agent, a team, or an agent for a team.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assigned {
    pub agent: Option<Agent>,
    pub team: Option<Team>,
}

impl Assigned {
    pub fn is_nobody(&self) -> bool {
        self.agent.is_none() && self.team.is_none()
    }

    fn is_as(&self, other: &Assigned) -> bool {
        let ids = |assigned: &Assigned| {
            let agent = assigned.agent.as_ref().map(|agent| agent.id);
            (agent, assigned.team.as_ref().map(|team| team.id))
        };
        ids(self) == ids(other)
    }
}

impl State {
    /// What is assigned to somebody is from now on theirs who took it.
    pub(super) fn taken_by(&mut self, by: &Speaker) {
        if let (Speaker::Agent(agent), false) = (by, self.assigned.is_nobody()) {
            self.assigned.agent = Some(agent.clone());
        }
    }
}

impl Conversation {
    /// The conversation is this agent's or this team's from now on; none: nobody's in particular.
    pub(super) fn assign(&self, now: Timestamp, by: Agent, to: Option<Assignee>) -> Decision {
        let next = match &to {
            None => Assigned::default(),
            Some(Assignee::Agent(agent)) => {
                Assigned { agent: Some(agent.clone()), team: self.state.assigned.team.clone() }
            }
            Some(Assignee::Team(team)) => Assigned { agent: None, team: Some(team.clone()) },
        };
        let moved = self.floor_follows(now, &by, to.as_ref());
        if next.is_as(&self.state.assigned) && moved.is_none() {
            return Err(Refusal::NothingNew);
        }
        let calls = match &moved {
            Some(event) => matches!(event, Event::HandedOff { .. }),
            None => matches!(self.state.mode, Mode::Waiting { .. } | Mode::Human { by: Speaker::System, .. }),
        };
        let call = to.filter(|_| calls).and_then(|to| self.call_assignee(&by, to));
        let assigned = Event::Assigned { agent: next.agent, team: next.team, by };
        Ok([assigned].into_iter().chain(moved).chain(call).collect())
    }

    /// A conversation that a colleague has the floor of cannot be another's: the floor moves, or is free for a team.
    fn floor_follows(&self, now: Timestamp, by: &Agent, to: Option<&Assignee>) -> Option<Event> {
        let Mode::Human { by: Speaker::Agent(holder), .. } = &self.state.mode else { return None };
        match to? {
            Assignee::Agent(agent) if agent.id == holder.id => None,
            Assignee::Agent(agent) => Some(Event::TakenOver {
                by: Speaker::Agent(agent.clone()),
                until: self.pause_from(now),
                given_by: (agent.id != by.id).then(|| by.clone()),
            }),
            Assignee::Team(_) => Some(self.free_for_a_team(now)),
        }
    }

    /// A team gets the conversation, whoever had it: the first who claims it has the floor. The words are a note, which
    /// the contact never sees.
    pub(super) fn hand_over_to_team(&self, now: Timestamp, by: Agent, team: Team, note: String) -> Decision {
        self.is_listened_to()?;
        let next = Assigned { agent: None, team: Some(team.clone()) };
        let waits = matches!(self.state.mode, Mode::Waiting { .. });
        if waits && next.is_as(&self.state.assigned) {
            return Err(Refusal::NothingNew);
        }
        let note = match note.trim() {
            "" => None,
            _ => Some(check_text(&note).map(|()| Event::NoteAdded { agent: by.clone(), text: note })?),
        };
        let call = self.call_assignee(&by, Assignee::Team(team));
        let assigned = Event::Assigned { agent: next.agent, team: next.team, by };
        let freed = (!waits).then(|| self.free_for_a_team(now));
        Ok([assigned].into_iter().chain(freed).chain(call).chain(note).collect())
    }

    /// Somebody is wanted, and the ladder is climbed unless somebody comes: an agent is at work, whatever the hours say.
    fn free_for_a_team(&self, now: Timestamp) -> Event {
        let words = match &self.state.mode {
            Mode::Human { wanted: Some((_, words)), .. } => words.clone(),
            _ => String::new(),
        };
        let then = self.state.place.clone().interrupted();
        let next = self.bot.ladder.next_after(0).map(|after| now + after);
        Event::HandedOff { reason: Reason::Agent, words, then, from: Origin::default(), closed: false, next }
    }

    /// The floor, unless a colleague has it: of two who want it at once, one gets it, and the other is told by whom.
    pub(super) fn claim(&self, now: Timestamp, agent: Agent) -> Decision {
        self.is_listened_to()?;
        match &self.state.mode {
            Mode::Human { by: Speaker::Agent(holder), .. } => Err(Refusal::AlreadyTaken(holder.name.clone())),
            _ => Ok(vec![taken(Speaker::Agent(agent), self.pause_from(now))]),
        }
    }

    /// Whoever assigns it to themselves knows.
    fn call_assignee(&self, by: &Agent, to: Assignee) -> Option<Event> {
        let name = self.known_name();
        let (to, subject) = match to {
            Assignee::Agent(agent) if agent.id == by.id => return None,
            Assignee::Agent(agent) => (Recipient::Agent(agent), format!("{name} is waiting for you")),
            Assignee::Team(team) => {
                let subject = format!("{name} is waiting for {}", team.name);
                (Recipient::Team(team), subject)
            }
        };
        let body = format!("{} has assigned this conversation to you, and nobody has it yet.", by.name);
        Some(self.alert(vec![to], one_line(&subject), body, "somebody assigned a conversation that waits".to_owned()))
    }
}
