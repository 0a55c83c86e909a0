//! Domain values as columns, and back.

use bytes::BytesMut;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::domain::ids::{AccountId, ConversationId};
use crate::ports::store::Contact;

pub type Result<T> = std::result::Result<T, tokio_postgres::Error>;

/// PostgreSQL's integers are signed; nothing we count comes near their end.
pub fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub fn uint(row: &Row, column: usize) -> Result<u64> {
    row.try_get::<_, i64>(column).map(|number| u64::try_from(number).unwrap_or(0))
}

/// The contact in three columns from `first` on: id, account, external_key.
pub fn contact(row: &Row, first: usize) -> Result<Contact> {
    Ok(Contact {
        conversation: ConversationId(row.try_get::<_, Uuid>(first)?),
        account: AccountId::new(row.try_get(first + 1)?),
        external_key: row.try_get(first + 2)?,
    })
}

/// Encoded JSON, kept as text so that people can ask the database about it.
#[derive(Debug)]
pub struct Json(pub Vec<u8>);

impl ToSql for Json {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        out.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::TEXT
    }

    to_sql_checked!();
}

/// A text column as it came over the wire: read where it lies.
pub struct Text<'r>(pub &'r [u8]);

impl<'r> FromSql<'r> for Text<'r> {
    fn from_sql(_: &Type, raw: &'r [u8]) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Text(raw))
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::TEXT
    }
}
