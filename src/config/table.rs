//! A table of settings while it is read: each key is taken once, what nobody takes is unknown, and every problem is
//! noted instead of ending the reading.

use std::cell::RefCell;
use std::fmt;
use std::ops::RangeInclusive;

use figment::Figment;
use figment::value::{Dict, Value};

use super::layers::{is_environment, variable};
use super::secret::Secret;

/// One thing that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, the environment variable or the command line that said it.
    pub origin: String,
    /// Empty if it is the whole file.
    pub key: String,
    /// What was found, unless it is secret or missing.
    pub value: Option<String>,
    /// What is wrong with it and how it would be right.
    pub fix: String,
}

impl Problem {
    pub fn whole(origin: &str, fix: &str) -> Self {
        Self { origin: origin.to_owned(), key: String::new(), value: None, fix: fix.to_owned() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: ", self.origin)?;
        match (&self.key[..], &self.value) {
            ("", _) => {}
            (key, None) => write!(out, "{key}: ")?,
            (key, Some(value)) => write!(out, "{key} = {value}: ")?,
        }
        write!(out, "{}.", self.fix)
    }
}

/// Every problem so far, and who knows where values come from.
pub struct Report<'a> {
    pub figment: &'a Figment,
    pub problems: RefCell<Vec<Problem>>,
}

impl Report<'_> {
    pub fn origin(&self, path: &str, value: &Value) -> String {
        let metadata = self.figment.get_metadata(value.tag());
        if is_environment(metadata) {
            return format!("environment variable {}", variable(path));
        }
        metadata.map_or_else(String::new, |metadata| metadata.name.to_string())
    }

    fn note(&self, path: &str, value: &Value, secret: bool, fix: impl Into<String>) {
        let shown = if secret { "[secret]".to_owned() } else { show(value) };
        self.add(Problem {
            origin: self.origin(path, value),
            key: path.to_owned(),
            value: Some(shown),
            fix: fix.into(),
        });
    }

    pub fn add(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }
}

pub struct Table<'a> {
    pub path: String,
    report: &'a Report<'a>,
    /// Where the table itself stands, for keys that are missing from it.
    origin: String,
    left: Dict,
    asked: Vec<&'static str>,
}

impl<'a> Table<'a> {
    pub fn new(report: &'a Report<'a>, path: impl Into<String>, origin: String, values: Dict) -> Self {
        Self { path: path.into(), report, origin, left: values, asked: Vec::new() }
    }

    /// A table below this one.
    pub fn table(&mut self, key: &'static str) -> Table<'a> {
        let path = self.path_of(key);
        match self.take(key) {
            Some(Value::Dict(_, values)) => Table::new(self.report, path, self.origin.clone(), values),
            other => {
                if let Some(value) = other {
                    self.report.note(
                        &path,
                        &value,
                        false,
                        format!("this must be a table: write [{path}] and its keys below"),
                    );
                }
                Table::new(self.report, path, self.origin.clone(), Dict::new())
            }
        }
    }

    /// The tables of a list of tables below this one: `[[key]]`.
    pub fn tables(&mut self, key: &'static str, count_max: usize) -> Vec<Table<'a>> {
        let path = self.path_of(key);
        let values = match self.take(key) {
            None => return Vec::new(),
            Some(Value::Array(_, values)) if values.len() <= count_max => values,
            Some(other) => {
                let fix =
                    format!("this must be at most {count_max} tables: write [[account.{key}]] and its keys below");
                self.report.note(&path, &other, false, fix);
                return Vec::new();
            }
        };
        let table = |(place, value): (usize, Value)| match value {
            Value::Dict(_, values) => {
                Some(Table::new(self.report, format!("{path}[{place}]"), self.origin.clone(), values))
            }
            other => {
                self.report.note(&path, &other, false, "this must be a table");
                None
            }
        };
        values.into_iter().enumerate().filter_map(table).collect()
    }

    /// Whether the key is there. Either way it is a known one.
    pub fn has(&mut self, key: &'static str) -> bool {
        self.known(key);
        self.left.contains_key(key)
    }

    pub fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known(key);
        self.left.remove(key)
    }

    fn known(&mut self, key: &'static str) {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
    }

    /// What `read` makes of the text at `key`, or what it says is wrong. None and a note if the key is missing.
    pub fn read<T>(&mut self, key: &'static str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let found = self.optional(key, read);
        if found.is_none() && !self.is_noted(key) {
            self.missing(key);
        }
        found
    }

    /// The same; a missing key is fine.
    pub fn optional<T>(&mut self, key: &'static str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let value = self.take(key)?;
        let done = text(&value).ok_or_else(|| "this must be a text in quotes".to_owned()).and_then(|text| read(&text));
        done.map_err(|fix| self.report.note(&self.path_of(key), &value, false, fix)).ok()
    }

    pub fn secret(&mut self, key: &'static str) -> Option<Secret> {
        let Some(value) = self.take(key) else {
            self.missing(key);
            return None;
        };
        let fix = match text(&value) {
            Some(text) if !text.trim().is_empty() => return Some(Secret::new(text)),
            Some(_) => "a secret must not be empty. Copy it from the provider",
            None => "a secret must be a text in quotes",
        };
        self.report.note(&self.path_of(key), &value, true, fix);
        None
    }

    /// What `read` makes of a text that may hold a secret, and is not repeated when it is wrong.
    pub fn secret_of<T>(&mut self, key: &'static str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let Some(value) = self.take(key) else {
            self.missing(key);
            return None;
        };
        let done = text(&value).ok_or_else(|| "this must be a text in quotes".to_owned()).and_then(|text| read(&text));
        done.map_err(|fix| self.report.note(&self.path_of(key), &value, true, fix)).ok()
    }

