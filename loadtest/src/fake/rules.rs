//! What the provider is told to do wrong.

use rand::RngExt;
use serde::{Deserialize, Serialize};

/// For these messages, this often, do that.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rule {
    pub when: When,
    /// For the next so many that match; none: always.
    pub times: Option<u64>,
    /// Only with this probability (0 to 1) when it matches; none: surely.
    pub chance: Option<f64>,
    pub then: Then,
}

/// Which messages: all conditions that are given must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct When {
    pub recipient: Option<String>,
    pub text_contains: Option<String>,
    pub page: Option<String>,
    /// With or without a message tag; none: both.
    pub tagged: Option<bool>,
}

/// What to do with a message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Then {
    /// Accept and answer, as without a rule.
    #[default]
    Answer,
    /// Do not accept; answer an error as Graph words it.
    Refuse { status: u16, code: u32, subcode: Option<u32>, retry_after: Option<u64> },
    /// Accept, but answer an error: Graph's code 1 is known for it.
    AcceptThenRefuse { status: u16, code: u32, subcode: Option<u32> },
    /// Accept, and answer so many milliseconds later.
    Delay { millis: u64 },
    /// Accept, and close the connection without an answer.
    AcceptThenCut,
    /// Close the connection without an answer; the contact gets nothing.
    CutBeforeAccepting,
    /// Accept, say nothing for so many milliseconds (30 000 is longer than any patience), then close.
    Hang { millis: u64 },
    /// Answer 200 with something that is not JSON; the contact got it.
    Nonsense,
}

impl Rule {
    /// Does `then` with every message until the rules are cleared.
    pub fn always(then: Then) -> Self {
        Self { then, ..Self::default() }
    }

    /// Does `then` with the next `times` messages.
    pub fn next(times: u64, then: Then) -> Self {
        Self { times: Some(times), then, ..Self::default() }
    }

    /// Does `then` with about this share of the messages.
    pub fn sometimes(chance: f64, then: Then) -> Self {
        Self { chance: Some(chance), then, ..Self::default() }
    }

    /// Only messages to this contact.
    pub fn to(mut self, recipient: impl Into<String>) -> Self {
        self.when.recipient = Some(recipient.into());
        self
    }

    /// Only messages without a tag.
    pub fn untagged(mut self) -> Self {
        self.when.tagged = Some(false);
        self
    }

    /// Only messages that contain these words.
    pub fn saying(mut self, words: impl Into<String>) -> Self {
        self.when.text_contains = Some(words.into());
        self
    }
}

impl Then {
    /// 429 with code 613 and `Retry-After` in seconds.
    pub fn throttle(retry_after: u64) -> Self {
        Self::Refuse { status: 429, code: 613, subcode: None, retry_after: Some(retry_after) }
    }

    /// 503, temporary (code 2).
    pub fn unavailable() -> Self {
        Self::Refuse { status: 503, code: 2, subcode: None, retry_after: None }
    }

    /// 400, outside of the 24-hour window: trying again changes nothing.
    pub fn outside_window() -> Self {
        Self::Refuse { status: 400, code: 10, subcode: Some(2_018_278), retry_after: None }
    }

    /// 400, the page token is dead.
    pub fn token_expired() -> Self {
        Self::Refuse { status: 401, code: 190, subcode: Some(463), retry_after: None }
    }
}

/// The rules in force.
#[derive(Default)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
}

impl Rules {
    pub fn add(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    pub fn clear(&mut self) {
        self.rules.clear();
    }

    pub fn all(&self) -> &[Rule] {
        &self.rules
    }

    /// What the first matching rule says; a rule that is used up goes.
    pub fn decide(&mut self, page: &str, recipient: &str, text: Option<&str>, tagged: bool) -> Then {
        let hit = self.rules.iter().position(|rule| rule.when.holds(page, recipient, text, tagged) && rule.dice());
        let Some(index) = hit else { return Then::Answer };
        let then = self.rules[index].then.clone();
        if let Some(times) = &mut self.rules[index].times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.rules.remove(index);
            }
        }
        then
    }
}

impl Rule {
    fn dice(&self) -> bool {
        self.times != Some(0) && self.chance.is_none_or(|chance| rand::rng().random_bool(chance.clamp(0.0, 1.0)))
    }
}

impl When {
    fn holds(&self, page: &str, recipient: &str, text: Option<&str>, tagged: bool) -> bool {
        let same = |wanted: &Option<String>, given: &str| wanted.as_deref().is_none_or(|wanted| wanted == given);
        let says = |words: &str| text.is_some_and(|text| text.contains(words));
        let same_tag = self.tagged.is_none_or(|wanted| wanted == tagged);
        same_tag
            && same(&self.recipient, recipient)
            && same(&self.page, page)
            && self.text_contains.as_deref().is_none_or(says)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_for_the_next_two_is_used_up_after_two_that_match() {
        let mut rules = Rules::default();
        rules.add(Rule::next(2, Then::AcceptThenCut).to("7").saying("hours"));
        assert_eq!(rules.decide("1", "8", Some("hours"), false), Then::Answer);
        assert_eq!(rules.decide("1", "7", None, false), Then::Answer);
        assert_eq!(rules.decide("1", "7", Some("our hours"), false), Then::AcceptThenCut);
        assert_eq!(rules.decide("1", "7", Some("our hours"), false), Then::AcceptThenCut);
        assert_eq!(rules.decide("1", "7", Some("our hours"), false), Then::Answer);
        assert!(rules.all().is_empty());
    }

    #[test]
    fn a_rule_reads_as_json() {
        let rule: Rule =
            serde_json::from_str(r#"{"times":1,"then":{"do":"refuse","status":429,"code":613,"retry_after":2}}"#)
                .unwrap();
        assert_eq!(rule, Rule::next(1, Then::throttle(2)));
    }
}
