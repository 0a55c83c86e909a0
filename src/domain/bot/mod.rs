//! A bot: its dialogues, what starts them, and what it says when it knows no more.
//!
//! Made from a bot document (`wire::bot`), never changed afterwards, shared by all its conversations. How it answers
//! is in `run`, how words are recognised in `matching`, what happens while a person is called in `waiting`.

pub mod answers;
pub mod branch;
pub mod entrances;
pub mod fold;
pub mod ladder;
pub mod matching;
mod meant;
pub mod run;
pub mod template;
pub mod triggers;
mod typos;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::alert::Recipient;
use super::call::Method;
use super::event::{Reason, Step};
use super::hours::Hours;
use super::ids::{BotId, BotVersion};
use super::label::Label;
use super::message::AttachmentKind;
use super::time::Timestamp;
use answers::AnswerKind;
use branch::Case;
use entrances::Entrances;
use fold::{Said, fold};
use ladder::Ladder;
use matching::{Matcher, Matches};
use template::Template;
use triggers::{Action, On, Trigger};

#[derive(Debug)]
pub struct Bot {
    pub id: BotId,
    /// 0: it was never published.
    pub number: u32,
    pub name: String,
    pub settings: Settings,
    pub ladder: Ladder,
    /// It answers from outside; here is only what calls a person.
    pub outside: Option<Outside>,
    /// What providers show of it; none: what they show is not its business.
    pub entrances: Option<Arc<Entrances>>,
    /// What it declares of contacts, by name.
    pub attributes: BTreeMap<String, AnswerKind>,
    dialogues: HashMap<String, Vec<Widget>>,
    triggers: Vec<Trigger>,
    /// The triggers that wait for something else than words: few, whatever the number of keywords.
    others: Vec<usize>,
    matcher: Matcher,
}

#[derive(Debug, Clone)]
pub struct Settings {
    /// How long the bot is silent after a person spoke.
    pub pause: Duration,
    pub when_pause_ends: WhenPauseEnds,
    /// Messages in a row without a match before a human is offered.
    pub no_answer_limit: u32,
    pub texts: Texts,
    pub words: Words,
    /// Without hours somebody is always there.
    pub hours: Option<Hours>,
    pub hot_lead: Option<HotLead>,
}

/// From how many points in one session a contact is a hot lead, who is told by e-mail, and whether a person is called then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HotLead {
    pub threshold: i32,
    pub hand_off: bool,
    pub alert: Vec<Recipient>,
}

/// What happens to an unanswered message when a pause ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenPauseEnds {
    /// The bot waits for the next one.
    Wait,
    /// The bot answers it.
    Answer,
    /// It stays with the humans, who are alerted.
    Keep,
}

/// What the bot says of itself. Its language is the bot's.
#[derive(Debug, Clone)]
pub struct Texts {
    pub no_answer: String,
    pub offer_human: String,
    pub offer_yes: String,
    pub offer_no: String,
    /// Said when a human is called; empty: nothing is said.
    pub calling_human: String,
    /// Said instead when the bot has failed; empty: the same is said.
    pub bot_failed: String,
    /// Said when the contact wants no more questions.
    pub cancelled: String,
    /// What a waiting contact writes to return to the bot.
    pub back: String,
}

/// Words that mean the same wherever a question is open.
#[derive(Debug, Clone)]
pub struct Words {
    pub yes: Vec<String>,
    pub no: Vec<String>,
    /// Leaves out a question that may be left out.
    pub skip: Vec<String>,
    /// Ends the questions.
    pub cancel: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pause: Duration::from_secs(60 * 60),
            when_pause_ends: WhenPauseEnds::Answer,
            no_answer_limit: 2,
            texts: Texts::default(),
            words: Words::default(),
            hours: None,
            hot_lead: None,
        }
    }
}

