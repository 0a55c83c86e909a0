//! What can be asked of a conversation, and how it says no.

use super::assigning::Assignee;
use super::bot::answers::Shape;
use super::call::{self, Answer};
use super::changes::Change;
use super::described::{ATTRIBUTES_MAX, Attribute, NAME_CHARS_MAX, VALUE_CHARS_MAX};
use super::event::{Agent, Receipt};
use super::ids::{Seq, Turn};
use super::label::{LABEL_CHARS_MAX, LABELS_MAX};
use super::message::{Attachment, Heard};
use super::priority::Priority;
use super::team::Team;
use super::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The contact wrote. A name comes along if the channel knows one.
    Hear {
        heard: Heard,
        provider_id: Option<String>,
        provider_at: Option<Timestamp>,
        name: Option<String>,
    },
    /// The contact edited or took back what the channel names `provider_id`, or reacted to it.
    Change {
        provider_id: String,
        change: Change,
        provider_at: Option<Timestamp>,
    },
    /// The channel says what the contact is called.
    Name {
        name: String,
    },
    /// The channel knows something about the contact. What is known already counts more.
    Learn {
        name: String,
        value: String,
    },
    /// The contact's own website says this of them.
    Describe {
        attributes: Vec<Attribute>,
    },
    /// The contact opened the chat without a word.
    Open,
    ViewPage {
        url: String,
        title: String,
    },
    /// The channel shows us a message from our side of the line. `of` is set when it carries our own mark.
    Echo {
        of: Option<Seq>,
        provider_id: String,
        text: String,
    },
    /// As `Echo`, without our mark: that we sent it is known, and not which message it is.
    OwnEcho {
        provider_id: String,
        text: String,
    },
    /// The contact wrote, while another program at the provider had the conversation.
    Overhear {
        heard: Heard,
        provider_id: Option<String>,
        provider_at: Option<Timestamp>,
    },
    /// The provider gave the conversation to us or (not `ours`) to another program.
    ThreadMoved {
        ours: bool,
        /// Who of us passed it on; none: it happened there.
        by: Option<Agent>,
    },
    /// Our messages named by `provider_ids`, or all that were sent until `watermark`, were delivered or read.
    Acknowledge {
        receipt: Receipt,
        provider_ids: Vec<String>,
        watermark: Option<Timestamp>,
    },
    /// The contact used a word that the provider acts on, and answers, by itself.
    TellProvider {
        word: ProviderWord,
        text: String,
        provider_id: Option<String>,
    },
    /// A message that went out did not arrive after all. `of` is set when the provider names it by our own mark;
    /// `opted_out`: the contact wants none.
    Bounce {
        of: Option<Seq>,
        provider_id: String,
        reason: String,
        opted_out: bool,
    },
    /// The visitor's own screen showed everything up to `seq`.
    Seen {
        seq: Seq,
    },
    /// `seen` is the last seq on the agent's screen; `anyway` sends whatever was said since. With something attached, the
    /// text may be empty.
    Reply {
        agent: Agent,
        text: String,
        attachment: Option<Attachment>,
        seen: Seq,
        anyway: bool,
    },
    /// As `Reply`, by a template of the account, with its values: at any time, also after the contact's window has closed.
    SendTemplate {
        agent: Agent,
        name: String,
        language: String,
        values: Vec<String>,
        seen: Seq,
        anyway: bool,
    },
    TakeOver {
        agent: Agent,
    },
    GiveBack {
        agent: Agent,
        /// Whether the bot answers what nobody has; none: as its setting says.
        answer: Option<bool>,
    },
    /// A colleague gets the floor, with words for the team or (empty) without.
    HandOver {
        agent: Agent,
        to: Agent,
        note: String,
    },
    Extend {
        agent: Agent,
        by: Extension,
    },
    Note {
        agent: Agent,
        text: String,
    },
    /// The contact gets a label, or loses it.
    Label {
        agent: Agent,
        label: String,
        on: bool,
    },
    Resend {
        agent: Agent,
        of: Seq,
    },
    /// A failed or uncertain message stays as it is, for good; without an agent, because it is too old.
    Leave {
        agent: Option<Agent>,
        of: Seq,
    },
    /// A bot outside says something under `turn`, perhaps about an open call.
    BotAnswer {
        turn: Turn,
        call: Option<Seq>,
        answer: Answer,
    },
    /// What came of a call that was opened under `turn`.
    Called {
        call: Seq,
        turn: Turn,
        outcome: call::Outcome,
    },
    /// The call is open, and whoever made it is gone.
    CallAgain {
        call: Seq,
    },
    /// Time has passed: whatever is due happens.
    DeadlinePassed,
    /// What became of trying to send `of`.
    Outcome {
        of: Seq,
        outcome: Outcome,
    },
    /// What became of the try with this number to send the alert `of`.
    AlertOutcome {
        of: Seq,
        attempt: u32,
        outcome: Outcome,
    },
    /// The store found these unsent when a human took over.
    Withdraw {
        of: Vec<Seq>,
    },
    /// The conversation failed again and again: leave it to humans.
    Park {
        why: String,
    },
    /// It is this agent's or this team's from now on; none: nobody's in particular.
    Assign {
        agent: Agent,
        to: Option<Assignee>,
    },
    /// A team gets it: the first who claims it has the floor. Words as of `HandOver`.
    HandOverToTeam {
        agent: Agent,
        to: Team,
        note: String,
    },
    /// A note that names colleagues: they are told.
    NoteTo {
        agent: Agent,
        text: String,
        mentioned: Vec<Agent>,
        /// By letter, too: there is somebody who takes letters.
        letter: bool,
    },
    /// As `TakeOver`, unless a colleague has the floor.
    Claim {
        agent: Agent,
    },
    /// The session ends, and the conversation leaves the lists.
    Close {
        agent: Agent,
    },
    /// The conversation leaves the lists until a time.
    Snooze {
        agent: Agent,
        until: Timestamp,
    },
    /// It is back in the lists. `undo`: the agent takes back that they closed it just now.
    Reopen {
        agent: Agent,
        undo: bool,
    },
    Prioritise {
        agent: Agent,
        priority: Priority,
    },
    /// The contact is not listened to any more, or (not `on`) again.
    Block {
        agent: Agent,
        on: bool,
    },
    /// An agent writes down what is known of the contact; an empty value forgets it.
    SetAttribute {
        agent: Agent,
        name: String,
        value: String,
    },
}

