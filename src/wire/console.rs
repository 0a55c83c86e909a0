//! What a console and the server say to each other over the websocket at `/console/socket`.
//!
//! A console sends [`Asked`]: an ask with a `ref` of its own choosing, which the answer repeats. The server
//! sends [`Tell`]: answers, and what happens in the conversations and lists the console watches. Every
//! event of a watched conversation arrives once and in order, or a `reset` says to start afresh.
//!
//! Times are milliseconds since 1970 (UTC) by the server's clock; `hello` and `pong` carry `now`, so that a
//! console can count down without trusting its own.

use serde::{Deserialize, Serialize};

use super::event::{AboutView, EventView, Floor, Position};

/// One ask of a console. `ref` ties the answer to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Asked {
    #[serde(rename = "ref")]
    pub reference: u64,
    #[serde(flatten)]
    pub ask: Ask,
}

/// What a console may ask. Commands carry `cid`, a UUID chosen by the console: asking again under the same
/// `cid` has no second effect and gets the first answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Ask {
    /// Watch the inbox lists; asked again, it changes the window. At most 200 rows per group. With a `reason` (`urgent`,
    /// `no_answer`, `asked`, `hot_lead`, `bot_failed`, `agent`), only the conversations for which a human was wanted so.
    Inbox {
        window: u32,
        #[serde(default)]
        reason: Option<String>,
    },
    /// Watch a conversation, from the beginning of its newest part or after a known position.
    Watch {
        conversation: String,
        after: Option<Position>,
    },
    Unwatch {
        conversation: String,
    },
    /// Write to the contact; takes over. `seen` is the last `seq` the screen showed (rule 16); `anyway` sends although
    /// somebody else has spoken since.
    Reply {
        conversation: String,
        cid: String,
        text: String,
        /// The key of a file that was uploaded (`POST /api/v1/uploads`); with one, the text may be empty.
        #[serde(default)]
        attachment: Option<String>,
        seen: u64,
        #[serde(default)]
        anyway: bool,
    },
    /// Write to the contact by a template of the account (`GET /api/v1/accounts/{account}/templates`), with a value for
    /// each of its places; takes over. It goes out also when nothing else does any more. `seen` and `anyway`: as in `reply`.
    Template {
        conversation: String,
        cid: String,
        template: String,
        language: String,
        #[serde(default)]
        values: Vec<String>,
        seen: u64,
        #[serde(default)]
        anyway: bool,
    },
    TakeOver {
        conversation: String,
        cid: String,
    },
    /// `answer`: whether the bot answers what nobody has; without it, as the bot's setting says.
    GiveBack {
        conversation: String,
        cid: String,
        #[serde(default)]
        answer: Option<bool>,
    },
    /// A colleague (`to`: their id) gets the floor, with words for the team or (empty) without.
    HandOver {
        conversation: String,
        cid: String,
        to: String,
        #[serde(default)]
        note: String,
    },
    Extend {
        conversation: String,
        cid: String,
        by: Extension,
    },
    /// A line only the team sees. Moves nothing. Colleagues and teams that it names after an `@` are told.
    Note {
        conversation: String,
        cid: String,
        text: String,
    },
    /// Put a label on the contact, or (not `on`) take it off: up to 40 characters, capitals do not matter. Moves nothing.
    Label {
        conversation: String,
        cid: String,
        label: String,
        on: bool,
    },
    /// Send a failed or uncertain message again.
    Resend {
        conversation: String,
        cid: String,
        of: u64,
    },
    /// Leave a failed or uncertain message as it is: nobody has to look at it any more, and it is never sent again.
    Leave {
        conversation: String,
        cid: String,
        of: u64,
    },
    /// The conversation is this agent's (`agent`: their id) or this team's from now on; with neither, nobody's in
    /// particular. Where a colleague has the floor, it moves along.
    Assign {
        conversation: String,
        cid: String,
        #[serde(default)]
        agent: Option<String>,
        #[serde(default)]
        team: Option<String>,
    },
    /// A team gets the conversation, whoever had it, with words for it or (empty) without: the first who claims it has the
    /// floor.
    HandOverToTeam {
        conversation: String,
        cid: String,
        team: String,
        #[serde(default)]
        note: String,
    },
    /// As `take_over`, unless a colleague has the floor: of two who ask at once, one is refused, and told by whom.
    Claim {
        conversation: String,
        cid: String,
    },
    /// End the session: the conversation leaves the lists, whoever had the floor has it no more, and the bot, which gets it,
    /// says nothing. It comes back when the contact writes.
    Close {
        conversation: String,
        cid: String,
    },
    /// Out of the lists until a time, at most a year ahead, or until the contact writes. Who may speak stays as it is.
    Snooze {
        conversation: String,
        cid: String,
        until: u64,
    },
    /// A closed or snoozed conversation is back in the lists. `undo`, for a minute, by whoever closed it, while nothing was
    /// said since: all is as it was before, the floor too.
    Reopen {
        conversation: String,
        cid: String,
        #[serde(default)]
        undo: bool,
    },
    /// How urgent the agent judges it. Moves nothing.
    Prioritise {
        conversation: String,
        cid: String,
        priority: PriorityIs,
    },
    /// For supervisors: the contact is not listened to any more, or (not `on`) again. What they write is kept, and neither
    /// answered nor listed. Blocking closes the conversation.
    Block {
        conversation: String,
        cid: String,
        on: bool,
    },
    /// Write down what is known of the contact, by the attribute's name; an empty value forgets it. Moves nothing.
    SetAttribute {
        conversation: String,
        cid: String,
        name: String,
        value: String,
    },
    /// A screen that somebody looks at has shown everything up to `seq`: nobody need be told of it as unread. Needs no
    /// second try.
    Seen {
        conversation: String,
        seq: u64,
    },
    /// Nobody need be told of it as unread, though no screen has shown it.
    MarkRead {
        conversation: String,
        cid: String,
    },
    /// What the contact wrote from the line `from` on is unread again, or the last `count` of it; without either, the last.
    MarkUnread {
        conversation: String,
        cid: String,
        #[serde(default)]
        from: Option<u64>,
        #[serde(default)]
        count: Option<u32>,
    },
    /// The agent writes to the contact of a watched conversation. Enough every three seconds; more than one in two is
    /// passed over.
    Typing {
        conversation: String,
    },
    Ping,
}

