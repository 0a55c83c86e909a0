//! Which trigger a message pulls by its words.
//!
//! All keywords lie in one automaton, so that a message is read once however many there are. Patterns and mistyped
//! words cost something only in bots that have them. Of several the urgent ones come first, then the priority decides,
//! then what was written rightly, then the longest, then the first in the document.

use std::cmp::Reverse;

use aho_corasick::AhoCorasick;
use regex::{RegexSet, RegexSetBuilder};

use super::fold::{Said, fold};
use super::triggers::{Action, Keyword, Kind, Trigger};
use super::typos::Typos;
use crate::domain::event::Reason;

/// What all patterns of a bot may weigh together.
pub const PATTERN_BYTES_MAX: usize = 1 << 20;

#[derive(Debug)]
pub struct Matcher {
    automaton: Option<AhoCorasick>,
    /// In the order of the automaton's patterns.
    entries: Vec<Entry>,
    patterns: Option<(RegexSet, Vec<Entry>)>,
    typos: Option<Typos>,
}

#[derive(Debug)]
struct Entry {
    /// As the bot's author wrote it.
    word: String,
    kind: Kind,
    typos: bool,
    trigger: usize,
    hands_off: bool,
    rank: Rank,
}

/// Whether it is urgent, its priority, whether it was written rightly, its length, and its place in the document.
type Rank = (bool, i32, bool, usize, Reverse<usize>);

/// A keyword that the text contains, by the number of its trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'a> {
    pub word: &'a str,
    pub trigger: usize,
}

/// The best of all that was found, and the best of those that call a person.
#[derive(Debug, Default, Clone, Copy)]
pub struct Matches<'a> {
    best: Option<(Rank, Found<'a>)>,
    hand_off: Option<(Rank, Found<'a>)>,
}

impl<'a> Matches<'a> {
    pub fn best(&self) -> Option<Found<'a>> {
        self.best.map(|(_, found)| found)
    }

    pub fn hand_off(&self) -> Option<Found<'a>> {
        self.hand_off.map(|(_, found)| found)
    }

    fn offer(&mut self, entry: &'a Entry, mistyped: bool) {
        let mut rank = entry.rank;
        rank.2 = !mistyped;
        let found = Found { word: &entry.word, trigger: entry.trigger };
        let better = |than: &Option<(Rank, Found)>| than.is_none_or(|(best, _)| rank > best);
        if better(&self.best) {
            self.best = Some((rank, found));
        }
        if entry.hands_off && better(&self.hand_off) {
            self.hand_off = Some((rank, found));
        }
    }
}

impl Matcher {
    /// Keywords without a word in them match nothing, and neither does a pattern that cannot be read.
    pub fn new(triggers: &[Trigger]) -> Self {
        let (mut entries, mut words) = (Vec::new(), Vec::new());
        let (mut patterns, mut sources) = (Vec::new(), Vec::new());
        for (number, trigger) in triggers.iter().enumerate() {
            for keyword in trigger.keywords() {
                let place = entries.len() + patterns.len();
                if keyword.kind == Kind::Pattern {
                    patterns.push(Entry::new(trigger, number, keyword, keyword.word.len(), place));
                    sources.push(keyword.word.as_str());
                } else if let Some(needle) = needle(keyword) {
                    entries.push(Entry::new(trigger, number, keyword, needle.len(), place));
                    words.push(needle);
                }
            }
        }
        let tolerant = entries.iter().zip(&words).filter(|(entry, _)| entry.typos).map(|(_, word)| word.as_str());
        let typos = entries.iter().any(|entry| entry.typos).then(|| Typos::new(tolerant));
        // The builder only fails beyond billions of patterns; a bot without an automaton recognises nothing.
        let automaton = AhoCorasick::new(&words).ok().filter(|_| !words.is_empty());
        let patterns = (!sources.is_empty()).then(|| pattern_set(&sources).ok().map(|set| (set, patterns))).flatten();
        Self { automaton, entries, patterns, typos }
    }

