//! What agents ask: lists with each filter, and words.

use rand::RngExt;
use rand::rngs::StdRng;

use super::fill::{self, AGENTS, CITIES, LABELS, PLANS, PRIORITIES, REASONS, TEAMS, YEARS};
use super::words::{WORDS, name, rank, word};
use crate::{clock, product};

/// A kind of question, and how one of it is made.
pub struct Question {
    pub what: &'static str,
    pub make: fn(&mut StdRng) -> String,
}

/// Parts of lists.
pub const LISTS: [Question; 22] = [
    Question { what: "everything, newest first", make: |_| String::new() },
    Question { what: "everything, oldest first", make: |_| "&order=oldest".into() },
    Question { what: "everything, from a year ago on", make: |_| year_ago() },
    Question { what: "a label, from a year ago on", make: |dice| format!("&label={}", label(dice)) + &year_ago() },
    Question { what: "a channel", make: |_| "&channel=messenger".into() },
    Question { what: "an account", make: |_| format!("&account={}", product::WEBCHAT_ACCOUNT) },
    Question { what: "a bot", make: |_| "&bot=harbor".into() },
    Question { what: "who has the floor", make: |dice| format!("&mode={}", one(dice, &["bot", "waiting", "human"])) },
    Question { what: "who waits longest", make: |_| "&order=waiting".into() },
    Question { what: "who waits for a reason", make: |dice| format!("&order=waiting&reason={}", one(dice, &REASONS)) },
    Question { what: "somebody's", make: |dice| format!("&assignee={}", fill::agent(dice.random_range(0..AGENTS))) },
    Question { what: "a team's", make: |dice| format!("&team={}", fill::team(dice.random_range(0..TEAMS))) },
    Question { what: "a label", make: |dice| format!("&label={}", label(dice)) },
    Question { what: "two labels", make: |dice| format!("&label={}&label={}", label(dice), label(dice)) },
    Question { what: "unread", make: |_| "&unread=true".into() },
    Question { what: "an attribute", make: city },
    Question {
        what: "an attribute, a label and a channel",
        make: |dice| city(dice) + &format!("&channel=webchat&label={}", label(dice)),
    },
    Question {
        what: "an attribute of many, unread, with a label",
        make: |dice| plan(dice) + &format!("&unread=true&label={}", label(dice)),
    },
    Question { what: "a priority", make: |dice| format!("&priority={}", one(dice, &PRIORITIES)) },
    Question { what: "the most urgent first", make: |_| "&order=priority".into() },
    Question { what: "closed, with a label", make: |dice| format!("&status=closed&label={}", label(dice)) },
    Question { what: "snoozed", make: |_| "&status=snoozed".into() },
];

/// Searches.
pub const SEARCHES: [Question; 13] = [
    Question { what: "one of the most common words", make: |dice| word(rank(dice, 1, 20)) },
    Question { what: "a word", make: |dice| word(rank(dice, 1, WORDS)) },
    Question { what: "a rare word", make: |dice| word(rank(dice, 10_000, WORDS)) },
    Question { what: "a word that nobody said", make: |_| "xyzzyplugh".into() },
    Question { what: "two common words", make: |dice| words(dice, &[(1, 50), (1, 50)]) },
    Question { what: "two words", make: |dice| words(dice, &[(20, 3_000), (20, 3_000)]) },
    Question { what: "a common and a rare word", make: |dice| words(dice, &[(1, 20), (10_000, WORDS)]) },
    Question { what: "the first three letters of a word", make: |dice| begun(&word(rank(dice, 1, WORDS)), 3) },
    Question { what: "the first six letters of a word", make: |dice| begun(&long(dice), 6) },
    Question { what: "the first six letters of a common word", make: |dice| begun(&common_and_long(dice), 6) },
    Question {
        what: "two words, of which few were said together",
        make: |dice| words(dice, &[(200, 400), (200, 400)]),
    },
    Question { what: "three common words", make: |dice| words(dice, &[(1, 60), (1, 60), (1, 60)]) },
    Question { what: "a contact's name", make: name },
];

/// Deep in a list, where nobody has scrolled to.
fn year_ago() -> String {
    format!("&after={}.0.0", clock::millis() - YEARS / 2)
}

/// As far as somebody has typed it.
fn begun(word: &str, letters: usize) -> String {
    word[..letters].to_owned()
}

/// A word of more than six letters.
fn long(dice: &mut StdRng) -> String {
    std::iter::repeat_with(|| word(rank(dice, 1, WORDS))).find(|word| word.len() > 6).unwrap_or_default()
}

/// One of the most common of them.
fn common_and_long(dice: &mut StdRng) -> String {
    let long: Vec<String> = (32..200).map(word).filter(|word| word.len() > 6).take(5).collect();
    long[dice.random_range(0..long.len())].clone()
}

fn one(dice: &mut StdRng, of: &[&str]) -> String {
    of[dice.random_range(0..of.len())].to_owned()
}

fn label(dice: &mut StdRng) -> String {
    fill::label(rank(dice, 1, LABELS)).replace(' ', "%20")
}

fn city(dice: &mut StdRng) -> String {
    format!("&attribute=city&value=city%20{}", dice.random_range(0..CITIES))
}

fn plan(dice: &mut StdRng) -> String {
    format!("&attribute=plan&value={}", one(dice, &PLANS))
}

fn words(dice: &mut StdRng, ranks: &[(usize, usize)]) -> String {
    let words: Vec<String> = ranks.iter().map(|(from, to)| word(rank(dice, *from, *to))).collect();
    words.join(" ")
}
