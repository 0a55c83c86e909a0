//! Calls to others' systems: opening them, and going on with what they answered.

use std::borrow::Cow;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Memory, Run};
use crate::domain::bot::fold::Said;
use crate::domain::bot::{Bot, HttpCall, Mapped, Widget};
use crate::domain::call::{ATTRIBUTES_MAX, Answer, Ask, IN_A_ROW_MAX, Request};
use crate::domain::event::{Event, Place, Reason, Step, Why};
use crate::domain::message::Heard;

/// An operator's system has answered: the dialogue goes on behind the widget.
pub fn called(bot: &Bot, memory: Memory, values: Vec<(String, String)>) -> Vec<Event> {
    let mut run = Run::new(bot, memory);
    if let Place::Calling(step) = run.memory.place.clone() {
        run.leave_call();
        values.into_iter().for_each(|(name, value)| run.learn(&name, value, &step));
        let why = Why::Dialogue(step.dialogue.clone());
        run.run(step.next(), why);
    }
    run.answer_backlog();
    run.finish()
}

/// A call has failed: the dialogue goes on where the widget says, or else a person is called, and the contact told.
pub fn call_failed(bot: &Bot, memory: Memory, ask: &Ask, why: &str) -> Vec<Event> {
    let mut run = Run::new(bot, memory);
    let at = match run.memory.place.clone() {
        Place::Calling(step) => Some(step),
        _ => None,
    };
    run.leave_call();
    let failed = at.as_ref().and_then(|step| match bot.widget(step) {
        Some(Widget::HttpCall(call)) => call.failed.as_deref(),
        _ => None,
    });
    match failed {
        Some(dialogue) => run.run(Step::start(dialogue), Why::Dialogue(dialogue.to_owned())),
        None => {
            // Behind it the dialogue goes on, when the bot has the floor again.
            run.place = at.as_ref().map_or(Place::Idle, |step| run.after(step));
            run.fail_for(&format!("{} failed: {why}", ask.words()), at);
        }
    }
    run.answer_backlog();
    run.finish()
}

/// The outside bot has answered.
pub fn told(bot: &Bot, memory: Memory, answer: Answer) -> Vec<Event> {
    let mut run = Run::new(bot, memory);
    for (name, value) in answer.set {
        let known = run.memory.attributes.len() + run.learned.len();
        if known < ATTRIBUTES_MAX || run.value(&name).is_some() {
            run.learn_from(&name, value, None);
        }
    }
    answer.lines.into_iter().for_each(|line| run.say(line, Why::OutsideBot, Place::Idle));
    if let Some((reason, words)) = answer.hand_off {
        run.hand_off(reason, &words, None);
    } else if !run.memory.calling && !run.memory.backlog.is_empty() {
        run.ask_outside();
    }
    run.finish()
}

/// The answer's values as the attributes want them, or what is wrong with them.
pub fn read_values(bot: &Bot, place: &Place, values: &[(String, String)]) -> Result<Vec<(String, String)>, String> {
    let Place::Calling(step) = place else { return Err("the dialogue has moved on".to_owned()) };
    let Some(Widget::HttpCall(call)) = bot.widget(step) else { return Err("the bot has changed meanwhile".to_owned()) };
    let read = |wanted: &Mapped| {
        let name = &wanted.attribute;
        let found = values.iter().find(|(attribute, _)| attribute == name).map(|(_, value)| value.as_str());
        let found = found.ok_or_else(|| format!("the answer has nothing at {}", wanted.pointer))?;
        let value = wanted.kind.read(&Said::new(found));
        Ok((
            name.clone(),
            value.ok_or_else(|| format!("what the answer has at {} does not fit {name}", wanted.pointer))?,
        ))
    };
    call.wanted.iter().map(read).collect()
}

impl Run<'_> {
    /// A message comes while a call is open: only what calls a person does it at once, all else waits.
    pub(super) fn answer_while_calling(&mut self, heard: &Heard) {
        let bot = self.bot;
        let said = Said::new(&heard.text);
        self.answer_call(&bot.recognise(&said));
    }

    /// What calls a person is known here; for everything else the outside bot is asked.
    pub(super) fn answer_outside(&mut self, heard: &Heard) {
        // A link is no question, and the protocols have no message without words.
        if heard.is_wordless() {
            return;
        }
        let bot = self.bot;
        let said = Said::new(&heard.text);
        if !self.answer_call(&bot.recognise(&said)) {
            self.ask_outside();
        }
    }

    pub(super) fn ask_outside(&mut self) {
        let Some(outside) = &self.bot.outside else { return };
        self.open_call(Ask::Bot, outside.timeout, None, Place::Idle);
    }

    /// Asks an operator's system; the dialogue waits at this step.
    pub(super) fn call(&mut self, step: Step, call: &HttpCall) {
        if self.memory.calls + 1 > IN_A_ROW_MAX {
            return self.fail(&step);
        }
        let encoded = |name: &str| self.value(name).map(|value| Cow::Owned(encode(&value)));
        let request = Request {
            method: call.method,
            url: call.url.fill(encoded),
            send: call.send.iter().map(|(name, value)| (name.clone(), self.fill(value))).collect(),
            bearer: call.bearer.clone(),
            sign: call.sign.clone(),
            wanted: call.wanted.iter().map(|wanted| (wanted.attribute.clone(), wanted.pointer.clone())).collect(),
        };
        self.open_call(Ask::Http(request), call.timeout, Some(&step.clone()), Place::Calling(step));
    }

    fn open_call(&mut self, ask: Ask, timeout: Duration, step: Option<&Step>, then: Place) {
        let (due, from, turn) = (self.memory.now + timeout, self.origin(step), self.memory.turn);
        self.place = then.clone();
        self.events.push(Event::CallOpened { ask, due, from, then, turn });
    }

    /// Nobody knows what came of the call at this step.
    pub(super) fn go_on_without_answer(&mut self, step: &Step) -> bool {
        let Some(Widget::HttpCall(call)) = self.bot.widget(step) else { return false };
        let step = call.failed.as_deref().map_or_else(|| step.next(), Step::start);
        let why = Why::Dialogue(step.dialogue.clone());
        self.run(step, why);
        true
    }

    fn leave_call(&mut self) {
        self.memory.place = Place::Idle;
        self.memory.calling = false;
        // Whatever began the dialogue was understood.
        self.memory.unmatched = 0;
        self.place = Place::Idle;
    }

    /// What came while the call was open is answered now, unless the bot asks something itself: the newest of it, as
    /// after a pause.
    fn answer_backlog(&mut self) {
        let Some(heard) = self.memory.backlog.last().cloned() else { return };
        if self.place == Place::Idle && !self.handed_off {
            self.memory.greeted = true;
            self.answer(&heard);
        }
    }

    /// Something of the bot is broken: people are told why, and the contact that a person comes.
    pub(super) fn fail_for(&mut self, problem: &str, step: Option<Step>) {
        self.events.push(Event::Alerted { text: format!("The bot failed: {problem}.") });
        self.hand_off(Reason::BotFailed, problem, step);
    }
}

/// A value as a part of an address. What would climb in it is left out.
fn encode(value: &str) -> String {
    if value.chars().all(|c| c == '.') {
        String::new()
    } else {
        utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_within_its_part_of_an_address() {
        assert_eq!(encode("A 7/../x?y#z"), "A%207%2F%2E%2E%2Fx%3Fy%23z");
        assert_eq!(encode(".."), "");
    }
}
