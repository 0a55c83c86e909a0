//! The document of a bot: what a builder writes and `bots/*.json` holds.
//!
//! Reading finds errors of shape and says where they are, by line and column; [`check()`] finds what is well formed and still
//! wrong, and [`locate()`] says on which line that is. [`Document::to_bot`] makes the bot that runs; how it runs is `domain::bot`'s
//! business.

use std::fmt;

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

use crate::domain::bot as core;

pub mod check;
mod convert;
pub mod locate;

pub use check::check;
pub use locate::locate;

/// The newest shape of a document.
pub const SCHEMA: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub schema: u32,
    /// What people call the bot.
    pub name: String,
    /// A language tag, such as `en`.
    #[serde(default = "english")]
    pub language: String,
    #[serde(default)]
    pub settings: Settings,
    #[serde(default)]
    pub triggers: Vec<Trigger>,
    #[serde(default)]
    pub dialogues: Vec<Dialogue>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How long the bot is silent after a person has spoken.
    pub pause_minutes: u32,
    pub when_pause_ends: WhenPauseEnds,
    /// After so many messages in a row that nothing matched, a human is offered.
    pub no_answer_limit: u32,
    pub texts: Texts,
}

impl Default for Settings {
    fn default() -> Self {
        let core::Settings { pause, when_pause_ends, no_answer_limit, .. } = core::Settings::default();
        let pause_minutes = (pause.as_secs() / 60) as u32;
        Self { pause_minutes, when_pause_ends: when_pause_ends.into(), no_answer_limit, texts: Texts::default() }
    }
}

/// What becomes of an unanswered message when the pause ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenPauseEnds {
    /// The bot answers it as if it were new.
    Answer,
    /// The bot waits for the next message.
    Wait,
    /// The conversation stays with humans.
    Keep,
}

/// What the bot says in situations that no dialogue foresees. What is left out is said in English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Texts {
    /// Nothing matched.
    pub no_answer: String,
    /// Nothing matched for the last time: the contact may choose a human.
    pub offer_human: String,
    /// The two choices then.
    pub offer_yes: String,
    pub offer_no: String,
    /// A human was called; empty: nothing is said.
    pub calling_human: String,
    /// What a waiting contact writes to return to the bot.
    pub back: String,
}

impl Default for Texts {
    fn default() -> Self {
        let core::Texts { no_answer, offer_human, offer_yes, offer_no, calling_human, back } = core::Texts::default();
        Self { no_answer, offer_human, offer_yes, offer_no, calling_human, back }
    }
}

/// What starts something. Either `keywords` or `first_contact`, and either `go` or `hand_off`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// Words or phrases: whole words, whatever their case and accents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// The contact writes for the first time and no keyword matched.
    #[serde(default, skip_serializing_if = "is_false")]
    pub first_contact: bool,
    /// The dialogue to begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub go: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_off: Option<Wanted>,
}

/// Why a trigger hands off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// At once, whatever the dialogue is doing.
    Urgent,
    /// The contact asks for a person.
    Asked,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialogue {
    pub id: String,
    pub widgets: Vec<Widget>,
}

/// One step of a dialogue: an object with one key, which names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Widget {
    Text(String),
    /// Ends the dialogue until the contact chooses.
    Menu(Menu),
    /// A question; the answer becomes an attribute of the contact, and the dialogue goes on.
    Ask(Ask),
    HandOff(HandOff),
    /// Goes on in another dialogue.
    Go(String),
    #[serde(deserialize_with = "only_true")]
    End(bool),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Menu {
    pub text: String,
    pub options: Vec<MenuOption>,
}

/// One choice of a menu. Either `go` or `hand_off`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MenuOption {
    pub label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub go: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub hand_off: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    pub text: String,
    /// The name under which the answer is kept.
    pub attribute: String,
    #[serde(rename = "type", default)]
    pub kind: AnswerKind,
    /// Said when the answer is not of the kind asked for; left out, the question is asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    #[default]
    Text,
    Email,
    Number,
    Phone,
}

/// Calls a human. Has no settings yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOff {}

/// Something wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotError {
    /// 1 is the first; 0: the whole document.
    pub line: usize,
    /// 1 is the first; 0: the whole line.
    pub column: usize,
    /// Such as `dialogues[2].widgets[4].menu.options[0].go`; empty: the document itself.
    pub path: String,
    pub problem: String,
    pub fix: String,
}

impl fmt::Display for BotError {
    /// `line: path: problem. fix.`, to follow the name of the file and a colon.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: ", self.line)?;
        if !self.path.is_empty() {
            write!(out, "{}: ", self.path)?;
        }
        write!(out, "{}. {}.", self.problem, self.fix)
    }
}

impl std::error::Error for BotError {}

