//! What can be wrong with a document that is well formed.

use std::collections::BTreeSet;

use super::{Ask, Document, Menu, MenuOption, Trigger, Widget};

/// A week.
const PAUSE_MINUTES_MAX: u32 = 10_080;
/// Messenger's limits: what they forbid would be cut or refused on the way.
const OPTIONS_MAX: usize = 13;
const LABEL_CHARS_MAX: usize = 20;
const TEXT_CHARS_MAX: usize = 2000;
const ID_CHARS_MAX: usize = 64;

/// Something wrong, by the path of what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: String,
    pub problem: String,
    pub fix: String,
}

/// All that is wrong with the meaning of a document.
pub fn check(document: &Document) -> Vec<Problem> {
    let ids = document.dialogues.iter().map(|dialogue| dialogue.id.as_str()).collect();
    let mut check = Check { ids, problems: Vec::new() };
    check.head(document);
    check.triggers(&document.triggers);
    check.dialogues(document);
    check.problems
}

struct Check<'a> {
    ids: BTreeSet<&'a str>,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn head(&mut self, document: &Document) {
        let settings = &document.settings;
        self.text("name", &document.name);
        if document.language.trim().is_empty() {
            self.wrong("language", "the language is empty", "Write a language tag, such as \"en\"");
        }
        if !(1..=PAUSE_MINUTES_MAX).contains(&settings.pause_minutes) {
            let problem = format!("a pause of {} minutes is out of range", settings.pause_minutes);
            self.wrong("settings.pause_minutes", problem, format!("Write 1 to {PAUSE_MINUTES_MAX} (a week)"));
        }
        if !(1..=100).contains(&settings.no_answer_limit) {
            let problem = format!("a limit of {} is out of range", settings.no_answer_limit);
            self.wrong("settings.no_answer_limit", problem, "Write 1 to 100");
        }
        self.text("settings.texts.no_answer", &settings.texts.no_answer);
        self.text("settings.texts.offer_human", &settings.texts.offer_human);
        self.label("settings.texts.offer_yes", &settings.texts.offer_yes);
        self.label("settings.texts.offer_no", &settings.texts.offer_no);
        self.text("settings.texts.back", &settings.texts.back);
    }

    fn triggers(&mut self, triggers: &[Trigger]) {
        let first: Vec<usize> = (0..triggers.len()).filter(|number| triggers[*number].first_contact).collect();
        match first.as_slice() {
            [] => {
                self.wrong("triggers", "nothing greets a new contact", "Add {\"first_contact\": true, \"go\": \"…\"}")
            }
            [_] => {}
            [_, more @ ..] => more.iter().for_each(|number| {
                let path = format!("triggers[{number}].first_contact");
                self.wrong(path, "another trigger is for the first contact already", "Keep one of them");
            }),
        }
        let mut seen = BTreeSet::new();
        for (number, trigger) in triggers.iter().enumerate() {
            let path = format!("triggers[{number}]");
            self.trigger(&path, trigger);
            for (word, keyword) in trigger.keywords.iter().enumerate() {
                let path = format!("{path}.keywords[{word}]");
                if !keyword.chars().any(char::is_alphanumeric) {
                    self.wrong(path, "the keyword is empty", "Write a word or a phrase, or remove it");
                } else if !seen.insert(keyword.trim().to_lowercase()) {
                    self.wrong(path, format!("the keyword {keyword:?} is used twice"), "Keep it in one place");
                }
            }
        }
    }

    fn trigger(&mut self, path: &str, trigger: &Trigger) {
        match (trigger.first_contact, trigger.keywords.is_empty()) {
            (true, true) | (false, false) => {}
            (true, false) => {
                self.wrong(path, "the trigger has both keywords and first_contact", "Make it two triggers")
            }
            (false, true) => {
                self.wrong(path, "the trigger has nothing to wait for", "Add keywords, or \"first_contact\": true")
            }
        }
        match (&trigger.go, trigger.hand_off) {
            (Some(go), None) => self.go(format!("{path}.go"), go),
            (None, Some(_)) if trigger.first_contact => {
                self.wrong(
                    format!("{path}.hand_off"),
                    "nothing greets a new contact",
                    "Go to a dialogue; it may hand off",
                );
            }
            (None, Some(_)) => {}
            (Some(_), Some(_)) => self.wrong(path, "the trigger has both go and hand_off", "Keep one of them"),
            (None, None) => self.wrong(path, "the trigger does nothing", "Add \"go\" or \"hand_off\""),
        }
    }

    fn dialogues(&mut self, document: &Document) {
        let mut seen = BTreeSet::new();
        for (number, dialogue) in document.dialogues.iter().enumerate() {
            let path = format!("dialogues[{number}]");
            let id = &dialogue.id;
            if id.trim().is_empty() || id.chars().count() > ID_CHARS_MAX {
                self.wrong(
                    format!("{path}.id"),
                    "the id is empty or too long",
                    format!("Write 1 to {ID_CHARS_MAX} characters"),
                );
            } else if !seen.insert(id) {
                self.wrong(format!("{path}.id"), format!("another dialogue has the id {id:?}"), "Give each its own");
            }
            if dialogue.widgets.is_empty() {
                self.wrong(format!("{path}.widgets"), "the dialogue is empty", "Add a widget, or remove the dialogue");
            }
            for (place, widget) in dialogue.widgets.iter().enumerate() {
                let here = format!("{path}.widgets[{place}]");
                self.widget(&here, widget);
                if leaves(widget) && place + 1 < dialogue.widgets.len() {
                    let next = format!("{path}.widgets[{}]", place + 1);
                    self.wrong(
                        next,
                        "nobody gets here: the widget before it leaves the dialogue",
                        "Remove it, or move it up",
                    );
                    break;
                }
            }
            self.circle(document, number);
        }
    }

    /// A chain of dialogues that say nothing and lead back would never end.
    fn circle(&mut self, document: &Document, start: usize) {
        let mut seen = BTreeSet::from([document.dialogues[start].id.as_str()]);
        let mut here = &document.dialogues[start];
        while let Some((place, to)) = passes_on(&here.widgets) {
            if to == document.dialogues[start].id {
                let path = format!(
                    "dialogues[{start}].widgets[{}]",
                    passes_on(&document.dialogues[start].widgets).map_or(place, |first| first.0)
                );
                self.wrong(
                    format!("{path}.go"),
                    "this goes in a circle without waiting for the contact",
                    "Ask something on the way, or end",
                );
                return;
            }
            let Some(next) = document.dialogues.iter().find(|dialogue| dialogue.id == to) else { return };
            if !seen.insert(to) {
                return;
            }
            here = next;
        }
    }

    fn widget(&mut self, path: &str, widget: &Widget) {
        match widget {
            Widget::Text(text) => self.text(format!("{path}.text"), text),
            Widget::Menu(menu) => self.menu(&format!("{path}.menu"), menu),
            Widget::Ask(ask) => self.ask(&format!("{path}.ask"), ask),
            Widget::Go(to) => self.go(format!("{path}.go"), to),
            Widget::HandOff(_) | Widget::End(_) => {}
        }
    }

    fn menu(&mut self, path: &str, menu: &Menu) {
        self.text(format!("{path}.text"), &menu.text);
        let count = menu.options.len();
        if count == 0 {
            self.wrong(format!("{path}.options"), "the menu is empty", "Add an option");
        }
        if count > OPTIONS_MAX {
            let problem = format!("{count} options are more than {OPTIONS_MAX}");
            self.wrong(format!("{path}.options"), problem, "Channels show no more: split the menu");
        }
        let mut labels = BTreeSet::new();
        for (number, option) in menu.options.iter().enumerate() {
            let path = format!("{path}.options[{number}]");
            self.option(&path, option);
            if !option.label.trim().is_empty() && !labels.insert(option.label.trim().to_lowercase()) {
                self.wrong(
                    format!("{path}.label"),
                    format!("another option is called {:?}", option.label),
                    "Give each its own label",
                );
            }
        }
    }

    fn option(&mut self, path: &str, option: &MenuOption) {
        self.label(format!("{path}.label"), &option.label);
        match (&option.go, option.hand_off) {
            (Some(go), false) => self.go(format!("{path}.go"), go),
            (None, true) => {}
            (Some(_), true) => self.wrong(path, "the option has both go and hand_off", "Keep one of them"),
            (None, false) => self.wrong(path, "the option does nothing", "Add \"go\", or \"hand_off\": true"),
        }
    }

    fn label(&mut self, path: impl Into<String>, label: &str) {
        let length = label.chars().count();
        if label.trim().is_empty() {
            self.wrong(path, "the label is empty", "Write what the contact chooses");
        } else if length > LABEL_CHARS_MAX {
            let problem = format!("the label has {length} characters, more than {LABEL_CHARS_MAX}");
            self.wrong(path, problem, "Channels cut it: say it shorter");
        }
    }

    fn ask(&mut self, path: &str, ask: &Ask) {
        self.text(format!("{path}.text"), &ask.text);
        let good = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        if ask.attribute.is_empty() || ask.attribute.len() > ID_CHARS_MAX || !ask.attribute.chars().all(good) {
            let fix = "Write lower-case letters, digits and _, such as \"email\"";
            self.wrong(format!("{path}.attribute"), format!("{:?} cannot name an attribute", ask.attribute), fix);
        }
        if let Some(retry) = &ask.retry {
            self.text(format!("{path}.retry"), retry);
        }
    }

    fn go(&mut self, path: String, to: &str) {
        if !self.ids.contains(to) {
            let known = self.ids.iter().copied().collect::<Vec<_>>().join(", ");
            let fix = if known.is_empty() { "Add it".to_owned() } else { format!("Add it, or choose one of: {known}") };
            self.wrong(path, format!("there is no dialogue {to:?}"), fix);
        }
    }

    fn text(&mut self, path: impl Into<String>, text: &str) {
        let length = text.chars().count();
        if text.trim().is_empty() {
            self.wrong(path, "the text is empty", "Write what the contact reads");
        } else if length > TEXT_CHARS_MAX {
            self.wrong(
                path,
                format!("the text has {length} characters, more than {TEXT_CHARS_MAX}"),
                "Make it two texts",
            );
        }
    }

    fn wrong(&mut self, path: impl Into<String>, problem: impl Into<String>, fix: impl Into<String>) {
        self.problems.push(Problem { path: path.into(), problem: problem.into(), fix: fix.into() });
    }
}

