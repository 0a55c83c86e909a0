//! Dialogues, widget by widget.

use std::collections::BTreeSet;

use url::Url;

use super::{Check, ID_CHARS_MAX, OPTIONS_MAX};
use crate::domain::account::Channel;
use crate::domain::bot::fold::fold;
use crate::domain::label::{LABEL_CHARS_MAX, Label};
use crate::wire::bot::document::{Ask, Condition, Dialogue, Form, Labels, Menu, MenuOption, Widget};

const QUESTIONS_MAX: usize = 50;

impl Check<'_> {
    pub(super) fn dialogues(&mut self) {
        let mut seen = BTreeSet::new();
        for (number, dialogue) in self.document.dialogues.iter().enumerate() {
            let path = format!("dialogues[{number}]");
            let id = &dialogue.id;
            if id.trim().is_empty() || id.chars().count() > ID_CHARS_MAX {
                let fix = format!("Write 1 to {ID_CHARS_MAX} characters");
                self.wrong("id", format!("{path}.id"), "the id is empty or too long", fix);
            } else if !seen.insert(id) {
                let problem = format!("another dialogue has the id {id:?}");
                self.wrong("id", format!("{path}.id"), problem, "Give each its own");
            }
            if dialogue.widgets.is_empty() {
                let fix = "Add a widget, or remove the dialogue";
                self.wrong("empty-text", format!("{path}.widgets"), "the dialogue is empty", fix);
            }
            self.dialogue(&path, dialogue);
        }
    }

    fn dialogue(&mut self, path: &str, dialogue: &Dialogue) {
        for (place, widget) in dialogue.widgets.iter().enumerate() {
            self.widget(&format!("{path}.widgets[{place}]"), widget);
        }
        // After a menu and a hand-off the dialogue may go on.
        let leaves = |widget: &Widget| matches!(widget, Widget::Go(_) | Widget::End(_));
        if let Some(place) = dialogue.widgets.iter().position(leaves).filter(|at| at + 1 < dialogue.widgets.len()) {
            let problem = "nobody gets here: the widget before it leaves the dialogue";
            self.wrong("unreachable", format!("{path}.widgets[{}]", place + 1), problem, "Remove it, or move it up");
        }
    }

    fn widget(&mut self, path: &str, widget: &Widget) {
        match widget {
            Widget::Text(text) => self.text(format!("{path}.text"), text),
            Widget::Texts(texts) if texts.is_empty() => {
                self.wrong("empty-text", format!("{path}.texts"), "there is no text to choose from", "Add some");
            }
            Widget::Texts(texts) => {
                for (number, text) in texts.iter().enumerate() {
                    self.text(format!("{path}.texts[{number}]"), text);
                }
            }
            Widget::Image(image) => {
                self.address(format!("{path}.image.url"), &image.url);
                self.length(format!("{path}.image.text"), &image.text);
            }
            Widget::File(file) => {
                self.address(format!("{path}.file.url"), &file.url);
                self.text(format!("{path}.file.name"), &file.name);
                self.length(format!("{path}.file.text"), &file.text);
            }
            Widget::Menu(menu) => self.menu(&format!("{path}.menu"), menu),
            Widget::Ask(ask) => self.ask(&format!("{path}.ask"), ask),
            Widget::Form(form) => self.form(&format!("{path}.form"), form),
            Widget::EmailAlert(alert) => self.alert(&format!("{path}.email_alert"), alert),
            Widget::Set(set) => {
                self.attribute(format!("{path}.set.attribute"), &set.attribute);
                self.length(format!("{path}.set.value"), &set.value);
            }
            Widget::HttpCall(call) => self.http_call(&format!("{path}.http_call"), call),
            Widget::Label(labels) => self.labels(&format!("{path}.label"), labels),
            Widget::Branch(cases) => {
                if cases.is_empty() {
                    self.wrong(
                        "empty-text",
                        format!("{path}.branch"),
                        "the branch has no case",
                        "Add one, or remove it",
                    );
                }
                for (number, case) in cases.iter().enumerate() {
                    self.condition(&format!("{path}.branch[{number}].if"), &case.when);
                    self.go(format!("{path}.branch[{number}].go"), &case.go);
                }
            }
            Widget::Wait(seconds) => self.range(format!("{path}.wait"), "a wait of {} seconds", *seconds, 1..=86_400),
            Widget::Go(to) => self.go(format!("{path}.go"), to),
            Widget::HandOff(_) | Widget::Score(_) | Widget::End(_) => {}
        }
    }

    fn menu(&mut self, path: &str, menu: &Menu) {
        self.text(format!("{path}.text"), &menu.text);
        let count = menu.options.len();
        if count == 0 {
            self.wrong("empty-text", format!("{path}.options"), "the menu is empty", "Add an option");
        }
        if count > OPTIONS_MAX {
            let problem = format!("{count} options are more than {OPTIONS_MAX}");
            self.wrong("long-label", format!("{path}.options"), problem, "Channels show no more: split the menu");
        }
        let mut labels = BTreeSet::new();
        for (number, option) in menu.options.iter().enumerate() {
            let path = format!("{path}.options[{number}]");
            self.option(&path, option);
            if !option.label.trim().is_empty() && !labels.insert(fold(&option.label)) {
                let problem = format!("another option is called {:?}", option.label);
                self.wrong("id", format!("{path}.label"), problem, "Give each its own label");
            }
        }
    }

    fn option(&mut self, path: &str, option: &MenuOption) {
        self.label(format!("{path}.label"), &option.label);
        match (&option.go, option.hand_off) {
            (Some(go), false) => self.go(format!("{path}.go"), go),
            (None, _) => {}
            (Some(_), true) => {
                self.wrong("trigger", path, "the option has both go and hand_off", "Keep one of them");
            }
        }
    }

    fn ask(&mut self, path: &str, ask: &Ask) {
        self.text(format!("{path}.text"), &ask.text);
        self.attribute(format!("{path}.attribute"), &ask.attribute);
        for (number, retry) in ask.retry.iter().enumerate() {
            self.text(format!("{path}.retry[{number}]"), retry);
        }
        self.range(format!("{path}.limit"), "a limit of {}", ask.limit, 1..=10);
    }

    fn form(&mut self, path: &str, form: &Form) {
        self.text(format!("{path}.id"), &form.id);
        if let Some(alert) = &form.alert {
            self.alert(&format!("{path}.alert"), alert);
        }
        let count = form.questions.len();
        self.range(format!("{path}.questions"), "a number of {} questions", count, 1..=QUESTIONS_MAX);
        for (number, ask) in form.questions.iter().enumerate() {
            self.ask(&format!("{path}.questions[{number}]"), ask);
        }
    }

    fn labels(&mut self, path: &str, labels: &Labels) {
        let Labels { add, remove } = labels;
        if add.is_empty() && remove.is_empty() {
            self.wrong("label", path, "no label is put on or taken off", "Write \"add\" or \"remove\"");
        }
        for (what, list) in [("add", add), ("remove", remove)] {
            for (number, label) in list.iter().enumerate() {
                self.one_label(format!("{path}.{what}[{number}]"), label);
            }
        }
    }

    fn one_label(&mut self, path: String, label: &str) {
        if Label::parse(label).is_none() {
            let fix = format!("Write 1 to {LABEL_CHARS_MAX} characters on one line");
            self.wrong("label", path, format!("{label:?} is no label"), fix);
        }
    }

    fn condition(&mut self, path: &str, condition: &Condition) {
        let Condition { attribute, known, is, over, under, label, channel, hours, contact } = condition;
        let tests = [known.is_some(), is.is_some(), over.is_some(), under.is_some()];
        let tests = tests.into_iter().filter(|test| *test).count();
        match (attribute, tests) {
            (Some(_), 1) | (None, 0) => {}
            (Some(_), _) => {
                let problem = "an attribute is looked at in one way";
                self.wrong("condition", path, problem, "Write one of known, is, over and under");
            }
            (None, _) => {
                let problem = "there is no attribute to look at";
                self.wrong("condition", path, problem, "Add \"attribute\"");
            }
        }
        if let Some(label) = label {
            self.one_label(format!("{path}.label"), label);
        }
        let others = label.is_some() || channel.is_some() || hours.is_some() || contact.is_some();
        if attribute.is_none() && !others && tests == 0 {
            self.wrong("condition", path, "this is always so", "Say when, or use \"go\" instead");
        }
        if let Some(channel) = channel.as_deref().filter(|channel| Channel::parse(channel).is_none()) {
            let path = format!("{path}.channel");
            let fix = format!("Write one of {}", Channel::names());
            self.wrong("condition", path, format!("there is no channel {channel:?}"), fix);
        }
    }

    pub(super) fn address(&mut self, path: String, address: &str) {
        let good = Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !good {
            let fix = "Write where it lies, beginning with https://";
            self.wrong("broken-link", path, format!("{address:?} is not a web address"), fix);
        }
    }
}
