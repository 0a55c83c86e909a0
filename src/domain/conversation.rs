//! A conversation, and every way it can move.
//!
//! A [`Conversation`] is asked things and answers with what happened. It opens no socket, reads no clock and rolls
//! no dice, so any run can be replayed from its events alone. Writing events down is the work of
//! `actors::conversation`; getting messages out, and trying again, of `actors::sender`.

use std::sync::Arc;
use std::time::Duration;

use super::account::Account;
use super::bot::answers::is_one_of;
use super::bot::fold::Said;
use super::bot::run::{self, Memory};
use super::bot::{Bot, WhenPauseEnds};
use super::changes::Change;
use super::command::{Command, Extension, Refusal};
use super::event::{Agent, Event, GiveBack, Origin, PauseMove, Place, Speaker};
use super::ids::{ConversationId, Seq};
use super::message::{Heard, Line};
use super::state::{Mode, State};
use super::time::Timestamp;

/// The longest text an agent or a visitor can send.
pub const TEXT_CHARS_MAX: usize = 10_000;
const EXTENSION_MINUTES_MAX: u32 = 7 * 24 * 60;

pub(super) type Decision = Result<Vec<Event>, Refusal>;

#[derive(Debug, Clone)]
pub struct Conversation {
    pub id: ConversationId,
    pub account: Arc<Account>,
    pub bot: Arc<Bot>,
    pub state: State,
}

/// With what the bot begins when it gets the floor.
enum Begins<'h> {
    Answering(&'h Heard),
    WhereItWas,
    Waiting,
}

impl<'h> Begins<'h> {
    fn with(heard: Option<&'h Heard>) -> Self {
        heard.map_or(Self::WhereItWas, Self::Answering)
    }
}

impl Conversation {
    pub fn new(id: ConversationId, account: Arc<Account>, bot: Arc<Bot>, state: State) -> Self {
        Self { id, account, bot, state }
    }

    /// The only way the state changes.
    pub fn apply(&mut self, event: &Event, at: Timestamp) {
        let channel = self.account.channel;
        self.state.apply(event, at, channel.has_deliveries());
        if channel.loses_marks() {
            self.state.remember_own(event, at, channel);
        }
    }