impl Command {
    /// Asked twice, the second time finds nothing left to do, for the log itself shows it. Others need a key for that.
    pub fn proves_itself(&self) -> bool {
        match self {
            Self::DeadlinePassed
            | Self::Withdraw { .. }
            | Self::Name { .. }
            | Self::Learn { .. }
            | Self::Describe { .. } => true,
            Self::Outcome { outcome, .. } => {
                matches!(outcome, Outcome::Sent { .. } | Outcome::Refused { .. } | Outcome::OptedOut { .. })
            }
            _ => false,
        }
    }

    /// So common and of so little weight, or asked again so soon, that a refusal may be one by an owner who was relieved
    /// and does not know it yet.
    pub fn is_slight(&self) -> bool {
        matches!(
            self,
            Self::Open
                | Self::Name { .. }
                | Self::Learn { .. }
                | Self::Describe { .. }
                | Self::ViewPage { .. }
                | Self::Seen { .. }
                | Self::DeadlinePassed
        )
    }
}

/// What a contact asks of a provider that keeps lists of its own: carriers of short messages demand it, and apps have a
/// button for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderWord {
    /// No more messages.
    Stop,
    /// Messages again.
    Start,
    /// As `Start`, to who has opted out; to anybody else, an answer like any other.
    Yes,
    Help,
    /// No word at all: the contact has switched us off, or on again, at the provider.
    Block,
    Unblock,
}

/// How far an agent moves the end of a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extension {
    /// From the present end.
    Minutes(u32),
    /// Tomorrow at nine in this IANA time zone.
    TomorrowIn(String),
    UntilResumed,
}

/// What became of one try to send a message, or an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// `provider_id`: how the provider names it, or what the mail server said.
    Sent { provider_id: String },
    /// It certainly did not go out; try again at `at`.
    NotSent { at: Timestamp, reason: String },
    /// Trying again changes nothing.
    Refused { reason: String },
    /// The contact wants no messages. Trying again changes nothing until they say otherwise.
    OptedOut { reason: String },
    /// It may have gone out. Unless its arrival is seen by then, try once more at `again_at`, if the account wants that.
    Unknown { again_at: Timestamp, reason: String },
}

