//! Why and how: the small words within events.

use serde::{Deserialize, Serialize};

use crate::domain::{event as core, priority};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseMove {
    Replied,
    Extended,
    Kept,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GiveBack {
    ByAgent,
    PauseEnded,
    ByContact,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Return {
    ByAgent,
    Undone,
    ContactWrote,
    FloorMoved,
    TimeCame,
}

#[derive(Serialize, Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    #[default]
    None,
    Low,
    Normal,
    High,
    Urgent,
}

impl Priority {
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl From<priority::Priority> for Priority {
    fn from(priority: priority::Priority) -> Self {
        match priority {
            priority::Priority::None => Self::None,
            priority::Priority::Low => Self::Low,
            priority::Priority::Normal => Self::Normal,
            priority::Priority::High => Self::High,
            priority::Priority::Urgent => Self::Urgent,
        }
    }
}

impl From<Priority> for priority::Priority {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::None => Self::None,
            Priority::Low => Self::Low,
            Priority::Normal => Self::Normal,
            Priority::High => Self::High,
            Priority::Urgent => Self::Urgent,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipt {
    Delivered,
    Read,
}

impl From<core::PauseMove> for PauseMove {
    fn from(why: core::PauseMove) -> Self {
        match why {
            core::PauseMove::Replied => Self::Replied,
            core::PauseMove::Extended => Self::Extended,
            core::PauseMove::Kept => Self::Kept,
        }
    }
}

impl From<PauseMove> for core::PauseMove {
    fn from(why: PauseMove) -> Self {
        match why {
            PauseMove::Replied => Self::Replied,
            PauseMove::Extended => Self::Extended,
            PauseMove::Kept => Self::Kept,
        }
    }
}

impl From<core::GiveBack> for GiveBack {
    fn from(why: core::GiveBack) -> Self {
        match why {
            core::GiveBack::ByAgent => Self::ByAgent,
            core::GiveBack::PauseEnded => Self::PauseEnded,
            core::GiveBack::ByContact => Self::ByContact,
        }
    }
}

impl From<GiveBack> for core::GiveBack {
    fn from(why: GiveBack) -> Self {
        match why {
            GiveBack::ByAgent => Self::ByAgent,
            GiveBack::PauseEnded => Self::PauseEnded,
            GiveBack::ByContact => Self::ByContact,
        }
    }
}

impl From<core::Return> for Return {
    fn from(why: core::Return) -> Self {
        match why {
            core::Return::ByAgent => Self::ByAgent,
            core::Return::Undone => Self::Undone,
            core::Return::ContactWrote => Self::ContactWrote,
            core::Return::FloorMoved => Self::FloorMoved,
            core::Return::TimeCame => Self::TimeCame,
        }
    }
}

impl From<Return> for core::Return {
    fn from(why: Return) -> Self {
        match why {
            Return::ByAgent => Self::ByAgent,
            Return::Undone => Self::Undone,
            Return::ContactWrote => Self::ContactWrote,
            Return::FloorMoved => Self::FloorMoved,
            Return::TimeCame => Self::TimeCame,
        }
    }
}

impl From<core::Receipt> for Receipt {
    fn from(receipt: core::Receipt) -> Self {
        match receipt {
            core::Receipt::Delivered => Self::Delivered,
            core::Receipt::Read => Self::Read,
        }
    }
}

impl From<Receipt> for core::Receipt {
    fn from(receipt: Receipt) -> Self {
        match receipt {
            Receipt::Delivered => Self::Delivered,
            Receipt::Read => Self::Read,
        }
    }
}