    /// When `DeadlinePassed` will next have something to do.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.snoozed_until().into_iter().chain(self.floor_deadline()).min()
    }

    pub(super) fn floor_is_due(&self, now: Timestamp) -> bool {
        self.floor_deadline().is_some_and(|due| due <= now)
    }

    fn floor_deadline(&self) -> Option<Timestamp> {
        match &self.state.mode {
            Mode::Human { until, warn_at, .. } => warn_at.or(*until),
            Mode::Waiting { next, .. } => *next,
            Mode::Bot => self.bot_deadline(),
        }
    }

    /// What follows if `command` is asked of this conversation at `now`. Changes nothing.
    pub fn decide(&self, now: Timestamp, command: Command) -> Decision {
        self.follow(now, command).map(|events| self.unsendable(now, self.coming_back(self.ending_calls(events))))
    }

    fn follow(&self, now: Timestamp, command: Command) -> Decision {
        let command = self.as_meant(command);
        if self.left_behind(now, &command) {
            return self.begin_anew(now, command);
        }
        match command {
            Command::Hear { heard, provider_id, provider_at, name } => {
                let named = name.filter(|name| self.state.name.as_ref() != Some(name));
                let mut events: Vec<Event> = named.map(|name| Event::ContactNamed { name }).into_iter().collect();
                let taken_back = provider_id.clone().filter(|id| self.was_taken_back(id));
                events.push(Event::ContactSaid { heard: heard.clone(), provider_id, provider_at });
                match taken_back {
                    Some(provider_id) => {
                        let of = Some(self.state.seq + events.len() as Seq);
                        let change = Change::Deleted;
                        events.push(Event::ContactChanged { of, provider_id, change, provider_at: None });
                    }
                    None => events.extend(self.react(now, &heard)),
                }
                Ok(events)
            }
            Command::Change { provider_id, change, provider_at } => self.change(provider_id, change, provider_at),
            Command::Name { name } if self.state.name.as_ref() == Some(&name) => Err(Refusal::NothingNew),
            Command::Name { name } => Ok(vec![Event::ContactNamed { name }]),
            Command::Learn { name, .. } if self.state.attributes.contains_key(&name) => Err(Refusal::NothingNew),
            Command::Learn { name, value } => {
                Ok(vec![Event::AttributeSet { name, value, by: None, from: Origin::default() }])
            }
            Command::Describe { attributes } => self.describe(attributes),
            Command::Open => self.open(now),
            Command::ViewPage { url, title } => Ok(self.view_page(now, url, title)),
            Command::Echo { of, provider_id, text } => self.echo(now, of, provider_id, text),
            Command::Overhear { heard, provider_id, provider_at } => {
                self.overhear(now, heard, provider_id, provider_at)
            }
            Command::ThreadMoved { ours, by } => self.thread_moved(now, ours, by),
            Command::OwnEcho { provider_id, text } => self.own_echo(provider_id, &text),
            Command::Acknowledge { receipt, provider_ids, watermark } => {
                self.acknowledge(receipt, &provider_ids, watermark)
            }
            Command::TellProvider { word, text, provider_id } => self.told_provider(word, text, provider_id),
            Command::Bounce { of, provider_id, reason, opted_out } => self.bounced(of, &provider_id, reason, opted_out),
            Command::Seen { seq } => self.seen(seq),
            Command::Reply { agent, text, attachment, seen, anyway } => {
                self.reply(now, agent, Line { attachment, ..Line::text(text) }, (seen, anyway))
            }
            Command::SendTemplate { agent, name, language, values, seen, anyway } => {
                self.send_template(now, agent, (&name, &language), values, (seen, anyway))
            }
            Command::TakeOver { agent } => self.take_over(now, agent),
            Command::GiveBack { agent, answer } => self.give_back(now, agent, answer),
            Command::HandOver { agent, to, note } => self.hand_over(now, agent, to, note),
            Command::Extend { agent, by } => self.extend(now, agent, &by),
            Command::Note { agent, text } => check_text(&text).map(|()| vec![Event::NoteAdded { agent, text }]),
            Command::Label { agent, label, on } => self.label(agent, &label, on),
            Command::Resend { agent, of } => self.resend(now, agent, of),
            Command::Leave { agent, of } => self.leave(agent, of),
            Command::BotAnswer { turn, call, answer } => Ok(self.bot_answer(now, turn, call, answer)),
            Command::Called { call, turn, outcome } => self.called(now, call, turn, outcome),
            Command::CallAgain { call } => self.call_again(now, call),
            Command::DeadlinePassed => self.deadline_passed(now),
            Command::Outcome { of, outcome } => self.outcome(of, outcome),
            Command::AlertOutcome { of, attempt, outcome } => self.alert_outcome(of, attempt, outcome),
            Command::Withdraw { of } => self.withdraw(of),
            Command::Park { why } => self.park(why),
            Command::Assign { agent, to } => self.assign(now, agent, to),
            Command::HandOverToTeam { agent, to, note } => self.hand_over_to_team(now, agent, to, note),
            Command::NoteTo { agent, text, mentioned, letter } => self.note_to(agent, text, mentioned, letter),
            Command::Claim { agent } => self.claim(now, agent),
            Command::Close { agent } => self.close(agent),
            Command::Snooze { agent, until } => self.snooze(now, agent, until),
            Command::Reopen { agent, undo } => self.reopen(now, agent, undo),
            Command::Prioritise { agent, priority } => self.prioritise(agent, priority),
            Command::Block { agent, on } => self.block(now, agent, on),
            Command::SetAttribute { agent, name, value } => self.set_attribute(agent, name, &value),
        }
    }

    /// What the bot does about a message, in the mode of the moment (rule 5: nothing while a human has the floor).
    fn react(&self, now: Timestamp, heard: &Heard) -> Vec<Event> {
        match &self.state.mode {
            _ if self.state.opted_out.is_some() || self.state.blocked => Vec::new(),
            Mode::Bot => run::answer(&self.bot, self.memory(now, self.state.place.clone()), heard),
            Mode::Waiting { .. } if self.means_back(&heard.text) => {
                let then = self.state.place.clone();
                let back = Event::GivenBack { by: None, why: GiveBack::ByContact, then: then.clone() };
                self.and_then(back, run::come_back(&self.bot, self.memory_with_floor(now, then)))
            }
            Mode::Waiting { .. } => self.hear_while_waiting(now, &heard.text),
            Mode::Human { .. } => Vec::new(),
        }
    }

    /// Pictures and thumbs-up have no words, and so never mean it.
    pub(super) fn means_back(&self, text: &str) -> bool {
        let said = Said::new(text);
        is_one_of(&said, std::slice::from_ref(&self.bot.settings.texts.back))
    }

    fn open(&self, now: Timestamp) -> Decision {
        match self.state.mode {
            Mode::Bot if !self.state.greeted && self.state.call.is_none() && !self.state.blocked => {
                something(run::greet(&self.bot, self.memory(now, self.state.place.clone())))
            }
            _ => Err(Refusal::NothingNew),
        }
    }

    fn view_page(&self, now: Timestamp, url: String, title: String) -> Vec<Event> {
        let then = match self.state.mode {
            Mode::Bot if !self.state.blocked => run::visit(&self.bot, self.memory(now, self.state.place.clone()), &url),
            Mode::Bot | Mode::Waiting { .. } | Mode::Human { .. } => Vec::new(),
        };
        self.and_then(Event::PageViewed { url, title }, then)
    }

    /// When a delay of the bot is over, or the time of a trigger has come.
    fn bot_deadline(&self) -> Option<Timestamp> {
        let delay = match self.state.place {
            Place::Delayed { until, .. } => Some(until),
            _ => None,
        };
        let later = self.state.later.as_ref().and_then(|(_, later)| later.at);
        let call = self.state.call.as_ref().map(|open| open.due);
        delay.into_iter().chain(later).chain(call).min()
    }

    // --- Who has the floor ---

    /// What a person speaking does to the floor: takes it, or keeps the bot silent for at least another pause.
    pub(super) fn floor_for(&self, now: Timestamp, speaker: Speaker) -> Option<Event> {
        let until = self.pause_from(now);
        match &self.state.mode {
            Mode::Human { by, until: end, .. } if matches!(by, Speaker::Agent(_)) || *by == speaker => {
                (*end != until).then_some(Event::PauseMoved { by: speaker, until, why: PauseMove::Replied })
            }
            Mode::Bot | Mode::Waiting { .. } | Mode::Human { .. } => Some(taken(speaker, until)),
        }
    }

    fn take_over(&self, now: Timestamp, agent: Agent) -> Decision {
        self.may_get_the_floor(&agent)?;
        Ok(vec![taken(Speaker::Agent(agent), self.pause_from(now))])
    }

    pub(super) fn may_get_the_floor(&self, agent: &Agent) -> Result<(), Refusal> {
        self.is_listened_to()?;
        match &self.state.mode {
            Mode::Human { by: Speaker::Agent(holder), .. } if holder.id == agent.id => {
                Err(Refusal::AlreadyTaken(holder.name.clone()))
            }
            _ => Ok(()),
        }
    }

    /// The end of a pause that somebody begins or goes on with now: never earlier than it was. Being parked by the
    /// system is no pause yet.
    pub(super) fn pause_from(&self, now: Timestamp) -> Option<Timestamp> {
        let wanted = now + self.bot.settings.pause;
        match &self.state.mode {
            Mode::Bot | Mode::Waiting { .. } | Mode::Human { by: Speaker::System, .. } => Some(wanted),
            Mode::Human { until, .. } => until.map(|until| until.max(wanted)),
        }
    }

    /// `answer`: whether the bot answers what nobody has, or waits for the next message; none: as its setting says.
    fn give_back(&self, now: Timestamp, agent: Agent, answer: Option<bool>) -> Decision {
        let begins = match answer {
            None => Begins::with(self.message_for_the_bot()),
            Some(true) => Begins::with(self.uncalled()),
            Some(false) => Begins::Waiting,
        };
        match self.state.mode {
            Mode::Bot => Err(Refusal::BotHasTheFloor),
            Mode::Waiting { .. } | Mode::Human { .. } => {
                Ok(self.returned_to(now, Some(agent), GiveBack::ByAgent, begins))
            }
        }
    }

    /// The bot gets the floor (rules 6 and 7). An agent who gives back wants it to act now; a pause that merely ended
    /// with everything answered lets it wait. What a person was called about is for persons to answer.
    pub(super) fn returned(&self, now: Timestamp, by: Option<Agent>, why: GiveBack) -> Vec<Event> {
        let begins = match self.message_for_the_bot() {
            None if why != GiveBack::ByAgent => Begins::Waiting,
            heard => Begins::with(heard),
        };
        self.returned_to(now, by, why, begins)
    }

    fn returned_to(&self, now: Timestamp, by: Option<Agent>, why: GiveBack, begins: Begins<'_>) -> Vec<Event> {
        let then = self.state.place.clone();
        let memory = self.memory_with_floor(now, then.clone());
        let next = match begins {
            Begins::Answering(heard) => run::answer(&self.bot, memory, heard),
            Begins::WhereItWas => run::resume(&self.bot, memory),
            Begins::Waiting => Vec::new(),
        };
        self.and_then(Event::GivenBack { by, why, then }, next)
    }

    /// The unanswered message that the bot treats as new when it gets the floor, if that is its setting.
    pub(super) fn message_for_the_bot(&self) -> Option<&Heard> {
        let answers = self.bot.settings.when_pause_ends == WhenPauseEnds::Answer;
        self.uncalled().filter(|_| answers)
    }

    /// What nobody has answered, unless a person was called about it.
    fn uncalled(&self) -> Option<&Heard> {
        let unanswered = self.state.unanswered.as_ref().filter(|unanswered| !unanswered.called);
        unanswered.map(|unanswered| &unanswered.heard)
    }

    fn extend(&self, now: Timestamp, agent: Agent, by: &Extension) -> Decision {
        let Mode::Human { until, .. } = &self.state.mode else { return Err(Refusal::NoPause) };
        let to = match by {
            Extension::Minutes(minutes) if !(1..=EXTENSION_MINUTES_MAX).contains(minutes) => {
                return Err(Refusal::BadMinutes);
            }
            Extension::Minutes(minutes) => {
                let end = until.ok_or(Refusal::NoEndToMove)?;
                Some(end.max(now) + Duration::from_secs(u64::from(*minutes) * 60))
            }
            Extension::TomorrowIn(zone) => {
                let morning = now.tomorrow_at_nine(zone).ok_or_else(|| Refusal::UnknownZone(zone.clone()))?;
                Some(until.ok_or(Refusal::NoEndToMove)?.max(morning))
            }
            Extension::UntilResumed => None,
        };
        if to == *until {
            return Err(Refusal::NothingNew);
        }
        Ok(vec![Event::PauseMoved { by: Speaker::Agent(agent), until: to, why: PauseMove::Extended }])
    }

    fn park(&self, why: String) -> Decision {
        let alert = Event::Alerted { text: why };
        match self.state.mode {
            Mode::Human { until: None, .. } => Ok(vec![alert]),
            _ => Ok(vec![taken(Speaker::System, None), alert]),
        }
    }

    fn deadline_passed(&self, now: Timestamp) -> Decision {
        let then = self.floor_passed(now);
        match self.waking(now) {
            Some(back) => Ok(self.and_then(back, then.unwrap_or_default())),
            None => then,
        }
    }

    fn floor_passed(&self, now: Timestamp) -> Decision {
        if !self.floor_is_due(now) {
            return Err(Refusal::NothingDue);
        }
        match &self.state.mode {
            Mode::Human { until: Some(until), .. } if *until <= now => Ok(self.pause_ended(now)),
            Mode::Human { until: Some(until), .. } => Ok(self.pause_ending(*until)),
            Mode::Human { until: None, .. } => Err(Refusal::NothingDue),
            Mode::Waiting { .. } => something(self.climb(now)),
            Mode::Bot => match self.overdue_call(now) {
                Some(open) => Ok(self.call_timed_out(now, open)),
                None => something(run::wake(&self.bot, self.memory(now, self.state.place.clone()))),
            },
        }
    }

    fn pause_ended(&self, now: Timestamp) -> Vec<Event> {
        match (&self.state.unanswered, self.bot.settings.when_pause_ends) {
            (Some(_), WhenPauseEnds::Keep) => vec![
                Event::PauseMoved { by: Speaker::System, until: None, why: PauseMove::Kept },
                Event::Alerted { text: "The pause has ended and the last message is unanswered.".into() },
            ],
            (Some(unanswered), _) if unanswered.called => {
                let text = "The pause has ended, and nobody has answered what a person was called about.".into();
                self.and_then(Event::Alerted { text }, self.returned(now, None, GiveBack::PauseEnded))
            }
            _ => self.returned(now, None, GiveBack::PauseEnded),
        }
    }

    fn pause_ending(&self, until: Timestamp) -> Vec<Event> {
        let alert =
            Event::Alerted { text: "The pause ends in five minutes and the last message is unanswered.".into() };
        let warning = Event::PauseEnding { until };
        if self.state.unanswered.is_some() { vec![warning, alert] } else { vec![warning] }
    }

    // --- What is known ---

    pub(super) fn memory(&self, now: Timestamp, place: Place) -> Memory<'_> {
        let State { turn, unmatched, tries, greeted, calls, .. } = self.state;
        let (high, low) = self.id.0.as_u64_pair();
        Memory {
            now,
            turn,
            place,
            unmatched,
            tries,
            greeted,
            name: self.state.name.as_deref(),
            attributes: &self.state.attributes,
            labels: &self.state.labels,
            channel: self.account.channel,
            session: self.state.session.at(now),
            later: self.state.later.as_ref(),
            alerts: self.state.alerts.len(),
            calling: self.state.call.is_some(),
            calls,
            backlog: &self.state.backlog,
            roll: high ^ low.rotate_left(17) ^ self.state.seq,
        }
    }

    /// What the bot remembers once it has been given the floor.
    fn memory_with_floor(&self, now: Timestamp, place: Place) -> Memory<'_> {
        Memory { turn: self.state.turn + 1, unmatched: 0, ..self.memory(now, place) }
    }

    pub(super) fn and_then(&self, first: Event, rest: Vec<Event>) -> Vec<Event> {
        std::iter::once(first).chain(rest).collect()
    }
}

pub(super) fn something(events: Vec<Event>) -> Decision {
    if events.is_empty() { Err(Refusal::NothingNew) } else { Ok(events) }
}

pub(super) fn taken(by: Speaker, until: Option<Timestamp>) -> Event {
    Event::TakenOver { by, until, given_by: None }
}

pub(super) fn check_text(text: &str) -> Result<(), Refusal> {
    if text.chars().all(|c| c.is_whitespace() || c == '\u{200b}') {
        Err(Refusal::Empty)
    } else if text.chars().count() > TEXT_CHARS_MAX {
        Err(Refusal::TooLong { limit: TEXT_CHARS_MAX })
    } else {
        Ok(())
    }
}
