//! Whatever interrupts the bot, at whatever widget: it never repeats a hand-off, never loses an answer, never skips a
//! question.

use proptest::collection::vec;
use proptest::prelude::*;
use switchboard::domain::bot::answers::AnswerKind;
use switchboard::domain::bot::branch::{Case, Condition, Test};
use switchboard::domain::bot::triggers::Action;
use switchboard::domain::bot::{Form, HttpCall, Letter, MenuOption, Widget};
use switchboard::domain::call::{Method, Outcome};
use switchboard::domain::command::Command;
use switchboard::domain::event::{Event, Origin, Place, Reason, Step};
use switchboard::domain::label::Label;
use switchboard::domain::message::AttachmentKind;
use switchboard::domain::state::Mode;

use crate::support::bot::{TestBot, keywords, question, text};
use crate::support::story::{Story, ana, hours, minutes};

const ACTS_MAX: usize = 400;

/// A widget of a dialogue, by what it waits for.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Ask,
    Form(usize),
    Menu,
    Set,
    Wait,
    HandOff,
    Score,
    Branch,
    Label,
    Letter,
    Picture,
    /// With a dialogue for when it fails, or without.
    Call {
        fails_softly: bool,
    },
}

/// What comes between.
#[derive(Debug, Clone, Copy)]
enum Interruption {
    AgentAndBack,
    AgentAndPause,
    Urgent,
    PageInbox,
    TakeOverTwice,
}

#[derive(Debug, Clone, Copy)]
enum CallEnds {
    Answered,
    Failed,
    TimedOut,
}

fn call_ends() -> impl Strategy<Value = CallEnds> {
    prop_oneof![Just(CallEnds::Answered), Just(CallEnds::Failed), Just(CallEnds::TimedOut)]
}

fn kind() -> impl Strategy<Value = Kind> {
    use Kind::*;
    prop_oneof![
        Just(Text),
        Just(Ask),
        (1..4_usize).prop_map(Form),
        Just(Menu),
        Just(Set),
        Just(Wait),
        Just(HandOff),
        Just(Score),
        Just(Branch),
        Just(Label),
        Just(Letter),
        Just(Picture),
        any::<bool>().prop_map(|fails_softly| Call { fails_softly }),
    ]
}

fn interruption() -> impl Strategy<Value = Option<Interruption>> {
    use Interruption::*;
    let any = prop_oneof![Just(AgentAndBack), Just(AgentAndPause), Just(Urgent), Just(PageInbox), Just(TakeOverTwice)];
    prop::option::of(any)
}

/// The widgets, and the attributes that they ask for in order.
fn dialogue(kinds: &[Kind]) -> (Vec<Widget>, Vec<String>) {
    let mut asked = Vec::new();
    let mut ask = |number: usize| {
        let name = format!("answer_{}", asked.len());
        asked.push(name.clone());
        question(&format!("Question {number} {name}?"), &name, AnswerKind::Text, "Again?")
    };
    let widget = |(number, kind): (usize, &Kind)| match kind {
        Kind::Text => text("A text."),
        Kind::Ask => Widget::Ask(ask(number)),
        Kind::Form(count) => Widget::Form(Form {
            id: format!("form {number}"),
            questions: (0..*count).map(|_| ask(number)).collect(),
            score: 0,
            alert: None,
        }),
        Kind::Menu => Widget::Menu { text: "On?".into(), options: vec![MenuOption::new("Go on", Action::Nothing)] },
        Kind::Set => Widget::Set { attribute: "seen".into(), value: format!("{number}").as_str().into() },
        Kind::Wait => Widget::Wait(minutes(2)),
        Kind::HandOff => Widget::HandOff { reason: Reason::Asked, score: 0 },
        Kind::Score => Widget::Score(1),
        Kind::Label => Widget::Label { add: vec![Label::known("tested")], remove: Vec::new() },
        Kind::Letter => Widget::Alert(letter()),
        Kind::Picture => Widget::Attachment {
            kind: AttachmentKind::Image,
            url: "https://harbour.example/quay.jpg".into(),
            name: String::new(),
            text: "Our quay.".into(),
        },
        Kind::Call { fails_softly } => Widget::HttpCall(call(fails_softly.then(|| behind(number)))),
        Kind::Branch => {
            let attribute = Some(("nothing".to_owned(), Test::Known(true)));
            Widget::Branch(vec![Case { when: Condition { attribute, ..Condition::default() }, go: "hours".into() }])
        }
    };
    let widgets = kinds.iter().enumerate().map(widget).collect();
    (widgets, asked)
}

