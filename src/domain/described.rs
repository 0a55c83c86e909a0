//! What the contact's own website says about them: attributes, typed and limited.
//!
//! What a page says is the visitor's own word, like an answer in a form. What came with a signed identity is the
//! website's.

use super::command::Refusal;
use super::conversation::{Conversation, Decision, something};
use super::event::{Agent, Event, Origin};

/// Attributes that are said at a time.
pub const SAID_MAX: usize = 20;
/// With so many, a contact gets no more by this way.
pub const ATTRIBUTES_MAX: usize = 100;
pub const NAME_CHARS_MAX: usize = 64;
pub const VALUE_CHARS_MAX: usize = 1_000;

/// A name, and what it says.
pub type Attribute = (String, String);

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Number(f64),
    Truth(bool),
}

/// The attribute as it is kept, or what is wrong with it.
pub fn attribute(name: &str, value: &Value) -> Result<Attribute, String> {
    let good = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if name.is_empty() || name.len() > NAME_CHARS_MAX || !name.chars().all(good) {
        return Err(format!(
            "{name:?} cannot name an attribute: take up to {NAME_CHARS_MAX} lower-case letters, digits and _"
        ));
    }
    let text = match value {
        Value::Text(text) => text.replace('\0', ""),
        Value::Number(number) if number.is_finite() => number.to_string(),
        Value::Number(_) => return Err(format!("{name} is no number")),
        Value::Truth(yes) => if *yes { "yes" } else { "no" }.to_owned(),
    };
    if text.chars().count() > VALUE_CHARS_MAX {
        return Err(format!("{name} has more than {VALUE_CHARS_MAX} characters"));
    }
    Ok((name.to_owned(), text))
}

/// All of them, or what is wrong with one.
pub fn attributes(read: impl Iterator<Item = Result<Attribute, String>>) -> Result<Vec<Attribute>, String> {
    let all = read.take(SAID_MAX + 1).collect::<Result<Vec<_>, _>>()?;
    if all.len() > SAID_MAX { Err(format!("no more than {SAID_MAX} at a time")) } else { Ok(all) }
}

impl Conversation {
    /// Moves nothing. What is known already is not said again.
    pub(super) fn describe(&self, attributes: Vec<Attribute>) -> Decision {
        let known = &self.state.attributes;
        let mut room = ATTRIBUTES_MAX.saturating_sub(known.len());
        let mut news = Vec::new();
        for (name, value) in attributes {
            if known.get(&name) == Some(&value) {
                continue;
            }
            if !known.contains_key(&name) {
                room = room.checked_sub(1).ok_or(Refusal::TooManyAttributes)?;
            }
            news.push(Event::AttributeSet { name, value, by: None, from: Origin::default() });
        }
        something(news)
    }

    /// An agent writes it down, or corrects it; an empty value forgets it. What the bot declares is of its kind. Moves
    /// nothing.
    pub(super) fn set_attribute(&self, agent: Agent, name: String, value: &str) -> Decision {
        let known = &self.state.attributes;
        let value = value.trim();
        if !is_one_line(&name, 1, NAME_CHARS_MAX) || name.trim() != name || !is_one_line(value, 0, VALUE_CHARS_MAX) {
            return Err(Refusal::BadAttribute);
        }
        let value = self.of_its_kind(&name, value)?;
        if known.get(&name).map_or("", String::as_str) == value {
            return Err(Refusal::NothingNew);
        }
        if !known.contains_key(&name) && known.len() >= ATTRIBUTES_MAX {
            return Err(Refusal::TooManyAttributes);
        }
        Ok(vec![Event::AttributeSet { name, value, by: Some(agent), from: Origin::default() }])
    }

    fn of_its_kind(&self, name: &str, value: &str) -> Result<String, Refusal> {
        match self.bot.attributes.get(name).filter(|_| !value.is_empty()) {
            Some(kind) => kind.keep(value).ok_or(Refusal::NotOfKind(kind.shape())),
            None => Ok(value.to_owned()),
        }
    }
}

fn is_one_line(text: &str, at_least: usize, at_most: usize) -> bool {
    (at_least..=at_most).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_have_plain_names_and_short_values() {
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(attribute("plan_2", &text("gold")), Ok(("plan_2".into(), "gold".into())));
        assert_eq!(attribute("seats", &Value::Number(3.0)), Ok(("seats".into(), "3".into())));
        assert_eq!(attribute("rate", &Value::Number(2.5)), Ok(("rate".into(), "2.5".into())));
        assert_eq!(attribute("vip", &Value::Truth(false)), Ok(("vip".into(), "no".into())));
        for name in ["", "Plan", "a b", "größe", "__proto__\0", &"a".repeat(65)] {
            assert!(attribute(name, &text("x")).is_err(), "{name}");
        }
        assert!(attribute("a", &text(&"x".repeat(1_001))).is_err());
        assert!(attribute("a", &Value::Number(f64::NAN)).is_err());
        let many = (0..21).map(|number| attribute(&format!("a{number}"), &text("x")));
        assert!(attributes(many).is_err());
    }
}
