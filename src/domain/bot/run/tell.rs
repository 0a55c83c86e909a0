//! What events are made of: lines with the contact's own words in them, points, hand-offs.

use std::borrow::Cow;

use super::Run;
use crate::domain::bot::branch::{Case, Situation};
use crate::domain::bot::template::Template;
use crate::domain::event::{Event, Origin, Place, Reason, Step, Why};
use crate::domain::label::{self, LABELS_MAX, Label};
use crate::domain::message::{Attachment, AttachmentKind, Line};

const WORDS_CHARS_MAX: usize = 200;

impl<'a> Run<'a> {
    pub(super) fn say(&mut self, line: Line, why: Why, then: Place) {
        self.tell(line, why, None, then);
    }

    /// Says what the widget at `step` says.
    pub(super) fn say_at(&mut self, step: &Step, line: Line, why: Why, then: Place) {
        self.tell(line, why, Some(step), then);
    }

    fn tell(&mut self, line: Line, why: Why, step: Option<&Step>, then: Place) {
        let from = self.origin(step);
        let turn = self.memory.turn + u64::from(self.handed_off);
        self.place = then.clone();
        self.events.push(Event::BotSaid { line, why, from, then, turn });
    }

    /// Moves on without a word; `step` is the widget behind it.
    pub(super) fn stand(&mut self, step: Option<&Step>, then: Place) {
        if self.place != then {
            self.place = then.clone();
            self.events.push(Event::BotMoved { from: self.origin(step), then });
        }
    }

    /// Calls a person. When nobody is there, that is what the contact is told.
    pub(super) fn hand_off(&mut self, reason: Reason, words: &str, step: Option<Step>) {
        let (bot, now) = (self.bot, self.memory.now);
        let then = std::mem::take(&mut self.place).interrupted();
        let is_open = bot.is_open(now);
        let words_said = bot.settings.texts.calling(reason);
        if is_open && !words_said.is_empty() {
            self.say(Line::text(words_said), Why::CallingHuman, then.clone());
        }
        self.place = then.clone();
        let opening = bot.settings.hours.as_ref().filter(|_| !is_open).and_then(|hours| hours.next_opening(now));
        let next = opening.or_else(|| bot.ladder.next_after(0).map(|after| now + after));
        let words = words.chars().take(WORDS_CHARS_MAX).collect();
        let (from, closed) = (self.origin(step.as_ref()), opening.is_some());
        self.events.push(Event::HandedOff { reason, words, then: then.clone(), from, closed, next });
        self.handed_off = true;
        if !is_open {
            let text = self.fill(&Template::from(bot.ladder.closed.as_str()));
            self.say(Line::text(text), Why::AskingHowToReach, then);
        }
    }

    pub(super) fn learn(&mut self, name: &str, value: String, step: &Step) {
        self.learn_from(name, value, Some(step));
    }

    pub(super) fn learn_from(&mut self, name: &str, value: String, step: Option<&Step>) {
        if self.value(name).as_deref() == Some(value.as_str()) {
            return;
        }
        let from = self.origin(step);
        self.events.push(Event::AttributeSet { name: name.to_owned(), value: value.clone(), by: None, from });
        self.attribute_changed(name, &value);
        self.learned.push((name.to_owned(), value));
    }

    /// Labels that change nothing are passed over.
    pub(super) fn label(&mut self, add: &[Label], remove: &[Label], step: &Step) {
        let changes = remove.iter().map(|label| (label, false)).chain(add.iter().map(|label| (label, true)));
        for (label, on) in changes {
            if self.carries(label) == on {
                continue;
            }
            let labels = self.labels.get_or_insert_with(|| self.memory.labels.clone());
            if on && labels.len() >= LABELS_MAX {
                self.events.push(label::left_out(label));
                continue;
            }
            if on {
                labels.insert(label.clone())
            } else {
                labels.remove(label)
            };
            let from = self.origin(Some(step));
            self.events.push(Event::Labelled { label: label.clone(), on, by: None, from });
        }
    }

    fn carries(&self, label: &Label) -> bool {
        self.labels.as_ref().unwrap_or(self.memory.labels).contains(label)
    }

    /// Counts points; the first time they are enough, the contact is a hot lead.
    pub(super) fn score(&mut self, points: i32, step: Option<&Step>) {
        if points == 0 {
            return;
        }
        self.scored = self.scored.saturating_add(points);
        let total = self.memory.session.score.saturating_add(self.scored);
        let new = !self.memory.session.hot && !self.hot;
        let reached = self.bot.settings.hot_lead.as_ref().filter(|hot| new && total >= hot.threshold);
        let from = self.origin(step);
        self.events.push(Event::Scored { points, hot: reached.is_some(), from });
        let Some(hot) = reached else { return };
        self.hot = true;
        let text = format!("A hot lead: {total} points in this session.");
        self.events.push(Event::Alerted { text: text.clone() });
        self.alert_of_hot_lead(hot, text, step);
        if hot.hand_off {
            self.wanted = Some((Reason::HotLead, format!("{total} points")));
        }
    }

    pub(super) fn origin(&self, step: Option<&Step>) -> Origin {
        Origin { bot: self.bot.version(), trigger: self.trigger.clone(), widget: step.cloned() }
    }

    pub(super) fn attachment(&self, kind: AttachmentKind, url: &str, name: &str, text: &Template) -> Line {
        let attachment = Some(Attachment { kind, url: url.to_owned(), name: name.to_owned(), bytes: None });
        Line { text: self.fill(text), choices: Vec::new(), attachment, wanted: None }
    }

    pub(super) fn fill(&self, text: &Template) -> String {
        text.fill(|name| self.value(name))
    }

    /// What is known under this name: an attribute, or else what the bot knows by itself.
    pub(super) fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        let learned = self.learned.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        if let Some(value) = learned.or_else(|| self.memory.attributes.get(name).map(String::as_str)) {
            return Some(Cow::Borrowed(value));
        }
        match name {
            "name" => self.memory.name.map(Cow::Borrowed),
            "channel" => Some(Cow::Borrowed(self.memory.channel.as_str())),
            "opens" => {
                let hours = self.bot.settings.hours.as_ref()?;
                Some(Cow::Owned(hours.written(hours.next_opening(self.memory.now)?)))
            }
            _ => None,
        }
    }

    pub(super) fn branch<'b>(&self, cases: &'b [Case]) -> Option<&'b str> {
        let value = |name: &str| self.value(name).map(Cow::into_owned);
        let open = || self.bot.is_open(self.memory.now);
        let first = self.memory.session.number <= 1;
        let label = |label: &Label| self.carries(label);
        let situation = Situation { value: &value, label: &label, channel: self.memory.channel, open: &open, first };
        cases.iter().find(|case| case.when.holds(&situation)).map(|case| case.go.as_str())
    }
}
