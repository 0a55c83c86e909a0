//! Domain values as columns, and back.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Result, Row};
use uuid::Uuid;

use crate::domain::ids::{AccountId, ConversationId};
use crate::ports::store::Contact;

/// SQLite's integers are signed; nothing we count comes near their end.
pub fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub fn uint(row: &Row<'_>, column: usize) -> Result<u64> {
    row.get::<_, i64>(column).map(|number| u64::try_from(number).unwrap_or(0))
}

pub fn uuid(row: &Row<'_>, column: usize) -> Result<Uuid> {
    row.get::<_, [u8; 16]>(column).map(Uuid::from_bytes)
}

pub fn bytes(row: &Row<'_>, column: usize) -> Result<Vec<u8>> {
    Ok(row.get_ref(column)?.as_bytes()?.to_vec())
}

/// The contact in three columns from `first` on: id, account, external_key.
pub fn contact(row: &Row<'_>, first: usize) -> Result<Contact> {
    Ok(Contact {
        conversation: ConversationId(uuid(row, first)?),
        account: AccountId::new(row.get_ref(first + 1)?.as_str()?),
        external_key: row.get(first + 2)?,
    })
}

/// Encoded JSON, kept as text so that people can ask the database about it.
pub struct Json<'a>(pub &'a [u8]);

impl ToSql for Json<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(self.0)))
    }
}
