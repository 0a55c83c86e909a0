//! Colours that can be read: whatever somebody chooses, what stands on it and what it stands on differ enough.
//!
//! The measures are those of WCAG 2.2: 4.5 to 1 for words, 3 to 1 for what has to be found on its ground.

use std::fmt;

const WORDS: f64 = 4.5;
const SHAPES: f64 = 3.0;
/// How far a colour moves at a time until it can be read.
const STEP: f64 = 0.04;

pub const WHITE: Colour = Colour([255, 255, 255]);
pub const INK: Colour = Colour([0x16, 0x17, 0x1c]);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// A colour, and the one that words on it have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shade {
    pub fill: Colour,
    pub ink: Colour,
}

impl Colour {
    /// `#1a2b3c` or `#abc`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text.strip_prefix('#')?.chars().map(digit).collect::<Option<_>>()?;
        match digits[..] {
            [r, g, b] => Some(Self([r * 17, g * 17, b * 17])),
            [r, s, g, h, b, c] => Some(Self([r * 16 + s, g * 16 + h, b * 16 + c])),
            _ => None,
        }
    }

    /// The nearest to this one that can be found on `ground` and that words can be read on.
    pub fn on(self, ground: Colour) -> Shade {
        let away = if ground.luminance() > 0.5 { Colour([0; 3]) } else { WHITE };
        let mut moved = 0.0;
        loop {
            let fill = self.towards(away, moved);
            let ink = [WHITE, INK].into_iter().find(|ink| fill.contrast(*ink) >= WORDS);
            match ink.filter(|_| fill.contrast(ground) >= SHAPES) {
                Some(ink) => return Shade { fill, ink },
                None if moved >= 1.0 => return Shade { fill, ink: ground },
                None => moved += STEP,
            }
        }
    }

    pub fn contrast(self, other: Colour) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [r, g, b] = self.0.map(linear);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn towards(self, other: Colour, share: f64) -> Colour {
        let share = share.min(1.0);
        let part = |at: usize| {
            let (from, to) = (f64::from(self.0[at]), f64::from(other.0[at]));
            (from + (to - from) * share).round() as u8
        };
        Colour([part(0), part(1), part(2)])
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(out, "#{r:02x}{g:02x}{b:02x}")
    }
}

fn digit(letter: char) -> Option<u8> {
    letter.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_read_as_it_is_written() {
        assert_eq!(Colour::parse("#504ea8").map(|colour| colour.to_string()).as_deref(), Some("#504ea8"));
        assert_eq!(Colour::parse("#Fa0").map(|colour| colour.to_string()).as_deref(), Some("#ffaa00"));
        for text in ["504ea8", "#50", "#50g", "#504ea8ff", "red", "#", "#é1"] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_colour_that_can_be_read_stays_as_it_is() {
        let chosen = Colour::parse("#504ea8").unwrap();
        assert_eq!(chosen.on(WHITE), Shade { fill: chosen, ink: WHITE });
    }

    #[test]
    fn whatever_is_chosen_can_be_found_and_read() {
        let steps = || (0..=255_u8).step_by(15);
        for (r, g) in steps().flat_map(|r| steps().map(move |g| (r, g))) {
            for (b, ground) in steps().flat_map(|b| [(b, WHITE), (b, Colour([0x1e, 0x20, 0x26]))]) {
                let Shade { fill, ink } = Colour([r, g, b]).on(ground);
                assert!(fill.contrast(ground) >= SHAPES, "{fill} on {ground}");
                assert!(fill.contrast(ink) >= WORDS, "{ink} on {fill}");
            }
        }
    }
}
