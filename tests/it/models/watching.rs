//! One reader of one conversation, over a bus that loses what it likes.
//!
//! The owner commits and publishes, or dies before it publishes; the subscription stands late; what is published is lost or
//! comes while the store is read; the reader goes and comes back with a position; a backup is restored. However that goes,
//! the screen shows the log, each event once and in order, or says that it starts afresh.

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use stateright::{Model, Property};
use switchboard::actors::catch_up::continues;
use switchboard::actors::feed::{Feed, Step};
use switchboard::domain::event::Event;
use switchboard::domain::ids::Seq;
use switchboard::domain::message::Heard;
use switchboard::domain::summary::Summary;
use switchboard::ports::bus::{Encoded, Published};
use switchboard::ports::store::{LoggedEvent, Reading};

use super::fold::{Fold, NOW};
use super::{breaks, holds};

/// What a reader may have missed and still resume, and what a fresh one gets; smaller than the product's.
const RESUME_MAX: usize = 2;
const NEWEST: usize = 2;

#[derive(Clone)]
struct World {
    fault: Fault,
    budget: Budget,
    /// Stands for every summary; only its seq matters here.
    summary: Summary,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// Whatever is published is shown.
    SeqIsNotChecked,
    /// Nobody looks at the store after a silence.
    NobodyLooks,
    /// A position is taken for good, whatever store it is of.
    GenerationIsNotChecked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Budget {
    commits: u8,
    /// The owner dies between commit and publication.
    unpublished: u8,
    losses: u8,
    departures: u8,
    restores: u8,
    doubts: u8,
}

const BUDGET: Budget = Budget { commits: 4, unpublished: 1, losses: 2, departures: 1, restores: 1, doubts: 1 };

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    generation: u8,
    /// The log's events, each named by the generation in which it was written.
    log: Vec<u8>,
    /// Published and on its way to the reader: first and last seq; a first beyond the last only says where the log ends.
    bus: VecDeque<(Seq, Seq)>,
    reader: Option<Reader>,
    screen: Screen,
    budget: Budget,
}

/// What a screen shows, and keeps while it is away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Screen {
    generation: Option<u8>,
    last: Seq,
    /// Events of the log that it shows, by seq.
    shown: Vec<(Seq, u8)>,
    /// It was given something that does not go on where it stood.
    jumped: bool,
}

#[derive(Debug, Clone)]
struct Reader {
    subscribed: bool,
    feed: Feed,
    reading: Reads,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Reads {
    No,
    /// On its way to the store, with what the reader knows.
    Asked(Option<Seq>),
    /// What the store answered: the events' seqs, its last seq, whether the reader starts afresh.
    Answered {
        events: Vec<(Seq, u8)>,
        last: Seq,
        reset: bool,
    },
    /// Asks where the log ends, knowing it so far.
    Looks(Seq),
    /// Where it ended.
    Looked {
        known: Seq,
        end: Seq,
    },
}

/// All of a reader that matters: whether it is subscribed, where it goes on, whether it doubts, what it keeps, what it reads.
type Picture<'r> = (bool, Option<Seq>, bool, Vec<(Seq, Seq)>, &'r Reads);

impl Reader {
    fn picture(&self) -> Picture<'_> {
        let (next, doubtful, buffer) = match &self.feed {
            Feed::Live { next } => (Some(*next), false, Vec::new()),
            Feed::Reading { buffer, doubtful } => {
                (None, *doubtful, buffer.iter().map(|stretch| (stretch.first, stretch.summary.seq)).collect())
            }
        };
        (self.subscribed, next, doubtful, buffer, &self.reading)
    }
}

impl PartialEq for Reader {
    fn eq(&self, other: &Self) -> bool {
        self.picture() == other.picture()
    }
}

impl Eq for Reader {}

impl Hash for Reader {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.picture().hash(hasher);
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    Commit {
        events: u8,
        publish: bool,
    },
    /// A new owner wakes, and says where the log ends.
    PublishPosition,
    Come,
    Leave,
    SubscriptionStands,
    Deliver,
    Lose,
    /// The bus says that something may have been missed.
    Doubt,
    /// The conversation was silent for a while.
    Look,
    StoreAnswers,
    HaveRead,
    Restore,
}

fn said() -> Event {
    Event::ContactSaid { heard: Heard::text("…"), provider_id: None, provider_at: None }
}

impl World {
    fn published(&self, first: Seq, last: Seq) -> Arc<Published> {
        let events: Arc<[Event]> = (first..=last).map(|_| said()).collect();
        let summary = Arc::new(Summary { seq: last, ..self.summary.clone() });
        Arc::new(Published { first, at: NOW, events, summary, console_frame: Encoded::default() })
    }

