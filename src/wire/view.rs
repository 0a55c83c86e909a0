//! From the core's words to what screens show.

mod field;
pub mod look;

use super::console::{Counts, ReasonCounts, Row};
use super::event::{AnswerView, AttachmentView, EventView, Floor, NextView, OptionView, What, Who};
use super::webchat::{VisitorEvent, VisitorFloor, VisitorWhat};
use crate::domain::alert::{Alert, Fate, Recipient};
use crate::domain::aside::Status;
use crate::domain::call::Ending;
use crate::domain::changes::Change;
use crate::domain::event::{Agent, Event, GiveBack, Origin, PauseMove, Reason, Receipt, Return, Speaker, Why};
use crate::domain::ids::Seq;
use crate::domain::message::{Attachment, Choice};
use crate::domain::summary::{ModeSummary, Summary};
use crate::domain::team::Team;
use crate::domain::time::Timestamp;

/// An event as a console shows it.
pub fn event(seq: Seq, at: Timestamp, event: &Event) -> EventView {
    EventView { seq, at: at.0, what: what(event) }
}

fn what(event: &Event) -> What {
    let Origin { bot, trigger, widget } = event.origin().cloned().unwrap_or_default();
    let (widget, version) = (widget.map(|step| step.to_string()), bot.map(|version| version.to_string()));
    match event.clone() {
        Event::ContactSaid { heard, .. } if heard.is_wordless() => {
            What::CameBy { link: heard.referral.unwrap_or_default() }
        }
        Event::ContactSaid { heard, provider_at, .. } => What::ContactSaid {
            text: heard.text,
            tapped: heard.tap.is_some(),
            attachments: heard.attachments.into_iter().map(attachment).collect(),
            provider_at: provider_at.map(|at| at.0),
        },
        Event::ToldProvider { text, .. } => {
            What::ContactSaid { text, tapped: false, attachments: Vec::new(), provider_at: None }
        }
        Event::OptedOut { reason } => What::OptedOut { reason },
        Event::OptedIn => What::OptedIn,
        Event::ContactChanged { of, change, .. } => changed(of, change),
        Event::ContactNamed { name } => {
            What::AttributeSet { name: "name".into(), value: name, by: None, trigger, widget, version }
        }
        Event::PageViewed { url, title } => What::PageViewed { url, title },
        Event::AttributeSet { name, value, by, .. } => {
            What::AttributeSet { name, value, by: by.map(agent_who), trigger, widget, version }
        }
        Event::Labelled { label, on, by, .. } => {
            What::Labelled { label: label.to_string(), on, by: by.map(agent_who), trigger, widget, version }
        }
        Event::FormCompleted { form, answers, .. } => {
            let answers = answers.into_iter().map(answer).collect();
            What::FormCompleted { form, answers, trigger, widget, version }
        }
        Event::Scored { points, hot, .. } => What::Scored { points, hot, trigger, widget, version },
        Event::Pulled { trigger, later } => {
            What::TriggerPulled { trigger, at: later.and_then(|later| later.at).map(|at| at.0) }
        }
        Event::BotSaid { line, why, .. } => What::BotSaid {
            text: line.text,
            options: line.choices.into_iter().map(option).collect(),
            attachments: line.attachment.into_iter().map(attachment).collect(),
            why: reason(&why),
            trigger,
            widget,
            version,
        },
        Event::BotMoved { .. } => What::BotMoved { trigger, widget, version },
        Event::CallOpened { ask, .. } => What::CallOpened { whom: ask.words(), trigger, widget, version },
        Event::CallRepeated { call, attempt } => What::CallRepeated { of: call, attempt },
        Event::CallEnded { call, how } => call_ended(call, how),
        Event::AgentSaid { agent, text, attachment: attached, template, .. } => {
            let attachments = attached.into_iter().map(attachment).collect();
            let template = template.map(|template| template.name);
            What::AgentSaid { agent: agent_who(agent), text, attachments, template }
        }
        Event::OutsideSaid { text, .. } => What::OutsideSaid { text },
        Event::NoteAdded { agent, text } => What::Note { agent: agent_who(agent), text },
        Event::HandedOff { reason, words, closed, .. } => {
            What::HandOff { reason: reason.as_str().into(), words, closed, trigger, widget, version }
        }
        Event::Climbed { text, .. } => What::Alert { text },
        Event::TakenOver { by, until, given_by } => {
            What::TakenOver { by: who(by), until: until.map(|at| at.0), given_by: given_by.map(agent_who) }
        }
        Event::PauseMoved { by, until, why } => {
            What::PauseMoved { by: who(by), until: until.map(|at| at.0), why: pause_move(why).into() }
        }
        Event::PauseEnding { until } => What::PauseEnding { until: until.0 },
        Event::GivenBack { by, why, .. } => What::GivenBack { by: by.map(agent_who), why: give_back(why).into() },
        Event::Sent { of, .. } => delivery(vec![of], "sent", None),
        Event::Received { of, receipt: Receipt::Delivered } => delivery(of, "delivered", None),
        Event::Received { of, receipt: Receipt::Read } => delivery(of, "read", None),
        Event::Retrying { of, reason, .. } => delivery(vec![of], "queued", Some(reason)),
        Event::Uncertain { of, reason, again_at } => What::Delivery {
            of: vec![of],
            state: "unknown".into(),
            error: Some(reason),
            again_at: again_at.map(|at| at.0),
        },
        Event::Failed { of, reason } | Event::Bounced { of, reason } => delivery(vec![of], "failed", Some(reason)),
        Event::Withdrawn { of } => delivery(of, "cancelled", None),
        Event::LeftBe { of, .. } => delivery(vec![of], "left", None),
        Event::SendingAgain { of, .. } => delivery(vec![of], "queued", None),
        Event::Suppressed { text, .. } => What::Suppressed { what: text },
        Event::Alerted { text } => What::Alert { text },
        Event::AlertQueued { alert, from } => email_alert(*alert, from),
        Event::AlertTried { of, fate, .. } => alert_state(of, fate),
        Event::Mentioned { of, agents, .. } => {
            What::Mentioned { of, agents: agents.into_iter().map(agent_who).collect() }
        }
        Event::Assigned { agent, team, by } => {
            What::Assigned { to: agent.map(agent_who), team: team.map(team_who), by: agent_who(by) }
        }
        Event::Closed { by, floor } => What::Closed { by: agent_who(by), floor: floor.map(who) },
        Event::Snoozed { by, until } => What::Snoozed { by: agent_who(by), until: until.0 },
        Event::Reopened { by, why } => What::Reopened { by: by.map(agent_who), why: returned(why).into() },
        Event::Prioritised { by, priority } => {
            What::Prioritised { by: agent_who(by), priority: priority.as_str().into() }
        }
        Event::Blocked { by, on } => What::Blocked { by: agent_who(by), on },
    }
}