/// Whether what follows this widget can never run. After a menu and a hand-off the dialogue may go on.
fn leaves(widget: &Widget) -> bool {
    matches!(widget, Widget::Go(_) | Widget::End(_))
}

/// Where a dialogue leads without ever waiting for the contact, and by which widget.
fn passes_on(widgets: &[Widget]) -> Option<(usize, &str)> {
    let stops = |widget: &Widget| !matches!(widget, Widget::Text(_));
    let place = widgets.iter().position(stops)?;
    match &widgets[place] {
        Widget::Go(to) => Some((place, to)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::wire::bot::read;

    const GOOD: &str = r#"{"schema": 1, "name": "Harbor",
 "triggers": [{"first_contact": true, "go": "welcome"},
  {"keywords": ["claim"], "hand_off": "urgent"}],
 "dialogues": [{"id": "welcome", "widgets": [
  {"text": "Hello."},
  {"menu": {"text": "What is it?", "options": [
   {"label": "Hours", "go": "hours"},
   {"label": "A human", "hand_off": true}]}}]},
  {"id": "hours", "widgets": [{"ask": {"text": "When?", "attribute": "when"}}, {"end": true}]}]}"#;

    /// `line path problem` of each problem after `from` became `to`.
    fn problems(from: &str, to: &str) -> Vec<String> {
        assert!(GOOD.contains(from), "{from}");
        let found = read(&GOOD.replacen(from, to, 1)).expect_err("a problem");
        assert!(found.iter().all(|problem| !problem.fix.is_empty()));
        found.iter().map(|problem| format!("{} {} {}", problem.line, problem.path, problem.problem)).collect()
    }

    #[test]
    fn a_good_document_has_no_problems() {
        assert!(read(GOOD).is_ok());
    }

    #[test]
    fn the_sample_has_no_problems() {
        assert_eq!(read(include_str!("../../../bots/harbor.json")).err(), None);
    }

    #[test]
    fn each_problem_is_found_on_its_line() {
        let fourteen = vec![r#"{"label": "L0", "go": "hours"}"#; 14].join(",").replace("L0", "L");
        let cases = [
            (
                r#""go": "hours""#,
                r#""go": "ours""#,
                r#"7 dialogues[0].widgets[1].menu.options[0].go there is no dialogue "ours""#,
            ),
            (r#""go": "welcome""#, r#""go": "hello""#, r#"2 triggers[0].go there is no dialogue "hello""#),
            (r#""id": "hours""#, r#""id": "welcome""#, r#"9 dialogues[1].id another dialogue has the id "welcome""#),
            ("Hello.", " ", "5 dialogues[0].widgets[0].text the text is empty"),
            (
                "Hours",
                "Hours of all our places",
                "7 dialogues[0].widgets[1].menu.options[0].label the label has 23 characters, more than 20",
            ),
            (
                r#""label": "A human""#,
                r#""label": "hours""#,
                r#"8 dialogues[0].widgets[1].menu.options[1].label another option is called "hours""#,
            ),
            (r#", "hand_off": true"#, "", "8 dialogues[0].widgets[1].menu.options[1] the option does nothing"),
            (r#""claim""#, r#"" ""#, "3 triggers[1].keywords[0] the keyword is empty"),
            (r#""claim""#, r#""claim", "Claim""#, r#"3 triggers[1].keywords[1] the keyword "Claim" is used twice"#),
            (r#", "hand_off": "urgent""#, "", "3 triggers[1] the trigger does nothing"),
            (r#""first_contact": true"#, r#""keywords": ["hi"]"#, "2 triggers nothing greets a new contact"),
            (r#""keywords": ["claim"], "#, "", "3 triggers[1] the trigger has nothing to wait for"),
            (
                r#""attribute": "when""#,
                r#""attribute": "When?""#,
                r#"9 dialogues[1].widgets[0].ask.attribute "When?" cannot name an attribute"#,
            ),
            (
                r#"{"end": true}"#,
                r#"{"end": true}, {"text": "x"}"#,
                "9 dialogues[1].widgets[2] nobody gets here: the widget before it leaves the dialogue",
            ),
            (
                r#""name": "Harbor""#,
                r#""name": "Harbor", "settings": {"pause_minutes": 0}"#,
                "1 settings.pause_minutes a pause of 0 minutes is out of range",
            ),
            (
                r#""name": "Harbor""#,
                r#""name": "Harbor", "settings": {"pause_minutes": 10081}"#,
                "1 settings.pause_minutes a pause of 10081 minutes is out of range",
            ),
        ];
        for (from, to, expected) in cases {
            assert!(problems(from, to).contains(&expected.to_owned()), "{expected}\n{:#?}", problems(from, to));
        }
        let many = problems(r#"{"label": "Hours", "go": "hours"}"#, &fourteen);
        assert!(
            many.contains(&"6 dialogues[0].widgets[1].menu.options 15 options are more than 13".to_owned()),
            "{many:#?}"
        );
    }

    #[test]
    fn an_empty_menu_is_refused() {
        let options = &GOOD[GOOD.find("{\"label\": \"Hours").expect("a menu")..GOOD.find("]}}]},").expect("its end")];
        assert_eq!(problems(options, ""), ["6 dialogues[0].widgets[1].menu.options the menu is empty"]);
    }

    #[test]
    fn dialogues_that_lead_in_a_circle_without_waiting_are_refused() {
        let circle =
            problems(r#"{"ask": {"text": "When?", "attribute": "when"}}, {"end": true}"#, r#"{"go": "hours"}"#);
        assert_eq!(circle, ["9 dialogues[1].widgets[0].go this goes in a circle without waiting for the contact"]);
    }
}
