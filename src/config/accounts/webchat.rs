//! A website.

use crate::config::origins::Origins;
use crate::config::table::Table;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webchat {
    pub origins: Origins,
}

pub fn read(table: &mut Table<'_>) -> Option<Webchat> {
    let (words, value) = table.list("origins")?;
    match Origins::parse(words.iter().map(String::as_str)) {
        Ok(origins) => Some(Webchat { origins }),
        Err((word, why)) => {
            let forms = r#""https://www.example.org", "*.example.org", "http://localhost:*" or "*""#;
            table.wrong("origins", &value, format!("{word:?} names no website: {why}. Write {forms}"));
            None
        }
    }
}
