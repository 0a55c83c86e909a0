//! What a job of the writing thread works with.

use rusqlite::{Connection, OptionalExtension, Result, Statement};

use super::columns::{uint, uuid};
use super::memory::{Known, ListPlace, Memory};
use super::record::Notes;
use crate::domain::ids::{ConversationId, Incarnation};

/// The connection, inside a transaction, and what the thread remembers.
pub struct Desk<'c> {
    pub sql: &'c Connection,
    pub memory: Memory,
    /// What goes into the journal, so that it can be done again.
    pub notes: Notes,
    statements: Statements<'c>,
}

/// Prepared statements by where their text lies in the program: for those that run with every message, even a lookup
/// by hash is a cost. They are few.
type Statements<'c> = Vec<(*const str, Statement<'c>)>;

impl<'c> Desk<'c> {
    pub fn new(sql: &'c Connection) -> Result<Self> {
        Ok(Self { sql, memory: Memory::read(sql)?, notes: Notes::default(), statements: Vec::new() })
    }

    /// A statement that stays prepared as long as the thread lives.
    pub fn prepared(&mut self, sql: &'static str) -> Result<&mut Statement<'c>> {
        let place = match self.statements.iter().position(|(text, _)| std::ptr::eq(*text, sql)) {
            Some(place) => place,
            None => {
                self.statements.push((sql, self.sql.prepare(sql)?));
                self.statements.len() - 1
            }
        };
        Ok(&mut self.statements[place].1)
    }

    pub fn known(&mut self, conversation: ConversationId) -> Result<Option<Known>> {
        if let Some(known) = self.memory.known(conversation) {
            return Ok(Some(known));
        }
        let sql = "SELECT number, owner_inc, owner_epoch, last_seq, mode, list_at, due_at
            FROM conversation LEFT JOIN deadline ON deadline.conversation = number WHERE id = ?1";
        let found = self.prepared(sql)?.query_row([conversation.0.as_bytes()], known_in).optional()?;
        if let Some(known) = found {
            self.memory.learn(conversation, known);
        }
        Ok(found)
    }
}

/// In seven columns.
fn known_in(row: &rusqlite::Row<'_>) -> Result<Known> {
    let place = match (row.get::<_, Option<i64>>(4)?, row.get(5)?) {
        (Some(mode @ 0..3), Some(at)) => Some(ListPlace { mode: mode as usize, at }),
        _ => None,
    };
    Ok(Known {
        number: row.get(0)?,
        owner: Incarnation(uuid(row, 1)?),
        epoch: uint(row, 2)?,
        last_seq: uint(row, 3)?,
        place,
        deadline: row.get(6)?,
    })
}
