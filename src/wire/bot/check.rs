//! What can be wrong with a document that is well formed. Errors keep a bot from being used, warnings do not.
//!
//! Here is what concerns the whole; `triggers` and `widgets` look at one thing at a time, `paths` at where dialogues
//! lead, and `words` at what is matched, filled in and linked.

mod alerts;
mod calls;
mod entrances;
mod paths;
mod triggers;
mod widgets;
mod words;

pub(super) use calls::is_private;

use std::collections::BTreeSet;

use super::document::{Attribute, AttributeType, Document, Hours, Ladder};
use crate::domain::hours::{Holiday, Span};

/// What channels do not show would be cut or refused on the way.
pub use crate::domain::abilities::{LABEL_MAX as LABEL_CHARS_MAX, OPTIONS_MAX};

/// A week.
const PAUSE_MINUTES_MAX: u32 = 10_080;
const TEXT_CHARS_MAX: usize = 2000;
const ID_CHARS_MAX: usize = 64;
const DAY_MINUTES: u32 = 1_440;

/// The names of all rules.
pub const RULES: &[&str] = &[
    "shape",
    "empty-text",
    "long-text",
    "range",
    "attribute-name",
    "choices",
    "long-label",
    "hours",
    "endless-ladder",
    "no-dialogue",
    "no-attribute",
    "keyword-twice",
    "pattern",
    "first-contact",
    "trigger",
    "id",
    "page",
    "condition",
    "label",
    "broken-link",
    "call",
    "call-fails",
    "private-host",
    "outside",
    "entrance",
    "unreachable",
    "dead-end",
    "endless-loop",
    "no-human",
    "unset-attribute",
    "shadowed-keyword",
    "no-recipient",
    "open-recipient",
    "many-recipients",
];

/// Something wrong, by the path of what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: String,
    /// The name of the rule behind it.
    pub rule: &'static str,
    pub level: Level,
    pub problem: String,
    pub fix: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Error,
    Warning,
}

/// All that is wrong with the meaning of a document.
pub fn check(document: &Document) -> Vec<Problem> {
    let ids = document.dialogues.iter().map(|dialogue| dialogue.id.as_str()).collect();
    let mut check = Check { document, ids, problems: Vec::new() };
    check.head();
    check.attributes();
    check.hours();
    check.triggers();
    check.dialogues();
    check.ladder();
    check.entrances();
    check.outside();
    if check.problems.iter().all(|problem| problem.level == Level::Warning) {
        // What follows takes for granted that every name leads somewhere.
        check.paths();
        check.words();
    }
    check.problems
}

