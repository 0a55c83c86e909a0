//! Canned replies: words that agents need again and again, kept under a short name.

/// So many an installation keeps.
pub const CANNED_MAX: usize = 1_000;
pub const NAME_CHARS_MAX: usize = 40;
pub const TEXT_CHARS_MAX: usize = 4_000;

/// Written in one way only: small letters, digits and hyphens, so that it can be typed after a slash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CannedName(String);

impl CannedName {
    /// Spaces become hyphens, capitals small. None: it is empty, too long, or has other characters.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.split_whitespace().collect::<Vec<_>>().join("-").to_lowercase();
        let fits = |letter: char| letter.is_alphanumeric() || letter == '-';
        let good = (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && name.chars().all(fits);
        good.then_some(Self(name))
    }

    /// One that was parsed when it was written.
    pub fn known(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_in_one_way() {
        let parsed = |text: &str| CannedName::parse(text).map(|name| name.0);
        assert_eq!(parsed("  Opening   Hours "), Some("opening-hours".to_owned()));
        assert_eq!(parsed("Größe-2"), Some("größe-2".to_owned()));
        assert_eq!(parsed("営業時間"), Some("営業時間".to_owned()));
        for wrong in ["", "  ", "a/b", "a.b", "{{name}}", "a\u{0}b", &"x".repeat(41)] {
            assert_eq!(parsed(wrong), None, "{wrong:?}");
        }
    }
}