/// The dialogue that goes on when the call of the widget with this number fails.
fn behind(number: usize) -> String {
    format!("behind {number}")
}

fn letter() -> Letter {
    let (to, cc, reply_to) = (vec!["agents".into()], Vec::new(), None);
    Letter { to, cc, reply_to, subject: "A test".into(), body: "".into() }
}

fn call(failed: Option<String>) -> HttpCall {
    let (url, timeout) = ("https://crm.example/orders".into(), minutes(1));
    let (send, bearer, sign, wanted) = (Vec::new(), None, None, Vec::new());
    HttpCall { method: Method::Get, url, send, bearer, sign, timeout, wanted, failed }
}

fn interrupt(story: &mut Story, how: Interruption) {
    match how {
        Interruption::AgentAndBack => {
            story.agent(ana(), "One moment.");
            story.gives_back(ana());
        }
        Interruption::AgentAndPause => {
            story.takes_over(ana());
            story.later(hours(1));
        }
        Interruption::Urgent => {
            story.contact("my claim");
            story.agent(ana(), "I am here.");
            story.gives_back(ana());
        }
        Interruption::PageInbox => {
            story.page_inbox("Hello from the Page.");
            story.later(hours(1));
        }
        Interruption::TakeOverTwice => {
            story.takes_over(ana());
            story.gives_back(ana());
            story.agent(ana(), "And once more.");
            story.gives_back(ana());
        }
    }
}

/// Answers whatever is asked, in between interruptions, until the dialogue has ended.
fn live(story: &mut Story, interruptions: &[Option<Interruption>], outcomes: &[CallEnds]) -> Vec<String> {
    let mut answers = Vec::new();
    let mut outcomes = outcomes.iter().copied();
    let mut ahead = interruptions.iter().copied();
    story.contact("begin the test");
    for _ in 0..ACTS_MAX {
        if story.conversation.state.mode != Mode::Bot {
            story.agent(ana(), "I am here.");
            story.gives_back(ana());
            continue;
        }
        let place = story.conversation.state.place.clone();
        if place == Place::Idle {
            return answers;
        }
        if let Some(how) = ahead.next().flatten() {
            interrupt(story, how);
            continue;
        }
        match place {
            Place::Asking(_) => {
                let menu = story.log.iter().rev().find_map(|(_, event)| match event {
                    Event::BotSaid { line, .. } => Some(!line.choices.is_empty()),
                    _ => None,
                });
                let words = if menu == Some(true) { "1".to_owned() } else { format!("reply {}", answers.len()) };
                story.contact(&words);
                if menu != Some(true) {
                    answers.push(words);
                }
            }
            Place::Delayed { .. } => story.later(minutes(2)),
            Place::Calling(_) => {
                let (call, turn) =
                    story.conversation.state.call.as_ref().map(|open| (open.id, open.turn)).expect("open");
                match outcomes.next().unwrap_or(CallEnds::Answered) {
                    CallEnds::Answered => {
                        story.tell(Command::Called { call, turn, outcome: Outcome::Values(Vec::new()) })
                    }
                    CallEnds::Failed => {
                        story.tell(Command::Called { call, turn, outcome: Outcome::Failed("it answered 500".into()) });
                    }
                    CallEnds::TimedOut => story.later(minutes(1)),
                }
            }
            Place::Interrupted(_) | Place::CutOff(_) => story.contact("So?"),
            Place::Idle | Place::OfferedHuman => {}
        }
    }
    panic!("it never ends: {:#?}", story.log);
}

