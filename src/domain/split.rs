//! Long text, cut into parts that a channel takes.
//!
//! Lengths are in the channel's own unit. A cut is made, in order of preference, at the
//! end of a paragraph, of a sentence, of a word, of a grapheme; a link is kept whole. Only what is longer than the limit
//! by itself is cut inside.

use unicode_segmentation::UnicodeSegmentation;

use super::abilities::{TextLimit, Unit};
use super::message::Line;

/// No letter is longer in any unit.
const LONGEST_LETTER: usize = 4;

/// Cuts `text` into parts that keep the limit (which is at least 4). Nothing visible is lost; white space at a cut is,
/// and text that is nothing but white space has no parts.
pub fn split(text: &str, limit: TextLimit) -> Vec<String> {
    let limit = TextLimit { max: limit.max.max(LONGEST_LETTER), ..limit };
    // No unit is shorter than a byte.
    let fits = |text: &str| text.len() <= limit.max || limit.unit.count(text) <= limit.max;
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
