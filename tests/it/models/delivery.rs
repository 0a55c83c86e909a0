//! One account, two nodes that both may think that they send for it, a provider, and every way a send can end.
//!
//! Nodes die between any two steps, are stopped for long and go on, bytes arrive late or not at all, answers are lost, words
//! between nodes are lost. A contact asks, the bot answers, an agent takes over and answers, too. What a conversation is
//! told it decides and writes in one step here: `directory` has shown that it may.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use stateright::{Model, Property};
use switchboard::actors::sender_backlog::Backlog;
use switchboard::actors::sender_verdict::{key, verdict};
use switchboard::actors::sweeper::{is_ours_to_judge, what_became_of};
use switchboard::domain::command::Command;
use switchboard::domain::effects::{Effect, effects};
use switchboard::domain::event::Event;
use switchboard::domain::ids::{AccountId, DeliveryId, Incarnation, Seq};
use switchboard::domain::message::{Heard, Line};
use switchboard::ports::channel::SendResult;
use switchboard::ports::store::{Contact, Mark, Queued, Stray, StrayState};
use uuid::Uuid;

use super::fold::{Fold, NOW, print};
use super::outbox::{Outbox, RowState};
use super::{breaks, holds};
use crate::support::outbox::author;
use crate::support::story::ana;

const MEMORY_MAX: usize = 10;
const SCENES: usize = 2;

fn contact() -> Contact {
    Contact::of(&AccountId::new("harbour-page"), "contact-7")
}

fn id(seq: Seq) -> DeliveryId {
    DeliveryId { conversation: contact().conversation, seq }
}

fn incarnation(number: u8) -> Incarnation {
    Incarnation(Uuid::from_u128(u128::from(number)))
}

#[derive(Clone)]
struct World {
    fault: Fault,
    budget: Budget,
    /// The account holds what may have arrived.
    holds: bool,
}

/// What a broken twin does wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// A try of which nobody knows the end counts as one that did not go out.
    UnknownIsNotSent,
    /// What another node was sending is simply queued again.
    StraysAreQueued,
    /// Whoever holds a message in memory sends it, without asking the store.
    StoreIsNotAsked,
    /// A line does not wait for its head.
    HeadsAreOvertaken,
    /// What the account wants is not looked at.
    HoldingIsForgotten,
    /// Nobody asks whether another node is still sending an earlier message.
    OthersAreOvertaken,
    /// What a conversation is told again, it takes for news.
    ToldAnew,
    /// Who has not heard whether its mark stands takes the try for one that did not go out.
    MarksAreTakenBack,
}

/// How often each misfortune may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Budget {
    deaths: u8,
    changes_of_duty: u8,
    lost_answers: u8,
    lost_words: u8,
    unanswered: u8,
    refusals: u8,
    /// The store does not say whether a message was marked.
    lost_marks: u8,
}

const NOTHING: Budget =
    Budget { deaths: 0, changes_of_duty: 0, lost_answers: 0, lost_words: 0, unanswered: 0, refusals: 0, lost_marks: 0 };

