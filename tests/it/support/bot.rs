//! A bot like an insurer's, to be varied a little by each test.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use switchboard::domain::alert::Recipient;
use switchboard::domain::bot::answers::AnswerKind;
use switchboard::domain::bot::ladder::{Ladder, Last, Rung};
use switchboard::domain::bot::triggers::{Action, Keyword, Kind, On, Trigger};
use switchboard::domain::bot::{
    Ask, AtLimit, Bot, Form, HttpCall, Letter, Mapped, MenuOption, Settings, WhenPauseEnds, Widget,
};
use switchboard::domain::call::Method;
use switchboard::domain::event::Reason;
use switchboard::domain::hours::{Hours, Span};
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
pub const LATER: &str = "Let me think.";
pub const NOW: &str = "I have thought about it.";
pub const NO_ANSWER: &str = "I did not understand.";
pub const OFFER: &str = "Would you like to talk to a person?";
pub const CALLING: &str = "I'm calling a colleague.";
pub const CANCELLED: &str = "Let us leave that.";
pub const STILL: &str = "I am still looking for a colleague.";
pub const NOBODY: &str = "Nobody is free. How may we reach you?";
pub const CLOSED: &str = "Nobody is here now. How may we reach you?";
pub const WRITTEN: &str = "I have written to the boss.";
pub const ORDERED: &str = "That is what we know of your order.";
pub const SORRY: &str = "We cannot look that up now.";
pub const PARCELLED: &str = "That is what we know of your parcel.";
pub const STATUS: &str = "on its way";
pub const THANKS: &str = "We shall get in touch.";
pub const AGAIN: &str = "A colleague will read that.";

/// How long others' systems have for an answer.
pub const ANSWERS_WITHIN: Duration = Duration::from_secs(30);
/// How often an answer may be of the wrong kind, and when the ladder is climbed.
pub const TRIES: u32 = 3;
pub const STILL_AFTER: Duration = Duration::from_secs(2 * 60);
pub const NOBODY_AFTER: Duration = Duration::from_secs(10 * 60);
pub const THINKS_FOR: Duration = Duration::from_secs(90);

/// The settings and dialogues of a bot that is still being built.
pub struct TestBot {
    pub settings: Settings,
    pub ladder: Ladder,
    pub triggers: Vec<Trigger>,
    pub dialogues: HashMap<String, Vec<Widget>>,
    pub attributes: BTreeMap<String, AnswerKind>,
}

impl TestBot {
    /// It welcomes with a menu, knows its hours and prices, fills in a quote, arranges a call in mid-dialogue, and
    /// hands claims and accidents to people.
    pub fn insurer() -> Self {
        let mut settings = Settings::default();
        settings.texts.no_answer = NO_ANSWER.into();
        settings.texts.offer_human = OFFER.into();
        settings.texts.calling_human = CALLING.into();
        settings.texts.bot_failed = String::new();
        settings.texts.cancelled = CANCELLED.into();
        let (ladder, triggers, dialogues) = (ladder(), triggers(), dialogues());
        Self { settings, ladder, triggers, dialogues, attributes: BTreeMap::new() }
    }

