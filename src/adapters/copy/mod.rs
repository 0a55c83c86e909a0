//! Moving a whole installation from SQLite into PostgreSQL: how a business grows out of one machine.
//!
//! Conversations are carried over some hundred at a time, each with all that belongs to it, in one transaction that
//! also notes how far it got; so the copy may be killed at any moment and goes on where it was. At the end both sides are
//! read from end to end and compared. Positions that clients remember are not valid in the copy: it is a new generation,
//! and they begin afresh. Absent on purpose: the way back, and copying from a database that is in use.

mod rows;
mod source;
mod tables;
mod target;

use std::collections::HashMap;
use std::path::Path;

use crate::adapters::postgres::{self, Address};
use crate::adapters::sqlite;
use rows::{Strange, Sum};
use source::Source;
use target::{Rows, Target};

/// Conversations carried over in one transaction.
const CONVERSATIONS: i64 = 100;

#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("there is no database in {0}")]
    NoSource(String),
    #[error(transparent)]
    Source(#[from] sqlite::OpenError),
    #[error("the source cannot be read: {0}")]
    Read(#[from] rusqlite::Error),
    #[error(transparent)]
    Strange(#[from] Strange),
    #[error(transparent)]
    Target(#[from] postgres::OpenError),
    #[error("{0}")]
    Write(String),
    #[error("the target holds {0} already; give the copy an empty database, or a schema of its own")]
    NotEmpty(&'static str),
    #[error(
        "the target holds a part of another copy, or the source has been used since this one began; empty the target \
         (DROP SCHEMA … CASCADE), make it anew, and start again"
    )]
    OtherSource,
    #[error("the key of visitors' tokens cannot be read: {0}")]
    VisitorKey(std::io::Error),
    #[error("the copy differs from the source in {0}; no node will start on it")]
    Differs(String),
}

impl From<tokio_postgres::Error> for CopyError {
    fn from(error: tokio_postgres::Error) -> Self {
        CopyError::Write(postgres::words(&error))
    }
}

/// Where the copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// This many of the source's conversations are there; `again`: it goes on with an earlier run.
    Begins {
        conversations: u64,
        there: u64,
        again: bool,
    },
    Copied {
        there: u64,
    },
    Compares,
}

/// What was compared, a line for each table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    pub title: &'static str,
    pub rows: u64,
    pub hash: u128,
}

/// Copies what is in the data directory `from`. `visitor_key` is the file beside it with the key of visitors' tokens, and
/// what the target calls it.
pub async fn copy(
    from: &Path,
    visitor_key: (&str, &str),
    to: &Address,
    mut tell: impl FnMut(Step),
) -> Result<Vec<Compared>, CopyError> {
    let source = Source::open(from)?;
    let (target, progress) = Target::open(to, &source.state).await?;
    let mut after = progress.after;
    let mut there = source.count_up_to(after)?;
    tell(Step::Begins { conversations: source.conversations, there, again: progress.again });
    if after < 0 {
        let mut rows = Rows::default();
        source.apart(&mut |table, row| rows.add(table, row))?;
        after = 0;
        target.take(rows, after).await?;
    }
    while after < source.last {
        let to = (after + CONVERSATIONS).min(source.last);
        let mut rows = Rows::default();
        source.of_conversations(after, to, &mut |table, row| {
            there += u64::from(table.name == "conversation");
            rows.add(table, row);
        })?;
        target.take(rows, to).await?;
        fail::fail_point!("copy-taken", |_| std::process::abort());
        after = to;
        tell(Step::Copied { there });
    }
    // Beyond the last conversation, progress counts uploads.
    while after - source.last < source.last_upload {
        let upload = after - source.last;
        let mut rows = Rows::default();
        source.of_uploads(upload, upload + 1, &mut |table, row| rows.add(table, row))?;
        after += 1;
        target.take(rows, after).await?;
    }
    let file = from.join(visitor_key.0);
    if file.exists() {
        target.keep_secret(visitor_key.1, &std::fs::read(file).map_err(CopyError::VisitorKey)?).await?;
    }
    tell(Step::Compares);
    let compared = compare(&source, &target).await?;
    target.finish().await?;
    Ok(compared)
}

async fn compare(source: &Source, target: &Target) -> Result<Vec<Compared>, CopyError> {
    let theirs = target.sums().await?;
    let mut ours: HashMap<&str, Sum> = HashMap::new();
    let mut add = |table: &'static tables::Table, row: Vec<rows::Value>| ours.entry(table.name).or_default().add(&row);
    source.apart(&mut add)?;
    source.of_conversations(0, source.last, &mut add)?;
    source.of_uploads(0, source.last_upload, &mut add)?;
    let mut compared = Vec::new();
    for table in tables::all() {
        let of = |sums: &HashMap<&str, Sum>| sums.get(table.name).copied().unwrap_or_default();
        let (ours, theirs) = (of(&ours), of(&theirs));
        if ours != theirs {
            let what = format!("{} ({} rows here, {} there)", table.title, ours.rows, theirs.rows);
            return Err(CopyError::Differs(what));
        }
        compared.push(Compared { title: table.title, rows: ours.rows, hash: ours.hash });
    }
    Ok(compared)
}
