//! Where a bot stands and why it does something, as it is stored.

use serde::{Deserialize, Serialize};

use super::parts::{Text, maybe_text, millis, owned, text, time};
use crate::domain::event as core;
use crate::domain::ids::BotVersion;
use crate::domain::session;
use crate::domain::time::Timestamp;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why<'a> {
    #[serde(borrow)]
    Keyword(Text<'a>),
    #[serde(borrow)]
    Dialogue(Text<'a>),
    FirstContact,
    #[serde(borrow)]
    PageVisit(Text<'a>),
    #[serde(borrow)]
    Referral(Text<'a>),
    #[serde(borrow)]
    Button(Text<'a>),
    Hours,
    NoAnswer,
    OfferedHuman,
    AskedAgain,
    NotUnderstood,
    Cancelled,
    CallingHuman,
    StillCalling,
    AskingHowToReach,
    Reached,
    OutsideBot,
}

impl<'a> From<&'a core::Why> for Why<'a> {
    fn from(why: &'a core::Why) -> Self {
        match why {
            core::Why::Keyword(word) => Self::Keyword(text(word)),
            core::Why::Dialogue(name) => Self::Dialogue(text(name)),
            core::Why::FirstContact => Self::FirstContact,
            core::Why::PageVisit(path) => Self::PageVisit(text(path)),
            core::Why::Referral(word) => Self::Referral(text(word)),
            core::Why::Button(payload) => Self::Button(text(payload)),
            core::Why::Hours => Self::Hours,
            core::Why::NoAnswer => Self::NoAnswer,
            core::Why::OfferedHuman => Self::OfferedHuman,
            core::Why::AskedAgain => Self::AskedAgain,
            core::Why::NotUnderstood => Self::NotUnderstood,
            core::Why::Cancelled => Self::Cancelled,
            core::Why::CallingHuman => Self::CallingHuman,
            core::Why::StillCalling => Self::StillCalling,
            core::Why::AskingHowToReach => Self::AskingHowToReach,
            core::Why::Reached => Self::Reached,
            core::Why::OutsideBot => Self::OutsideBot,
        }
    }
}

impl From<Why<'_>> for core::Why {
    fn from(why: Why<'_>) -> Self {
        match why {
            Why::Keyword(word) => Self::Keyword(word.into_owned()),
            Why::Dialogue(name) => Self::Dialogue(name.into_owned()),
            Why::FirstContact => Self::FirstContact,
            Why::PageVisit(path) => Self::PageVisit(path.into_owned()),
            Why::Referral(word) => Self::Referral(word.into_owned()),
            Why::Button(payload) => Self::Button(payload.into_owned()),
            Why::Hours => Self::Hours,
            Why::NoAnswer => Self::NoAnswer,
            Why::OfferedHuman => Self::OfferedHuman,
            Why::AskedAgain => Self::AskedAgain,
            Why::NotUnderstood => Self::NotUnderstood,
            Why::Cancelled => Self::Cancelled,
            Why::CallingHuman => Self::CallingHuman,
            Why::StillCalling => Self::StillCalling,
            Why::AskingHowToReach => Self::AskingHowToReach,
            Why::Reached => Self::Reached,
            Why::OutsideBot => Self::OutsideBot,
        }
    }
}

#[derive(Serialize, Deserialize, Default)]
pub struct Origin<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bot: Option<String>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    trigger: Option<Text<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    widget: Option<Step<'a>>,
}

impl Origin<'_> {
    pub fn is_empty(&self) -> bool {
        self.bot.is_none() && self.trigger.is_none() && self.widget.is_none()
    }
}

impl<'a> From<&'a core::Origin> for Origin<'a> {
    fn from(from: &'a core::Origin) -> Self {
        let bot = from.bot.as_ref().map(ToString::to_string);
        Self { bot, trigger: maybe_text(&from.trigger), widget: from.widget.as_ref().map(Into::into) }
    }
}

impl From<Origin<'_>> for core::Origin {
    fn from(from: Origin<'_>) -> Self {
        let bot = from.bot.as_deref().and_then(BotVersion::parse);
        Self { bot, trigger: owned(from.trigger), widget: from.widget.map(Into::into) }
    }
}

#[derive(Serialize, Deserialize)]
pub struct Later<'a> {
    #[serde(borrow)]
    dialogue: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<u64>,
}

