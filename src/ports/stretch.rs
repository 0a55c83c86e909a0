//! A stretch of a file: whoever plays a recording, or looks at a film from its middle, asks for what comes next and not for
//! all of it.

/// What is asked for: from this byte on, counted from 0; up to and with that one, or to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub from: u64,
    pub to: Option<u64>,
}

/// What came in place of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub from: u64,
    pub to: u64,
    /// How long the whole is; none: its keeper does not say.
    pub of: Option<u64>,
}

impl Stretch {
    /// As HTTP says it, in a `Range`. None for what asks for anything else than one stretch: then the whole is an answer, too.
    pub fn parse(range: &str) -> Option<Self> {
        let (from, to) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
        let from = from.trim().parse().ok()?;
        let to = Some(to.trim()).filter(|to| !to.is_empty()).map(str::parse).transpose().ok()?;
        to.is_none_or(|to| from <= to).then_some(Self { from, to })
    }

    pub fn in_words(self) -> String {
        format!("bytes={}-{}", self.from, self.to.map_or(String::new(), |to| to.to_string()))
    }

    /// As much of it as there is in a file of so many bytes.
    pub fn within(self, bytes: u64) -> Option<Part> {
        let last = bytes.checked_sub(1).filter(|last| self.from <= *last)?;
        Some(Part { from: self.from, to: self.to.unwrap_or(last).min(last), of: Some(bytes) })
    }
}

impl Part {
    /// As HTTP says it, in a `Content-Range`.
    pub fn parse(range: &str) -> Option<Self> {
        let (stretch, of) = range.trim().strip_prefix("bytes ")?.split_once('/')?;
        let (from, to) = stretch.split_once('-')?;
        let of = Some(of.trim()).filter(|of| *of != "*").map(str::parse).transpose().ok()?;
        let part = Self { from: from.trim().parse().ok()?, to: to.trim().parse().ok()?, of };
        (part.from <= part.to && of.is_none_or(|of| part.to < of)).then_some(part)
    }

    pub fn in_words(self) -> String {
        let of = self.of.map_or("*".to_owned(), |of| of.to_string());
        format!("bytes {}-{}/{of}", self.from, self.to)
    }

    pub fn bytes(self) -> u64 {
        (self.to - self.from).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_stretch_is_understood_and_anything_else_asks_for_the_whole() {
        let stretch = |from, to| Some(Stretch { from, to });
        assert_eq!(Stretch::parse("bytes=0-"), stretch(0, None));
        assert_eq!(Stretch::parse("bytes=100-199"), stretch(100, Some(199)));
        for other in
            ["", "bytes=-5", "bytes=5-4", "bytes=0-1,3-4", "lines=0-", "bytes=a-", "bytes=0-99999999999999999999"]
        {
            assert_eq!(Stretch::parse(other), None, "{other}");
        }
        for range in ["bytes=0-", "bytes=7-7"] {
            assert_eq!(Stretch::parse(range).map(Stretch::in_words).as_deref(), Some(range));
        }
    }

    #[test]
    fn no_more_is_given_than_there_is() {
        let within = |range: &str, bytes| Stretch::parse(range)?.within(bytes).map(Part::in_words);
        assert_eq!(within("bytes=0-", 10).as_deref(), Some("bytes 0-9/10"));
        assert_eq!(within("bytes=3-4", 10).as_deref(), Some("bytes 3-4/10"));
        assert_eq!(within("bytes=9-400", 10).as_deref(), Some("bytes 9-9/10"));
        assert_eq!(within("bytes=10-", 10), None);
        assert_eq!(within("bytes=0-", 0), None);
    }

    #[test]
    fn a_part_says_which_it_is() {
        let part = |from, to, of| Some(Part { from, to, of });
        assert_eq!(Part::parse("bytes 0-9/10"), part(0, 9, Some(10)));
        assert_eq!(Part::parse("bytes 4-9/*"), part(4, 9, None));
        assert_eq!(Part::parse("bytes 4-9/*").map(Part::bytes), Some(6));
        for odd in ["", "bytes */10", "bytes 9-4/10", "bytes 0-10/10", "bytes 0-9", "0-9/10"] {
            assert_eq!(Part::parse(odd), None, "{odd}");
        }
        let all = Part { from: 0, to: u64::MAX, of: None };
        assert_eq!(all.bytes(), u64::MAX);
    }
}
