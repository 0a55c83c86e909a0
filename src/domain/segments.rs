//! How a text travels as short messages: in which encoding, and in how many segments. Carriers limit and bill these.
//!
//! After 3GPP TS 23.038 and 23.040: 160 septets in one message, 153 in each of several; in UCS-2, which one letter outside
//! the default alphabet is enough for, 70 and 67 UTF-16 units. What takes two of these is never torn apart.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments {
    pub encoding: Encoding,
    pub count: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Gsm7,
    Ucs2,
}

impl Encoding {
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Gsm7 => "GSM-7",
            Encoding::Ucs2 => "UCS-2",
        }
    }

    /// What fits into one message, and into each of several.
    fn room(self) -> (usize, usize) {
        match self {
            Encoding::Gsm7 => (160, 153),
            Encoding::Ucs2 => (70, 67),
        }
    }

    fn width(self, letter: char) -> usize {
        match self {
            Encoding::Gsm7 if EXTENSION.contains(letter) => 2,
            Encoding::Gsm7 => 1,
            Encoding::Ucs2 => letter.len_utf16(),
        }
    }
}

/// The default alphabet. Its escape to the extension table is no letter.
const DEFAULT: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§\
    ¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Each takes an escape before it.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// How `text` travels. An empty one is a message, too.
pub fn segments(text: &str) -> Segments {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || DEFAULT.contains(letter) || EXTENSION.contains(letter);
    let encoding = if text.chars().all(plain) { Encoding::Gsm7 } else { Encoding::Ucs2 };
    let (alone, each) = encoding.room();
    let whole: usize = text.chars().map(|letter| encoding.width(letter)).sum();
    let count = if whole <= alone { 1 } else { in_parts(text, encoding, each) };
    Segments { encoding, count }
}

fn in_parts(text: &str, encoding: Encoding, each: usize) -> u32 {
    let (mut count, mut used) = (1, 0);
    for width in text.chars().map(|letter| encoding.width(letter)) {
        if used + width > each {
            (count, used) = (count + 1, 0);
        }
        used += width;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_two_is_not_torn_apart() {
        // 152 letters and a euro sign do not fit into 153 septets.
        let text = format!("{}€{}", "a".repeat(152), "a".repeat(151));
        assert_eq!(segments(&text), Segments { encoding: Encoding::Gsm7, count: 2 });
        assert_eq!(segments(&format!("{text}a")), Segments { encoding: Encoding::Gsm7, count: 3 });
    }
}
