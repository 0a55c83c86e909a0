//! Long texts are cut where a reader would, and nothing that can be seen is lost.

use proptest::prelude::*;
use switchboard::domain::abilities::{TextLimit, Unit};
use switchboard::domain::split::{shorten, split as split_by};
use unicode_segmentation::UnicodeSegmentation;

fn split(text: &str, max: usize) -> Vec<String> {
    split_by(text, TextLimit { max, unit: Unit::Utf16 })
}

fn units(text: &str) -> usize {
    Unit::Utf16.count(text)
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

fn visible(text: &str) -> Vec<&str> {
    text.graphemes(true).filter(|grapheme| !is_blank(grapheme)).collect()
}

#[test]
fn short_text_is_left_as_it_is() {
    assert_eq!(split("  hello \n", 20), ["  hello \n"]);
    assert_eq!(split(" \n ", 20), [""; 0]);
    assert_eq!(split("", 20), [""; 0]);
}

#[test]
fn a_cut_prefers_paragraphs_then_sentences_then_words() {
    assert_eq!(split("One two three.\n\nFour five. Six", 28), ["One two three.", "Four five. Six"]);
    assert_eq!(split("Hi.\n\nThis is long. And so on it goes", 25), ["Hi.\n\nThis is long.", "And so on it goes"]);
    assert_eq!(split("one two three four", 10), ["one two", "three four"]);
    assert_eq!(split("他来了。我们走吧。好不好", 10), ["他来了。我们走吧。", "好不好"]);
}

#[test]
fn a_link_stays_whole_if_it_can() {
    let link = "https://example.org/a/long/path?with=1";
    assert_eq!(split(&format!("看这里{link}。再见"), 40), ["看这里", &format!("{link}。"), "再见"]);
    let endless = format!("see {link}{}", "x".repeat(40));
    assert!(split(&endless, 30).iter().all(|part| units(part) <= 30));
}

#[test]
fn families_and_flags_are_not_torn_apart() {
    let family = "👨‍👩‍👧‍👦";
    assert_eq!(split(&family.repeat(3), 25), [family.repeat(2), family.to_owned()]);
    // Longer than the limit by itself: the limit wins.
    assert!(split(family, 5).iter().all(|part| units(part) <= 5));
}

#[test]
fn a_title_is_shortened_between_graphemes() {
    assert_eq!(shorten("Orders", 20), "Orders");
    assert_eq!(shorten("A very long title for a button", 20), "A very long title f…");
    assert_eq!(shorten("1234567890 234567 👨‍👩‍👧‍👦", 20), "1234567890 234567…");
}

proptest! {
    #[test]
    fn nothing_visible_is_lost_and_no_part_is_too_long(text in "(\\PC|[ \n\t]|👨‍👩‍👧|é|[a-z]{1,9}|[.!?。] ?){0,120}", max in 4usize..60, bytes in any::<bool>()) {
        let unit = if bytes { Unit::Byte } else { Unit::Utf16 };
        let parts = split_by(&text, TextLimit { max, unit });
        prop_assert!(parts.iter().all(|part| unit.count(part) <= max && !is_blank(part)));
        let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
        prop_assert_eq!(letters(&parts.concat()), letters(&text));
        if visible(&text).iter().all(|grapheme| unit.count(grapheme) <= max) {
            let kept: Vec<&str> = parts.iter().flat_map(|part| visible(part)).collect();
            prop_assert_eq!(kept, visible(&text));
        }
    }

    #[test]
    fn links_survive(words in prop::collection::vec("[a-zé]{1,12}|https?://[a-z]{3,8}\\.org/[a-z/?=.]{0,12}", 1..40), limit in 40usize..90) {
        let text = words.join(" ");
        let parts = split(&text, limit);
        let kept: Vec<&str> = parts.iter().flat_map(|part| part.split_whitespace()).collect();
        prop_assert_eq!(kept, words);
    }

    #[test]
    fn a_title_always_fits(text in "\\PC{0,40}", limit in 1usize..30) {
        prop_assert!(units(&shorten(&text, limit)) <= limit);
    }
}
