//! Promises that can be read off the log alone.

use std::collections::BTreeMap;

use proptest::prelude::*;
use switchboard::domain::conversation::Conversation;
use switchboard::domain::event::{Event, GiveBack, PauseMove, Reason, Receipt, Return, Why};
use switchboard::domain::ids::Seq;
use switchboard::domain::state::State;

use super::Millis;
use super::world::{Checked, Logged, World};

const WARNING: Millis = 5 * 60_000;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    Bot,
    Waiting,
    Human,
}

/// The mode and the turn after an event, as the words of the design say. `closed`: the mode when it was closed.
fn floor_after(event: &Event, (mode, turn): (Mode, u64), closed: &mut Mode) -> (Mode, u64) {
    match event {
        Event::HandedOff { .. } => (Mode::Waiting, turn + 1),
        Event::TakenOver { .. } => (Mode::Human, turn + 1),
        Event::GivenBack { .. } => (Mode::Bot, turn + 1),
        Event::Closed { .. } => {
            *closed = mode;
            (Mode::Bot, turn + 1)
        }
        Event::Reopened { why: Return::Undone, .. } => (*closed, turn + 1),
        _ => (mode, turn),
    }
}

/// P2 in the log: the bot speaks, learns and moves only while it has the floor, people only while they have it.
pub fn one_voice(world: &World) -> Checked {
    let (mut floor, mut closed) = ((Mode::Bot, 0), Mode::Bot);
    for (at, logged) in world.log.iter().enumerate() {
        // That it is back in the lists, or that a line cannot go out any more, is said at the end.
        let aside = |logged: &&Logged| matches!(logged.event, Event::Reopened { .. } | Event::Failed { .. });
        let next = world.log[at + 1..].iter().find(|next| !aside(next)).filter(|next| next.command == logged.command);
        let right = match &logged.event {
            Event::BotSaid { why: Why::CallingHuman, turn, .. } => {
                floor == (Mode::Bot, *turn) && next.is_some_and(|next| matches!(next.event, Event::HandedOff { .. }))
            }
            // While a person is called, the ladder alone speaks.
            Event::BotSaid { why, turn, .. } if why.is_about_calling() => floor == (Mode::Waiting, *turn),
            Event::BotSaid { turn, .. } => floor == (Mode::Bot, *turn),
            Event::AgentSaid { turn, .. } => floor == (Mode::Human, *turn),
            Event::BotMoved { .. } | Event::FormCompleted { .. } => floor.0 == Mode::Bot,
            Event::AttributeSet { .. } => floor.0 != Mode::Human,
            Event::Climbed { .. } => floor.0 == Mode::Waiting,
            // By an agent, for a team: whoever had the floor, and without a word.
            Event::HandedOff { reason: Reason::Agent, .. } => floor.0 != Mode::Waiting,
            Event::HandedOff { .. } => floor.0 == Mode::Bot && next.is_none_or(|next| says_closed(&next.event)),
            Event::GivenBack { .. } => floor.0 != Mode::Bot,
            Event::OutsideSaid { .. } | Event::PauseMoved { .. } | Event::PauseEnding { .. } => floor.0 == Mode::Human,
            _ => true,
        };
        prop_assert!(right, "event {} came in {:?}: {:?}", at + 1, floor, logged.event);
        floor = floor_after(&logged.event, floor, &mut closed);
    }
    Ok(())
}

fn says_closed(event: &Event) -> bool {
    matches!(event, Event::BotSaid { why: Why::AskingHowToReach, .. })
}

/// P2 on the wire: after a take over no message that the bot wrote before it starts being sent.
pub fn nothing_stale_is_sent(world: &World) -> Checked {
    for start in &world.starts {
        let said = start.seq as usize - 1;
        if let Event::BotSaid { .. } = world.log[said].event {
            let since = &world.log[said..start.log_len];
            let taken = since.iter().any(|logged| matches!(logged.event, Event::TakenOver { .. }));
            prop_assert!(!taken, "message {} of the bot began to be sent after a take over", start.seq);
        }
    }
    Ok(())
}

