//! Where everything goes: a PostgreSQL database that holds nothing else.
//!
//! The table `copying` stands there from the first row to the last: it says how far the copy is, and as long as it is
//! there, no node starts on the database. What a transaction brings and how far it got commit together.

use std::collections::HashMap;

use futures_util::StreamExt;
use tokio_postgres::types::ToSql;

use super::CopyError;
use super::rows::{self, Sum, Value};
use super::tables::{self, Table};
use crate::adapters::postgres::{Address, Alone};

/// Rows written by one statement.
const ROWS_MAX: usize = 1_000;
/// Bytes written by one statement, about.
const BYTES_MAX: usize = 8 << 20;

pub struct Target {
    sql: Alone,
}

/// How far an earlier run came: the conversations up to this number are there.
pub struct Progress {
    pub after: i64,
    /// It had begun before.
    pub again: bool,
}

impl Target {
    /// Ready to take in what `state` says of the source, or to go on with it.
    pub async fn open(address: &Address, state: &str) -> Result<(Target, Progress), CopyError> {
        let sql = Alone::open(address).await?;
        let target = Target { sql };
        target.sql.begin().await?;
        let progress = match target.begun().await? {
            Some((from, after)) if from == state => Progress { after, again: true },
            Some(_) => return Err(CopyError::OtherSource),
            None => target.begin(state).await?,
        };
        target.sql.batch_execute("COMMIT").await?;
        Ok((target, progress))
    }

    async fn begun(&self) -> Result<Option<(String, i64)>, CopyError> {
        let there = self.sql.query_one("SELECT to_regclass('copying') IS NOT NULL", &[]).await?;
        if !there.try_get::<_, bool>(0)? {
            return Ok(None);
        }
        let row = self.sql.query_one("SELECT source, after FROM copying", &[]).await?;
        Ok(Some((row.try_get(0)?, row.try_get(1)?)))
    }

    async fn begin(&self, state: &str) -> Result<Progress, CopyError> {
        self.sql.migrate().await?;
        for table in tables::all() {
            let question = format!("SELECT EXISTS (SELECT FROM {})", table.name);
            if self.sql.query_one(&question, &[]).await?.try_get(0)? {
                return Err(CopyError::NotEmpty(table.title));
            }
        }
        self.sql.batch_execute("CREATE TABLE copying (source text NOT NULL, after bigint NOT NULL)").await?;
        // Before the first conversation stands what belongs to none.
        self.sql.execute("INSERT INTO copying VALUES ($1, -1)", &[&state]).await?;
        Ok(Progress { after: -1, again: false })
    }

    /// Takes rows in, and notes that everything up to `after` is there.
    pub async fn take(&self, rows: Rows, after: i64) -> Result<(), CopyError> {
        self.sql.batch_execute("BEGIN").await?;
        for (table, rows) in &rows.0 {
            for some in in_portions(rows) {
                let values = rows::arrays(table, some);
                let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| &**value as _).collect();
                let statement = self.sql.prepare_cached(&table.insert()).await?;
                self.sql.execute(&statement, &values).await?;
            }
        }
        self.sql.execute("UPDATE copying SET after = $1", &[&after]).await?;
        Ok(self.sql.batch_execute("COMMIT").await?)
    }

    pub async fn keep_secret(&self, name: &str, value: &[u8]) -> Result<(), CopyError> {
        let keep = "INSERT INTO secret (name, value) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.sql.execute(keep, &[&name, &value]).await?;
        Ok(())
    }

    /// The sum over each table.
    pub async fn sums(&self) -> Result<HashMap<&'static str, Sum>, CopyError> {
        // All rows are wanted, so here whole tables are read.
        self.sql.batch_execute("SET enable_seqscan = on").await?;
        let mut sums = HashMap::new();
        for table in tables::all() {
            let none: [&(dyn ToSql + Sync); 0] = [];
            let found = self.sql.query_raw(&table.select(), none).await?;
            let mut found = std::pin::pin!(found);
            let mut sum = Sum::default();
            while let Some(row) = found.next().await {
                sum.add(&rows::from_postgres(table, &row?)?);
            }
            sums.insert(table.name, sum);
        }
        Ok(sums)
    }

    /// What follows from the rows is worked out, and nodes may start.
    pub async fn finish(&self) -> Result<(), CopyError> {
        self.sql.batch_execute(FINISH).await?;
        self.sql.batch_execute("ANALYZE").await?;
        Ok(())
    }
}

const FINISH: &str = "BEGIN;
    UPDATE mode_count SET
        bot = (SELECT count(*) FROM conversation WHERE mode = 0),
        waiting = (SELECT count(*) FROM conversation WHERE mode = 1),
        human = (SELECT count(*) FROM conversation WHERE mode = 2),
        snoozed = (SELECT count(*) FROM conversation WHERE mode = 3),
        closed = (SELECT count(*) FROM conversation WHERE mode = 4),
        blocked = (SELECT count(*) FROM conversation WHERE mode = 5)
        WHERE slot = 0;
    SELECT setval('delivery_number', greatest(1, (SELECT max(number) FROM outbox), (SELECT max(number) FROM shelf)));
    SELECT setval(pg_get_serial_sequence('raw_inbound', 'number'), greatest(1, (SELECT max(number) FROM raw_inbound)));
    SELECT setval(pg_get_serial_sequence('audit', 'number'), greatest(1, (SELECT max(number) FROM audit)));
    UPDATE indexing SET swept = '00000000-0000-0000-0000-000000000000', complete = false;
    DROP TABLE copying;
    COMMIT";

/// Rows that go into one transaction, by table.
#[derive(Default)]
pub struct Rows(Vec<(&'static Table, Vec<Vec<Value>>)>);

impl Rows {
    pub fn add(&mut self, table: &'static Table, row: Vec<Value>) {
        match self.0.last_mut() {
            Some((last, rows)) if last.name == table.name => rows.push(row),
            _ => self.0.push((table, vec![row])),
        }
    }
}

fn in_portions(mut rows: &[Vec<Value>]) -> Vec<&[Vec<Value>]> {
    let mut portions = Vec::new();
    while !rows.is_empty() {
        let mut bytes = 0;
        let fits = |row: &&Vec<Value>| {
            bytes += row.iter().map(size).sum::<usize>();
            bytes <= BYTES_MAX
        };
        let count = rows.iter().take(ROWS_MAX).take_while(fits).count().max(1);
        let (portion, rest) = rows.split_at(count);
        portions.push(portion);
        rows = rest;
    }
    portions
}

fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 16,
    }
}
