//! A bot: its dialogues, what starts them, and what it says when it knows no more.
//!
//! Made from a bot document (`wire::bot`), never changed afterwards, shared by all its conversations. How it answers
//! is in `run`, how words are recognised in `matching`.

pub mod matching;
pub mod run;

use std::collections::HashMap;
use std::time::Duration;

use super::event::{Reason, Step};
use super::ids::BotId;
use matching::Matcher;

#[derive(Debug)]
pub struct Bot {
    pub id: BotId,
    pub name: String,
    pub settings: Settings,
    /// The dialogue that greets a new contact.
    pub first_contact: Option<String>,
    dialogues: HashMap<String, Vec<Widget>>,
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
    /// What a waiting contact writes to return to the bot.
    pub back: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pause: Duration::from_secs(60 * 60),
            when_pause_ends: WhenPauseEnds::Answer,
            no_answer_limit: 2,
            texts: Texts::default(),
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
            back: "back".into(),
        }
    }
}

/// Words that start something, in any dialogue.
#[derive(Debug, Clone)]
pub struct Trigger {
    pub keywords: Vec<String>,
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Go(String),
    HandOff(Reason),
}

#[derive(Debug, Clone)]
pub enum Widget {
    Text(String),
    Menu { text: String, options: Vec<MenuOption> },
    Ask { text: String, attribute: String, kind: AnswerKind, retry: String },
    HandOff(Reason),
    Go(String),
    End,
}

#[derive(Debug, Clone)]
pub struct MenuOption {
    pub label: String,
    pub action: Action,
}

/// What an answer must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    Text,
    Email,
    Number,
    Phone,
}

impl Bot {
    pub fn new(
        id: BotId,
        name: String,
        settings: Settings,
        first_contact: Option<String>,
        triggers: &[Trigger],
        dialogues: HashMap<String, Vec<Widget>>,
    ) -> Self {
        Self { id, name, settings, first_contact, dialogues, matcher: Matcher::new(triggers) }
    }

    /// The widget at a step; none past the end, or if the bot has changed since the step was taken.
    pub fn widget(&self, step: &Step) -> Option<&Widget> {
        self.dialogues.get(&step.dialogue)?.get(step.widget)
    }

    /// What the words ask for, if anything.
    pub fn recognise(&self, text: &str) -> Option<matching::Found<'_>> {
        self.matcher.find(text)
    }

    /// What the bot says at this step, in the operator's words.
    pub fn question(&self, step: &Step) -> Option<&str> {
        match self.widget(step)? {
            Widget::Menu { text, .. } | Widget::Ask { text, .. } => Some(text),
            _ => None,
        }
    }
}
