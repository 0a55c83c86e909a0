//! Teams: groups of agents, by a name that everybody sees.

use super::alert::one_line;
use super::ids::TeamId;

pub const TEAM_NAME_CHARS_MAX: usize = 40;

/// A team, as the log remembers it: names change, the log does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
}

/// A team's name: one line, with single spaces. Two that differ in capitals only are the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TeamName(String);

impl TeamName {
    /// None: it is empty, or too long. What nobody sees in it is left out.
    pub fn parse(text: &str) -> Option<Self> {
        let name = one_line(text);
        (1..=TEAM_NAME_CHARS_MAX).contains(&name.chars().count()).then_some(Self(name))
    }

    /// One that was parsed when it was written.
    pub fn known(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is compared.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_teams_name_is_one_line_of_what_can_be_seen() {
        let parsed = |text: &str| TeamName::parse(text).map(|name| name.0);
        assert_eq!(parsed("  Night \u{202e}\n shift "), Some("Night shift".to_owned()));
        assert_eq!(parsed("営業 2"), Some("営業 2".to_owned()));
        for wrong in ["", " \u{feff} ", "\u{0}", &"x".repeat(41)] {
            assert_eq!(parsed(wrong), None, "{wrong:?}");
        }
        assert_eq!(TeamName::parse("SALES").map(|name| name.folded()), Some("sales".to_owned()));
    }
}
