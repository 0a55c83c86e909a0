//! What programs and the HTTP API under `/api/v1` say to each other. Times are milliseconds since 1970 (UTC).

mod contact;
mod deliveries;
mod mention;
mod session;
mod team;

use serde::{Deserialize, Serialize};

pub use self::contact::{Candidate, Declared, MergeRow, MergeWith, PersonView};
pub use self::deliveries::{AllOf, AppRow, Apps, Deliveries, DeliveryRow, LeftBe, PassTo, Retried};
pub use self::mention::{MentionRow, Mentions, MentionsSeen};
pub use self::session::{SessionRow, Sessions, SessionsEnded};
pub use self::team::{AssignTo, NewTeam, TeamRow, Teams};
use super::bot::{BotError, Level};
use super::console::ReasonCounts;

/// A file was taken in. With `key` it can be sent, within an hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct Uploaded {
    pub key: String,
    /// `image`, `audio`, `video` or `file`.
    pub kind: String,
    pub url: String,
    pub name: String,
}

/// A bot, and which version of it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BotRow {
    pub bot: String,
    /// The number of the version that answers.
    pub version: u32,
    pub published_by: String,
    pub published_at: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BotRows {
    pub bots: Vec<BotRow>,
}

/// A bot with its newest versions, at most 100.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BotView {
    /// None: it was never published.
    pub published: Option<BotRow>,
    /// Newest first.
    pub versions: Vec<VersionRow>,
    /// None: there is no draft.
    pub draft: Option<DraftRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct VersionRow {
    pub version: u32,
    pub by: String,
    pub at: u64,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DraftRow {
    pub revision: u32,
    pub by: String,
    pub at: u64,
}

/// A document as it was written, to the letter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DocumentView {
    /// The number of the version, or the revision of the draft.
    pub number: u32,
    pub document: String,
}

/// A document was published, or one that is there already answers again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Published {
    pub bot: String,
    pub version: u32,
    pub warnings: Vec<Place>,
}

/// A draft was saved. What is wrong with it keeps it from being published, not from being saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DraftSaved {
    pub revision: u32,
    pub findings: Vec<Place>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Findings {
    pub findings: Vec<Place>,
}

/// Something to be said against a document, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Place {
    /// 1 is the first; 0: the whole document.
    pub line: usize,
    /// 1 is the first; 0: the whole line.
    pub column: usize,
    /// Such as `dialogues[2].widgets[4].menu.options[0].go`; empty: the document itself.
    pub path: String,
    pub rule: String,
    /// `error` or `warning`.
    pub level: String,
    pub problem: String,
    pub fix: String,
}

impl From<&BotError> for Place {
    fn from(error: &BotError) -> Self {
        let level = if error.level == Level::Error { "error" } else { "warning" };
        Self {
            line: error.line,
            column: error.column,
            path: error.path.clone(),
            rule: error.rule.to_owned(),
            level: level.to_owned(),
            problem: error.problem.clone(),
            fix: error.fix.clone(),
        }
    }
}

/// What a publisher knows and wants. Without `version`, the draft at revision `draft` is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// The number of the version that answers as far as you know; 0: none. If another answers by now, nothing happens.
    pub seen: u32,
    /// A version to publish again: a roll-back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<u32>,
    /// At most 500 characters.
    #[serde(default)]
    pub note: String,
}

/// Somebody who answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS, schemars::JsonSchema))]
pub struct PersonRow {
    pub id: String,
    pub name: String,
    pub email: String,
    /// `agent`, `supervisor` or `admin`.
    pub role: String,
    /// They have chosen a password.
    pub ready: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct People {
    pub people: Vec<PersonRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    pub name: String,
    pub email: String,
    pub role: String,
    /// Without one, the answer has a one-time link by which they choose it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkFor {
    pub email: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Invited {
    pub email: String,
    /// Good once, within a week; none: they have a password.
    pub link: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TokenRow {
    pub name: String,
    pub role: String,
    pub made_by: String,
    pub made_at: u64,
    /// Exact to the minute; none: never.
    pub used_at: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Tokens {
    pub tokens: Vec<TokenRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// 1 to 40 lower-case letters, digits and hyphens.
    pub name: String,
    pub role: String,
}

/// Shown once: only its hash is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TokenMade {
    pub name: String,
    pub token: String,
}

/// Something an administrator did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AuditRow {
    pub number: u64,
    pub at: u64,
    pub by: String,
    /// Such as `bot.published`.
    pub what: String,
    pub subject: String,
    pub note: String,
}

/// Newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Audit {
    pub entries: Vec<AuditRow>,
}

/// Conversations that wait for a human, the longest waiting first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HandOffs {
    /// How many wait for what reason, whatever was asked for; of the 20 000 that wait longest.
    pub reasons: ReasonCounts,
    pub waiting: Vec<HandOffRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HandOffRow {
    pub conversation: String,
    pub name: String,
    /// `urgent`, `no_answer`, `asked`, `hot_lead`, `bot_failed` or `agent`.
    pub reason: String,
    /// The contact's own words behind it.
    pub words: String,
    pub since: u64,
    pub account: String,
    pub bot: String,
}

/// The last event of the conversation after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Noted {
    pub seq: u64,
}

/// Words that agents need again and again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct CannedRow {
    /// 1 to 40 small letters, digits and hyphens.
    pub name: String,
    /// Up to 4 000 characters; may hold `{{attribute|otherwise}}`, which the console fills in.
    pub text: String,
    /// Who wrote it last.
    pub by: String,
    pub at: u64,
}

/// By name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CannedReplies {
    pub replies: Vec<CannedRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CannedText {
    pub text: String,
}

/// Words that a channel has approved beforehand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct TemplateRow {
    pub name: String,
    /// As the channel writes it: `en_US`.
    pub language: String,
    /// With `{{1}}`, `{{2}}` … where values go.
    pub text: String,
    /// How many values it takes.
    pub takes: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Templates {
    pub templates: Vec<TemplateRow>,
}

/// Somebody who answers here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct Colleague {
    pub id: String,
    pub name: String,
}

/// By name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Colleagues {
    pub colleagues: Vec<Colleague>,
}

/// What the caller has begun to write in a conversation, and not sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct MessageDraft {
    pub conversation: String,
    pub text: String,
    /// To the team, not to the contact.
    pub note: bool,
    pub at: u64,
}

/// The newest first, at most 200.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MessageDrafts {
    pub drafts: Vec<MessageDraft>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DraftText {
    /// Up to 10 000 characters; empty: there is no draft any more.
    pub text: String,
    #[serde(default)]
    pub note: bool,
}

/// Why something was refused, as RFC 9457 writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProblemView {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    /// For programs; it stays.
    pub code: String,
    /// What is wrong in a document, and where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
}