impl<'a> From<&'a core::Later> for Later<'a> {
    fn from(later: &'a core::Later) -> Self {
        Self { dialogue: text(&later.dialogue), at: millis(later.at) }
    }
}

impl From<Later<'_>> for core::Later {
    fn from(later: Later<'_>) -> Self {
        Self { dialogue: later.dialogue.into_owned(), at: time(later.at) }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place<'a> {
    Idle,
    #[serde(borrow)]
    Asking(Step<'a>),
    #[serde(borrow)]
    Interrupted(Step<'a>),
    #[serde(borrow)]
    CutOff(Step<'a>),
    OfferedHuman,
    Delayed {
        #[serde(borrow)]
        step: Step<'a>,
        until: u64,
    },
    #[serde(borrow)]
    Calling(Step<'a>),
}

#[derive(Serialize, Deserialize)]
pub struct Step<'a> {
    #[serde(borrow)]
    dialogue: Text<'a>,
    widget: usize,
    #[serde(default, skip_serializing_if = "is_zero")]
    part: usize,
}

fn is_zero(part: &usize) -> bool {
    *part == 0
}

impl<'a> From<&'a core::Place> for Place<'a> {
    fn from(place: &'a core::Place) -> Self {
        match place {
            core::Place::Idle => Self::Idle,
            core::Place::Asking(step) => Self::Asking(step.into()),
            core::Place::Interrupted(step) => Self::Interrupted(step.into()),
            core::Place::CutOff(step) => Self::CutOff(step.into()),
            core::Place::OfferedHuman => Self::OfferedHuman,
            core::Place::Delayed { step, until } => Self::Delayed { step: step.into(), until: until.0 },
            core::Place::Calling(step) => Self::Calling(step.into()),
        }
    }
}

impl From<Place<'_>> for core::Place {
    fn from(place: Place<'_>) -> Self {
        match place {
            Place::Idle => Self::Idle,
            Place::Asking(step) => Self::Asking(step.into()),
            Place::Interrupted(step) => Self::Interrupted(step.into()),
            Place::CutOff(step) => Self::CutOff(step.into()),
            Place::OfferedHuman => Self::OfferedHuman,
            Place::Delayed { step, until } => Self::Delayed { step: step.into(), until: Timestamp(until) },
            Place::Calling(step) => Self::Calling(step.into()),
        }
    }
}

impl<'a> From<&'a core::Step> for Step<'a> {
    fn from(step: &'a core::Step) -> Self {
        Self { dialogue: text(&step.dialogue), widget: step.widget, part: step.part }
    }
}

impl From<Step<'_>> for core::Step {
    fn from(step: Step<'_>) -> Self {
        Self { dialogue: step.dialogue.into_owned(), widget: step.widget, part: step.part }
    }
}

/// What counts once per session; nothing is written of a conversation whose contact has not been seen yet.
#[derive(Serialize, Deserialize, Default)]
pub struct Session<'a> {
    number: u32,
    active_at: u64,
    #[serde(default)]
    wrote: bool,
    #[serde(default)]
    score: i32,
    #[serde(default)]
    hot: bool,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    pulled: Vec<Text<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    pages: Vec<(Text<'a>, u32)>,
    #[serde(default, skip_serializing_if = "no_alerts")]
    alerts: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    over: bool,
}

fn no_alerts(alerts: &u32) -> bool {
    *alerts == 0
}

impl<'a> From<&'a session::Session> for Session<'a> {
    fn from(session: &'a session::Session) -> Self {
        Self {
            number: session.number,
            active_at: session.active_at.0,
            wrote: session.wrote,
            score: session.score,
            hot: session.hot,
            pulled: session.pulled.iter().map(|trigger| text(trigger)).collect(),
            pages: session.pages.iter().map(|(path, count)| (text(path), *count)).collect(),
            alerts: session.alerts,
            over: session.over,
        }
    }
}

impl From<Session<'_>> for session::Session {
    fn from(session: Session<'_>) -> Self {
        Self {
            number: session.number,
            active_at: Timestamp(session.active_at),
            wrote: session.wrote,
            score: session.score,
            hot: session.hot,
            pulled: session.pulled.into_iter().map(Text::into_owned).collect(),
            pages: session.pages.into_iter().map(|(path, count)| (path.into_owned(), count)).collect(),
            alerts: session.alerts,
            over: session.over,
        }
    }
}