impl Budget {
    fn is_spent(&self) -> bool {
        *self == NOTHING
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    fold: Fold,
    outbox: Outbox,
    nodes: [Node; 2],
    /// What people have done so far.
    scene: usize,
    /// What the conversation says next is lost on the way to whoever sends.
    mute: bool,
    /// Bytes whose sender has died or has given up waiting.
    late: BTreeSet<Seq>,
    arrived: Vec<Seq>,
    incarnations: u8,
    /// The keys under which the conversation has heard. Kept only where something may be told again.
    heard: Option<BTreeSet<String>>,
    /// What the sweeper has told and will be heard once more.
    copies: Vec<(Seq, u32)>,
    budget: Budget,
    witness: Witness,
}

/// What must be known of the past to judge the present.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Witness {
    ever_uncertain: BTreeSet<Seq>,
    void_started: bool,
    unflagged_again: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Node {
    me: Incarnation,
    /// It believes that it sends for the account.
    on_duty: bool,
    memory: Memory,
    /// What the store answered, not heard yet.
    reading: Option<Vec<(Seq, bool, bool)>>,
    sending: Vec<Try>,
    telling: Vec<(Try, Told)>,
}

/// One try to send a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Try {
    /// The store's.
    number: u32,
    of: Seq,
    /// How many the sender knows of.
    attempt: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Told {
    Sent,
    NotSent,
    Unknown,
}

/// The real backlog; told from another by how it looks. It is asked far more often than it changes.
#[derive(Debug, Clone)]
struct Memory {
    backlog: Arc<Backlog>,
    print: u64,
    /// What it would do.
    would_read: bool,
    would_send: bool,
}

impl Memory {
    fn new() -> Self {
        let backlog = Arc::new(Backlog::new(MEMORY_MAX));
        let mut memory = Self { backlog, print: 0, would_read: false, would_send: false };
        memory.with(|_| ());
        memory
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut Backlog) -> T) -> T {
        let done = act(Arc::make_mut(&mut self.backlog));
        self.print = print(&format!("{:?}", self.backlog));
        self.would_read = self.backlog.as_ref().clone().begin_reading();
        self.would_send = self.backlog.as_ref().clone().peek(NOW).is_some();
        done
    }
}

impl PartialEq for Memory {
    fn eq(&self, other: &Self) -> bool {
        self.print == other.print
    }
}

impl Eq for Memory {}

impl Hash for Memory {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.print.hash(hasher);
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    NextScene,
    TakeDuty(usize),
    LearnOfDuty(usize),
    /// What a sender does every few seconds: something may have been lost.
    Look(usize),
    Read(usize),
    HearOfReading(usize),
    /// Takes the next message, and asks the store whether it may still be sent.
    Start(usize),
    /// The same, and the answer is lost: the mark stands, or it does not.
    StartUnheard(usize),
    StartInVain(usize),
    /// The provider accepts it and says so.
    Accept(usize),
    /// It accepts it, and its answer is lost.
    AcceptUnheard(usize),
    /// Nobody knows what it does, and the bytes may still arrive.
    GiveUpWaiting(usize),
    /// It certainly was not accepted.
    Refuse(usize),
    ArriveLate(Seq),
    Tell(usize),
    /// The same, and what the conversation makes of it is lost on the way back.
    TellUnheard(usize),
    /// The conversation hears of it, and the sender does not hear that: it tells it again.
    TellInVain(usize),
    Sweep(usize),
    /// The same, and what is told will be heard once more.
    SweepTwice(usize),
    HearCopy,
    Die(usize),
}

fn queued(seq: Seq, by_bot: bool, flagged: bool) -> Queued {
    let line = Line::text("…");
    Queued { number: 0, contact: contact(), seq, line, by: author(by_bot), at: NOW, attempt: 0, flagged }
}

impl State {
    /// The conversation decides and writes, and whoever sends hears of it.
    fn ask(&mut self, command: Command) {
        let Ok(events) = self.fold.core.decide(NOW, command) else { return };
        let effects = effects(&self.fold.core, self.fold.core.state.seq + 1, &events, NOW);
        for event in &events {
            if let Event::Uncertain { of, .. } | Event::SendingAgain { of, .. } = event {
                self.witness.ever_uncertain.insert(*of);
            }
            self.fold.apply(event);
        }
        let withdrawn = self.outbox.run(&effects, NOW);
        effects.iter().for_each(|effect| self.say(effect));
        if !withdrawn.is_empty() {
            self.ask(Command::Withdraw { of: withdrawn });
        }
    }

    fn next_scene(&mut self) {
        let hours = Command::Hear {
            heard: Heard::text("Your hours?"),
            provider_id: Some("m1".into()),
            provider_at: None,
            name: None,
        };
        let seen = self.fold.core.state.seq;
        self.scene += 1;
        match self.scene {
            1 => self.ask(hours),
            2 => self.ask(Command::Reply {
                agent: ana(),
                text: "We are open.".into(),
                attachment: None,
                seen,
                anyway: true,
            }),
            _ => {}
        }
    }