    pub fn find(&self, said: &Said) -> Matches<'_> {
        let mut matches = Matches::default();
        self.find_words(&said.folded, &mut matches, |_| true, false);
        if let Some(mended) = self.typos.as_ref().and_then(|typos| typos.mended(&said.folded)) {
            self.find_words(&mended, &mut matches, |entry| entry.typos, true);
        }
        if let Some((set, entries)) = &self.patterns {
            set.matches(said.text).iter().for_each(|number| matches.offer(&entries[number], false));
        }
        matches
    }

    fn find_words<'a>(
        &'a self,
        folded: &str,
        matches: &mut Matches<'a>,
        wanted: impl Fn(&Entry) -> bool,
        mistyped: bool,
    ) {
        let Some(automaton) = &self.automaton else { return };
        for found in automaton.find_overlapping_iter(folded) {
            let entry = &self.entries[found.pattern()];
            let stands = match entry.kind {
                Kind::Word | Kind::Phrase | Kind::Pattern => true,
                Kind::Exact => found.start() == 0 && found.end() == folded.len(),
                Kind::StartsWith => found.start() == 0,
            };
            if stands && wanted(entry) {
                matches.offer(entry, mistyped);
            }
        }
    }
}

/// Reads patterns as the matcher does, or says what is wrong with them.
pub fn pattern_set(sources: &[&str]) -> Result<RegexSet, regex::Error> {
    RegexSetBuilder::new(sources).case_insensitive(true).size_limit(PATTERN_BYTES_MAX).build()
}

/// What the automaton looks for: between spaces, unless the phrase may lie inside longer words.
fn needle(keyword: &Keyword) -> Option<String> {
    let folded = fold(&keyword.word);
    let words = folded.trim_ascii();
    match keyword.kind {
        _ if words.is_empty() => None,
        Kind::Phrase => Some(words.to_owned()),
        _ => Some(folded),
    }
}

