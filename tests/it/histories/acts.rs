//! What can happen next in a history. An act speaks of things by small numbers, so that it means something in every
//! history, and so that a history can be cut shorter to find what broke it.

use proptest::prelude::*;
use switchboard::domain::bot::WhenPauseEnds;
use switchboard::domain::event::Receipt;
use switchboard::domain::label::LABELS_MAX;

use super::model::PHRASES;
use super::{House, Millis};

const MINUTE: Millis = 60_000;

#[derive(Debug, Clone)]
pub enum Act {
    Says {
        text: &'static str,
    },
    TapsOld {
        button: usize,
    },
    Opens,
    ViewsPage,
    /// A person in another tool speaks.
    Outside,
    /// A message of ours comes back to us, marked or with no more than the provider's name for it.
    Echo {
        message: usize,
        marked: bool,
    },
    Receipt {
        receipt: Receipt,
        message: usize,
    },
    ReceiptUntil {
        receipt: Receipt,
        before: Millis,
    },
    Seen {
        behind: u64,
    },
    Reply {
        agent: u8,
        behind: u64,
        anyway: bool,
        empty: bool,
    },
    TakesOver {
        agent: u8,
    },
    HandsOver {
        to: u8,
        note: bool,
    },
    HandsOverToTeam {
        note: bool,
    },
    /// 0 and 1: the agents; 2: a team; 3: nobody.
    Assigns {
        to: u8,
    },
    Claims {
        agent: u8,
    },
    GivesBack,
    Extends {
        by: Extending,
    },
    Notes,
    /// The contact reacts to a message of long ago.
    Reacts,
    Labels {
        label: usize,
        on: bool,
    },
    /// What is being looked up elsewhere is found, or not; `late`: a call that is over answers.
    Answers {
        late: bool,
        how: Answering,
    },
    /// Whoever made the open call is gone.
    CallsAgain,
    /// A try to send a letter ends, as the next one or (`stale`) as one that was heard of before.
    EndsLetter {
        letter: usize,
        stale: bool,
        how: Ending,
    },
    Resends {
        message: usize,
    },
    Leaves {
        message: usize,
    },
    OutsideBot {
        turns_ago: u64,
    },
    Passes {
        millis: Millis,
    },
    /// The next deadline fires, this much too late.
    Deadline {
        late: Millis,
    },
    /// Somebody looks whether anything is due.
    Look,
    StartsSending {
        message: usize,
    },
    EndsSending {
        message: usize,
        how: Ending,
    },
    /// An outcome is told a second time.
    EndsAgain {
        message: usize,
    },
    /// The conversation hears what a take over stopped.
    TellsWithdrawn,
    Parks,
    Closes {
        agent: u8,
    },
    Snoozes {
        until: Millis,
    },
    Reopens {
        agent: u8,
        undo: bool,
    },
}

#[derive(Debug, Clone, Copy)]
pub enum Extending {
    Minutes(u32),
    Tomorrow,
    UntilResumed,
}

#[derive(Debug, Clone, Copy)]
pub enum Ending {
    Sent,
    NotSent,
    Refused,
    Unknown,
}

#[derive(Debug, Clone, Copy)]
pub enum Answering {
    Found,
    /// It answers without what was asked for.
    Nonsense,
    Fails,
}

/// One act, and whether the actor lives to tell the conversation what a take over stopped.
#[derive(Debug, Clone)]
pub struct Step {
    pub act: Act,
    pub tells: bool,
}

pub fn house() -> impl Strategy<Value = House> {
    let then = prop_oneof![Just(WhenPauseEnds::Answer), Just(WhenPauseEnds::Wait), Just(WhenPauseEnds::Keep)];
    let pause = prop_oneof![Just(60 * MINUTE), Just(20 * MINUTE), Just(4 * MINUTE)];
    let yes = || any::<bool>();
    (prop::bool::weighted(0.8), yes(), pause, then, 1..4_u32, yes(), yes()).prop_map(
        |(tracked, holds, pause, then, limit, silent, hours)| House {
            tracked,
            holds,
            pause,
            then,
            limit,
            silent,
            hours,
        },
    )
}

pub fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let step = (act(), prop::bool::weighted(0.8)).prop_map(|(act, tells)| Step { act, tells });
    prop::collection::vec(step, most / 2..most)
}

