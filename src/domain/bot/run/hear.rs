//! What is done about a message: a tap first, then what calls a person, then the open question, then the other words.

use super::Run;
use crate::domain::bot::Widget;
use crate::domain::bot::answers::is_one_of;
use crate::domain::bot::fold::{Said, fold};
use crate::domain::bot::matching::Matches;
use crate::domain::bot::triggers::{Action, On, Trigger};
use crate::domain::event::{Event, Later, Place, Reason, Step, Why};
use crate::domain::message::{Choice, Heard, Line};

const TAP_HUMAN: &str = "offer:yes";
const TAP_BOT: &str = "offer:no";

impl<'a> Run<'a> {
    pub(super) fn answer(&mut self, heard: &Heard) {
        if self.memory.calling {
            return self.answer_while_calling(heard);
        }
        if self.bot.outside.is_some() {
            return self.answer_outside(heard);
        }
        if self.answer_referral(heard) || self.answer_tap(heard) {
            return;
        }
        if heard.is_wordless() {
            self.greet();
            return;
        }
        let bot = self.bot;
        let said = Said::new(&heard.text);
        let matches = bot.recognise(&said);
        if self.answer_call(&matches) || self.answer_open_question(&said) || self.answer_keyword(&matches) {
            return;
        }
        if self.answer_loosely(&said) || self.go_on_where_interrupted() || self.answer_by_hours() || self.greet() {
            return;
        }
        self.no_answer(&heard.text);
    }

    fn answer_referral(&mut self, heard: &Heard) -> bool {
        let Some(referral) = heard.referral.as_deref() else { return false };
        let pulled = self.find(|on| matches!(on, On::Referral(wanted) if wanted == referral));
        pulled.inspect(|trigger| self.pull(trigger, referral, Why::Referral(referral.to_owned()))).is_some()
    }

    /// Taps name what they mean, however old the button is.
    fn answer_tap(&mut self, heard: &Heard) -> bool {
        let Some(tap) = heard.tap.as_deref() else { return false };
        match tap {
            TAP_HUMAN => self.hand_off(Reason::NoAnswer, &heard.text, None),
            TAP_BOT => self.decline_human(),
            _ if self.answer_button(tap, &heard.text) => {}
            _ => match self.find(|on| matches!(on, On::Payload(payload) if payload == tap)) {
                Some(trigger) => self.pull(trigger, &heard.text, Why::Button(tap.to_owned())),
                None => self.start_over(),
            },
        }
        true
    }

    /// A button of our own: an option of a menu, or an answer to a question that has buttons.
    fn answer_button(&mut self, tap: &str, label: &str) -> bool {
        let Some((step, number)) = parse_option_id(tap) else { return false };
        let bot = self.bot;
        match bot.widget(&step) {
            Some(Widget::Menu { options, .. }) => match options.get(number) {
                Some(option) => self.choose(&step, option, label),
                None => return false,
            },
            // An answer counts while it is asked for; later it would be one to another question.
            Some(widget) if self.memory.place == Place::Asking(step.clone()) => match widget.ask(step.part) {
                Some(ask) => self.take_answer(&step, ask, &Said::new(label)),
                None => return false,
            },
            _ => return false,
        }
        true
    }

    /// What calls a person does it inside questions too; otherwise only if nothing comes before it.
    pub(super) fn answer_call(&mut self, matches: &Matches) -> bool {
        let inside = self.memory.calling || matches!(self.memory.place, Place::Asking(_));
        let Some(found) = matches.hand_off().filter(|found| inside || matches.best() == Some(*found)) else {
            return false;
        };
        let bot = self.bot;
        self.pull(bot.trigger(found.trigger), found.word, Why::Keyword(found.word.to_owned()));
        true
    }

    fn answer_keyword(&mut self, matches: &Matches) -> bool {
        let Some(found) = matches.best() else { return false };
        let bot = self.bot;
        let trigger = bot.trigger(found.trigger);
        if trigger.action == Action::Nothing {
            return false;
        }
        self.pull(trigger, found.word, Why::Keyword(found.word.to_owned()));
        true
    }

