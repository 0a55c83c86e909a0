//! Open calls in a conversation: what their answers lead to, when they fail, and what becomes of late ones.

use std::time::Duration;

use super::bot::run;
use super::call::{Answer, Ask, Backlog, Ending, OpenCall, Outcome};
use super::command::Refusal;
use super::conversation::Conversation;
use super::event::{Event, Place, Why};
use super::ids::{Seq, Turn};
use super::message::Heard;
use super::state::{Mode, State};
use super::time::Timestamp;

/// So soon somebody looks whether an open call still has anyone who waits for its answer.
const LOOK_AFTER: Duration = Duration::from_secs(2);

impl Conversation {
    /// When the store wakes somebody for this conversation: its deadline, or soon if a call is open, for whoever made
    /// the call may be gone.
    pub fn next_look(&self) -> Option<Timestamp> {
        let look = self.state.call.as_ref().map(|call| call.opened_at + LOOK_AFTER);
        look.into_iter().chain(self.next_deadline()).min()
    }

    /// A call ended: what follows from it, if it is still open.
    pub(super) fn called(
        &self,
        now: Timestamp,
        call: Seq,
        turn: Turn,
        outcome: Outcome,
    ) -> Result<Vec<Event>, Refusal> {
        match (self.open_call(call), outcome) {
            (Some(open), Outcome::Values(values)) => Ok(self.widget_answered(now, open, &values)),
            (Some(open), Outcome::Bot(answer)) => Ok(self.bot_answered(now, Some(open), answer)),
            (Some(open), Outcome::Failed(why)) => Ok(self.call_failed(now, open, why)),
            (None, Outcome::Bot(answer)) if !answer.lines.is_empty() => Ok(suppressed(&answer, turn)),
            (None, _) => Err(Refusal::NothingNew),
        }
    }

    /// What an outside bot says under a turn, in its own time (rule 4). A call it names must still be open.
    pub(super) fn bot_answer(&self, now: Timestamp, turn: Turn, call: Option<Seq>, answer: Answer) -> Vec<Event> {
        let open = self.state.call.as_ref().filter(|open| call.is_none_or(|call| call == open.id));
        match self.state.mode {
            Mode::Bot if !self.state.blocked && turn == self.state.turn && (call.is_none() || open.is_some()) => {
                self.bot_answered(now, open, answer)
            }
            _ => suppressed(&answer, turn),
        }
    }

    /// Nobody knows whether the last try went out: there is another one, and it says so.
    pub(super) fn call_again(&self, now: Timestamp, call: Seq) -> Result<Vec<Event>, Refusal> {
        match self.open_call(call) {
            Some(open) if now < open.due => Ok(vec![Event::CallRepeated { call, attempt: open.attempt + 1 }]),
            _ => Err(Refusal::NothingNew),
        }
    }

    /// The call whose time is over, if there is one.
    pub(super) fn overdue_call(&self, now: Timestamp) -> Option<&OpenCall> {
        self.state.call.as_ref().filter(|open| open.due <= now)
    }

    pub(super) fn call_timed_out(&self, now: Timestamp, open: &OpenCall) -> Vec<Event> {
        let seconds = open.due.since(open.opened_at).as_secs();
        let plural = if seconds == 1 { "" } else { "s" };
        self.call_failed(now, open, format!("no answer within {seconds} second{plural}"))
    }

    /// Whatever gives the floor to somebody else ends the open call with it (rule 4).
    pub(super) fn ending_calls(&self, mut events: Vec<Event>) -> Vec<Event> {
        let Some(open) = &self.state.call else { return events };
        let ends = |event: &Event| matches!(event, Event::CallEnded { .. });
        let moves =
            |event: &Event| matches!(event, Event::TakenOver { .. } | Event::HandedOff { .. } | Event::Closed { .. });
        // The line that a person is called and the hand-off stay side by side.
        let begins = |event: &Event| matches!(event, Event::BotSaid { why: Why::CallingHuman, .. }) || moves(event);
        if events.iter().any(moves)
            && !events.iter().any(ends)
            && let Some(at) = events.iter().position(begins)
        {
            events.insert(at, Event::CallEnded { call: open.id, how: Ending::Cancelled });
        }
        events
    }

    fn open_call(&self, call: Seq) -> Option<&OpenCall> {
        self.state.call.as_ref().filter(|open| open.id == call)
    }

    fn widget_answered(&self, now: Timestamp, open: &OpenCall, values: &[(String, String)]) -> Vec<Event> {
        match run::read_values(&self.bot, &self.state.place, values) {
            Ok(values) => {
                let rest = run::called(&self.bot, self.memory(now, self.state.place.clone()), values);
                self.and_then(Event::CallEnded { call: open.id, how: Ending::Answered }, rest)
            }
            Err(why) => self.call_failed(now, open, why),
        }
    }

    fn bot_answered(&self, now: Timestamp, open: Option<&OpenCall>, answer: Answer) -> Vec<Event> {
        let ended = open.filter(|_| answer.end || answer.hand_off.is_some());
        let ended = ended.map(|open| Event::CallEnded { call: open.id, how: Ending::Answered });
        let mut memory = self.memory(now, Place::Idle);
        memory.calling = open.is_some() && ended.is_none();
        ended.into_iter().chain(run::told(&self.bot, memory, answer)).collect()
    }

    fn call_failed(&self, now: Timestamp, open: &OpenCall, why: String) -> Vec<Event> {
        let rest = run::call_failed(&self.bot, self.memory(now, self.state.place.clone()), &open.ask, &why);
        self.and_then(Event::CallEnded { call: open.id, how: Ending::Failed(why) }, rest)
    }
}

impl State {
    /// There is nothing to answer. While a dialogue waits for another system, the link waits with it, unless words do.
    pub(super) fn came_by(&mut self, heard: &Heard, at: Timestamp) {
        self.session.came(at);
        self.calls = 0;
        let asked = self.call.as_ref().is_some_and(|open| matches!(open.ask, Ask::Http(_)));
        if asked && self.backlog.is_empty() {
            self.backlog.push(self.seq, heard.clone());
        }
    }

    /// An outside bot is asked about what waited for it, or about the contact's last words.
    pub(super) fn open_call(&mut self, ask: &Ask, due: Timestamp, turn: Turn, at: Timestamp) {
        let mut about = std::mem::take(&mut self.backlog);
        match ask {
            Ask::Http(_) => {
                self.calls += 1;
                about = Backlog::default();
            }
            Ask::Bot if about.is_empty() => {
                let last = self.unanswered.iter().map(|last| (last.seq, last.heard.clone()));
                about = Backlog { heard: last.collect(), left_out: 0 };
            }
            Ask::Bot => {}
        }
        let (id, ask) = (self.seq, ask.clone());
        self.call = Some(OpenCall { id, turn, opened_at: at, due, attempt: 1, ask, about });
    }

    /// What waited for an outside bot waits on until it is asked again; after a widget's call the bot has seen it.
    pub(super) fn end_call(&mut self, call: Seq, how: &Ending) {
        let Some(open) = self.call.take_if(|open| open.id == call) else { return };
        if matches!(open.ask, Ask::Http(_)) || *how != Ending::Answered {
            self.backlog = Backlog::default();
        }
        if let Place::Calling(_) = self.place {
            let place = std::mem::take(&mut self.place);
            self.place = if *how == Ending::Cancelled { place.interrupted() } else { Place::Idle };
        }
    }
}

fn suppressed(answer: &Answer, turn: Turn) -> Vec<Event> {
    vec![Event::Suppressed { text: answer.words(), turn }]
}
