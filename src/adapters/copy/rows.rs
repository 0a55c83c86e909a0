//! Rows on their way from one store into another, and sums over them.

use rusqlite::types::ValueRef;
use tokio_postgres::types::ToSql;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

use super::tables::{Kind, Table};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Uuid(Uuid),
    Text(String),
    Int(i64),
    Bool(bool),
    Bytes(Vec<u8>),
}

/// A value that is not what its column holds.
#[derive(Debug, thiserror::Error)]
#[error("the table {table} has a row whose {column} makes no sense")]
pub struct Strange {
    table: &'static str,
    column: &'static str,
}

/// How many rows, and a sum of their hashes, which does not care for their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    pub rows: u64,
    pub hash: u128,
}

impl Sum {
    pub fn add(&mut self, row: &[Value]) {
        let mut bytes = Vec::with_capacity(256);
        row.iter().for_each(|value| value.write(&mut bytes));
        self.rows += 1;
        self.hash = self.hash.wrapping_add(xxh3_128(&bytes));
    }
}

impl Value {
    /// So that no two rows look the same.
    fn write(&self, out: &mut Vec<u8>) {
        let (tag, bytes): (u8, &[u8]) = match self {
            Value::Null => (0, &[]),
            Value::Uuid(uuid) => (1, uuid.as_bytes()),
            Value::Text(text) => (2, text.as_bytes()),
            Value::Int(number) => (3, &number.to_le_bytes()),
            Value::Bool(yes) => (4, &[u8::from(*yes)]),
            Value::Bytes(bytes) => (5, bytes),
        };
        out.push(tag);
        out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        out.extend_from_slice(bytes);
    }
}

pub fn from_sqlite(table: &Table, row: &rusqlite::Row<'_>) -> rusqlite::Result<Result<Vec<Value>, Strange>> {
    let mut values = Vec::with_capacity(table.columns.len());
    for (place, (column, kind)) in table.columns.iter().enumerate() {
        match value(*kind, row.get_ref(place)?) {
            Some(value) => values.push(value),
            None => return Ok(Err(Strange { table: table.name, column })),
        }
    }
    Ok(Ok(values))
}

fn value(kind: Kind, found: ValueRef<'_>) -> Option<Value> {
    Some(match (kind, found) {
        (_, ValueRef::Null) => Value::Null,
        (Kind::Uuid, ValueRef::Blob(bytes)) => Value::Uuid(Uuid::from_slice(bytes).ok()?),
        (Kind::Text, ValueRef::Text(bytes)) => Value::Text(std::str::from_utf8(bytes).ok()?.to_owned()),
        (Kind::Bytes, ValueRef::Blob(bytes)) => Value::Bytes(bytes.to_vec()),
        (Kind::Bool, ValueRef::Integer(number @ 0..=1)) => Value::Bool(number == 1),
        (Kind::Int, ValueRef::Integer(number)) => Value::Int(number),
        (Kind::Int4, ValueRef::Integer(number)) => Value::Int(i32::try_from(number).ok()?.into()),
        (Kind::Int2, ValueRef::Integer(number)) => Value::Int(i16::try_from(number).ok()?.into()),
        _ => return None,
    })
}

pub fn from_postgres(table: &Table, row: &tokio_postgres::Row) -> Result<Vec<Value>, tokio_postgres::Error> {
    let read = |(place, (_, kind)): (usize, &(&str, Kind))| {
        let value = match kind {
            Kind::Uuid => row.try_get::<_, Option<Uuid>>(place)?.map(Value::Uuid),
            Kind::Text => row.try_get::<_, Option<String>>(place)?.map(Value::Text),
            Kind::Int => row.try_get::<_, Option<i64>>(place)?.map(Value::Int),
            Kind::Int4 => row.try_get::<_, Option<i32>>(place)?.map(|number| Value::Int(number.into())),
            Kind::Int2 => row.try_get::<_, Option<i16>>(place)?.map(|number| Value::Int(number.into())),
            Kind::Bool => row.try_get::<_, Option<bool>>(place)?.map(Value::Bool),
            Kind::Bytes => row.try_get::<_, Option<Vec<u8>>>(place)?.map(Value::Bytes),
        };
        Ok(value.unwrap_or(Value::Null))
    };
    table.columns.iter().enumerate().map(read).collect()
}

/// One array per column.
pub fn arrays<'r>(table: &Table, rows: &'r [Vec<Value>]) -> Vec<Box<dyn ToSql + Sync + Send + 'r>> {
    table.columns.iter().enumerate().map(|(place, (_, kind))| array(*kind, rows, place)).collect()
}

fn array<'r>(kind: Kind, rows: &'r [Vec<Value>], place: usize) -> Box<dyn ToSql + Sync + Send + 'r> {
    fn all<'r, T: 'r>(rows: &'r [Vec<Value>], place: usize, read: impl Fn(&'r Value) -> Option<T>) -> Vec<Option<T>> {
        rows.iter().map(|row| read(&row[place])).collect()
    }
    let int = |value: &Value| if let Value::Int(number) = value { Some(*number) } else { None };
    match kind {
        Kind::Uuid => {
            Box::new(all(rows, place, |value| if let Value::Uuid(uuid) = value { Some(*uuid) } else { None }))
        }
        Kind::Text => {
            Box::new(all(rows, place, |value| if let Value::Text(text) = value { Some(text.as_str()) } else { None }))
        }
        Kind::Bytes => {
            Box::new(all(rows, place, |value| if let Value::Bytes(bytes) = value { Some(&bytes[..]) } else { None }))
        }
        Kind::Bool => Box::new(all(rows, place, |value| if let Value::Bool(yes) = value { Some(*yes) } else { None })),
        Kind::Int => Box::new(all(rows, place, int)),
        Kind::Int4 => Box::new(all(rows, place, |value| int(value).and_then(|number| i32::try_from(number).ok()))),
        Kind::Int2 => Box::new(all(rows, place, |value| int(value).and_then(|number| i16::try_from(number).ok()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(rows: &[&[Value]]) -> Sum {
        let mut sum = Sum::default();
        rows.iter().for_each(|row| sum.add(row));
        sum
    }

    #[test]
    fn a_sum_cares_for_every_value_and_not_for_the_order() {
        let text = |text: &str| Value::Text(text.to_owned());
        let (one, other) = ([text("a"), text("b")], [text("c"), Value::Null]);
        assert_eq!(sum(&[&one, &other]), sum(&[&other, &one]));
        assert_ne!(sum(&[&one, &other]), sum(&[&one, &one]));
        assert_ne!(sum(&[&[text("a"), text("b")]]), sum(&[&[text("ab"), text("")]]));
        assert_ne!(sum(&[&[Value::Null]]), sum(&[&[text("")]]));
        assert_ne!(sum(&[&[Value::Int(1)]]), sum(&[&[Value::Bool(true)]]));
    }
}
