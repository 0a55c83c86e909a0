//! E-mail alerts as they are stored.

use serde::{Deserialize, Serialize};

use super::parts::{Text, maybe_text, millis, owned, text, time};
use crate::domain::alert as core;
use crate::domain::event::Agent;
use crate::domain::team::Team;
use crate::domain::time::Timestamp;

#[derive(Serialize, Deserialize)]
pub struct Alert<'a> {
    #[serde(borrow)]
    to: Vec<Text<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    cc: Vec<Text<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    reply_to: Option<Text<'a>>,
    #[serde(borrow)]
    subject: Text<'a>,
    #[serde(borrow)]
    body: Text<'a>,
    #[serde(borrow)]
    because: Text<'a>,
}

impl<'a> From<&'a core::Alert> for Alert<'a> {
    fn from(alert: &'a core::Alert) -> Self {
        let recipients = |list: &'a [core::Recipient]| list.iter().map(recipient).collect();
        Self {
            to: recipients(&alert.to),
            cc: recipients(&alert.cc),
            reply_to: maybe_text(&alert.reply_to),
            subject: text(&alert.subject),
            body: text(&alert.body),
            because: text(&alert.because),
        }
    }
}

impl From<Alert<'_>> for core::Alert {
    fn from(alert: Alert<'_>) -> Self {
        let recipients = |list: Vec<Text<'_>>| list.iter().filter_map(|text| read_recipient(text)).collect::<Vec<_>>();
        Self {
            to: recipients(alert.to),
            cc: recipients(alert.cc),
            reply_to: owned(alert.reply_to),
            subject: alert.subject.into_owned(),
            body: alert.body.into_owned(),
            because: alert.because.into_owned(),
        }
    }
}

/// One agent and one team with their ids: no address has a colon.
fn recipient(recipient: &core::Recipient) -> Text<'_> {
    match recipient {
        core::Recipient::Agent(agent) => format!("agent:{}:{}", agent.id, agent.name).into(),
        core::Recipient::Team(team) => format!("team:{}:{}", team.id, team.name).into(),
        other => text(other.as_str()),
    }
}

fn read_recipient(text: &str) -> Option<core::Recipient> {
    let mut parts = text.splitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("agent"), Some(id), Some(name)) => {
            Some(core::Recipient::Agent(Agent { id: id.parse().ok()?, name: name.to_owned() }))
        }
        (Some("team"), Some(id), Some(name)) => {
            Some(core::Recipient::Team(Team { id: id.parse().ok()?, name: name.to_owned() }))
        }
        _ => core::Recipient::parse(text),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate<'a> {
    Sent {
        #[serde(borrow)]
        words: Text<'a>,
    },
    Again {
        at: u64,
        #[serde(borrow)]
        reason: Text<'a>,
    },
    Unsure {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again_at: Option<u64>,
        #[serde(borrow)]
        reason: Text<'a>,
    },
    Failed {
        #[serde(borrow)]
        reason: Text<'a>,
    },
}

impl<'a> From<&'a core::Fate> for Fate<'a> {
    fn from(fate: &'a core::Fate) -> Self {
        match fate {
            core::Fate::Sent { words } => Self::Sent { words: text(words) },
            core::Fate::Again { at, reason } => Self::Again { at: at.0, reason: text(reason) },
            core::Fate::Unsure { again_at, reason } => {
                Self::Unsure { again_at: millis(*again_at), reason: text(reason) }
            }
            core::Fate::Failed { reason } => Self::Failed { reason: text(reason) },
        }
    }
}

impl From<Fate<'_>> for core::Fate {
    fn from(fate: Fate<'_>) -> Self {
        match fate {
            Fate::Sent { words } => Self::Sent { words: words.into_owned() },
            Fate::Again { at, reason } => Self::Again { at: Timestamp(at), reason: reason.into_owned() },
            Fate::Unsure { again_at, reason } => Self::Unsure { again_at: time(again_at), reason: reason.into_owned() },
            Fate::Failed { reason } => Self::Failed { reason: reason.into_owned() },
        }
    }
}

/// An alert whose end is not known yet: its seq, the last try heard of, whether one may have arrived.
pub type Open = (u64, u32, bool);

pub fn open((seq, open): (&u64, &core::Open)) -> Open {
    (*seq, open.attempt, open.unsure)
}

pub fn read_open((seq, attempt, unsure): Open) -> (u64, core::Open) {
    (seq, core::Open { attempt, unsure })
}
