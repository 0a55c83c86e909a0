//! Where a branch goes, and when.

use super::fold::fold;
use crate::domain::account::Channel;
use crate::domain::label::Label;

/// Goes to this dialogue if all of this is so.
#[derive(Debug, Clone)]
pub struct Case {
    pub when: Condition,
    pub go: String,
}

/// What is left out does not matter.
#[derive(Debug, Clone, Default)]
pub struct Condition {
    pub attribute: Option<(String, Test)>,
    /// The contact carries it.
    pub label: Option<Label>,
    pub channel: Option<Channel>,
    pub open: Option<bool>,
    /// The contact's first session, or a later one.
    pub first: Option<bool>,
}

#[derive(Debug, Clone)]
pub enum Test {
    Known(bool),
    /// Folded.
    Is(String),
    Over(f64),
    Under(f64),
}

/// What a condition may ask about.
pub struct Situation<'a> {
    pub value: &'a dyn Fn(&str) -> Option<String>,
    pub label: &'a dyn Fn(&Label) -> bool,
    pub channel: Channel,
    pub open: &'a dyn Fn() -> bool,
    pub first: bool,
}

impl Condition {
    pub fn holds(&self, situation: &Situation) -> bool {
        self.channel.is_none_or(|channel| channel == situation.channel)
            && self.label.as_ref().is_none_or(|label| (situation.label)(label))
            && self.first.is_none_or(|first| first == situation.first)
            && self.attribute.as_ref().is_none_or(|(name, test)| test.holds((situation.value)(name).as_deref()))
            && self.open.is_none_or(|open| open == (situation.open)())
    }
}

impl Test {
    fn holds(&self, value: Option<&str>) -> bool {
        let number = || value.and_then(|value| value.trim().replace(',', ".").parse::<f64>().ok());
        match self {
            Test::Known(known) => value.is_some_and(|value| !value.trim().is_empty()) == *known,
            Test::Is(wanted) => value.is_some_and(|value| fold(value) == *wanted),
            Test::Over(limit) => number().is_some_and(|number| number > *limit),
            Test::Under(limit) => number().is_some_and(|number| number < *limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(when: Condition, value: Option<&str>) -> bool {
        let value = |_: &str| value.map(str::to_owned);
        let label = |label: &Label| label.as_str() == "vip";
        when.holds(&Situation { value: &value, label: &label, channel: Channel::Webchat, open: &|| true, first: true })
    }

    fn tests(test: Test, value: Option<&str>) -> bool {
        holds(Condition { attribute: Some(("a".into(), test)), ..Condition::default() }, value)
    }

    #[test]
    fn values_are_tested() {
        assert!(tests(Test::Known(true), Some("x")) && !tests(Test::Known(true), Some(" ")));
        assert!(tests(Test::Known(false), None) && !tests(Test::Known(false), Some("x")));
        assert!(tests(Test::Is(fold("Plus")), Some("PLUS")) && !tests(Test::Is(fold("Plus")), None));
        assert!(tests(Test::Over(2.0), Some("2,5")) && !tests(Test::Over(2.0), Some("2")));
        assert!(tests(Test::Under(2.0), Some("1")) && !tests(Test::Under(2.0), Some("few")));
    }

    #[test]
    fn all_that_is_said_must_be_so() {
        assert!(holds(Condition::default(), None));
        assert!(holds(Condition { open: Some(true), first: Some(true), ..Condition::default() }, None));
        assert!(!holds(Condition { open: Some(true), first: Some(false), ..Condition::default() }, None));
        let label = |text: &str| Condition { label: Label::parse(text), ..Condition::default() };
        assert!(holds(label("VIP"), None) && !holds(label("new"), None));
        assert!(!holds(Condition { channel: Some(Channel::Messenger), ..Condition::default() }, None));
    }
}