    fn start(&mut self, at: usize, fault: Fault) {
        let Some(Queued { seq, attempt, .. }) = self.nodes[at].memory.with(|memory| memory.take(NOW)) else { return };
        if fault == Fault::HeadsAreOvertaken {
            self.nodes[at].memory.with(|memory| memory.done(id(seq)));
        }
        let me = self.nodes[at].me;
        let mark = match fault {
            Fault::StoreIsNotAsked => {
                self.outbox.rows.get_mut(&seq).into_iter().for_each(|row| row.state = RowState::Sending(me));
                Some(Mark::Set { attempt: 1 })
            }
            _ => self.outbox.start(seq, me),
        };
        match mark {
            None => {
                self.nodes[at].on_duty = false;
                self.nodes[at].memory.with(Backlog::come_off_duty);
            }
            Some(Mark::No) => self.nodes[at].memory.with(|memory| memory.done(id(seq))),
            Some(Mark::Set { attempt: number }) => self.started(at, Try { number, of: seq, attempt }),
            Some(Mark::Stands { attempt: number }) => {
                self.nodes[at].telling.push((Try { number, of: seq, attempt }, Told::NotSent));
            }
        }
    }

    fn start_and_hear_nothing(&mut self, at: usize, stands: bool, fault: Fault) {
        let Some(queued) = self.nodes[at].memory.with(|memory| memory.take(NOW)) else { return };
        let (seq, attempt) = (queued.seq, queued.attempt);
        if stands {
            self.outbox.start(seq, self.nodes[at].me);
        }
        if fault == Fault::MarksAreTakenBack {
            self.nodes[at].telling.push((Try { number: 0, of: seq, attempt }, Told::NotSent));
        } else {
            self.nodes[at].memory.with(|memory| memory.start_unheard(&queued, NOW));
        }
    }

    fn started(&mut self, at: usize, tried: Try) {
        let seq = tried.of;
        let state = &self.fold.core.state;
        let delivery = state.deliveries.get(&seq);
        self.witness.void_started |=
            delivery.is_some_and(|delivery| delivery.by_bot && delivery.turn < state.void_below);
        let flagged = self.outbox.rows.get(&seq).is_some_and(|row| row.flagged);
        self.witness.unflagged_again |= self.witness.ever_uncertain.contains(&seq) && !flagged;
        self.nodes[at].sending.push(tried);
    }

    fn answered(&mut self, at: usize, told: Told) -> Seq {
        // One at a time; in a broken twin that has two, the later one is quicker.
        let tried = self.nodes[at].sending.pop().unwrap_or_default();
        self.nodes[at].telling.push((tried, told));
        tried.of
    }

    fn tell(&mut self, at: usize, fault: Fault) {
        let (tried, told) = self.nodes[at].telling.remove(0);
        let (of, known) = (id(tried.of), self.hears_of_try(tried, told, fault));
        self.nodes[at].memory.with(|memory| if known { memory.told(of, tried.attempt) } else { memory.done(of) });
    }

    /// It is told again after whatever else there is to tell.
    fn tell_in_vain(&mut self, at: usize, fault: Fault) {
        let (tried, told) = self.nodes[at].telling.remove(0);
        self.nodes[at].telling.push((tried, told));
        self.hears_of_try(tried, told, fault);
    }

    /// Whether the conversation knows of the try.
    fn hears_of_try(&mut self, Try { number, of, .. }: Try, told: Told, fault: Fault) -> bool {
        let result = match told {
            Told::Sent => SendResult::Sent { provider_id: format!("p{of}") },
            Told::Unknown if fault != Fault::UnknownIsNotSent => SendResult::Unknown { reason: "silence".into() },
            Told::NotSent | Told::Unknown => {
                SendResult::NotSent { after: None, account_wide: false, reason: "refused".into() }
            }
        };
        // A message goes again at once: when, is another step's choice.
        let outcome = verdict(result, 0, NOW, Duration::ZERO, |_| Duration::ZERO).outcome;
        let key = key(id(of), number, &outcome);
        self.hears(Command::Outcome { of, outcome }, key, fault)
    }

