//! The words of the index that are longer than the beginnings it keeps.
//!
//! Asked for a longer beginning, the index would gather every message of every word that begins so before it gives the
//! first: a second, where a common word is typed to its end. Asked for these words by name, it gives the newest at once.

use std::collections::HashSet;

use rusqlite::{Connection, Result};

use super::super::columns::count;

/// The longest beginning that the index keeps, in characters.
const BEGINNING_MAX: usize = 5;
/// Beyond so many words that begin alike, the index gathers.
const ALIKE_MAX: usize = 128;
/// So many words are remembered as known; then all are forgotten, and come to be known again.
const REMEMBERED_MAX: usize = 20_000;

/// Who writes words down.
#[derive(Default)]
pub struct Vocabulary {
    known: HashSet<String>,
}

impl Vocabulary {
    pub fn take_in(&mut self, index: &Connection, words: &[String]) -> Result<()> {
        for word in words.iter().filter(|word| is_long(word)) {
            if !self.known.contains(word) {
                index.prepare_cached("INSERT OR IGNORE INTO word (word) VALUES (?1)")?.execute([word])?;
                self.remember(word);
            }
        }
        Ok(())
    }

    fn remember(&mut self, word: &str) {
        if self.known.len() >= REMEMBERED_MAX {
            self.known.clear();
        }
        self.known.insert(word.to_owned());
    }

    /// Nothing is written down any more, or some of it may not be.
    pub fn forget(&mut self) {
        self.known.clear();
    }
}

fn is_long(word: &str) -> bool {
    word.chars().nth(BEGINNING_MAX).is_some()
}

/// The words that begin so; none: the index knows this beginning itself, or there are too many.
pub fn alike(index: &Connection, begun: &str) -> Result<Option<Vec<String>>> {
    if !is_long(begun) {
        return Ok(None);
    }
    let question = "SELECT word FROM word WHERE word >= ?1 AND word < ?1 || char(0x10FFFF) LIMIT ?2";
    let mut statement = index.prepare_cached(question)?;
    let rows = statement.query_map((begun, count(ALIKE_MAX + 1)), |row| row.get(0))?;
    let words = rows.collect::<Result<Vec<String>>>()?;
    Ok((words.len() <= ALIKE_MAX).then_some(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Connection {
        let index = Connection::open_in_memory().expect("opens");
        index.execute_batch(include_str!("schema.sql")).expect("makes");
        index
    }

    #[test]
    fn long_words_are_found_by_longer_beginnings_than_the_index_keeps() {
        let (index, mut vocabulary) = (index(), Vocabulary::default());
        let words = ["claims", "insurance", "insured", "insurances", "insurer", "insur\u{e9}e"].map(str::to_owned);
        vocabulary.take_in(&index, &words).expect("takes in");
        vocabulary.take_in(&index, &words).expect("takes in again");
        let found = |begun| alike(&index, begun).expect("answers");
        assert_eq!(found("insurance").expect("few"), ["insurance", "insurances"]);
        assert_eq!(found("insure").expect("few"), ["insured", "insurer"]);
        assert_eq!(found("insurx").expect("few"), Vec::<String>::new());
        assert_eq!((found("insur"), found("cl")), (None, None), "the index keeps these");
        let codes: Vec<String> = (0..=ALIKE_MAX).map(|number| format!("policy{number:05}")).collect();
        vocabulary.take_in(&index, &codes).expect("takes in");
        assert_eq!((found("policy"), found("policy0000").map(|alike| alike.len())), (None, Some(10)));
    }

    #[test]
    fn what_is_remembered_has_a_most() {
        let (index, mut vocabulary) = (index(), Vocabulary::default());
        for number in 0..REMEMBERED_MAX + 10 {
            vocabulary.take_in(&index, &[format!("policy{number}")]).expect("takes in");
        }
        assert_eq!(vocabulary.known.len(), 10);
    }
}
