//! An event as it is stored. Read beside `domain::event`, which says what each means.

mod convert;

use serde::{Deserialize, Serialize};

use super::alert::{Alert, Fate};
use super::bot::{Later, Origin, Place, Why};
use super::calls::{Ask, Ending};
use super::changes::Change;
use super::parts::{Agent, Attachment, Heard, Line, Reason, Speaker, Team, Template, Text};
use super::why::{GiveBack, PauseMove, Priority, Receipt, Return};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event<'a> {
    ContactSaid {
        #[serde(borrow)]
        heard: Heard<'a>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        provider_id: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider_at: Option<u64>,
    },
    ToldProvider {
        #[serde(borrow)]
        text: Text<'a>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        provider_id: Option<Text<'a>>,
    },
    OptedOut {
        #[serde(borrow)]
        reason: Text<'a>,
    },
    OptedIn,
    ContactChanged {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<u64>,
        #[serde(borrow)]
        provider_id: Text<'a>,
        #[serde(borrow)]
        change: Change<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider_at: Option<u64>,
    },
    ContactNamed {
        #[serde(borrow)]
        name: Text<'a>,
    },
    PageViewed {
        #[serde(borrow)]
        url: Text<'a>,
        #[serde(borrow)]
        title: Text<'a>,
    },
    AttributeSet {
        #[serde(borrow)]
        name: Text<'a>,
        #[serde(borrow)]
        value: Text<'a>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        by: Option<Agent<'a>>,
        #[serde(default, borrow, skip_serializing_if = "Origin::is_empty")]
        from: Origin<'a>,
    },
    Labelled {
        #[serde(borrow)]
        label: Text<'a>,
        on: bool,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        by: Option<Agent<'a>>,
        #[serde(default, borrow, skip_serializing_if = "Origin::is_empty")]
        from: Origin<'a>,
    },
    FormCompleted {
        #[serde(borrow)]
        form: Text<'a>,
        #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
        answers: Vec<(Text<'a>, Text<'a>)>,
        #[serde(default, borrow, skip_serializing_if = "Origin::is_empty")]
        from: Origin<'a>,
    },
    Scored {
        points: i32,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        hot: bool,
        #[serde(default, borrow, skip_serializing_if = "Origin::is_empty")]
        from: Origin<'a>,
    },
    Pulled {
        #[serde(borrow)]
        trigger: Text<'a>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        later: Option<Later<'a>>,
    },
    BotSaid {
        #[serde(borrow)]
        line: Line<'a>,
        #[serde(borrow)]
        why: Why<'a>,
        #[serde(default, borrow, skip_serializing_if = "Origin::is_empty")]
        from: Origin<'a>,
        #[serde(borrow)]
        then: Place<'a>,
        turn: u64,
    },
    BotMoved {
        #[serde(default, borrow, skip_serializing_if = "Origin::is_empty")]
        from: Origin<'a>,
        #[serde(borrow)]
        then: Place<'a>,
    },
    CallOpened {
        #[serde(borrow)]
        ask: Ask<'a>,
        due: u64,
        #[serde(default, borrow, skip_serializing_if = "Origin::is_empty")]
        from: Origin<'a>,
        #[serde(borrow)]
        then: Place<'a>,
        turn: u64,
    },
    CallRepeated {
        call: u64,
        attempt: u32,
    },
    CallEnded {
        call: u64,
        #[serde(borrow)]
        how: Ending<'a>,
    },
    AgentSaid {
        #[serde(borrow)]
        agent: Agent<'a>,
        #[serde(borrow)]
        text: Text<'a>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        attachment: Option<Attachment<'a>>,
        turn: u64,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        template: Option<Template<'a>>,
    },
    OutsideSaid {
        #[serde(borrow)]
        text: Text<'a>,
        #[serde(borrow)]
        provider_id: Text<'a>,
    },
    NoteAdded {
        #[serde(borrow)]
        agent: Agent<'a>,
        #[serde(borrow)]
        text: Text<'a>,
    },
    HandedOff {
        reason: Reason,
        #[serde(borrow)]
        words: Text<'a>,
        #[serde(borrow)]
        then: Place<'a>,
        #[serde(default, borrow, skip_serializing_if = "Origin::is_empty")]
        from: Origin<'a>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        closed: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<u64>,
    },
    Climbed {
        rungs: usize,
        #[serde(borrow)]
        text: Text<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<u64>,
    },
    TakenOver {
        #[serde(borrow)]
        by: Speaker<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<u64>,
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        given_by: Option<Agent<'a>>,
    },
    PauseMoved {
        #[serde(borrow)]
        by: Speaker<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<u64>,
        why: PauseMove,
    },
    PauseEnding {
        until: u64,
    },
    GivenBack {
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        by: Option<Agent<'a>>,
        why: GiveBack,
        #[serde(borrow)]
        then: Place<'a>,
    },
    Sent {
        of: u64,
        #[serde(borrow)]
        provider_id: Text<'a>,
    },
    Received {
        of: Vec<u64>,
        receipt: Receipt,
    },
    Retrying {
        of: u64,
        at: u64,
        #[serde(borrow)]
        reason: Text<'a>,
    },
    Uncertain {
        of: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again_at: Option<u64>,
        #[serde(borrow)]
        reason: Text<'a>,
    },
    Failed {
        of: u64,
        #[serde(borrow)]
        reason: Text<'a>,
    },
    Bounced {
        of: u64,
        #[serde(borrow)]
        reason: Text<'a>,
    },
    Withdrawn {
        of: Vec<u64>,
    },
    SendingAgain {
        of: u64,
        #[serde(borrow)]
        by: Agent<'a>,
    },
    LeftBe {
        of: u64,
        /// None: it was too old.
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        by: Option<Agent<'a>>,
    },
    Suppressed {
        #[serde(borrow)]
        text: Text<'a>,
        turn: u64,
    },
    Alerted {
        #[serde(borrow)]
        text: Text<'a>,
    },
    AlertQueued {
        #[serde(borrow)]
        alert: Alert<'a>,
        #[serde(default, borrow, skip_serializing_if = "Origin::is_empty")]
        from: Origin<'a>,
    },
    AlertTried {
        of: u64,
        attempt: u32,
        #[serde(borrow)]
        fate: Fate<'a>,
    },
    Mentioned {
        of: u64,
        #[serde(borrow)]
        agents: Vec<Agent<'a>>,
        #[serde(borrow)]
        by: Agent<'a>,
    },
    Assigned {
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        agent: Option<Agent<'a>>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        team: Option<Team<'a>>,
        #[serde(borrow)]
        by: Agent<'a>,
    },
    Closed {
        #[serde(borrow)]
        by: Agent<'a>,
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        floor: Option<Speaker<'a>>,
    },
    Snoozed {
        #[serde(borrow)]
        by: Agent<'a>,
        until: u64,
    },
    Reopened {
        #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
        by: Option<Agent<'a>>,
        why: Return,
    },
    Prioritised {
        #[serde(borrow)]
        by: Agent<'a>,
        priority: Priority,
    },
    Blocked {
        #[serde(borrow)]
        by: Agent<'a>,
        on: bool,
    },
}