    /// Whether the conversation knows of it: what it has heard under this key before, it does not hear again.
    fn hears(&mut self, command: Command, key: Option<String>, fault: Fault) -> bool {
        let key = key.filter(|_| fault != Fault::ToldAnew);
        if self.heard.as_ref().zip(key.as_ref()).is_some_and(|(heard, key)| heard.contains(key)) {
            return true;
        }
        let known = self.fold.core.decide(NOW, command.clone()).is_ok();
        if known && let Some((heard, key)) = self.heard.as_mut().zip(key) {
            heard.insert(key);
        }
        self.ask(command);
        known
    }

    fn sweep(&mut self, at: usize, twice: bool, fault: Fault) {
        let on_duty = self.nodes[at].on_duty;
        for (seq, state) in self.outbox.strays(self.nodes[at].me) {
            let stray = Stray { contact: contact(), seq, state };
            if !is_ours_to_judge(&stray, |_| on_duty) {
                continue;
            }
            if fault == Fault::StraysAreQueued {
                self.outbox.rows.get_mut(&seq).into_iter().for_each(|row| row.state = RowState::Queued);
            } else {
                self.hears_of_stray(&stray, fault);
                if twice && let StrayState::Sending { attempt } = state {
                    self.copies.push((seq, attempt));
                }
            }
        }
    }

    fn hears_of_stray(&mut self, stray: &Stray, fault: Fault) {
        let (command, key) = what_became_of(stray, NOW);
        self.hears(command, key, fault);
    }

    /// To the node that sends, if it knows that it does; else whoever comes to send reads it in the store.
    fn say(&mut self, effect: &Effect) {
        let sender = self.outbox.sender;
        let core = self.fold.core.clone();
        let before = |seq| core.state.unsent_before(seq);
        let Some(node) = self.nodes.iter_mut().find(|node| node.on_duty && sender == Some(node.me)) else { return };
        if self.mute {
            return;
        }
        node.memory.with(|memory| match *effect {
            Effect::Queue { seq, ref by, .. } => memory.enqueue(queued(seq, by.is_bot(), false), before(seq)),
            Effect::Requeue { seq, flagged, at } => memory.settle(id(seq), Some((at, flagged))),
            Effect::Finish { seq } | Effect::Shelve { seq } => memory.settle(id(seq), None),
            _ => {}
        });
    }

    fn die(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        self.late.extend(std::mem::take(&mut node.sending).iter().map(|tried| tried.of));
        self.incarnations += 1;
        *node = Node::new(self.incarnations);
    }
}

impl Node {
    /// It has nothing to do, as far as it knows.
    fn is_idle(&self) -> bool {
        let wants = self.memory.would_read || self.memory.would_send;
        !wants && self.reading.is_none() && self.sending.is_empty() && self.telling.is_empty()
    }

    fn new(number: u8) -> Self {
        Self {
            me: incarnation(number),
            on_duty: false,
            memory: Memory::new(),
            reading: None,
            sending: Vec::new(),
            telling: Vec::new(),
        }
    }
}

impl Model for World {
    type State = State;
    type Action = Act;

    fn init_states(&self) -> Vec<State> {
        let mut first = Node::new(1);
        first.on_duty = true;
        let holds = self.holds && self.fault != Fault::HoldingIsForgotten;
        vec![State {
            fold: if holds { Fold::new().holding() } else { Fold::new() },
            outbox: Outbox { shared: true, sender: Some(first.me), ..Outbox::default() },
            nodes: [first, Node::new(2)],
            scene: 0,
            mute: false,
            late: BTreeSet::new(),
            arrived: Vec::new(),
            incarnations: 2,
            heard: (self.budget.unanswered + self.budget.lost_marks > 0).then(BTreeSet::new),
            copies: Vec::new(),
            budget: self.budget,
            witness: Witness::default(),
        }]
    }