    /// The same bot after its author deleted every dialogue.
    pub fn without_dialogues() -> Self {
        let insurer = Self::insurer();
        let keywords = insurer.triggers.into_iter().filter(|trigger| trigger.on != On::FirstContact).collect();
        Self { dialogues: HashMap::new(), triggers: keywords, ..Self::insurer() }
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

    /// Somebody is there from nine to five (UTC), Monday to Friday.
    pub fn with_hours(mut self) -> Self {
        let mut week: [Vec<Span>; 7] = Default::default();
        week[..5].fill(vec![Span::parse("09:00-17:00").expect("a span")]);
        self.settings.hours = Some(Hours::new("Etc/UTC", week, Vec::new()).expect("hours"));
        self
    }

    pub fn dialogue(mut self, name: &str, widgets: Vec<Widget>) -> Self {
        self.dialogues.insert(name.into(), widgets);
        self
    }

    pub fn declaring(mut self, name: &str, kind: AnswerKind) -> Self {
        self.attributes.insert(name.into(), kind);
        self
    }

    pub fn trigger(mut self, id: &str, on: On, action: Action) -> Self {
        self.triggers.push(Trigger::new(id, on, action));
        self
    }

    /// Whoever says “boss” makes a letter to the admins.
    pub fn writing_letters(self) -> Self {
        let (to, subject, body) = (vec!["admins".into()], "The boss is wanted".into(), "".into());
        let letter = Letter { to, cc: Vec::new(), reply_to: None, subject, body };
        let bot = self.dialogue("boss", vec![Widget::Alert(letter), text(WRITTEN)]);
        bot.trigger("boss", keywords(&["boss"]), Action::Go("boss".into()))
    }

    /// “order” and “parcel” are looked up elsewhere; for a parcel that cannot be, a person is called.
    pub fn asking_others(self) -> Self {
        let bot = self.dialogue("order", vec![looked_up(Some("sorry")), text(ORDERED)]);
        let bot = bot.dialogue("sorry", vec![text(SORRY)]).dialogue("parcel", vec![looked_up(None), text(PARCELLED)]);
        let bot = bot.trigger("order", keywords(&["order"]), Action::Go("order".into()));
        bot.trigger("parcel", keywords(&["parcel"]), Action::Go("parcel".into()))
    }

    pub fn build(self) -> Arc<Bot> {
        let Self { settings, ladder, triggers, dialogues, attributes } = self;
        let name = "Harbour".to_owned();
        let bot = Bot::new(BotId::new("harbour"), name, settings, ladder, triggers, dialogues);
        Arc::new(bot.declaring(attributes))
    }
}

fn dialogues() -> HashMap<String, Vec<Widget>> {
    let email =
        Ask { limit: Some((TRIES, AtLimit::MoveOn)), ..question(EMAIL, "email", AnswerKind::Email, EMAIL_AGAIN) };
    let phone =
        Ask { limit: Some((TRIES, AtLimit::HandOff)), ..question(PHONE, "phone", AnswerKind::Phone, PHONE_AGAIN) };
    let questions = vec![question(NAME, "name", AnswerKind::Text, NAME), email];
    let form = Form { id: "quote".into(), questions, score: 0, alert: None };
    let quote = vec![Widget::Form(form), text(QUOTE_DONE), Widget::End];
    let call = vec![
        Widget::Ask(phone),
        Widget::HandOff { reason: Reason::Asked, score: 0 },
        Widget::Ask(question(HELPED, "helped", AnswerKind::Text, HELPED)),
        text(HELPED_DONE),
    ];
    let all = [
        ("welcome", vec![menu()]),
        ("hours", vec![text(HOURS)]),
        ("quote", quote),
        ("call", call),
        ("think", vec![text(LATER), Widget::Wait(THINKS_FOR), text(NOW)]),
        ("person", vec![Widget::HandOff { reason: Reason::Asked, score: 0 }]),
        ("circle", vec![Widget::Go("circle".into())]),
    ];
    all.into_iter().map(|(name, widgets)| (name.to_owned(), widgets)).collect()
}

fn looked_up(failed: Option<&str>) -> Widget {
    let wanted = vec![Mapped { attribute: "status".into(), pointer: "/status".into(), kind: AnswerKind::Text }];
    Widget::HttpCall(HttpCall {
        method: Method::Get,
        url: "https://crm.example/look".into(),
        send: Vec::new(),
        bearer: None,
        sign: None,
        timeout: ANSWERS_WITHIN,
        wanted,
        failed: failed.map(str::to_owned),
    })
}

fn ladder() -> Ladder {
    Ladder {
        rungs: vec![Rung { after: STILL_AFTER, alert: vec![Recipient::Supervisors], text: STILL.into() }],
        last: Last { after: NOBODY_AFTER, alert: vec![Recipient::Admins], text: NOBODY.into() },
        closed: CLOSED.into(),
        thanks: THANKS.into(),
        again: AGAIN.into(),
    }
}

fn menu() -> Widget {
    Widget::Menu {
        text: WELCOME.into(),
        options: vec![
            MenuOption::new("Opening hours", Action::Go("hours".into())),
            MenuOption::new("A quote", Action::Go("quote".into())),
            MenuOption::new("Talk to a person", Action::HandOff(Reason::Asked)),
        ],
    }
}

fn triggers() -> Vec<Trigger> {
    let trigger = |words: &[&str], action| Trigger::new(words[0], keywords(words), action);
    let go = |dialogue: &str| Action::Go(dialogue.into());
    vec![
        trigger(&["hours", "opening hours"], go("hours")),
        trigger(&["quote"], go("quote")),
        trigger(&["call me"], go("call")),
        trigger(&["think"], go("think")),
        trigger(&["somebody"], go("person")),
        trigger(&["carousel"], go("circle")),
        trigger(&["claim", "accident", "policy number"], Action::HandOff(Reason::Urgent)),
        Trigger::new("first contact", On::FirstContact, go("welcome")),
    ]
}

pub fn keywords(words: &[&str]) -> On {
    let keyword = |word: &&str| Keyword { word: word.to_string(), kind: Kind::Word, typos: false };
    On::Keywords(words.iter().map(keyword).collect())
}

pub fn text(text: &str) -> Widget {
    Widget::Text(text.into())
}

/// A question that is asked until it is answered.
pub fn question(text: &str, attribute: &str, kind: AnswerKind, retry: &str) -> Ask {
    let retries = vec![retry.into()];
    Ask { text: text.into(), attribute: attribute.into(), kind, retries, may_skip: false, limit: None }
}
