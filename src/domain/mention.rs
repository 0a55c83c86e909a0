//! Mentions: notes that name colleagues, who are told.
//!
//! Whom a text names is looked up among the names there are, as people write them: with spaces, capitals or not, and
//! whatever else somebody chose to be called. Whoever is named is told once per note, whatever it says and how often.

use super::alert::{RECIPIENTS_MAX, Recipient, one_line};
use super::conversation::{Conversation, Decision, check_text};
use super::event::{Agent, Event};

/// More are not told by one note; the first who are named are.
pub const MENTIONED_MAX: usize = 200;
/// Signs in one text that are looked at.
const SIGNS_MAX: usize = 100;

/// What is named after an `@` in the text, by the names given, each once, in the order of the text. Of two names that fit
/// the longer one is meant; one that goes on is another.
pub fn named_in<'n, T>(text: &str, names: &'n [(String, T)]) -> Vec<&'n T> {
    let mut found: Vec<usize> = Vec::new();
    for (at, sign) in text.match_indices('@').take(SIGNS_MAX) {
        // An e-mail address names nobody.
        if text[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
            continue;
        }
        let rest = &text[at + sign.len()..];
        let fits = |(number, (name, _)): (usize, &(String, T))| Some((length_of(name, rest)?, number));
        // The first of two that are called the same.
        let longest =
            names.iter().enumerate().filter_map(fits).max_by_key(|(length, number)| (*length, usize::MAX - number));
        if let Some((_, number)) = longest
            && !found.contains(&number)
        {
            found.push(number);
        }
    }
    found.into_iter().map(|number| &names[number].1).collect()
}

/// How much of the text the name is, if the text begins with it.
fn length_of(name: &str, text: &str) -> Option<usize> {
    let name = name.trim();
    let mut rest = text.chars();
    for wanted in name.chars() {
        let same = rest.next()?.to_lowercase().eq(wanted.to_lowercase());
        same.then_some(())?;
    }
    let last = name.chars().next_back()?;
    // Languages without spaces go on at once.
    let goes_on =
        rest.clone().next().is_some_and(char::is_alphanumeric) && !last.is_ascii_punctuation() && last < '\u{2e80}';
    (!goes_on).then(|| text.len() - rest.as_str().len())
}

impl Conversation {
    /// A note, and word of it to those it names, in the console and, where letters can be sent, by letter.
    pub(super) fn note_to(&self, by: Agent, text: String, mentioned: Vec<Agent>, letter: bool) -> Decision {
        check_text(&text)?;
        let mut agents: Vec<Agent> = Vec::new();
        for agent in mentioned {
            let known = agent.id == by.id || agents.iter().any(|other| other.id == agent.id);
            if !known && agents.len() < MENTIONED_MAX {
                agents.push(agent);
            }
        }
        let note = Event::NoteAdded { agent: by.clone(), text: text.clone() };
        if agents.is_empty() {
            return Ok(vec![note]);
        }
        let told = Event::Mentioned { of: self.state.seq + 1, agents: agents.clone(), by: by.clone() };
        if !letter {
            return Ok(vec![note, told]);
        }
        let to = agents.iter().take(RECIPIENTS_MAX).cloned().map(Recipient::Agent).collect();
        let subject = one_line(&format!("{} mentioned you: {}", by.name, self.known_name()));
        let letter = self.alert(to, subject, text, "a note to the team names you".to_owned());
        Ok(vec![note, told, letter])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str, names: &[&str]) -> Vec<usize> {
        let names: Vec<(String, usize)> =
            names.iter().enumerate().map(|(number, name)| ((*name).to_owned(), number)).collect();
        named_in(text, &names).into_iter().copied().collect()
    }

    #[test]
    fn whoever_is_named_is_found_once_and_in_order() {
        let names = ["Ana", "Ana Lima", "Ben", "Night shift"];
        assert_eq!(named("@ben, ask @ANA LIMA or @ana; @Ben knows. @night shift!", &names), [2, 1, 0, 3]);
        assert_eq!(named("(@Ana)", &names), [0]);
        assert_eq!(named("@Anabel @ Ana @nobody ana@ben.example", &names), Vec::<usize>::new());
        assert_eq!(named("@Ana", &["Ana", "ana"]), [0], "of two of one name the first");
    }

    #[test]
    fn names_of_any_script_and_any_shape_are_only_names() {
        assert_eq!(named("@花子お願い", &["花子"]), [0]);
        assert_eq!(named("@Ünal ok", &["ünal"]), [0]);
        assert_eq!(named("see @<b>x</b> and @.* and @%", &["<b>x</b>", ".*", "%"]), [0, 1, 2]);
        assert_eq!(named("@@@", &["@", "@@"]), [1, 0], "a name may be a sign itself");
        assert_eq!(named("@", &["", " "]), Vec::<usize>::new());
        let many = "@x ".repeat(5_000);
        assert_eq!(named(&many, &["x"]), [0]);
    }
}
