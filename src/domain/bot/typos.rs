//! Words with one slip of the finger: a letter too much, too few, another, or two that changed places.
//!
//! Whoever drops one letter from each of two words that are one slip apart finds a word they share. So the words of
//! the keywords are filed under all that they leave behind, and a message is looked up the same way: what it costs
//! depends on the message, not on the number of keywords.

use std::collections::HashMap;

use strsim::osa_distance;

/// Shorter words are too much like others.
const LETTERS_MIN: usize = 5;
const LETTERS_MAX: usize = 40;

#[derive(Debug, Default)]
pub struct Typos {
    words: Vec<String>,
    /// By what is left of a word without one letter, and by the word itself.
    filed: HashMap<String, Vec<u32>>,
}

impl Typos {
    /// Knows the words of these folded keywords.
    pub fn new<'a>(folded: impl Iterator<Item = &'a str>) -> Self {
        let mut typos = Self::default();
        for word in folded.flat_map(|folded| folded.split(' ')) {
            if is_long_enough(word) && !typos.knows(word) {
                let number = typos.words.len() as u32;
                leavings(word).for_each(|left| typos.filed.entry(left).or_default().push(number));
                typos.filed.entry(word.to_owned()).or_default().push(number);
                typos.words.push(word.to_owned());
            }
        }
        typos
    }

    /// The folded text with each mistyped word as it was probably meant; none if no word seems mistyped.
    pub fn mended(&self, folded: &str) -> Option<String> {
        let mut mended = String::with_capacity(folded.len());
        let mut changed = false;
        for word in folded.split_inclusive(' ') {
            let (word, space) = word.split_at(word.trim_end_matches(' ').len());
            let meant = self.meant(word);
            changed |= meant.is_some();
            mended.push_str(meant.unwrap_or(word));
            mended.push_str(space);
        }
        changed.then_some(mended)
    }

    fn meant(&self, word: &str) -> Option<&str> {
        if !is_long_enough(word) || self.knows(word) {
            return None;
        }
        let near = |key: &str| {
            self.filed
                .get(key)?
                .iter()
                .map(|number| self.words[*number as usize].as_str())
                .find(|known| osa_distance(known, word) == 1)
        };
        near(word).or_else(|| leavings(word).find_map(|left| near(&left)))
    }

    fn knows(&self, word: &str) -> bool {
        self.filed.get(word).is_some_and(|numbers| numbers.iter().any(|number| self.words[*number as usize] == word))
    }
}

fn is_long_enough(word: &str) -> bool {
    word.len() >= LETTERS_MIN && (LETTERS_MIN..=LETTERS_MAX).contains(&word.chars().take(LETTERS_MAX + 1).count())
}

/// The word without one of its letters, each in turn.
fn leavings(word: &str) -> impl Iterator<Item = String> + '_ {
    word.char_indices().map(|(at, letter)| [&word[..at], &word[at + letter.len_utf8()..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> Option<String> {
        Typos::new([" accident ", " policy number ", " bill "].into_iter()).mended(text)
    }

    #[test]
    fn one_slip_is_mended() {
        for slip in ["acident", "acccident", "accidemt", "accidnet", "ccident", "accidents"] {
            assert_eq!(mended(&format!(" an {slip} ")).as_deref(), Some(" an accident "), "{slip}");
        }
        assert_eq!(mended(" my polcy nubmer ").as_deref(), Some(" my policy number "));
    }

    #[test]
    fn two_slips_short_words_and_right_words_are_left_alone() {
        for text in [" acidemt ", " bil ", " bill ", " accident ", " ", " palace "] {
            assert_eq!(mended(text), None, "{text}");
        }
    }
}