/// Why a command does nothing. Ordinary life: it came late, or cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the bot already has the floor")]
    BotHasTheFloor,
    #[error("{0} already has the floor")]
    AlreadyTaken(String),
    #[error("there is no pause to extend: the bot has the floor")]
    NoPause,
    #[error("the pause has no end already; give back to end it")]
    NoEndToMove,
    #[error("somebody has spoken to the contact since")]
    Superseded { since: Vec<Seq> },
    #[error("the message is empty")]
    Empty,
    #[error("the message is longer than {limit} characters")]
    TooLong { limit: usize },
    #[error("a pause can be moved by 1 to 10080 minutes")]
    BadMinutes,
    #[error("“{0}” is not a time zone")]
    UnknownZone(String),
    #[error("a label has 1 to {LABEL_CHARS_MAX} characters, all on one line")]
    BadLabel,
    #[error("a contact carries at most {LABELS_MAX} labels; take one off first")]
    TooManyLabels,
    #[error("of a contact at most {ATTRIBUTES_MAX} attributes are kept")]
    TooManyAttributes,
    #[error(
        "an attribute has a name of 1 to {NAME_CHARS_MAX} characters and a value of at most {VALUE_CHARS_MAX}, each on one line"
    )]
    BadAttribute,
    #[error("{}", wanted(.0))]
    NotOfKind(Shape),
    #[error("message {0} is not one that can be sent again")]
    NotResendable(Seq),
    #[error("nothing can be sent: {0}. The contact has to write START first")]
    OptedOut(String),
    #[error("it is too long since the contact last wrote: the channel takes nothing more until they do")]
    WindowClosed,
    #[error("this account has no such template")]
    NoSuchTemplate,
    #[error("the template takes {takes} values, each with 1 to 200 characters")]
    BadValues { takes: usize },
    #[error("nothing is due")]
    NothingDue,
    #[error("nothing changes by that")]
    NothingNew,
    #[error("this was refused before, and stays refused; ask for it anew")]
    RefusedBefore,
    #[error("the conversation is closed; reopen it first")]
    IsClosed,
    #[error("a conversation is snoozed until a time to come, at most a year ahead")]
    BadTime,
    #[error("that can no longer be taken back")]
    TooLate,
    #[error("the contact is blocked; unblock them first")]
    IsBlocked,
}

impl Refusal {
    /// A short name for programs; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::BotHasTheFloor => "bot_has_the_floor",
            Refusal::AlreadyTaken(_) => "already_taken",
            Refusal::NoPause => "no_pause",
            Refusal::NoEndToMove => "no_end_to_move",
            Refusal::Superseded { .. } => "superseded",
            Refusal::Empty => "empty",
            Refusal::TooLong { .. } => "too_long",
            Refusal::BadMinutes => "bad_minutes",
            Refusal::UnknownZone(_) => "unknown_zone",
            Refusal::BadLabel => "bad_label",
            Refusal::TooManyLabels => "too_many_labels",
            Refusal::TooManyAttributes => "too_many_attributes",
            Refusal::BadAttribute => "bad_attribute",
            Refusal::NotOfKind(shape) => match shape {
                Shape::Text => "bad_attribute",
                Shape::Email => "not_an_email",
                Shape::Number => "not_a_number",
                Shape::Phone => "not_a_phone",
                Shape::Url => "not_a_url",
                Shape::Date => "not_a_date",
                Shape::Choice => "not_a_choice",
                Shape::YesNo => "not_yes_or_no",
            },
            Refusal::NotResendable(_) => "not_resendable",
            Refusal::OptedOut(_) => "opted_out",
            Refusal::WindowClosed => "window_closed",
            Refusal::NoSuchTemplate => "no_such_template",
            Refusal::BadValues { .. } => "bad_values",
            Refusal::NothingDue => "nothing_due",
            Refusal::NothingNew => "nothing_new",
            Refusal::RefusedBefore => "refused_before",
            Refusal::IsClosed => "is_closed",
            Refusal::BadTime => "bad_time",
            Refusal::TooLate => "too_late",
            Refusal::IsBlocked => "is_blocked",
        }
    }
}

/// What an attribute takes that was given something else.
fn wanted(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text => "this attribute takes words",
        Shape::Email => "this attribute takes an e-mail address",
        Shape::Number => "this attribute takes a number",
        Shape::Phone => "this attribute takes a phone number of 5 to 15 digits",
        Shape::Url => "this attribute takes a web address",
        Shape::Date => "this attribute takes a date, such as 2026-03-04",
        Shape::Choice => "this attribute takes one of its choices",
        Shape::YesNo => "this attribute takes yes or no",
    }
}
