//! How words are recognised: whole words and phrases, whatever their case and accents.
//!
//! Text and keywords are folded the same way: compatibility forms and accents dropped, lower case, words joined by
//! single spaces. A keyword then matches between spaces. Of several the hand-offs come first, then the longest.

use aho_corasick::AhoCorasick;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use super::{Action, Trigger};

#[derive(Debug)]
pub struct Matcher {
    automaton: Option<AhoCorasick>,
    keywords: Vec<Keyword>,
}

#[derive(Debug)]
struct Keyword {
    /// As the bot's author wrote it.
    word: String,
    folded_len: usize,
    action: Action,
}

/// A keyword that the text contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<'a> {
    pub word: &'a str,
    pub action: &'a Action,
}

impl Matcher {
    pub fn new(triggers: &[Trigger]) -> Self {
        let pairs =
            triggers.iter().flat_map(|trigger| trigger.keywords.iter().map(move |word| (word, &trigger.action)));
        let (mut keywords, mut patterns) = (Vec::new(), Vec::new());
        for (word, action) in pairs {
            let folded = fold(word);
            if folded.trim().is_empty() {
                continue;
            }
            keywords.push(Keyword { word: word.clone(), folded_len: folded.len(), action: action.clone() });
            patterns.push(folded);
        }
        // The builder only fails beyond billions of patterns; a bot without an automaton recognises nothing.
        Self { automaton: AhoCorasick::new(&patterns).ok().filter(|_| !patterns.is_empty()), keywords }
    }

    pub fn find(&self, text: &str) -> Option<Found<'_>> {
        let folded = fold(text);
        let found =
            self.automaton.as_ref()?.find_overlapping_iter(&folded).map(|found| &self.keywords[found.pattern()]);
        let best = found.max_by_key(|keyword| (matches!(keyword.action, Action::HandOff(_)), keyword.folded_len))?;
        Some(Found { word: &best.word, action: &best.action })
    }
}

/// The text as it is compared: ` word word `, with a space at both ends.
pub fn fold(text: &str) -> String {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let plain = plain.replace('ß', "ss").replace('ı', "i");
    let mut folded = String::with_capacity(plain.len() + 2);
    folded.push(' ');
    for word in plain.unicode_words() {
        folded.extend(word.chars().filter(|c| !is_combining_mark(*c)));
        folded.push(' ');
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Reason;

    fn matcher() -> Matcher {
        let go = |words: &[&str], to: &str| Trigger {
            keywords: words.iter().map(|word| word.to_string()).collect(),
            action: Action::Go(to.into()),
        };
        let urgent = Trigger {
            keywords: vec!["claim".into(), "policy number".into(), "ünfall".into()],
            action: Action::HandOff(Reason::Urgent),
        };
        Matcher::new(&[
            go(&["hours", "opening hours"], "hours"),
            go(&["bot"], "about"),
            urgent,
            go(&["straße", "時間"], "street"),
        ])
    }

    fn word(text: &str) -> Option<String> {
        matcher().find(text).map(|found| found.word.to_owned())
    }

    #[test]
    fn a_keyword_matches_whole_words_only() {
        assert_eq!(word("two bottles of wine"), None);
        assert_eq!(word("Are you a BOT?"), Some("bot".into()));
    }

    #[test]
    fn the_longest_keyword_wins_and_a_hand_off_before_all() {
        assert_eq!(word("your opening hours please"), Some("opening hours".into()));
        assert_eq!(word("opening hours for a claim"), Some("claim".into()));
    }

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(word("Ein UNFALL!"), Some("ünfall".into()));
        assert_eq!(word("In welcher STRASSE?"), Some("straße".into()));
        assert_eq!(word("my policy-number is 7"), Some("policy number".into()));
    }

    #[test]
    fn words_without_spaces_between_them_are_found() {
        assert_eq!(word("営業時間は?"), Some("時間".into()));
    }

    #[test]
    fn neighbours_share_the_space_between_them() {
        assert_eq!(word("bot claim"), Some("claim".into()));
        assert_eq!(word("hours bot"), Some("hours".into()));
    }
}
