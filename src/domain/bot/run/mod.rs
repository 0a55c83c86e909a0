//! What a bot does next. Pure: the conversation's place and the contact's words in, events out.
//!
//! Here dialogues run, widget by widget. What is done about a message is in `hear`, questions and their answers in
//! `questions`, calls to others' systems in `calls`, what events are made of in `tell`.

mod alerts;
mod calls;
mod hear;
mod questions;
mod tell;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

pub use self::calls::{call_failed, called, read_values, told};
use super::triggers::{Action, On, Trigger};
use super::{Bot, Widget};
use crate::domain::account::Channel;
use crate::domain::call::Backlog;
use crate::domain::event::{Event, Later, Place, Reason, Step, Why};
use crate::domain::ids::Turn;
use crate::domain::label::Label;
use crate::domain::message::{Heard, Line};
use crate::domain::session::{Session, page};
use crate::domain::time::Timestamp;

/// A dialogue that goes on longer than this without asking anything runs in a circle.
const WIDGETS_PER_TURN_MAX: usize = 50;

/// What the bot knows and remembers of a conversation.
#[derive(Debug, Clone)]
pub struct Memory<'a> {
    pub now: Timestamp,
    pub turn: Turn,
    pub place: Place,
    pub unmatched: u32,
    pub tries: u32,
    pub greeted: bool,
    pub name: Option<&'a str>,
    pub attributes: &'a BTreeMap<String, String>,
    pub labels: &'a BTreeSet<Label>,
    pub channel: Channel,
    pub session: Cow<'a, Session>,
    pub later: Option<&'a (String, Later)>,
    /// How many alerts have not come to their end.
    pub alerts: usize,
    /// The answer of somebody else's system is awaited.
    pub calling: bool,
    /// Calls one after another without a word from the contact.
    pub calls: u32,
    /// What the contact said while a call was open.
    pub backlog: &'a Backlog,
    /// A number like one that was diced; the same for the same moment of the same conversation.
    pub roll: u64,
}

/// What the bot does about a message.
pub fn answer(bot: &Bot, memory: Memory, heard: &Heard) -> Vec<Event> {
    let mut run = Run::new(bot, memory);
    run.answer(heard);
    run.finish()
}

/// What the bot does when the chat is opened without a word.
pub fn greet(bot: &Bot, memory: Memory) -> Vec<Event> {
    let mut run = Run::new(bot, memory);
    run.greet();
    run.finish()
}

/// What the bot does when it gets the floor back and need not wait: an open question is asked again, and what came
/// after a hand-off goes on.
pub fn resume(bot: &Bot, memory: Memory) -> Vec<Event> {
    let mut run = Run::new(bot, memory);
    run.go_on_where_interrupted();
    run.finish()
}

/// What the bot does when the contact, waiting for a person, asks for it: at least the beginning.
pub fn come_back(bot: &Bot, memory: Memory) -> Vec<Event> {
    let mut run = Run::new(bot, memory);
    if bot.outside.is_some() {
        run.ask_outside();
    } else if !run.go_on_where_interrupted() {
        run.start_over();
    }
    run.finish()
}

/// What the bot does when the contact looks at a page.
pub fn visit(bot: &Bot, memory: Memory, url: &str) -> Vec<Event> {
    let mut run = Run::new(bot, memory);
    run.visit(url);
    run.finish()
}

/// What the bot does when a delay is over, or the time of a trigger has come.
pub fn wake(bot: &Bot, memory: Memory) -> Vec<Event> {
    let mut run = Run::new(bot, memory);
    run.wake();
    run.finish()
}

struct Run<'a> {
    bot: &'a Bot,
    memory: Memory<'a>,
    /// The place as the events so far leave it.
    place: Place,
    /// Where to go on once the dialogue of the moment has ended.
    afterwards: Place,
    /// The trigger behind what happens.
    trigger: Option<String>,
    /// What became known meanwhile.
    learned: Vec<(String, String)>,
    /// The labels as the events so far leave them; none: as they were.
    labels: Option<BTreeSet<Label>>,
    scored: i32,
    hot: bool,
    /// Letters so far.
    alerts: usize,
    /// A dialogue that begins when the one of the moment has ended, by its trigger.
    next: Option<(String, String)>,
    /// A person is called as soon as the bot has finished what it says.
    wanted: Option<(Reason, String)>,
    handed_off: bool,
    widgets: usize,
    events: Vec<Event>,
}

