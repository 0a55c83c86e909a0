//! Bots: their versions, their drafts, and the list of what administrators did.

use rusqlite::{Connection, OptionalExtension, Result, Row};

use super::SqliteStore;
use super::columns::{count, int, uint};
use super::desk::Desk;
use crate::domain::ids::{BotId, BotVersion};
use crate::domain::time::Timestamp;
use crate::ports::bots::{Audited, Bots, Deed, Draft, FileHash, Publish, Published, Publishing, Saving, Version};
use crate::ports::store::Answer;

impl Bots for SqliteStore {
    fn published(&self) -> Answer<Vec<Published>> {
        Box::pin(self.readers().run(|sql| {
            let question = "SELECT id, number, author, at FROM bot ORDER BY id";
            Ok(sql.prepare_cached(question)?.query_map((), published_in)?.collect::<Result<_>>()?)
        }))
    }

    fn versions(&self, bot: BotId, before: Option<u32>, limit: usize) -> Answer<Vec<Version>> {
        Box::pin(self.readers().run(move |sql| {
            let question = "SELECT number, author, at, note FROM bot_version
                WHERE bot = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3";
            let before = before.map_or(i64::MAX, i64::from);
            let found = (bot.as_str(), before, count(limit));
            Ok(sql.prepare_cached(question)?.query_map(found, version_in)?.collect::<Result<_>>()?)
        }))
    }

    fn document(&self, version: BotVersion) -> Answer<Option<String>> {
        Box::pin(self.readers().run(move |sql| {
            let question = "SELECT document FROM bot_version WHERE bot = ?1 AND number = ?2";
            let which = (version.bot.as_str(), version.number);
            Ok(sql.prepare_cached(question)?.query_row(which, |row| row.get(0)).optional()?)
        }))
    }

    fn draft(&self, bot: BotId) -> Answer<Option<Draft>> {
        Box::pin(self.readers().run(move |sql| Ok(draft(sql, &bot)?)))
    }

    fn save_draft(&self, bot: BotId, seen: u32, document: String, deed: Deed) -> Answer<Saving> {
        Box::pin(self.commit(move |desk| save_draft(desk, &bot, seen, &document, &deed)))
    }

    fn publish(&self, bot: BotId, seen: u32, what: Publish, deed: Deed, file: Option<FileHash>) -> Answer<Publishing> {
        Box::pin(self.commit(move |desk| publish(desk, &bot, seen, &what, &deed, file)))
    }

    fn file(&self, bot: BotId) -> Answer<Option<FileHash>> {
        Box::pin(self.readers().run(move |sql| {
            let found = sql.query_row("SELECT file FROM bot WHERE id = ?1", [bot.as_str()], |row| row.get(0));
            Ok(found.optional()?.flatten())
        }))
    }

    fn set_file(&self, bot: BotId, file: FileHash) -> Answer<()> {
        Box::pin(self.commit(move |desk| {
            desk.sql.execute("UPDATE bot SET file = ?2 WHERE id = ?1", (bot.as_str(), file)).map(|_| ())
        }))
    }

    fn note(&self, what: &'static str, subject: String, deed: Deed) -> Answer<()> {
        Box::pin(self.commit(move |desk| note(desk, what, &subject, &deed)))
    }

    fn audit(&self, before: Option<u64>, limit: usize) -> Answer<Vec<Audited>> {
        Box::pin(self.readers().run(move |sql| {
            let question = "SELECT number, at, author, what, subject, note FROM audit
                WHERE number < ?1 ORDER BY number DESC LIMIT ?2";
            let found = (before.map_or(i64::MAX, int), count(limit));
            Ok(sql.prepare_cached(question)?.query_map(found, audited_in)?.collect::<Result<_>>()?)
        }))
    }
}

