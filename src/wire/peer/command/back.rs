//! From a command that travelled to the one that is asked.

use super::Command;
use crate::domain::assigning::Assignee;
use crate::domain::command as core;
use crate::domain::time::Timestamp;
use crate::wire::stored::parts::{owned, time};

impl From<Command<'_>> for core::Command {
    fn from(command: Command<'_>) -> Self {
        match command {
            Command::Hear { heard, provider_id, provider_at, name } => Self::Hear {
                heard: heard.into(),
                provider_id: owned(provider_id),
                provider_at: time(provider_at),
                name: owned(name),
            },
            Command::Change { provider_id, change, provider_at } => Self::Change {
                provider_id: provider_id.into_owned(),
                change: change.into(),
                provider_at: time(provider_at),
            },
            Command::Name { name } => Self::Name { name: name.into_owned() },
            Command::Learn { name, value } => Self::Learn { name: name.into_owned(), value: value.into_owned() },
            Command::Describe { attributes } => Self::Describe {
                attributes: attributes.into_iter().map(|(name, is)| (name.into_owned(), is.into_owned())).collect(),
            },
            Command::Open => Self::Open,
            Command::ViewPage { url, title } => Self::ViewPage { url: url.into_owned(), title: title.into_owned() },
            Command::Echo { of, provider_id, text } => {
                Self::Echo { of, provider_id: provider_id.into_owned(), text: text.into_owned() }
            }
            Command::OwnEcho { provider_id, text } => {
                Self::OwnEcho { provider_id: provider_id.into_owned(), text: text.into_owned() }
            }
            Command::Overhear { heard, provider_id, provider_at } => {
                Self::Overhear { heard: heard.into(), provider_id: owned(provider_id), provider_at: time(provider_at) }
            }
            Command::ThreadMoved { ours, by } => Self::ThreadMoved { ours, by: by.map(Into::into) },
            Command::Acknowledge { receipt, provider_ids, watermark } => {
                Self::Acknowledge { receipt: receipt.into(), provider_ids, watermark: time(watermark) }
            }
            Command::TellProvider { word, text, provider_id } => {
                Self::TellProvider { word: word.into(), text: text.into_owned(), provider_id: owned(provider_id) }
            }
            Command::Bounce { of, provider_id, reason, opted_out } => {
                let (provider_id, reason) = (provider_id.into_owned(), reason.into_owned());
                Self::Bounce { of, provider_id, reason, opted_out }
            }
            Command::Seen { seq } => Self::Seen { seq },
            Command::Reply { agent, text, attachment, seen, anyway } => {
                let (text, attachment) = (text.into_owned(), attachment.map(Into::into));
                Self::Reply { agent: agent.into(), text, attachment, seen, anyway }
            }
            Command::SendTemplate { agent, name, language, values, seen, anyway } => {
                let (name, language) = (name.into_owned(), language.into_owned());
                Self::SendTemplate { agent: agent.into(), name, language, values, seen, anyway }
            }
            Command::TakeOver { agent } => Self::TakeOver { agent: agent.into() },
            Command::GiveBack { agent, answer } => Self::GiveBack { agent: agent.into(), answer },
            Command::HandOver { agent, to, note } => {
                Self::HandOver { agent: agent.into(), to: to.into(), note: note.into_owned() }
            }
            Command::Extend { agent, by } => Self::Extend { agent: agent.into(), by: by.into() },
            Command::Note { agent, text } => Self::Note { agent: agent.into(), text: text.into_owned() },
            Command::Label { agent, label, on } => Self::Label { agent: agent.into(), label: label.into_owned(), on },
            Command::Leave { agent, of } => Self::Leave { agent: agent.map(Into::into), of },
            Command::Resend { agent, of } => Self::Resend { agent: agent.into(), of },
            Command::BotAnswer { turn, call, answer } => Self::BotAnswer { turn, call, answer: answer.into() },
            Command::Called { call, turn, outcome } => Self::Called { call, turn, outcome: outcome.into() },
            Command::CallAgain { call } => Self::CallAgain { call },
            Command::DeadlinePassed => Self::DeadlinePassed,
            Command::Outcome { of, outcome } => Self::Outcome { of, outcome: outcome.into() },
            Command::AlertOutcome { of, attempt, outcome } => {
                Self::AlertOutcome { of, attempt, outcome: outcome.into() }
            }
            Command::Withdraw { of } => Self::Withdraw { of },
            Command::Park { why } => Self::Park { why: why.into_owned() },
            Command::Assign { agent, to, team } => {
                let team = team.map(|team| Assignee::Team(team.into()));
                Self::Assign { agent: agent.into(), to: to.map(|to| Assignee::Agent(to.into())).or(team) }
            }
            Command::HandOverToTeam { agent, to, note } => {
                Self::HandOverToTeam { agent: agent.into(), to: to.into(), note: note.into_owned() }
            }
            Command::NoteTo { agent, text, mentioned, letter } => Self::NoteTo {
                agent: agent.into(),
                text: text.into_owned(),
                mentioned: mentioned.into_iter().map(Into::into).collect(),
                letter,
            },
            Command::Claim { agent } => Self::Claim { agent: agent.into() },
            Command::Close { agent } => Self::Close { agent: agent.into() },
            Command::Snooze { agent, until } => Self::Snooze { agent: agent.into(), until: Timestamp(until) },
            Command::Reopen { agent, undo } => Self::Reopen { agent: agent.into(), undo },
            Command::Prioritise { agent, priority } => {
                Self::Prioritise { agent: agent.into(), priority: priority.into() }
            }
            Command::Block { agent, on } => Self::Block { agent: agent.into(), on },
            Command::SetAttribute { agent, name, value } => {
                Self::SetAttribute { agent: agent.into(), name: name.into_owned(), value: value.into_owned() }
            }
        }
    }
}
