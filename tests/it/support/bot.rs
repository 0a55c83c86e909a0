//! A bot like an insurer's, to be varied a little by each test.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use switchboard::domain::bot::{Action, AnswerKind, Bot, MenuOption, Settings, Trigger, WhenPauseEnds, Widget};
use switchboard::domain::event::Reason;
use switchboard::domain::ids::BotId;

pub const WELCOME: &str = "Welcome to Harbour Insurance. What can I do for you?";
pub const HOURS: &str = "We are open from nine to five.";
pub const NAME: &str = "What is your name?";
pub const EMAIL: &str = "What is your e-mail address?";
pub const EMAIL_AGAIN: &str = "That does not look like an e-mail address.";
pub const QUOTE_DONE: &str = "Thank you, your quote is on its way.";
pub const PHONE: &str = "Which number may we call?";
pub const PHONE_AGAIN: &str = "That does not look like a number.";
pub const HELPED: &str = "Did the call help?";
pub const HELPED_DONE: &str = "Thank you for telling us.";
pub const NO_ANSWER: &str = "I did not understand.";
pub const OFFER: &str = "Would you like to talk to a person?";
pub const CALLING: &str = "I'm calling a colleague.";

/// The settings and dialogues of a bot that is still being built.
pub struct TestBot {
    pub settings: Settings,
    first_contact: Option<String>,
    dialogues: HashMap<String, Vec<Widget>>,
}

impl TestBot {
    /// It welcomes with a menu, knows its hours and prices, fills in a quote, arranges a call in mid-dialogue, and
    /// hands claims and accidents to people.
    pub fn insurer() -> Self {
        let mut settings = Settings::default();
        settings.texts.no_answer = NO_ANSWER.into();
        settings.texts.offer_human = OFFER.into();
        settings.texts.calling_human = CALLING.into();
        Self { settings, first_contact: Some("welcome".into()), dialogues: dialogues() }
    }

    /// The same bot after its author deleted every dialogue.
    pub fn without_dialogues() -> Self {
        Self { dialogues: HashMap::new(), first_contact: None, ..Self::insurer() }
    }

    pub fn pause(mut self, pause: Duration) -> Self {
        self.settings.pause = pause;
        self
    }

    pub fn when_pause_ends(mut self, then: WhenPauseEnds) -> Self {
        self.settings.when_pause_ends = then;
        self
    }

    pub fn no_answer_limit(mut self, limit: u32) -> Self {
        self.settings.no_answer_limit = limit;
        self
    }

    /// It calls people without a word to the contact.
    pub fn calling_silently(mut self) -> Self {
        self.settings.texts.calling_human = String::new();
        self
    }

    pub fn back_word(mut self, word: &str) -> Self {
        self.settings.texts.back = word.into();
        self
    }

    pub fn build(self) -> Arc<Bot> {
        let Self { settings, first_contact, dialogues } = self;
        let name = "Harbour".to_owned();
        Arc::new(Bot::new(BotId::new("harbour"), name, settings, first_contact, &triggers(), dialogues))
    }
}

fn dialogues() -> HashMap<String, Vec<Widget>> {
    let quote = vec![
        ask(NAME, "name", AnswerKind::Text, NAME),
        ask(EMAIL, "email", AnswerKind::Email, EMAIL_AGAIN),
        text(QUOTE_DONE),
        Widget::End,
    ];
    let call = vec![
        ask(PHONE, "phone", AnswerKind::Phone, PHONE_AGAIN),
        Widget::HandOff(Reason::Asked),
        ask(HELPED, "helped", AnswerKind::Text, HELPED),
        text(HELPED_DONE),
    ];
    let all = [
        ("welcome", vec![menu()]),
        ("hours", vec![text(HOURS)]),
        ("quote", quote),
        ("call", call),
        ("person", vec![Widget::HandOff(Reason::Asked)]),
        ("circle", vec![Widget::Go("circle".into())]),
    ];
    all.into_iter().map(|(name, widgets)| (name.to_owned(), widgets)).collect()
}

fn menu() -> Widget {
    let option = |label: &str, action| MenuOption { label: label.into(), action };
    Widget::Menu {
        text: WELCOME.into(),
        options: vec![
            option("Opening hours", Action::Go("hours".into())),
            option("A quote", Action::Go("quote".into())),
            option("Talk to a person", Action::HandOff(Reason::Asked)),
        ],
    }
}

fn triggers() -> Vec<Trigger> {
    let trigger = |words: &[&str], action| {
        let keywords = words.iter().map(|word| word.to_string()).collect();
        Trigger { keywords, action }
    };
    let go = |dialogue: &str| Action::Go(dialogue.into());
    vec![
        trigger(&["hours", "opening hours"], go("hours")),
        trigger(&["quote"], go("quote")),
        trigger(&["call me"], go("call")),
        trigger(&["somebody"], go("person")),
        trigger(&["carousel"], go("circle")),
        trigger(&["claim", "accident", "policy number"], Action::HandOff(Reason::Urgent)),
    ]
}

fn text(text: &str) -> Widget {
    Widget::Text(text.into())
}

fn ask(text: &str, attribute: &str, kind: AnswerKind, retry: &str) -> Widget {
    Widget::Ask { text: text.into(), attribute: attribute.into(), kind, retry: retry.into() }
}