    /// As `catch_up` reads: the rest after what is known, if it goes on there; else the newest part.
    fn catch_up(&self, log: &[u8], known: Option<Seq>) -> Reads {
        let last = log.len() as Seq;
        let numbered = || (1..).zip(log.iter().copied());
        if let Some(known) = known {
            let events: Vec<(Seq, u8)> = numbered().filter(|(seq, _)| *seq > known).take(RESUME_MAX).collect();
            let logged = events.iter().map(|(seq, _)| LoggedEvent { seq: *seq, at: NOW, event: said() }).collect();
            let summary = Summary { seq: last, ..self.summary.clone() };
            if continues(&Reading { events: logged, summary, more: false }, known) {
                return Reads::Answered { events, last, reset: false };
            }
        }
        let events = numbered().skip(log.len().saturating_sub(NEWEST)).collect();
        Reads::Answered { events, last, reset: true }
    }

    fn publish(&self, state: &mut State, first: Seq, last: Seq) {
        if state.reader.as_ref().is_some_and(|reader| reader.subscribed) {
            state.bus.push_back((first, last));
        }
    }

    fn deliver(&self, state: &mut State, (first, last): (Seq, Seq)) {
        let Some(reader) = &mut state.reader else { return };
        let published = self.published(first, last);
        let live = matches!(reader.feed, Feed::Live { .. });
        let steps = match self.fault {
            Fault::SeqIsNotChecked if live => vec![Step::Show { published, from: first }],
            _ => reader.feed.offer(&published).into_iter().collect(),
        };
        self.follow(state, steps);
    }

    fn follow(&self, state: &mut State, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Show { published, from } => {
                    let shown = (from..=published.summary.seq).filter_map(|seq| state.event(seq));
                    let shown: Vec<(Seq, u8)> = shown.collect();
                    state.screen.show(&shown);
                }
                Step::Read { after } => {
                    if let Some(reader) = &mut state.reader {
                        reader.reading = Reads::Asked(Some(after));
                    }
                }
                Step::Look { known } => {
                    if let Some(reader) = &mut state.reader {
                        reader.reading = Reads::Looks(known);
                    }
                }
            }
        }
    }

    fn have_read(&self, state: &mut State) {
        let Some(reader) = &mut state.reader else { return };
        let (events, last, reset) = match std::mem::replace(&mut reader.reading, Reads::No) {
            Reads::Answered { events, last, reset } => (events, last, reset),
            Reads::Looked { known, end } => {
                let steps = reader.feed.have_looked(known, end);
                return self.follow(state, steps);
            }
            Reads::No | Reads::Asked(_) | Reads::Looks(_) => return,
        };
        if reset {
            state.screen.shown.clear();
            state.screen.last = events.first().map_or(last, |(seq, _)| seq - 1);
        }
        state.screen.generation = Some(state.generation);
        state.screen.show(&events);
        state.screen.last = last;
        let steps = state.reader.as_mut().map(|reader| reader.feed.have_read(last)).unwrap_or_default();
        self.follow(state, steps);
    }

    fn doubt(&self, state: &mut State) {
        let step = state.reader.as_mut().and_then(|reader| reader.feed.doubt());
        self.follow(state, step.into_iter().collect());
    }
}

impl State {
    fn event(&self, seq: Seq) -> Option<(Seq, u8)> {
        Some((seq, *self.log.get(seq as usize - 1)?))
    }

    /// Nothing is on its way to the screen.
    fn is_quiet(&self) -> bool {
        let waits = |reader: &Reader| reader.reading == Reads::No && reader.subscribed;
        self.bus.is_empty() && self.reader.as_ref().is_some_and(waits)
    }
}

impl Screen {
    fn show(&mut self, events: &[(Seq, u8)]) {
        for (seq, event) in events {
            self.jumped |= *seq != self.last + 1;
            self.last = *seq;
            self.shown.push((*seq, *event));
        }
    }
}

