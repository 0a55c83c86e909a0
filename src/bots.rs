//! The bots of this installation: files found, read and checked.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::config::{BotSource, Config};
use crate::domain::bot::Bot;
use crate::domain::ids::BotId;
use crate::wire::bot::{BotError, Level, examine, read};

const SAMPLE_ID: &str = "harbor";
const SAMPLE: &str = include_str!("../bots/harbor.json");

/// Why a bot cannot be used, with the name of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    pub file: PathBuf,
    pub error: BotError,
}

impl fmt::Display for FileError {
    /// `file:line: path: problem. fix.`, as editors and terminals understand it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.file.display(), self.error)
    }
}

/// A file that holds a bot.
#[derive(Debug, Clone)]
pub struct File {
    pub bot: BotId,
    pub path: PathBuf,
    pub text: String,
}

impl File {
    /// The bot in it, or everything that is wrong with it.
    pub fn bot(&self) -> Result<Bot, Vec<FileError>> {
        check(&self.path, &self.text)
    }

    /// What the bot calls and the configuration does not allow: private hosts, secrets that are not there or are for others.
    pub fn barred(&self, config: &Config) -> Vec<FileError> {
        let Ok(document) = read(&self.text) else { return Vec::new() };
        let in_file = |error| FileError { file: self.path.clone(), error };
        config.outside.barred(&self.text, &document).into_iter().map(in_file).collect()
    }
}

/// The bots of all files, or everything that is wrong with them.
pub fn load(config: &Config) -> Result<Vec<Bot>, Vec<FileError>> {
    let mut bots = Vec::new();
    let mut errors = Vec::new();
    for file in files(&config.bots)? {
        errors.extend(file.barred(config));
        match file.bot() {
            Ok(bot) => bots.push(bot),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(bots) } else { Err(errors) }
}

/// Reads one file and makes its bot.
pub fn load_file(path: &Path) -> Result<Bot, Vec<FileError>> {
    check(path, &text(path)?)
}

/// Everything that can be said against a file, errors and warnings.
pub fn examine_file(path: &Path) -> Vec<FileError> {
    match text(path) {
        Ok(text) => examine(&text).into_iter().map(|error| FileError { file: path.to_owned(), error }).collect(),
        Err(errors) => errors,
    }
}

fn check(path: &Path, text: &str) -> Result<Bot, Vec<FileError>> {
    let in_file = |error| FileError { file: path.to_owned(), error };
    let document = read(text).map_err(|errors| errors.into_iter().map(in_file).collect::<Vec<_>>())?;
    Ok(document.to_bot(id(path)))
}

/// The files that the configuration names.
pub fn files(source: &BotSource) -> Result<Vec<File>, Vec<FileError>> {
    let mut files = Vec::new();
    if let Some(directory) = &source.directory {
        for path in in_directory(directory)? {
            files.push(File { bot: id(&path), text: text(&path)?, path });
        }
    }
    if source.sample && files.iter().all(|file| file.bot.as_str() != SAMPLE_ID) {
        let path = PathBuf::from(format!("{SAMPLE_ID}.json"));
        files.push(File { bot: BotId::new(SAMPLE_ID), path, text: SAMPLE.to_owned() });
    }
    Ok(files)
}

/// The bot files of a directory. It may be missing: bots can be published otherwise.
fn in_directory(directory: &Path) -> Result<Vec<PathBuf>, Vec<FileError>> {
    let found = match std::fs::read_dir(directory) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(vec![unreadable(directory, &error, "Make the directory, or name it in `bots`")]),
    };
    let paths = found.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
    paths.sort();
    Ok(paths)
}

/// The accounts whose bot is neither among the files nor `there`.
pub fn homeless(config: &Config, there: impl Fn(&BotId) -> bool) -> Vec<FileError> {
    let directory = config.bots.directory.clone().unwrap_or_default();
    let missing = config.accounts.iter().filter(|account| !there(&account.bot));
    missing
        .map(|account| {
            let problem = format!("the account {} wants this bot, and there is no such file", account.id);
            let fix = "Write it, publish the bot with `switchboard bot publish`, or name another in the account";
            FileError { file: directory.join(format!("{}.json", account.bot)), error: whole(problem, fix) }
        })
        .collect()
}

fn text(path: &Path) -> Result<String, Vec<FileError>> {
    std::fs::read_to_string(path)
        .map_err(|error| vec![unreadable(path, &error, "Name a file that exists and that this user may read")])
}

fn id(path: &Path) -> BotId {
    BotId::new(&path.file_stem().unwrap_or_default().to_string_lossy())
}

fn unreadable(path: &Path, error: &std::io::Error, fix: &str) -> FileError {
    FileError { file: path.to_owned(), error: whole(format!("this cannot be read: {error}"), fix) }
}

fn whole(problem: String, fix: &str) -> BotError {
    BotError {
        line: 0,
        column: 0,
        path: String::new(),
        rule: "file",
        level: Level::Error,
        problem,
        fix: fix.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load as configuration};

    fn config(directory: &Path, accounts: &str) -> Config {
        let file = directory.join("switchboard.toml");
        std::fs::write(&file, format!("bots = {directory:?}\n{accounts}")).expect("written");
        configuration(&Sources { file: Some(file), ..Sources::default() }).expect("a good configuration")
    }

    #[test]
    fn the_demo_has_its_bot_without_any_file() {
        let config = configuration(&Sources { demo: true, ..Sources::default() }).expect("a demo");
        let bots = load(&config).expect("the sample");
        assert_eq!(bots.iter().map(|bot| bot.id.as_str()).collect::<Vec<_>>(), ["harbor"]);
    }

    #[test]
    fn a_bot_is_called_as_its_file() {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join("shop.json"), SAMPLE).expect("written");
        let bots = load(&config(directory.path(), "")).expect("one bot");
        assert_eq!(bots[0].id.as_str(), "shop");
    }

    #[test]
    fn every_error_of_every_file_is_reported_with_file_and_line() {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join("a.json"), "{").expect("written");
        std::fs::write(directory.path().join("b.json"), SAMPLE.replace("\"go\": \"prices\"", "\"go\": \"price\""))
            .expect("written");
        let errors = load(&config(directory.path(), "")).expect_err("errors");
        assert!(errors[0].to_string().contains("a.json:1: "), "{}", errors[0]);
        assert_eq!(errors.len(), 3);
        assert!(
            errors[1].to_string().contains("b.json:23: triggers[3].go: there is no dialogue \"price\""),
            "{}",
            errors[1]
        );
    }

    #[test]
    fn an_account_whose_bot_is_missing_is_an_error() {
        let directory = tempfile::tempdir().expect("a directory");
        let site =
            "[[account]]\nid = \"site\"\nkind = \"webchat\"\nbot = \"nobody\"\norigins = [\"https://a.example\"]";
        let errors = homeless(&config(directory.path(), site), |_| false);
        assert!(errors[0].to_string().contains("nobody.json:0: the account site wants this bot"), "{}", errors[0]);
    }
}
