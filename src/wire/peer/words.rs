//! The small words within commands.

use serde::{Deserialize, Serialize};

use crate::domain::command as core;
use crate::domain::event;
use crate::wire::stored::parts::{Text, text};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipt {
    Delivered,
    Read,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderWord {
    Stop,
    Start,
    Yes,
    Help,
    Block,
    Unblock,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extension<'a> {
    Minutes(u32),
    #[serde(borrow)]
    TomorrowIn(Text<'a>),
    UntilResumed,
}

impl From<event::Receipt> for Receipt {
    fn from(receipt: event::Receipt) -> Self {
        match receipt {
            event::Receipt::Delivered => Self::Delivered,
            event::Receipt::Read => Self::Read,
        }
    }
}

impl From<Receipt> for event::Receipt {
    fn from(receipt: Receipt) -> Self {
        match receipt {
            Receipt::Delivered => Self::Delivered,
            Receipt::Read => Self::Read,
        }
    }
}

impl From<core::ProviderWord> for ProviderWord {
    fn from(word: core::ProviderWord) -> Self {
        match word {
            core::ProviderWord::Stop => Self::Stop,
            core::ProviderWord::Start => Self::Start,
            core::ProviderWord::Yes => Self::Yes,
            core::ProviderWord::Help => Self::Help,
            core::ProviderWord::Block => Self::Block,
            core::ProviderWord::Unblock => Self::Unblock,
        }
    }
}

impl From<ProviderWord> for core::ProviderWord {
    fn from(word: ProviderWord) -> Self {
        match word {
            ProviderWord::Stop => Self::Stop,
            ProviderWord::Start => Self::Start,
            ProviderWord::Yes => Self::Yes,
            ProviderWord::Help => Self::Help,
            ProviderWord::Block => Self::Block,
            ProviderWord::Unblock => Self::Unblock,
        }
    }
}

impl<'a> From<&'a core::Extension> for Extension<'a> {
    fn from(by: &'a core::Extension) -> Self {
        match by {
            core::Extension::Minutes(minutes) => Self::Minutes(*minutes),
            core::Extension::TomorrowIn(zone) => Self::TomorrowIn(text(zone)),
            core::Extension::UntilResumed => Self::UntilResumed,
        }
    }
}

impl From<Extension<'_>> for core::Extension {
    fn from(by: Extension<'_>) -> Self {
        match by {
            Extension::Minutes(minutes) => Self::Minutes(minutes),
            Extension::TomorrowIn(zone) => Self::TomorrowIn(zone.into_owned()),
            Extension::UntilResumed => Self::UntilResumed,
        }
    }
}
