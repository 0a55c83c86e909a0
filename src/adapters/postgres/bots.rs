//! Bots: their versions, their drafts, and the list of what administrators did.

use tokio_postgres::Row;

use super::PostgresStore;
use super::columns::{count, int, uint};
use super::connect::{self, Sql};
use crate::domain::ids::{BotId, BotVersion};
use crate::domain::time::Timestamp;
use crate::ports::bots::{Audited, Bots, Deed, Draft, FileHash, Publish, Published, Publishing, Saving, Version};
use crate::ports::store::{Answer, StoreError};

const PUBLISHED: &str = "SELECT id, number, author, at FROM bot ORDER BY id";
const VERSIONS: &str = "SELECT number, author, at, note FROM bot_version WHERE bot = $1 AND number < $2
    ORDER BY number DESC LIMIT $3";
const DRAFT: &str = "SELECT revision, author, at, document FROM bot_draft WHERE bot = $1 AND document IS NOT NULL";
/// A bot that is new has a row to lock, too; number 0 is gone before anybody sees it.
const MAKE: &str = "INSERT INTO bot (id, number, author, at) VALUES ($1, 0, '', 0) ON CONFLICT (id) DO NOTHING";
const LOCK: &str = "SELECT id, number, author, at FROM bot WHERE id = $1 FOR UPDATE";
const MOVE: &str = "UPDATE bot SET number = $2, author = $3, at = $4, file = coalesce($5, file) WHERE id = $1";
const ADD: &str = "INSERT INTO bot_version (bot, number, author, at, note, document)
    SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5 FROM bot_version WHERE bot = $1 RETURNING number";
const SAVE_DRAFT: &str = "INSERT INTO bot_draft AS old (bot, revision, author, at, document) VALUES ($1, 1, $2, $3, $4)
    ON CONFLICT (bot) DO UPDATE SET revision = old.revision + 1, author = excluded.author, at = excluded.at,
        document = excluded.document WHERE old.document IS NULL OR old.revision = $5
    RETURNING revision";
const TAKE_DRAFT: &str = "UPDATE bot_draft SET document = NULL FROM
    (SELECT document FROM bot_draft WHERE bot = $1 AND revision = $2 AND document IS NOT NULL FOR UPDATE) AS old
    WHERE bot = $1 RETURNING old.document";
const NOTE: &str = "INSERT INTO audit (at, author, what, subject, note) VALUES ($1, $2, $3, $4, $5)";
const AUDIT: &str = "SELECT number, at, author, what, subject, note FROM audit WHERE number < $1
    ORDER BY number DESC LIMIT $2";

impl Bots for PostgresStore {
    fn published(&self) -> Answer<Vec<Published>> {
        self.ask(|sql| {
            Box::pin(async move {
                let [question] = connect::prepared(sql, [PUBLISHED]).await?;
                sql.query(&question, &[]).await?.iter().map(published).collect()
            })
        })
    }

    fn versions(&self, bot: BotId, before: Option<u32>, limit: usize) -> Answer<Vec<Version>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let before = before.map_or(i64::MAX, i64::from);
                let rows = sql.query(VERSIONS, &[&bot.as_str(), &before, &count(limit)]).await?;
                rows.iter().map(version).collect()
            })
        })
    }

    fn document(&self, version: BotVersion) -> Answer<Option<String>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let question = "SELECT document FROM bot_version WHERE bot = $1 AND number = $2";
                let row = sql.query_opt(question, &[&version.bot.as_str(), &i64::from(version.number)]).await?;
                Ok(row.map(|row| row.try_get(0)).transpose()?)
            })
        })
    }

    fn draft(&self, bot: BotId) -> Answer<Option<Draft>> {
        self.ask(move |sql| Box::pin(async move { draft(sql, &bot).await }))
    }

    fn save_draft(&self, bot: BotId, seen: u32, document: String, deed: Deed) -> Answer<Saving> {
        self.ask(move |sql| Box::pin(async move { save_draft(sql, &bot, seen, &document, &deed).await }))
    }

    fn publish(&self, bot: BotId, seen: u32, what: Publish, deed: Deed, file: Option<FileHash>) -> Answer<Publishing> {
        self.ask(move |sql| {
            Box::pin(async move {
                sql.batch_execute("BEGIN").await?;
                let outcome = publish(sql, &bot, seen, &what, &deed, file).await?;
                let done = matches!(outcome, Publishing::Done(_));
                fail::fail_point!("bots-before-commit", |_| std::process::abort());
                sql.batch_execute(if done { "COMMIT" } else { "ROLLBACK" }).await?;
                Ok(outcome)
            })
        })
    }

    fn file(&self, bot: BotId) -> Answer<Option<FileHash>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let row = sql.query_opt("SELECT file FROM bot WHERE id = $1", &[&bot.as_str()]).await?;
                let file: Option<Vec<u8>> = row.map(|row| row.try_get(0)).transpose()?.flatten();
                Ok(file.and_then(|hash| hash.try_into().ok()))
            })
        })
    }

    fn set_file(&self, bot: BotId, file: FileHash) -> Answer<()> {
        self.ask(move |sql| {
            Box::pin(async move {
                sql.execute("UPDATE bot SET file = $2 WHERE id = $1", &[&bot.as_str(), &&file[..]]).await?;
                Ok(())
            })
        })
    }

    fn note(&self, what: &'static str, subject: String, deed: Deed) -> Answer<()> {
        self.ask(move |sql| Box::pin(async move { note(sql, what, &subject, &deed).await }))
    }

    fn audit(&self, before: Option<u64>, limit: usize) -> Answer<Vec<Audited>> {
        self.ask(move |sql| {
            Box::pin(async move {
                let rows = sql.query(AUDIT, &[&before.map_or(i64::MAX, int), &count(limit)]).await?;
                rows.iter().map(audited).collect()
            })
        })
    }
}