    fn actions(&self, state: &State, acts: &mut Vec<Act>) {
        let left = &state.budget;
        if state.scene < SCENES {
            acts.push(Act::NextScene);
        }
        let anybody = state.nodes.iter().any(|node| state.outbox.sender == Some(node.me));
        for (at, node) in state.nodes.iter().enumerate() {
            let holds_duty = state.outbox.sender == Some(node.me);
            if !holds_duty && (!anybody || left.changes_of_duty > 0) {
                acts.push(Act::TakeDuty(at));
            }
            if node.on_duty && !holds_duty {
                acts.push(Act::LearnOfDuty(at));
            }
            if node.reading.is_some() {
                acts.push(Act::HearOfReading(at));
            }
            if node.on_duty {
                if node.memory.would_read {
                    acts.push(Act::Read(at));
                }
                if node.memory.would_send {
                    acts.push(Act::Start(at));
                    if left.lost_marks > 0 {
                        acts.extend([Act::StartUnheard(at), Act::StartInVain(at)]);
                    }
                }
                if holds_duty && node.is_idle() && !state.outbox.unsent().is_empty() {
                    acts.push(Act::Look(at));
                }
                if !state.outbox.strays(node.me).is_empty() {
                    acts.push(Act::Sweep(at));
                    if left.unanswered > 0 {
                        acts.push(Act::SweepTwice(at));
                    }
                }
            }
            if !node.sending.is_empty() {
                acts.push(Act::Accept(at));
                if left.lost_answers > 0 {
                    acts.extend([Act::AcceptUnheard(at), Act::GiveUpWaiting(at)]);
                }
                if left.refusals > 0 {
                    acts.push(Act::Refuse(at));
                }
            }
            if !node.telling.is_empty() {
                acts.push(Act::Tell(at));
                if left.lost_words > 0 {
                    acts.push(Act::TellUnheard(at));
                }
                if left.unanswered > 0 {
                    acts.push(Act::TellInVain(at));
                }
            }
            if left.deaths > 0 && (node.on_duty || !node.sending.is_empty()) {
                acts.push(Act::Die(at));
            }
        }
        if !state.copies.is_empty() {
            acts.push(Act::HearCopy);
        }
        acts.extend(state.late.iter().map(|seq| Act::ArriveLate(*seq)));
    }

