//! Asking the index for words.

use rusqlite::{Connection, OptionalExtension};

use super::super::columns::{count, uuid};
use super::super::{events, lists, log};
use super::vocabulary;
use crate::domain::ids::ConversationId;
use crate::domain::search::Sought;
use crate::ports::finding::{Cursor, Hit};
use crate::ports::store::StoreError;

/// Contacts looked at; who is sought among more has to say more.
const CONTACTS_MAX: usize = 200;

/// The addresses of events with all of the words, newest first, and where to go on. Going from the newest id down, the
/// index need look at no more than what is asked for.
pub fn said(
    index: &Connection,
    sought: &Sought,
    before: Option<Cursor>,
    limit: usize,
) -> Result<(Vec<i64>, Option<Cursor>), StoreError> {
    let question = "SELECT said.id, address FROM said_words CROSS JOIN said ON said.id = said_words.rowid
        WHERE said_words MATCH ?1 AND said_words.rowid < ?2 ORDER BY said_words.rowid DESC LIMIT ?3";
    let mut statement = index.prepare_cached(question)?;
    let before = before.map_or(i64::MAX, |before| before.at);
    let rows = statement
        .query_map((matching(index, sought)?, before, count(limit)), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let next = rows.last().filter(|_| rows.len() == limit).map(|(id, _)| Cursor { at: *id, tie: 0, seq: 0 });
    Ok((rows.into_iter().map(|(_, address)| address).collect(), next))
}

/// The numbers of conversations whose contact has all of the words, newest contacts first.
pub fn contacts(index: &Connection, sought: &Sought) -> Result<Vec<i64>, StoreError> {
    let question = "SELECT rowid FROM who_words WHERE who_words MATCH ?1 ORDER BY rowid DESC LIMIT ?2";
    let mut statement = index.prepare_cached(question)?;
    let rows = statement.query_map((matching(index, sought)?, count(CONTACTS_MAX)), |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Every word in quotes: nothing that somebody writes is an operator.
fn matching(index: &Connection, sought: &Sought) -> rusqlite::Result<String> {
    let quoted = |word: &String| format!("\"{}\"", word.replace('"', "\"\""));
    let mut all: Vec<String> = sought.words.iter().map(quoted).collect();
    if let Some(begun) = &sought.begun {
        all.push(match vocabulary::alike(index, begun)? {
            Some(words) if !words.is_empty() => {
                format!("({})", words.iter().map(quoted).collect::<Vec<_>>().join(" OR "))
            }
            // What nobody has said.
            Some(_) => quoted(begun),
            None => format!("{} *", quoted(begun)),
        });
    }
    Ok(all.join(" AND "))
}

/// What stands at these addresses.
pub fn hits(log: &Connection, addresses: &[i64]) -> Result<Vec<Hit>, StoreError> {
    let mut hits = Vec::with_capacity(addresses.len());
    let mut of = log.prepare_cached("SELECT id, summary, last_seq FROM conversation WHERE number = ?1 >> 32")?;
    for address in addresses {
        let Some(raw) = events::at(log, *address)? else { continue };
        let head = |row: &rusqlite::Row<'_>| Ok((ConversationId(uuid(row, 0)?), lists::summary(row, 1)));
        let Some((conversation, summary)) = of.query_row([address], head).optional()? else { continue };
        hits.push(Hit { conversation, event: log::decode(&raw)?, summary: summary? });
    }
    Ok(hits)
}