impl Default for Texts {
    fn default() -> Self {
        Self {
            no_answer: "I did not understand that. Could you say it in other words?".into(),
            offer_human: "I have no answer to that. Would you like to talk to a person?".into(),
            offer_yes: "Yes, please".into(),
            offer_no: "No, thanks".into(),
            calling_human: "I'm calling a colleague. One moment, please.".into(),
            bot_failed: "Something went wrong on our side. I'm calling a colleague. One moment, please.".into(),
            cancelled: "All right, let us leave that.".into(),
            back: "back".into(),
        }
    }
}

impl Texts {
    /// What is said when a person is called for this reason; empty: nothing.
    pub fn calling(&self, reason: Reason) -> &str {
        match reason {
            Reason::BotFailed if !self.bot_failed.is_empty() => &self.bot_failed,
            _ => &self.calling_human,
        }
    }
}

impl Default for Words {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| word.to_string()).collect();
        Self {
            yes: words(&["yes", "y", "yeah", "yep", "sure", "ok", "👍"]),
            no: words(&["no", "n", "nope", "no thanks", "👎"]),
            skip: words(&["skip"]),
            cancel: words(&["cancel", "stop"]),
        }
    }
}

/// One step of a dialogue.
#[derive(Debug, Clone)]
pub enum Widget {
    Text(Template),
    /// One of these, another each time.
    Texts(Vec<Template>),
    Attachment {
        kind: AttachmentKind,
        url: String,
        name: String,
        text: Template,
    },
    Menu {
        text: Template,
        options: Vec<MenuOption>,
    },
    Ask(Ask),
    Form(Form),
    Set {
        attribute: String,
        value: Template,
    },
    /// Takes labels off the contact, and puts others on.
    Label {
        add: Vec<Label>,
        remove: Vec<Label>,
    },
    /// Goes where the first case that holds says; on, if none does.
    Branch(Vec<Case>),
    /// Says nothing for a while. Whatever the contact writes ends it, and taking over cancels it.
    Wait(Duration),
    HandOff {
        reason: Reason,
        score: i32,
    },
    Score(i32),
    /// Tells people by e-mail.
    Alert(Letter),
    /// Asks a system of the operator's; the dialogue goes on when it has answered.
    HttpCall(HttpCall),
    Go(String),
    End,
}

/// An e-mail alert before it is filled in.
#[derive(Debug, Clone)]
pub struct Letter {
    pub to: Vec<Template>,
    pub cc: Vec<Template>,
    pub reply_to: Option<Template>,
    pub subject: Template,
    pub body: Template,
}

#[derive(Debug, Clone)]
pub struct MenuOption {
    pub label: String,
    folded: String,
    pub action: Action,
    pub score: i32,
}

/// A question whose answer becomes an attribute.
#[derive(Debug, Clone)]
pub struct Ask {
    pub text: Template,
    pub attribute: String,
    pub kind: AnswerKind,
    /// Said about an answer that is not of the kind, one after another; without any the question is asked again.
    pub retries: Vec<Template>,
    pub may_skip: bool,
    /// After so many answers that are not of the kind; none: never.
    pub limit: Option<(u32, AtLimit)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtLimit {
    MoveOn,
    HandOff,
}

/// What a widget asks of a system of the operator's.
#[derive(Debug, Clone)]
pub struct HttpCall {
    pub method: Method,
    pub url: Template,
    pub send: Vec<(String, Template)>,
    /// The name of a secret that goes along as a bearer token.
    pub bearer: Option<String>,
    /// The name of a secret that signs the request.
    pub sign: Option<String>,
    pub timeout: Duration,
    pub wanted: Vec<Mapped>,
    /// The dialogue that goes on when it fails; none: a person is called.
    pub failed: Option<String>,
}

/// What an attribute gets of an answer.
#[derive(Debug, Clone)]
pub struct Mapped {
    pub attribute: String,
    /// A JSON pointer.
    pub pointer: String,
    pub kind: AnswerKind,
}

/// A bot that runs somewhere else and is asked over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    pub url: String,
    pub protocol: Protocol,
    pub timeout: Duration,
    /// The name of the secret by which the two know each other.
    pub secret: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Our own: `docs/outside-bots.md`.
    Switchboard,
    /// Rasa's REST channel.
    Rasa,
}