impl Entry {
    fn new(trigger: &Trigger, number: usize, keyword: &Keyword, length: usize, place: usize) -> Self {
        let hands_off = matches!(trigger.action, Action::HandOff(_));
        let urgent = trigger.action == Action::HandOff(Reason::Urgent);
        let priority = trigger.priority.unwrap_or(i32::from(hands_off));
        Self {
            word: keyword.word.clone(),
            kind: keyword.kind,
            typos: keyword.typos && keyword.kind != Kind::Pattern,
            trigger: number,
            hands_off,
            rank: (urgent, priority, true, length, Reverse(place)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bot::triggers::On;

    fn trigger(words: &[&str], kind: Kind, typos: bool, action: Action) -> Trigger {
        let keyword = |word: &&str| Keyword { word: word.to_string(), kind, typos };
        Trigger::new(words[0], On::Keywords(words.iter().map(keyword).collect()), action)
    }

    fn go(words: &[&str]) -> Trigger {
        trigger(words, Kind::Word, false, Action::Go("somewhere".into()))
    }

    fn matcher() -> Matcher {
        let urgent = Action::HandOff(Reason::Urgent);
        Matcher::new(&[
            go(&["hours", "opening hours"]),
            go(&["bot"]),
            trigger(&["claim", "policy number", "ünfall"], Kind::Word, false, urgent),
            go(&["straße", "時間", "👍", "สวัสดี", "حادث", "İade", "café"]),
        ])
    }

    fn word_in(matcher: &Matcher, text: &str) -> Option<String> {
        matcher.find(&Said::new(text)).best().map(|found| found.word.to_owned())
    }

    fn word(text: &str) -> Option<String> {
        word_in(&matcher(), text)
    }

    #[test]
    fn a_keyword_matches_whole_words_only() {
        assert_eq!(word("two bottles of wine"), None);
        assert_eq!(word("Are you a BOT?"), Some("bot".into()));
    }

    #[test]
    fn the_longest_keyword_wins_and_an_urgent_one_before_all() {
        assert_eq!(word("your opening hours please"), Some("opening hours".into()));
        assert_eq!(word("opening hours for a claim"), Some("claim".into()));
    }

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(word("Ein UNFALL!"), Some("ünfall".into()));
        assert_eq!(word("In welcher STRASSE?"), Some("straße".into()));
        assert_eq!(word("my policy-number is 7"), Some("policy number".into()));
        assert_eq!(word("iade istiyorum"), Some("İade".into()));
        assert_eq!(word("un cafe\u{301} !"), Some("café".into()));
    }

    #[test]
    fn words_of_every_script_are_found() {
        assert_eq!(word("営業時間は?"), Some("時間".into()));
        assert_eq!(word("สวัสดีครับ"), Some("สวัสดี".into()));
        assert_eq!(word("وقع حَادِثٌ اليوم"), Some("حادث".into()));
        assert_eq!(word("great 👍🏿!"), Some("👍".into()));
    }

    #[test]
    fn neighbours_share_the_space_between_them() {
        assert_eq!(word("bot claim"), Some("claim".into()));
        assert_eq!(word("hours bot"), Some("hours".into()));
    }

    #[test]
    fn each_kind_matches_where_it_says() {
        let of = |kind| Matcher::new(&[trigger(&["ab cd"], kind, false, Action::Go("x".into()))]);
        let fits = |kind, text: &str| word_in(&of(kind), text).is_some();
        assert!(fits(Kind::Word, "x ab cd y") && !fits(Kind::Word, "xab cdy"));
        assert!(fits(Kind::Phrase, "xab cdy") && !fits(Kind::Phrase, "ab x cd"));
        assert!(fits(Kind::Exact, " AB cd! ") && !fits(Kind::Exact, "ab cd e"));
        assert!(fits(Kind::StartsWith, "ab cd e") && !fits(Kind::StartsWith, "e ab cd"));
    }

    #[test]
    fn a_phrase_is_found_inside_words_that_no_space_divides() {
        let matcher = Matcher::new(&[trigger(&["キャンセル"], Kind::Phrase, false, Action::Go("x".into()))]);
        assert!(word_in(&matcher, "キャンセルポリシー").is_some());
    }

    #[test]
    fn a_pattern_is_read_as_a_regular_expression_without_regard_to_case() {
        let matcher = Matcher::new(&[trigger(&[r"\border #?\d{4}\b"], Kind::Pattern, false, Action::Go("x".into()))]);
        assert!(word_in(&matcher, "Where is Order #1234?").is_some());
        assert!(word_in(&matcher, "order 12345").is_none());
        let broken = Matcher::new(&[trigger(&["("], Kind::Pattern, false, Action::Go("x".into()))]);
        assert!(word_in(&broken, "(").is_none());
    }

    #[test]
    fn mistyped_words_are_found_only_where_it_is_wanted() {
        let urgent = || Action::HandOff(Reason::Urgent);
        let tolerant = Matcher::new(&[go(&["hours"]), trigger(&["accident"], Kind::Word, true, urgent())]);
        assert_eq!(word_in(&tolerant, "an acident").as_deref(), Some("accident"));
        assert_eq!(word_in(&tolerant, "huors"), None);
        assert_eq!(word_in(&tolerant, "your hours after an acident").as_deref(), Some("accident"));
    }

    #[test]
    fn priority_decides_before_length_but_never_over_what_is_urgent() {
        let mut loud = go(&["bot"]);
        loud.priority = Some(9);
        let urgent = trigger(&["claim"], Kind::Word, false, Action::HandOff(Reason::Urgent));
        let asked = trigger(&["human"], Kind::Word, false, Action::HandOff(Reason::Asked));
        let matcher = Matcher::new(&[go(&["bot of the house"]), loud, urgent, asked]);
        assert_eq!(word_in(&matcher, "bot of the house").as_deref(), Some("bot"));
        assert_eq!(word_in(&matcher, "bot, a claim").as_deref(), Some("claim"));
        assert_eq!(word_in(&matcher, "bot or human").as_deref(), Some("bot"));
        let said = Said::new("bot or human");
        assert_eq!(matcher.find(&said).hand_off().map(|found| found.word), Some("human"));
    }
}
