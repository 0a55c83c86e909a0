//! What may be said of a message of ours, and what may still be done with it.

use std::collections::BTreeMap;

use switchboard::domain::command::Outcome;
use switchboard::domain::event::Receipt;
use switchboard::domain::ids::Seq;

use super::super::Millis;

const REMEMBERED_MAX: usize = 32;
const DAY: Millis = 24 * 60 * 60 * 1000;

#[derive(Debug, Clone)]
pub struct Message {
    pub by_bot: bool,
    pub said_at: Millis,
    /// A human has taken over since the bot wrote it.
    pub void: bool,
    /// An earlier try may have arrived.
    pub maybe: bool,
    pub fate: Fate,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    Queued {
        not_before: Millis,
    },
    OnTheWire,
    /// A take over stopped it, and the log does not know yet.
    Stopped,
    /// Only a person can send it again.
    Left,
    /// And a person has decided against it. Its arrival may still be heard of.
    Closed,
    Sent {
        provider_id: String,
    },
    Delivered {
        provider_id: String,
    },
}

/// The messages of which anything may still be heard.
#[derive(Debug, Clone, Default)]
pub struct OutboxModel {
    /// What may have arrived is never sent again by itself.
    pub holds: bool,
    /// The channel takes nothing of a bot later than a day after the contact wrote.
    pub windows: bool,
    pub heard_at: Option<Millis>,
    pub messages: BTreeMap<Seq, Message>,
}

type Refused = Result<(), &'static str>;
const NOTHING_NEW: Refused = Err("nothing_new");

impl OutboxModel {
    pub fn queue(&mut self, seq: Seq, by_bot: bool, said_at: Millis) {
        let fate = if by_bot && self.is_too_late(said_at) { Fate::Left } else { Fate::Queued { not_before: 0 } };
        self.messages.insert(seq, Message { by_bot, said_at, void: false, maybe: false, fate });
        self.forget();
    }

    fn is_too_late(&self, now: Millis) -> bool {
        self.windows && self.heard_at.is_some_and(|heard_at| heard_at + DAY <= now)
    }

    /// A human takes over: nothing of the bot's begins to be sent from here on.
    pub fn taken_over(&mut self) {
        for message in self.messages.values_mut().filter(|message| message.by_bot) {
            message.void = true;
            if matches!(message.fate, Fate::Queued { .. }) {
                message.fate = Fate::Stopped;
            }
        }
    }

    pub fn may_be_sent(&self, seq: Seq, now: Millis) -> bool {
        let may = |message: &Message| matches!(message.fate, Fate::Queued { not_before } if not_before <= now);
        self.messages.get(&seq).is_some_and(may)
    }

    pub fn starts(&mut self, seq: Seq) {
        self.messages.get_mut(&seq).expect("a message that may be sent").fate = Fate::OnTheWire;
    }

    pub fn outcome(&mut self, seq: Seq, outcome: &Outcome) -> Refused {
        let holds = self.holds;
        let Some(message) = self.messages.get_mut(&seq).filter(|message| message.fate == Fate::OnTheWire) else {
            return NOTHING_NEW;
        };
        match outcome {
            Outcome::Sent { provider_id } => message.fate = Fate::Sent { provider_id: provider_id.clone() },
            Outcome::Refused { .. } | Outcome::OptedOut { .. } => message.fate = Fate::Left,
            Outcome::NotSent { .. } if message.void && message.maybe => message.fate = Fate::Left,
            Outcome::NotSent { .. } if message.void => {
                self.messages.remove(&seq);
            }
            Outcome::NotSent { at, .. } => message.fate = Fate::Queued { not_before: at.0 },
            Outcome::Unknown { .. } if message.void || message.maybe || holds => {
                message.maybe = true;
                message.fate = Fate::Left;
            }
            Outcome::Unknown { again_at, .. } => {
                message.maybe = true;
                message.fate = Fate::Queued { not_before: again_at.0 };
            }
        }
        self.forget();
        Ok(())
    }

