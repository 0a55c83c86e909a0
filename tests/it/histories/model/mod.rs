//! A second opinion: what must follow from a command, written from the rules and not from the code.
//!
//! It knows who has the floor and until when, what is unanswered, and what may still happen to each message. Only the
//! numbers of events are taken from the real log, since they name the messages.

mod aside;
mod assigning;
mod bot;
mod letters;
mod marks;
mod outbox;

use std::collections::BTreeSet;

use switchboard::domain::bot::WhenPauseEnds;
use switchboard::domain::call::Outcome;
use switchboard::domain::command::{Command, Extension};
use switchboard::domain::event::{Agent, Speaker};
use switchboard::domain::ids::Seq;
use switchboard::domain::message::Heard;

use super::{House, Millis};
use crate::support::bot::{AGAIN, CALLING, CLOSED, NOBODY, NOBODY_AFTER, STILL, STILL_AFTER, THANKS};
use aside::Aside;
pub use assigning::AssignedModel;
pub use bot::PHRASES;
use bot::{BotModel, has_words, means_back};
use letters::LettersModel;
pub use outbox::{Fate, OutboxModel};

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

#[derive(Debug, Clone)]
pub struct Model {
    house: House,
    pub floor: Floor,
    pub turn: u64,
    pub unanswered: Option<(u32, Heard)>,
    /// A person was called about what is unanswered.
    called: bool,
    pub bot: BotModel,
    pub outbox: OutboxModel,
    pub letters: LettersModel,
    pub labels: BTreeSet<String>,
    pub assigned: AssignedModel,
    aside: Aside,
    said: Vec<(Seq, Option<Agent>)>,
    shown: Seq,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Floor {
    Bot,
    Waiting { reason: &'static str, rungs: usize, next: Option<Millis>, closed: bool, reach: Reach },
    Human { by: Speaker, until: Option<Millis>, warn_at: Option<Millis> },
}

/// Whether the contact was asked how to be reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reach {
    No,
    Asked,
    Twice,
    Told,
}

/// What somebody must have said, in which turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    pub by: Voice,
    pub text: String,
    pub turn: Option<u64>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Voice {
    Bot,
    Agent(Agent),
    Outside,
}

type Expected = Result<Vec<Spoken>, &'static str>;

impl Model {
    pub fn new(house: House) -> Self {
        let bot = BotModel::new(house.limit, house.silent);
        let outbox = OutboxModel { holds: house.holds, windows: house.tracked, ..OutboxModel::default() };
        Self {
            house,
            floor: Floor::Bot,
            turn: 0,
            unanswered: None,
            called: false,
            bot,
            outbox,
            letters: LettersModel::default(),
            labels: BTreeSet::new(),
            assigned: AssignedModel::default(),
            aside: Aside::No,
            said: Vec::new(),
            shown: 0,
        }
    }