/// Reads a document; its meaning is not checked.
pub fn parse(text: &str) -> Result<Document, BotError> {
    let mut json = serde_json::Deserializer::from_str(text);
    let document: Document = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = match error.path().to_string() {
            path if path == "." => String::new(),
            path => path.trim_end_matches(".?").to_owned(),
        };
        shape_error(path, error.inner())
    })?;
    json.end().map_err(|error| shape_error(String::new(), &error))?;
    match document.schema {
        SCHEMA => Ok(document),
        other => Err(BotError {
            line: locate(text, "schema"),
            column: 0,
            path: "schema".to_owned(),
            problem: format!("schema {other} is unknown to this version"),
            fix: format!("Write {SCHEMA}, or use the version that wrote the file"),
        }),
    }
}

/// Reads a document and checks what it means: all problems, in the order of the document.
pub fn read(text: &str) -> Result<Document, Vec<BotError>> {
    let document = parse(text).map_err(|error| vec![error])?;
    let mut problems: Vec<BotError> = check(&document)
        .into_iter()
        .map(|found| BotError {
            line: locate(text, &found.path),
            column: 0,
            path: found.path,
            problem: found.problem,
            fix: found.fix,
        })
        .collect();
    problems.sort_by_key(|problem| problem.line);
    if problems.is_empty() { Ok(document) } else { Err(problems) }
}

fn shape_error(path: String, error: &serde_json::Error) -> BotError {
    let said = error.to_string();
    let problem = said.split(" at line ").next().unwrap_or(&said).to_owned();
    let fix = match error.classify() {
        serde_json::error::Category::Data if problem.starts_with("unknown field") => "Remove it, or mend its name",
        serde_json::error::Category::Data if problem.starts_with("missing field") => "Add it",
        serde_json::error::Category::Data => "Write what is expected here",
        _ => "Look for a missing comma, quote or bracket here or just before",
    };
    BotError { line: error.line(), column: error.column(), path, problem, fix: fix.to_owned() }
}

fn only_true<'de, D: Deserializer<'de>>(json: D) -> Result<bool, D::Error> {
    let yes = bool::deserialize(json)?;
    if yes { Ok(true) } else { Err(D::Error::custom("`end` is always true: leave the widget out to go on")) }
}

fn is_false(yes: &bool) -> bool {
    !yes
}

fn english() -> String {
    "en".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> BotError {
        parse(text).expect_err("an error")
    }

    #[test]
    fn a_document_says_the_same_after_it_was_written_again() {
        let text = include_str!("../../bots/harbor.json");
        let document = parse(text).expect("the sample");
        let again = serde_json::to_string(&document).expect("written");
        assert_eq!(parse(&again), Ok(document));
    }

    #[test]
    fn the_settings_may_be_left_out() {
        let document = parse(r#"{"schema":1,"name":"Small"}"#).expect("small");
        assert_eq!((document.settings.pause_minutes, document.settings.no_answer_limit), (60, 2));
        assert_eq!(document.settings.when_pause_ends, WhenPauseEnds::Answer);
    }

    #[test]
    fn an_error_of_shape_says_line_column_and_path() {
        let text = "{\"schema\":1,\"name\":\"x\",\n\"dialogues\":[{\"id\":\"a\",\"widgets\":[\n{\"menu\":{\"text\":\"t\",\"options\":[{\"label\":\"l\",\"goo\":\"b\"}]}}]}]}";
        let error = error(text);
        assert_eq!(error.line, 3);
        assert!(error.column > 0);
        assert_eq!(error.path, "dialogues[0].widgets[0].menu.options[0].goo");
        assert_eq!(error.problem, "unknown field `goo`, expected one of `label`, `go`, `hand_off`");
        assert_eq!(error.fix, "Remove it, or mend its name");
    }

    #[test]
    fn text_that_is_not_json_is_refused_where_it_breaks() {
        let error = error("{\"schema\":1,\n\"name\":\"x\"\n\"language\":\"en\"}");
        assert_eq!((error.line, error.column), (3, 1));
        assert!(error.to_string().starts_with("3: "), "{error}");
    }

    #[test]
    fn words_after_the_end_are_refused() {
        assert_eq!(error("{\"schema\":1,\"name\":\"x\"}\nmore").line, 2);
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let error = error("{\n\"schema\":2,\"name\":\"x\"}");
        assert_eq!((error.line, error.path.as_str()), (2, "schema"));
    }

    #[test]
    fn an_unknown_widget_is_refused_by_name() {
        let error = error(r#"{"schema":1,"name":"x","dialogues":[{"id":"a","widgets":[{"dance":true}]}]}"#);
        assert!(error.problem.contains("unknown variant `dance`"), "{error}");
        assert!(error.path.starts_with("dialogues[0].widgets[0]"), "{error}");
    }
}
