//! One history as it is lived: a real conversation with its outbox, and the model beside it.

use std::sync::Arc;

use proptest::prelude::*;
use switchboard::domain::account::{Account, Channel, WhenUncertain};
use switchboard::domain::assigning::Assignee;
use switchboard::domain::bot::Bot;
use switchboard::domain::call::{self, Answer};
use switchboard::domain::changes::Change;
use switchboard::domain::command::{Command, Extension, Outcome, Refusal};
use switchboard::domain::conversation::Conversation;
use switchboard::domain::effects::{Effect, effects};
use switchboard::domain::event::{Agent, Event, Receipt};
use switchboard::domain::ids::{Seq, TeamId};
use switchboard::domain::message::{Choice, Heard};
use switchboard::domain::state::State;
use switchboard::domain::team::Team;
use switchboard::domain::time::Timestamp;
use uuid::Uuid;

use super::acts::{Act, Answering, Ending, Extending, Step};
use super::model::{Model, Spoken, Voice, ZONE};
use super::{House, Millis, agree};
use crate::support::bot::STATUS;
use crate::support::outbox::Outbox;
use crate::support::story::{MORNING, ana, ben, conversation};

pub type Checked = Result<(), TestCaseError>;

/// A way in which the code under test may be wrong, to see that it is noticed.
#[derive(Clone, Copy)]
pub struct Fault {
    /// What the fold does wrong after an event.
    pub fold: fn(&mut State, &Event),
    /// What the store forgets to do.
    pub effect: fn(&Effect) -> bool,
}

pub const NO_FAULT: Fault = Fault { fold: |_, _| {}, effect: |_| true };

#[derive(Debug, Clone)]
pub struct Logged {
    pub at: Timestamp,
    pub event: Event,
    /// Which command it followed from, counted.
    pub command: usize,
}

/// A message began to be sent when the log was this long.
pub struct Start {
    pub seq: Seq,
    pub log_len: usize,
}

pub struct World {
    pub house: House,
    pub now: Timestamp,
    pub conversation: Conversation,
    pub outbox: Outbox,
    pub log: Vec<Logged>,
    pub starts: Vec<Start>,
    model: Model,
    /// Whether the model is asked: some properties need no second opinion.
    doubts: bool,
    fault: Fault,
    on_the_wire: Vec<Seq>,
    untold: Vec<Seq>,
    /// All calls so far.
    calls: Vec<Seq>,
    buttons: Vec<Choice>,
    commands: usize,
}

impl World {
    pub fn new(house: House, bot: Arc<Bot>, doubts: bool, fault: Fault) -> Self {
        let channel = if house.tracked { Channel::Messenger } else { Channel::Webchat };
        let mut conversation = conversation(channel, bot);
        let uncertain = if house.holds { WhenUncertain::Hold } else { WhenUncertain::Resend };
        conversation.account = Arc::new(Account { uncertain, ..(*conversation.account).clone() });
        Self {
            house,
            now: MORNING,
            conversation,
            outbox: Outbox::default(),
            log: Vec::new(),
            starts: Vec::new(),
            model: Model::new(house),
            doubts,
            fault,
            on_the_wire: Vec::new(),
            untold: Vec::new(),
            calls: Vec::new(),
            buttons: vec![Choice { id: "menu:gone:0:0".into(), label: "Something that is gone".into() }],
            commands: 0,
        }
    }

    pub fn live(&mut self, steps: &[Step]) -> Checked {
        for step in steps {
            self.now = Timestamp(self.now.0 + 1);
            self.act(&step.act)?;
            if step.tells {
                self.tell_withdrawn()?;
            }
        }
        Ok(())
    }

    fn act(&mut self, act: &Act) -> Checked {
        match act {
            Act::Passes { millis } => {
                self.now = Timestamp(self.now.0 + millis);
                Ok(())
            }
            Act::Deadline { late } => self.deadline(*late),
            Act::StartsSending { message } => self.start_sending(*message),
            Act::EndsSending { message, how } => match pick(&self.on_the_wire, *message) {
                Some(of) => {
                    self.on_the_wire.retain(|seq| *seq != of);
                    let outcome = self.outcome(of, *how);
                    self.ask(Command::Outcome { of, outcome })
                }
                None => Ok(()),
            },
            Act::EndsAgain { message } => match self.ended().get(*message) {
                Some(of) => {
                    let outcome = self.outcome(*of, Ending::Refused);
                    self.ask(Command::Outcome { of: *of, outcome })
                }
                None => Ok(()),
            },
            Act::TellsWithdrawn => self.tell_withdrawn(),
            act => match self.command(act) {
                Some(command) => self.ask(command),
                None => Ok(()),
            },
        }
    }

