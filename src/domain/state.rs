//! The state of a conversation: a fold of its events, and nothing else.
//!
//! [`State::apply`] is the only way it changes, so that the log alone can rebuild it. What a command leads to is
//! decided in `conversation`.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::event::{Event, Place, Reason, Receipt, Speaker, Why};
use super::ids::{AgentId, Seq, Turn};
use super::message::Heard;
use super::summary::{LastWords, Voice};
use super::time::Timestamp;

/// How long before the end of a pause the agents are warned.
pub const WARNING_BEFORE_END: Duration = Duration::from_secs(5 * 60);
/// How many of our latest messages are kept for receipts.
const TRACKED_DELIVERIES_MAX: usize = 32;
/// How many of the last things we said are kept, to tell a late agent about.
const SAID_MAX: usize = 16;
const LAST_WORDS_CHARS_MAX: usize = 120;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    pub seq: Seq,
    pub turn: Turn,
    pub mode: Mode,
    /// Since when the mode holds.
    pub since: Timestamp,
    pub place: Place,
    /// Messages in a row that nothing matched.
    pub unmatched: u32,
    /// The bot has spoken at least once.
    pub greeted: bool,
    pub name: Option<String>,
    pub attributes: BTreeMap<String, String>,
    pub unanswered: Option<Unanswered>,
    pub last: Option<LastWords>,
    /// The last things said to the contact.
    pub said: VecDeque<Said>,
    /// The contact's screen has shown everything up to here.
    pub shown: Seq,
    /// Bot messages of a turn below this are void: a human has taken over since.
    pub void_below: Turn,
    /// Messages of ours whose fate is still of interest.
    pub deliveries: BTreeMap<Seq, Delivery>,
    /// The last delivery that came to an end failed or is uncertain.
    pub trouble: bool,
}

/// Who may speak. Each mode carries what only it has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Mode {
    #[default]
    Bot,
    Waiting {
        reason: Reason,
        words: String,
    },
    Human {
        by: Speaker,
        /// When the bot comes back; none: when somebody gives back.
        until: Option<Timestamp>,
        /// When the agents are to be warned of it, if they have not been.
        warn_at: Option<Timestamp>,
        /// Why a human was wanted.
        wanted: Option<(Reason, String)>,
    },
}

/// Something said to the contact, and by which agent, if it was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub seq: Seq,
    pub agent: Option<AgentId>,
}

/// What the contact wrote and nobody has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    pub count: u32,
    /// The last of it.
    pub seq: Seq,
    pub heard: Heard,
    /// A human was called about it: it waits for a person, and the bot never treats it as new again.
    pub called: bool,
}

/// A message of ours on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub turn: Turn,
    pub by_bot: bool,
    /// When it was written: earlier than any receipt for it.
    pub said_at: Timestamp,
    pub state: DeliveryState,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryState {
    /// Queued, or being sent.
    Open,
    /// It may have arrived; another try may follow.
    Uncertain {
        again: bool,
    },
    Failed,
    Sent {
        provider_id: String,
    },
    Delivered {
        provider_id: String,
    },
}

impl State {
    /// The state after `event`, which is the next of the log and happened at `at`. `tracked`: the channel has deliveries.
    pub fn apply(&mut self, event: &Event, at: Timestamp, tracked: bool) {
        self.seq += 1;
        if self.seq == 1 {
            self.since = at;
        }
        match event {
            Event::ContactSaid { heard, .. } => self.contact_said(heard, at),
            Event::ContactNamed { name } => self.name = Some(name.clone()),
            Event::AttributeSet { name, value } => {
                self.attributes.insert(name.clone(), value.clone());
            }
            Event::BotSaid { line, why, then, turn } => {
                self.greeted = true;
                self.unmatched = if *why == Why::NoAnswer { self.unmatched + 1 } else { 0 };
                self.place = then.clone();
                // To say that a person is called is no answer; what the person is called about stays to be seen.
                if *why != Why::CallingHuman {
                    self.unanswered = None;
                    self.last = Some(words(&line.text, Voice::Bot, at));
                }
                self.said(None);
                self.track(*turn, true, tracked, at);
            }
            Event::BotMoved { then } => self.place = then.clone(),
            Event::AgentSaid { agent, text, turn } => {
                self.unanswered = None;
                self.last = Some(words(text, Voice::Agent, at));
                self.said(Some(agent.id));
                self.track(*turn, false, tracked, at);
            }
            Event::OutsideSaid { text, .. } => {
                self.unanswered = None;
                self.last = Some(words(text, Voice::Outside, at));
                self.said(None);
            }
            Event::HandedOff { reason, words, then } => {
                self.place = then.clone();
                self.unanswered.iter_mut().for_each(|unanswered| unanswered.called = true);
                self.enter(Mode::Waiting { reason: *reason, words: words.clone() }, at);
            }
            Event::TakenOver { by, until } => self.taken_over(by, *until, at),
            Event::PauseMoved { until, .. } => self.move_pause(*until, at),
            Event::PauseEnding { .. } => self.warned(),
            Event::GivenBack { then, .. } => {
                self.place = then.clone();
                self.unmatched = 0;
                self.enter(Mode::Bot, at);
            }
            Event::Sent { of, provider_id } => {
                self.trouble = false;
                self.set_delivery(*of, DeliveryState::Sent { provider_id: provider_id.clone() });
            }
            Event::Received { of, receipt } => of.iter().for_each(|seq| self.received(*seq, *receipt)),
            Event::Retrying { .. } => {}
            Event::Uncertain { of, again_at, .. } => {
                self.trouble = true;
                self.set_delivery(*of, DeliveryState::Uncertain { again: again_at.is_some() });
            }
            Event::Failed { of, .. } => {
                self.trouble = true;
                self.set_delivery(*of, DeliveryState::Failed);
            }
            Event::Withdrawn { of } => of.iter().for_each(|seq| {
                self.deliveries.remove(seq);
            }),
            // Whatever became of the tries before, one of them may have arrived.
            Event::SendingAgain { of, .. } => self.set_delivery(*of, DeliveryState::Uncertain { again: true }),
            Event::PageViewed { .. } | Event::NoteAdded { .. } | Event::Suppressed { .. } | Event::Alerted { .. } => {}
        }
    }

