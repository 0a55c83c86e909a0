//! The document of a bot: what a builder writes and `bots/*.json` holds.
//!
//! Reading finds errors of shape and says where they are, by line and column; [`check()`] finds what is well formed and still
//! wrong, and [`locate()`] says on which line that is. [`Document::to_bot`] makes the bot that runs; how it runs is `domain::bot`'s
//! business.

use std::fmt;

mod callees;
pub mod check;
mod convert;
pub mod document;
pub mod locate;
#[cfg(test)]
mod schema;

pub use callees::Callee;
pub use check::{Level, check};
pub use document::*;
pub use locate::locate;

/// The newest shape of a document.
pub const SCHEMA: u32 = 1;

/// Something wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotError {
    /// 1 is the first; 0: the whole document.
    pub line: usize,
    /// 1 is the first; 0: the whole line.
    pub column: usize,
    /// Such as `dialogues[2].widgets[4].menu.options[0].go`; empty: the document itself.
    pub path: String,
    /// The name of the rule behind it, such as `no-human`.
    pub rule: &'static str,
    pub level: Level,
    pub problem: String,
    pub fix: String,
}

impl fmt::Display for BotError {
    /// `line: path: problem. fix.`, to follow the name of the file and a colon.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: ", self.line)?;
        if self.level == Level::Warning {
            write!(out, "warning: ")?;
        }
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
            rule: "shape",
            level: Level::Error,
            problem: format!("schema {other} is unknown to this version"),
            fix: format!("Write {SCHEMA}, or use the version that wrote the file"),
        }),
    }
}

/// Reads a document and checks what it means: all errors, in the order of the document.
pub fn read(text: &str) -> Result<Document, Vec<BotError>> {
    let document = parse(text).map_err(|error| vec![error])?;
    let mut found = findings(text, &document);
    found.retain(|found| found.level == Level::Error);
    if found.is_empty() { Ok(document) } else { Err(found) }
}

/// Everything that can be said against a document, errors and warnings, in its order.
pub fn examine(text: &str) -> Vec<BotError> {
    match parse(text) {
        Ok(document) => findings(text, &document),
        Err(error) => vec![error],
    }
}

fn findings(text: &str, document: &Document) -> Vec<BotError> {
    let located = |found: check::Problem| BotError {
        line: locate(text, &found.path),
        column: 0,
        path: found.path,
        rule: found.rule,
        level: found.level,
        problem: found.problem,
        fix: found.fix,
    };
    let mut findings: Vec<BotError> = check(document).into_iter().map(located).collect();
    findings.sort_by_key(|found| found.line);
    findings
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
    BotError {
        line: error.line(),
        column: error.column(),
        path,
        rule: "shape",
        level: Level::Error,
        problem,
        fix: fix.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> BotError {
        parse(text).expect_err("an error")
    }

    #[test]
    fn a_document_says_the_same_after_it_was_written_again() {
        let samples = [
            include_str!("../../bots/harbor.json"),
            include_str!("../../bots/shop.json"),
            include_str!("../../bots/mood.json"),
        ];
        for text in samples {
            let document = parse(text).expect("a sample");
            let again = serde_json::to_string(&document).expect("written");
            assert_eq!(parse(&again), Ok(document));
        }
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
        assert_eq!(error.problem, "unknown field `goo`, expected one of `label`, `go`, `hand_off`, `score`");
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
