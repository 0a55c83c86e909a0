//! The small shapes that events, folds and list rows share.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::wanted;
use crate::domain::assigning;
use crate::domain::event as core;
use crate::domain::ids::{AgentId, TeamId};
use crate::domain::message;
use crate::domain::summary;
use crate::domain::team;
use crate::domain::template::Filled;
use crate::domain::time::Timestamp;
use crate::domain::window::Author;

pub type Text<'a> = Cow<'a, str>;

pub fn text(from: &str) -> Text<'_> {
    Cow::Borrowed(from)
}

pub fn maybe_text(from: &Option<String>) -> Option<Text<'_>> {
    from.as_deref().map(Cow::Borrowed)
}

pub fn owned(from: Option<Text<'_>>) -> Option<String> {
    from.map(Cow::into_owned)
}

pub fn millis(at: Option<Timestamp>) -> Option<u64> {
    at.map(|at| at.0)
}

pub fn time(millis: Option<u64>) -> Option<Timestamp> {
    millis.map(Timestamp)
}

#[derive(Serialize, Deserialize)]
pub struct Heard<'a> {
    #[serde(borrow)]
    text: Text<'a>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    tap: Option<Text<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    referral: Option<Text<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
}

#[derive(Serialize, Deserialize)]
pub struct Attachment<'a> {
    kind: AttachmentKind,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AttachmentKind {
    Image,
    Audio,
    Video,
    File,
    Other,
}

impl<'a> From<&'a message::Heard> for Heard<'a> {
    fn from(heard: &'a message::Heard) -> Self {
        Self {
            text: text(&heard.text),
            tap: maybe_text(&heard.tap),
            referral: maybe_text(&heard.referral),
            attachments: heard.attachments.iter().map(Attachment::from).collect(),
        }
    }
}

impl From<Heard<'_>> for message::Heard {
    fn from(heard: Heard<'_>) -> Self {
        Self {
            text: heard.text.into_owned(),
            tap: owned(heard.tap),
            referral: owned(heard.referral),
            attachments: heard.attachments.into_iter().map(Into::into).collect(),
        }
    }
}

impl<'a> From<&'a message::Attachment> for Attachment<'a> {
    fn from(attachment: &'a message::Attachment) -> Self {
        let kind = match attachment.kind {
            message::AttachmentKind::Image => AttachmentKind::Image,
            message::AttachmentKind::Audio => AttachmentKind::Audio,
            message::AttachmentKind::Video => AttachmentKind::Video,
            message::AttachmentKind::File => AttachmentKind::File,
            message::AttachmentKind::Other => AttachmentKind::Other,
        };
        Self { kind, url: text(&attachment.url), name: text(&attachment.name), bytes: attachment.bytes }
    }
}

impl From<Attachment<'_>> for message::Attachment {
    fn from(attachment: Attachment<'_>) -> Self {
        let kind = match attachment.kind {
            AttachmentKind::Image => message::AttachmentKind::Image,
            AttachmentKind::Audio => message::AttachmentKind::Audio,
            AttachmentKind::Video => message::AttachmentKind::Video,
            AttachmentKind::File => message::AttachmentKind::File,
            AttachmentKind::Other => message::AttachmentKind::Other,
        };
        let Attachment { url, name, bytes, .. } = attachment;
        Self { kind, url: url.into_owned(), name: name.into_owned(), bytes }
    }
}

#[derive(Serialize, Deserialize)]
pub struct Line<'a> {
    #[serde(borrow)]
    text: Text<'a>,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    choices: Vec<Choice<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    attachment: Option<Attachment<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    wanted: Option<Box<wanted::Wanted<'a>>>,
    /// Of a person's message in the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    late_from: Option<u64>,
    /// Of a person's message in the queue, if it goes out as one.
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    template: Option<Template<'a>>,
    /// Of a bot's message in the queue: nobody waits for it.
    #[serde(default, skip_serializing_if = "is_false")]
    own_accord: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// A template with its values. A program that does not know it sends the words alone, and is refused if they come too late.
