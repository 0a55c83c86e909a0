//! Versions of bots: drafts, publishing, rolling back.

use super::document::{DOCUMENT_BYTES_MAX, too_large};
use super::office::{Office, clean_id};
use crate::domain::ids::{BotId, BotVersion};
use crate::edge::error::Problem;
use crate::ports::bots::{self, Publish, Publishing, Saving};
use crate::wire::api;
use crate::wire::bot::{BotError, Level, examine, parse};

const NOTE_CHARS_MAX: usize = 500;
const VERSIONS_MAX: usize = 100;

impl Office {
    pub async fn list_bots(&self) -> Result<api::BotRows, Problem> {
        let bots = self.bots.published().await?.iter().map(row).collect();
        Ok(api::BotRows { bots })
    }

    pub async fn bot(&self, bot: &str) -> Result<api::BotView, Problem> {
        let bot = BotId::new(bot);
        let published = self.bots.published().await?;
        let published = published.iter().find(|published| published.version.bot == bot).map(row);
        let draft = self.bots.draft(bot.clone()).await?;
        if published.is_none() && draft.is_none() {
            return Err(no_such_bot(&bot));
        }
        let versions = self.bots.versions(bot, None, VERSIONS_MAX).await?.into_iter();
        let versions = versions.map(|version| api::VersionRow {
            version: version.number,
            by: version.by,
            at: version.at.0,
            note: version.note,
        });
        let draft = draft.map(|draft| api::DraftRow { revision: draft.revision, by: draft.by, at: draft.at.0 });
        Ok(api::BotView { published, versions: versions.collect(), draft })
    }

    pub async fn document(&self, bot: &str, number: u32) -> Result<api::DocumentView, Problem> {
        let version = BotVersion { bot: BotId::new(bot), number };
        let none = || Problem::not_found(format!("There is no version {version}."));
        let document = self.bots.document(version.clone()).await?.ok_or_else(none)?;
        Ok(api::DocumentView { number, document })
    }

    pub async fn draft(&self, bot: &str) -> Result<api::DocumentView, Problem> {
        let none = || Problem::not_found(format!("The bot {bot} has no draft."));
        let draft = self.bots.draft(BotId::new(bot)).await?.ok_or_else(none)?;
        Ok(api::DocumentView { number: draft.revision, document: draft.document })
    }

    pub async fn save_draft(
        &self,
        by: &str,
        bot: &str,
        seen: u32,
        document: String,
    ) -> Result<api::DraftSaved, Problem> {
        let bot = BotId::new(&clean_id(bot, "A bot")?);
        check_length(&document)?;
        let findings = self.examine(&document).iter().map(Into::into).collect();
        match self.bots.save_draft(bot.clone(), seen, document, self.deed(by, "")).await? {
            Saving::Done(revision) => Ok(api::DraftSaved { revision, findings }),
            Saving::Overtaken(draft) => {
                let (by, revision, at) = (draft.by, draft.revision, draft.at.written());
                let did = format!("{by} has saved revision {revision} of this draft at {at}");
                Err(Problem::conflict(format!("{did}. Look at it first, then save with seen={revision}.")))
            }
        }
    }

    /// Publishes a document of the caller's.
    pub async fn publish_document(
        &self,
        by: &str,
        bot: &str,
        seen: u32,
        document: String,
        note: &str,
    ) -> Result<api::Published, Problem> {
        let bot = BotId::new(&clean_id(bot, "A bot")?);
        check_length(&document)?;
        let warnings = self.without_errors(&document)?;
        self.publish_as(by, bot, seen, Publish::Document(document), note, warnings).await
    }

