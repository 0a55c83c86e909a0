//! Statements that go to the server together: one round trip for all of them.

use futures_util::future::{join_all, try_join_all};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};
use uuid::Uuid;

use super::columns::{Result, uint};
use super::connect::Sql;
use crate::domain::ids::Seq;

type Value<'v> = Box<dyn ToSql + Sync + Send + 'v>;

/// Statements and their values, in the order in which they run.
pub struct Script<'v> {
    steps: Vec<Step<'v>>,
}

struct Step<'v> {
    text: &'static str,
    values: Vec<Value<'v>>,
}

/// A script whose statements the connection knows.
pub struct Prepared<'v> {
    steps: Vec<(Statement, Vec<Value<'v>>)>,
}

impl<'v> Script<'v> {
    pub fn new() -> Self {
        Self { steps: Vec::new() }
    }

    pub fn add(&mut self, text: &'static str, values: Vec<Value<'v>>) {
        self.steps.push(Step { text, values });
    }

    /// After the first time on a connection this costs no round trip.
    pub async fn prepare(self, sql: &Sql) -> Result<Prepared<'v>> {
        let prepared = try_join_all(self.steps.iter().map(|step| sql.prepare_cached(step.text))).await?;
        Ok(Prepared { steps: prepared.into_iter().zip(self.steps.into_iter().map(|step| step.values)).collect() })
    }
}

impl Prepared<'_> {
    /// Runs all of them, and returns the deliveries that any of them names: a conversation and a seq. The requests
    /// leave in their order when this is first polled.
    pub async fn run(&self, sql: &Sql) -> Result<Vec<(Uuid, Seq)>> {
        let answers = self.steps.iter().map(|(statement, values)| {
            let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| &**value as &(dyn ToSql + Sync)).collect();
            async move { sql.query(statement, &values).await }
        });
        let mut deliveries = Vec::new();
        let mut failed = None;
        for answer in join_all(answers).await {
            match answer {
                Ok(rows) => deliveries.extend(rows.iter().map(delivery).collect::<Result<Vec<_>>>()?),
                // The first error is the cause; those after it only say that the transaction has failed.
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(deliveries), Err)
    }
}

fn delivery(row: &Row) -> Result<(Uuid, Seq)> {
    Ok((row.try_get(0)?, uint(row, 1)?))
}