    /// The command that an act is; none if there is nothing it could speak of.
    fn command(&self, act: &Act) -> Option<Command> {
        let hear = |heard| Command::Hear { heard, provider_id: None, provider_at: Some(self.now), name: None };
        let seq = self.conversation.state.seq;
        Some(match act {
            Act::Says { text } => hear(Heard::text(*text)),
            Act::TapsOld { button } => {
                let choice = pick(&self.buttons, *button)?;
                hear(Heard::tap(choice.id, choice.label))
            }
            Act::Opens => Command::Open,
            Act::ViewsPage => Command::ViewPage { url: "https://harbour.example/".into(), title: "Harbour".into() },
            Act::Outside => {
                Command::Echo { of: None, provider_id: format!("outside-{seq}"), text: "From the Page".into() }
            }
            Act::Echo { message, marked: true } => {
                let of = pick(&self.ours(), *message)?;
                Command::Echo { of: Some(of), provider_id: named(of), text: "ours".into() }
            }
            Act::Echo { message, marked: false } => {
                // Only of what certainly was sent: a plain echo of anything else is a person's message.
                let of = pick(&self.ended(), *message)?;
                Command::Echo { of: None, provider_id: named(of), text: "ours".into() }
            }
            Act::Receipt { receipt, message } => {
                let provider_ids = vec![named(pick(&self.ours(), *message)?), "somebody else's".into()];
                Command::Acknowledge { receipt: *receipt, provider_ids, watermark: None }
            }
            Act::ReceiptUntil { receipt, before } => {
                let watermark = Some(Timestamp(self.now.0 - before));
                Command::Acknowledge { receipt: *receipt, provider_ids: Vec::new(), watermark }
            }
            Act::Seen { .. } if self.house.tracked => return None,
            Act::Seen { behind } => Command::Seen { seq: seq.saturating_sub(*behind) },
            Act::Reply { agent, behind, anyway, empty } => Command::Reply {
                agent: agent_named(*agent),
                text: if *empty { " ".into() } else { format!("Reply at {seq}") },
                attachment: None,
                seen: seq.saturating_sub(*behind),
                anyway: *anyway,
            },
            Act::TakesOver { agent } => Command::TakeOver { agent: agent_named(*agent) },
            Act::HandsOver { to, note } => Command::HandOver {
                agent: agent_named(1 - to),
                to: agent_named(*to),
                note: if *note { "They know each other".into() } else { String::new() },
            },
            Act::HandsOverToTeam { note } => Command::HandOverToTeam {
                agent: ben(),
                to: team(),
                note: if *note { "They know each other".into() } else { String::new() },
            },
            Act::Assigns { to } => Command::Assign { agent: ana(), to: assignee(*to) },
            Act::Claims { agent } => Command::Claim { agent: agent_named(*agent) },
            Act::Closes { agent } => Command::Close { agent: agent_named(*agent) },
            Act::Snoozes { until } => Command::Snooze { agent: ana(), until: Timestamp(self.now.0 + until) },
            Act::Reopens { agent, undo } => Command::Reopen { agent: agent_named(*agent), undo: *undo },
            Act::GivesBack => Command::GiveBack { agent: ben(), answer: None },
            Act::Extends { by } => Command::Extend { agent: ben(), by: extension(*by) },
            Act::Notes => Command::Note { agent: ana(), text: "A note".into() },
            Act::Reacts => {
                let change = Change::Reacted { with: Some("❤️".into()) };
                Command::Change { provider_id: "of long ago".into(), change, provider_at: None }
            }
            Act::Labels { label, on } => Command::Label { agent: ben(), label: format!(" Label  {label}"), on: *on },
            Act::Answers { late, how } => {
                let State { call, turn, .. } = &self.conversation.state;
                let call = if *late { self.calls.first().copied()? } else { call.as_ref()?.id };
                Command::Called { call, turn: *turn, outcome: answered(*how) }
            }
            Act::CallsAgain => Command::CallAgain { call: self.calls.last().copied()? },
            Act::EndsLetter { letter, stale, how } => {
                let of = pick(&self.letters(), *letter)?;
                let heard_of = self.conversation.state.alerts.get(&of).map_or(0, |open| open.attempt);
                let attempt = if *stale { heard_of } else { heard_of + 1 };
                Command::AlertOutcome { of, attempt, outcome: self.outcome(of, *how) }
            }
            Act::Resends { message } => Command::Resend { agent: ana(), of: pick(&self.ours(), *message)? },
            Act::Leaves { message } => Command::Leave { agent: Some(ben()), of: pick(&self.ours(), *message)? },
            // Whoever asks elsewhere itself is no outside bot.
            Act::OutsideBot { .. } if self.conversation.state.call.is_some() => return None,
            Act::OutsideBot { turns_ago } => Command::BotAnswer {
                turn: self.conversation.state.turn.saturating_sub(*turns_ago),
                call: None,
                answer: Answer::text("From a bot outside"),
            },
            Act::Look => Command::DeadlinePassed,
            Act::Parks => Command::Park { why: "It failed.".into() },
            _ => return None,
        })
    }

