//! What the test bot says, as a table: the second opinion on its dialogues.

use std::collections::BTreeMap;

use switchboard::domain::message::Heard;

use crate::support::bot::{
    CALLING, EMAIL, EMAIL_AGAIN, HELPED, HELPED_DONE, HOURS, NAME, NO_ANSWER, OFFER, PHONE, PHONE_AGAIN, QUOTE_DONE,
    WELCOME,
};

/// What contacts say in histories, and what the words mean, told by hand.
pub const PHRASES: &[Phrase] = &[
    Phrase { text: "Hello", means: &[] },
    Phrase { text: "Your HOURS?", means: &[Means::Hours] },
    Phrase { text: "a quote", means: &[Means::Quote, Means::SecondOption] },
    Phrase { text: "Please call me", means: &[Means::Call] },
    Phrase { text: "Is sömebody there", means: &[Means::Somebody] },
    Phrase { text: "I had an accident", means: &[Means::Urgent] },
    Phrase { text: "opening hours for my claim", means: &[Means::Urgent, Means::Hours] },
    Phrase { text: "accidental disclaimer", means: &[] },
    Phrase { text: "carousel", means: &[Means::Circle] },
    Phrase { text: "maria@example.com", means: &[Means::Mail] },
    Phrase { text: "+49 40 1234567", means: &[Means::Phone] },
    Phrase { text: "2", means: &[Means::SecondOption, Means::No] },
    Phrase { text: "3", means: &[Means::ThirdOption] },
    Phrase { text: "yes", means: &[Means::Yes] },
    Phrase { text: "No, thanks!", means: &[Means::No] },
    Phrase { text: " Back! ", means: &[Means::Back] },
    Phrase { text: "call me back", means: &[Means::Call] },
    Phrase { text: "", means: &[Means::Nothing] },
];

pub struct Phrase {
    pub text: &'static str,
    means: &'static [Means],
}

