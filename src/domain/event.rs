//! What can happen in a conversation. The log of these is the conversation.

use std::fmt;

use super::alert::{Alert, Fate};
use super::call::{Ask, Ending};
use super::changes::Change;
use super::ids::{AgentId, BotVersion, Seq, Turn};
use super::label::Label;
use super::message::{Attachment, Heard, Line};
use super::priority::Priority;
use super::team::Team;
use super::template::Filled;
use super::time::Timestamp;
pub use super::why::{GiveBack, PauseMove, Reason, Receipt, Return, Why};

/// Something that happened in a conversation, in the order it was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The contact wrote; `provider_id` is how the channel names the message, `provider_at` when it says it was written.
    ContactSaid {
        heard: Heard,
        provider_id: Option<String>,
        provider_at: Option<Timestamp>,
    },
    /// The contact used a word that the provider acts on, and answers, by itself. It is for nobody here to answer.
    ToldProvider {
        text: String,
        provider_id: Option<String>,
    },
    /// The contact wants no messages: none goes out until they opt in.
    OptedOut {
        reason: String,
    },
    OptedIn,
    /// The contact changed something about the message `of`, theirs or ours; none: about one we do not remember, or never
    /// heard of. `provider_id` is how the channel names it.
    ContactChanged {
        of: Option<Seq>,
        provider_id: String,
        change: Change,
        provider_at: Option<Timestamp>,
    },
    /// The channel told us the contact's name.
    ContactNamed {
        name: String,
    },
    /// The contact looked at a page of the website.
    PageViewed {
        url: String,
        title: String,
    },
    /// A value about the contact became known, for instance by a form, or (`by`) an agent wrote it down; empty: it is forgotten.
    AttributeSet {
        name: String,
        value: String,
        by: Option<Agent>,
        from: Origin,
    },
    /// The contact got a label, or (not `on`) lost it: by an agent, or by the bot.
    Labelled {
        label: Label,
        on: bool,
        by: Option<Agent>,
        from: Origin,
    },
    /// Every question of a form was asked; these are the answers by their attributes.
    FormCompleted {
        form: String,
        answers: Vec<(String, String)>,
        from: Origin,
    },
    /// The contact did something that a buyer does. `hot`: with it they became a hot lead, once per session.
    Scored {
        points: i32,
        hot: bool,
        from: Origin,
    },
    /// A trigger that acts once per session acts, now or later.
    Pulled {
        trigger: String,
        later: Option<Later>,
    },
    /// The bot spoke under `turn`; afterwards it stands at `then`.
    BotSaid {
        line: Line,
        why: Why,
        from: Origin,
        then: Place,
        turn: Turn,
    },
    /// The bot went on without a word.
    BotMoved {
        from: Origin,
        then: Place,
    },
    /// Somebody else's system is asked under `turn`, and has until `due`; the bot stands at `then` meanwhile.
    CallOpened {
        ask: Ask,
        due: Timestamp,
        from: Origin,
        then: Place,
        turn: Turn,
    },
    /// It is asked once more, and told so: nobody knows whether the try before went out.
    CallRepeated {
        call: Seq,
        attempt: u32,
    },
    CallEnded {
        call: Seq,
        how: Ending,
    },
    /// `template`: it goes out as one that the channel approved beforehand; `text` is what the contact reads.
    AgentSaid {
        agent: Agent,
        text: String,
        attachment: Option<Attachment>,
        turn: Turn,
        template: Option<Filled>,
    },
    /// A person answered in another tool, such as the Page inbox.
    OutsideSaid {
        text: String,
        provider_id: String,
    },
    /// A line only the team sees.
    NoteAdded {
        agent: Agent,
        text: String,
    },
    /// A human is wanted. `next`: when the ladder is climbed unless somebody takes over; `closed`: nobody is there until
    /// then.
    HandedOff {
        reason: Reason,
        words: String,
        then: Place,
        from: Origin,
        closed: bool,
        next: Option<Timestamp>,
    },
    /// Nobody took over in time: `rungs` of the ladder are climbed now, others are alerted, and `next` is when to go on.
    Climbed {
        rungs: usize,
        text: String,
        next: Option<Timestamp>,
    },
    /// A human has the floor from here on: they took it, or a colleague gave it to them. The bot's unsent messages are void.
    TakenOver {
        by: Speaker,
        until: Option<Timestamp>,
        given_by: Option<Agent>,
    },
    /// The pause now ends at another time.
    PauseMoved {
        by: Speaker,
        until: Option<Timestamp>,
        why: PauseMove,
    },
    /// The pause ends in five minutes.
    PauseEnding {
        until: Timestamp,
    },
    /// The bot has the floor again and stands at `then`.
    GivenBack {
        by: Option<Agent>,
        why: GiveBack,
        then: Place,
    },
    /// The provider took our message `of`.
    Sent {
        of: Seq,
        provider_id: String,
    },
    /// Messages of ours reached the contact, or were read.
    Received {
        of: Vec<Seq>,
        receipt: Receipt,
    },
    /// The provider did not take it; it will be tried again at `at`.
    Retrying {
        of: Seq,
        at: Timestamp,
        reason: String,
    },
    /// It may have arrived. With `again_at` it is sent once more then, flagged, unless its arrival is seen before.
    Uncertain {
        of: Seq,
        again_at: Option<Timestamp>,
        reason: String,
    },
    /// The provider refused it for good.
    Failed {
        of: Seq,
        reason: String,
    },
    /// It was sent and, as the provider says now, did not arrive.
    Bounced {
        of: Seq,
        reason: String,
    },
    /// Bot messages that were not yet on their way when a human took over. They are never sent.
    Withdrawn {
        of: Vec<Seq>,
    },
    /// An agent sends a failed or uncertain message again.
    SendingAgain {
        of: Seq,
        by: Agent,
    },
    /// A failed or uncertain message is left as it is, by an agent, or (none) by its age: nobody has to look at it any more.
    LeftBe {
        of: Seq,
        by: Option<Agent>,
    },
    /// A bot outside wanted to speak under a turn that had passed.
    Suppressed {
        text: String,
        turn: Turn,
    },
    /// The system speaks to the agents.
    Alerted {
        text: String,
    },
    /// People are to be told by e-mail.
    AlertQueued {
        alert: Box<Alert>,
        from: Origin,
    },
    /// What became of a try to send the alert `of`.
    AlertTried {
        of: Seq,
        attempt: u32,
        fate: Fate,
    },
    /// The note `of` names these, who are told.
    Mentioned {
        of: Seq,
        agents: Vec<Agent>,
        by: Agent,
    },
    /// Whose the conversation is from here on; both none: nobody's in particular.
    Assigned {
        agent: Option<Agent>,
        team: Option<Team>,
        by: Agent,
    },
    /// An agent ends the session: the conversation leaves the lists, and the bot gets the floor without a word. `floor`: who
    /// had it, if it was somebody.
    Closed {
        by: Agent,
        floor: Option<Speaker>,
    },
    /// An agent lays the conversation aside until a time.
    Snoozed {
        by: Agent,
        until: Timestamp,
    },
    /// A closed or snoozed conversation is in the lists again; `by`: an agent, if one brought it back.
    Reopened {
        by: Option<Agent>,
        why: Return,
    },
    Prioritised {
        by: Agent,
        priority: Priority,
    },
    /// From here on (or, not `on`, no longer) the contact is not listened to.
    Blocked {
        by: Agent,
        on: bool,
    },
}