    /// Publishes a draft, or an older version again.
    pub async fn publish(&self, by: &str, bot: &str, wanted: api::Publish) -> Result<api::Published, Problem> {
        let bot = BotId::new(bot);
        let (what, warnings) = match (wanted.version, wanted.draft) {
            (Some(number), None) => (Publish::Version(number), self.doubts(&bot, number).await?),
            (None, Some(revision)) => {
                let draft = self.bots.draft(bot.clone()).await?.filter(|draft| draft.revision == revision);
                let changed = || Problem::conflict(format!("The draft is not at revision {revision} any more."));
                let warnings = self.without_errors(&draft.ok_or_else(changed)?.document)?;
                (Publish::Draft(revision), warnings)
            }
            _ => return Err(Problem::invalid("Name either a version or the revision of a draft.")),
        };
        self.publish_as(by, bot, wanted.seen, what, &wanted.note, warnings).await
    }

    /// Everything that can be said against a document where it is to run: by itself, and by what the configuration allows.
    pub fn examine(&self, document: &str) -> Vec<BotError> {
        let mut found = examine(document);
        if let Ok(read) = parse(document) {
            // The configuration knows better than a guess from the document alone.
            found.retain(|found| found.rule != "private-host");
            found.extend(self.outside.barred(document, &read));
            found.sort_by_key(|found| found.line);
        }
        found
    }

    /// The warnings about a document; errors refuse it, each with its place.
    fn without_errors(&self, document: &str) -> Result<Vec<api::Place>, Problem> {
        let found = self.examine(document);
        let errors: Vec<&BotError> = found.iter().filter(|found| found.level == Level::Error).collect();
        match errors.as_slice() {
            [] => Ok(found.iter().map(Into::into).collect()),
            [first, ..] => {
                let count = if errors.len() == 1 { "an error".to_owned() } else { format!("{} errors", errors.len()) };
                let detail = format!("The document has {count}. Line {first}");
                let places = errors.into_iter().map(Into::into).collect();
                Err(Problem { places, ..Problem::invalid(detail) })
            }
        }
    }

    /// What is wrong with a version that is there already. It was good once, and who rolls back is in a hurry: they are
    /// told, and not kept from it.
    async fn doubts(&self, bot: &BotId, number: u32) -> Result<Vec<api::Place>, Problem> {
        let document = self.bots.document(BotVersion { bot: bot.clone(), number }).await?.unwrap_or_default();
        let errors = self.examine(&document).into_iter().filter(|found| found.level == Level::Error);
        Ok(if document.is_empty() { Vec::new() } else { errors.map(|found| (&found).into()).collect() })
    }

    async fn publish_as(
        &self,
        by: &str,
        bot: BotId,
        seen: u32,
        what: Publish,
        note: &str,
        warnings: Vec<api::Place>,
    ) -> Result<api::Published, Problem> {
        if note.chars().count() > NOTE_CHARS_MAX {
            return Err(Problem::invalid(format!("A note has at most {NOTE_CHARS_MAX} characters.")));
        }
        match self.bots.publish(bot.clone(), seen, what, self.deed(by, note), None).await? {
            Publishing::Done(version) => {
                Ok(api::Published { bot: version.bot.to_string(), version: version.number, warnings })
            }
            Publishing::Overtaken(other) => Err(Problem::conflict(format!(
                "{} has published version {} at {}, and you have seen {seen}. Look at it first, then publish with seen = {}.",
                other.by,
                other.version.number,
                other.at.written(),
                other.version.number
            ))),
            Publishing::Nothing => {
                Err(Problem::not_found(format!("The bot {bot} has no such version or draft. List what there is.")))
            }
        }
    }
}

fn row(published: &bots::Published) -> api::BotRow {
    api::BotRow {
        bot: published.version.bot.to_string(),
        version: published.version.number,
        published_by: published.by.clone(),
        published_at: published.at.0,
    }
}

fn no_such_bot(bot: &BotId) -> Problem {
    Problem::not_found(format!("There is no bot {bot}."))
}

fn check_length(document: &str) -> Result<(), Problem> {
    if document.len() > DOCUMENT_BYTES_MAX { Err(too_large()) } else { Ok(()) }
}