/// P10: the log alone gives the state, from its beginning and from any snapshot.
pub fn replays(world: &World) -> Checked {
    let fold = |state: State, events: &[Logged]| {
        let Conversation { id, account, bot, .. } = world.conversation.clone();
        let mut conversation = Conversation::new(id, account, bot, state);
        for logged in events {
            conversation.apply(&logged.event, logged.at);
        }
        conversation.state
    };
    let (mut snapshot, mut folded) = (State::default(), 0);
    for until in (0..=world.log.len()).step_by(world.log.len() / 6 + 1) {
        snapshot = fold(snapshot, &world.log[folded..until]);
        folded = until;
        let rebuilt = fold(snapshot.clone(), &world.log[until..]);
        prop_assert!(
            rebuilt == world.conversation.state,
            "from {until}: {rebuilt:?}\nis not\n{:?}",
            world.conversation.state
        );
    }
    Ok(())
}

/// P9: what a deadline does happens once, never early, and not when it was superseded.
pub fn deadlines(world: &World) -> Checked {
    let mut until: Option<Millis> = None;
    let mut warning: Option<Millis> = None;
    let mut rung: Option<Millis> = None;
    let mut snooze: Option<Millis> = None;
    let mut closed = (None, None, None, None);
    for Logged { at, event, .. } in &world.log {
        match event {
            Event::PauseEnding { until: end } => {
                prop_assert_eq!(Some(end.0), until, "a warning of an end that is none");
                prop_assert!(warning.is_some_and(|warning| warning <= at.0), "a warning twice, or early");
                warning = None;
            }
            Event::GivenBack { why: GiveBack::PauseEnded, .. } | Event::PauseMoved { why: PauseMove::Kept, .. } => {
                prop_assert!(until.is_some_and(|until| until <= at.0), "a pause ended at {at:?} and not at {until:?}");
            }
            Event::Climbed { .. } => {
                prop_assert!(rung.is_some_and(|rung| rung <= at.0), "a rung was climbed at {at:?} and not at {rung:?}");
            }
            Event::Reopened { why: Return::TimeCame, .. } => {
                prop_assert!(snooze.is_some_and(|end| end <= at.0), "a snooze ended at {at:?} and not at {snooze:?}");
            }
            _ => {}
        }
        match event {
            Event::Snoozed { until, .. } => snooze = Some(until.0),
            Event::Closed { .. } => {
                closed = (until, warning, rung, snooze);
                (until, warning, rung, snooze) = (None, None, None, None);
            }
            Event::Reopened { why: Return::Undone, .. } => (until, warning, rung, snooze) = closed,
            Event::Reopened { .. } => snooze = None,
            _ => {}
        }
        match event {
            Event::HandedOff { next, .. } | Event::Climbed { next, .. } => rung = next.map(|next| next.0),
            Event::TakenOver { .. } | Event::GivenBack { .. } => rung = None,
            _ => {}
        }
        match event {
            Event::TakenOver { until: end, .. } | Event::PauseMoved { until: end, .. } => {
                until = end.map(|end| end.0);
                warning = until.filter(|until| *until > at.0 + WARNING).map(|until| until - WARNING);
            }
            Event::GivenBack { .. } | Event::HandedOff { .. } => (until, warning) = (None, None),
            _ => {}
        }
    }
    Ok(())
}

/// Rule 2: no reply and no take over ends a pause earlier than it was to end.
pub fn pauses_are_never_shortened(world: &World) -> Checked {
    let mut pause: Option<Option<Millis>> = None;
    let end = |until: Option<Millis>| until.unwrap_or(Millis::MAX);
    for logged in &world.log {
        match &logged.event {
            Event::TakenOver { until, .. } | Event::PauseMoved { until, .. } => {
                let until = until.map(|until| until.0);
                let shorter = pause.is_some_and(|before| end(until) < end(before));
                prop_assert!(!shorter, "a pause until {pause:?} was shortened to {until:?}");
                pause = Some(until);
            }
            // Parked by the system is no pause yet.
            Event::Alerted { text } if text == "It failed." => pause = None,
            Event::GivenBack { .. } | Event::HandedOff { .. } | Event::Closed { .. } => pause = None,
            _ => {}
        }
    }
    Ok(())
}