struct Check<'a> {
    document: &'a Document,
    ids: BTreeSet<&'a str>,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn head(&mut self) {
        let settings = &self.document.settings;
        self.text("name", &self.document.name);
        if self.document.language.trim().is_empty() {
            self.wrong("empty-text", "language", "the language is empty", "Write a language tag, such as \"en\"");
        }
        self.range("settings.pause_minutes", "a pause of {} minutes", settings.pause_minutes, 1..=PAUSE_MINUTES_MAX);
        self.range("settings.no_answer_limit", "a limit of {}", settings.no_answer_limit, 1..=100);
        self.text("settings.texts.no_answer", &settings.texts.no_answer);
        self.text("settings.texts.offer_human", &settings.texts.offer_human);
        self.label("settings.texts.offer_yes", &settings.texts.offer_yes);
        self.label("settings.texts.offer_no", &settings.texts.offer_no);
        self.text("settings.texts.back", &settings.texts.back);
        if let Some(hot) = &settings.hot_lead {
            self.range("settings.hot_lead.threshold", "a threshold of {}", hot.threshold, 1..=1_000_000);
            self.recipients("settings.hot_lead.alert", &hot.alert);
            self.number_of_recipients("settings.hot_lead.alert", &[&hot.alert]);
        }
    }

    fn attributes(&mut self) {
        for (name, attribute) in &self.document.attributes {
            let path = format!("attributes.{name}");
            let good = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
            if name.is_empty() || name.len() > ID_CHARS_MAX || !name.chars().all(good) {
                let fix = "Write lower-case letters, digits and _, such as \"email\"";
                self.wrong("attribute-name", path.as_str(), format!("{name:?} cannot name an attribute"), fix);
            }
            self.choices(&path, attribute);
        }
    }

    fn choices(&mut self, path: &str, attribute: &Attribute) {
        let path = format!("{path}.choices");
        match (attribute.kind == AttributeType::Choice, attribute.choices.len()) {
            (true, 0) => self.wrong("choices", path, "there is nothing to choose", "Add choices, or take another type"),
            (false, 1..) => {
                self.wrong("choices", path, "only the type \"choice\" has choices", "Remove them, or change the type");
            }
            (true, count) if count > OPTIONS_MAX => {
                let problem = format!("{count} choices are more than {OPTIONS_MAX}");
                self.wrong("long-label", path, problem, "Channels show no more: take fewer");
            }
            _ => {
                for (number, label) in attribute.choices.iter().enumerate() {
                    self.label(format!("{path}[{number}]"), label);
                }
            }
        }
    }

    fn hours(&mut self) {
        let Some(hours) = &self.document.settings.hours else { return };
        let named = Hours { zone: hours.zone.clone(), ..nothing() };
        if let Err(bad) = named.to_core() {
            self.wrong(
                "hours",
                "settings.hours.zone",
                bad.to_string(),
                "Write an IANA time zone, such as Europe/Lisbon",
            );
        }
        for (day, spans) in hours.week() {
            for (number, span) in spans.iter().enumerate() {
                if let Err(bad) = Span::parse(span) {
                    let path = format!("settings.hours.{day}[{number}]");
                    self.wrong("hours", path, bad.to_string(), "Write two times of a day, the later one last");
                }
            }
        }
        for (number, day) in hours.holidays.iter().enumerate() {
            if let Err(bad) = Holiday::parse(day) {
                let path = format!("settings.hours.holidays[{number}]");
                self.wrong("hours", path, bad.to_string(), "Write a day that is in the calendar");
            }
        }
    }

    fn ladder(&mut self) {
        let Some(ladder) = &self.document.ladder else { return };
        let Ladder { steps, last, closed, thanks, again } = ladder;
        for (number, step) in steps.iter().enumerate() {
            let path = format!("ladder.steps[{number}]");
            self.range(format!("{path}.after_minutes"), "{} minutes", step.after_minutes, 1..=DAY_MINUTES);
            self.length(format!("{path}.text"), &step.text);
            self.somebody(&format!("{path}.alert"), &step.alert);
            self.number_of_recipients(&format!("{path}.alert"), &[&step.alert]);
        }
        match last {
            Some(last) => {
                self.range("ladder.last.after_minutes", "{} minutes", last.after_minutes, 1..=DAY_MINUTES);
                self.length("ladder.last.text", &last.text);
                self.somebody("ladder.last.alert", &last.alert);
                self.number_of_recipients("ladder.last.alert", &[&last.alert]);
            }
            None => {
                let problem = "the ladder has no end: whoever waits is never told the truth";
                self.wrong(
                    "endless-ladder",
                    "ladder",
                    problem,
                    "Add \"last\", which says that nobody is free and asks how to reach the contact",
                );
            }
        }
        for (name, text) in [("closed", closed), ("thanks", thanks), ("again", again)] {
            if let Some(text) = text {
                self.text(format!("ladder.{name}"), text);
            }
        }
    }

    // --- What is looked at everywhere ---

    fn label(&mut self, path: impl Into<String>, label: &str) {
        let length = label.chars().count();
        if label.trim().is_empty() {
            self.wrong("empty-text", path, "the label is empty", "Write what the contact chooses");
        } else if length > LABEL_CHARS_MAX {
            let problem = format!("the label has {length} characters, more than {LABEL_CHARS_MAX}");
            self.wrong("long-label", path, problem, "Channels cut it: say it shorter");
        }
    }

    fn text(&mut self, path: impl Into<String>, text: &str) {
        if text.trim().is_empty() {
            return self.wrong("empty-text", path, "the text is empty", "Write what the contact reads");
        }
        self.length(path, text);
    }

    fn length(&mut self, path: impl Into<String>, text: &str) {
        let length = text.chars().count();
        if length > TEXT_CHARS_MAX {
            let problem = format!("the text has {length} characters, more than {TEXT_CHARS_MAX}");
            self.wrong("long-text", path, problem, "Make it two texts");
        }
    }

    fn go(&mut self, path: impl Into<String>, to: &str) {
        if !self.ids.contains(to) {
            let known = self.ids.iter().copied().collect::<Vec<_>>().join(", ");
            let fix = if known.is_empty() { "Add it".to_owned() } else { format!("Add it, or choose one of: {known}") };
            self.wrong("no-dialogue", path, format!("there is no dialogue {to:?}"), fix);
        }
    }

    fn attribute(&mut self, path: impl Into<String>, name: &str) {
        if !self.document.attributes.contains_key(name) {
            let problem = format!("the attribute {name:?} is not declared");
            self.wrong(
                "no-attribute",
                path,
                problem,
                format!("Add {name:?}: {{\"type\": \"text\"}} to \"attributes\""),
            );
        }
    }

    fn range<T: PartialOrd + std::fmt::Display>(
        &mut self,
        path: impl Into<String>,
        what: &str,
        value: T,
        good: std::ops::RangeInclusive<T>,
    ) {
        if !good.contains(&value) {
            let problem = format!("{} is out of range", what.replace("{}", &value.to_string()));
            self.wrong("range", path, problem, format!("Write {} to {}", good.start(), good.end()));
        }
    }

    fn wrong(
        &mut self,
        rule: &'static str,
        path: impl Into<String>,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.found(Level::Error, rule, path, problem, fix);
    }

    fn doubtful(
        &mut self,
        rule: &'static str,
        path: impl Into<String>,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.found(Level::Warning, rule, path, problem, fix);
    }

    fn found(
        &mut self,
        level: Level,
        rule: &'static str,
        path: impl Into<String>,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.problems.push(Problem { path: path.into(), rule, level, problem: problem.into(), fix: fix.into() });
    }
}

/// Hours without any.
fn nothing() -> Hours {
    let none = Vec::new;
    Hours {
        zone: String::new(),
        monday: none(),
        tuesday: none(),
        wednesday: none(),
        thursday: none(),
        friday: none(),
        saturday: none(),
        sunday: none(),
        holidays: none(),
    }
}

#[cfg(test)]
#[path = "check/tests.rs"]
mod tests;