    /// The log hears what a take over stopped: what may have arrived stays open to news, the rest is gone.
    pub fn withdrawn(&mut self, of: &[Seq]) -> Refused {
        let stopped = |model: &Self, seq: &Seq| model.messages.get(seq).is_some_and(|it| it.fate == Fate::Stopped);
        let of: Vec<Seq> = of.iter().copied().filter(|seq| stopped(self, seq)).collect();
        self.messages.retain(|seq, message| message.maybe || !of.contains(seq));
        for seq in &of {
            if let Some(message) = self.messages.get_mut(seq) {
                message.fate = Fate::Left;
            }
        }
        self.forget();
        if of.is_empty() { NOTHING_NEW } else { Ok(()) }
    }

    pub fn echoed(&mut self, seq: Seq, provider_id: &str) -> Refused {
        match self.messages.get_mut(&seq) {
            Some(message) if !matches!(message.fate, Fate::Sent { .. } | Fate::Delivered { .. }) => {
                message.fate = Fate::Sent { provider_id: provider_id.to_owned() };
                self.forget();
                Ok(())
            }
            _ => NOTHING_NEW,
        }
    }

    pub fn knows(&self, id: &str) -> bool {
        self.messages.values().any(|message| message.provider_id() == Some(id))
    }

    pub fn received(&mut self, receipt: Receipt, ids: &[String], watermark: Option<Millis>) -> Refused {
        let meant = |message: &Message| {
            let named = message.provider_id().is_some_and(|id| ids.iter().any(|named| named == id));
            let before = message.provider_id().is_some() && watermark.is_some_and(|until| message.said_at <= until);
            let news = receipt == Receipt::Read || matches!(message.fate, Fate::Sent { .. });
            (named || before) && news
        };
        let of: Vec<Seq> = self.messages.iter().filter(|(_, message)| meant(message)).map(|(seq, _)| *seq).collect();
        for seq in &of {
            match receipt {
                Receipt::Read => {
                    self.messages.remove(seq);
                }
                Receipt::Delivered => {
                    let message = self.messages.get_mut(seq).expect("one of ours");
                    let provider_id = message.provider_id().expect("it was sent").to_owned();
                    message.fate = Fate::Delivered { provider_id };
                }
            }
        }
        if of.is_empty() { NOTHING_NEW } else { Ok(()) }
    }

    pub fn sent_again(&mut self, seq: Seq, now: Millis) -> Refused {
        if self.is_too_late(now) && self.messages.get(&seq).is_some_and(|message| message.by_bot) {
            return Err("window_closed");
        }
        match self.messages.get_mut(&seq) {
            Some(message) if message.fate == Fate::Left && !message.void => {
                message.maybe = true;
                message.fate = Fate::Queued { not_before: now };
                Ok(())
            }
            _ => Err("not_resendable"),
        }
    }

    pub fn left_alone(&mut self, seq: Seq) -> Refused {
        match self.messages.get_mut(&seq) {
            Some(message) if message.fate == Fate::Left => {
                message.fate = Fate::Closed;
                self.forget();
                Ok(())
            }
            _ => NOTHING_NEW,
        }
    }

    /// Of too many the oldest that came to an end are forgotten.
    fn forget(&mut self) {
        let excess = self.messages.len().saturating_sub(REMEMBERED_MAX);
        let is_ended =
            |fate: &Fate| matches!(fate, Fate::Left | Fate::Closed | Fate::Sent { .. } | Fate::Delivered { .. });
        let ended = |message: &Message| is_ended(&message.fate);
        let ended = self.messages.iter().filter(|(_, message)| ended(message)).map(|(seq, _)| *seq);
        for seq in ended.take(excess).collect::<Vec<_>>() {
            self.messages.remove(&seq);
        }
    }
}

impl Message {
    fn provider_id(&self) -> Option<&str> {
        match &self.fate {
            Fate::Sent { provider_id } | Fate::Delivered { provider_id } => Some(provider_id),
            _ => None,
        }
    }
}
