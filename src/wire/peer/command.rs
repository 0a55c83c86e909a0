//! A command on its way to the node that has its conversation. Read beside `domain::command`, which says what each means.

mod back;

use serde::{Deserialize, Serialize};

use super::outcome::Outcome;
use super::words::{Extension, ProviderWord, Receipt};
use crate::domain::assigning::Assignee;
use crate::domain::command as core;
use crate::wire::stored::calls;
use crate::wire::stored::changes::Change;
use crate::wire::stored::parts::{Agent, Attachment, Heard, Team, Text, maybe_text, millis, text};
use crate::wire::stored::why::Priority;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command<'a> {
    Hear {
        #[serde(borrow)]
        heard: Heard<'a>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        provider_id: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider_at: Option<u64>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        name: Option<Text<'a>>,
    },
    Change {
        #[serde(borrow)]
        provider_id: Text<'a>,
        #[serde(borrow)]
        change: Change<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider_at: Option<u64>,
    },
    Name {
        #[serde(borrow)]
        name: Text<'a>,
    },
    Learn {
        #[serde(borrow)]
        name: Text<'a>,
        #[serde(borrow)]
        value: Text<'a>,
    },
    Describe {
        #[serde(borrow)]
        attributes: Vec<(Text<'a>, Text<'a>)>,
    },
    Open,
    ViewPage {
        #[serde(borrow)]
        url: Text<'a>,
        #[serde(borrow)]
        title: Text<'a>,
    },
    Echo {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<u64>,
        #[serde(borrow)]
        provider_id: Text<'a>,
        #[serde(borrow)]
        text: Text<'a>,
    },
    OwnEcho {
        #[serde(borrow)]
        provider_id: Text<'a>,
        #[serde(borrow)]
        text: Text<'a>,
    },
    Overhear {
        #[serde(borrow)]
        heard: Heard<'a>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        provider_id: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider_at: Option<u64>,
    },
    ThreadMoved {
        ours: bool,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        by: Option<Agent<'a>>,
    },
    Acknowledge {
        receipt: Receipt,
        provider_ids: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        watermark: Option<u64>,
    },
    TellProvider {
        word: ProviderWord,
        #[serde(borrow)]
        text: Text<'a>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        provider_id: Option<Text<'a>>,
    },
    Bounce {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<u64>,
        #[serde(borrow)]
        provider_id: Text<'a>,
        #[serde(borrow)]
        reason: Text<'a>,
        opted_out: bool,
    },
    Seen {
        seq: u64,
    },
    Reply {
        #[serde(borrow)]
        agent: Agent<'a>,
        #[serde(borrow)]
        text: Text<'a>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        attachment: Option<Attachment<'a>>,
        seen: u64,
        anyway: bool,
    },
    SendTemplate {
        #[serde(borrow)]
        agent: Agent<'a>,
        #[serde(borrow)]
        name: Text<'a>,
        #[serde(borrow)]
        language: Text<'a>,
        values: Vec<String>,
        seen: u64,
        anyway: bool,
    },
    TakeOver {
        #[serde(borrow)]
        agent: Agent<'a>,
    },
    GiveBack {
        #[serde(borrow)]
        agent: Agent<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<bool>,
    },
    HandOver {
        #[serde(borrow)]
        agent: Agent<'a>,
        #[serde(borrow)]
        to: Agent<'a>,
        #[serde(borrow)]
        note: Text<'a>,
    },
    Extend {
        #[serde(borrow)]
        agent: Agent<'a>,
        #[serde(borrow)]
        by: Extension<'a>,
    },
    Note {
        #[serde(borrow)]
        agent: Agent<'a>,
        #[serde(borrow)]
        text: Text<'a>,
    },
    Label {
        #[serde(borrow)]
        agent: Agent<'a>,
        #[serde(borrow)]
        label: Text<'a>,
        on: bool,
    },
    Resend {
        #[serde(borrow)]
        agent: Agent<'a>,
        of: u64,
    },
    Leave {
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        agent: Option<Agent<'a>>,
        of: u64,
    },
    BotAnswer {
        turn: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
        #[serde(borrow)]
        answer: calls::Answer<'a>,
    },
    Called {
        call: u64,
        turn: u64,
        #[serde(borrow)]
        outcome: calls::Outcome<'a>,
    },
    CallAgain {
        call: u64,
    },
    DeadlinePassed,
    Outcome {
        of: u64,
        #[serde(borrow)]
        outcome: Outcome<'a>,
    },
    AlertOutcome {
        of: u64,
        attempt: u32,
        #[serde(borrow)]
        outcome: Outcome<'a>,
    },
    Withdraw {
        of: Vec<u64>,
    },
    Park {
        #[serde(borrow)]
        why: Text<'a>,
    },
    /// To an agent, to a team, or (neither) to nobody.
    Assign {
        #[serde(borrow)]
        agent: Agent<'a>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        to: Option<Agent<'a>>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        team: Option<Team<'a>>,
    },
    HandOverToTeam {
        #[serde(borrow)]
        agent: Agent<'a>,
        #[serde(borrow)]
        to: Team<'a>,
        #[serde(borrow)]
        note: Text<'a>,
    },
    Claim {
        #[serde(borrow)]
        agent: Agent<'a>,
    },
    NoteTo {
        #[serde(borrow)]
        agent: Agent<'a>,
        #[serde(borrow)]
        text: Text<'a>,
        #[serde(borrow)]
        mentioned: Vec<Agent<'a>>,
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        letter: bool,
    },
    Close {
        #[serde(borrow)]
        agent: Agent<'a>,
    },
    Snooze {
        #[serde(borrow)]
        agent: Agent<'a>,
        until: u64,
    },
    Reopen {
        #[serde(borrow)]
        agent: Agent<'a>,
        #[serde(default)]
        undo: bool,
    },
    Prioritise {
        #[serde(borrow)]
        agent: Agent<'a>,
        priority: Priority,
    },
    Block {
        #[serde(borrow)]
        agent: Agent<'a>,
        on: bool,
    },
    SetAttribute {
        #[serde(borrow)]
        agent: Agent<'a>,
        #[serde(borrow)]
        name: Text<'a>,
        #[serde(borrow)]
        value: Text<'a>,
    },
}

