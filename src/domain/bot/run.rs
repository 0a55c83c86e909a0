//! What a bot says next. Pure: the conversation's place and the contact's words in, events out.

use super::matching::fold;
use super::{Action, AnswerKind, Bot, MenuOption, Widget};
use crate::domain::event::{Event, Place, Reason, Step, Why};
use crate::domain::ids::Turn;
use crate::domain::message::{Choice, Heard, Line};

/// A dialogue that goes on longer than this without asking anything runs in a circle.
const WIDGETS_PER_TURN_MAX: usize = 50;
const ANSWER_CHARS_MAX: usize = 1_000;
const TAP_HUMAN: &str = "offer:yes";
const TAP_BOT: &str = "offer:no";

/// What the bot remembers of a conversation.
#[derive(Debug, Clone)]
pub struct Memory {
    pub turn: Turn,
    pub place: Place,
    pub unmatched: u32,
    pub greeted: bool,
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
    if !run.go_on_where_interrupted() {
        run.start_over();
    }
    run.finish()
}

struct Run<'a> {
    bot: &'a Bot,
    memory: Memory,
    /// The place as the events so far leave it.
    place: Place,
    /// Where to go on once the dialogue of the moment has ended.
    afterwards: Place,
    events: Vec<Event>,
}

impl<'a> Run<'a> {
    fn new(bot: &'a Bot, memory: Memory) -> Self {
        let place = memory.place.clone();
        Self { bot, memory, place, afterwards: Place::Idle, events: Vec::new() }
    }

    fn finish(self) -> Vec<Event> {
        self.events
    }

    fn answer(&mut self, heard: &Heard) {
        if self.answer_tap(heard) || self.hand_off_if_urgent(&heard.text) {
            return;
        }
        let taken = match self.memory.place.clone() {
            Place::Asking(step) => self.answer_question(&step, &heard.text),
            Place::OfferedHuman => self.answer_offer(&heard.text),
            Place::Idle | Place::Interrupted(_) => false,
        };
        if !taken && !self.answer_keyword(&heard.text) && !self.go_on_where_interrupted() && !self.greet() {
            self.no_answer();
        }
    }

    /// Taps name what they mean, however old the button is.
    fn answer_tap(&mut self, heard: &Heard) -> bool {
        let Some(tap) = heard.tap.as_deref() else { return false };
        match tap {
            TAP_HUMAN => self.hand_off(Reason::NoAnswer, &heard.text),
            TAP_BOT => self.decline_human(),
            _ => match self.tapped_option(tap) {
                Some((step, action)) => self.choose(&step, action, &heard.text),
                None => self.start_over(),
            },
        }
        true
    }

    fn tapped_option(&self, tap: &str) -> Option<(Step, Action)> {
        let (step, option) = parse_option_id(tap)?;
        let Widget::Menu { options, .. } = self.bot.widget(&step)? else { return None };
        Some((step, options.get(option)?.action.clone()))
    }

    fn hand_off_if_urgent(&mut self, text: &str) -> bool {
        let Some(found) = self.bot.recognise(text) else { return false };
        let Action::HandOff(reason) = *found.action else { return false };
        self.hand_off(reason, found.word);
        true
    }

    fn answer_keyword(&mut self, text: &str) -> bool {
        let Some(found) = self.bot.recognise(text) else { return false };
        let Action::Go(dialogue) = found.action else { return false };
        if let Place::Interrupted(_) = &self.memory.place {
            self.afterwards = self.memory.place.clone();
        }
        self.run(Step { dialogue: dialogue.clone(), widget: 0 }, Why::Keyword(found.word.to_owned()));
        if self.place == Place::Idle {
            self.afterwards = Place::Idle;
            self.go_on_where_interrupted();
        }
        true
    }

    fn answer_question(&mut self, step: &Step, text: &str) -> bool {
        match self.bot.widget(step) {
            Some(Widget::Ask { attribute, kind, retry, .. }) => self.take_answer(step, attribute, *kind, retry, text),
            Some(Widget::Menu { options, .. }) => match meant(options, text) {
                Some(option) => self.choose(step, option.action.clone(), text),
                None => return false,
            },
            _ => return false,
        }
        true
    }

    fn take_answer(&mut self, step: &Step, attribute: &str, kind: AnswerKind, retry: &str, text: &str) {
        match kind.read(text) {
            Some(value) => {
                self.events.push(Event::AttributeSet { name: attribute.to_owned(), value });
                self.run(step.next(), Why::Dialogue(step.dialogue.clone()));
            }
            None => self.say(Line::text(retry), Why::AskedAgain, Place::Asking(step.clone())),
        }
    }

    fn choose(&mut self, step: &Step, action: Action, words: &str) {
        match action {
            Action::Go(dialogue) => {
                let why = Why::Dialogue(dialogue.clone());
                self.run(Step { dialogue, widget: 0 }, why);
            }
            Action::HandOff(reason) => {
                self.place = self.after(step);
                self.hand_off(reason, words);
            }
        }
    }

