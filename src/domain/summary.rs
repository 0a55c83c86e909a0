//! A conversation in one line: what lists and banners show.

use super::aside::Status;
use super::assigning::Assigned;
use super::command::Refusal;
use super::conversation::Conversation;
use super::event::{Agent, Reason, Speaker};
use super::ids::{AccountId, BotId, ConversationId, Seq, Turn};
use super::label::Label;
use super::next::Next;
use super::priority::Priority;
use super::state::Mode;
use super::time::Timestamp;
use super::unread::Written;
use super::window::Window;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub conversation: ConversationId,
    pub account: AccountId,
    pub channel: super::account::Channel,
    pub bot: BotId,
    pub name: String,
    pub seq: Seq,
    pub turn: Turn,
    pub mode: ModeSummary,
    /// Since when this mode holds.
    pub since: Timestamp,
    /// Why a human was wanted, and the contact's words behind it.
    pub wanted: Option<(Reason, String)>,
    /// What the bot does when it gets the floor, or is doing.
    pub next: Next,
    /// How much the contact wrote that nobody has answered.
    pub unanswered: u32,
    /// A person was called about it: the bot does not treat it as new.
    pub called: bool,
    /// The last words anyone said, shortened.
    pub last: Option<LastWords>,
    /// A delivery failed or is uncertain, and none has succeeded since.
    pub trouble: bool,
    /// The contact is a hot lead in this session.
    pub hot: bool,
    /// How often others were alerted because nobody came, in `waiting` mode.
    pub rungs: usize,
    /// In their order.
    pub labels: Vec<Label>,
    /// Until when we may write; none: always, or the contact was never heard.
    pub window: Option<Window>,
    pub assigned: Assigned,
    pub status: Status,
    pub priority: Priority,
    /// The contact is not listened to.
    pub blocked: bool,
    /// The contact wants no messages: nothing can be sent.
    pub opted_out: bool,
    /// What the contact has written.
    pub written: Written,
}

impl Summary {
    /// The agent whose it is: who has the floor, or else whom it is assigned to.
    pub fn assignee(&self) -> Option<&Agent> {
        match &self.mode {
            ModeSummary::Human { by: Speaker::Agent(agent), .. } => Some(agent),
            _ => self.assigned.agent.as_ref(),
        }
    }

    /// Whether it says the same as `before`, which may be of an earlier seq.
    pub fn repeats(&mut self, before: &Summary) -> bool {
        let seq = std::mem::replace(&mut self.seq, before.seq);
        let same = self == before;
        self.seq = seq;
        same
    }
}

impl Conversation {
    /// The conversation in one line.
    pub fn summary(&self) -> Summary {
        let state = &self.state;
        let (mode, wanted) = match &state.mode {
            Mode::Bot => (ModeSummary::Bot, None),
            Mode::Waiting { reason, words, .. } => (ModeSummary::Waiting, Some((*reason, words.clone()))),
            Mode::Human { by, until, wanted, .. } => {
                (ModeSummary::Human { by: by.clone(), until: *until }, wanted.clone())
            }
        };
        Summary {
            conversation: self.id,
            account: self.account.id.clone(),
            channel: self.account.channel,
            bot: self.bot.id.clone(),
            name: self.known_name(),
            seq: state.seq,
            turn: state.turn,
            mode,
            since: state.since,
            wanted,
            next: self.what_next(),
            unanswered: state.unanswered.as_ref().map_or(0, |unanswered| unanswered.count),
            called: state.unanswered.as_ref().is_some_and(|unanswered| unanswered.called),
            last: state.last.clone(),
            trouble: state.trouble,
            hot: state.session.hot && !state.session.over,
            rungs: match state.mode {
                Mode::Waiting { rungs, .. } => rungs,
                Mode::Bot | Mode::Human { .. } => 0,
            },
            labels: state.labels.iter().cloned().collect(),
            window: self.window(),
            assigned: state.assigned.clone(),
            status: state.status,
            priority: state.priority,
            blocked: state.blocked,
            opted_out: state.opted_out.is_some(),
            written: state.written,
        }
    }

    /// Until when we may write to the contact.
    pub fn window(&self) -> Option<Window> {
        Window::after(self.account.channel, self.state.heard_at?)
    }

    /// Whether even a person's message would come too late.
    pub(super) fn may_still_write(&self, now: Timestamp) -> Result<(), Refusal> {
        let closed = self.window().is_some_and(|window| window.people_until <= now);
        if closed { Err(Refusal::WindowClosed) } else { Ok(()) }
    }

    /// What the contact is called, or a name for somebody who has not given one.
    pub(super) fn known_name(&self) -> String {
        self.state.name.clone().unwrap_or_else(|| self.nickname())
    }

    /// A name for somebody who has not given one, the same every time.
    fn nickname(&self) -> String {
        let id = self.id.0.as_bytes();
        format!("Visitor {:02X}{:02X}", id[0], id[1])
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModeSummary {
    Bot,
    Waiting,
    Human { by: Speaker, until: Option<Timestamp> },
}

impl ModeSummary {
    /// `bot`, `waiting` or `human`.
    pub fn as_str(&self) -> &'static str {
        match self {
            ModeSummary::Bot => "bot",
            ModeSummary::Waiting => "waiting",
            ModeSummary::Human { .. } => "human",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastWords {
    pub text: String,
    pub by: Voice,
    pub at: Timestamp,
}

/// Whose words they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    Contact,
    Bot,
    Agent,
    Outside,
}

impl Voice {
    pub fn as_str(self) -> &'static str {
        match self {
            Voice::Contact => "contact",
            Voice::Bot => "bot",
            Voice::Agent => "agent",
            Voice::Outside => "outside",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Voice::Contact, Voice::Bot, Voice::Agent, Voice::Outside].into_iter().find(|voice| voice.as_str() == text)
    }
}
