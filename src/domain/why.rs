//! Why and how: the small words within events.

/// Why the bot said something. The name of the keyword or dialogue goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    Keyword(String),
    Dialogue(String),
    FirstContact,
    /// The contact looked at this page.
    PageVisit(String),
    /// The contact came by a link that said this.
    Referral(String),
    /// A button with this payload, none of our making, was tapped.
    Button(String),
    /// It is the first message of a session, inside or outside the opening hours.
    Hours,
    /// Nothing matched.
    NoAnswer,
    /// Nothing matched again and again: a human is offered.
    OfferedHuman,
    /// The question from before the interruption.
    AskedAgain,
    /// The answer was not of the kind asked for.
    NotUnderstood,
    /// The contact wanted no more questions.
    Cancelled,
    /// It is calling a human.
    CallingHuman,
    /// Nobody has come yet.
    StillCalling,
    /// Nobody comes for now: how may we reach the contact?
    AskingHowToReach,
    /// The contact has told how.
    Reached,
    /// A bot outside answered.
    OutsideBot,
}

impl Why {
    /// Lines about a person being called answer nothing, and are all that the bot says while one is waited for.
    pub fn is_about_calling(&self) -> bool {
        matches!(self, Why::CallingHuman | Why::StillCalling | Why::AskingHowToReach | Why::Reached)
    }
}

/// Why a human is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Urgent,
    NoAnswer,
    Asked,
    HotLead,
    BotFailed,
    Agent,
}

impl Reason {
    pub const ALL: [Reason; 6] =
        [Reason::Urgent, Reason::NoAnswer, Reason::Asked, Reason::HotLead, Reason::BotFailed, Reason::Agent];

    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Urgent => "urgent",
            Reason::NoAnswer => "no_answer",
            Reason::Asked => "asked",
            Reason::HotLead => "hot_lead",
            Reason::BotFailed => "bot_failed",
            Reason::Agent => "agent",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseMove {
    /// Somebody with the floor wrote again.
    Replied,
    /// An agent asked for more time.
    Extended,
    /// It ended with something unanswered, and this bot leaves that to humans.
    Kept,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiveBack {
    ByAgent,
    PauseEnded,
    /// The contact, waiting, asked for the bot.
    ByContact,
}

/// Why a conversation that was laid aside is back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Return {
    ByAgent,
    /// Whoever closed it takes that back: everything is as it was.
    Undone,
    ContactWrote,
    /// A person took it, or is wanted.
    FloorMoved,
    /// It was snoozed until now.
    TimeCame,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Receipt {
    Delivered,
    Read,
}