impl<'a> Run<'a> {
    fn new(bot: &'a Bot, memory: Memory<'a>) -> Self {
        let place = memory.place.clone();
        let waits = memory.later.filter(|(_, later)| later.at.is_none());
        let next = waits.map(|(trigger, later)| (trigger.clone(), later.dialogue.clone()));
        Self {
            bot,
            memory,
            place,
            next,
            afterwards: Place::Idle,
            trigger: None,
            learned: Vec::new(),
            labels: None,
            scored: 0,
            hot: false,
            alerts: 0,
            wanted: None,
            handed_off: false,
            widgets: 0,
            events: Vec::new(),
        }
    }

    fn finish(mut self) -> Vec<Event> {
        while self.place == Place::Idle && !self.handed_off && !self.events.is_empty() {
            let Some((trigger, dialogue)) = self.next.take() else { break };
            self.events.push(Event::Pulled { trigger: trigger.clone(), later: None });
            self.trigger = Some(trigger);
            self.begin(&dialogue, Why::Dialogue(dialogue.clone()));
        }
        if let Some((reason, words)) = self.wanted.take().filter(|_| !self.handed_off) {
            self.hand_off(reason, &words, None);
        }
        self.events
    }

    // --- What starts something ---

    /// Does what a trigger says, about these words of the contact.
    fn pull(&mut self, trigger: &Trigger, words: &str, why: Why) {
        self.trigger = Some(trigger.id.clone());
        self.score(trigger.score, None);
        match &trigger.action {
            Action::Go(dialogue) => self.begin(dialogue, why),
            Action::HandOff(reason) => self.hand_off(*reason, words, None),
            Action::Nothing => {}
        }
    }

    /// Runs a dialogue from its start. What was interrupted before comes back after it.
    fn begin(&mut self, dialogue: &str, why: Why) {
        if let Place::Interrupted(_) | Place::CutOff(_) | Place::Delayed { .. } = &self.memory.place {
            self.afterwards = self.memory.place.clone().interrupted();
        }
        self.run(Step::start(dialogue), why);
        if self.place == Place::Idle {
            self.afterwards = Place::Idle;
            self.go_on_where_interrupted();
        }
    }

    fn greet(&mut self) -> bool {
        let Some(trigger) = self.find(|on| *on == On::FirstContact).filter(|_| !self.memory.greeted) else {
            return false;
        };
        self.trigger = Some(trigger.id.clone());
        self.score(trigger.score, None);
        match &trigger.action {
            Action::Go(dialogue) => self.run(Step::start(dialogue), Why::FirstContact),
            Action::HandOff(_) | Action::Nothing => return false,
        }
        true
    }

    /// As with a new contact: also what a button leads to that the bot no longer has, or that starts the chat.
    fn start_over(&mut self) {
        self.memory.greeted = false;
        if !self.greet() {
            self.no_answer("");
        }
    }

    fn visit(&mut self, url: &str) {
        let path = page(url);
        for trigger in self.bot.other_triggers() {
            let On::Page(visit) = &trigger.on else { continue };
            let fits = visit.fits(path) && !self.memory.session.has_pulled(&trigger.id);
            if !fits || self.memory.session.visits(|path| visit.fits(path)) + 1 < visit.visits {
                continue;
            }
            let at = self.memory.now + std::time::Duration::from_secs(visit.after_seconds.into());
            let later = match &trigger.action {
                Action::Nothing => None,
                _ if self.place != Place::Idle || self.handed_off => continue,
                Action::Go(_) if visit.after_seconds > 0 && self.memory.later.is_some() => continue,
                Action::Go(dialogue) if visit.after_seconds > 0 => {
                    Some(Later { dialogue: dialogue.clone(), at: Some(at) })
                }
                Action::Go(_) | Action::HandOff(_) => None,
            };
            let waits = later.is_some();
            self.events.push(Event::Pulled { trigger: trigger.id.clone(), later });
            if waits {
                self.trigger = Some(trigger.id.clone());
                self.score(trigger.score, None);
            } else {
                self.pull(trigger, path, Why::PageVisit(path.to_owned()));
            }
        }
    }

