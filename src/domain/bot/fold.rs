//! Text as it is compared: without what people leave out, mistype or cannot see.
//!
//! Lower case, compatibility forms dissolved, words joined by single spaces with one at both ends. Accents go where
//! they are accents (Latin, Greek, Cyrillic, Hebrew, Arabic); in scripts where such marks are letters (Devanagari,
//! Thai, kana) they stay. An emoji is a word, whatever its skin colour. Words are those of Unicode's annex 29: scripts
//! written without spaces fall into single letters, which then match as a row.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Up to here marks above and below a letter are accents or vowel points, and left out by many who type.
const LAST_ACCENTED: char = '\u{06FF}';

/// What somebody said, as it was said and as it is compared: folded once for all who ask.
#[derive(Debug)]
pub struct Said<'a> {
    pub text: &'a str,
    pub folded: String,
}

impl<'a> Said<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, folded: fold(text) }
    }

    /// There is no word in it, such as in a picture.
    pub fn is_empty(&self) -> bool {
        self.folded.trim_ascii().is_empty()
    }
}

/// The text as it is compared: ` word word `, with a space at both ends.
pub fn fold(text: &str) -> String {
    let plain = if text.is_ascii() { text.to_ascii_lowercase() } else { plain(text) };
    let mut folded = String::with_capacity(plain.len() + 2);
    folded.push(' ');
    for word in plain.split_word_bounds().filter(|word| word.chars().any(|c| c.is_alphanumeric() || is_picture(c))) {
        folded.push_str(word);
        folded.push(' ');
    }
    folded
}

fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut base = ' ';
    for c in text.nfkd() {
        match c {
            // Nothing that anybody sees: soft hyphen, tatweel, joiners in words, variation selectors, skin colours.
            '\u{AD}' | '\u{640}' | '\u{200B}' | '\u{200C}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' => {}
            '\u{200D}' if !is_picture(base) => {}
            mark if is_combining_mark(mark) => {
                let is_letter = base > LAST_ACCENTED || (matches!(base, 'и' | 'И') && mark == '\u{306}');
                if is_letter {
                    plain.push(mark);
                }
            }
            letter => {
                base = letter;
                letter.to_lowercase().for_each(|letter| push_plain(letter, &mut plain));
            }
        }
    }
    plain
}

/// Letters that are written otherwise where the keyboard lacks them.
fn push_plain(letter: char, plain: &mut String) {
    match letter {
        'ß' => plain.push_str("ss"),
        'æ' => plain.push_str("ae"),
        'œ' => plain.push_str("oe"),
        'ı' => plain.push('i'),
        'ø' => plain.push('o'),
        'ł' => plain.push('l'),
        'đ' => plain.push('d'),
        'ς' => plain.push('σ'),
        '’' | 'ʼ' => plain.push('\''),
        letter => plain.push(letter),
    }
}

/// Emoji and the pictures from before there were any.
fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}' | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}'
        | '\u{1F000}'..='\u{1FAFF}')
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[track_caller]
    fn same(one: &str, other: &str) {
        assert_eq!(fold(one), fold(other));
    }

    #[track_caller]
    fn differ(one: &str, other: &str) {
        assert_ne!(fold(one), fold(other));
    }

    #[test]
    fn case_accents_and_spacing_do_not_matter() {
        same("ÉCOLE", "ecole");
        same("e\u{301}cole", "école");
        same("  Opening \n hours!? ", "opening hours");
        same("policy-number", "Policy Number");
        same("ﬁnance", "FINANCE");
        same("don’t", "don't");
    }

    #[test]
    fn letters_that_keyboards_lack_are_written_otherwise() {
        same("İstanbul", "istanbul");
        same("ISTANBUL", "ıstanbul");
        same("STRASSE", "straße");
        same("STRAẞE", "strasse");
        same("Łódź", "lodz");
        same("œuvre", "OEUVRE");
        same("ΟΔΟΣ", "οδός");
    }

    #[test]
    fn marks_that_are_letters_stay() {
        differ("ขา", "ข้า"); // Thai: leg, I
        differ("かき", "かぎ"); // Japanese: oyster, key
        differ("की", "का"); // Hindi: two endings
        differ("мой", "мои"); // Russian: my, in singular and plural
        same("ещё", "еще");
    }

    #[test]
    fn arabic_is_compared_without_points_and_stretching() {
        same("مُحَمَّد", "محمد");
        same("حـــادث", "حادث");
        same("می‌خواهم", "میخواهم");
    }

    #[test]
    fn an_emoji_is_a_word_of_any_skin() {
        assert_eq!(fold("👍🏽👍"), " 👍 👍 ");
        same("❤️", "❤");
        assert_eq!(fold("🦄!"), " 🦄 ");
        assert_eq!(fold("1\u{FE0F}\u{20E3}"), " 1 ");
    }

    #[test]
    fn punctuation_and_nothing_are_nothing() {
        for nothing in ["", " ", "?!…", "\u{200B}", "\u{FFFD}"] {
            assert_eq!(fold(nothing), " ", "{nothing:?}");
        }
    }

    #[test]
    fn plain_text_folds_alike_on_both_ways() {
        for text in ["Don't say 3.5 to example.com, a_b or a-b!", "ONE\ttwo\r\nthree"] {
            assert_eq!(fold(text), fold(&format!("{text}\u{200B}")));
        }
    }
}