/// Rule 7: the bot that merely resumes calls nobody; only a message that nobody answered can make it.
pub fn resuming_calls_nobody(world: &World) -> Checked {
    let (mut unanswered, mut resumed, mut closed) = (false, None, false);
    for logged in &world.log {
        match &logged.event {
            Event::ContactSaid { .. } => unanswered = true,
            Event::Closed { .. } => closed = std::mem::take(&mut unanswered),
            Event::Reopened { why: Return::Undone, .. } => unanswered = closed,
            Event::GivenBack { why, .. } => {
                resumed = Some(logged.command).filter(|_| *why == GiveBack::ByContact || !unanswered);
            }
            Event::HandedOff { .. } => {
                prop_assert_ne!(resumed, Some(logged.command), "a person was called by resuming");
                unanswered = false;
            }
            Event::BotSaid { why, .. } if why.is_about_calling() => {}
            Event::BotSaid { .. } | Event::AgentSaid { .. } | Event::OutsideSaid { .. } => unanswered = false,
            _ => {}
        }
    }
    Ok(())
}

/// What is told of one message: it goes out at most once, receipts come after that and move forward, nothing follows
/// its end, and only one try follows by itself upon one that may have arrived.
pub fn messages(world: &World) -> Checked {
    let mut told: BTreeMap<Seq, Told> = BTreeMap::new();
    for logged in &world.log {
        match &logged.event {
            Event::Sent { of, .. } => told.entry(*of).or_default().rises_to(2, *of)?,
            Event::Received { of, receipt } => {
                let rank = if *receipt == Receipt::Read { 4 } else { 3 };
                for of in of {
                    let told = told.entry(*of).or_default();
                    prop_assert!(
                        !world.house.tracked || told.rank >= 2,
                        "message {} was received before it was sent",
                        of
                    );
                    told.rises_to(rank, *of)?;
                }
            }
            Event::Uncertain { of, again_at, .. } => {
                let told = told.entry(*of).or_default();
                told.is_open(*of)?;
                told.tries_by_itself += u32::from(again_at.is_some());
                let most = u32::from(!world.house.holds);
                prop_assert!(told.tries_by_itself <= most, "message {} is tried again and again", of);
                told.maybe = true;
            }
            Event::Retrying { of, .. } | Event::Failed { of, .. } | Event::SendingAgain { of, .. } => {
                told.entry(*of).or_default().is_open(*of)?;
            }
            Event::LeftBe { of, .. } => {
                let told = told.entry(*of).or_default();
                told.is_open(*of)?;
                told.left = true;
            }
            Event::Withdrawn { of } => {
                for of in of {
                    let told = told.entry(*of).or_default();
                    told.is_open(*of)?;
                    prop_assert!(!told.maybe, "message {} may have arrived, and was called unsent", of);
                    told.rank = 5;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[derive(Default)]
struct Told {
    /// 0 on its way, 2 sent, 3 delivered, 4 read, 5 withdrawn.
    rank: u8,
    maybe: bool,
    left: bool,
    tries_by_itself: u32,
}

impl Told {
    fn is_open(&self, of: Seq) -> Checked {
        prop_assert!(self.rank == 0 && !self.left, "message {} had come to its end", of);
        Ok(())
    }

    fn rises_to(&mut self, rank: u8, of: Seq) -> Checked {
        prop_assert!(rank > self.rank, "message {} went from {} back to {}", of, self.rank, rank);
        self.rank = rank;
        Ok(())
    }
}
