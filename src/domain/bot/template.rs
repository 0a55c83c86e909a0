//! Texts with places for what is known of the contact: `Hello {{name|there}}`.

/// More than this much text is cut: attributes can be long, and one can stand in a text many times.
const FILLED_CHARS_MAX: usize = 8_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Value { name: String, fallback: String },
}

impl From<&str> for Template {
    /// Braces that do not close are text.
    fn from(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, value, after)) = next_value(rest) {
            push_text(&mut parts, before);
            let (name, fallback) = value.split_once('|').unwrap_or((value, ""));
            parts.push(Part::Value { name: name.trim().to_owned(), fallback: fallback.trim().to_owned() });
            rest = after;
        }
        push_text(&mut parts, rest);
        Self(parts)
    }
}

impl Template {
    /// The text with what `known` says in its places, or else the fallback.
    pub fn fill<'a>(&self, known: impl Fn(&str) -> Option<std::borrow::Cow<'a, str>>) -> String {
        if let [Part::Text(text)] = self.0.as_slice() {
            return text.clone();
        }
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Value { name, fallback } => match known(name).filter(|value| !value.trim().is_empty()) {
                    Some(value) => filled.push_str(&value),
                    None => filled.push_str(fallback),
                },
            }
        }
        if let Some((end, _)) = filled.char_indices().nth(FILLED_CHARS_MAX) {
            filled.truncate(end);
        }
        filled
    }

    /// The attributes it names, and whether each has something to fall back on.
    pub fn names(&self) -> impl Iterator<Item = (&str, bool)> {
        self.0.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Value { name, fallback } => Some((name.as_str(), !fallback.is_empty())),
        })
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
}

/// What stands before the first `{{…}}`, in it and after it.
fn next_value(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (value, after) = rest.split_once("}}")?;
    Some((before, value, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        let known = |name: &str| match name {
            "name" => Some("Zoë".into()),
            "blank" => Some(" ".into()),
            _ => None,
        };
        Template::from(text).fill(known)
    }

    #[test]
    fn values_fill_their_places_or_what_is_said_instead() {
        assert_eq!(filled("Hello {{name|there}}, {{ email | no mail }}!"), "Hello Zoë, no mail!");
        assert_eq!(filled("{{blank|nothing}}{{gone}}."), "nothing.");
        assert_eq!(filled("plain"), "plain");
    }

    #[test]
    fn braces_that_do_not_close_are_text() {
        for text in ["a {{name", "}} {{", "{name}", ""] {
            assert_eq!(filled(text), text);
        }
    }

    #[test]
    fn a_filled_text_has_an_end() {
        let long = |_: &str| Some(std::borrow::Cow::Owned("ä".repeat(5_000)));
        assert_eq!(Template::from("{{a}}{{a}}{{a}}").fill(long).chars().count(), FILLED_CHARS_MAX);
    }
}
