//! Bots as they are written: drafts, published versions, and who did what to them.
//!
//! A version never changes and is never deleted, so a conversation in the middle of one always finds it again. Which of a
//! bot's versions answers new conversations moves in one transaction with the note of who moved it.

use crate::domain::ids::{BotId, BotVersion};
use crate::domain::time::Timestamp;
use crate::ports::store::Answer;

/// Which version of a bot answers, and who wanted that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub version: BotVersion,
    /// In words: `Ana Lima <ana@example.org>`, `token deploy`, `file bots/harbor.json`.
    pub by: String,
    pub at: Timestamp,
}

/// A version without its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub number: u32,
    pub by: String,
    pub at: Timestamp,
    pub note: String,
}

/// What somebody works on. Each time it is saved, its revision grows by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub revision: u32,
    pub document: String,
    pub by: String,
    pub at: Timestamp,
}

/// A change somebody wants to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    pub by: String,
    pub at: Timestamp,
    pub note: String,
}

/// What is to answer from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Publish {
    /// A new version.
    Document(String),
    /// The draft as it stood at this revision becomes a new version, and is no draft any more.
    Draft(u32),
    /// A version that is there already.
    Version(u32),
}

/// What came of wanting to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Publishing {
    Done(BotVersion),
    /// Another version answers than the one that was seen.
    Overtaken(Published),
    /// There is no such version, or no such draft any more.
    Nothing,
}

/// What came of wanting to save a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saving {
    /// The new revision.
    Done(u32),
    /// The draft is another than the one that was seen.
    Overtaken(Draft),
}

/// Something an administrator did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// Later entries have higher numbers.
    pub number: u64,
    pub at: Timestamp,
    pub by: String,
    /// Such as `bot.published`.
    pub what: String,
    /// To whom or what, such as `harbor@3`.
    pub subject: String,
    pub note: String,
}

/// The SHA-256 of a file.
pub type FileHash = [u8; 32];

pub trait Bots: Send + Sync + 'static {
    /// Every bot and which version of it answers, by name.
    fn published(&self) -> Answer<Vec<Published>>;
    /// A bot's versions with numbers below `before` (none: all), newest first, at most `limit`.
    fn versions(&self, bot: BotId, before: Option<u32>, limit: usize) -> Answer<Vec<Version>>;
    fn document(&self, version: BotVersion) -> Answer<Option<String>>;
    fn draft(&self, bot: BotId) -> Answer<Option<Draft>>;
    /// Keeps `document` as the draft, if the draft is still at the revision that was `seen` (0: there is none).
    fn save_draft(&self, bot: BotId, seen: u32, document: String, deed: Deed) -> Answer<Saving>;
    /// Publishes, if the version that was `seen` (0: none) still answers. `file`: what was published is this file.
    fn publish(&self, bot: BotId, seen: u32, what: Publish, deed: Deed, file: Option<FileHash>) -> Answer<Publishing>;
    /// The file that this bot last came from.
    fn file(&self, bot: BotId) -> Answer<Option<FileHash>>;
    /// What `bot` is now is the same as this file.
    fn set_file(&self, bot: BotId, file: FileHash) -> Answer<()>;
    /// Notes something that was done elsewhere.
    fn note(&self, what: &'static str, subject: String, deed: Deed) -> Answer<()>;
    /// What was done, newest first, before the entry of this number (none: the newest of all).
    fn audit(&self, before: Option<u64>, limit: usize) -> Answer<Vec<Audited>>;
}