#[derive(Clone, Copy, PartialEq)]
enum Means {
    Urgent,
    Hours,
    Quote,
    Call,
    Somebody,
    Circle,
    Mail,
    Phone,
    SecondOption,
    ThirdOption,
    Yes,
    No,
    Back,
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum Place {
    #[default]
    Idle,
    Asked(&'static str),
    AskAgain(&'static str),
    Offered,
}

#[derive(Debug, Clone, Default)]
pub struct BotModel {
    pub attributes: BTreeMap<String, String>,
    limit: u32,
    silent: bool,
    place: Place,
    misses: u32,
    greeted: bool,
}

/// What the bot does at one go.
#[derive(Debug, Default)]
pub struct Act {
    pub lines: Vec<&'static str>,
    pub hand_off: Option<&'static str>,
}

impl BotModel {
    pub fn new(limit: u32, silent: bool) -> Self {
        Self { limit, silent, ..Self::default() }
    }

    pub fn greeted(&self) -> bool {
        self.greeted
    }

    pub fn hears(&mut self, heard: &Heard) -> Act {
        let mut act = Act::default();
        self.react(heard, &mut act);
        self.greeted |= !act.lines.is_empty();
        act
    }

    fn react(&mut self, heard: &Heard, act: &mut Act) {
        let means = meanings(&heard.text);
        if heard.tap.is_some() {
            return self.tapped(&heard.text, act);
        }
        if means.contains(&Means::Urgent) {
            return self.calls("urgent", act);
        }
        if !self.answered(&heard.text, means, act) && !self.keyword(means, act) && !self.asks_again(act) {
            if self.greeted { self.misses(act) } else { self.asks(WELCOME, act) }
        }
    }

    /// A button that the bot no longer has starts afresh.
    fn tapped(&mut self, label: &str, act: &mut Act) {
        match label {
            "Yes, please" => self.calls("no_answer", act),
            "No, thanks" => self.asks(WELCOME, act),
            "Opening hours" => self.ends(HOURS, act),
            "A quote" => self.asks(NAME, act),
            "Talk to a person" => self.person(act),
            _ => self.asks(WELCOME, act),
        }
    }

    fn answered(&mut self, text: &str, means: &[Means], act: &mut Act) -> bool {
        let is = |meaning| means.contains(&meaning);
        match self.place {
            Place::Asked(NAME | HELPED) if is(Means::Nothing) => self.says_again(act),
            Place::Asked(NAME) => {
                self.learns("name", text);
                self.asks(EMAIL, act);
            }
            Place::Asked(EMAIL) if is(Means::Mail) => {
                self.learns("email", text);
                self.ends(QUOTE_DONE, act);
            }
            Place::Asked(PHONE) if is(Means::Phone) => {
                self.learns("phone", text);
                self.place = Place::AskAgain(HELPED);
                self.calls("asked", act);
            }
            Place::Asked(HELPED) => {
                self.learns("helped", text);
                self.ends(HELPED_DONE, act);
            }
            Place::Asked(EMAIL | PHONE) => self.says_again(act),
            Place::Asked(WELCOME) if is(Means::SecondOption) => self.asks(NAME, act),
            Place::Asked(WELCOME) if is(Means::ThirdOption) => self.person(act),
            Place::Offered if is(Means::Yes) => self.calls("no_answer", act),
            Place::Offered if is(Means::No) => self.asks(WELCOME, act),
            _ => return false,
        }
        true
    }

    /// A keyword's dialogue; a question that was interrupted comes back after it.
    fn keyword(&mut self, means: &[Means], act: &mut Act) -> bool {
        let is = |meaning| means.contains(&meaning);
        let interrupted = self.place;
        if is(Means::Hours) {
            self.ends(HOURS, act);
            if let Place::AskAgain(question) = interrupted {
                self.asks(question, act);
            }
        } else if is(Means::Quote) {
            self.asks(NAME, act);
        } else if is(Means::Call) {
            self.asks(PHONE, act);
        } else if is(Means::Somebody) || is(Means::Circle) {
            if !matches!(interrupted, Place::AskAgain(_)) {
                self.place = Place::Idle;
            }
            self.calls(if is(Means::Somebody) { "asked" } else { "bot_failed" }, act);
        } else {
            return false;
        }
        true
    }

    fn misses(&mut self, act: &mut Act) {
        if self.misses + 1 < self.limit {
            self.misses += 1;
            act.lines.push(NO_ANSWER);
        } else {
            self.misses = 0;
            self.place = Place::Offered;
            act.lines.push(OFFER);
        }
    }

    fn person(&mut self, act: &mut Act) {
        self.place = Place::Idle;
        self.calls("asked", act);
    }

    fn calls(&mut self, reason: &'static str, act: &mut Act) {
        self.interrupted();
        if !self.silent {
            self.says(CALLING, act);
        }
        act.hand_off = Some(reason);
    }

    fn says_again(&mut self, act: &mut Act) {
        let line = match self.place {
            Place::Asked(EMAIL) => EMAIL_AGAIN,
            Place::Asked(PHONE) => PHONE_AGAIN,
            Place::Asked(question) => question,
            place => unreachable!("{place:?}"),
        };
        self.says(line, act);
    }

    fn asks(&mut self, question: &'static str, act: &mut Act) {
        self.says(question, act);
        self.place = Place::Asked(question);
    }

    fn ends(&mut self, line: &'static str, act: &mut Act) {
        self.says(line, act);
        self.place = Place::Idle;
    }

    fn says(&mut self, line: &'static str, act: &mut Act) {
        self.misses = 0;
        act.lines.push(line);
    }

    fn learns(&mut self, name: &str, value: &str) {
        self.attributes.insert(name.into(), value.trim().into());
    }

    fn asks_again(&mut self, act: &mut Act) -> bool {
        let Place::AskAgain(question) = self.place else { return false };
        self.asks(question, act);
        true
    }

    // --- What happens to it ---

    /// Somebody else got the floor.
    pub fn interrupted(&mut self) {
        self.place = match self.place {
            Place::Asked(question) => Place::AskAgain(question),
            Place::Offered => Place::Idle,
            place => place,
        };
    }

    /// It has the floor again; nothing that was not understood counts any more.
    pub fn returns(&mut self) {
        self.misses = 0;
    }

    pub fn resumes(&mut self) -> Act {
        let mut act = Act::default();
        self.asks_again(&mut act);
        act
    }

    /// Asked for by a contact who waits: at least the beginning.
    pub fn comes_back(&mut self) -> Act {
        let mut act = Act::default();
        if !self.asks_again(&mut act) {
            self.asks(WELCOME, &mut act);
            self.greeted = true;
        }
        act
    }

    pub fn opens(&mut self) -> Act {
        let mut act = Act::default();
        self.asks(WELCOME, &mut act);
        self.greeted = true;
        act
    }

    pub fn speaks_from_outside(&mut self) {
        self.place = Place::Idle;
        self.misses = 0;
        self.greeted = true;
    }
}

fn meanings(text: &str) -> &'static [Means] {
    PHRASES.iter().find(|phrase| phrase.text == text).map_or(&[], |phrase| phrase.means)
}

pub fn means_back(heard: &Heard) -> bool {
    meanings(&heard.text).contains(&Means::Back)
}
