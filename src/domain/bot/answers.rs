//! What an answer must look like, and the value in it.

use jiff::civil::Date;

use super::fold::{Said, fold};
use super::meant::meant;

const ANSWER_CHARS_MAX: usize = 1_000;

/// The type of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AnswerKind {
    #[default]
    Text,
    Email,
    /// Kept with a point: `3.5`.
    Number,
    Phone,
    /// Kept with its `https://`.
    Url,
    /// Kept as `2026-03-04`. With slashes the month comes first where that is the custom.
    Date {
        month_first: bool,
    },
    /// One of these; kept as it is written here.
    Choice(Vec<String>),
    /// Kept as `yes` or `no`.
    YesNo {
        yes: Vec<String>,
        no: Vec<String>,
    },
}

/// What a value of an attribute is, whichever bot declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Text,
    Email,
    Number,
    Phone,
    Url,
    Date,
    Choice,
    YesNo,
}

impl Shape {
    pub const ALL: [Shape; 8] =
        [Shape::Text, Shape::Email, Shape::Number, Shape::Phone, Shape::Url, Shape::Date, Shape::Choice, Shape::YesNo];

    pub fn as_str(self) -> &'static str {
        match self {
            Shape::Text => "text",
            Shape::Email => "email",
            Shape::Number => "number",
            Shape::Phone => "phone",
            Shape::Url => "url",
            Shape::Date => "date",
            Shape::Choice => "choice",
            Shape::YesNo => "yes_no",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.as_str() == text)
    }
}

impl AnswerKind {
    pub fn shape(&self) -> Shape {
        match self {
            AnswerKind::Text => Shape::Text,
            AnswerKind::Email => Shape::Email,
            AnswerKind::Number => Shape::Number,
            AnswerKind::Phone => Shape::Phone,
            AnswerKind::Url => Shape::Url,
            AnswerKind::Date { .. } => Shape::Date,
            AnswerKind::Choice(_) => Shape::Choice,
            AnswerKind::YesNo { .. } => Shape::YesNo,
        }
    }

    /// The value as it is kept when somebody of ours writes it down, or none if it is not of this kind. Nothing is guessed:
    /// a choice is one in its own words, and `yes` and `no` are what is kept, whatever the bot's language calls them.
    pub fn keep(&self, value: &str) -> Option<String> {
        match self {
            AnswerKind::Text => Some(value.to_owned()),
            AnswerKind::Choice(choices) => {
                let alike = || choices.iter().find(|choice| fold(choice) == fold(value));
                choices.iter().find(|choice| *choice == value).or_else(alike).cloned()
            }
            AnswerKind::YesNo { .. } if matches!(value, "yes" | "no") => Some(value.to_owned()),
            kind => kind.read(&Said::new(value)),
        }
    }

    /// The value in an answer, or none if the answer is not of this kind.
    pub fn read(&self, said: &Said) -> Option<String> {
        let text = said.text.trim();
        let value = match self {
            AnswerKind::Text => text.to_owned(),
            AnswerKind::Email => is_email(text).then(|| text.to_owned())?,
            AnswerKind::Number => number(text)?,
            AnswerKind::Phone => is_phone(text).then(|| text.to_owned())?,
            AnswerKind::Url => address(text)?,
            AnswerKind::Date { month_first } => date(text, *month_first)?.to_string(),
            AnswerKind::Choice(choices) => choices[meant(choices.iter().map(String::as_str), said)?].clone(),
            AnswerKind::YesNo { yes, no } => match (is_one_of(said, yes), is_one_of(said, no)) {
                (true, false) => "yes".to_owned(),
                (false, true) => "no".to_owned(),
                _ => return None,
            },
        };
        (!value.is_empty()).then(|| value.chars().take(ANSWER_CHARS_MAX).collect())
    }
}

/// Whether exactly one of these words was said.
pub fn is_one_of(said: &Said, words: &[String]) -> bool {
    !said.is_empty() && words.iter().any(|word| fold(word) == said.folded)
}

/// A phone number or e-mail address anywhere in a text, and which it is.
pub fn way_to_reach(text: &str) -> Option<(&'static str, String)> {
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '+').to_owned();
    if let Some(email) = text.split_whitespace().map(bare).find(|word| is_email(word)) {
        return Some(("email", email));
    }
    let mut starts = text.char_indices().filter(|(_, c)| c.is_ascii_digit() || matches!(c, '+' | '('));
    let number = |(at, _): (usize, char)| {
        let rest = &text[at..];
        let end = rest.find(|c: char| !is_phone_letter(c)).unwrap_or(rest.len());
        let phone = rest[..end].trim_end_matches(|c: char| !c.is_ascii_digit());
        is_phone(phone).then(|| phone.to_owned())
    };
    starts.find_map(number).map(|phone| ("phone", phone))
}

fn is_email(text: &str) -> bool {
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c));
    match text.split_once('@') {
        Some((local, domain)) => {
            plain
                && (1..=64).contains(&local.len())
                && domain.len() <= 189
                && domain.contains('.')
                && !domain.contains('@')
        }
        None => false,
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (5..=15).contains(&digits) && text.chars().all(is_phone_letter)
}

fn is_phone_letter(c: char) -> bool {
    c.is_ascii_digit() || " +-/().".contains(c)
}

fn number(text: &str) -> Option<String> {
    let plain = text.replace(',', ".");
    plain.parse::<f64>().is_ok_and(f64::is_finite).then_some(plain)
}

