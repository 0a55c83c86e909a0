//! What triggers wait for, and what they do.

use std::collections::BTreeSet;

use super::{Check, ID_CHARS_MAX};
use crate::domain::bot::fold::fold;
use crate::domain::bot::matching::pattern_set;
use crate::wire::bot::document::{Match, Page, Trigger};

/// All patterns of a bot are tried on every message.
const PATTERNS_MAX: usize = 200;

impl Check<'_> {
    pub(super) fn triggers(&mut self) {
        let triggers = &self.document.triggers;
        self.first_contact(triggers);
        let (mut seen, mut ids) = (BTreeSet::new(), BTreeSet::new());
        for (number, trigger) in triggers.iter().enumerate() {
            let path = format!("triggers[{number}]");
            self.trigger(&path, trigger);
            self.trigger_id(&path, trigger, &mut ids);
            for (word, keyword) in trigger.keywords.iter().enumerate() {
                let path = format!("{path}.keywords[{word}]");
                let key = if trigger.matching == Match::Pattern { keyword.clone() } else { fold(keyword) };
                if key.trim().is_empty() {
                    self.wrong("empty-text", path, "the keyword is empty", "Write a word or a phrase, or remove it");
                } else if !seen.insert((trigger.matching as u8, key)) {
                    let problem = format!("the keyword {keyword:?} is used twice");
                    self.wrong("keyword-twice", path, problem, "Keep it in one place");
                } else if trigger.matching == Match::Pattern
                    && let Err(error) = pattern_set(&[keyword])
                {
                    let words = error.to_string();
                    let problem = words.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                    self.wrong(
                        "pattern",
                        path,
                        format!("this pattern cannot be read: {problem}"),
                        "Mend it, or use words",
                    );
                }
            }
        }
        self.patterns_together(triggers);
    }

    fn first_contact(&mut self, triggers: &[Trigger]) {
        let first: Vec<usize> = (0..triggers.len()).filter(|number| triggers[*number].first_contact).collect();
        match first.as_slice() {
            [] if self.document.outside.is_some() => {}
            [] => {
                let fix = "Add {\"first_contact\": true, \"go\": \"…\"}";
                self.wrong("first-contact", "triggers", "nothing greets a new contact", fix);
            }
            [_] => {}
            [_, more @ ..] => more.iter().for_each(|number| {
                let path = format!("triggers[{number}].first_contact");
                let problem = "another trigger is for the first contact already";
                self.wrong("first-contact", path, problem, "Keep one of them");
            }),
        }
    }

    fn trigger(&mut self, path: &str, trigger: &Trigger) {
        let waits = waits_for(trigger);
        match waits.as_slice() {
            [_] => {}
            [] => {
                let problem = "the trigger has nothing to wait for";
                self.wrong("trigger", path, problem, "Add keywords, or \"first_contact\": true, or \"page\", …");
            }
            several => {
                let problem = format!("the trigger waits for several things: {}", several.join(", "));
                self.wrong("trigger", path, problem, "Make a trigger of each");
            }
        }
        if trigger.keywords.is_empty() && (trigger.matching != Match::Word || trigger.typos) {
            let problem = "\"match\" and \"typos\" speak of keywords, and there are none";
            self.wrong("trigger", path, problem, "Remove them, or add keywords");
        }
        if let Some(page) = &trigger.page {
            self.page(&format!("{path}.page"), page);
        }
        if let Some(changed) = &trigger.attribute {
            self.attribute(format!("{path}.attribute.name"), &changed.name);
        }
        self.trigger_action(path, trigger);
    }

    fn trigger_action(&mut self, path: &str, trigger: &Trigger) {
        match (&trigger.go, trigger.hand_off) {
            (Some(go), None) => self.go(format!("{path}.go"), go),
            (None, Some(_)) if trigger.first_contact => {
                let fix = "Go to a dialogue; it may hand off";
                self.wrong("first-contact", format!("{path}.hand_off"), "nothing greets a new contact", fix);
            }
            (None, Some(_)) => {}
            (Some(_), Some(_)) => {
                self.wrong("trigger", path, "the trigger has both go and hand_off", "Keep one of them")
            }
            (None, None) if trigger.score != 0 && (trigger.page.is_some() || trigger.attribute.is_some()) => {}
            (None, None) => self.wrong("trigger", path, "the trigger does nothing", "Add \"go\" or \"hand_off\""),
        }
    }

    fn trigger_id<'a>(&mut self, path: &str, trigger: &'a Trigger, ids: &mut BTreeSet<&'a str>) {
        let Some(id) = trigger.id.as_deref() else { return };
        let path = format!("{path}.id");
        if id.trim().is_empty() || id.chars().count() > ID_CHARS_MAX {
            self.wrong("id", path, "the id is empty or too long", format!("Write 1 to {ID_CHARS_MAX} characters"));
        } else if !ids.insert(id) {
            self.wrong("id", path, format!("another trigger has the id {id:?}"), "Give each its own");
        }
    }

    fn page(&mut self, path: &str, page: &Page) {
        if !page.path.starts_with(['/', '*']) {
            let problem = format!("{:?} is not the path of a page", page.path);
            self.wrong(
                "page",
                format!("{path}.path"),
                problem,
                "Write what follows the server, such as /prices or /shop/*",
            );
        }
        self.range(format!("{path}.after_seconds"), "{} seconds", page.after_seconds, 0..=3_600);
        self.range(format!("{path}.visits"), "a number of {} visits", page.visits, 1..=100);
    }

    fn patterns_together(&mut self, triggers: &[Trigger]) {
        let with_patterns = triggers.iter().filter(|trigger| trigger.matching == Match::Pattern);
        let patterns: Vec<&str> = with_patterns.flat_map(|trigger| &trigger.keywords).map(String::as_str).collect();
        let fix = "Take fewer, or simpler ones";
        if patterns.len() > PATTERNS_MAX {
            let problem = format!("{} patterns are more than {PATTERNS_MAX}", patterns.len());
            self.wrong("pattern", "triggers", problem, fix);
        } else if patterns.iter().all(|pattern| pattern_set(&[pattern]).is_ok()) && pattern_set(&patterns).is_err() {
            self.wrong("pattern", "triggers", "the patterns are too large together", fix);
        }
    }
}

fn waits_for(trigger: &Trigger) -> Vec<&'static str> {
    let things = [
        ("keywords", !trigger.keywords.is_empty()),
        ("first_contact", trigger.first_contact),
        ("page", trigger.page.is_some()),
        ("payload", trigger.payload.is_some()),
        ("referral", trigger.referral.is_some()),
        ("no_match", trigger.no_match),
        ("attribute", trigger.attribute.is_some()),
        ("hours", trigger.hours.is_some()),
    ];
    things.into_iter().filter(|(_, waits)| *waits).map(|(name, _)| name).collect()
}