impl Model for World {
    type State = State;
    type Action = Act;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            generation: 1,
            log: vec![1],
            bus: VecDeque::new(),
            reader: None,
            screen: Screen::default(),
            budget: self.budget,
        }]
    }

    fn actions(&self, state: &State, acts: &mut Vec<Act>) {
        let left = &state.budget;
        if left.commits > 0 {
            acts.push(Act::Commit { events: 1, publish: true });
            if left.commits > 1 {
                acts.push(Act::Commit { events: 2, publish: true });
            }
            if left.unpublished > 0 {
                acts.push(Act::Commit { events: 1, publish: false });
            }
        }
        if left.unpublished < self.budget.unpublished && state.is_quiet() && state.screen.last < state.log.len() as Seq
        {
            acts.push(Act::PublishPosition);
        }
        let Some(reader) = &state.reader else {
            acts.push(Act::Come);
            if left.restores > 0 && state.log.len() > 1 {
                acts.push(Act::Restore);
            }
            return;
        };
        if left.departures > 0 {
            acts.push(Act::Leave);
        }
        if !reader.subscribed {
            acts.push(Act::SubscriptionStands);
        }
        if !state.bus.is_empty() {
            acts.push(Act::Deliver);
            if left.losses > 0 {
                acts.push(Act::Lose);
            }
        }
        match reader.reading {
            Reads::No => {}
            Reads::Asked(_) | Reads::Looks(_) => acts.push(Act::StoreAnswers),
            Reads::Answered { .. } | Reads::Looked { .. } => acts.push(Act::HaveRead),
        }
        if left.doubts > 0 && reader.subscribed {
            acts.push(Act::Doubt);
        }
        if self.fault != Fault::NobodyLooks && state.is_quiet() && state.screen.last < state.log.len() as Seq {
            acts.push(Act::Look);
        }
    }

    fn next_state(&self, before: &State, act: Act) -> Option<State> {
        let mut state = before.clone();
        match act {
            Act::Commit { events, publish } => {
                let first = state.log.len() as Seq + 1;
                state.budget.commits -= events;
                state.budget.unpublished -= u8::from(!publish);
                state.log.extend(std::iter::repeat_n(state.generation, usize::from(events)));
                if publish {
                    let last = state.log.len() as Seq;
                    self.publish(&mut state, first, last);
                }
            }
            Act::PublishPosition => {
                let last = state.log.len() as Seq;
                self.publish(&mut state, last + 1, last);
            }
            Act::Come => {
                let same = state.screen.generation == Some(state.generation)
                    || (self.fault == Fault::GenerationIsNotChecked && state.screen.generation.is_some());
                let known = same.then_some(state.screen.last);
                state.reader = Some(Reader { subscribed: false, feed: Feed::default(), reading: Reads::Asked(known) });
            }
            Act::Leave => {
                state.budget.departures -= 1;
                state.reader = None;
                state.bus.clear();
            }
            Act::SubscriptionStands => {
                state.reader.as_mut()?.subscribed = true;
                self.doubt(&mut state);
            }
            Act::Deliver => {
                let stretch = state.bus.pop_front()?;
                self.deliver(&mut state, stretch);
            }
            Act::Lose => {
                state.budget.losses -= 1;
                state.bus.pop_front();
            }
            Act::Doubt => {
                state.budget.doubts -= 1;
                self.doubt(&mut state);
            }
            Act::Look => self.doubt(&mut state),
            Act::StoreAnswers => {
                let reader = state.reader.as_mut()?;
                reader.reading = match reader.reading {
                    Reads::Asked(known) => self.catch_up(&state.log, known),
                    Reads::Looks(known) => Reads::Looked { known, end: state.log.len() as Seq },
                    _ => return None,
                };
            }
            Act::HaveRead => self.have_read(&mut state),
            Act::Restore => {
                state.budget.restores -= 1;
                state.log.pop();
                state.generation += 1;
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(IN_ORDER, |_, state: &State| !state.screen.jumped),
            Property::always(TRUE, |_, state: &State| {
                let same = state.screen.generation == Some(state.generation);
                !same || state.screen.shown.iter().all(|(seq, event)| state.event(*seq) == Some((*seq, *event)))
            }),
            Property::always(ALL, |model: &World, state: &State| {
                let mut acts = Vec::new();
                model.actions(state, &mut acts);
                let misfortune = |act: &Act| matches!(act, Act::Commit { .. } | Act::Leave | Act::Doubt);
                state.reader.is_none() || !acts.iter().all(misfortune) || state.screen.last == state.log.len() as Seq
            }),
            Property::sometimes("a hole is found and filled after everything went wrong", |_, state: &State| {
                let left = &state.budget;
                left.losses + left.unpublished + left.departures == 0 && state.is_quiet() && state.screen.last == 5
            }),
            Property::sometimes("a screen starts afresh after a restored backup", |_, state: &State| {
                state.generation == 2 && state.screen.generation == Some(2)
            }),
        ]
    }
}

const IN_ORDER: &str = "P8: a screen gets each event once and in order, unless it is told to start afresh";
const TRUE: &str = "P8: what a screen shows is what the log says";
const ALL: &str = "P8: in the end a screen shows the whole log";

fn world(fault: Fault) -> World {
    World { fault, budget: BUDGET, summary: Fold::new().core.summary() }
}

#[test]
fn whatever_is_lost_on_the_way_a_screen_shows_the_log() {
    holds("watching", world(Fault::None));
}

#[test]
fn without_the_check_of_the_seq_a_screen_has_holes() {
    breaks(IN_ORDER, world(Fault::SeqIsNotChecked));
}

#[test]
fn without_a_look_at_the_store_what_was_lost_last_is_never_seen() {
    breaks(ALL, world(Fault::NobodyLooks));
}

#[test]
fn a_position_of_a_store_that_was_restored_since_shows_what_never_was() {
    breaks(TRUE, world(Fault::GenerationIsNotChecked));
}
