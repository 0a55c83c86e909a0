//! One conversation, two nodes, and everything that can go wrong about whose it is.
//!
//! Leases that end too early, a Redis that is wiped or cannot be asked, nodes that die and come back, appends that arrive
//! when nobody waits for them any more. Every order of these is tried; what is in the log must keep the promises.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use stateright::{Model, Property};
use switchboard::actors::activation::{Claimed, claimed, works};
use switchboard::adapters::redis::members::{Judged as Life, Members};
use switchboard::domain::command::Command;
use switchboard::domain::event::Event;
use switchboard::domain::ids::{Incarnation, Seq};
use switchboard::domain::message::Heard;
use switchboard::domain::state::Mode;
use switchboard::ports::directory::{Claim, DirectoryError};
use switchboard::ports::fence::{Head, Judged, judge};
use switchboard::ports::store::Token;
use uuid::Uuid;

use super::fold::{Fold, NOW, print};
use super::register::Register;
use super::{breaks, holds};
use crate::support::story::ana;

const ACTOR: u8 = 0;
/// Leases and claims end by steps of their own.
const LASTS: u64 = 60_000;
const NOW_MS: u64 = 1_000;

/// What is asked, each perhaps of both nodes and more than once.
const ASKED: usize = 2;

fn command(number: usize) -> Command {
    match number {
        0 => Command::Hear {
            heard: Heard::text("Your hours?"),
            provider_id: Some("m1".into()),
            provider_at: None,
            name: None,
        },
        _ => Command::TakeOver { agent: ana() },
    }
}

#[derive(Clone)]
struct World {
    fence: fn(Option<Head>, Option<Seq>, Token, Seq) -> Judged,
    /// After a write of which nobody knows whether it was done, an actor goes on with what it has in memory.
    keeps_memory: bool,
    budget: Budget,
}

/// How often each misfortune may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Budget {
    deaths: u8,
    false_deaths: u8,
    stolen_claims: u8,
    wipes: u8,
    outages: u8,
    silences: u8,
    sleeps: u8,
    asks: u8,
    activations: u8,
}