fn changed(of: Option<Seq>, change: Change) -> What {
    match change {
        Change::Edited { text, .. } => What::ContactEdited { of, text },
        Change::Deleted => What::ContactDeleted { of },
        Change::Reacted { with } => What::ContactReacted { of, with },
    }
}

fn email_alert(alert: Alert, from: Origin) -> What {
    let recipients = |list: Vec<Recipient>| list.iter().map(Recipient::to_string).collect();
    What::EmailAlert {
        to: recipients(alert.to),
        cc: recipients(alert.cc),
        reply_to: alert.reply_to,
        subject: alert.subject,
        body: alert.body,
        why: alert.because,
        trigger: from.trigger,
        widget: from.widget.map(|step| step.to_string()),
        version: from.bot.map(|version| version.to_string()),
    }
}

fn alert_state(of: Seq, fate: Fate) -> What {
    let (state, words, again_at) = match fate {
        Fate::Sent { words } => ("sent", words, None),
        Fate::Again { at, reason } => ("queued", reason, Some(at.0)),
        Fate::Unsure { again_at, reason } => ("unknown", reason, again_at.map(|at| at.0)),
        Fate::Failed { reason } => ("failed", reason, None),
    };
    What::AlertState { of, state: state.into(), words, again_at }
}

fn call_ended(of: Seq, how: Ending) -> What {
    let (state, error) = match how {
        Ending::Answered => ("answered", None),
        Ending::Failed(why) => ("failed", Some(why)),
        Ending::Cancelled => ("cancelled", None),
    };
    What::CallEnded { of, state: state.into(), error }
}