async fn publish(
    sql: &Sql,
    bot: &BotId,
    seen: u32,
    what: &Publish,
    deed: &Deed,
    file: Option<FileHash>,
) -> Result<Publishing, StoreError> {
    sql.execute(MAKE, &[&bot.as_str()]).await?;
    let now = published(&sql.query_one(LOCK, &[&bot.as_str()]).await?)?;
    match now.version.number {
        number if number == seen => {}
        0 => return Ok(Publishing::Nothing),
        _ => return Ok(Publishing::Overtaken(now)),
    }
    let Some(number) = number_for(sql, bot, what, deed).await? else { return Ok(Publishing::Nothing) };
    let version = BotVersion { bot: bot.clone(), number };
    let file = file.as_ref().map(|hash| &hash[..]);
    sql.execute(MOVE, &[&bot.as_str(), &i64::from(number), &plain(&deed.by), &int(deed.at.0), &file]).await?;
    note(sql, "bot.published", &version.to_string(), deed).await?;
    Ok(Publishing::Done(version))
}

/// The number of the version that is to answer; a document that is new gets the next one.
async fn number_for(sql: &Sql, bot: &BotId, what: &Publish, deed: &Deed) -> Result<Option<u32>, StoreError> {
    let document = match what {
        Publish::Version(number) => {
            let question = "SELECT number FROM bot_version WHERE bot = $1 AND number = $2";
            let row = sql.query_opt(question, &[&bot.as_str(), &i64::from(*number)]).await?;
            return row.map(|row| self::number(&row, 0)).transpose();
        }
        Publish::Document(document) => document.clone(),
        Publish::Draft(revision) => match sql.query_opt(TAKE_DRAFT, &[&bot.as_str(), &i64::from(*revision)]).await? {
            Some(row) => row.try_get(0)?,
            None => return Ok(None),
        },
    };
    let row = sql
        .query_one(ADD, &[&bot.as_str(), &plain(&deed.by), &int(deed.at.0), &plain(&deed.note), &plain(&document)])
        .await?;
    number(&row, 0).map(Some)
}

async fn save_draft(sql: &Sql, bot: &BotId, seen: u32, document: &str, deed: &Deed) -> Result<Saving, StoreError> {
    let values = (plain(&deed.by), int(deed.at.0), plain(document), i64::from(seen));
    let saved = sql.query_opt(SAVE_DRAFT, &[&bot.as_str(), &values.0, &values.1, &values.2, &values.3]).await?;
    match saved {
        Some(row) => number(&row, 0).map(Saving::Done),
        // Published in this very moment, it is gone; whoever asks again finds none.
        None => draft(sql, bot).await?.map(Saving::Overtaken).ok_or(StoreError::Busy),
    }
}

async fn draft(sql: &Sql, bot: &BotId) -> Result<Option<Draft>, StoreError> {
    let Some(row) = sql.query_opt(DRAFT, &[&bot.as_str()]).await? else { return Ok(None) };
    let at = Timestamp(uint(&row, 2)?);
    Ok(Some(Draft { revision: number(&row, 0)?, by: row.try_get(1)?, at, document: row.try_get(3)? }))
}

async fn note(sql: &Sql, what: &str, subject: &str, deed: &Deed) -> Result<(), StoreError> {
    sql.execute(NOTE, &[&int(deed.at.0), &plain(&deed.by), &what, &plain(subject), &plain(&deed.note)]).await?;
    Ok(())
}

/// PostgreSQL's texts cannot hold a zero.
fn plain(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn number(row: &Row, column: usize) -> Result<u32, StoreError> {
    let number: i64 = row.try_get(column)?;
    u32::try_from(number).map_err(|_| StoreError::Unreadable(format!("a bot has the number {number}")))
}

fn published(row: &Row) -> Result<Published, StoreError> {
    let version = BotVersion { bot: BotId::new(row.try_get(0)?), number: number(row, 1)? };
    Ok(Published { version, by: row.try_get(2)?, at: Timestamp(uint(row, 3)?) })
}

fn version(row: &Row) -> Result<Version, StoreError> {
    Ok(Version { number: number(row, 0)?, by: row.try_get(1)?, at: Timestamp(uint(row, 2)?), note: row.try_get(3)? })
}

fn audited(row: &Row) -> Result<Audited, StoreError> {
    Ok(Audited {
        number: uint(row, 0)?,
        at: Timestamp(uint(row, 1)?),
        by: row.try_get(2)?,
        what: row.try_get(3)?,
        subject: row.try_get(4)?,
        note: row.try_get(5)?,
    })
}
