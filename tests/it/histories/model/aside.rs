//! What is laid aside, as the rules say: closing takes the floor from whoever has it, snoozing from nobody.

use switchboard::domain::event::Agent;
use switchboard::domain::ids::Seq;
use switchboard::domain::message::Heard;

use super::super::Millis;
use super::bot::Kept;
use super::{DAY, Expected, Floor, Model};

#[derive(Debug, Clone, Default)]
pub enum Aside {
    #[default]
    No,
    Until(Millis),
    Closed(Box<Closed>),
}

#[derive(Debug, Clone)]
pub struct Closed {
    by: Agent,
    at: Millis,
    last_said: Option<Seq>,
    floor: Floor,
    bot: Kept,
    unanswered: Option<(u32, Heard)>,
    called: bool,
    snoozed: Option<Millis>,
}

impl Model {
    pub fn snoozed(&self) -> Option<Millis> {
        match self.aside {
            Aside::Until(until) => Some(until),
            _ => None,
        }
    }

    pub fn status(&self) -> &'static str {
        match self.aside {
            Aside::No => "open",
            Aside::Until(_) => "snoozed",
            Aside::Closed(_) => "closed",
        }
    }

    pub fn closes(&mut self, now: Millis, by: &Agent) -> Expected {
        if matches!(self.aside, Aside::Closed(_)) {
            return Err("nothing_new");
        }
        let closed = Closed {
            by: by.clone(),
            at: now,
            last_said: self.said.last().map(|(seq, _)| *seq),
            floor: std::mem::replace(&mut self.floor, Floor::Bot),
            bot: self.bot.leaves_off(),
            unanswered: self.unanswered.take(),
            called: self.called,
            snoozed: self.snoozed(),
        };
        self.aside = Aside::Closed(Box::new(closed));
        self.letters.over = true;
        self.turn += 1;
        Ok(Vec::new())
    }

    pub fn snoozes(&mut self, now: Millis, until: Millis) -> Expected {
        match self.aside {
            Aside::Closed(_) => return Err("is_closed"),
            _ if until <= now || until > now + 366 * DAY => return Err("bad_time"),
            Aside::Until(known) if known == until => return Err("nothing_new"),
            _ => self.aside = Aside::Until(until),
        }
        Ok(Vec::new())
    }

    pub fn reopens(&mut self, now: Millis, by: &Agent, undo: bool) -> Expected {
        match &self.aside {
            Aside::No => return Err("nothing_new"),
            Aside::Closed(closed) if undo => {
                let last_said = self.said.last().map(|(seq, _)| *seq);
                if closed.by != *by || now > closed.at + 60_000 || last_said != closed.last_said {
                    return Err("too_late");
                }
                let Closed { floor, bot, unanswered, called, snoozed, .. } = (**closed).clone();
                self.turn += 1;
                self.letters.over = false;
                (self.floor, self.unanswered, self.called) = (floor, unanswered, called);
                self.bot.goes_back(bot);
                self.aside = snoozed.map_or(Aside::No, Aside::Until);
            }
            Aside::Until(_) | Aside::Closed(_) => self.aside = Aside::No,
        }
        Ok(Vec::new())
    }

    /// Whether a snooze is over.
    pub fn wakes(&mut self, now: Millis) -> bool {
        let wakes = self.snoozed().is_some_and(|until| until <= now);
        if wakes {
            self.aside = Aside::No;
        }
        wakes
    }
}