#[derive(Serialize, Deserialize)]
pub struct Template<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    language: Text<'a>,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    values: Vec<Text<'a>>,
}

impl<'a> From<&'a Filled> for Template<'a> {
    fn from(template: &'a Filled) -> Self {
        let values = template.values.iter().map(|value| text(value)).collect();
        Self { name: text(&template.name), language: text(&template.language), values }
    }
}

impl From<Template<'_>> for Filled {
    fn from(template: Template<'_>) -> Self {
        let values = template.values.into_iter().map(Text::into_owned).collect();
        Self { name: template.name.into_owned(), language: template.language.into_owned(), values }
    }
}

#[derive(Serialize, Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    label: Text<'a>,
}

impl<'a> From<&'a message::Line> for Line<'a> {
    fn from(line: &'a message::Line) -> Self {
        let choice = |choice: &'a message::Choice| Choice { id: text(&choice.id), label: text(&choice.label) };
        Self {
            text: text(&line.text),
            choices: line.choices.iter().map(choice).collect(),
            attachment: line.attachment.as_ref().map(Into::into),
            wanted: line.wanted.as_deref().map(|wanted| Box::new(wanted.into())),
            late_from: None,
            template: None,
            own_accord: false,
        }
    }
}

impl<'a> Line<'a> {
    pub fn queued(line: &'a message::Line, by: &'a Author) -> Self {
        match by {
            Author::Bot { awaited } => Self { own_accord: !awaited, ..line.into() },
            Author::Person { late_from, template } => {
                let (late_from, template) = (millis(*late_from), template.as_ref().map(Into::into));
                Self { late_from, template, ..line.into() }
            }
        }
    }

    pub fn read_queued(mut self, by_bot: bool) -> (message::Line, Author) {
        let (late_from, template) = (time(self.late_from), self.template.take().map(Into::into));
        let bot = Author::Bot { awaited: !self.own_accord };
        (self.into(), if by_bot { bot } else { Author::Person { late_from, template } })
    }
}

impl From<Line<'_>> for message::Line {
    fn from(line: Line<'_>) -> Self {
        let choice =
            |choice: Choice<'_>| message::Choice { id: choice.id.into_owned(), label: choice.label.into_owned() };
        Self {
            text: line.text.into_owned(),
            choices: line.choices.into_iter().map(choice).collect(),
            attachment: line.attachment.map(Into::into),
            wanted: line.wanted.map(|wanted| Box::new((*wanted).into())),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub struct Agent<'a> {
    id: Uuid,
    #[serde(borrow)]
    name: Text<'a>,
}

impl<'a> From<&'a core::Agent> for Agent<'a> {
    fn from(agent: &'a core::Agent) -> Self {
        Self { id: agent.id.0, name: text(&agent.name) }
    }
}

impl From<Agent<'_>> for core::Agent {
    fn from(agent: Agent<'_>) -> Self {
        Self { id: AgentId(agent.id), name: agent.name.into_owned() }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker<'a> {
    #[serde(borrow)]
    Agent(Agent<'a>),
    Outside,
    System,
}

impl<'a> From<&'a core::Speaker> for Speaker<'a> {
    fn from(speaker: &'a core::Speaker) -> Self {
        match speaker {
            core::Speaker::Agent(agent) => Self::Agent(agent.into()),
            core::Speaker::Outside => Self::Outside,
            core::Speaker::System => Self::System,
        }
    }
}

impl From<Speaker<'_>> for core::Speaker {
    fn from(speaker: Speaker<'_>) -> Self {
        match speaker {
            Speaker::Agent(agent) => Self::Agent(agent.into()),
            Speaker::Outside => Self::Outside,
            Speaker::System => Self::System,
        }
    }
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    Urgent,
    NoAnswer,
    Asked,
    HotLead,
    BotFailed,
    Agent,
}