fn answer((name, value): (String, String)) -> AnswerView {
    AnswerView { name, value }
}

fn delivery(of: Vec<Seq>, state: &str, error: Option<String>) -> What {
    What::Delivery { of, state: state.into(), error, again_at: None }
}

fn reason(why: &Why) -> String {
    match why {
        Why::Keyword(word) => format!("keyword “{word}”"),
        Why::Dialogue(name) => format!("dialogue “{name}”"),
        Why::FirstContact => "first contact".into(),
        Why::PageVisit(path) => format!("the contact looked at {path}"),
        Why::Referral(word) => format!("the contact came by “{word}”"),
        Why::Button(payload) => format!("the button {payload}"),
        Why::Hours => "the opening hours".into(),
        Why::NoAnswer => "nothing matched".into(),
        Why::OfferedHuman => "nothing matched again, so a person is offered".into(),
        Why::AskedAgain => "the question was open".into(),
        Why::NotUnderstood => "the answer was not of the kind asked for".into(),
        Why::Cancelled => "the contact wanted no more questions".into(),
        Why::CallingHuman => "a person is wanted".into(),
        Why::StillCalling => "the ladder: nobody has come yet".into(),
        Why::AskingHowToReach => "the ladder: nobody comes for now".into(),
        Why::Reached => "the ladder: the contact told how to reach them".into(),
        Why::OutsideBot => "the outside bot answered".into(),
    }
}

fn pause_move(why: PauseMove) -> &'static str {
    match why {
        PauseMove::Replied => "replied",
        PauseMove::Extended => "extended",
        PauseMove::Kept => "kept",
    }
}

fn give_back(why: GiveBack) -> &'static str {
    match why {
        GiveBack::ByAgent => "agent",
        GiveBack::PauseEnded => "pause_ended",
        GiveBack::ByContact => "contact",
    }
}

fn returned(why: Return) -> &'static str {
    match why {
        Return::ByAgent => "agent",
        Return::Undone => "undone",
        Return::ContactWrote => "contact",
        Return::FloorMoved => "floor",
        Return::TimeCame => "time",
    }
}

fn agent_who(agent: Agent) -> Who {
    Who { id: Some(agent.id.to_string()), name: agent.name }
}

fn team_who(team: Team) -> Who {
    Who { id: Some(team.id.to_string()), name: team.name }
}

pub fn who(speaker: Speaker) -> Who {
    match speaker {
        Speaker::Agent(agent) => agent_who(agent),
        Speaker::Outside => Who { id: None, name: "somebody outside the console".into() },
        Speaker::System => Who { id: None, name: "the system".into() },
    }
}

fn option(choice: Choice) -> OptionView {
    OptionView { id: choice.id, label: choice.label }
}

fn attachment(attachment: Attachment) -> AttachmentView {
    let Attachment { kind, url, name, bytes } = attachment;
    AttachmentView { kind: kind.as_str().into(), url, name, bytes }
}