    /// What must be said, or with which code it must be refused.
    pub fn asked(&mut self, now: Millis, command: &Command) -> Expected {
        let quiet = |()| Vec::new();
        match command {
            Command::Hear { heard, .. } => {
                self.outbox.heard_at = Some(now);
                Ok(self.hears(now, heard))
            }
            Command::Open if self.floor == Floor::Bot && !self.bot.greeted() && self.bot.call_due().is_none() => {
                let act = self.bot.opens();
                Ok(self.bot_acts(now, act))
            }
            Command::Open => Err("nothing_new"),
            Command::ViewPage { .. } => {
                self.letters.contact_is_here(now, DAY);
                Ok(Vec::new())
            }
            Command::Note { .. } => Ok(Vec::new()),
            // A reaction lets us write again.
            Command::Change { .. } => {
                self.outbox.heard_at = Some(now);
                Ok(Vec::new())
            }
            Command::Label { label, on, .. } => self.labelled(label, *on).map(quiet),
            Command::Echo { of: Some(of), provider_id, .. } => self.outbox.echoed(*of, provider_id).map(quiet),
            Command::Echo { of: None, provider_id, .. } if self.outbox.knows(provider_id) => Err("nothing_new"),
            Command::Echo { of: None, text, .. } => Ok(self.person_speaks(now, Speaker::Outside, text)),
            Command::Acknowledge { receipt, provider_ids, watermark } => {
                self.outbox.received(*receipt, provider_ids, watermark.map(|at| at.0)).map(quiet)
            }
            // The rules of contacts who want no messages have tests of their own, and so have those of conversations that
            // another program has.
            Command::Name { .. }
            | Command::TellProvider { .. }
            | Command::Bounce { .. }
            | Command::SendTemplate { .. }
            | Command::Learn { .. }
            | Command::NoteTo { .. }
            | Command::Describe { .. } => {
                unreachable!("no history has these")
            }
            Command::OwnEcho { .. }
            | Command::Overhear { .. }
            | Command::ThreadMoved { .. }
            | Command::Prioritise { .. }
            | Command::SetAttribute { .. }
            | Command::Block { .. } => {
                unreachable!("no history has these")
            }
            Command::Seen { seq } => self.seen(*seq),
            Command::Reply { text, .. } if text.trim().is_empty() => Err("empty"),
            Command::Reply { agent, seen, anyway: false, .. } if self.others_spoke_since(agent, *seen) => {
                Err("superseded")
            }
            Command::Reply { agent, text, .. } => Ok(self.person_speaks(now, Speaker::Agent(agent.clone()), text)),
            Command::TakeOver { agent } => self.wants_floor(now, agent),
            Command::HandOver { to, .. } => self.wants_floor(now, to),
            Command::GiveBack { .. } if self.floor == Floor::Bot => Err("bot_has_the_floor"),
            Command::GiveBack { .. } => {
                self.assigned = AssignedModel::default();
                Ok(self.bot_returns(now, true))
            }
            Command::Assign { agent, to } => self.assigns(now, agent, to.as_ref()),
            Command::HandOverToTeam { .. } => self.hands_over_to_team(now),
            Command::Claim { agent } => self.claims(now, agent),
            Command::Extend { by, .. } => self.extend(now, by).map(quiet),
            Command::Resend { of, .. } => self.outbox.sent_again(*of, now).map(quiet),
            Command::Leave { of, .. } => self.outbox.left_alone(*of).map(quiet),
            Command::BotAnswer { turn, answer, .. } => Ok(self.outside_bot(*turn, &answer.words())),
            Command::Called { call, outcome, .. } if self.bot.is_calling(*call) => {
                let found = matches!(outcome, Outcome::Values(values) if !values.is_empty());
                let act = self.bot.is_answered(now, self.is_open(now), found);
                Ok(self.bot_acts(now, act))
            }
            Command::Called { .. } => Err("nothing_new"),
            Command::CallAgain { call } => self.bot.calls_again(now, *call).map(quiet),
            Command::DeadlinePassed => self.deadline(now),
            Command::Outcome { of, outcome } => self.outbox.outcome(*of, outcome).map(quiet),
            Command::AlertOutcome { of, attempt, outcome } => self.letters.tried(*of, *attempt, outcome).map(quiet),
            Command::Withdraw { of } => self.outbox.withdrawn(of).map(quiet),
            Command::Close { agent } => self.closes(now, agent),
            Command::Snooze { until, .. } => self.snoozes(now, until.0),
            Command::Reopen { agent, undo } => self.reopens(now, agent, *undo),
            Command::Park { .. } => {
                if !matches!(self.floor, Floor::Human { until: None, .. }) {
                    self.take(now, Speaker::System, None);
                }
                Ok(Vec::new())
            }
        }
    }

    /// What was said got this number in the log.
    pub fn numbered(&mut self, now: Millis, seq: Seq, spoken: &Spoken) {
        let agent = match &spoken.by {
            Voice::Agent(agent) => Some(agent.clone()),
            _ => None,
        };
        self.said.push((seq, agent));
        if self.house.tracked && spoken.by != Voice::Outside {
            self.outbox.queue(seq, spoken.by == Voice::Bot, now);
        }
    }

    pub fn next_deadline(&self) -> Option<Millis> {
        self.snoozed().into_iter().chain(self.floor_deadline()).min()
    }

    fn floor_deadline(&self) -> Option<Millis> {
        match &self.floor {
            Floor::Human { until, warn_at, .. } => warn_at.or(*until),
            Floor::Waiting { next, .. } => *next,
            Floor::Bot => self.bot.thinks_until().or(self.bot.call_due()),
        }
    }

    // --- Who speaks ---

    fn hears(&mut self, now: Millis, heard: &Heard) -> Vec<Spoken> {
        self.letters.contact_is_here(now, DAY);
        let count = self.unanswered.as_ref().map_or(0, |(count, _)| *count) + 1;
        self.unanswered = Some((count, heard.clone()));
        self.called = false;
        self.aside = Aside::No;
        match &self.floor {
            Floor::Bot => {
                let act = self.bot.hears(now, self.is_open(now), heard);
                self.bot_acts(now, act)
            }
            Floor::Waiting { .. } if means_back(heard) => {
                self.bot_has_floor();
                let act = self.bot.comes_back();
                self.bot_acts(now, act)
            }
            Floor::Waiting { .. } => self.hears_while_waiting(heard),
            Floor::Human { .. } => Vec::new(),
        }
    }

