//! Which of several labels somebody means who types instead of tapping.

use strsim::osa_distance;

use super::fold::{Said, fold};

const LETTERS_MIN: usize = 4;

/// The label that was meant: by its number or its words, or something close to one and no other.
pub fn meant<'a>(labels: impl Iterator<Item = &'a str> + Clone, said: &Said) -> Option<usize> {
    let folded: Vec<String> = labels.map(fold).collect();
    let folded = folded.iter().map(String::as_str);
    exactly(folded.clone(), said).or_else(|| closely(folded, said))
}

/// Which of the folded labels was said, by its number or in its own words.
pub fn exactly<'a>(mut folded: impl Iterator<Item = &'a str> + Clone, said: &Said) -> Option<usize> {
    let words = said.folded.trim_ascii();
    if words.is_empty() {
        return None;
    }
    let count = folded.clone().count();
    let number = words.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|index| *index < count);
    number.or_else(|| folded.position(|label| label == said.folded))
}

/// Which one of the folded labels lies close to what was said, if exactly one does: it is part of it, or the other way
/// round, or has a slip or two.
pub fn closely<'a>(folded: impl Iterator<Item = &'a str> + Clone, said: &Said) -> Option<usize> {
    let contains = |label: &str| label.trim_ascii().len() > 1 && said.folded.contains(label);
    let part = |label: &str| said.folded.trim_ascii().len() >= LETTERS_MIN && label.contains(&*said.folded);
    let slip = |label: &str| slips(label, &said.folded);
    only(folded.clone(), contains).or_else(|| only(folded.clone(), part)).or_else(|| only(folded, slip))
}

fn only<'a>(mut folded: impl Iterator<Item = &'a str>, fits: impl Fn(&str) -> bool) -> Option<usize> {
    let first = folded.by_ref().position(&fits)?;
    (!folded.any(fits)).then_some(first)
}

/// One slip in five letters, two in nine.
fn slips(label: &str, said: &str) -> bool {
    let letters = label.chars().count() - label.chars().filter(|c| *c == ' ').count();
    let allowed = match letters {
        0..=4 => return false,
        5..=8 => 1,
        _ => 2,
    };
    said.len().abs_diff(label.len()) <= 4 * allowed && osa_distance(label, said) <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [&str; 4] = ["Get a quote", "Opening hours", "Prices", "Talk to a human"];

    fn which(text: &str) -> Option<&'static str> {
        meant(LABELS.into_iter(), &Said::new(text)).map(|index| LABELS[index])
    }

    #[test]
    fn a_number_the_label_or_something_close_is_understood() {
        for (text, label) in [
            ("2", "Opening hours"),
            ("PRICES!", "Prices"),
            ("your prices please", "Prices"),
            ("quote", "Get a quote"),
            ("human", "Talk to a human"),
            ("prizes", "Prices"),
            ("opening huors", "Opening hours"),
            ("get a qoute", "Get a quote"),
        ] {
            assert_eq!(which(text), Some(label), "{text}");
        }
    }

    #[test]
    fn what_is_close_to_none_or_to_several_is_not() {
        for text in ["", "5", "0", "a", "prices or opening hours", "👍", "how are you", "22"] {
            assert_eq!(which(text), None, "{text}");
        }
    }
}