impl Event {
    /// What made the bot do it, if it was the bot's doing.
    pub fn origin(&self) -> Option<&Origin> {
        match self {
            Event::AttributeSet { from, .. }
            | Event::Labelled { from, .. }
            | Event::FormCompleted { from, .. }
            | Event::Scored { from, .. }
            | Event::BotSaid { from, .. }
            | Event::BotMoved { from, .. }
            | Event::CallOpened { from, .. }
            | Event::HandedOff { from, .. }
            | Event::AlertQueued { from, .. } => Some(from),
            _ => None,
        }
    }
}

/// An agent, as the log remembers them: names change, the log does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    pub id: AgentId,
    pub name: String,
}

/// Who holds the floor or moves a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Speaker {
    Agent(Agent),
    /// A person in another tool.
    Outside,
    /// Nobody yet: the system parked the conversation with the humans.
    System,
}

/// Where the bot stands in its dialogues.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Place {
    /// It waits for a trigger.
    #[default]
    Idle,
    /// It has asked the question at this step and waits for the answer.
    Asking(Step),
    /// It was interrupted, and goes on from this step when it speaks next.
    Interrupted(Step),
    /// It has offered a human and waits for a yes.
    OfferedHuman,
    /// It goes on from this step at `until`, or as soon as the contact writes.
    Delayed { step: Step, until: Timestamp },
    /// The call at this step is open.
    Calling(Step),
    /// The call at this step was cut off. It is not made again, for it may have done its work; it counts as failed when
    /// the bot speaks next.
    CutOff(Step),
}

impl Place {
    /// What becomes of it when the floor changes hands: a question that was open is asked again later, a delay is over.
    pub fn interrupted(self) -> Self {
        match self {
            Place::Asking(step) | Place::Delayed { step, .. } => Place::Interrupted(step),
            Place::Calling(step) => Place::CutOff(step),
            Place::OfferedHuman => Place::Idle,
            Place::Idle | Place::Interrupted(_) | Place::CutOff(_) => self,
        }
    }
}

/// A widget of a dialogue, and which question of it, if it has several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub dialogue: String,
    pub widget: usize,
    pub part: usize,
}

impl Step {
    pub fn start(dialogue: &str) -> Self {
        Self { dialogue: dialogue.to_owned(), widget: 0, part: 0 }
    }
}

impl fmt::Display for Step {
    /// The path in the bot's document: `quote.widgets[2]`, `quote.widgets[0].form.questions[1]`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.widgets[{}]", self.dialogue, self.widget)?;
        if self.part > 0 { write!(out, ".form.questions[{}]", self.part) } else { Ok(()) }
    }
}

/// What made the bot do something: its version, the id of a trigger, if one did, and the widget, if one is behind it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// None: a bot that was never published, or a log from before there were versions.
    pub bot: Option<BotVersion>,
    pub trigger: Option<String>,
    pub widget: Option<Step>,
}

/// A dialogue that a trigger begins at `at`, or when the dialogue of the moment has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {
    pub dialogue: String,
    pub at: Option<Timestamp>,
}