/// Questions in a row; that all were asked is an event of its own.
#[derive(Debug, Clone)]
pub struct Form {
    pub id: String,
    pub questions: Vec<Ask>,
    pub score: i32,
    /// Who is told that it is complete, and with which answers.
    pub alert: Option<Letter>,
}

impl MenuOption {
    pub fn new(label: &str, action: Action) -> Self {
        Self { label: label.to_owned(), folded: fold(label), action, score: 0 }
    }
}

impl Widget {
    /// The question with this number in the widget: a form has several.
    pub fn ask(&self, part: usize) -> Option<&Ask> {
        match self {
            Widget::Ask(ask) if part == 0 => Some(ask),
            Widget::Form(form) => form.questions.get(part),
            _ => None,
        }
    }

    /// Whether it waits for the contact to answer.
    pub fn is_question(&self) -> bool {
        matches!(self, Widget::Menu { .. } | Widget::Ask(_) | Widget::Form(_))
    }
}

impl Bot {
    pub fn new(
        id: BotId,
        name: String,
        settings: Settings,
        ladder: Ladder,
        triggers: Vec<Trigger>,
        dialogues: HashMap<String, Vec<Widget>>,
    ) -> Self {
        let matcher = Matcher::new(&triggers);
        let waits = |number: &usize| !matches!(triggers[*number].on, On::Keywords(_));
        let others = (0..triggers.len()).filter(waits).collect();
        let (outside, entrances, attributes) = (None, None, BTreeMap::new());
        Self {
            id,
            number: 0,
            name,
            settings,
            ladder,
            outside,
            entrances,
            attributes,
            dialogues,
            triggers,
            others,
            matcher,
        }
    }

    /// The same as a published version.
    pub fn published_as(self, number: u32) -> Self {
        Self { number, ..self }
    }

    pub fn version(&self) -> Option<BotVersion> {
        (self.number > 0).then(|| BotVersion { bot: self.id.clone(), number: self.number })
    }

    pub fn is(&self, version: &BotVersion) -> bool {
        self.number == version.number && self.id == version.bot
    }

    /// The same, answered from outside.
    pub fn answered_by(self, outside: Option<Outside>) -> Self {
        Self { outside, ..self }
    }

    /// The same, entered so.
    pub fn entered_by(self, entrances: Option<Entrances>) -> Self {
        Self { entrances: entrances.map(Arc::new), ..self }
    }

    /// The same, with these attributes declared.
    pub fn declaring(self, attributes: BTreeMap<String, AnswerKind>) -> Self {
        Self { attributes, ..self }
    }

    /// The widget at a step; none past the end, or if the bot has changed since the step was taken.
    pub fn widget(&self, step: &Step) -> Option<&Widget> {
        self.dialogues.get(&step.dialogue)?.get(step.widget)
    }

    pub fn trigger(&self, number: usize) -> &Trigger {
        &self.triggers[number]
    }

    /// The triggers that wait for something else than words.
    pub fn other_triggers(&self) -> impl Iterator<Item = &Trigger> {
        self.others.iter().map(|number| &self.triggers[*number])
    }

    /// What the words ask for, if anything.
    pub fn recognise(&self, said: &Said) -> Matches<'_> {
        self.matcher.find(said)
    }

    /// What the bot asks at this step, in the operator's words.
    pub fn question(&self, step: &Step, known: impl Fn(&str) -> Option<String>) -> Option<String> {
        let known = |name: &str| known(name).map(Into::into);
        match self.widget(step)? {
            Widget::Menu { text, .. } => Some(text.fill(known)),
            widget => Some(widget.ask(step.part)?.text.fill(known)),
        }
    }

    /// Whether somebody is there.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.settings.hours.as_ref().is_none_or(|hours| hours.is_open(at))
    }
}