    /// Who was asked how to be reached may tell it; who tells something else is asked once more.
    fn hears_while_waiting(&mut self, heard: &Heard) -> Vec<Spoken> {
        let Floor::Waiting { reach, .. } = &mut self.floor else { return Vec::new() };
        if matches!(reach, Reach::Asked | Reach::Twice) && self.bot.learns_how_to_reach(&heard.text) {
            *reach = Reach::Told;
            return self.ladder_says(THANKS);
        }
        if *reach == Reach::Asked && has_words(heard) {
            *reach = Reach::Twice;
            return self.ladder_says(AGAIN);
        }
        Vec::new()
    }

    fn ladder_says(&mut self, text: &str) -> Vec<Spoken> {
        self.bot.has_spoken();
        vec![Spoken { by: Voice::Bot, text: text.into(), turn: Some(self.turn) }]
    }

    /// Monday to Friday, nine to five; the first day of all was a Thursday.
    fn is_open(&self, now: Millis) -> bool {
        let (day, hour) = ((now / DAY + 3) % 7, now % DAY / HOUR);
        !self.house.hours || (day < 5 && (9..17).contains(&hour))
    }

    fn opens(&self, now: Millis) -> Millis {
        let mornings = (0..8).map(|ahead| (now / DAY + ahead) * DAY + 9 * HOUR);
        mornings.into_iter().find(|morning| *morning > now && self.is_open(*morning)).expect("a week has a Monday")
    }

    fn bot_acts(&mut self, now: Millis, act: bot::Act) -> Vec<Spoken> {
        (0..act.letters).for_each(|_| self.letters.dialogue_writes(now, DAY));
        let said = |line: &&str| Spoken { by: Voice::Bot, text: line.to_string(), turn: Some(self.turn) };
        let mut spoken: Vec<Spoken> = act.lines.iter().map(said).collect();
        if spoken.iter().any(|spoken| spoken.text != CALLING) {
            self.unanswered = None;
        }
        if let Some(reason) = act.hand_off {
            self.called = true;
            self.aside = Aside::No;
            self.turn += 1;
            let closed = !self.is_open(now);
            let next = if closed { self.opens(now) } else { now + STILL_AFTER.as_millis() as Millis };
            let reach = if closed { Reach::Asked } else { Reach::No };
            self.floor = Floor::Waiting { reason, rungs: 0, next: Some(next), closed, reach };
            if closed {
                spoken.extend(self.ladder_says(CLOSED));
            }
        }
        spoken
    }

    fn outside_bot(&mut self, turn: u64, text: &str) -> Vec<Spoken> {
        if self.floor != Floor::Bot || turn != self.turn {
            return Vec::new();
        }
        self.bot.speaks_from_outside();
        self.unanswered = None;
        vec![Spoken { by: Voice::Bot, text: text.into(), turn: Some(turn) }]
    }

    fn person_speaks(&mut self, now: Millis, who: Speaker, text: &str) -> Vec<Spoken> {
        let agent = match &who {
            Speaker::Agent(agent) => Some(agent.clone()),
            _ => None,
        };
        let held = match &self.floor {
            Floor::Human { by: Speaker::Agent(_), .. } => true,
            Floor::Human { by: Speaker::Outside, .. } => agent.is_none(),
            _ => false,
        };
        let until = self.pause_end(now);
        if !held {
            self.take(now, who, until);
        } else if self.until() != until {
            self.move_end(now, until);
        }
        self.unanswered = None;
        let turn = agent.is_some().then_some(self.turn);
        let by = agent.map_or(Voice::Outside, Voice::Agent);
        vec![Spoken { by, text: text.into(), turn }]
    }

    fn others_spoke_since(&self, agent: &Agent, seen: Seq) -> bool {
        self.said.iter().any(|(seq, by)| *seq > seen && by.as_ref() != Some(agent))
    }

    // --- Who has the floor ---

    fn wants_floor(&mut self, now: Millis, agent: &Agent) -> Expected {
        if matches!(&self.floor, Floor::Human { by: Speaker::Agent(by), .. } if by == agent) {
            return Err("already_taken");
        }
        let until = self.pause_end(now);
        self.take(now, Speaker::Agent(agent.clone()), until);
        Ok(Vec::new())
    }

    fn take(&mut self, now: Millis, by: Speaker, until: Option<Millis>) {
        self.assigned_moves(&by);
        self.aside = Aside::No;
        self.turn += 1;
        self.bot.interrupted();
        self.outbox.taken_over();
        self.floor = Floor::Human { by, until, warn_at: None };
        self.move_end(now, until);
    }