/// A web address; people leave out how it begins.
fn address(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let server = rest.unwrap_or(text).split(['/', '?', '#']).next()?;
    let server = server.split(':').next()?;
    let fits = server.contains('.')
        && !server.starts_with('.')
        && !server.ends_with('.')
        && server.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"".contains(c));
    fits.then(|| if rest.is_some() { text.to_owned() } else { format!("https://{text}") })
}

/// `2026-03-04`, `4.3.2026` or `4/3/2026`.
fn date(text: &str, month_first: bool) -> Option<Date> {
    let by = ['-', '.', '/'].into_iter().find(|by| text.contains(*by))?;
    let parts: Vec<&str> = text.split(by).map(str::trim).filter(|part| !part.is_empty()).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let (year, month, day) = match by {
        '-' if first.len() == 4 => (first, second, third),
        '/' if month_first => (third, first, second),
        _ => (third, second, first),
    };
    (year.len() == 4).then(|| Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &AnswerKind, text: &str) -> Option<String> {
        kind.read(&Said::new(text))
    }

    #[test]
    fn what_fits_is_kept_in_one_form() {
        let choice = AnswerKind::Choice(vec!["Monkey".into(), "Unicorn".into()]);
        let yes_no = AnswerKind::YesNo { yes: vec!["yes".into(), "sí".into()], no: vec!["no".into()] };
        for (kind, text, value) in [
            (&AnswerKind::Text, "  a word ", "a word"),
            (&AnswerKind::Number, "3,5", "3.5"),
            (&AnswerKind::Email, " a@b.example ", "a@b.example"),
            (&AnswerKind::Phone, "+49 (40) 123-456", "+49 (40) 123-456"),
            (&AnswerKind::Url, "shop.example/a?b", "https://shop.example/a?b"),
            (&AnswerKind::Url, "http://shop.example:81", "http://shop.example:81"),
            (&AnswerKind::Date { month_first: false }, "4/3/2026", "2026-03-04"),
            (&AnswerKind::Date { month_first: true }, "4/3/2026", "2026-04-03"),
            (&AnswerKind::Date { month_first: true }, "4. 3. 2026", "2026-03-04"),
            (&AnswerKind::Date { month_first: false }, "2026-12-31", "2026-12-31"),
            (&choice, "2", "Unicorn"),
            (&choice, "the MONKEY please", "Monkey"),
            (&yes_no, "SI!", "yes"),
            (&yes_no, "no", "no"),
        ] {
            assert_eq!(read(kind, text).as_deref(), Some(value), "{kind:?} {text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_none() {
        let yes_no = AnswerKind::YesNo { yes: vec!["yes".into()], no: vec!["no".into()] };
        for (kind, text) in [
            (&AnswerKind::Text, " "),
            (&AnswerKind::Number, "NaN"),
            (&AnswerKind::Number, "a few"),
            (&AnswerKind::Email, "a@b"),
            (&AnswerKind::Email, "a@b.example\nBcc: x@y.example"),
            (&AnswerKind::Phone, "123"),
            (&AnswerKind::Url, "shop"),
            (&AnswerKind::Url, "shop.example/<script>"),
            (&AnswerKind::Url, "javascript:alert(1)"),
            (&AnswerKind::Date { month_first: false }, "31.2.2026"),
            (&AnswerKind::Date { month_first: false }, "1/2/26"),
            (&AnswerKind::Date { month_first: false }, "tomorrow"),
            (&yes_no, "yes and no"),
        ] {
            assert_eq!(read(kind, text), None, "{kind:?} {text}");
        }
    }

    #[test]
    fn what_is_written_down_is_kept_in_one_form_and_not_guessed() {
        let choice = AnswerKind::Choice(vec!["Small".into(), "🦄 Large".into()]);
        let yes_no = AnswerKind::YesNo { yes: vec!["sí".into()], no: vec!["no".into()] };
        for (kind, value, kept) in [
            (&AnswerKind::Text, "anything", Some("anything")),
            (&AnswerKind::Number, "3,5", Some("3.5")),
            (&AnswerKind::Number, "three", None),
            (&AnswerKind::Date { month_first: true }, "2026-03-04", Some("2026-03-04")),
            (&AnswerKind::Date { month_first: true }, "2026-02-30", None),
            (&choice, "small", Some("Small")),
            (&choice, "🦄 Large", Some("🦄 Large")),
            (&choice, "1", None),
            (&choice, "Sma", None),
            (&yes_no, "yes", Some("yes")),
            (&yes_no, "Sí", Some("yes")),
            (&yes_no, "perhaps", None),
        ] {
            assert_eq!(kind.keep(value).as_deref(), kept, "{kind:?} {value}");
        }
        assert!(Shape::ALL.iter().all(|shape| Shape::parse(shape.as_str()) == Some(*shape)));
    }

    #[test]
    fn a_way_to_reach_somebody_is_found_in_a_sentence() {
        assert_eq!(way_to_reach("Mail me: ana@b.example."), Some(("email", "ana@b.example".into())));
        assert_eq!(way_to_reach("call +351 21 123 456 7, please"), Some(("phone", "+351 21 123 456 7".into())));
        assert_eq!(way_to_reach("(040) 123 45"), Some(("phone", "(040) 123 45".into())));
        for text in ["at 8", "no", "", "1 2 3"] {
            assert_eq!(way_to_reach(text), None, "{text}");
        }
    }
}
