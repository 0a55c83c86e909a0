//! A refusal on its way back to another node. Read beside `domain::command`, which says what each means.

use serde::{Deserialize, Serialize};

use crate::domain::bot::answers::Shape;
use crate::domain::command as core;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    BotHasTheFloor,
    AlreadyTaken(String),
    NoPause,
    NoEndToMove,
    Superseded {
        since: Vec<u64>,
    },
    Empty,
    TooLong {
        limit: usize,
    },
    BadMinutes,
    UnknownZone(String),
    BadLabel,
    TooManyLabels,
    TooManyAttributes,
    NotResendable(u64),
    OptedOut(String),
    WindowClosed,
    NoSuchTemplate,
    BadValues {
        takes: usize,
    },
    NothingDue,
    NothingNew,
    RefusedBefore,
    IsClosed,
    BadTime,
    TooLate,
    IsBlocked,
    BadAttribute,
    /// By the name of the kind.
    NotOfKind(String),
}

impl From<core::Refusal> for Refusal {
    fn from(refusal: core::Refusal) -> Self {
        match refusal {
            core::Refusal::BotHasTheFloor => Self::BotHasTheFloor,
            core::Refusal::AlreadyTaken(name) => Self::AlreadyTaken(name),
            core::Refusal::NoPause => Self::NoPause,
            core::Refusal::NoEndToMove => Self::NoEndToMove,
            core::Refusal::Superseded { since } => Self::Superseded { since },
            core::Refusal::Empty => Self::Empty,
            core::Refusal::TooLong { limit } => Self::TooLong { limit },
            core::Refusal::BadMinutes => Self::BadMinutes,
            core::Refusal::UnknownZone(zone) => Self::UnknownZone(zone),
            core::Refusal::BadLabel => Self::BadLabel,
            core::Refusal::TooManyLabels => Self::TooManyLabels,
            core::Refusal::TooManyAttributes => Self::TooManyAttributes,
            core::Refusal::BadAttribute => Self::BadAttribute,
            core::Refusal::NotOfKind(shape) => Self::NotOfKind(shape.as_str().to_owned()),
            core::Refusal::NotResendable(seq) => Self::NotResendable(seq),
            core::Refusal::OptedOut(reason) => Self::OptedOut(reason),
            core::Refusal::WindowClosed => Self::WindowClosed,
            core::Refusal::NoSuchTemplate => Self::NoSuchTemplate,
            core::Refusal::BadValues { takes } => Self::BadValues { takes },
            core::Refusal::NothingDue => Self::NothingDue,
            core::Refusal::NothingNew => Self::NothingNew,
            core::Refusal::RefusedBefore => Self::RefusedBefore,
            core::Refusal::IsClosed => Self::IsClosed,
            core::Refusal::BadTime => Self::BadTime,
            core::Refusal::TooLate => Self::TooLate,
            core::Refusal::IsBlocked => Self::IsBlocked,
        }
    }
}

impl From<Refusal> for core::Refusal {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::BotHasTheFloor => Self::BotHasTheFloor,
            Refusal::AlreadyTaken(name) => Self::AlreadyTaken(name),
            Refusal::NoPause => Self::NoPause,
            Refusal::NoEndToMove => Self::NoEndToMove,
            Refusal::Superseded { since } => Self::Superseded { since },
            Refusal::Empty => Self::Empty,
            Refusal::TooLong { limit } => Self::TooLong { limit },
            Refusal::BadMinutes => Self::BadMinutes,
            Refusal::UnknownZone(zone) => Self::UnknownZone(zone),
            Refusal::BadLabel => Self::BadLabel,
            Refusal::TooManyLabels => Self::TooManyLabels,
            Refusal::TooManyAttributes => Self::TooManyAttributes,
            Refusal::BadAttribute => Self::BadAttribute,
            Refusal::NotOfKind(name) => Shape::parse(&name).map_or(Self::BadAttribute, Self::NotOfKind),
            Refusal::NotResendable(seq) => Self::NotResendable(seq),
            Refusal::OptedOut(reason) => Self::OptedOut(reason),
            Refusal::WindowClosed => Self::WindowClosed,
            Refusal::NoSuchTemplate => Self::NoSuchTemplate,
            Refusal::BadValues { takes } => Self::BadValues { takes },
            Refusal::NothingDue => Self::NothingDue,
            Refusal::NothingNew => Self::NothingNew,
            Refusal::RefusedBefore => Self::RefusedBefore,
            Refusal::IsClosed => Self::IsClosed,
            Refusal::BadTime => Self::BadTime,
            Refusal::TooLate => Self::TooLate,
            Refusal::IsBlocked => Self::IsBlocked,
        }
    }
}
