//! The state of a conversation: a fold of its events, and nothing else.
//!
//! [`State::apply`] is the only way it changes, so that the log alone can rebuild it. What a command leads to is
//! decided in `conversation`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::alert::Open;
use super::aside::{Before, Status};
use super::assigning::Assigned;
use super::call::{Backlog, OpenCall};
use super::changes::{Change, Names};
pub use super::delivery::{Delivery, DeliveryState};
use super::echoes::OwnWords;
use super::event::{Event, GiveBack, Later, Place, Reason, Speaker, Why};
use super::ids::{AgentId, BotVersion, Seq, Turn};
use super::label::Label;
use super::message::Heard;
use super::priority::Priority;
use super::session::Session;
use super::summary::{LastWords, Voice};
use super::time::Timestamp;
use super::unread::Written;

/// How long before the end of a pause the agents are warned.
pub const WARNING_BEFORE_END: Duration = Duration::from_secs(5 * 60);
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
    /// The version of the bot in whose dialogue it stands; none while it stands in none.
    pub pinned: Option<BotVersion>,
    /// Messages in a row that nothing matched.
    pub unmatched: u32,
    /// Answers in a row that were not of the kind asked for.
    pub tries: u32,
    /// The bot has spoken at least once.
    pub greeted: bool,
    pub name: Option<String>,
    pub attributes: BTreeMap<String, String>,
    pub labels: BTreeSet<Label>,
    /// Why nothing may be sent to the contact, who wants no messages.
    pub opted_out: Option<String>,
    pub session: Session,
    /// What a trigger begins later, by the trigger's id.
    pub later: Option<(String, Later)>,
    pub unanswered: Option<Unanswered>,
    pub last: Option<LastWords>,
    /// When the contact last did what lets us write to them, by the channel's clock.
    pub heard_at: Option<Timestamp>,
    /// The last things said to the contact.
    pub said: VecDeque<Said>,
    /// The contact's screen has shown everything up to here.
    pub shown: Seq,
    /// Bot messages of a turn below this are void: a human has taken over since.
    pub void_below: Turn,
    /// Messages of ours whose fate is still of interest.
    pub deliveries: BTreeMap<Seq, Delivery>,
    /// How the channel names the latest messages, theirs and ours.
    pub names: Names,
    /// What we said last, on channels that may show it to us without our mark.
    pub own_words: OwnWords,
    /// Alerts whose end is not known yet.
    pub alerts: BTreeMap<Seq, Open>,
    /// The last delivery that came to an end failed or is uncertain.
    pub trouble: bool,
    pub call: Option<OpenCall>,
    /// What the contact said while the call was open.
    pub backlog: Backlog,
    /// Calls of widgets since the contact last said something.
    pub calls: u32,
    pub assigned: Assigned,
    pub priority: Priority,
    /// The contact is not listened to.
    pub blocked: bool,
    /// What the contact has written, for whoever has not seen it.
    pub written: Written,
    pub status: Status,
    /// What was before it was closed.
    pub before: Option<Box<Before>>,
}