pub fn floor(summary: &Summary) -> Floor {
    let (by, until) = match &summary.mode {
        ModeSummary::Human { by, until } => (Some(who(by.clone())), until.map(|at| at.0)),
        ModeSummary::Bot | ModeSummary::Waiting => (None, None),
    };
    let (reason, words) = match &summary.wanted {
        Some((reason, words)) => (Some(reason.as_str().to_owned()), Some(words.clone())),
        None => (None, None),
    };
    Floor {
        mode: summary.mode.as_str().into(),
        turn: summary.turn,
        since: summary.since.0,
        until,
        by,
        assignee: summary.assignee().cloned().map(agent_who),
        team: summary.assigned.team.clone().map(team_who),
        assigned: !summary.assigned.is_nobody(),
        reason,
        words,
        next: NextView { does: summary.next.does.as_str().into(), of: summary.next.of.clone() },
        unanswered: summary.unanswered > 0,
        answerable: summary.unanswered > 0 && !summary.called,
        hot: summary.hot,
        alerts: summary.rungs,
        labels: summary.labels.iter().map(ToString::to_string).collect(),
        open_until: summary.window.map(|window| window.open_until.0),
        people_until: summary.window.map(|window| window.people_until.0),
        status: summary.status.as_str().into(),
        back_at: match summary.status {
            Status::Snoozed { until } => Some(until.0),
            Status::Open | Status::Closed { .. } => None,
        },
        priority: summary.priority.as_str().into(),
        blocked: summary.blocked,
        opted_out: summary.opted_out,
        name: summary.name.clone(),
        channel: summary.channel.as_str().into(),
        account: summary.account.to_string(),
        bot: summary.bot.to_string(),
        seq: summary.seq,
    }
}

/// `unread`: none, if it is not known yet.
pub fn row(summary: &Summary, unread: Option<u32>) -> Row {
    let (text, by, at) = match &summary.last {
        Some(last) => (last.text.clone(), last.by.as_str(), last.at.0),
        None => (String::new(), "bot", summary.since.0),
    };
    Row {
        conversation: summary.conversation.to_string(),
        name: summary.name.clone(),
        last_text: text,
        last_by: by.into(),
        last_at: at,
        unanswered: summary.unanswered,
        unread,
        trouble: summary.trouble,
        floor: floor(summary),
        seq: summary.seq,
    }
}

/// The counts as one agent sees them: `mine` of the human ones are theirs.
pub fn counts([bot, waiting, human, snoozed, closed, blocked]: [u64; 6], mine: u64, reasons: ReasonCounts) -> Counts {
    Counts { waiting, mine, others: human.saturating_sub(mine), bot, snoozed, closed, blocked, reasons }
}

pub fn reason_counts(count: impl Fn(Reason) -> u64) -> ReasonCounts {
    ReasonCounts {
        urgent: count(Reason::Urgent),
        no_answer: count(Reason::NoAnswer),
        asked: count(Reason::Asked),
        hot_lead: count(Reason::HotLead),
        bot_failed: count(Reason::BotFailed),
        agent: count(Reason::Agent),
    }
}

/// An event as the visitor sees it; none for what is not for visitors.
pub fn visitor_event(seq: Seq, at: Timestamp, event: &Event) -> Option<VisitorEvent> {
    let what = match event.clone() {
        Event::ContactSaid { heard, provider_id, .. } => VisitorWhat::ISaid {
            id: provider_id,
            text: heard.text,
            attachments: heard.attachments.into_iter().map(attachment).collect(),
        },
        Event::BotSaid { line, why, .. } => {
            let options = line.choices.into_iter().map(option).collect();
            let attachments = line.attachment.into_iter().map(attachment).collect();
            let asks = line.wanted.and_then(|wanted| field::view(*wanted, why == Why::NotUnderstood));
            VisitorWhat::BotSaid { text: line.text, options, attachments, asks }
        }
        Event::AgentSaid { agent, text, attachment: attached, .. } => {
            let attachments = attached.into_iter().map(attachment).collect();
            VisitorWhat::PersonSaid { name: agent.name, text, attachments }
        }
        Event::HandedOff { .. } => VisitorWhat::Waiting,
        Event::TakenOver { by: Speaker::Agent(agent), .. } => VisitorWhat::PersonJoined { name: agent.name },
        Event::GivenBack { .. } | Event::Closed { floor: Some(_), .. } => VisitorWhat::BotIsBack,
        _ => return None,
    };
    Some(VisitorEvent { seq, at: at.0, what })
}

pub fn visitor_floor(summary: &Summary) -> VisitorFloor {
    let person = match &summary.mode {
        ModeSummary::Human { by: Speaker::Agent(agent), .. } => Some(agent.name.clone()),
        _ => None,
    };
    VisitorFloor { mode: summary.mode.as_str().into(), person }
}