fn publish(
    desk: &Desk<'_>,
    bot: &BotId,
    seen: u32,
    what: &Publish,
    deed: &Deed,
    file: Option<FileHash>,
) -> Result<Publishing> {
    let answers = "SELECT id, number, author, at FROM bot WHERE id = ?1";
    match desk.sql.query_row(answers, [bot.as_str()], published_in).optional()? {
        Some(now) if now.version.number != seen => return Ok(Publishing::Overtaken(now)),
        None if seen > 0 => return Ok(Publishing::Nothing),
        _ => {}
    }
    let Some(number) = number_for(desk, bot, what, deed)? else { return Ok(Publishing::Nothing) };
    let version = BotVersion { bot: bot.clone(), number };
    let sql = "INSERT INTO bot (id, number, author, at, file) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (id) DO UPDATE SET number = excluded.number, author = excluded.author, at = excluded.at,
            file = coalesce(excluded.file, file)";
    desk.sql.execute(sql, (bot.as_str(), number, &deed.by, int(deed.at.0), file))?;
    note(desk, "bot.published", &version.to_string(), deed)?;
    fail::fail_point!("bots-before-commit", |_| std::process::abort());
    Ok(Publishing::Done(version))
}

/// The number of the version that is to answer; a document that is new gets the next one.
fn number_for(desk: &Desk<'_>, bot: &BotId, what: &Publish, deed: &Deed) -> Result<Option<u32>> {
    let document = match what {
        Publish::Version(number) => {
            let sql = "SELECT number FROM bot_version WHERE bot = ?1 AND number = ?2";
            return desk.sql.query_row(sql, (bot.as_str(), number), |row| row.get(0)).optional();
        }
        Publish::Document(document) => document.clone(),
        Publish::Draft(revision) => {
            let Some(draft) = draft(desk.sql, bot)?.filter(|draft| draft.revision == *revision) else {
                return Ok(None);
            };
            let sql = "UPDATE bot_draft SET document = NULL WHERE bot = ?1";
            desk.sql.execute(sql, [bot.as_str()])?;
            draft.document
        }
    };
    let sql = "INSERT INTO bot_version (bot, number, author, at, note, document)
        SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5 FROM bot_version WHERE bot = ?1 RETURNING number";
    let row = (bot.as_str(), &deed.by, int(deed.at.0), &deed.note, document);
    desk.sql.query_row(sql, row, |row| row.get(0)).map(Some)
}

fn save_draft(desk: &Desk<'_>, bot: &BotId, seen: u32, document: &str, deed: &Deed) -> Result<Saving> {
    if let Some(there) = draft(desk.sql, bot)?.filter(|there| there.revision != seen) {
        return Ok(Saving::Overtaken(there));
    }
    let sql = "INSERT INTO bot_draft (bot, revision, author, at, document) VALUES (?1, 1, ?2, ?3, ?4)
        ON CONFLICT (bot) DO UPDATE SET revision = revision + 1, author = excluded.author, at = excluded.at,
            document = excluded.document
        RETURNING revision";
    let row = (bot.as_str(), &deed.by, int(deed.at.0), document);
    desk.sql.query_row(sql, row, |row| row.get(0)).map(Saving::Done)
}

fn draft(sql: &Connection, bot: &BotId) -> Result<Option<Draft>> {
    let question = "SELECT revision, author, at, document FROM bot_draft WHERE bot = ?1 AND document IS NOT NULL";
    let draft = |row: &Row<'_>| {
        Ok(Draft { revision: row.get(0)?, by: row.get(1)?, at: Timestamp(uint(row, 2)?), document: row.get(3)? })
    };
    sql.prepare_cached(question)?.query_row([bot.as_str()], draft).optional()
}

fn note(desk: &Desk<'_>, what: &str, subject: &str, deed: &Deed) -> Result<()> {
    let sql = "INSERT INTO audit (at, author, what, subject, note) VALUES (?1, ?2, ?3, ?4, ?5)";
    desk.sql.execute(sql, (int(deed.at.0), &deed.by, what, subject, &deed.note)).map(|_| ())
}

fn published_in(row: &Row<'_>) -> Result<Published> {
    let version = BotVersion { bot: BotId::new(row.get_ref(0)?.as_str()?), number: row.get(1)? };
    Ok(Published { version, by: row.get(2)?, at: Timestamp(uint(row, 3)?) })
}

fn version_in(row: &Row<'_>) -> Result<Version> {
    Ok(Version { number: row.get(0)?, by: row.get(1)?, at: Timestamp(uint(row, 2)?), note: row.get(3)? })
}

fn audited_in(row: &Row<'_>) -> Result<Audited> {
    Ok(Audited {
        number: uint(row, 0)?,
        at: Timestamp(uint(row, 1)?),
        by: row.get(2)?,
        what: row.get(3)?,
        subject: row.get(4)?,
        note: row.get(5)?,
    })
}