/// Who may speak. Each mode carries what only it has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Mode {
    #[default]
    Bot,
    Waiting {
        reason: Reason,
        words: String,
        /// How many rungs of the ladder are climbed.
        rungs: usize,
        /// When the next one is due; none: all are climbed.
        next: Option<Timestamp>,
        /// Nobody is there until `next`.
        closed: bool,
        reach: Reach,
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

/// How far we are in learning how to reach a contact for whom nobody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    #[default]
    NotAsked,
    Asked,
    /// They wrote on without telling it, and were asked again.
    AskedAgain,
    Told,
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

impl State {
    /// The state after `event`, which is the next of the log and happened at `at`. `tracked`: the channel has deliveries.
    pub fn apply(&mut self, event: &Event, at: Timestamp, tracked: bool) {
        self.seq += 1;
        if self.seq == 1 {
            self.since = at;
        }
        match event {
            Event::ToldProvider { text, .. } => {
                self.session.wrote(at);
                self.last = Some(words(text, Voice::Contact, at));
            }
            Event::OptedOut { reason } => self.opt_out(reason),
            Event::OptedIn => self.opted_out = None,
            Event::ContactSaid { heard, provider_id, provider_at } => {
                self.contact_said(heard, at);
                self.heard(*provider_at, at);
                self.worded(provider_id.as_deref(), &heard.text, tracked);
            }
            Event::ContactChanged { of, provider_id, change, provider_at } => {
                self.changed(*of, provider_id, change);
                if matches!(change, Change::Reacted { with: Some(_) }) {
                    self.heard(*provider_at, at);
                }
            }
            Event::ContactNamed { name } => self.name = Some(name.clone()),
            Event::AttributeSet { name, by: Some(_), value, .. } if value.is_empty() => {
                self.attributes.remove(name);
            }
            Event::AttributeSet { name, value, .. } => {
                self.attributes.insert(name.clone(), value.clone());
            }
            Event::Labelled { label, on, .. } => self.labelled(label, *on),
            Event::Scored { points, hot, .. } => self.session.scored(*points, *hot),
            Event::Pulled { trigger, later } => {
                self.session.pulled(trigger);
                self.later = later.clone().map(|later| (trigger.clone(), later));
            }
            Event::BotSaid { line, why, then, turn, .. } => {
                self.bot_said(&line.text, why, then, at);
                self.said(None);
                self.track(*turn, true, tracked, at);
            }
            Event::BotMoved { then, .. } => self.place = then.clone(),
            Event::CallOpened { ask, due, then, turn, .. } => {
                self.place = then.clone();
                self.open_call(ask, *due, *turn, at);
            }
            Event::CallRepeated { call, attempt } => {
                if let Some(open) = self.call.as_mut().filter(|open| open.id == *call) {
                    open.attempt = *attempt;
                }
            }
            Event::CallEnded { call, how } => self.end_call(*call, how),
            Event::AgentSaid { agent, text, attachment, turn, .. } => {
                self.unanswered = None;
                let shown = attachment.as_ref().filter(|_| text.is_empty()).map_or(text, |attached| &attached.name);
                self.last = Some(words(shown, Voice::Agent, at));
                self.said(Some(agent.id));
                self.track(*turn, false, tracked, at);
            }
            Event::OutsideSaid { text, provider_id } => {
                self.unanswered = None;
                self.last = Some(words(text, Voice::Outside, at));
                self.said(None);
                self.named(self.seq, Some(provider_id), tracked);
            }
            Event::HandedOff { reason, words, then, closed, next, .. } => {
                self.place = then.clone();
                self.drop_appointment();
                self.unanswered.iter_mut().for_each(|unanswered| unanswered.called = true);
                let (words, reach) = (words.clone(), Reach::NotAsked);
                let waiting = Mode::Waiting { reason: *reason, words, rungs: 0, next: *next, closed: *closed, reach };
                self.enter(waiting, at);
            }
            Event::Climbed { rungs: now, next: then, .. } => {
                if let Mode::Waiting { rungs, next, closed, .. } = &mut self.mode {
                    (*rungs, *next, *closed) = (*now, *then, false);
                }
            }
            Event::TakenOver { by, until, .. } => {
                self.taken_by(by);
                self.taken_over(by, *until, at);
            }
            Event::PauseMoved { until, .. } => self.move_pause(*until, at),
            Event::PauseEnding { .. } => self.warned(),
            Event::GivenBack { then, why, .. } => {
                // The bot has it now, and nobody else. A pause that merely ends changes nothing about whose it is.
                if *why == GiveBack::ByAgent {
                    self.assigned = Assigned::default();
                }
                self.place = then.clone();
                self.unmatched = 0;
                self.enter(Mode::Bot, at);
            }
            Event::Sent { of, provider_id } => {
                self.trouble = false;
                self.set_delivery(*of, DeliveryState::Sent { provider_id: provider_id.clone() });
                self.named(*of, Some(provider_id), tracked);
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
            Event::Bounced { of, .. } => self.bounced(*of),
            Event::Withdrawn { of } => of.iter().for_each(|seq| {
                self.deliveries.remove(seq);
            }),
            // Whatever became of the tries before, one of them may have arrived.
            Event::SendingAgain { of, .. } => self.set_delivery(*of, DeliveryState::Uncertain { again: true }),
            Event::LeftBe { of, .. } => self.left_be(*of),
            Event::PageViewed { url, .. } => self.session.looked_at(url, at),
            Event::AlertQueued { from, .. } => {
                self.alert_queued();
                self.session.alerts += u32::from(from.widget.is_some());
            }
            Event::AlertTried { of, attempt, fate } => self.alert_tried(*of, *attempt, fate),
            Event::Assigned { agent, team, .. } => {
                self.assigned = Assigned { agent: agent.clone(), team: team.clone() };
            }
            Event::Closed { by, .. } => self.close(by, at),
            Event::Snoozed { until, .. } => self.status = Status::Snoozed { until: *until },
            Event::Reopened { why, .. } => self.returned(*why, at),
            Event::Prioritised { priority, .. } => self.priority = *priority,
            Event::Blocked { on, .. } => self.blocked = *on,
            Event::FormCompleted { .. }
            | Event::NoteAdded { .. }
            | Event::Mentioned { .. }
            | Event::Suppressed { .. }
            | Event::Alerted { .. } => {}
        }
        self.pin(event);
    }

    /// A dialogue is finished on the version that began it.
    fn pin(&mut self, event: &Event) {
        if self.place == Place::Idle {
            self.pinned = None;
        } else if let Some(version) = event.origin().and_then(|from| from.bot.as_ref())
            && self.pinned.as_ref() != Some(version)
        {
            self.pinned = Some(version.clone());
        }
    }

    fn contact_said(&mut self, heard: &Heard, at: Timestamp) {
        if heard.is_wordless() {
            return self.came_by(heard, at);
        }
        self.written = Written { count: self.written.count + 1, seq: self.seq };
        self.session.wrote(at);
        self.last = Some(words(&heard.text, Voice::Contact, at));
        self.calls = 0;
        if self.blocked {
            return;
        }
        self.drop_appointment();
        let count = self.unanswered.as_ref().map_or(0, |unanswered| unanswered.count) + 1;
        self.unanswered = Some(Unanswered { count, seq: self.seq, heard: heard.clone(), called: false });
        if self.call.is_some() {
            self.backlog.push(self.seq, heard.clone());
        }
    }

    /// What comes late opens no window anew.
    fn heard(&mut self, provider_at: Option<Timestamp>, at: Timestamp) {
        let heard_at = provider_at.map_or(at, |provider_at| provider_at.min(at));
        self.heard_at = self.heard_at.max(Some(heard_at));
    }

    fn bot_said(&mut self, text: &str, why: &Why, then: &Place, at: Timestamp) {
        self.greeted = true;
        self.tries = if *why == Why::NotUnderstood { self.tries + 1 } else { 0 };
        self.unmatched = match why {
            // A message counts once, however much the bot says about it.
            Why::NoAnswer if self.unanswered.is_some() => self.unmatched + 1,
            Why::NoAnswer => self.unmatched,
            _ => 0,
        };
        self.place = then.clone();
        if let (Mode::Waiting { reach, .. }, Some(next)) = (&mut self.mode, reach_after(why)) {
            *reach = match (*reach, next) {
                (Reach::Asked | Reach::AskedAgain, Reach::Asked) => Reach::AskedAgain,
                (_, next) => next,
            };
        }
        // To say that a person is called is no answer; what the person is called about stays to be seen.
        if !why.is_about_calling() {
            // What came while an outside bot was asked about something else, its answer does not answer.
            if self.backlog.is_empty() {
                self.unanswered = None;
            }
            self.last = Some(words(text, Voice::Bot, at));
        }
    }

    /// What was to begin at a certain time does not, once somebody speaks. What only waits for its turn still does.
    fn drop_appointment(&mut self) {
        if self.later.as_ref().is_some_and(|(_, later)| later.at.is_some()) {
            self.later = None;
        }
    }

    fn said(&mut self, agent: Option<AgentId>) {
        self.said.push_back(Said { seq: self.seq, agent });
        if self.said.len() > SAID_MAX {
            self.said.pop_front();
        }
    }

    pub(super) fn enter(&mut self, mode: Mode, at: Timestamp) {
        self.mode = mode;
        self.backlog = Backlog::default();
        self.turn += 1;
        self.since = at;
    }

    fn taken_over(&mut self, by: &Speaker, until: Option<Timestamp>, at: Timestamp) {
        let wanted = match &self.mode {
            Mode::Waiting { reason, words, .. } => Some((*reason, words.clone())),
            Mode::Human { wanted, .. } => wanted.clone(),
            Mode::Bot => None,
        };
        self.place = std::mem::take(&mut self.place).interrupted();
        self.drop_appointment();
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

    /// What was said last is no question any more, and nothing that was to begin later does.
    fn opt_out(&mut self, reason: &str) {
        self.opted_out = Some(reason.to_owned());
        self.unanswered = None;
        self.drop_appointment();
    }
}

fn reach_after(why: &Why) -> Option<Reach> {
    match why {
        Why::AskingHowToReach => Some(Reach::Asked),
        Why::Reached => Some(Reach::Told),
        _ => None,
    }
}

/// Short pauses end without a warning.
fn warn_at(until: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    until.map(|until| until - WARNING_BEFORE_END).filter(|warning| *warning > now)
}

pub(super) fn words(text: &str, by: Voice, at: Timestamp) -> LastWords {
    LastWords { text: text.chars().take(LAST_WORDS_CHARS_MAX).collect(), by, at }
}