    fn answer_open_question(&mut self, said: &Said) -> bool {
        match self.memory.place.clone() {
            Place::Asking(step) => self.answer_question(&step, said),
            Place::OfferedHuman => self.answer_offer(said),
            Place::Idle | Place::Interrupted(_) | Place::Delayed { .. } => false,
            Place::Calling(_) | Place::CutOff(_) => false,
        }
    }

    fn answer_offer(&mut self, said: &Said) -> bool {
        let (texts, words) = (&self.bot.settings.texts, &self.bot.settings.words);
        let means = |label: &str, number: &str, words: &[String]| {
            said.folded.trim_ascii() == number || fold(label).starts_with(&said.folded) || is_one_of(said, words)
        };
        if said.is_empty() {
            false
        } else if means(&texts.offer_yes, "1", &words.yes) {
            self.hand_off(Reason::NoAnswer, said.text, None);
            true
        } else if means(&texts.offer_no, "2", &words.no) {
            self.decline_human();
            true
        } else {
            false
        }
    }

    fn decline_human(&mut self) {
        self.place = Place::Idle;
        self.start_over();
    }

    /// The first message of a session, by whether somebody is there.
    fn answer_by_hours(&mut self) -> bool {
        if self.memory.session.wrote {
            return false;
        }
        let fits = |on: &On| matches!(on, On::Hours { open } if *open == self.bot.is_open(self.memory.now));
        let Some(trigger) = self.find(fits) else { return false };
        self.pull(trigger, "", Why::Hours);
        true
    }

    pub(super) fn no_answer(&mut self, text: &str) {
        if self.memory.unmatched + 1 < self.bot.settings.no_answer_limit {
            if let Some(trigger) = self.find(|on| *on == On::NoMatch) {
                return self.pull(trigger, text, Why::NoAnswer);
            }
            let (words, stay) = (&self.bot.settings.texts.no_answer, self.place.clone());
            return self.say(Line::text(words), Why::NoAnswer, stay);
        }
        let texts = &self.bot.settings.texts;
        let choice = |id: &str, label: &str| Choice { id: id.to_owned(), label: label.to_owned() };
        let choices = vec![choice(TAP_HUMAN, &texts.offer_yes), choice(TAP_BOT, &texts.offer_no)];
        let line = Line { text: texts.offer_human.clone(), choices, attachment: None, wanted: None };
        self.say(line, Why::OfferedHuman, Place::OfferedHuman);
    }

    pub(super) fn find(&self, wanted: impl Fn(&On) -> bool) -> Option<&'a Trigger> {
        self.bot.other_triggers().find(|trigger| wanted(&trigger.on))
    }

    /// An attribute has another value now: what waits for that begins when the dialogue of the moment has ended.
    pub(super) fn attribute_changed(&mut self, name: &str, value: &str) {
        let fits = |on: &On| match on {
            On::Changed { attribute, is } => attribute == name && is.as_ref().is_none_or(|is| *is == fold(value)),
            _ => false,
        };
        let Some(trigger) = self.find(fits) else { return };
        match &trigger.action {
            Action::Go(dialogue) => {
                let later = Later { dialogue: dialogue.clone(), at: None };
                self.events.push(Event::Pulled { trigger: trigger.id.clone(), later: Some(later) });
                self.next = Some((trigger.id.clone(), dialogue.clone()));
            }
            Action::HandOff(reason) => self.wanted = Some((*reason, format!("{name}: {value}"))),
            Action::Nothing => {}
        }
        self.score(trigger.score, None);
    }
}

pub(super) fn option_id(step: &Step, option: usize) -> String {
    if step.part == 0 {
        return format!("menu:{}:{}:{}", step.dialogue, step.widget, option);
    }
    format!("menu:{}:{}.{}:{}", step.dialogue, step.widget, step.part, option)
}

fn parse_option_id(id: &str) -> Option<(Step, usize)> {
    let mut parts = id.strip_prefix("menu:")?.rsplitn(3, ':');
    let option = parts.next()?.parse().ok()?;
    let place = parts.next()?;
    let (widget, part) = place.split_once('.').unwrap_or((place, "0"));
    let (widget, part) = (widget.parse().ok()?, part.parse().ok()?);
    Some((Step { dialogue: parts.next()?.to_owned(), widget, part }, option))
}