    fn contact_said(&mut self, heard: &Heard, at: Timestamp) {
        let count = self.unanswered.as_ref().map_or(0, |unanswered| unanswered.count) + 1;
        self.unanswered = Some(Unanswered { count, seq: self.seq, heard: heard.clone(), called: false });
        self.last = Some(words(&heard.text, Voice::Contact, at));
    }

    fn said(&mut self, agent: Option<AgentId>) {
        self.said.push_back(Said { seq: self.seq, agent });
        if self.said.len() > SAID_MAX {
            self.said.pop_front();
        }
    }

    fn enter(&mut self, mode: Mode, at: Timestamp) {
        self.mode = mode;
        self.turn += 1;
        self.since = at;
    }

    fn taken_over(&mut self, by: &Speaker, until: Option<Timestamp>, at: Timestamp) {
        let wanted = match &self.mode {
            Mode::Waiting { reason, words } => Some((*reason, words.clone())),
            Mode::Human { wanted, .. } => wanted.clone(),
            Mode::Bot => None,
        };
        self.place = interrupted(std::mem::take(&mut self.place));
        self.enter(Mode::Human { by: by.clone(), until, warn_at: warn_at(until, at), wanted }, at);
        self.void_below = self.turn;
    }

    fn move_pause(&mut self, to: Option<Timestamp>, at: Timestamp) {
        if let Mode::Human { until, warn_at: warning, .. } = &mut self.mode {
            *until = to;
            *warning = warn_at(to, at);
        }
    }

    fn warned(&mut self) {
        if let Mode::Human { warn_at, .. } = &mut self.mode {
            *warn_at = None;
        }
    }

    fn track(&mut self, turn: Turn, by_bot: bool, tracked: bool, said_at: Timestamp) {
        if !tracked {
            return;
        }
        self.deliveries.insert(self.seq, Delivery { turn, by_bot, said_at, state: DeliveryState::Open });
        self.forget_oldest_settled();
    }

    /// Open messages are never forgotten: the store's queue bounds them.
    fn forget_oldest_settled(&mut self) {
        let excess = self.deliveries.len().saturating_sub(TRACKED_DELIVERIES_MAX);
        if excess == 0 {
            return;
        }
        let settled = |delivery: &Delivery| {
            !matches!(delivery.state, DeliveryState::Open | DeliveryState::Uncertain { again: true })
        };
        let oldest = self.deliveries.iter().filter(|(_, delivery)| settled(delivery)).map(|(seq, _)| *seq);
        for seq in oldest.take(excess).collect::<Vec<_>>() {
            self.deliveries.remove(&seq);
        }
    }

    fn set_delivery(&mut self, of: Seq, state: DeliveryState) {
        if let Some(delivery) = self.deliveries.get_mut(&of) {
            delivery.state = state;
            self.forget_oldest_settled();
        }
    }

    fn received(&mut self, of: Seq, receipt: Receipt) {
        if receipt == Receipt::Read {
            self.shown = self.shown.max(of);
        }
        let Some(delivery) = self.deliveries.get_mut(&of) else { return };
        match (receipt, &delivery.state) {
            (Receipt::Read, _) => {
                self.deliveries.remove(&of);
            }
            (Receipt::Delivered, DeliveryState::Sent { provider_id }) => {
                delivery.state = DeliveryState::Delivered { provider_id: provider_id.clone() };
            }
            (Receipt::Delivered, _) => {}
        }
    }
}

/// A question that was open when the floor changed hands is asked again later.
fn interrupted(place: Place) -> Place {
    match place {
        Place::Asking(step) => Place::Interrupted(step),
        Place::OfferedHuman => Place::Idle,
        place => place,
    }
}

/// Short pauses end without a warning.
fn warn_at(until: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    until.map(|until| until - WARNING_BEFORE_END).filter(|warning| *warning > now)
}

fn words(text: &str, by: Voice, at: Timestamp) -> LastWords {
    LastWords { text: text.chars().take(LAST_WORDS_CHARS_MAX).collect(), by, at }
}