/// As those who knew no other meant it.
fn yes() -> bool {
    true
}

fn is_yes(flag: &bool) -> bool {
    *flag
}

impl<'a> From<&'a core::Command> for Command<'a> {
    fn from(command: &'a core::Command) -> Self {
        use core::Command as Core;
        match command {
            Core::Hear { heard, provider_id, provider_at, name } => Self::Hear {
                heard: heard.into(),
                provider_id: maybe_text(provider_id),
                provider_at: millis(*provider_at),
                name: maybe_text(name),
            },
            Core::Change { provider_id, change, provider_at } => Self::Change {
                provider_id: text(provider_id),
                change: change.into(),
                provider_at: millis(*provider_at),
            },
            Core::Name { name } => Self::Name { name: text(name) },
            Core::Learn { name, value } => Self::Learn { name: text(name), value: text(value) },
            Core::Describe { attributes } => Self::Describe {
                attributes: attributes.iter().map(|(name, value)| (text(name), text(value))).collect(),
            },
            Core::Open => Self::Open,
            Core::ViewPage { url, title } => Self::ViewPage { url: text(url), title: text(title) },
            Core::Echo { of, provider_id, text: words } => {
                Self::Echo { of: *of, provider_id: text(provider_id), text: text(words) }
            }
            Core::OwnEcho { provider_id, text: words } => {
                Self::OwnEcho { provider_id: text(provider_id), text: text(words) }
            }
            Core::Overhear { heard, provider_id, provider_at } => Self::Overhear {
                heard: heard.into(),
                provider_id: maybe_text(provider_id),
                provider_at: millis(*provider_at),
            },
            Core::ThreadMoved { ours, by } => Self::ThreadMoved { ours: *ours, by: by.as_ref().map(Into::into) },
            Core::Acknowledge { receipt, provider_ids, watermark } => Self::Acknowledge {
                receipt: (*receipt).into(),
                provider_ids: provider_ids.clone(),
                watermark: millis(*watermark),
            },
            Core::TellProvider { word, text: words, provider_id } => {
                Self::TellProvider { word: (*word).into(), text: text(words), provider_id: maybe_text(provider_id) }
            }
            Core::Bounce { of, provider_id, reason, opted_out } => {
                Self::Bounce { of: *of, provider_id: text(provider_id), reason: text(reason), opted_out: *opted_out }
            }
            Core::Seen { seq } => Self::Seen { seq: *seq },
            Core::Reply { agent, text: words, attachment, seen, anyway } => {
                let (text, attachment) = (text(words), attachment.as_ref().map(Into::into));
                Self::Reply { agent: agent.into(), text, attachment, seen: *seen, anyway: *anyway }
            }
            Core::SendTemplate { agent, name, language, values, seen, anyway } => {
                let (name, language, values) = (text(name), text(language), values.clone());
                Self::SendTemplate { agent: agent.into(), name, language, values, seen: *seen, anyway: *anyway }
            }
            Core::TakeOver { agent } => Self::TakeOver { agent: agent.into() },
            Core::GiveBack { agent, answer } => Self::GiveBack { agent: agent.into(), answer: *answer },
            Core::HandOver { agent, to, note } => {
                Self::HandOver { agent: agent.into(), to: to.into(), note: text(note) }
            }
            Core::Extend { agent, by } => Self::Extend { agent: agent.into(), by: by.into() },
            Core::Note { agent, text: words } => Self::Note { agent: agent.into(), text: text(words) },
            Core::Label { agent, label, on } => Self::Label { agent: agent.into(), label: text(label), on: *on },
            Core::Leave { agent, of } => Self::Leave { agent: agent.as_ref().map(Into::into), of: *of },
            Core::Resend { agent, of } => Self::Resend { agent: agent.into(), of: *of },
            Core::BotAnswer { turn, call, answer } => {
                Self::BotAnswer { turn: *turn, call: *call, answer: answer.into() }
            }
            Core::Called { call, turn, outcome } => Self::Called { call: *call, turn: *turn, outcome: outcome.into() },
            Core::CallAgain { call } => Self::CallAgain { call: *call },
            Core::DeadlinePassed => Self::DeadlinePassed,
            Core::Outcome { of, outcome } => Self::Outcome { of: *of, outcome: outcome.into() },
            Core::AlertOutcome { of, attempt, outcome } => {
                Self::AlertOutcome { of: *of, attempt: *attempt, outcome: outcome.into() }
            }
            Core::Withdraw { of } => Self::Withdraw { of: of.clone() },
            Core::Park { why } => Self::Park { why: text(why) },
            Core::Assign { agent, to } => {
                let (to, team) = match to {
                    None => (None, None),
                    Some(Assignee::Agent(to)) => (Some(to.into()), None),
                    Some(Assignee::Team(team)) => (None, Some(team.into())),
                };
                Self::Assign { agent: agent.into(), to, team }
            }
            Core::HandOverToTeam { agent, to, note } => {
                Self::HandOverToTeam { agent: agent.into(), to: to.into(), note: text(note) }
            }
            Core::NoteTo { agent, text: words, mentioned, letter } => Self::NoteTo {
                agent: agent.into(),
                text: text(words),
                mentioned: mentioned.iter().map(Into::into).collect(),
                letter: *letter,
            },
            Core::Claim { agent } => Self::Claim { agent: agent.into() },
            Core::Close { agent } => Self::Close { agent: agent.into() },
            Core::Snooze { agent, until } => Self::Snooze { agent: agent.into(), until: until.0 },
            Core::Reopen { agent, undo } => Self::Reopen { agent: agent.into(), undo: *undo },
            Core::Prioritise { agent, priority } => {
                Self::Prioritise { agent: agent.into(), priority: (*priority).into() }
            }
            Core::Block { agent, on } => Self::Block { agent: agent.into(), on: *on },
            Core::SetAttribute { agent, name, value } => {
                Self::SetAttribute { agent: agent.into(), name: text(name), value: text(value) }
            }
        }
    }
}
