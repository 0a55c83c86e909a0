//! Lists and searches, as the console and programs ask for them and get them. A saved view keeps a filter in the same
//! shape.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::console::Row;
use super::view;
use crate::domain::account::Channel;
use crate::domain::event::{Event, Reason};
use crate::domain::filter::{Aside, FILTER_LABELS_MAX, Filter, Mode, Order};
use crate::domain::ids::{AccountId, BotId, ConversationId, Seq};
use crate::domain::label::Label;
use crate::domain::priority::Priority;
use crate::domain::search::{Sought, said};
use crate::domain::summary::Summary;
use crate::domain::time::Timestamp;
use crate::domain::unread::Mark;

/// No part of a filter is longer.
const PART_CHARS_MAX: usize = 200;

/// Which conversations, and in which order. Everything that is given must be true of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct FilterView {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub channel: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub bot: Option<String>,
    /// `bot`, `waiting` or `human`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub mode: Option<String>,
    /// Why a human is, or was, wanted: `urgent`, `asked`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub reason: Option<String>,
    /// The id of the agent who has the floor, or else whom it is assigned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub assignee: Option<String>,
    /// The id of the team it is assigned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub team: Option<String>,
    /// All of these, at most five.
    #[serde(default)]
    pub labels: Vec<String>,
    /// The contact wrote something that nobody has answered.
    #[serde(default)]
    pub unanswered: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub attribute: Option<AttributeIs>,
    /// The contact wrote something that nobody of us has seen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub unread: bool,
    /// `low`, `normal`, `high` or `urgent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub priority: Option<String>,
    /// Those that are `snoozed`, or `closed`, or whose contact is `blocked`; when it is not given, those that are none of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub status: Option<String>,
    /// `newest` activity first (as when it is not given), `oldest`, `waiting`: who waits longest, and nobody else; or `priority`:
    /// the most urgent, and none without a priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub order: Option<String>,
}

/// An attribute with this value; capitals do not matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct AttributeIs {
    pub name: String,
    pub value: String,
}

impl FilterView {
    /// What it means; or what is wrong with it. Nothing is left out: a filter that lost a part would show too much.
    pub fn read(&self) -> Result<(Filter, Order), String> {
        let labels = self.labels.iter().map(|label| Label::parse(label).ok_or_else(|| unknown("label", label)));
        let filter = Filter {
            channel: known("channel", &self.channel, Channel::parse)?,
            account: known("account", &self.account, |id| short(id).map(AccountId::new))?,
            bot: known("bot", &self.bot, |id| short(id).map(BotId::new))?,
            mode: known("mode", &self.mode, Mode::parse)?,
            reason: known("reason", &self.reason, Reason::parse)?,
            assignee: known("agent", &self.assignee, |id| id.parse().ok())?,
            team: known("team", &self.team, |id| id.parse().ok())?,
            labels: labels.collect::<Result<_, _>>()?,
            unanswered: self.unanswered,
            attribute: self.attribute.as_ref().map(attribute).transpose()?,
            unread: self.unread,
            priority: known("priority", &self.priority, |text| {
                Priority::parse(text).filter(|priority| *priority != Priority::None)
            })?,
            aside: known("status", &self.status, Aside::parse)?,
        };
        if filter.labels.len() > FILTER_LABELS_MAX {
            return Err(format!("At most {FILTER_LABELS_MAX} labels can be asked for."));
        }
        Ok((filter, known("order", &self.order, Order::parse)?.unwrap_or(Order::Newest)))
    }
}

fn known<T>(what: &str, value: &Option<String>, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, String> {
    value.as_deref().map(|value| parse(value).ok_or_else(|| unknown(what, value))).transpose()
}

fn unknown(what: &str, value: &str) -> String {
    let value: String = value.chars().take(40).collect();
    format!("There is no {what} “{value}”.")
}

fn short(text: &str) -> Option<&str> {
    (text.chars().count() <= PART_CHARS_MAX).then_some(text)
}

fn attribute(is: &AttributeIs) -> Result<(String, String), String> {
    let part = |text: &str| short(text).map(|text| text.replace('\0', "")).filter(|text| !text.trim().is_empty());
    let wrong = || format!("An attribute has a name and a value of at most {PART_CHARS_MAX} characters.");
    part(&is.name).zip(part(&is.value)).ok_or_else(wrong)
}

impl From<(&Filter, Order)> for FilterView {
    fn from((filter, order): (&Filter, Order)) -> Self {
        Self {
            channel: filter.channel.map(|channel| channel.as_str().to_owned()),
            account: filter.account.as_ref().map(ToString::to_string),
            bot: filter.bot.as_ref().map(ToString::to_string),
            mode: filter.mode.map(|mode| mode.as_str().to_owned()),
            reason: filter.reason.map(|reason| reason.as_str().to_owned()),
            assignee: filter.assignee.map(|agent| agent.to_string()),
            team: filter.team.map(|team| team.to_string()),
            labels: filter.labels.iter().map(ToString::to_string).collect(),
            unanswered: filter.unanswered,
            attribute: filter.attribute.clone().map(|(name, value)| AttributeIs { name, value }),
            unread: filter.unread,
            priority: filter.priority.map(|priority| priority.as_str().to_owned()),
            status: filter.aside.map(|aside| aside.as_str().to_owned()),
            order: (order != Order::Newest).then(|| order.as_str().to_owned()),
        }
    }
}

/// A part of a list. It may have fewer rows than asked for, or none, and still go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct ListPage {
    pub rows: Vec<Row>,
    /// What to ask for next (`after`); none: this was the end.
    pub next: Option<String>,
    /// False: the index is being built, and older conversations may be missing yet.
    pub complete: bool,
}

