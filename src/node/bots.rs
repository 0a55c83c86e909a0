//! Bot files and published versions: which of them counts when a node starts.
//!
//! A file is an offer. Its bot is published as it stands if nobody knows the bot yet; and again whenever the file has
//! changed, as long as what is published is what the file last gave. Once somebody has published something else, through
//! the API or the command line, the file is left alone until both are the same again: what a person did last is never
//! undone by a restart. Errors in the file of a bot that is published leave it as it is; the log says so. A file that calls
//! what the configuration does not allow keeps the node from starting.

use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};

use crate::actors::bots::{Bots as Answering, Missing};
use crate::bots::{self, File, FileError};
use crate::config::Config;
use crate::dice;
use crate::domain::ids::BotId;
use crate::ports::bots::{Bots, Deed, FileHash, Publish, Published, Publishing};
use crate::ports::clock::Clock;
use crate::ports::store::StoreError;

/// Nodes that start at once may come between each other, but not for ever.
const TRIES_MAX: usize = 5;

/// Publishes what the files offer.
pub async fn take_in(config: &Config, shelf: &dyn Bots, clock: &dyn Clock) -> anyhow::Result<()> {
    let mut errors = Vec::new();
    for file in bots::files(&config.bots).map_err(refusal)? {
        let barred = file.barred(config);
        if !barred.is_empty() {
            errors.extend(barred);
            continue;
        }
        errors.extend(take_in_file(&file, shelf, clock).await.context("the bots cannot be stored")?);
    }
    if errors.is_empty() { Ok(()) } else { Err(refusal(errors)) }
}

/// The bots that accounts want, as they are published.
pub async fn answering(config: &Config, shelf: &Arc<dyn Bots>) -> anyhow::Result<Arc<Answering>> {
    let mut wanted: Vec<BotId> = config.accounts.iter().map(|account| account.bot.clone()).collect();
    wanted.sort();
    wanted.dedup();
    match Answering::of(shelf.clone(), wanted.into_iter()).await {
        Ok(bots) => Ok(Arc::new(bots)),
        Err(Missing::Bots(missing)) => Err(refusal(bots::homeless(config, |bot| !missing.contains(bot)))),
        Err(error) => bail!(error),
    }
}

fn refusal(errors: Vec<FileError>) -> anyhow::Error {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    anyhow!("the bots cannot be used:\n{}", lines.join("\n"))
}

/// The errors are those of a bot that nobody has published yet.
async fn take_in_file(file: &File, shelf: &dyn Bots, clock: &dyn Clock) -> Result<Vec<FileError>, StoreError> {
    let (hash, path) = (dice::hash(&file.text), file.path.display());
    for _ in 0..TRIES_MAX {
        let published = shelf.published().await?.into_iter().find(|published| published.version.bot == file.bot);
        match &published {
            Some(published) if !offers_news(file, hash, published, shelf).await? => return Ok(Vec::new()),
            _ => {}
        }
        if let Err(errors) = file.bot() {
            let Some(published) = published else { return Ok(errors) };
            for error in errors {
                tracing::error!("{error} {} stays published until this is mended.", published.version);
            }
            return Ok(Vec::new());
        }
        let deed = Deed { by: format!("file {path}"), at: clock.now(), note: String::new() };
        let seen = published.map_or(0, |published| published.version.number);
        let what = Publish::Document(file.text.clone());
        if let Publishing::Done(version) = shelf.publish(file.bot.clone(), seen, what, deed, Some(hash)).await? {
            tracing::info!("{path} is published as {version}");
            return Ok(Vec::new());
        }
    }
    Err(StoreError::Busy)
}

/// Whether the file has changed since it was last taken in, and nobody has published anything else meanwhile.
async fn offers_news(file: &File, hash: FileHash, published: &Published, shelf: &dyn Bots) -> Result<bool, StoreError> {
    let last = shelf.file(file.bot.clone()).await?;
    let document = shelf.document(published.version.clone()).await?.unwrap_or_default();
    let now = dice::hash(&document);
    if now == hash && last != Some(hash) {
        shelf.set_file(file.bot.clone(), hash).await?;
    }
    if now == hash || last == Some(hash) {
        return Ok(false);
    }
    if last != Some(now) {
        let (path, Published { version, by, .. }) = (file.path.display(), published);
        tracing::warn!(
            "{path} has changed, but {version} was published by {by} since it was last taken in, and stays. \
             To publish the file: switchboard bot publish {path}"
        );
        return Ok(false);
    }
    Ok(true)
}
