//! What the test bot says, as a table: the second opinion on its dialogues.

use std::collections::BTreeMap;

use switchboard::domain::ids::Seq;
use switchboard::domain::message::Heard;

use super::super::Millis;
use crate::support::bot::{
    ANSWERS_WITHIN, CALLING, CANCELLED, EMAIL, EMAIL_AGAIN, HELPED, HELPED_DONE, HOURS, LATER, NAME, NO_ANSWER, NOW,
    OFFER, ORDERED, PARCELLED, PHONE, PHONE_AGAIN, QUOTE_DONE, SORRY, STATUS, THINKS_FOR, TRIES, WELCOME, WRITTEN,
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
    Phrase { text: "a quot", means: &[Means::NearlySecondOption] },
    Phrase { text: "Think!", means: &[Means::Think] },
    Phrase { text: "Write to the boss", means: &[Means::Letter] },
    Phrase { text: "My order?", means: &[Means::Order] },
    Phrase { text: "My parcel?", means: &[Means::Parcel] },
    Phrase { text: "Stop.", means: &[Means::Stop] },
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
    Think,
    Letter,
    Order,
    Parcel,
    Stop,
    Mail,
    Phone,
    SecondOption,
    ThirdOption,
    NearlySecondOption,
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
    /// It speaks again at this time, or as soon as the contact writes.
    Thinks(Millis),
    /// It was about to say this when somebody else got the floor.
    Behind(&'static str),
    /// Something is looked up elsewhere, until then at most. For a parcel there is no other way.
    LooksUp {
        parcel: bool,
        due: Millis,
    },
}

#[derive(Debug, Clone, Default)]
pub struct BotModel {
    pub attributes: BTreeMap<String, String>,
    limit: u32,
    silent: bool,
    /// Somebody is there.
    open: bool,
    place: Place,
    misses: u32,
    /// Answers in a row of the wrong kind.
    tries: u32,
    greeted: bool,
    /// The call of the moment, and its try.
    call: Option<(Seq, u32)>,
    /// The last that the contact said during it.
    waits: Option<Heard>,
    /// What is said now was answered already, with what came before.
    answered: bool,
}

/// Where it was when its session ended.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    place: Place,
    misses: u32,
    tries: u32,
}

/// What the bot does at one go.
#[derive(Debug, Default)]
pub struct Act {
    pub lines: Vec<&'static str>,
    pub hand_off: Option<&'static str>,
    /// Letters to people.
    pub letters: usize,
}

impl BotModel {
    pub fn new(limit: u32, silent: bool) -> Self {
        Self { limit, silent, ..Self::default() }
    }

    pub fn greeted(&self) -> bool {
        self.greeted
    }

    /// When it speaks again by itself.
    pub fn thinks_until(&self) -> Option<Millis> {
        match self.place {
            Place::Thinks(until) => Some(until),
            _ => None,
        }
    }

    pub fn has_thought(&mut self) -> Act {
        let mut act = Act::default();
        self.ends(NOW, &mut act);
        act
    }

    pub fn hears(&mut self, now: Millis, open: bool, heard: &Heard) -> Act {
        self.open = open;
        let mut act = Act::default();
        self.react(now, heard, &mut act);
        self.greeted |= !act.lines.is_empty();
        act
    }

    // --- What is looked up elsewhere ---

    pub fn call_due(&self) -> Option<Millis> {
        match self.place {
            Place::LooksUp { due, .. } => Some(due),
            _ => None,
        }
    }

    /// The last call has this number in the log.
    pub fn call_is(&mut self, number: Option<Seq>) {
        let attempt = self.call.filter(|(known, _)| Some(*known) == number).map_or(1, |(_, attempt)| attempt);
        self.call = number.filter(|_| self.call_due().is_some()).map(|number| (number, attempt));
    }

    pub fn open_call(&self) -> Option<(Seq, u32)> {
        self.call
    }

    pub fn is_calling(&self, call: Seq) -> bool {
        self.call.is_some_and(|(open, _)| open == call)
    }