    fn answer_offer(&mut self, text: &str) -> bool {
        let texts = &self.bot.settings.texts;
        let (yes, no, said) = (fold(&texts.offer_yes), fold(&texts.offer_no), fold(text));
        let means = |label: &str, number: &str| said == label || said.trim() == number || label.starts_with(&said);
        if said.trim().is_empty() {
            false
        } else if means(&yes, "1") {
            self.hand_off(Reason::NoAnswer, text);
            true
        } else if means(&no, "2") {
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

    /// As with a new contact: also what a button leads to that the bot no longer has, or that starts the chat.
    fn start_over(&mut self) {
        self.memory.greeted = false;
        if !self.greet() {
            self.no_answer();
        }
    }

    fn greet(&mut self) -> bool {
        match &self.bot.first_contact {
            Some(dialogue) if !self.memory.greeted => {
                self.run(Step { dialogue: dialogue.clone(), widget: 0 }, Why::FirstContact);
                true
            }
            _ => false,
        }
    }

    fn go_on_where_interrupted(&mut self) -> bool {
        let Place::Interrupted(step) = self.memory.place.clone() else { return false };
        if self.bot.widget(&step).is_none() {
            return false;
        }
        let question = self.bot.question(&step).is_some();
        let why = if question { Why::AskedAgain } else { Why::Dialogue(step.dialogue.clone()) };
        self.run(step, why);
        true
    }

    fn no_answer(&mut self) {
        let texts = &self.bot.settings.texts;
        if self.memory.unmatched + 1 < self.bot.settings.no_answer_limit {
            let stay = self.place.clone();
            return self.say(Line::text(&texts.no_answer), Why::NoAnswer, stay);
        }
        let choice = |id: &str, label: &str| Choice { id: id.to_owned(), label: label.to_owned() };
        let choices = vec![choice(TAP_HUMAN, &texts.offer_yes), choice(TAP_BOT, &texts.offer_no)];
        let line = Line { text: texts.offer_human.clone(), choices };
        self.say(line, Why::OfferedHuman, Place::OfferedHuman);
    }

    /// Runs widgets from `step` on, until one waits for the contact or the dialogue ends.
    fn run(&mut self, mut step: Step, why: Why) {
        for _ in 0..WIDGETS_PER_TURN_MAX {
            match self.bot.widget(&step) {
                None | Some(Widget::End) => return self.stand(Place::Idle),
                Some(Widget::Text(text)) => self.say(Line::text(text), why.clone(), Place::Idle),
                Some(Widget::Menu { text, options }) => {
                    let line = Line { text: text.clone(), choices: choices(&step, options) };
                    return self.say(line, why, Place::Asking(step));
                }
                Some(Widget::Ask { text, .. }) => return self.say(Line::text(text), why, Place::Asking(step)),
                Some(Widget::HandOff(reason)) => {
                    self.place = self.after(&step);
                    return self.hand_off(*reason, "");
                }
                Some(Widget::Go(dialogue)) => {
                    step = Step { dialogue: dialogue.clone(), widget: 0 };
                    continue;
                }
            }
            step = step.next();
        }
        self.place = self.afterwards.clone();
        self.hand_off(Reason::BotFailed, &format!("dialogue “{}” runs in a circle", step.dialogue));
    }

    /// The place from which to go on after the widget at `step`.
    fn after(&self, step: &Step) -> Place {
        let next = step.next();
        if self.bot.widget(&next).is_some() { Place::Interrupted(next) } else { self.afterwards.clone() }
    }

    fn hand_off(&mut self, reason: Reason, words: &str) {
        let then = match std::mem::take(&mut self.place) {
            Place::Asking(step) => Place::Interrupted(step),
            Place::OfferedHuman => Place::Idle,
            place => place,
        };
        let calling = &self.bot.settings.texts.calling_human;
        if !calling.is_empty() {
            self.say(Line::text(calling), Why::CallingHuman, then.clone());
        }
        self.place = then.clone();
        self.events.push(Event::HandedOff { reason, words: words.chars().take(200).collect(), then });
    }

    fn say(&mut self, line: Line, why: Why, then: Place) {
        self.place = then.clone();
        self.events.push(Event::BotSaid { line, why, then, turn: self.memory.turn });
    }

    fn stand(&mut self, then: Place) {
        if self.place != then {
            self.place = then.clone();
            self.events.push(Event::BotMoved { then });
        }
    }
}

impl Step {
    fn next(&self) -> Step {
        Step { dialogue: self.dialogue.clone(), widget: self.widget + 1 }
    }
}

impl AnswerKind {
    /// The value in an answer, or none if the answer is not of this kind.
    fn read(self, text: &str) -> Option<String> {
        let text = text.trim();
        let fits = match self {
            AnswerKind::Text => true,
            AnswerKind::Email => is_email(text),
            AnswerKind::Number => text.replace(',', ".").parse::<f64>().is_ok_and(f64::is_finite),
            AnswerKind::Phone => is_phone(text),
        };
        (fits && !text.is_empty()).then(|| text.chars().take(ANSWER_CHARS_MAX).collect())
    }
}

fn is_email(text: &str) -> bool {
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c));
    match text.split_once('@') {
        Some((local, domain)) => {
            plain
                && (1..=64).contains(&local.len())
                && domain.len() <= 189
                && domain.contains('.')
                && !domain.contains('@')
        }
        None => false,
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (5..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " +-/().".contains(c))
}

/// The option a typed answer means: its number or its label.
fn meant<'a>(options: &'a [MenuOption], text: &str) -> Option<&'a MenuOption> {
    let said = fold(text);
    let number = said.trim().parse::<usize>().ok().and_then(|number| options.get(number.checked_sub(1)?));
    number.or_else(|| options.iter().find(|option| fold(&option.label) == said))
}

fn choices(step: &Step, options: &[MenuOption]) -> Vec<Choice> {
    let choice =
        |(index, option): (usize, &MenuOption)| Choice { id: option_id(step, index), label: option.label.clone() };
    options.iter().enumerate().map(choice).collect()
}

fn option_id(step: &Step, option: usize) -> String {
    format!("menu:{}:{}:{}", step.dialogue, step.widget, option)
}

fn parse_option_id(id: &str) -> Option<(Step, usize)> {
    let mut parts = id.strip_prefix("menu:")?.rsplitn(3, ':');
    let option = parts.next()?.parse().ok()?;
    let widget = parts.next()?.parse().ok()?;
    Some((Step { dialogue: parts.next()?.to_owned(), widget }, option))
}