    fn next_state(&self, before: &State, act: Act) -> Option<State> {
        let mut state = before.clone();
        match act {
            Act::NextScene => state.next_scene(),
            Act::TakeDuty(at) => {
                let first = !state.nodes.iter().any(|node| state.outbox.sender == Some(node.me));
                state.budget.changes_of_duty -= u8::from(!first);
                state.outbox.sender = Some(state.nodes[at].me);
                state.nodes[at].on_duty = true;
                state.nodes[at].memory.with(Backlog::fall_behind);
            }
            Act::LearnOfDuty(at) => {
                state.nodes[at].on_duty = false;
                state.nodes[at].memory.with(Backlog::come_off_duty);
            }
            Act::Look(at) => state.nodes[at].memory.with(Backlog::fall_behind),
            Act::Read(at) => {
                state.nodes[at].memory.with(Backlog::begin_reading);
                let outbox = Outbox {
                    shared: state.outbox.shared && self.fault != Fault::OthersAreOvertaken,
                    ..state.outbox.clone()
                };
                let unsent = outbox.unsent().into_iter().map(|(seq, row)| (seq, row.by_bot, row.flagged)).collect();
                state.nodes[at].reading = Some(unsent);
            }
            Act::HearOfReading(at) => {
                let node = &mut state.nodes[at];
                let unsent = node.reading.take()?.into_iter();
                let unsent = unsent.map(|(seq, by_bot, flagged)| queued(seq, by_bot, flagged)).collect();
                let on_duty = node.on_duty;
                node.memory.with(|memory| match on_duty {
                    true => memory.have_read(unsent, MEMORY_MAX),
                    false => memory.reading_failed(),
                });
            }
            Act::Start(at) => state.start(at, self.fault),
            Act::StartUnheard(at) | Act::StartInVain(at) => {
                state.budget.lost_marks -= 1;
                state.start_and_hear_nothing(at, matches!(act, Act::StartUnheard(_)), self.fault);
            }
            Act::Accept(at) => {
                let seq = state.answered(at, Told::Sent);
                state.arrived.push(seq);
            }
            Act::AcceptUnheard(at) => {
                state.budget.lost_answers -= 1;
                let seq = state.answered(at, Told::Unknown);
                state.arrived.push(seq);
            }
            Act::GiveUpWaiting(at) => {
                state.budget.lost_answers -= 1;
                let seq = state.answered(at, Told::Unknown);
                state.late.insert(seq);
            }
            Act::Refuse(at) => {
                state.budget.refusals -= 1;
                state.answered(at, Told::NotSent);
            }
            Act::ArriveLate(seq) => {
                state.late.remove(&seq);
                state.arrived.push(seq);
            }
            Act::Tell(at) => state.tell(at, self.fault),
            Act::TellUnheard(at) => {
                state.budget.lost_words -= 1;
                state.mute = true;
                state.tell(at, self.fault);
                state.mute = false;
            }
            Act::TellInVain(at) => {
                state.budget.unanswered -= 1;
                state.tell_in_vain(at, self.fault);
            }
            Act::Sweep(at) => state.sweep(at, false, self.fault),
            Act::SweepTwice(at) => {
                state.budget.unanswered -= 1;
                state.sweep(at, true, self.fault);
            }
            Act::HearCopy => {
                let (seq, attempt) = state.copies.remove(0);
                let stray = Stray { contact: contact(), seq, state: StrayState::Sending { attempt } };
                state.hears_of_stray(&stray, self.fault);
            }
            Act::Die(at) => {
                state.budget.deaths -= 1;
                state.die(at);
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(ONCE, |_, state: &State| {
                let twice = |seq: &Seq| state.arrived.iter().filter(|arrived| *arrived == seq).count() > 1;
                state.arrived.iter().all(|seq| !twice(seq) || state.witness.ever_uncertain.contains(seq))
            }),
            Property::always(HELD, |model: &World, state: &State| {
                let arrived: BTreeSet<Seq> = state.arrived.iter().copied().collect();
                !model.holds || arrived.len() == state.arrived.len()
            }),
            Property::always(FLAGGED, |_, state: &State| !state.witness.unflagged_again),
            Property::always(ORDER, |_, state: &State| {
                let sure: Vec<Seq> = state
                    .arrived
                    .iter()
                    .copied()
                    .filter(|seq| !state.witness.ever_uncertain.contains(seq) && !state.is_on_its_way(*seq))
                    .collect();
                sure.is_sorted()
            }),
            Property::always(P2, |_, state: &State| !state.witness.void_started),
            Property::always(ALL, |model: &World, state: &State| {
                let mut acts = Vec::new();
                model.actions(state, &mut acts);
                let on_duty = state.nodes.iter().any(|node| state.outbox.sender == Some(node.me));
                let misfortune = |act: &Act| match act {
                    Act::Die(_) | Act::ArriveLate(_) => true,
                    Act::TakeDuty(_) => on_duty,
                    _ => false,
                };
                !acts.iter().all(misfortune) || state.outbox.rows.is_empty()
            }),
            Property::sometimes("everything is sent, after all that could go wrong", |_, state: &State| {
                state.budget.is_spent() && state.scene == SCENES && state.outbox.rows.is_empty()
            }),
        ]
    }
}

impl State {
    /// Somebody tries it, and how that ends is not in the log yet.
    fn is_on_its_way(&self, seq: Seq) -> bool {
        self.outbox.rows.get(&seq).is_some_and(|row| matches!(row.state, RowState::Sending(_)))
    }
}

const ONCE: &str = "P6: a provider gets each message at most once, unless an earlier try ended unknown";
const HELD: &str = "P6: where an account holds what may have arrived, nothing arrives twice by itself";
const FLAGGED: &str = "P6: a try after an unknown one is flagged";
const ORDER: &str = "P6: a provider gets what was never uncertain in the order of the log";
const P2: &str = "P2: after a take over no older message of the bot starts being sent";
const ALL: &str = "P3: nothing waits for ever";

fn world(budget: Budget) -> World {
    World { fault: Fault::None, budget, holds: false }
}

/// Enough for each broken twin to fail.
fn broken(fault: Fault) -> World {
    World { fault, budget: Budget { deaths: 1, changes_of_duty: 1, lost_answers: 1, ..NOTHING }, holds: false }
}

#[test]
fn a_sender_that_dies_and_one_that_hears_badly_send_each_message_once_or_flagged() {
    holds("delivery, a death", world(Budget { deaths: 1, lost_words: 1, ..NOTHING }));
}

#[test]
fn a_sender_that_is_relieved_and_goes_on_sends_each_message_once_or_flagged() {
    holds("delivery, a change of duty", world(Budget { changes_of_duty: 1, lost_answers: 1, ..NOTHING }));
}

#[test]
fn a_provider_that_refuses_for_a_while_gets_everything_in_order() {
    holds("delivery, a refusal", world(Budget { changes_of_duty: 1, refusals: 1, ..NOTHING }));
}

#[test]
fn what_a_conversation_is_told_twice_it_hears_once() {
    holds("delivery, told twice", world(Budget { unanswered: 2, refusals: 2, ..NOTHING }));
}

#[test]
fn a_sender_that_does_not_hear_whether_it_may_sends_each_message_once_or_flagged() {
    holds("delivery, a lost mark", world(Budget { lost_marks: 1, changes_of_duty: 1, ..NOTHING }));
}

#[test]
fn what_is_swept_is_heard_once_however_late_its_copies_come() {
    holds("delivery, a late word of the sweeper", world(Budget { deaths: 1, unanswered: 1, refusals: 1, ..NOTHING }));
}

/// The product did this: whoever had been relieved meanwhile put back what the next one was sending.
#[test]
fn a_mark_that_is_taken_back_unheard_sends_twice() {
    let budget = Budget { lost_marks: 1, changes_of_duty: 1, ..NOTHING };
    breaks(ONCE, World { fault: Fault::MarksAreTakenBack, ..world(budget) });
}

/// The product did this: a conversation took each word that its sender had to repeat for another try that had failed.
#[test]
fn a_failure_that_counts_twice_sends_twice() {
    let budget = Budget { unanswered: 1, refusals: 1, ..NOTHING };
    breaks(ONCE, World { fault: Fault::ToldAnew, ..world(budget) });
}

#[test]
fn an_account_that_holds_sends_nothing_twice_whoever_dies_or_is_relieved() {
    let budget = Budget { deaths: 1, lost_answers: 1, ..NOTHING };
    holds("delivery, held, a death", World { holds: true, ..world(budget) });
    let budget = Budget { changes_of_duty: 1, lost_answers: 1, ..NOTHING };
    holds("delivery, held, a change of duty", World { holds: true, ..world(budget) });
}

#[test]
fn an_account_whose_wish_to_hold_is_forgotten_sends_twice() {
    breaks(HELD, World { holds: true, ..broken(Fault::HoldingIsForgotten) });
}

#[test]
fn an_unknown_end_taken_for_a_failure_sends_twice() {
    breaks(ONCE, broken(Fault::UnknownIsNotSent));
}

#[test]
fn a_restart_that_queues_what_was_being_sent_sends_twice() {
    breaks(ONCE, broken(Fault::StraysAreQueued));
}

#[test]
fn without_asking_the_store_the_bot_talks_over_a_person_and_everything_is_sent_twice() {
    breaks(P2, broken(Fault::StoreIsNotAsked));
    breaks(ONCE, broken(Fault::StoreIsNotAsked));
}

/// The product did this: who came on duty sent what waited in the store, while the message before it was still on its way
/// from the other node.
#[test]
fn who_comes_on_duty_and_does_not_wait_for_what_the_last_one_is_sending_sends_in_another_order() {
    let budget = Budget { changes_of_duty: 1, ..NOTHING };
    breaks(ORDER, World { fault: Fault::OthersAreOvertaken, budget, holds: false });
}

#[test]
fn a_line_that_does_not_wait_for_its_head_sends_in_another_order() {
    breaks(ORDER, World { fault: Fault::HeadsAreOvertaken, budget: NOTHING, holds: false });
}
