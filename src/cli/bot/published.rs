//! Bots that are published: versions, drafts, and going back.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Subcommand;
use similar::TextDiff;
use switchboard::domain::time::Timestamp;
use switchboard::wire::api;

use crate::cli::remote::Desk;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The versions of a bot, newest first, and which of them answers.
    Versions { bot: String },
    /// Publish a file as a new version, if it has no errors. Conversations in the middle of a dialogue finish it as it was.
    Publish {
        file: PathBuf,
        /// The bot, if it is not called as the file.
        #[arg(long)]
        bot: Option<String>,
        /// The version that answers as far as you know. If another does by now, nothing happens.
        #[arg(long)]
        seen: Option<u32>,
        /// Why, for those who read the list of versions.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Publish an older version again.
    Rollback {
        bot: String,
        version: u32,
        #[arg(long)]
        seen: Option<u32>,
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Print a bot's document: the version that answers, another, or the draft.
    Export {
        bot: String,
        #[arg(long, conflicts_with = "draft")]
        version: Option<u32>,
        #[arg(long)]
        draft: bool,
    },
    /// Save a file as the bot's draft; errors are shown and stop nothing.
    Import {
        file: PathBuf,
        #[arg(long)]
        bot: Option<String>,
    },
    /// What differs between the version that answers and a file, or another version.
    Diff {
        bot: String,
        /// A file or the number of a version.
        with: String,
    },
}

/// False: it was done, and says no.
pub async fn run(command: &Command, desk: &Desk) -> anyhow::Result<bool> {
    match command {
        Command::Versions { bot } => list(&desk.bot(bot).await?),
        Command::Publish { file, bot, seen, note } => {
            let bot = name(bot.as_deref(), file)?;
            let seen = seen_or_now(desk, &bot, *seen).await;
            tell(&desk.publish_document(&bot, seen, read(file)?, note).await?);
        }
        Command::Rollback { bot, version, seen, note } => {
            let seen = seen_or_now(desk, bot, *seen).await;
            let wanted = api::Publish { seen, version: Some(*version), draft: None, note: note.clone() };
            tell(&desk.publish(bot, wanted).await?);
        }
        Command::Export { bot, draft: true, .. } => print!("{}", desk.draft(bot).await?.document),
        Command::Export { bot, version, .. } => print!("{}", document(desk, bot, *version).await?),
        Command::Import { file, bot } => {
            let bot = name(bot.as_deref(), file)?;
            let there = desk.bot(&bot).await.ok().and_then(|bot| bot.draft).map_or(0, |draft| draft.revision);
            let saved = desk.save_draft(&bot, there, read(file)?).await?;
            saved.findings.iter().for_each(|found| println!("{}:{}", file.display(), words(found)));
            println!("The draft of {bot} is at revision {}.", saved.revision);
        }
        Command::Diff { bot, with } => {
            let other = match with.parse() {
                Ok(number) => desk.document(bot, number).await?.document,
                Err(_) => read(Path::new(with))?,
            };
            let here = document(desk, bot, None).await?;
            let diff = TextDiff::from_lines(&here, &other);
            print!("{}", diff.unified_diff().header(&format!("{bot}, as it answers"), with));
            return Ok(here == other);
        }
    }
    Ok(true)
}

/// What answers when the command begins, unless somebody knows better.
async fn seen_or_now(desk: &Desk, bot: &str, seen: Option<u32>) -> u32 {
    match seen {
        Some(seen) => seen,
        None => desk.bot(bot).await.ok().and_then(|bot| bot.published).map_or(0, |published| published.version),
    }
}

async fn document(desk: &Desk, bot: &str, version: Option<u32>) -> anyhow::Result<String> {
    let number = match version {
        Some(number) => number,
        None => {
            let none = || anyhow!("{bot} was never published");
            desk.bot(bot).await?.published.ok_or_else(none)?.version
        }
    };
    Ok(desk.document(bot, number).await?.document)
}

fn name(given: Option<&str>, file: &Path) -> anyhow::Result<String> {
    let stem = || file.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
    given.map(str::to_owned).or_else(stem).context("name the bot with --bot")
}

fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn list(bot: &api::BotView) {
    let answers = bot.published.as_ref().map(|published| published.version);
    for version in &bot.versions {
        let mark = if answers == Some(version.version) { "answers" } else { "" };
        let note = if version.note.is_empty() { String::new() } else { format!("  {}", version.note) };
        println!("{:>5}  {mark:<7}  {}  {}{note}", version.version, Timestamp(version.at).written(), version.by);
    }
    if let Some(draft) = &bot.draft {
        println!("draft, revision {}  {}  {}", draft.revision, Timestamp(draft.at).written(), draft.by);
    }
}

fn tell(done: &api::Published) {
    done.warnings.iter().for_each(|warning| println!("{}", words(warning)));
    println!("{}@{} answers.", done.bot, done.version);
}

fn words(found: &api::Place) -> String {
    format!("{}: {}: {}: {}. {}.", found.line, found.level, found.path, found.problem, found.fix)
}
