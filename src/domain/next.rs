//! What the bot does when it gets the floor, or is doing while it has it.

use std::fmt;

use super::bot::WhenPauseEnds;
use super::conversation::Conversation;
use super::event::Place;
use super::state::Mode;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    pub does: Does,
    /// The question, the name of the dialogue, or the words; empty where there is none.
    pub of: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    AnswersLast,
    StaysSilent,
    Waits,
    Asks,
    AsksAgain,
    GoesOn,
    GoesOnUnanswered,
    GoesOnSoon,
    HasOfferedPerson,
    AwaitsSystem,
    IsAskedOutside,
    AwaitsMessage,
    /// As an earlier version wrote it down: in words.
    InWords,
}

impl Does {
    pub const ALL: [Does; 13] = [
        Does::AnswersLast,
        Does::StaysSilent,
        Does::Waits,
        Does::Asks,
        Does::AsksAgain,
        Does::GoesOn,
        Does::GoesOnUnanswered,
        Does::GoesOnSoon,
        Does::HasOfferedPerson,
        Does::AwaitsSystem,
        Does::IsAskedOutside,
        Does::AwaitsMessage,
        Does::InWords,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Does::AnswersLast => "answers_last",
            Does::StaysSilent => "stays_silent",
            Does::Waits => "waits",
            Does::Asks => "asks",
            Does::AsksAgain => "asks_again",
            Does::GoesOn => "goes_on",
            Does::GoesOnUnanswered => "goes_on_unanswered",
            Does::GoesOnSoon => "goes_on_soon",
            Does::HasOfferedPerson => "has_offered_person",
            Does::AwaitsSystem => "awaits_system",
            Does::IsAskedOutside => "is_asked_outside",
            Does::AwaitsMessage => "awaits_message",
            Does::InWords => "in_words",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|does| does.as_str() == name)
    }

    pub fn of(self, what: impl Into<String>) -> Next {
        Next { does: self, of: what.into() }
    }
}

/// For a terminal; consoles have words of their own in each language.
impl fmt::Display for Next {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = &self.of;
        match self.does {
            Does::AnswersLast => write!(out, "answers the last message"),
            Does::StaysSilent => write!(out, "stays silent while a message is unanswered"),
            Does::Waits => write!(out, "waits"),
            Does::Asks => write!(out, "is asking “{of}”"),
            Does::AsksAgain => write!(out, "asks “{of}” again"),
            Does::GoesOn => write!(out, "goes on with “{of}”"),
            Does::GoesOnUnanswered => write!(out, "goes on with “{of}” without an answer"),
            Does::GoesOnSoon => write!(out, "goes on with “{of}” in a moment"),
            Does::HasOfferedPerson => write!(out, "has offered a person"),
            Does::AwaitsSystem => write!(out, "waits for another system's answer"),
            Does::IsAskedOutside => write!(out, "is being asked, outside"),
            Does::AwaitsMessage => write!(out, "waits for the next message"),
            Does::InWords => write!(out, "{of}"),
        }
    }
}

impl Conversation {
    pub(super) fn what_next(&self) -> Next {
        let known = |name: &str| self.state.attributes.get(name).cloned();
        let question = |step| self.bot.question(step, known);
        let human = !matches!(self.state.mode, Mode::Bot);
        let unanswered = human && self.state.unanswered.is_some();
        let setting = self.bot.settings.when_pause_ends;
        match (&self.state.place, unanswered, setting) {
            (_, true, WhenPauseEnds::Answer) if self.message_for_the_bot().is_some() => Does::AnswersLast.of(""),
            (_, true, WhenPauseEnds::Keep) => Does::StaysSilent.of(""),
            (Place::Asking(step), ..) => question(step).map_or(Does::Waits.of(""), |asked| Does::Asks.of(asked)),
            (Place::Interrupted(step), ..) => match question(step) {
                Some(asked) => Does::AsksAgain.of(asked),
                None => Does::GoesOn.of(step.dialogue.to_string()),
            },
            (Place::CutOff(step), ..) => Does::GoesOnUnanswered.of(step.dialogue.to_string()),
            (Place::Delayed { step, .. }, ..) => Does::GoesOnSoon.of(step.dialogue.to_string()),
            (Place::OfferedHuman, ..) => Does::HasOfferedPerson.of(""),
            (Place::Calling(_), ..) => Does::AwaitsSystem.of(""),
            (Place::Idle, ..) if self.state.call.is_some() => Does::IsAskedOutside.of(""),
            (Place::Idle, ..) => Does::AwaitsMessage.of(""),
        }
    }
}