/// How urgent a conversation is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum PriorityIs {
    None,
    Low,
    Normal,
    High,
    Urgent,
}

/// How far a pause is moved.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Extension {
    /// Minutes more, counted from the present end; 1 to 10 080 (a week).
    Minutes(u32),
    /// Until tomorrow 9:00 in this IANA time zone.
    TomorrowIn(String),
    /// No end, until somebody gives back.
    UntilResumed,
}

/// What the server tells a console.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Tell {
    /// The first frame.
    Hello {
        version: String,
        now: u64,
        me: Me,
    },
    Pong {
        #[serde(rename = "ref")]
        reference: u64,
        now: u64,
    },
    /// The ask was understood; for `watch` and `inbox`, the frames follow.
    Ok {
        #[serde(rename = "ref")]
        reference: u64,
    },
    /// A command took effect (or had before): `seq` is its last event.
    Done {
        #[serde(rename = "ref")]
        reference: u64,
        cid: String,
        seq: u64,
    },
    /// A command came too late or cannot be: `text` says why, in words for the agent. For the code `superseded`,
    /// `said` is what was said since.
    Refused {
        #[serde(rename = "ref")]
        reference: u64,
        code: String,
        text: String,
        said: Vec<EventView>,
    },
    /// The ask could not be handled: bad input, or the server is in trouble. Without `ref` the frame was unreadable.
    Error {
        #[serde(rename = "ref")]
        reference: Option<u64>,
        code: String,
        text: String,
    },
    /// New events of a watched conversation, continuing exactly where the last ones ended.
    Events {
        conversation: String,
        generation: String,
        events: Vec<EventView>,
        floor: Floor,
    },
    /// Forget what was known of this conversation: here is its newest part. `more` says that older events exist; `about` is
    /// what the whole of it tells about the contact.
    Reset {
        conversation: String,
        generation: String,
        events: Vec<EventView>,
        floor: Floor,
        more: bool,
        about: AboutView,
    },
    /// Somebody else is at a watched conversation: `who` is `agent`, `contact` or `bot`, `does` is `views`, `types` or
    /// `left`. It holds for `lasts` milliseconds, unless it is repeated; `screen` tells two screens of one agent apart.
    Presence {
        conversation: String,
        screen: String,
        who: String,
        agent: Option<String>,
        name: Option<String>,
        does: String,
        lasts: u64,
    },
    /// What changed in the lists. `fresh` says to forget all rows first.
    Inbox {
        fresh: bool,
        rows: Vec<Row>,
        gone: Vec<String>,
        counts: Counts,
    },
    /// A note names the agent: `GET /api/v1/mentions` has which.
    Mentioned,
    /// Something is wrong that every agent should know, e.g. `storage`; shown until `trouble_over` with the same code.
    Trouble {
        code: String,
        text: String,
    },
    TroubleOver {
        code: String,
    },
}

/// The signed-in agent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Me {
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: String,
}

/// One conversation in the lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Row {
    pub conversation: String,
    /// The contact's name, or how the channel names them.
    pub name: String,
    /// The last words said by anyone, shortened to 120 characters; empty before the first.
    pub last_text: String,
    /// `contact`, `bot`, `agent` or `outside`.
    pub last_by: String,
    pub last_at: u64,
    /// What the contact wrote since a person or the bot last answered.
    pub unanswered: u32,
    /// What the contact wrote and nobody of us has seen on a screen, answered or not; null: not known yet.
    pub unread: Option<u32>,
    /// A delivery failed or is uncertain, and nothing was delivered since.
    pub trouble: bool,
    pub floor: Floor,
    /// The last `seq`: of two rows of one conversation the higher is newer.
    pub seq: u64,
}

/// How many conversations are in each group, beyond the window too; of one reason, if only those are watched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Counts {
    pub waiting: u64,
    pub mine: u64,
    pub others: u64,
    pub bot: u64,
    /// Laid aside, for whatever reason a human was wanted.
    pub snoozed: u64,
    pub closed: u64,
    pub blocked: u64,
    /// How many wait for what reason, whatever is watched.
    pub reasons: ReasonCounts,
}

/// How many conversations wait for a human, by the reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS, schemars::JsonSchema))]
pub struct ReasonCounts {
    pub urgent: u64,
    pub no_answer: u64,
    pub asked: u64,
    pub hot_lead: u64,
    pub bot_failed: u64,
    pub agent: u64,
}
