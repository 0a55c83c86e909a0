//! Words that are matched in vain, filled in from nowhere, or lead nowhere.

use std::collections::BTreeSet;

use url::Url;

use super::Check;
use crate::domain::bot::fold::Said;
use crate::domain::bot::template::Template;
use crate::domain::ids::BotId;
use crate::wire::bot::document::{Ask, Document, EmailAlert, Match, Widget};

/// What the bot knows by itself, or the ladder asks for.
const KNOWN: [&str; 5] = ["name", "channel", "opens", "phone", "email"];

impl Check<'_> {
    pub(super) fn words(&mut self) {
        self.shadowed_keywords();
        let set = attributes_set(self.document);
        for (path, text) in texts(self.document) {
            for (name, _) in Template::from(text).names() {
                self.used(&path, name, &set);
            }
            self.links(&path, text);
        }
        for (path, name) in attributes_looked_at(self.document) {
            self.used(&path, name, &set);
        }
    }

    /// A keyword that never decides anything, since another one always lies in it and wins.
    fn shadowed_keywords(&mut self) {
        let bot = self.document.to_bot(BotId::new("checked"));
        let triggers = &self.document.triggers;
        // Only triggers with keywords can be found, and none is left out on the way to the bot that runs.
        for (number, trigger) in triggers.iter().enumerate().filter(|(_, one)| one.matching != Match::Pattern) {
            for (word, keyword) in trigger.keywords.iter().enumerate() {
                let said = Said::new(keyword);
                let Some(found) = bot.recognise(&said).best().filter(|found| found.trigger != number) else { continue };
                let problem = format!("{keyword:?} is never reached: {:?} is found in it and wins", found.word);
                let path = format!("triggers[{number}].keywords[{word}]");
                self.doubtful("shadowed-keyword", path, problem, "Give its trigger a higher priority, or remove it");
            }
        }
    }

    fn used(&mut self, path: &str, name: &str, set: &BTreeSet<&str>) {
        if KNOWN.contains(&name) || set.contains(name) {
            return;
        }
        if self.document.attributes.contains_key(name) {
            let problem = format!("the attribute {name:?} is used, and nothing in this bot sets it");
            self.doubtful("unset-attribute", path, problem, "Ask for it, set it, or leave it to agents and programs");
        } else {
            self.attribute(path, name);
        }
    }

    fn links(&mut self, path: &str, text: &str) {
        let starts = |word: &&str| word.starts_with("http://") || word.starts_with("https://");
        for link in text.split_whitespace().filter(starts) {
            let plain = link.trim_end_matches(['.', ',', ';', ')', '!', '?']);
            if !plain.contains("{{") && !Url::parse(plain).is_ok_and(|url| url.has_host()) {
                self.doubtful("broken-link", path, format!("{plain:?} is not a web address"), "Mend it");
            }
        }
    }
}

fn attributes_set(document: &Document) -> BTreeSet<&str> {
    let widgets = document.dialogues.iter().flat_map(|dialogue| &dialogue.widgets);
    widgets
        .flat_map(|widget| match widget {
            Widget::Ask(ask) => vec![ask.attribute.as_str()],
            Widget::Form(form) => form.questions.iter().map(|ask| ask.attribute.as_str()).collect(),
            Widget::Set(set) => vec![set.attribute.as_str()],
            Widget::HttpCall(call) => call.answer.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        })
        .collect()
}

/// The attributes that branches look at, by where.
fn attributes_looked_at(document: &Document) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    for (path, widget) in widgets(document) {
        let Widget::Branch(cases) = widget else { continue };
        for (number, case) in cases.iter().enumerate() {
            let name = case.when.attribute.as_deref();
            found.extend(name.map(|name| (format!("{path}.branch[{number}].if.attribute"), name)));
        }
    }
    found
}

fn widgets(document: &Document) -> impl Iterator<Item = (String, &Widget)> {
    document.dialogues.iter().enumerate().flat_map(|(number, dialogue)| {
        let path = move |place| format!("dialogues[{number}].widgets[{place}]");
        dialogue.widgets.iter().enumerate().map(move |(place, widget)| (path(place), widget))
    })
}

/// Every text with places, by where it stands.
fn texts(document: &Document) -> Vec<(String, &str)> {
    let mut texts: Vec<(String, &str)> = Vec::new();
    for (path, widget) in widgets(document) {
        match widget {
            Widget::Text(text) => texts.push((format!("{path}.text"), text)),
            Widget::Texts(several) => {
                texts.extend(
                    several.iter().enumerate().map(|(at, text)| (format!("{path}.texts[{at}]"), text.as_str())),
                );
            }
            Widget::Image(image) => texts.push((format!("{path}.image.text"), &image.text)),
            Widget::File(file) => texts.push((format!("{path}.file.text"), &file.text)),
            Widget::Menu(menu) => texts.push((format!("{path}.menu.text"), &menu.text)),
            Widget::Set(set) => texts.push((format!("{path}.set.value"), &set.value)),
            Widget::Ask(ask) => push_ask(&mut texts, &format!("{path}.ask"), ask),
            Widget::EmailAlert(alert) => push_alert(&mut texts, &format!("{path}.email_alert"), alert),
            Widget::Form(form) => {
                if let Some(alert) = &form.alert {
                    push_alert(&mut texts, &format!("{path}.form.alert"), alert);
                }
                for (at, ask) in form.questions.iter().enumerate() {
                    push_ask(&mut texts, &format!("{path}.form.questions[{at}]"), ask);
                }
            }
            Widget::HttpCall(call) => {
                texts.push((format!("{path}.http_call.url"), &call.url));
                let send = call.send.iter();
                texts.extend(send.map(|(name, value)| (format!("{path}.http_call.send.{name}"), value.as_str())));
            }
            _ => {}
        }
    }
    texts
}

fn push_ask<'a>(texts: &mut Vec<(String, &'a str)>, path: &str, ask: &'a Ask) {
    texts.push((format!("{path}.text"), &ask.text));
    texts.extend(ask.retry.iter().enumerate().map(|(at, retry)| (format!("{path}.retry[{at}]"), retry.as_str())));
}

fn push_alert<'a>(texts: &mut Vec<(String, &'a str)>, path: &str, alert: &'a EmailAlert) {
    for (name, recipients) in [("to", &alert.to), ("cc", &alert.cc)] {
        let places = recipients.list().iter().enumerate();
        texts.extend(places.map(|(at, recipient)| (format!("{path}.{name}[{at}]"), recipient.as_str())));
    }
    texts.extend(alert.reply_to.iter().map(|reply_to| (format!("{path}.reply_to"), reply_to.as_str())));
    texts.push((format!("{path}.subject"), &alert.subject));
    texts.push((format!("{path}.body"), &alert.body));
}
