//! From the event that happened to the stored one, and back.

use super::super::parts::{Text, maybe_text, millis, owned, text, time};
use super::Event;
use crate::domain::event as core;
use crate::domain::label::Label;
use crate::domain::time::Timestamp;

impl<'a> From<&'a core::Event> for Event<'a> {
    fn from(event: &'a core::Event) -> Self {
        use core::Event as Core;
        match event {
            Core::ContactSaid { heard, provider_id, provider_at } => Self::ContactSaid {
                heard: heard.into(),
                provider_id: maybe_text(provider_id),
                provider_at: millis(*provider_at),
            },
            Core::ToldProvider { text: words, provider_id } => {
                Self::ToldProvider { text: text(words), provider_id: maybe_text(provider_id) }
            }
            Core::OptedOut { reason } => Self::OptedOut { reason: text(reason) },
            Core::OptedIn => Self::OptedIn,
            Core::ContactChanged { of, provider_id, change, provider_at } => Self::ContactChanged {
                of: *of,
                provider_id: text(provider_id),
                change: change.into(),
                provider_at: millis(*provider_at),
            },
            Core::ContactNamed { name } => Self::ContactNamed { name: text(name) },
            Core::PageViewed { url, title } => Self::PageViewed { url: text(url), title: text(title) },
            Core::AttributeSet { name, value, by, from } => {
                let by = by.as_ref().map(Into::into);
                Self::AttributeSet { name: text(name), value: text(value), by, from: from.into() }
            }
            Core::Labelled { label, on, by, from } => {
                let by = by.as_ref().map(Into::into);
                Self::Labelled { label: text(label.as_str()), on: *on, by, from: from.into() }
            }
            Core::FormCompleted { form, answers, from } => {
                let answers = answers.iter().map(|(name, value)| (text(name), text(value))).collect();
                Self::FormCompleted { form: text(form), answers, from: from.into() }
            }
            Core::Scored { points, hot, from } => Self::Scored { points: *points, hot: *hot, from: from.into() },
            Core::Pulled { trigger, later } => {
                Self::Pulled { trigger: text(trigger), later: later.as_ref().map(Into::into) }
            }
            Core::BotSaid { line, why, from, then, turn } => {
                Self::BotSaid { line: line.into(), why: why.into(), from: from.into(), then: then.into(), turn: *turn }
            }
            Core::BotMoved { from, then } => Self::BotMoved { from: from.into(), then: then.into() },
            Core::CallOpened { ask, due, from, then, turn } => {
                Self::CallOpened { ask: ask.into(), due: due.0, from: from.into(), then: then.into(), turn: *turn }
            }
            Core::CallRepeated { call, attempt } => Self::CallRepeated { call: *call, attempt: *attempt },
            Core::CallEnded { call, how } => Self::CallEnded { call: *call, how: how.into() },
            Core::AgentSaid { agent, text: words, attachment, turn, template } => {
                let (attachment, template) = (attachment.as_ref().map(Into::into), template.as_ref().map(Into::into));
                Self::AgentSaid { agent: agent.into(), text: text(words), attachment, turn: *turn, template }
            }
            Core::OutsideSaid { text: words, provider_id } => {
                Self::OutsideSaid { text: text(words), provider_id: text(provider_id) }
            }
            Core::NoteAdded { agent, text: words } => Self::NoteAdded { agent: agent.into(), text: text(words) },
            Core::HandedOff { reason, words, then, from, closed, next } => Self::HandedOff {
                reason: (*reason).into(),
                words: text(words),
                then: then.into(),
                from: from.into(),
                closed: *closed,
                next: millis(*next),
            },
            Core::Climbed { rungs, text: words, next } => {
                Self::Climbed { rungs: *rungs, text: text(words), next: millis(*next) }
            }
            Core::TakenOver { by, until, given_by } => {
                Self::TakenOver { by: by.into(), until: millis(*until), given_by: given_by.as_ref().map(Into::into) }
            }
            Core::PauseMoved { by, until, why } => {
                Self::PauseMoved { by: by.into(), until: millis(*until), why: (*why).into() }
            }
            Core::PauseEnding { until } => Self::PauseEnding { until: until.0 },
            Core::GivenBack { by, why, then } => {
                Self::GivenBack { by: by.as_ref().map(Into::into), why: (*why).into(), then: then.into() }
            }
            Core::Sent { of, provider_id } => Self::Sent { of: *of, provider_id: text(provider_id) },
            Core::Received { of, receipt } => Self::Received { of: of.clone(), receipt: (*receipt).into() },
            Core::Retrying { of, at, reason } => Self::Retrying { of: *of, at: at.0, reason: text(reason) },
            Core::Uncertain { of, again_at, reason } => {
                Self::Uncertain { of: *of, again_at: millis(*again_at), reason: text(reason) }
            }
            Core::Failed { of, reason } => Self::Failed { of: *of, reason: text(reason) },
            Core::Bounced { of, reason } => Self::Bounced { of: *of, reason: text(reason) },
            Core::Withdrawn { of } => Self::Withdrawn { of: of.clone() },
            Core::Mentioned { of, agents, by } => {
                Self::Mentioned { of: *of, agents: agents.iter().map(Into::into).collect(), by: by.into() }
            }
            Core::Assigned { agent, team, by } => Self::Assigned {
                agent: agent.as_ref().map(Into::into),
                team: team.as_ref().map(Into::into),
                by: by.into(),
            },
            Core::LeftBe { of, by } => Self::LeftBe { of: *of, by: by.as_ref().map(Into::into) },
            Core::SendingAgain { of, by } => Self::SendingAgain { of: *of, by: by.into() },
            Core::Suppressed { text: words, turn } => Self::Suppressed { text: text(words), turn: *turn },
            Core::Alerted { text: words } => Self::Alerted { text: text(words) },
            Core::AlertQueued { alert, from } => Self::AlertQueued { alert: (&**alert).into(), from: from.into() },
            Core::AlertTried { of, attempt, fate } => {
                Self::AlertTried { of: *of, attempt: *attempt, fate: fate.into() }
            }
            Core::Closed { by, floor } => Self::Closed { by: by.into(), floor: floor.as_ref().map(Into::into) },
            Core::Snoozed { by, until } => Self::Snoozed { by: by.into(), until: until.0 },
            Core::Reopened { by, why } => Self::Reopened { by: by.as_ref().map(Into::into), why: (*why).into() },
            Core::Prioritised { by, priority } => Self::Prioritised { by: by.into(), priority: (*priority).into() },
            Core::Blocked { by, on } => Self::Blocked { by: by.into(), on: *on },
        }
    }
}