/// A bot that `answers` says something before the first widget; else what the contact said stays unanswered, and is treated
/// as new after a pause.
fn story(kinds: &[Kind], answers: bool) -> (Story, Vec<String>) {
    let (widgets, asked) = dialogue(kinds);
    // What goes on after a call that failed is what stands behind it.
    let rest = |(number, kind): (usize, &Kind)| match kind {
        Kind::Call { fails_softly: true } => Some((behind(number), widgets[number + 1..].to_vec())),
        _ => None,
    };
    let rests: Vec<_> = kinds.iter().enumerate().filter_map(rest).collect();
    let bot = rests.into_iter().fold(TestBot::insurer(), |bot, (name, rest)| bot.dialogue(&name, rest));
    let first =
        if answers { vec![text("A text."), Widget::Go("test".into())] } else { vec![Widget::Go("test".into())] };
    let bot = bot.dialogue("test", widgets).dialogue("first", first);
    let bot = bot.trigger("test", keywords(&["begin the test"]), Action::Go("first".into()));
    (Story::of(bot.build()), asked)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_interruption_at_any_widget_repeats_loses_and_skips_nothing(
        kinds in vec(kind(), 1..12),
        interruptions in vec(interruption(), 0..24),
        outcomes in vec(call_ends(), 12),
        answers_first in any::<bool>(),
    ) {
        let (mut story, asked) = story(&kinds, answers_first);
        let answers = live(&mut story, &interruptions, &outcomes);

        let set: Vec<(&str, &str)> = story.log.iter().filter_map(|(_, event)| match event {
            Event::AttributeSet { name, value, .. } if name != "seen" => Some((name.as_str(), value.as_str())),
            _ => None,
        }).collect();
        let expected: Vec<(&str, &str)> = asked.iter().zip(&answers).map(|(name, value)| (name.as_str(), value.as_str())).collect();
        prop_assert_eq!(set, expected, "every question is answered once, in order, and no answer is lost");
        prop_assert_eq!(asked.len(), answers.len());

        for (number, kind) in kinds.iter().enumerate() {
            // In a dialogue behind a call the widgets count from there.
            let at = |step: &Step| step.dialogue.strip_prefix("behind ").map_or(step.widget, |call| {
                call.parse::<usize>().expect("a number") + 1 + step.widget
            });
            let here = |from: &Origin| from.widget.as_ref().is_some_and(|step| {
                (step.dialogue == "test" || step.dialogue.starts_with("behind ")) && at(step) == number
            });
            let opened = |event: &Event| matches!(event, Event::CallOpened { from, .. } if here(from));
            let opened = story.log.iter().filter(|(_, event)| opened(event)).count();
            let once = usize::from(matches!(kind, Kind::Call { .. }));
            prop_assert!(opened == once || (!answers_first && opened > once), "calls of widget {}: {}", number, opened);
            if matches!(kind, Kind::Call { .. }) {
                continue;
            }
            let ours = |event: &Event| matches!(event, Event::HandedOff { from, .. } if here(from));
            let calls = story.log.iter().filter(|(_, event)| ours(event)).count();
            prop_assert_eq!(calls, usize::from(matches!(kind, Kind::HandOff)), "hand-offs of widget {}", number);
            let completed = |event: &Event| matches!(event, Event::FormCompleted { form, .. } if *form == format!("form {number}"));
            let forms = story.log.iter().filter(|(_, event)| completed(event)).count();
            prop_assert_eq!(forms, usize::from(matches!(kind, Kind::Form(_))), "completions of form {}", number);
        }
    }
}