    pub fn calls_again(&mut self, now: Millis, call: Seq) -> Result<(), &'static str> {
        let open = self.is_calling(call) && self.call_due().is_some_and(|due| now < due);
        let (_, attempt) = self.call.as_mut().filter(|_| open).ok_or("nothing_new")?;
        *attempt += 1;
        Ok(())
    }

    /// The dialogue goes on; what was said meanwhile is answered then, the last of it, unless a person comes.
    pub fn is_answered(&mut self, now: Millis, open: bool, found: bool) -> Act {
        let mut act = Act::default();
        self.open = open;
        let waits = self.waits.take();
        let Place::LooksUp { parcel, .. } = self.place else { return act };
        if found {
            self.learns("status", STATUS);
        }
        match (parcel, found) {
            (false, true) => self.ends(ORDERED, &mut act),
            (false, false) => self.ends(SORRY, &mut act),
            (true, true) => self.ends(PARCELLED, &mut act),
            (true, false) => {
                self.place = Place::Behind(PARCELLED);
                self.calls("bot_failed", &mut act);
                return act;
            }
        }
        self.greeted = true;
        if let Some(heard) = waits {
            self.answered = true;
            self.react(now, &heard, &mut act);
            self.answered = false;
        }
        act
    }

    fn looks_up(&mut self, now: Millis, parcel: bool) {
        self.place = Place::LooksUp { parcel, due: now + ANSWERS_WITHIN.as_millis() as Millis };
        self.waits = None;
    }

    fn react(&mut self, now: Millis, heard: &Heard, act: &mut Act) {
        let means = meanings(&heard.text);
        if self.call_due().is_some() {
            self.waits = Some(heard.clone());
            if means.contains(&Means::Urgent) {
                self.calls("urgent", act);
            }
            return;
        }
        if heard.tap.is_some() {
            return self.tapped(&heard.text, act);
        }
        if means.contains(&Means::Urgent) {
            return self.calls("urgent", act);
        }
        if self.answered(&heard.text, means, act) || self.keyword(now, means, act) {
            return;
        }
        if self.place == Place::Asked(WELCOME) && means.contains(&Means::NearlySecondOption) {
            return self.asks(NAME, act);
        }
        if !self.goes_on(act) {
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
            Place::Asked(NAME | EMAIL | PHONE | HELPED) if is(Means::Stop) => self.ends(CANCELLED, act),
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
            Place::Asked(EMAIL) if self.tries + 1 >= TRIES => self.ends(QUOTE_DONE, act),
            Place::Asked(PHONE) if self.tries + 1 >= TRIES => self.calls("no_answer", act),
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
    fn keyword(&mut self, now: Millis, means: &[Means], act: &mut Act) -> bool {
        let is = |meaning| means.contains(&meaning);
        let interrupted = self.place;
        if is(Means::Hours) {
            self.ends(HOURS, act);
            self.place = interrupted;
            if !self.goes_on(act) {
                self.place = Place::Idle;
            }
        } else if is(Means::Think) {
            self.says(LATER, act);
            self.place = Place::Thinks(now + THINKS_FOR.as_millis() as Millis);
        } else if is(Means::Order) || is(Means::Parcel) {
            self.looks_up(now, is(Means::Parcel));
        } else if is(Means::Letter) {
            act.letters = 1;
            self.ends(WRITTEN, act);
            self.place = interrupted;
            if !self.goes_on(act) {
                self.place = Place::Idle;
            }
        } else if is(Means::Quote) {
            self.asks(NAME, act);
        } else if is(Means::Call) {
            self.asks(PHONE, act);
        } else if is(Means::Somebody) || is(Means::Circle) {
            if !matches!(interrupted, Place::AskAgain(_) | Place::Thinks(_) | Place::Behind(_)) {
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
            self.misses += u32::from(!self.answered);
            act.lines.push(NO_ANSWER);
        } else {
            self.misses = 0;
            self.place = Place::Offered;
            act.lines.push(OFFER);
        }
        self.tries = 0;
    }

    fn person(&mut self, act: &mut Act) {
        self.place = Place::Idle;
        self.calls("asked", act);
    }

    fn calls(&mut self, reason: &'static str, act: &mut Act) {
        self.interrupted();
        if !self.silent && self.open {
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
        let tries = self.tries;
        self.says(line, act);
        self.tries = tries + 1;
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
        self.tries = 0;
        self.greeted = true;
        act.lines.push(line);
    }

    fn learns(&mut self, name: &str, value: &str) {
        self.attributes.insert(name.into(), value.trim().into());
    }

    /// An open question is asked again, and what it was about to say is said.
    fn goes_on(&mut self, act: &mut Act) -> bool {
        match self.place {
            Place::AskAgain(question) => self.asks(question, act),
            Place::Thinks(_) => self.ends(NOW, act),
            Place::Behind(line) => self.ends(line, act),
            Place::Idle | Place::Asked(_) | Place::Offered | Place::LooksUp { .. } => return false,
        }
        true
    }

    // --- What happens to it ---

    /// Somebody else got the floor.
    pub fn interrupted(&mut self) {
        self.place = match self.place {
            Place::Asked(question) => Place::AskAgain(question),
            Place::Offered => Place::Idle,
            Place::Thinks(_) => Place::Behind(NOW),
            // It is not done again, for it may have been done.
            Place::LooksUp { parcel: false, .. } => Place::Behind(SORRY),
            Place::LooksUp { parcel: true, .. } => Place::Behind(PARCELLED),
            place => place,
        };
    }

    /// It has the floor again; nothing that was not understood counts any more.
    pub fn returns(&mut self) {
        self.misses = 0;
    }

    /// The session ends, and with it whatever it was in the middle of. Nothing is looked up any more.
    pub fn leaves_off(&mut self) -> Kept {
        if self.call_due().is_some() {
            self.interrupted();
        }
        let kept = Kept { place: self.place, misses: self.misses, tries: self.tries };
        (self.place, self.misses, self.tries) = (Place::Idle, 0, 0);
        kept
    }

    pub fn goes_back(&mut self, kept: Kept) {
        (self.place, self.misses, self.tries) = (kept.place, kept.misses, kept.tries);
    }

    pub fn resumes(&mut self) -> Act {
        let mut act = Act::default();
        self.goes_on(&mut act);
        act
    }

    /// Asked for by a contact who waits: at least the beginning.
    pub fn comes_back(&mut self) -> Act {
        let mut act = Act::default();
        if !self.goes_on(&mut act) {
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

    /// The ladder spoke in its name.
    pub fn has_spoken(&mut self) {
        (self.greeted, self.misses, self.tries) = (true, 0, 0);
    }

    pub fn learns_how_to_reach(&mut self, text: &str) -> bool {
        let name = match meanings(text) {
            means if means.contains(&Means::Mail) => "email",
            means if means.contains(&Means::Phone) => "phone",
            _ => return false,
        };
        self.learns(name, text);
        true
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

pub fn has_words(heard: &Heard) -> bool {
    !meanings(&heard.text).contains(&Means::Nothing)
}

pub fn means_back(heard: &Heard) -> bool {
    meanings(&heard.text).contains(&Means::Back)
}
