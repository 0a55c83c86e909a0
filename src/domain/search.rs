//! What can be searched for, and what was found: words as they are compared, and where they stand in a text.
//!
//! Words are folded as the bots fold them (`bot::fold`), so accents and capitals do not matter. Scripts without spaces
//! fall into single letters there; two that stand together are one word here, so that a row of them finds that row.
//! How an index keeps the words is the adapters' business.

use unicode_segmentation::UnicodeSegmentation;

use super::bot::fold::fold;
use super::event::Event;
use super::summary::Voice;

/// Beyond, a query is refused.
pub const QUERY_CHARS_MAX: usize = 200;
/// Of a longer one only the first words count.
const QUERY_WORDS_MAX: usize = 12;
/// Longer words are cut: they are codes and addresses, and their beginnings are enough to find them.
const WORD_CHARS_MAX: usize = 48;
/// Of a longer text only so much is taken in.
const TEXT_BYTES_MAX: usize = 16_000;
/// The last word of a query counts as begun from this length on.
const BEGUN_CHARS_MIN: usize = 3;
/// So much of a text is shown around what was found.
const SHOWN_CHARS: usize = 160;
const SHOWN_BEFORE: usize = 48;

/// A text that was found, in pieces: those with `true` are what was searched for.
pub type Pieces = Vec<(String, bool)>;

/// What somebody searches for: all of these words, in any order. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    pub words: Vec<String>,
    /// A word that is perhaps not written to its end.
    pub begun: Option<String>,
    /// As folded, for showing where they stand.
    marks: Vec<String>,
}

impl Sought {
    /// None: there is no word in it.
    pub fn parse(query: &str) -> Option<Self> {
        let folded = fold(query);
        let marks: Vec<String> =
            folded.split_ascii_whitespace().map(|word| cut(word).to_owned()).take(QUERY_WORDS_MAX).collect();
        let ends_open = query.chars().next_back().is_some_and(|last| last.is_alphanumeric());
        let mut words = Vec::new();
        let mut begun = None;
        let mut at = 0;
        while at < marks.len() {
            let row = marks[at..].iter().take_while(|word| is_letter_alone(word)).count();
            if row >= 2 {
                words.extend(marks[at..at + row].windows(2).map(<[String]>::concat));
            } else if at + 1 == marks.len() && ends_open && marks[at].chars().count() >= BEGUN_CHARS_MIN {
                begun = Some(marks[at].clone());
            } else {
                words.push(marks[at].clone());
            }
            at += row.max(1);
        }
        words.sort_unstable();
        words.dedup();
        (!marks.is_empty()).then_some(Self { words, begun, marks })
    }

    fn marks(&self, word: &str) -> bool {
        let fits =
            |mark: &String| word == mark || (self.begun.as_ref() == Some(mark) && word.starts_with(mark.as_str()));
        self.marks.iter().any(fits)
    }

    /// The part of a text in which the first of the words stands, with all that stand in it marked.
    pub fn pieces(&self, text: &str) -> Pieces {
        let bounds: Vec<(usize, &str)> = text.split_word_bound_indices().collect();
        let is_hit = |piece: &str| fold(piece).split_ascii_whitespace().flat_map(forms).any(|word| self.marks(word));
        let hits: Vec<bool> = bounds.iter().map(|(_, piece)| is_hit(piece)).collect();
        let first = hits.iter().position(|hit| *hit).unwrap_or(0);
        let mut from = first;
        let mut before = 0;
        while from > 0 && before < SHOWN_BEFORE {
            from -= 1;
            before += bounds[from].1.chars().count();
        }
        let mut pieces: Pieces = Vec::new();
        let mut shown = 0;
        for ((_, piece), hit) in bounds[from..].iter().zip(&hits[from..]) {
            if shown >= SHOWN_CHARS {
                push(&mut pieces, "…", false);
                break;
            }
            shown += piece.chars().count();
            push(&mut pieces, piece, *hit);
        }
        if from > 0 {
            pieces.insert(0, ("…".to_owned(), false));
        }
        pieces
    }
}

fn push(pieces: &mut Pieces, text: &str, hit: bool) {
    match pieces.last_mut() {
        Some((last, same)) if *same == hit => last.push_str(text),
        _ => pieces.push((text.to_owned(), hit)),
    }
}

/// The words by which a text is found, each once.
pub fn words(text: &str) -> Vec<String> {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let folded = fold(&text[..end]);
    let row: Vec<&str> = folded.split_ascii_whitespace().map(cut).collect();
    let mut words: Vec<String> = row.iter().flat_map(|word| forms(word)).map(str::to_owned).collect();
    let pairs = row.windows(2).filter(|pair| is_letter_alone(pair[0]) && is_letter_alone(pair[1]));
    words.extend(pairs.map(|pair| pair.concat()));
    words.sort_unstable();
    words.dedup();
    words
}

