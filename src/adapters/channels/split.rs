//! Long text, cut into parts that a channel takes.
//!
//! Lengths are in the channel's own unit. A cut is made, in order of preference, at the
//! end of a paragraph, of a sentence, of a word, of a grapheme; a link is kept whole. Only what is longer than the limit
//! by itself is cut inside.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::abilities::{TextLimit, Unit};
use crate::domain::message::Line;

/// No letter is longer in any unit.
const LONGEST_LETTER: usize = 4;

/// Cuts `text` into parts that keep the limit (which is at least 4). Nothing visible is lost; white space at a cut is,
/// and text that is nothing but white space has no parts.
pub fn split(text: &str, limit: TextLimit) -> Vec<String> {
    let limit = TextLimit { max: limit.max.max(LONGEST_LETTER), ..limit };
    let fits = |text: &str| limit.unit.count(text) <= limit.max;
    let mut parts = Vec::new();
    let mut rest = if fits(text) { text } else { trim_start(text) };
    while !is_blank(rest) {
        let end = if fits(rest) { rest.len() } else { cut_at(rest, limit) };
        let (part, after) = rest.split_at(end);
        let part = if after.is_empty() { part } else { trim_end(part) };
        if !is_blank(part) {
            parts.push(part.to_owned());
        }
        rest = trim_start(after);
    }
    parts
}

/// How many calls a line takes where each part of its text is one, and what is attached another.
pub fn calls(line: &Line, limit: TextLimit) -> u32 {
    let texts = split(&line.text, limit).len();
    (texts + usize::from(line.attachment.is_some())).try_into().unwrap_or(u32::MAX)
}

/// `text` in at most `limit` UTF-16 units, with an ellipsis where something is missing. Graphemes stay whole.
pub fn shorten(text: &str, limit: usize) -> String {
    if units(text) <= limit {
        return text.to_owned();
    }
    let mut room = limit.saturating_sub(1);
    let kept = text.graphemes(true).take_while(|grapheme| {
        let fits = units(grapheme) <= room;
        room = room.saturating_sub(units(grapheme));
        fits
    });
    let mut short: String = kept.collect();
    short.truncate(trim_end(&short).len());
    short.push('…');
    short
}

fn units(text: &str) -> usize {
    Unit::Utf16.count(text)
}

/// Where to cut `text`, which is longer than `limit`: a byte position after its start.
fn cut_at(text: &str, limit: TextLimit) -> usize {
    let cuts = Cuts::within(text, limit);
    let half = first_units(text, TextLimit { max: limit.max / 2, ..limit });
    // A paragraph that ends early would make a tiny part: better the end of a sentence further on.
    let late = [cuts.paragraph, cuts.sentence].into_iter().find(|cut| *cut > 0 && *cut >= half);
    let any = [cuts.word, cuts.grapheme].into_iter().find(|cut| *cut > 0);
    // Nothing at all: a grapheme that is longer than a whole part.
    late.or(any).unwrap_or_else(|| first_units(text, limit))
}

/// The last place of each kind at which a part may end. 0 where there is none.
#[derive(Default)]
struct Cuts {
    paragraph: usize,
    sentence: usize,
    word: usize,
    grapheme: usize,
}

impl Cuts {
    fn within(text: &str, limit: TextLimit) -> Self {
        let mut cuts = Self::default();
        let mut used = 0;
        let mut link = 0..0;
        let mut before = "";
        for (at, grapheme) in text.grapheme_indices(true) {
            if at >= link.end {
                link = at..link_end(text, at);
            }
            // Right before a link is a fine place to cut.
            let inside_link = at != link.start && link.contains(&at);
            if at > 0 && !inside_link {
                cuts.note(at, before, grapheme, &text[at..]);
            }
            used += limit.unit.count(grapheme);
            if used > limit.max {
                break;
            }
            before = grapheme;
        }
        cuts
    }

    fn note(&mut self, at: usize, before: &str, here: &str, rest: &str) {
        self.grapheme = at;
        let wide_stop = before.ends_with(['。', '！', '？']);
        if is_blank(here) {
            self.word = at;
            let closed = before.trim_end_matches(['"', '\'', ')', '”', '’', '»']);
            if here.contains('\n') || closed.ends_with(['.', '!', '?', '…']) {
                self.sentence = at;
            }
            let mut blanks = rest[here.len()..].graphemes(true).take(8).take_while(|next| is_blank(next));
            if here.contains('\n') && blanks.any(|next| next.contains('\n')) {
                self.paragraph = at;
            }
        } else if wide_stop {
            self.sentence = at;
        }
    }
}

/// Where the link that starts at `at` ends; `at` itself if none starts there.
fn link_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    if !starts_link(rest) {
        return at;
    }
    let ends = |letter: char| letter.is_whitespace() || "<>\"。！？，、；：（）「」".contains(letter);
    at + rest.find(ends).unwrap_or(rest.len())
}

fn starts_link(text: &str) -> bool {
    let starts = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    starts("http://") || starts("https://")
}

/// Where what keeps the limit of `text` ends, between two letters.
fn first_units(text: &str, limit: TextLimit) -> usize {
    let mut used = 0;
    let fits = text.chars().take_while(|letter| {
        used += limit.unit.of(*letter);
        used <= limit.max
    });
    fits.map(char::len_utf8).sum()
}

/// White space only. A space that carries an accent is not: it can be seen.
fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

fn trim_start(text: &str) -> &str {
    let blank = text.graphemes(true).take_while(|grapheme| is_blank(grapheme)).map(str::len).sum::<usize>();
    &text[blank..]
}

fn trim_end(text: &str) -> &str {
    let blank = text.graphemes(true).rev().take_while(|grapheme| is_blank(grapheme)).map(str::len).sum::<usize>();
    &text[..text.len() - blank]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(text: &str, max: usize) -> Vec<String> {
        super::split(text, TextLimit { max, unit: Unit::Utf16 })
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
            let parts = super::split(&text, TextLimit { max, unit });
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
}