    fn outcome(&self, of: Seq, how: Ending) -> Outcome {
        let later = Timestamp(self.now.0 + 20_000);
        match how {
            Ending::Sent => Outcome::Sent { provider_id: named(of) },
            Ending::NotSent => Outcome::NotSent { at: later, reason: "503".into() },
            Ending::Refused => Outcome::Refused { reason: "blocked".into() },
            Ending::Unknown => Outcome::Unknown { again_at: later, reason: "timeout".into() },
        }
    }

    /// The latest messages that went or go out, and one number that never was one.
    fn ours(&self) -> Vec<Seq> {
        let said = |(at, logged): (usize, &Logged)| match logged.event {
            Event::BotSaid { .. } | Event::AgentSaid { .. } => Some(at as Seq + 1),
            _ => None,
        };
        let mut ours: Vec<Seq> = self.log.iter().enumerate().rev().filter_map(said).take(12).collect();
        ours.push(1_000_000);
        ours
    }

    /// The latest letters, and one number that never was one.
    fn letters(&self) -> Vec<Seq> {
        let mut letters = letters(&self.log);
        letters.drain(..letters.len().saturating_sub(40));
        letters.push(1_000_000);
        letters
    }

    /// Messages of which the log says that they were sent, and that no receipt has closed yet.
    fn ended(&self) -> Vec<Seq> {
        let mut ended = Vec::new();
        for logged in &self.log {
            match &logged.event {
                Event::Sent { of, .. } => ended.push(*of),
                Event::Received { of, receipt: Receipt::Read } => {
                    ended.retain(|seq| !of.contains(seq));
                }
                _ => {}
            }
        }
        ended.split_off(ended.len().saturating_sub(8))
    }

    // --- Time and the sender ---

    fn deadline(&mut self, late: Millis) -> Checked {
        let Some(due) = self.conversation.next_deadline() else { return Ok(()) };
        if due > self.now {
            // A moment too early nothing happens.
            self.now = Timestamp(due.0 - 1);
            self.ask(Command::DeadlinePassed)?;
        }
        self.now = self.now.max(Timestamp(due.0 + late));
        self.ask(Command::DeadlinePassed)?;
        let next = self.conversation.next_deadline();
        prop_assert!(next.is_none_or(|next| next > self.now), "a deadline in the past: {next:?} at {:?}", self.now);
        Ok(())
    }

    fn start_sending(&mut self, message: usize) -> Checked {
        let rows: Vec<Seq> = self.outbox.rows.keys().copied().collect();
        let Some(seq) = pick(&rows, message) else { return Ok(()) };
        let may = self.model.outbox.may_be_sent(seq, self.now.0);
        let starts = self.outbox.start_sending(seq, self.now);
        if self.doubts {
            prop_assert_eq!(starts, may, "whether message {} may be sent", seq);
            if starts {
                self.model.outbox.starts(seq);
            }
        }
        if starts {
            self.starts.push(Start { seq, log_len: self.log.len() });
            self.on_the_wire.push(seq);
        }
        Ok(())
    }

    fn tell_withdrawn(&mut self) -> Checked {
        let of = std::mem::take(&mut self.untold);
        if of.is_empty() { Ok(()) } else { self.ask(Command::Withdraw { of }) }
    }

    // --- Asking both ---

    fn ask(&mut self, command: Command) -> Checked {
        let state = self.conversation.state.clone();
        let decision = self.conversation.decide(self.now, command.clone());
        prop_assert!(self.conversation.state == state, "{command:?} changed something before it was decided");
        self.commands += 1;
        let first = self.log.len();
        let refused = match decision {
            Ok(events) => self.append(events).map(|()| None)?,
            Err(refusal) => Some(refusal),
        };
        if self.doubts { self.compare(&command, first, refused) } else { Ok(()) }
    }