/// A word, and what stands before and after its apostrophe: who searches for `école` wants `l’école`, too.
fn forms(word: &str) -> impl Iterator<Item = &str> {
    let word = cut(word);
    let parts = word.split('\'').filter(move |part| part.len() > 1 && part.len() < word.len());
    std::iter::once(word).chain(parts)
}

/// A letter of a script that is written without spaces.
fn is_letter_alone(word: &str) -> bool {
    let mut letters = word.chars();
    matches!((letters.next(), letters.next()), (Some('\u{0E00}'..), None))
}

fn cut(word: &str) -> &str {
    word.char_indices().nth(WORD_CHARS_MAX).map_or(word, |(end, _)| &word[..end])
}

/// What an event says in words that people may search for, and whose they are; none of what is not said.
pub fn said(event: &Event) -> Option<(&str, Said)> {
    let (text, by) = match event {
        Event::ContactSaid { heard, .. } => (heard.text.as_str(), Said::By(Voice::Contact)),
        Event::ToldProvider { text, .. } => (text.as_str(), Said::By(Voice::Contact)),
        Event::BotSaid { line, .. } => (line.text.as_str(), Said::By(Voice::Bot)),
        Event::AgentSaid { text, .. } => (text.as_str(), Said::By(Voice::Agent)),
        Event::OutsideSaid { text, .. } => (text.as_str(), Said::By(Voice::Outside)),
        Event::NoteAdded { text, .. } => (text.as_str(), Said::InANote),
        Event::ContactChanged { change: super::changes::Change::Edited { text, .. }, .. } => {
            (text.as_str(), Said::By(Voice::Contact))
        }
        _ => return None,
    };
    (!text.is_empty()).then_some((text, by))
}

/// Whose words they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    By(Voice),
    /// By an agent, to the team only.
    InANote,
}

impl Said {
    pub fn as_str(self) -> &'static str {
        match self {
            Said::By(voice) => voice.as_str(),
            Said::InANote => "note",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(query: &str, text: &str) -> bool {
        let Some(sought) = Sought::parse(query) else { return false };
        let words = words(text);
        let begins = |begun: &String| words.iter().any(|word| word.starts_with(begun.as_str()));
        sought.words.iter().all(|word| words.contains(word)) && sought.begun.iter().all(begins)
    }

    fn shown(query: &str, text: &str) -> String {
        let pieces = Sought::parse(query).expect("words").pieces(text);
        pieces.into_iter().map(|(text, hit)| if hit { format!("[{text}]") } else { text }).collect()
    }

    #[test]
    fn words_are_found_whatever_their_accents_order_and_end() {
        assert!(found("ecole fran", "L’École est française") && found("ÉCOLE", "ecole"));
        assert!(found("claim policy", "Policy 77, a claim") && !found("claim policy", "a claim"));
        assert!(found("insur", "Insurance") && !found("insur ", "Insurance"), "a space ends a word");
        assert!(!found("in", "Insurance"), "two letters are too few to guess from");
        assert_eq!(Sought::parse(" ?! "), None);
    }

    #[test]
    fn scripts_without_spaces_are_found_by_rows_of_letters() {
        assert!(found("営業時間", "本日の営業時間を教えて") && found("業", "営業"));
        assert!(!found("営間", "営業時間"));
    }

    #[test]
    fn what_was_found_is_marked_where_it_stands() {
        assert_eq!(shown("ecole", "L’été à l’école, École!"), "L’été à [l’école], [École]!");
        assert_eq!(shown("insur", "An insured, insurance"), "An [insured], [insurance]");
        assert_eq!(shown("時間", "営業時間"), "営業[時間]");
        assert_eq!(shown("<b>", "a <b>b</b>"), "a <[b]>[b]</[b]>", "it is never markup");
    }

    #[test]
    fn of_a_long_text_the_part_around_the_first_hit_is_shown() {
        let long = format!("{} needle {}", "hay ".repeat(100), "hay ".repeat(100));
        let shown = shown("needle", &long);
        assert!(shown.starts_with('…') && shown.ends_with('…') && shown.contains("[needle]"), "{shown}");
        assert!(shown.chars().count() < 230, "{shown}");
    }

    #[test]
    fn a_monstrous_text_is_taken_in_up_to_a_bound() {
        assert!(words(&"é1 ".repeat(1 << 19)).len() < 10);
        assert_eq!(words(&"x".repeat(1 << 20)), ["x".repeat(WORD_CHARS_MAX)]);
        let query = "word ".repeat(50);
        assert_eq!(Sought::parse(&query).expect("words").words, ["word"]);
    }
}