    /// A whole number within `range`; a missing or wrong one is noted and becomes its start.
    pub fn number(&mut self, key: &'static str, range: RangeInclusive<u64>) -> u64 {
        let Some(value) = self.take(key) else {
            self.missing(key);
            return *range.start();
        };
        let number = match &value {
            Value::Num(..) => whole(&value).and_then(|number| u64::try_from(number).ok()),
            Value::String(..) if is_environment(self.report.figment.get_metadata(value.tag())) => {
                value.as_str().and_then(|text| text.trim().parse().ok())
            }
            _ => None,
        };
        if let Some(number) = number.filter(|number| range.contains(number)) {
            return number;
        }
        let fix = format!("this must be a whole number from {} to {}", range.start(), range.end());
        self.report.note(&self.path_of(key), &value, false, fix);
        *range.start()
    }

    /// A list of texts; in the environment, with commas between them.
    pub fn list(&mut self, key: &'static str) -> Option<(Vec<String>, Value)> {
        let Some(value) = self.take(key) else {
            self.missing(key);
            return None;
        };
        let words = match &value {
            Value::Array(_, values) => values.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
            Value::String(_, text) if is_environment(self.report.figment.get_metadata(value.tag())) => {
                Some(text.split(',').map(|word| word.trim().to_owned()).collect())
            }
            _ => None,
        };
        if words.is_none() {
            self.report.note(
                &self.path_of(key),
                &value,
                false,
                "this must be a list of texts, such as [\"one\", \"two\"]",
            );
        }
        Some((words?, value))
    }

    /// Notes that the value of `key` is wrong.
    pub fn wrong(&self, key: &str, value: &Value, fix: impl Into<String>) {
        self.report.note(&self.path_of(key), value, false, fix);
    }

    /// Notes that `key` should be there; nothing is read.
    pub fn lacks<T>(&self, key: &str, fix: &str) -> Option<T> {
        let (origin, key) = (self.origin.clone(), self.path_of(key));
        self.report.add(Problem { origin, key, value: None, fix: fix.to_owned() });
        None
    }

    /// What is left over is unknown.
    pub fn finish(self) {
        for (key, value) in &self.left {
            let known = self.asked.join(", ");
            let path = self.path_of(key);
            let origin = self.report.origin(&path, value);
            let fix =
                format!("this key is unknown. {}", meant(key, &self.asked).unwrap_or(format!("Known here: {known}")));
            self.report.add(Problem { origin, key: path, value: None, fix });
        }
    }

    fn missing(&self, key: &str) {
        let fix = "this is missing, and there is no default. Add it".to_owned();
        self.report.add(Problem { origin: self.origin.clone(), key: self.path_of(key), value: None, fix });
    }

    fn is_noted(&self, key: &str) -> bool {
        let path = self.path_of(key);
        self.report.problems.borrow().iter().any(|problem| problem.key == path)
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

/// A text, or a whole number that somebody wrote without quotes, such as a page id.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(_, text) => Some(text.clone()),
        Value::Num(..) => whole(value).map(|number| number.to_string()),
        _ => None,
    }
}

fn whole(value: &Value) -> Option<i128> {
    let number = value.to_num()?;
    number.to_i128().or_else(|| number.to_u128()?.try_into().ok())
}

fn show(value: &Value) -> String {
    match value {
        Value::String(_, text) => format!("{text:?}"),
        Value::Array(_, values) => format!("[{}]", values.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Dict(..) => "a table".to_owned(),
        Value::Bool(_, yes) => yes.to_string(),
        Value::Num(_, number) => match (whole(value), number.to_f64()) {
            (Some(whole), _) => whole.to_string(),
            (None, Some(float)) => float.to_string(),
            (None, None) => "a number".to_owned(),
        },
        _ => "something else".to_owned(),
    }
}

/// The known key that was probably meant.
fn meant(key: &str, known: &[&str]) -> Option<String> {
    let near = known.iter().map(|known| (distance(key, known), known)).min()?;
    (near.0 <= 2).then(|| format!("Perhaps {} was meant", near.1))
}

/// How many letters must change to get from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}