    fn wake(&mut self) {
        let due = |at: Timestamp| at <= self.memory.now;
        match (&self.memory.place, self.memory.later) {
            (Place::Delayed { step, until }, _) if due(*until) => {
                let step = step.clone();
                let why = Why::Dialogue(step.dialogue.clone());
                self.run(step, why);
            }
            (_, Some((trigger, Later { dialogue, at: Some(at) }))) if due(*at) => {
                self.events.push(Event::Pulled { trigger: trigger.clone(), later: None });
                // It comes too late: the bot is asking something.
                if self.place == Place::Idle {
                    self.trigger = Some(trigger.clone());
                    self.begin(dialogue, Why::Dialogue(dialogue.clone()));
                }
            }
            _ => {}
        }
    }

    fn go_on_where_interrupted(&mut self) -> bool {
        if let Place::CutOff(step) = self.memory.place.clone() {
            return self.go_on_without_answer(&step);
        }
        let (Place::Interrupted(step) | Place::Delayed { step, .. }) = self.memory.place.clone() else { return false };
        let Some(widget) = self.bot.widget(&step) else { return false };
        let why = if widget.is_question() { Why::AskedAgain } else { Why::Dialogue(step.dialogue.clone()) };
        self.run(step, why);
        true
    }

    // --- Dialogues ---

    /// Runs widgets from `step` on, until one waits for the contact or the dialogue ends.
    fn run(&mut self, mut step: Step, why: Why) {
        let bot = self.bot;
        loop {
            self.widgets += 1;
            if self.widgets > WIDGETS_PER_TURN_MAX {
                return self.fail(&step);
            }
            match bot.widget(&step) {
                None | Some(Widget::End) => return self.stand(Some(&step), Place::Idle),
                Some(Widget::Text(text)) => self.say_at(&step, Line::text(self.fill(text)), why.clone(), Place::Idle),
                Some(Widget::Texts(texts)) => {
                    let text = &texts
                        [(self.memory.roll.wrapping_add(self.widgets as u64) % texts.len().max(1) as u64) as usize];
                    self.say_at(&step, Line::text(self.fill(text)), why.clone(), Place::Idle);
                }
                Some(Widget::Attachment { kind, url, name, text }) => {
                    let line = self.attachment(*kind, url, name, text);
                    self.say_at(&step, line, why.clone(), Place::Idle);
                }
                Some(Widget::Menu { text, options }) => return self.show_menu(step, text, options, why),
                Some(Widget::Ask(ask)) => return self.ask(step, ask, why),
                Some(Widget::Form(form)) => match form.questions.get(step.part) {
                    Some(ask) => return self.ask(step, ask, why),
                    None => self.complete(form, &step),
                },
                Some(Widget::Set { attribute, value }) => self.learn(attribute, self.fill(value), &step),
                Some(Widget::Label { add, remove }) => self.label(add, remove, &step),
                Some(Widget::Alert(letter)) => self.alert(letter, &step),
                Some(Widget::Score(points)) => self.score(*points, Some(&step)),
                // There is nothing to wait for at the end.
                Some(Widget::Wait(_)) if bot.widget(&step.next()).is_none() => {}
                Some(Widget::Wait(span)) => {
                    let until = self.memory.now + *span;
                    return self.stand(Some(&step), Place::Delayed { step: step.next(), until });
                }
                Some(Widget::HandOff { reason, score }) => {
                    self.score(*score, Some(&step));
                    self.place = self.after(&step);
                    return self.hand_off(*reason, "", Some(step));
                }
                Some(Widget::Branch(cases)) => {
                    if let Some(dialogue) = self.branch(cases) {
                        step = Step::start(dialogue);
                        continue;
                    }
                }
                Some(Widget::HttpCall(call)) => return self.call(step, call),
                Some(Widget::Go(dialogue)) => {
                    step = Step::start(dialogue);
                    continue;
                }
            }
            step = step.next();
        }
    }

    fn fail(&mut self, step: &Step) {
        let problem = format!("dialogue “{}” runs in a circle", step.dialogue);
        self.place = self.afterwards.clone();
        self.fail_for(&problem, Some(step.clone()));
    }

    /// The place from which to go on after the widget at `step`.
    fn after(&self, step: &Step) -> Place {
        let next = step.next();
        if self.bot.widget(&next).is_some() { Place::Interrupted(next) } else { self.afterwards.clone() }
    }
}

impl Step {
    /// The next widget.
    fn next(&self) -> Step {
        Step { dialogue: self.dialogue.clone(), widget: self.widget + 1, part: 0 }
    }

    /// The next question of the same widget.
    fn next_part(&self) -> Step {
        Step { part: self.part + 1, ..self.clone() }
    }
}