impl From<core::Reason> for Reason {
    fn from(reason: core::Reason) -> Self {
        match reason {
            core::Reason::Urgent => Self::Urgent,
            core::Reason::NoAnswer => Self::NoAnswer,
            core::Reason::Asked => Self::Asked,
            core::Reason::HotLead => Self::HotLead,
            core::Reason::BotFailed => Self::BotFailed,
            core::Reason::Agent => Self::Agent,
        }
    }
}

impl From<Reason> for core::Reason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Urgent => Self::Urgent,
            Reason::NoAnswer => Self::NoAnswer,
            Reason::Asked => Self::Asked,
            Reason::HotLead => Self::HotLead,
            Reason::BotFailed => Self::BotFailed,
            Reason::Agent => Self::Agent,
        }
    }
}

/// Why a human was wanted, and the words behind it.
#[derive(Serialize, Deserialize)]
pub struct Wanted<'a> {
    reason: Reason,
    #[serde(borrow)]
    words: Text<'a>,
}

impl<'a> From<&'a (core::Reason, String)> for Wanted<'a> {
    fn from((reason, words): &'a (core::Reason, String)) -> Self {
        Self { reason: (*reason).into(), words: text(words) }
    }
}

impl From<Wanted<'_>> for (core::Reason, String) {
    fn from(wanted: Wanted<'_>) -> Self {
        (wanted.reason.into(), wanted.words.into_owned())
    }
}

#[derive(Serialize, Deserialize)]
pub struct LastWords<'a> {
    #[serde(borrow)]
    text: Text<'a>,
    by: Voice,
    at: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Voice {
    Contact,
    Bot,
    Agent,
    Outside,
}

impl<'a> From<&'a summary::LastWords> for LastWords<'a> {
    fn from(last: &'a summary::LastWords) -> Self {
        let by = match last.by {
            summary::Voice::Contact => Voice::Contact,
            summary::Voice::Bot => Voice::Bot,
            summary::Voice::Agent => Voice::Agent,
            summary::Voice::Outside => Voice::Outside,
        };
        Self { text: text(&last.text), by, at: last.at.0 }
    }
}

impl From<LastWords<'_>> for summary::LastWords {
    fn from(last: LastWords<'_>) -> Self {
        let by = match last.by {
            Voice::Contact => summary::Voice::Contact,
            Voice::Bot => summary::Voice::Bot,
            Voice::Agent => summary::Voice::Agent,
            Voice::Outside => summary::Voice::Outside,
        };
        Self { text: last.text.into_owned(), by, at: Timestamp(last.at) }
    }
}

/// A team, as the log remembers it.
#[derive(Serialize, Deserialize)]
pub struct Team<'a> {
    id: Uuid,
    #[serde(borrow)]
    name: Text<'a>,
}

impl<'a> From<&'a team::Team> for Team<'a> {
    fn from(team: &'a team::Team) -> Self {
        Self { id: team.id.0, name: text(&team.name) }
    }
}

impl From<Team<'_>> for team::Team {
    fn from(team: Team<'_>) -> Self {
        Self { id: TeamId(team.id), name: team.name.into_owned() }
    }
}

/// Whose a conversation is.
#[derive(Default, Serialize, Deserialize)]
pub struct Assigned<'a> {
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    agent: Option<Agent<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    team: Option<Team<'a>>,
}

impl Assigned<'_> {
    pub fn is_nobody(&self) -> bool {
        self.agent.is_none() && self.team.is_none()
    }
}

impl<'a> From<&'a assigning::Assigned> for Assigned<'a> {
    fn from(assigned: &'a assigning::Assigned) -> Self {
        Self { agent: assigned.agent.as_ref().map(Into::into), team: assigned.team.as_ref().map(Into::into) }
    }
}

impl From<Assigned<'_>> for assigning::Assigned {
    fn from(assigned: Assigned<'_>) -> Self {
        Self { agent: assigned.agent.map(Into::into), team: assigned.team.map(Into::into) }
    }
}
