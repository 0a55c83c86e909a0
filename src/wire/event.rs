//! How a conversation's events and its floor look on a screen: an agent's, in full.
//!
//! The visitor's widget gets a smaller view (`wire::webchat`), the store a versioned one (`wire::stored`).

use serde::{Deserialize, Serialize};

/// Where a reader of a conversation stands. The generation is the store's: it changes when a backup is restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Position {
    pub generation: String,
    pub seq: u64,
}

/// One event as a console shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EventView {
    pub seq: u64,
    pub at: u64,
    #[serde(flatten)]
    pub what: What,
}

/// What is known of the contact at `seq`, whatever part of the conversation is read. Of notes and pages the newest, those
/// first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AboutView {
    pub seq: u64,
    pub attributes: Vec<AnswerView>,
    pub notes: Vec<EventView>,
    pub pages: Vec<EventView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum What {
    ContactSaid {
        text: String,
        /// The contact tapped this choice rather than typing.
        tapped: bool,
        attachments: Vec<AttachmentView>,
        /// When the provider says it was written, if it says so.
        provider_at: Option<u64>,
    },
    /// The contact's message at `of` now says this; none: it was an older message, or one that never came.
    ContactEdited {
        of: Option<u64>,
        text: String,
    },
    /// The contact took the message at `of` back; none as above.
    ContactDeleted {
        of: Option<u64>,
    },
    /// The contact reacted to the message at `of`, theirs or ours, with an emoji or a word for one; `with` none: with
    /// nothing any more.
    ContactReacted {
        of: Option<u64>,
        with: Option<String>,
    },
    BotSaid {
        text: String,
        options: Vec<OptionView>,
        attachments: Vec<AttachmentView>,
        /// Why the bot said it, in words: `keyword “hours”`.
        why: String,
        /// The id of the trigger behind it.
        trigger: Option<String>,
        /// Where in the bot's document it stands: `quote.widgets[2]`.
        widget: Option<String>,
        /// The bot and the number of its version: `harbor@3`.
        version: Option<String>,
    },
    /// The bot went on in its dialogue without a word.
    BotMoved {
        trigger: Option<String>,
        widget: Option<String>,
        version: Option<String>,
    },
    /// Somebody else's system is asked; `call_ended` with this event's seq follows.
    CallOpened {
        /// Such as `GET https://crm.example/orders/7`, or the outside bot.
        whom: String,
        trigger: Option<String>,
        widget: Option<String>,
        version: Option<String>,
    },
    /// The call opened at `of` is made once more after a restart, and says so to whom it asks.
    CallRepeated {
        of: u64,
        attempt: u32,
    },
    /// The call opened at `of` was `answered`, has `failed` or was `cancelled`.
    CallEnded {
        of: u64,
        state: String,
        error: Option<String>,
    },
    /// `template`: the name of the one that it went out as.
    AgentSaid {
        agent: Who,
        text: String,
        attachments: Vec<AttachmentView>,
        template: Option<String>,
    },
    /// A person answered in another tool, such as the Page inbox.
    OutsideSaid {
        text: String,
    },
    Note {
        agent: Who,
        text: String,
    },
    TakenOver {
        by: Who,
        until: Option<u64>,
        /// A colleague gave it to them.
        given_by: Option<Who>,
    },
    PauseMoved {
        by: Who,
        until: Option<u64>,
        why: String,
    },
    GivenBack {
        by: Option<Who>,
        why: String,
    },
    /// The pause ends soon.
    PauseEnding {
        until: u64,
    },
    HandOff {
        reason: String,
        words: String,
        /// Nobody was there, and the contact was told so.
        closed: bool,
        trigger: Option<String>,
        widget: Option<String>,
        version: Option<String>,
    },
    /// The contact came by a link, an ad or a code that said this, and has said nothing yet.
    CameBy {
        link: String,
    },
    PageViewed {
        url: String,
        title: String,
    },
    /// `by`: the agent who wrote it down, if it was one; an empty value: it is forgotten.
    AttributeSet {
        name: String,
        value: String,
        by: Option<Who>,
        trigger: Option<String>,
        widget: Option<String>,
        version: Option<String>,
    },
    /// The contact got a label, or (not `on`) lost it; `by`: an agent, if it was not the bot.
    Labelled {
        label: String,
        on: bool,
        by: Option<Who>,
        trigger: Option<String>,
        widget: Option<String>,
        version: Option<String>,
    },
    /// The contact answered every question of a form.
    FormCompleted {
        form: String,
        answers: Vec<AnswerView>,
        trigger: Option<String>,
        widget: Option<String>,
        version: Option<String>,
    },
    /// Points of the contact's session; `hot`: with these they became a hot lead.
    Scored {
        points: i32,
        hot: bool,
        trigger: Option<String>,
        widget: Option<String>,
        version: Option<String>,
    },
    /// A trigger that acts once per session acts now, or at a time, or when the dialogue of the moment has ended.
    TriggerPulled {
        trigger: String,
        at: Option<u64>,
    },
    /// What became of our messages: `sent`, `delivered`, `read`, `failed`, `cancelled`, `unknown`, `queued` (again),
    /// `left` (failed or unknown, and an agent leaves it at that).
    Delivery {
        of: Vec<u64>,
        state: String,
        error: Option<String>,
        /// It is sent once more then, unless its arrival is seen before.
        again_at: Option<u64>,
    },
    /// The bot wanted to speak after it had lost the floor.
    Suppressed {
        what: String,
    },
    /// The system speaks to agents.
    Alert {
        text: String,
    },
    /// A letter to people: roles or addresses.
    EmailAlert {
        to: Vec<String>,
        cc: Vec<String>,
        reply_to: Option<String>,
        subject: String,
        body: String,
        /// In words: `the form “order” is complete`.
        why: String,
        trigger: Option<String>,
        widget: Option<String>,
        version: Option<String>,
    },
    /// The note at `of` names these agents, who are told.
    Mentioned {
        of: u64,
        agents: Vec<Who>,
    },
    /// Whose the conversation is from here on: an agent's (`to`), a team's, or (neither) nobody's in particular.
    Assigned {
        to: Option<Who>,
        team: Option<Who>,
        by: Who,
    },
    /// What became of the letter at `of`: `sent`, `queued` (again, at `again_at`), `unknown` (it may have arrived; with
    /// `again_at` it goes out once more then), `failed`; and what the mail server said.
    AlertState {
        of: u64,
        state: String,
        words: String,
        again_at: Option<u64>,
    },
    /// An agent ended the session; `floor`: who had the floor, which the bot has now.
    Closed {
        by: Who,
        floor: Option<Who>,
    },
    /// An agent laid the conversation aside.
    Snoozed {
        by: Who,
        until: u64,
    },
    /// A closed or snoozed conversation is back, because of `agent` (`by`), `undone` (whoever closed it took that back),
    /// `contact` (they wrote), `floor` (a person took it, or is wanted) or `time` (the snooze is over).
    Reopened {
        by: Option<Who>,
        why: String,
    },
    /// `none`, `low`, `normal`, `high` or `urgent`.
    Prioritised {
        by: Who,
        priority: String,
    },
    /// The contact is not listened to any more, or (not `on`) again.
    Blocked {
        by: Who,
        on: bool,
    },
    /// The contact wants no more messages: nothing can be sent.
    OptedOut {
        reason: String,
    },
    /// The contact wants messages again.
    OptedIn,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AttachmentView {
    /// `image`, `audio`, `video`, `file` or `other`.
    pub kind: String,
    pub url: String,
    pub name: String,
    /// How long it is, if the channel said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub bytes: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OptionView {
    pub id: String,
    pub label: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AnswerView {
    /// The attribute.
    pub name: String,
    pub value: String,
}

/// A person who acts: an agent (with id), somebody outside the console, or the system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Who {
    /// The agent's id; none for `outside` and `system`.
    pub id: Option<String>,
    pub name: String,
}

/// What the bot does when it gets the floor, or is doing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS, schemars::JsonSchema))]
pub struct NextView {
    /// `answers_last`, `stays_silent`, `waits`, `asks`, `asks_again`, `goes_on`, `goes_on_unanswered`, `goes_on_soon`,
    /// `has_offered_person`, `awaits_system`, `is_asked_outside`, `awaits_message`, or `in_words`.
    pub does: String,
    /// The question that is asked, the name of the dialogue that goes on, or the words; empty where there is none.
    pub of: String,
}

/// Who has the floor, and what is known about the conversation beside its events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Floor {
    /// `bot`, `waiting` or `human`.
    pub mode: String,
    pub turn: u64,
    /// Since when this mode holds.
    pub since: u64,
    /// When the bot comes back, in `human` mode; none: when somebody gives back.
    pub until: Option<u64>,
    /// Who has the floor, in `human` mode.
    pub by: Option<Who>,
    /// The agent whose it is: who has the floor, or else whom it is assigned to.
    pub assignee: Option<Who>,
    /// The team it is assigned to.
    pub team: Option<Who>,
    /// It is assigned to somebody, whoever has the floor.
    pub assigned: bool,
    /// Why a human is wanted, in `waiting` mode (and kept in `human`): `urgent`, `asked`, …
    pub reason: Option<String>,
    /// The contact's own words behind the reason.
    pub words: Option<String>,
    /// What the bot does when it gets the floor back, or is doing.
    pub next: NextView,
    /// The contact wrote and nobody has answered.
    pub unanswered: bool,
    /// The bot can answer it when it gets the floor: no person was called about it.
    #[serde(default)]
    pub answerable: bool,
    /// The contact is a hot lead in this session.
    pub hot: bool,
    /// How often others were alerted because nobody came, in `waiting` mode.
    pub alerts: usize,
    /// What the contact is labelled, in the order of the alphabet.
    pub labels: Vec<String>,
    /// When the contact's channel stops taking what bots say, and (`people_until`) what people say, unless the contact
    /// writes again; none: never.
    pub open_until: Option<u64>,
    pub people_until: Option<u64>,
    /// `open`, `snoozed` or `closed`.
    pub status: String,
    /// Until when it is snoozed.
    pub back_at: Option<u64>,
    /// `none`, `low`, `normal`, `high` or `urgent`.
    pub priority: String,
    /// The contact is not listened to.
    pub blocked: bool,
    /// The contact wants no messages: nothing can be sent until they do again.
    #[serde(default)]
    pub opted_out: bool,
    pub name: String,
    pub channel: String,
    pub account: String,
    pub bot: String,
    /// The last `seq` this is true for.
    pub seq: u64,
}
