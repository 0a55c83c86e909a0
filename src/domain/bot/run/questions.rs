//! Menus, questions and forms: asking them, and taking what is answered.

use super::Run;
use super::hear::option_id;
use crate::domain::bot::answers::{AnswerKind, is_one_of};
use crate::domain::bot::fold::Said;
use crate::domain::bot::meant::{closely, exactly};
use crate::domain::bot::template::Template;
use crate::domain::bot::triggers::Action;
use crate::domain::bot::{Ask, AtLimit, Form, MenuOption, Widget};
use crate::domain::event::{Event, Place, Reason, Step, Why};
use crate::domain::message::{Choice, Line, Wanted, WantedKind};

impl Run<'_> {
    pub(super) fn show_menu(&mut self, step: Step, text: &Template, options: &[MenuOption], why: Why) {
        let choice = |(number, option): (usize, &MenuOption)| Choice {
            id: option_id(&step, number),
            label: option.label.clone(),
        };
        let choices = options.iter().enumerate().map(choice).collect();
        let line = Line { text: self.fill(text), choices, attachment: None, wanted: None };
        self.say_at(&step.clone(), line, why, Place::Asking(step));
    }

    pub(super) fn ask(&mut self, step: Step, ask: &Ask, why: Why) {
        self.ask_with(step, &ask.text, ask, why);
    }

    fn ask_with(&mut self, step: Step, text: &Template, ask: &Ask, why: Why) {
        let labels: &[String] = match &ask.kind {
            AnswerKind::Choice(choices) => choices,
            _ => &[],
        };
        let choice = |(number, label): (usize, &String)| Choice { id: option_id(&step, number), label: label.clone() };
        let choices = labels.iter().enumerate().map(choice).collect();
        let line = Line { text: self.fill(text), choices, attachment: None, wanted: Some(self.wanted(ask)) };
        self.say_at(&step.clone(), line, why, Place::Asking(step));
    }

    fn wanted(&self, ask: &Ask) -> Box<Wanted> {
        let first = |words: &[String]| words.first().cloned().unwrap_or_default();
        let kind = match &ask.kind {
            AnswerKind::Text => WantedKind::Text,
            AnswerKind::Email => WantedKind::Email,
            AnswerKind::Number => WantedKind::Number,
            AnswerKind::Phone => WantedKind::Phone,
            AnswerKind::Url => WantedKind::Url,
            AnswerKind::Date { .. } => WantedKind::Date,
            AnswerKind::Choice(_) => WantedKind::Choice,
            AnswerKind::YesNo { yes, no } => WantedKind::YesNo { yes: first(yes), no: first(no) },
        };
        let skip = self.bot.settings.words.skip.first().filter(|_| ask.may_skip).cloned();
        Box::new(Wanted { kind, attribute: ask.attribute.clone(), skip })
    }

    /// What is said is taken as an answer, or else is none.
    pub(super) fn answer_question(&mut self, step: &Step, said: &Said) -> bool {
        let bot = self.bot;
        match bot.widget(step) {
            Some(Widget::Menu { options, .. }) => {
                let Some(number) = exactly(options.iter().map(|option| option.folded.as_str()), said) else {
                    return false;
                };
                self.choose(step, &options[number], said.text);
            }
            Some(widget) => match widget.ask(step.part) {
                Some(ask) => self.take_answer(step, ask, said),
                None => return false,
            },
            None => return false,
        }
        true
    }

    /// What no keyword knows may still lie close to an option of the open menu.
    pub(super) fn answer_loosely(&mut self, said: &Said) -> bool {
        let Place::Asking(step) = self.memory.place.clone() else { return false };
        let bot = self.bot;
        let Some(Widget::Menu { options, .. }) = bot.widget(&step) else { return false };
        let Some(number) = closely(options.iter().map(|option| option.folded.as_str()), said) else { return false };
        self.choose(&step, &options[number], said.text);
        true
    }

    pub(super) fn choose(&mut self, step: &Step, option: &MenuOption, words: &str) {
        self.score(option.score, Some(step));
        match &option.action {
            Action::Go(dialogue) => self.run(Step::start(dialogue), Why::Dialogue(dialogue.clone())),
            Action::HandOff(reason) => {
                self.place = self.after(step);
                self.hand_off(*reason, words, Some(step.clone()));
            }
            Action::Nothing => self.run(step.next(), Why::Dialogue(step.dialogue.clone())),
        }
    }

    pub(super) fn take_answer(&mut self, step: &Step, ask: &Ask, said: &Said) {
        let words = &self.bot.settings.words;
        if is_one_of(said, &words.cancel) {
            return self.cancel();
        }
        if ask.may_skip && is_one_of(said, &words.skip) {
            return self.go_on_after_question(step);
        }
        match ask.kind.read(said) {
            Some(value) => {
                self.learn(&ask.attribute, value, step);
                self.go_on_after_question(step);
            }
            None => self.not_understood(step, ask, said.text),
        }
    }

    fn go_on_after_question(&mut self, step: &Step) {
        let in_form = matches!(self.bot.widget(step), Some(Widget::Form(_)));
        let next = if in_form { step.next_part() } else { step.next() };
        self.run(next, Why::Dialogue(step.dialogue.clone()));
    }

    fn cancel(&mut self) {
        let words = &self.bot.settings.texts.cancelled;
        if words.is_empty() {
            return self.stand(None, Place::Idle);
        }
        self.say(Line::text(words), Why::Cancelled, Place::Idle);
    }

    fn not_understood(&mut self, step: &Step, ask: &Ask, text: &str) {
        match ask.limit {
            Some((limit, AtLimit::MoveOn)) if self.memory.tries + 1 >= limit => self.go_on_after_question(step),
            Some((limit, AtLimit::HandOff)) if self.memory.tries + 1 >= limit => {
                self.hand_off(Reason::NoAnswer, text, Some(step.clone()));
            }
            _ => {
                let last = ask.retries.len().saturating_sub(1);
                let text = ask.retries.get(last.min(self.memory.tries as usize)).unwrap_or(&ask.text);
                self.ask_with(step.clone(), text, ask, Why::NotUnderstood);
            }
        }
    }

    /// Every question was asked: what is known now goes out as one thing.
    pub(super) fn complete(&mut self, form: &Form, step: &Step) {
        let answer = |ask: &Ask| Some((ask.attribute.clone(), self.value(&ask.attribute)?.into_owned()));
        let answers: Vec<_> = form.questions.iter().filter_map(answer).collect();
        let from = self.origin(Some(step));
        self.events.push(Event::FormCompleted { form: form.id.clone(), answers: answers.clone(), from });
        self.alert_of_form(form, &answers, step);
        self.score(form.score, Some(step));
    }
}
