//! Words that a channel has approved beforehand: all that it takes once the contact has been silent for too long.
//!
//! The operator writes them down as they were approved, with `{{1}}`, `{{2}}` … where values go. Only people send them:
//! a bot has nothing to say to somebody who has long gone. Absent on purpose: values in a header or on a button.

use super::command::Refusal;

/// So many values a template may take.
pub const VALUES_MAX: usize = 10;
pub const TEXT_CHARS_MAX: usize = 1024;
const VALUE_CHARS_MAX: usize = 200;

/// One template of a channel account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub name: String,
    /// As the channel writes it: `en_US`.
    pub language: String,
    pub text: String,
}

/// A template with its values, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub name: String,
    pub language: String,
    pub values: Vec<String>,
}

impl Template {
    /// How many values it takes: the highest number in it.
    pub fn takes(&self) -> usize {
        (1..=VALUES_MAX).rev().find(|number| self.text.contains(&placeholder(*number))).unwrap_or(0)
    }

    /// The template with these values, and what the contact will read.
    pub fn fill(&self, values: Vec<String>) -> Result<(Filled, String), Refusal> {
        let values: Vec<String> = values.iter().map(|value| on_one_line(value)).collect();
        let fine = |value: &String| (1..=VALUE_CHARS_MAX).contains(&value.chars().count());
        if values.len() != self.takes() || !values.iter().all(fine) {
            return Err(Refusal::BadValues { takes: self.takes() });
        }
        let text = self.filled_text(&values);
        Ok((Filled { name: self.name.clone(), language: self.language.clone(), values }, text))
    }

    /// In one pass: a value that looks like a placeholder is none.
    fn filled_text(&self, values: &[String]) -> String {
        let (mut text, mut rest) = (String::new(), self.text.as_str());
        while let Some(start) = rest.find("{{") {
            let (before, from) = rest.split_at(start);
            text.push_str(before);
            let named = (1..).zip(values).find(|(number, _)| from.starts_with(&placeholder(*number)));
            let (said, length) = named.map_or(("{{", 2), |(number, value)| (value, placeholder(number).len()));
            text.push_str(said);
            rest = &from[length..];
        }
        text + rest
    }
}

fn placeholder(number: usize) -> String {
    format!("{{{{{number}}}}}")
}

/// Channels take no line breaks within a value.
fn on_one_line(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Template {
        Template { name: "follow_up".into(), language: "en_US".into(), text: text.into() }
    }

    fn fill(text: &str, values: &[&str]) -> Result<String, Refusal> {
        template(text).fill(values.iter().map(|value| (*value).to_owned()).collect()).map(|(_, text)| text)
    }

    #[test]
    fn values_go_where_they_belong() {
        assert_eq!(fill("Hello.", &[]).as_deref(), Ok("Hello."));
        assert_eq!(fill("{{2}}, {{1}} and {{2}}", &["a", " b\n c "]).as_deref(), Ok("b c, a and b c"));
        assert_eq!(fill("{{1}} {{2}} {{x}}", &["{{2}}", "{{1}}"]).as_deref(), Ok("{{2}} {{1}} {{x}}"));
    }

    #[test]
    fn too_few_too_many_and_empty_values_are_refused() {
        let long = "x".repeat(VALUE_CHARS_MAX + 1);
        for values in [&[][..], &["a"], &["a", " "], &["a", "b", "c"], &["a", &long]] {
            assert_eq!(fill("{{1}} {{2}}", values), Err(Refusal::BadValues { takes: 2 }), "{values:?}");
        }
    }
}