fn act() -> impl Strategy<Value = Act> {
    let message = || 0..64_usize;
    let receipt = || prop_oneof![Just(Receipt::Delivered), Just(Receipt::Read)];
    let agent = || 0..2_u8;
    prop_oneof![
        20 => (0..PHRASES.len()).prop_map(|phrase| Act::Says { text: PHRASES[phrase].text }),
        4 => (0..8_usize).prop_map(|button| Act::TapsOld { button }),
        1 => Just(Act::Opens),
        1 => Just(Act::ViewsPage),
        2 => Just(Act::Outside),
        4 => (message(), any::<bool>()).prop_map(|(message, marked)| Act::Echo { message, marked }),
        4 => (receipt(), message()).prop_map(|(receipt, message)| Act::Receipt { receipt, message }),
        2 => (receipt(), 0..60 * MINUTE).prop_map(|(receipt, before)| Act::ReceiptUntil { receipt, before }),
        2 => (0..12_u64).prop_map(|behind| Act::Seen { behind }),
        7 => (agent(), prop_oneof![3 => Just(0), 1 => 0..12_u64], prop::bool::weighted(0.1), prop::bool::weighted(0.05))
            .prop_map(|(agent, behind, anyway, empty)| Act::Reply { agent, behind, anyway, empty }),
        3 => agent().prop_map(|agent| Act::TakesOver { agent }),
        2 => (agent(), any::<bool>()).prop_map(|(to, note)| Act::HandsOver { to, note }),
        1 => any::<bool>().prop_map(|note| Act::HandsOverToTeam { note }),
        3 => (0..4_u8).prop_map(|to| Act::Assigns { to }),
        2 => agent().prop_map(|agent| Act::Claims { agent }),
        4 => Just(Act::GivesBack),
        4 => extending().prop_map(|by| Act::Extends { by }),
        1 => Just(Act::Notes),
        1 => Just(Act::Reacts),
        2 => (0..LABELS_MAX + 4, prop::bool::weighted(0.7)).prop_map(|(label, on)| Act::Labels { label, on }),
        10 => (prop::bool::weighted(0.1), answering()).prop_map(|(late, how)| Act::Answers { late, how }),
        1 => Just(Act::CallsAgain),
        6 => (0..64_usize, prop::bool::weighted(0.1), ending())
            .prop_map(|(letter, stale, how)| Act::EndsLetter { letter, stale, how }),
        3 => message().prop_map(|message| Act::Resends { message }),
        2 => message().prop_map(|message| Act::Leaves { message }),
        2 => (0..3_u64).prop_map(|turns_ago| Act::OutsideBot { turns_ago }),
        4 => prop_oneof![0..MINUTE, 0..30 * MINUTE].prop_map(|millis| Act::Passes { millis }),
        5 => prop_oneof![2 => Just(0), 1 => 0..10 * MINUTE, 1 => 0..120 * MINUTE].prop_map(|late| Act::Deadline { late }),
        2 => Just(Act::Look),
        20 => message().prop_map(|message| Act::StartsSending { message }),
        20 => (message(), ending()).prop_map(|(message, how)| Act::EndsSending { message, how }),
        1 => message().prop_map(|message| Act::EndsAgain { message }),
        1 => Just(Act::TellsWithdrawn),
        3 => agent().prop_map(|agent| Act::Closes { agent }),
        3 => prop_oneof![1 => Just(0), 6 => 0..90 * MINUTE, 1 => 367 * 24 * 60 * MINUTE..370 * 24 * 60 * MINUTE]
            .prop_map(|until| Act::Snoozes { until }),
        3 => (agent(), prop::bool::weighted(0.7)).prop_map(|(agent, undo)| Act::Reopens { agent, undo }),
        1 => prop::bool::weighted(0.3).prop_map(|parks| if parks { Act::Parks } else { Act::Look }),
    ]
}

fn extending() -> impl Strategy<Value = Extending> {
    prop_oneof![
        4 => prop_oneof![Just(15), Just(60), Just(240), 0..300_u32].prop_map(Extending::Minutes),
        1 => Just(Extending::Tomorrow),
        1 => Just(Extending::UntilResumed),
    ]
}

fn answering() -> impl Strategy<Value = Answering> {
    prop_oneof![3 => Just(Answering::Found), 1 => Just(Answering::Nonsense), 1 => Just(Answering::Fails)]
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        5 => Just(Ending::Sent),
        2 => Just(Ending::NotSent),
        1 => Just(Ending::Refused),
        3 => Just(Ending::Unknown),
    ]
}