impl From<Event<'_>> for core::Event {
    fn from(event: Event<'_>) -> Self {
        match event {
            Event::ContactSaid { heard, provider_id, provider_at } => Self::ContactSaid {
                heard: heard.into(),
                provider_id: owned(provider_id),
                provider_at: time(provider_at),
            },
            Event::ToldProvider { text, provider_id } => {
                Self::ToldProvider { text: text.into_owned(), provider_id: owned(provider_id) }
            }
            Event::OptedOut { reason } => Self::OptedOut { reason: reason.into_owned() },
            Event::OptedIn => Self::OptedIn,
            Event::ContactChanged { of, provider_id, change, provider_at } => Self::ContactChanged {
                of,
                provider_id: provider_id.into_owned(),
                change: change.into(),
                provider_at: time(provider_at),
            },
            Event::ContactNamed { name } => Self::ContactNamed { name: name.into_owned() },
            Event::PageViewed { url, title } => Self::PageViewed { url: url.into_owned(), title: title.into_owned() },
            Event::AttributeSet { name, value, by, from } => {
                let (name, value, by) = (name.into_owned(), value.into_owned(), by.map(Into::into));
                Self::AttributeSet { name, value, by, from: from.into() }
            }
            Event::Labelled { label, on, by, from } => {
                Self::Labelled { label: Label::known(&label), on, by: by.map(Into::into), from: from.into() }
            }
            Event::FormCompleted { form, answers, from } => {
                let answer = |(name, value): (Text<'_>, Text<'_>)| (name.into_owned(), value.into_owned());
                let answers = answers.into_iter().map(answer).collect();
                Self::FormCompleted { form: form.into_owned(), answers, from: from.into() }
            }
            Event::Scored { points, hot, from } => Self::Scored { points, hot, from: from.into() },
            Event::Pulled { trigger, later } => {
                Self::Pulled { trigger: trigger.into_owned(), later: later.map(Into::into) }
            }
            Event::BotSaid { line, why, from, then, turn } => {
                Self::BotSaid { line: line.into(), why: why.into(), from: from.into(), then: then.into(), turn }
            }
            Event::BotMoved { from, then } => Self::BotMoved { from: from.into(), then: then.into() },
            Event::CallOpened { ask, due, from, then, turn } => {
                Self::CallOpened { ask: ask.into(), due: Timestamp(due), from: from.into(), then: then.into(), turn }
            }
            Event::CallRepeated { call, attempt } => Self::CallRepeated { call, attempt },
            Event::CallEnded { call, how } => Self::CallEnded { call, how: how.into() },
            Event::AgentSaid { agent, text, attachment, turn, template } => {
                let (attachment, template) = (attachment.map(Into::into), template.map(Into::into));
                Self::AgentSaid { agent: agent.into(), text: text.into_owned(), attachment, turn, template }
            }
            Event::OutsideSaid { text, provider_id } => {
                Self::OutsideSaid { text: text.into_owned(), provider_id: provider_id.into_owned() }
            }
            Event::NoteAdded { agent, text } => Self::NoteAdded { agent: agent.into(), text: text.into_owned() },
            Event::HandedOff { reason, words, then, from, closed, next } => Self::HandedOff {
                reason: reason.into(),
                words: words.into_owned(),
                then: then.into(),
                from: from.into(),
                closed,
                next: time(next),
            },
            Event::Climbed { rungs, text, next } => Self::Climbed { rungs, text: text.into_owned(), next: time(next) },
            Event::TakenOver { by, until, given_by } => {
                Self::TakenOver { by: by.into(), until: time(until), given_by: given_by.map(Into::into) }
            }
            Event::PauseMoved { by, until, why } => {
                Self::PauseMoved { by: by.into(), until: time(until), why: why.into() }
            }
            Event::PauseEnding { until } => Self::PauseEnding { until: Timestamp(until) },
            Event::GivenBack { by, why, then } => {
                Self::GivenBack { by: by.map(Into::into), why: why.into(), then: then.into() }
            }
            Event::Sent { of, provider_id } => Self::Sent { of, provider_id: provider_id.into_owned() },
            Event::Received { of, receipt } => Self::Received { of, receipt: receipt.into() },
            Event::Retrying { of, at, reason } => Self::Retrying { of, at: Timestamp(at), reason: reason.into_owned() },
            Event::Uncertain { of, again_at, reason } => {
                Self::Uncertain { of, again_at: time(again_at), reason: reason.into_owned() }
            }
            Event::Failed { of, reason } => Self::Failed { of, reason: reason.into_owned() },
            Event::Bounced { of, reason } => Self::Bounced { of, reason: reason.into_owned() },
            Event::Withdrawn { of } => Self::Withdrawn { of },
            Event::Mentioned { of, agents, by } => {
                Self::Mentioned { of, agents: agents.into_iter().map(Into::into).collect(), by: by.into() }
            }
            Event::Assigned { agent, team, by } => {
                Self::Assigned { agent: agent.map(Into::into), team: team.map(Into::into), by: by.into() }
            }
            Event::LeftBe { of, by } => Self::LeftBe { of, by: by.map(Into::into) },
            Event::SendingAgain { of, by } => Self::SendingAgain { of, by: by.into() },
            Event::Suppressed { text, turn } => Self::Suppressed { text: text.into_owned(), turn },
            Event::Alerted { text } => Self::Alerted { text: text.into_owned() },
            Event::AlertQueued { alert, from } => {
                Self::AlertQueued { alert: Box::new(alert.into()), from: from.into() }
            }
            Event::AlertTried { of, attempt, fate } => Self::AlertTried { of, attempt, fate: fate.into() },
            Event::Closed { by, floor } => Self::Closed { by: by.into(), floor: floor.map(Into::into) },
            Event::Snoozed { by, until } => Self::Snoozed { by: by.into(), until: Timestamp(until) },
            Event::Reopened { by, why } => Self::Reopened { by: by.map(Into::into), why: why.into() },
            Event::Prioritised { by, priority } => Self::Prioritised { by: by.into(), priority: priority.into() },
            Event::Blocked { by, on } => Self::Blocked { by: by.into(), on },
        }
    }
}