/// What was found. Newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct SearchResults {
    /// Conversations with contacts whose name, labels or attributes have the words; only with the first page.
    pub contacts: Vec<Row>,
    pub hits: Vec<HitView>,
    /// What to ask for next (`before`); none: that was all.
    pub next: Option<String>,
    /// False: the index is being built, and older words may be missing yet.
    pub complete: bool,
}

/// Where the words were said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct HitView {
    pub conversation: String,
    pub seq: u64,
    pub at: u64,
    /// The contact's name.
    pub name: String,
    pub channel: String,
    /// Whose words they are: `contact`, `bot`, `agent`, `outside`, or `note`.
    pub by: String,
    /// The agent's name, of an agent's words.
    pub agent: Option<String>,
    /// The part of the text around the words.
    pub pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct Piece {
    pub text: String,
    /// It is what was searched for.
    pub hit: bool,
}

/// A place where the words were said, for people. None: nothing was said there.
pub fn hit(sought: &Sought, summary: &Summary, seq: Seq, at: Timestamp, event: &Event) -> Option<HitView> {
    let (text, by) = said(event)?;
    let agent = match event {
        Event::AgentSaid { agent, .. } | Event::NoteAdded { agent, .. } => Some(agent.name.clone()),
        _ => None,
    };
    Some(HitView {
        conversation: summary.conversation.to_string(),
        seq,
        at: at.0,
        name: summary.name.clone(),
        channel: summary.channel.as_str().to_owned(),
        by: by.as_str().to_owned(),
        agent,
        pieces: sought.pieces(text).into_iter().map(|(text, hit)| Piece { text, hit }).collect(),
    })
}

/// Rows, with what of them nobody has seen.
pub fn rows(summaries: &[Summary], marks: &HashMap<ConversationId, Mark>) -> Vec<Row> {
    let unread = |summary: &Summary| summary.written.unread(marks.get(&summary.conversation).copied());
    summaries.iter().map(|summary| view::row(summary, Some(unread(summary)))).collect()
}

/// What filters can ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct ListChoices {
    pub accounts: Vec<AccountChoice>,
    pub bots: Vec<String>,
    /// At most 500, by name; as are the names of attributes.
    pub labels: Vec<String>,
    pub attributes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct AccountChoice {
    pub id: String,
    pub name: String,
    pub channel: String,
}

/// A filter under a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, ts_rs::TS))]
pub struct ViewRow {
    pub id: String,
    pub name: String,
    /// Everybody's; otherwise the caller's own.
    pub shared: bool,
    pub filter: FilterView,
    /// Who wrote it last.
    pub by: String,
    pub at: u64,
}

/// By name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SavedViews {
    pub views: Vec<ViewRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NewView {
    /// 1 to 60 characters.
    pub name: String,
    pub filter: FilterView,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_as_it_was_written_and_a_wrong_part_is_named() {
        let full = r#"{"channel":"sms","account":"a","bot":"b","mode":"waiting","reason":"urgent",
            "assignee":"01890a5d-ac96-774b-bcce-b302099a8057","team":"01890a5d-ac96-774b-bcce-b302099a8058","labels":["vip"],"unanswered":true,
            "attribute":{"name":"City","value":"Lisbon"},"unread":true,"priority":"high","status":"closed","order":"oldest"}"#;
        let full: FilterView = serde_json::from_str(full).expect("reads");
        let (filter, order) = full.read().expect("means something");
        assert_eq!(FilterView::from((&filter, order)), full);
        let none = FilterView::default();
        assert_eq!(FilterView::from((&Filter::default(), Order::Newest)), none);
        for (wrong, word) in [
            (FilterView { channel: Some("fax".into()), ..none.clone() }, "channel “fax”"),
            (FilterView { order: Some("best".into()), ..none.clone() }, "order “best”"),
            (FilterView { labels: vec!["x".repeat(99)], ..none.clone() }, "label"),
            (FilterView { labels: vec!["x".into(); 6], ..none.clone() }, "At most 5 labels"),
            (FilterView { account: Some("x".repeat(999)), ..none.clone() }, "account"),
        ] {
            let why = wrong.read().expect_err("is wrong");
            assert!(why.contains(word) && why.len() < 100, "{why}");
        }
    }
}
