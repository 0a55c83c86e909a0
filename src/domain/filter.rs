//! Which conversations a list shows, and in which order.
//!
//! What a filter can ask for are a conversation's *facets*: its account, its mode, each of its labels. An index keeps
//! the conversations of each facet in order, and knows nothing else of them; so a facet is only a number, made from
//! its name.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::account::Channel;
use super::aside::Status;
use super::event::Reason;
use super::ids::{AccountId, AgentId, BotId, TeamId};
use super::label::Label;
use super::priority::Priority;
use super::summary::{ModeSummary, Summary};

/// At most so many attributes of one contact can be filtered by; the first by their names.
pub const ATTRIBUTES_MAX: usize = 40;
pub const FILTER_LABELS_MAX: usize = 5;
/// So many bits of a place are its time, for some ten thousand years; above them stands the priority.
const TIME_BITS: u32 = 48;

/// A conversation is shown if everything that is given here is true of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub channel: Option<Channel>,
    pub account: Option<AccountId>,
    pub bot: Option<BotId>,
    pub mode: Option<Mode>,
    /// A human is, or was, wanted so.
    pub reason: Option<Reason>,
    /// Whoever has the floor, or else whom it is assigned to.
    pub assignee: Option<AgentId>,
    pub team: Option<TeamId>,
    pub labels: Vec<Label>,
    /// The contact wrote something that nobody has answered.
    pub unanswered: bool,
    /// A name, and a value in which case and spaces around do not matter.
    pub attribute: Option<(String, String)>,
    /// The contact wrote something that nobody of us has seen.
    pub unread: bool,
    pub priority: Option<Priority>,
    /// Those that are laid aside so; none: those that are not.
    pub aside: Option<Aside>,
}

/// How a conversation is laid aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aside {
    Snoozed,
    Closed,
    /// The contact is not listened to.
    Blocked,
}

impl Aside {
    const ALL: [Aside; 3] = [Aside::Snoozed, Aside::Closed, Aside::Blocked];

    pub fn as_str(self) -> &'static str {
        match self {
            Aside::Snoozed => "snoozed",
            Aside::Closed => "closed",
            Aside::Blocked => "blocked",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aside| aside.as_str() == text)
    }

    pub fn of(summary: &Summary) -> Option<Self> {
        match summary.status {
            _ if summary.blocked => Some(Aside::Blocked),
            Status::Open => None,
            Status::Snoozed { .. } => Some(Aside::Snoozed),
            Status::Closed { .. } => Some(Aside::Closed),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Bot,
    Waiting,
    Human,
}

impl Mode {
    const ALL: [Mode; 3] = [Mode::Bot, Mode::Waiting, Mode::Human];

    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Bot => "bot",
            Mode::Waiting => "waiting",
            Mode::Human => "human",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Newest activity first.
    Newest,
    Oldest,
    /// Who waits longest for a human; others, and who is laid aside, are not shown.
    Waiting,
    /// The most urgent first, and of those of one priority the newest; others, and who is laid aside, are not shown.
    Priority,
}

impl Order {
    const ALL: [Order; 4] = [Order::Newest, Order::Oldest, Order::Waiting, Order::Priority];

    pub fn as_str(self) -> &'static str {
        match self {
            Order::Newest => "newest",
            Order::Oldest => "oldest",
            Order::Waiting => "waiting",
            Order::Priority => "priority",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.as_str() == text)
    }
}

/// The number of a facet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facet(pub i64);

impl Facet {
    fn new(of: Of, kind: &str, value: &str) -> Self {
        let prefix = match of {
            Of::All => "",
            Of::Waiting => "waiting/",
            Of::Aside(Aside::Snoozed) => "snoozed/",
            Of::Aside(Aside::Closed) => "closed/",
            Of::Aside(Aside::Blocked) => "blocked/",
            Of::Priority => "priority/",
        };
        let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{prefix}{kind}:{value}").as_bytes());
        Self(hash.as_u64_pair().0.cast_signed())
    }
}

/// Those that wait for a human stand once more under facets of their own, ordered by how long they wait. Those that are
/// laid aside stand under facets of their own only, so that however many they become, nobody else's list is longer for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    All,
    Waiting,
    /// Those that have a priority, by it, once more, too.
    Priority,
    Aside(Aside),
}

/// Where a conversation stands under its facets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub facet: Facet,
    pub at: u64,
}