    fn append(&mut self, events: Vec<Event>) -> Checked {
        prop_assert!(!events.is_empty(), "a command was accepted without a trace");
        let mut effects = effects(&self.conversation, self.conversation.state.seq + 1, &events, self.now);
        effects.retain(self.fault.effect);
        for event in events {
            if let Event::BotSaid { line, .. } = &event {
                self.buttons.extend(line.choices.iter().cloned());
                self.buttons.drain(..self.buttons.len().saturating_sub(8));
            }
            self.conversation.apply(&event, self.now);
            (self.fault.fold)(&mut self.conversation.state, &event);
            if let Event::CallOpened { .. } = &event {
                self.calls.push(self.conversation.state.seq);
            }
            self.log.push(Logged { at: self.now, event, command: self.commands });
            prop_assert_eq!(self.conversation.state.seq, self.log.len() as Seq, "the numbers have a hole");
        }
        self.untold.extend(self.outbox.run(effects).map_err(TestCaseError::fail)?);
        Ok(())
    }

    fn compare(&mut self, command: &Command, first: usize, refused: Option<Refusal>) -> Checked {
        let expected = self.model.asked(self.now.0, command);
        let refused = refused.map(|refusal| refusal.code());
        prop_assert_eq!(refused, expected.as_ref().err().copied(), "whether {:?} is refused", command);
        let spoken = expected.unwrap_or_default();
        let said = said(&self.log[first..]);
        let real: Vec<&Spoken> = said.iter().map(|(_, spoken)| spoken).collect();
        prop_assert_eq!(real, spoken.iter().collect::<Vec<_>>(), "what is said after {:?}", command);
        for (at, spoken) in &said {
            self.model.numbered(self.now.0, (first + at) as Seq + 1, spoken);
        }
        let written: Vec<Seq> = letters(&self.log[first..]).iter().map(|at| first as Seq + at).collect();
        self.model.letters.numbered(&written).map_err(TestCaseError::fail)?;
        self.model.bot.call_is(self.calls.last().copied());
        agree::floors(&self.model, &self.conversation)?;
        if self.house.tracked { agree::outboxes(&self.model.outbox, &self.outbox, &self.conversation) } else { Ok(()) }
    }
}

/// Who said what, and where in `events`. What comes from outside carries no turn.
fn said(events: &[Logged]) -> Vec<(usize, Spoken)> {
    let spoken = |(at, logged): (usize, &Logged)| {
        let (by, text, turn) = match &logged.event {
            Event::BotSaid { line, turn, .. } => (Voice::Bot, &line.text, Some(*turn)),
            Event::AgentSaid { agent, text, turn, .. } => (Voice::Agent(agent.clone()), text, Some(*turn)),
            Event::OutsideSaid { text, .. } => (Voice::Outside, text, None),
            _ => return None,
        };
        Some((at, Spoken { by, text: text.clone(), turn }))
    };
    events.iter().enumerate().filter_map(spoken).collect()
}

fn answered(how: Answering) -> call::Outcome {
    match how {
        Answering::Found => call::Outcome::Values(vec![("status".into(), STATUS.into())]),
        Answering::Nonsense => call::Outcome::Values(Vec::new()),
        Answering::Fails => call::Outcome::Failed("it answered 500".into()),
    }
}

/// Which of the events are letters to people, counted from 1.
fn letters(events: &[Logged]) -> Vec<Seq> {
    let numbered = (1..).zip(events);
    numbered.filter(|(_, logged)| matches!(logged.event, Event::AlertQueued { .. })).map(|(seq, _)| seq).collect()
}

fn agent_named(number: u8) -> Agent {
    if number == 0 { ana() } else { ben() }
}

fn extension(by: Extending) -> Extension {
    match by {
        Extending::Minutes(minutes) => Extension::Minutes(minutes),
        Extending::Tomorrow => Extension::TomorrowIn(ZONE.into()),
        Extending::UntilResumed => Extension::UntilResumed,
    }
}

/// How the provider names our message.
fn named(of: Seq) -> String {
    format!("m{of}")
}

fn pick<T: Clone>(from: &[T], number: usize) -> Option<T> {
    if from.is_empty() { None } else { Some(from[number % from.len()].clone()) }
}

fn team() -> Team {
    Team { id: TeamId(Uuid::from_u128(80)), name: "Sales".into() }
}

fn assignee(to: u8) -> Option<Assignee> {
    match to {
        2 => Some(Assignee::Team(team())),
        3 => None,
        agent => Some(Assignee::Agent(agent_named(agent))),
    }
}