    fn until(&self) -> Option<Millis> {
        match &self.floor {
            Floor::Human { until, .. } => *until,
            _ => None,
        }
    }

    /// At least a whole pause from now; a longer one is never shortened.
    fn pause_end(&self, now: Millis) -> Option<Millis> {
        let wanted = now + self.house.pause;
        match &self.floor {
            Floor::Human { by: Speaker::Agent(_) | Speaker::Outside, until, .. } => until.map(|end| end.max(wanted)),
            _ => Some(wanted),
        }
    }

    fn move_end(&mut self, now: Millis, end: Option<Millis>) {
        if let Floor::Human { until, warn_at, .. } = &mut self.floor {
            *until = end;
            *warn_at = end.filter(|end| *end > now + 5 * MINUTE).map(|end| end - 5 * MINUTE);
        }
    }

    fn extend(&mut self, now: Millis, by: &Extension) -> Result<(), &'static str> {
        let Floor::Human { until, .. } = self.floor else { return Err("no_pause") };
        let end = match (by, until) {
            (Extension::Minutes(0), _) => return Err("bad_minutes"),
            (Extension::UntilResumed, _) => None,
            (_, None) => return Err("no_end_to_move"),
            (Extension::Minutes(minutes), Some(until)) => Some(until.max(now) + Millis::from(*minutes) * MINUTE),
            (Extension::TomorrowIn(_), Some(until)) => Some(until.max((now / DAY + 1) * DAY + 9 * HOUR)),
        };
        if end == until {
            return Err("nothing_new");
        }
        self.move_end(now, end);
        Ok(())
    }

    fn deadline(&mut self, now: Millis) -> Expected {
        match (self.wakes(now), self.floor_passes(now)) {
            (true, then) => Ok(then.unwrap_or_default()),
            (false, then) => then,
        }
    }

    fn floor_passes(&mut self, now: Millis) -> Expected {
        if self.floor_deadline().is_none_or(|due| due > now) {
            return Err("nothing_due");
        }
        match &self.floor {
            Floor::Bot if self.bot.call_due().is_some() => {
                let act = self.bot.is_answered(now, self.is_open(now), false);
                return Ok(self.bot_acts(now, act));
            }
            Floor::Bot => {
                let act = self.bot.has_thought();
                return Ok(self.bot_acts(now, act));
            }
            Floor::Waiting { .. } => return Ok(self.climbs(now)),
            Floor::Human { .. } => {}
        }
        let Floor::Human { until: Some(until), warn_at, .. } = &mut self.floor else { return Err("nothing_due") };
        if *until > now {
            let due = warn_at.is_some_and(|warning| warning <= now);
            *warn_at = warn_at.filter(|_| !due);
            return if due { Ok(Vec::new()) } else { Err("nothing_due") };
        }
        if self.unanswered.is_some() && self.house.then == WhenPauseEnds::Keep {
            self.move_end(now, None);
            return Ok(Vec::new());
        }
        Ok(self.bot_returns(now, false))
    }

    /// Whoever waits hears of it after two minutes, and the truth ten minutes later; at night it begins in the morning.
    fn climbs(&mut self, now: Millis) -> Vec<Spoken> {
        let open = self.is_open(now);
        let Floor::Waiting { rungs, next, closed, reach, .. } = &mut self.floor else { return Vec::new() };
        self.letters.ladder_writes();
        if *closed {
            (*closed, *next) = (false, Some(now + STILL_AFTER.as_millis() as Millis));
            return Vec::new();
        }
        *rungs += 1;
        if *rungs == 1 {
            *next = Some(now + NOBODY_AFTER.as_millis() as Millis);
            return self.ladder_says(STILL);
        }
        *next = None;
        if *reach == Reach::Told {
            return Vec::new();
        }
        *reach = if *reach == Reach::No { Reach::Asked } else { Reach::Twice };
        self.ladder_says(if open { NOBODY } else { CLOSED })
    }

    fn bot_returns(&mut self, now: Millis, by_agent: bool) -> Vec<Spoken> {
        self.bot_has_floor();
        let act = match (self.unanswered.clone(), self.house.then) {
            (Some((_, heard)), WhenPauseEnds::Answer) if !self.called => self.bot.hears(now, self.is_open(now), &heard),
            _ if by_agent => self.bot.resumes(),
            _ => return Vec::new(),
        };
        self.bot_acts(now, act)
    }

    fn bot_has_floor(&mut self) {
        self.floor = Floor::Bot;
        self.turn += 1;
        self.bot.returns();
    }
}

/// A zone in which tomorrow is easily reckoned.
pub const ZONE: &str = "Etc/UTC";