/// All a conversation's places.
pub fn standings(summary: &Summary, attributes: &BTreeMap<String, String>, unread: bool) -> Vec<Standing> {
    let mut standings = Vec::new();
    let mut stand = |of, at| {
        let mut add = |kind, value: &str| standings.push(Standing { facet: Facet::new(of, kind, value), at });
        add("all", "");
        add("channel", summary.channel.as_str());
        add("account", summary.account.as_str());
        add("bot", summary.bot.as_str());
        add("mode", summary.mode.as_str());
        if let Some((reason, _)) = &summary.wanted {
            add("reason", reason.as_str());
        }
        if let Some(agent) = summary.assignee() {
            add("assignee", &agent.id.to_string());
        }
        if let Some(team) = &summary.assigned.team {
            add("team", &team.id.to_string());
        }
        summary.labels.iter().for_each(|label| add("label", label.as_str()));
        if summary.unanswered > 0 {
            add("unanswered", "");
        }
        if unread {
            add("unread", "");
        }
        if summary.priority != Priority::None {
            add("priority", summary.priority.as_str());
        }
        for (name, value) in attributes.iter().take(ATTRIBUTES_MAX) {
            add("attribute", &named(name, value));
        }
    };
    match Aside::of(summary) {
        Some(aside) => stand(Of::Aside(aside), active_at(summary)),
        None => stand(Of::All, active_at(summary)),
    }
    if waits(summary) {
        stand(Of::Waiting, summary.since.0);
    }
    if is_prioritised(summary) {
        stand(Of::Priority, summary.priority.rank() << TIME_BITS | active_at(summary));
    }
    standings.sort_unstable_by_key(|standing| (standing.facet, standing.at));
    standings.dedup();
    standings
}

/// For a human, and for everybody to see.
fn waits(summary: &Summary) -> bool {
    summary.mode == ModeSummary::Waiting && Aside::of(summary).is_none()
}

fn is_prioritised(summary: &Summary) -> bool {
    summary.priority != Priority::None && Aside::of(summary).is_none()
}

/// When something was last said.
pub fn active_at(summary: &Summary) -> u64 {
    summary.last.as_ref().map_or(summary.since.0, |last| last.at.0)
}

fn named(name: &str, value: &str) -> String {
    format!("{}={}", name.trim(), value.trim().to_lowercase())
}

impl Filter {
    /// The facets that a conversation must have. Never empty.
    pub fn facets(&self, order: Order) -> Vec<Facet> {
        let of = match self.aside {
            Some(aside) => Of::Aside(aside),
            None if order == Order::Waiting => Of::Waiting,
            None if order == Order::Priority => Of::Priority,
            None => Of::All,
        };
        let mut facets = Vec::new();
        let mut need = |kind, value: Option<&str>| {
            facets.extend(value.map(|value| Facet::new(of, kind, value)));
        };
        need("channel", self.channel.map(Channel::as_str));
        need("account", self.account.as_ref().map(AccountId::as_str));
        need("bot", self.bot.as_ref().map(BotId::as_str));
        need("mode", self.mode.map(Mode::as_str));
        need("reason", self.reason.map(Reason::as_str));
        need("assignee", self.assignee.map(|agent| agent.to_string()).as_deref());
        need("team", self.team.map(|team| team.to_string()).as_deref());
        self.labels.iter().for_each(|label| need("label", Some(label.as_str())));
        need("unanswered", self.unanswered.then_some(""));
        need("unread", self.unread.then_some(""));
        need("priority", self.priority.map(Priority::as_str));
        need("attribute", self.attribute.as_ref().map(|(name, value)| named(name, value)).as_deref());
        if facets.is_empty() {
            facets.push(Facet::new(of, "all", ""));
        }
        facets.sort_unstable();
        facets.dedup();
        facets
    }

    /// Whether a conversation is still as the filter wants it. Of attributes, and of what was seen, a summary says nothing.
    pub fn fits(&self, summary: &Summary, order: Order) -> bool {
        let assignee = summary.assignee().map(|agent| agent.id);
        let team = summary.assigned.team.as_ref().map(|team| team.id);
        let reason = summary.wanted.as_ref().map(|(reason, _)| *reason);
        (order != Order::Waiting || waits(summary))
            && (order != Order::Priority || summary.priority != Priority::None)
            && self.aside == Aside::of(summary)
            && self.priority.is_none_or(|priority| priority == summary.priority)
            && self.channel.is_none_or(|channel| channel == summary.channel)
            && self.account.as_ref().is_none_or(|account| *account == summary.account)
            && self.bot.as_ref().is_none_or(|bot| *bot == summary.bot)
            && self.mode.is_none_or(|mode| mode.as_str() == summary.mode.as_str())
            && (self.reason.is_none() || self.reason == reason)
            && (self.assignee.is_none() || self.assignee == assignee)
            && (self.team.is_none() || self.team == team)
            && self.labels.iter().all(|label| summary.labels.contains(label))
            && (!self.unanswered || summary.unanswered > 0)
    }
}
