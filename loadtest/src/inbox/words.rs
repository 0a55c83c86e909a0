//! Words that are as common and as rare as words are: the one of rank n comes 1/n as often as the first.

use std::sync::LazyLock;

use rand::RngExt;
use rand::rngs::StdRng;

/// How many there are.
pub const WORDS: usize = 30_000;
const SYLLABLES: [&str; 32] = [
    "ka", "ro", "mi", "ten", "la", "su", "ver", "do", "pi", "lan", "ge", "no", "tar", "el", "fu", "ris", "ba", "che",
    "mo", "lin", "ost", "qui", "ha", "dre", "sa", "vin", "ul", "per", "jo", "kel", "wa", "zim",
];
const FIRST_NAMES: usize = 400;
const LAST_NAMES: usize = 3_000;

/// The word of this rank; no two are the same.
pub fn word(rank: usize) -> String {
    let (low, middle, high) = (rank % 32, rank / 32 % 32, rank / 1024);
    // Turned around, so that words that begin alike are not equally common.
    let first = (low * 7 + middle * 5 + high) % 32;
    let mut word = format!("{}{}", SYLLABLES[first], SYLLABLES[low]);
    if middle > 0 || high > 0 {
        word += SYLLABLES[middle];
    }
    if high > 0 {
        word += SYLLABLES[high % 32];
    }
    word
}

/// The same, made once: many millions are said.
fn known(rank: usize) -> &'static str {
    static ALL: LazyLock<Vec<String>> = LazyLock::new(|| (0..WORDS).map(word).collect());
    &ALL[rank]
}

/// A rank between the two, the lower the likelier.
pub fn rank(dice: &mut StdRng, from: usize, to: usize) -> usize {
    let (from, to) = (from.max(1) as f64, to as f64);
    let rank = from * (to / from).powf(dice.random_range(0.0..1.0));
    (rank as usize).min(WORDS - 1)
}

pub fn sentence(dice: &mut StdRng) -> String {
    let length = dice.random_range(3..16);
    let words: Vec<&str> = (0..length).map(|_| known(rank(dice, 1, WORDS))).collect();
    words.join(" ")
}

/// Of a contact, two words.
pub fn name(dice: &mut StdRng) -> String {
    let (first, last) = (dice.random_range(0..FIRST_NAMES), dice.random_range(0..LAST_NAMES));
    format!("{} {}", capital(&word(5_000 + first)), capital(&word(12_000 + last)))
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_words_are_the_same() {
        assert_eq!((0..WORDS).map(word).collect::<HashSet<_>>().len(), WORDS);
    }
}