const NOTHING: Budget = Budget {
    deaths: 0,
    false_deaths: 0,
    stolen_claims: 0,
    wipes: 0,
    outages: 0,
    silences: 0,
    sleeps: 0,
    asks: 3,
    activations: 3,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    redis: Register,
    redis_answers: bool,
    store: Stored,
    nodes: [Node; 2],
    /// Appends whose writers have given up waiting.
    late: Vec<Draft>,
    answered: [bool; ASKED],
    incarnations: u8,
    budget: Budget,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Stored {
    head: Option<Head>,
    /// Who wrote each event, in the order of the log, and as which seq.
    log: Vec<(Seq, Token)>,
    fold: Fold,
    keys: [Option<Seq>; ASKED],
    /// How often each command has taken effect.
    effects: [u8; ASKED],
    /// The bot spoke while it did not have the floor.
    two_voices: bool,
    /// Somebody wrote after another had been activated.
    relieved_wrote: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Node {
    /// Its name in the register, which it may lose, and in its tokens, which it keeps as long as it lives.
    me: Incarnation,
    process: Incarnation,
    look: Members,
    asked: [bool; ASKED],
    actor: Actor,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Actor {
    Asleep,
    /// The entry had a dead owner: it is claimed once more.
    Claiming {
        dead: (Incarnation, u64),
    },
    Activating {
        confirm: bool,
    },
    Confirming(Active),
    Working(Active),
    Writing(Active, Draft),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Active {
    token: Token,
    fold: Fold,
}

/// An append on its way.
#[derive(Debug, Clone)]
struct Draft {
    token: Token,
    after: Seq,
    command: usize,
    events: Arc<[Event]>,
}

impl Draft {
    fn print(&self) -> u64 {
        print(&(self.token, self.after, self.command, self.events.len()))
    }
}

impl PartialEq for Draft {
    fn eq(&self, other: &Self) -> bool {
        self.print() == other.print()
    }
}

impl Eq for Draft {}

impl Hash for Draft {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.print().hash(hasher);
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    Ask {
        node: usize,
        command: usize,
    },
    Look(usize),
    Beat(usize),
    Claim(usize),
    Activate(usize),
    Confirm(usize),
    Decide {
        node: usize,
        command: usize,
    },
    Commit(usize),
    /// The write is done, and its answer is lost.
    CommitUnheard(usize),
    /// The write is neither answered nor done, for now.
    GiveUpWaiting(usize),
    LateCommit,
    Sleep(usize),
    Die(usize),
    LeaseEnds(usize),
    ClaimRunsOut,
    Wipe,
    RedisFails,
    RedisIsBack,
}

fn incarnation(number: u8) -> Incarnation {
    Incarnation(Uuid::from_u128(u128::from(number)))
}

fn no_answer() -> DirectoryError {
    DirectoryError("it cannot be asked".into())
}

impl State {
    fn claim(&mut self, at: usize, seen_dead: Option<(Incarnation, u64)>) {
        let me = self.nodes[at].me;
        let mut answer = Err(no_answer());
        if self.redis_answers {
            match self.redis.claim(ACTOR, me, seen_dead, LASTS, NOW_MS) {
                None => answer = Ok(Claim::Ours),
                Some((owner, epoch)) => {
                    if self.judge(at, owner) == Life::Dead {
                        self.nodes[at].actor = Actor::Claiming { dead: (owner, epoch) };
                        return;
                    }
                    answer = Ok(Claim::With(owner));
                }
            }
        }
        let node = &mut self.nodes[at];
        node.actor = match claimed(&answer) {
            Claimed::Activate { confirm } => Actor::Activating { confirm },
            Claimed::LivesAt(_) => {
                node.asked = [false; ASKED];
                Actor::Asleep
            }
        };
    }

    /// As `Membership::judge`: one that nobody knows is judged by a new look.
    fn judge(&mut self, at: usize, owner: Incarnation) -> Life {
        let node = &mut self.nodes[at];
        node.look.judge(owner).unwrap_or_else(|| {
            node.look = Members::read(self.redis.members(NOW_MS, LASTS));
            node.look.judge(owner).unwrap_or(Life::Dead)
        })
    }

    /// A process begins.
    fn join(&mut self, at: usize) {
        let me = self.take_name(at);
        self.redis.join(me, &format!("node-{at}"), LASTS, NOW_MS);
        self.nodes[at].process = me;
        self.nodes[at].look = Members::read(self.redis.members(NOW_MS, LASTS));
    }

    /// A process was declared dead and goes on.
    fn come_back(&mut self, at: usize) {
        let me = self.take_name(at);
        self.redis.come_back(me, &format!("node-{at}"), LASTS, NOW_MS);
        self.nodes[at].look = Members::read(self.redis.members(NOW_MS, LASTS));
    }

    fn take_name(&mut self, at: usize) -> Incarnation {
        self.incarnations += 1;
        self.nodes[at].me = incarnation(self.incarnations);
        self.nodes[at].me
    }

    fn activate(&mut self, at: usize, confirm: bool) {
        let epoch = self.store.head.map_or(0, |head| head.token.epoch) + 1;
        let token = Token { incarnation: self.nodes[at].process, epoch };
        self.store.head = Some(Head { token, last_seq: self.store.fold.core.state.seq });
        let active = Active { token, fold: self.store.fold.clone() };
        self.nodes[at].actor = if confirm { Actor::Confirming(active) } else { Actor::Working(active) };
    }

    fn confirm(&mut self, at: usize, active: Active) {
        let me = self.nodes[at].me;
        let answer = match self.redis_answers {
            true => Ok(self.redis.confirm(ACTOR, me, active.token.epoch)),
            false => Err(no_answer()),
        };
        if works(&answer) {
            self.nodes[at].actor = Actor::Working(active);
        } else {
            self.drop_actor(at, active.token);
        }
    }

    fn drop_actor(&mut self, at: usize, token: Token) {
        self.nodes[at].actor = Actor::Asleep;
        self.nodes[at].asked = [false; ASKED];
        if self.redis_answers {
            self.redis.release(ACTOR, self.nodes[at].me, token.epoch);
        }
    }

    fn decide(&mut self, at: usize, command_number: usize, active: Active) {
        self.nodes[at].asked[command_number] = false;
        match active.fold.core.decide(NOW, command(command_number)) {
            Ok(events) => {
                let after = active.fold.core.state.seq;
                let draft = Draft { token: active.token, after, command: command_number, events: events.into() };
                self.nodes[at].actor = Actor::Writing(active, draft);
            }
            // It had taken effect before: the product finds that by its key.
            Err(_) => self.answered[command_number] = true,
        }
    }

    fn commit(&mut self, at: usize, mut active: Active, draft: &Draft, fence: &World, heard: bool) {
        let judged = self.store.append(draft, fence);
        if !heard {
            return self.give_up(at, active, fence);
        }
        match judged {
            Judged::Passes => {
                draft.events.iter().for_each(|event| active.fold.apply(event));
                self.answered[draft.command] = true;
                self.nodes[at].actor = Actor::Working(active);
            }
            Judged::Duplicate { .. } => {
                self.answered[draft.command] = true;
                self.nodes[at].actor = Actor::Asleep;
            }
            // Nobody here is refused anything.
            Judged::Closed => unreachable!("a key that nobody closed"),
            Judged::Fenced => self.drop_actor(at, active.token),
        }
    }

    fn give_up(&mut self, at: usize, active: Active, world: &World) {
        if world.keeps_memory {
            self.nodes[at].actor = Actor::Working(active);
        } else {
            self.drop_actor(at, active.token);
        }
    }
}

impl Stored {
    fn append(&mut self, draft: &Draft, world: &World) -> Judged {
        let judged = (world.fence)(self.head, self.keys[draft.command], draft.token, draft.after);
        if judged == Judged::Passes {
            self.relieved_wrote |= self.head.is_some_and(|head| head.token != draft.token);
            for (event, seq) in draft.events.iter().zip(draft.after + 1..) {
                let bot_has_the_floor = matches!(self.fold.core.state.mode, Mode::Bot);
                self.two_voices |= matches!(event, Event::BotSaid { .. }) && !bot_has_the_floor;
                self.log.push((seq, draft.token));
                self.fold.apply(event);
            }
            let last = draft.after + draft.events.len() as Seq;
            self.head = self.head.map(|head| Head { last_seq: last, ..head });
            self.keys[draft.command] = Some(last);
            self.effects[draft.command] += 1;
        }
        judged
    }
}

impl Model for World {
    type State = State;
    type Action = Act;

    fn init_states(&self) -> Vec<State> {
        let node = |number| Node {
            me: incarnation(number),
            process: incarnation(number),
            look: Members::default(),
            asked: [false; ASKED],
            actor: Actor::Asleep,
        };
        let store = Stored {
            head: None,
            log: Vec::new(),
            fold: Fold::new(),
            keys: [None; ASKED],
            effects: [0; ASKED],
            two_voices: false,
            relieved_wrote: false,
        };
        let mut state = State {
            redis: Register::default(),
            redis_answers: true,
            store,
            nodes: [node(0), node(0)],
            late: Vec::new(),
            answered: [false; ASKED],
            incarnations: 0,
            budget: self.budget,
        };
        for at in 0..2 {
            state.join(at);
        }
        vec![state]
    }

    fn actions(&self, state: &State, acts: &mut Vec<Act>) {
        let left = &state.budget;
        for (at, node) in state.nodes.iter().enumerate() {
            // One node is as good as the other: the first is asked first.
            if left.asks > 0 && (at == 0 || left.asks < self.budget.asks) {
                let open = (0..ASKED).filter(|command| !state.answered[*command] && !node.asked[*command]);
                acts.extend(open.map(|command| Act::Ask { node: at, command }));
            }
            let lives = state.redis.leases.get(&node.me).is_some_and(|ends| *ends > NOW_MS);
            if state.redis_answers && !lives {
                acts.push(Act::Beat(at));
            }
            match &node.actor {
                Actor::Asleep if node.asked.contains(&true) => acts.push(Act::Claim(at)),
                Actor::Asleep => {}
                Actor::Claiming { .. } => acts.push(Act::Claim(at)),
                Actor::Activating { .. } if left.activations > 0 => acts.push(Act::Activate(at)),
                Actor::Activating { .. } => {}
                Actor::Confirming(_) => acts.push(Act::Confirm(at)),
                Actor::Working(_) => {
                    let asked = (0..ASKED).filter(|command| node.asked[*command]);
                    acts.extend(asked.map(|command| Act::Decide { node: at, command }));
                    if left.sleeps > 0 && !node.asked.contains(&true) {
                        acts.push(Act::Sleep(at));
                    }
                }
                Actor::Writing(..) => {
                    acts.push(Act::Commit(at));
                    if left.silences > 0 {
                        acts.extend([Act::CommitUnheard(at), Act::GiveUpWaiting(at)]);
                    }
                }
            }
            if left.deaths > 0 {
                acts.push(Act::Die(at));
            }
            if left.false_deaths > 0 && lives {
                acts.push(Act::LeaseEnds(at));
            }
            // A look matters only if it shows something new about the other.
            let other = state.nodes[1 - at].me;
            let truth = state.redis.leases.get(&other).map(|ends| *ends > NOW_MS);
            if state.redis_answers && node.look.judge(other).map(|life| life == Life::Alive) != truth {
                acts.push(Act::Look(at));
            }
        }
        if left.stolen_claims > 0 && state.redis.entries.values().any(|entry| entry.claimed_until.is_some()) {
            acts.push(Act::ClaimRunsOut);
        }
        if left.wipes > 0 && state.redis_answers {
            acts.push(Act::Wipe);
        }
        match state.redis_answers {
            true if left.outages > 0 => acts.push(Act::RedisFails),
            true => {}
            false => acts.push(Act::RedisIsBack),
        }
        if !state.late.is_empty() {
            acts.push(Act::LateCommit);
        }
    }

    fn next_state(&self, before: &State, act: Act) -> Option<State> {
        let mut state = before.clone();
        match act {
            Act::Ask { node, command } => {
                state.budget.asks -= 1;
                state.nodes[node].asked[command] = true;
            }
            Act::Look(at) => state.nodes[at].look = Members::read(state.redis.members(NOW_MS, LASTS)),
            Act::Beat(at) => {
                let (me, name) = (state.nodes[at].me, format!("node-{at}"));
                if !state.redis.beat(me, &name, LASTS, NOW_MS) {
                    state.come_back(at);
                }
            }
            Act::Claim(at) => {
                let dead = if let Actor::Claiming { dead } = state.nodes[at].actor { Some(dead) } else { None };
                state.claim(at, dead);
            }
            Act::Activate(at) => {
                let Actor::Activating { confirm } = state.nodes[at].actor else { return None };
                state.budget.activations -= 1;
                state.activate(at, confirm);
            }
            Act::Confirm(at) => {
                let Actor::Confirming(active) = state.nodes[at].actor.clone() else { return None };
                state.confirm(at, active);
            }
            Act::Decide { node, command } => {
                let Actor::Working(active) = state.nodes[node].actor.clone() else { return None };
                state.decide(node, command, active);
            }
            Act::Commit(at) | Act::CommitUnheard(at) => {
                let Actor::Writing(active, draft) = state.nodes[at].actor.clone() else { return None };
                let heard = matches!(act, Act::Commit(_));
                state.budget.silences -= u8::from(!heard);
                state.commit(at, active, &draft, self, heard);
            }
            Act::GiveUpWaiting(at) => {
                let Actor::Writing(active, draft) = state.nodes[at].actor.clone() else { return None };
                state.budget.silences -= 1;
                state.late.push(draft);
                state.give_up(at, active, self);
            }
            Act::LateCommit => {
                let draft = state.late.remove(0);
                state.store.append(&draft, self);
            }
            Act::Sleep(at) => {
                let Actor::Working(active) = state.nodes[at].actor.clone() else { return None };
                state.budget.sleeps -= 1;
                state.drop_actor(at, active.token);
            }
            Act::Die(at) => {
                state.budget.deaths -= 1;
                state.nodes[at].actor = Actor::Asleep;
                state.nodes[at].asked = [false; ASKED];
                state.join(at);
            }
            Act::LeaseEnds(at) => {
                state.budget.false_deaths -= 1;
                let me = state.nodes[at].me;
                state.redis.leases.insert(me, 0);
            }
            Act::ClaimRunsOut => {
                state.budget.stolen_claims -= 1;
                state.redis.entries.values_mut().for_each(|entry| {
                    entry.claimed_until = entry.claimed_until.map(|_| 0);
                });
            }
            Act::Wipe => {
                state.budget.wipes -= 1;
                state.redis = Register::default();
            }
            Act::RedisFails => {
                state.budget.outages -= 1;
                state.redis_answers = false;
            }
            Act::RedisIsBack => state.redis_answers = true,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(P1, |_, state: &State| {
                state.store.log.iter().map(|(seq, _)| *seq).eq(1..=state.store.log.len() as Seq)
            }),
            Property::always(P2, |_, state: &State| !state.store.two_voices),
            Property::always(P4, |_, state: &State| state.store.effects.iter().all(|effects| *effects <= 1)),
            Property::always(P5, |_, state: &State| {
                let done = |command: usize| !state.answered[command] || state.store.effects[command] == 1;
                (0..ASKED).all(done)
            }),
            Property::always(RELIEVED, |_, state: &State| !state.store.relieved_wrote),
            Property::sometimes("both are answered, after all that could go wrong", |_, state: &State| {
                let Budget { deaths, false_deaths, stolen_claims, wipes, outages, silences, .. } = state.budget;
                let misfortunes = deaths + false_deaths + stolen_claims + wipes + outages + silences;
                state.answered == [true; ASKED] && misfortunes == 0
            }),
        ]
    }
}

const P1: &str = "P1: the log is seq 1..n, without hole, and no seq twice";
const P2: &str = "P2: the bot speaks only while it has the floor";
const P4: &str = "P4: what is delivered many times has one effect";
const P5: &str = "P5: what was answered has taken effect";
const RELIEVED: &str = "who was relieved writes nothing";

fn world() -> World {
    World { fence: judge, keeps_memory: false, budget: Budget { silences: 1, false_deaths: 1, ..NOTHING } }
}

fn by(known: Option<Seq>, passes: bool) -> Judged {
    match known {
        Some(last) => Judged::Duplicate { last },
        None if passes => Judged::Passes,
        None => Judged::Fenced,
    }
}

fn without_token(head: Option<Head>, known: Option<Seq>, _: Token, after: Seq) -> Judged {
    by(known, head.is_some_and(|head| head.last_seq == after))
}

fn without_seq(head: Option<Head>, known: Option<Seq>, token: Token, _: Seq) -> Judged {
    by(known, head.is_some_and(|head| head.token == token))
}

fn without_both(_: Option<Head>, known: Option<Seq>, _: Token, _: Seq) -> Judged {
    by(known, true)
}

fn without_key(head: Option<Head>, _: Option<Seq>, token: Token, after: Seq) -> Judged {
    judge(head, None, token, after)
}

#[test]
fn whoever_is_taken_for_dead_the_log_keeps_the_promises() {
    holds("directory, false deaths", world());
}

#[test]
fn wiped_at_any_instant_redis_costs_nothing() {
    let budget = Budget { wipes: 1, ..NOTHING };
    holds("directory, a wipe", World { budget, ..world() });
}

#[test]
fn a_claim_that_takes_too_long_is_somebody_elses() {
    let budget = Budget { stolen_claims: 1, sleeps: 1, ..NOTHING };
    holds("directory, a slow claim", World { budget, ..world() });
}

#[test]
fn while_redis_is_away_and_nodes_die_the_store_decides_alone() {
    let budget = Budget { outages: 1, deaths: 1, ..NOTHING };
    holds("directory, an outage", World { budget, ..world() });
}

#[test]
fn without_its_token_a_relieved_owner_goes_on_writing() {
    breaks(RELIEVED, World { fence: without_token, ..world() });
}

/// An actor that forgets nothing when a write was not answered is what the check of the seq is for.
#[test]
fn without_the_seq_an_owner_that_missed_its_own_write_writes_over_it() {
    breaks(P1, World { fence: without_seq, keeps_memory: true, ..world() });
}

#[test]
fn without_any_fence_two_owners_give_one_seq_twice_and_the_bot_talks_over_a_person() {
    let world = World { budget: Budget { false_deaths: 1, ..NOTHING }, ..world() };
    breaks(P1, World { fence: without_both, ..world.clone() });
    breaks(P2, World { fence: without_both, ..world });
}

#[test]
fn without_keys_what_is_delivered_twice_happens_twice() {
    breaks(P4, World { fence: without_key, ..world() });
}
