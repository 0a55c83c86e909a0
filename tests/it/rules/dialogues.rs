//! What dialogues and triggers do, beside questions and menus.

use std::sync::Arc;

use switchboard::domain::account::Channel;
use switchboard::domain::alert::Recipient;
use switchboard::domain::bot::answers::AnswerKind;
use switchboard::domain::bot::triggers::{Action, On, PageVisit};
use switchboard::domain::bot::{Ask, AtLimit, Bot, Form, HotLead, Widget};
use switchboard::domain::command::Command;
use switchboard::domain::event::{Event, Place, Reason, Why};
use switchboard::domain::message::Heard;

use crate::support::bot::{CALLING, HOURS, LATER, NAME, NOW, TestBot, WELCOME, keywords, question, text};
use crate::support::story::{Story, ana, hours, minutes};

fn go(dialogue: &str) -> Action {
    Action::Go(dialogue.into())
}

fn page(path: &str, after_seconds: u32, visits: u32) -> On {
    On::Page(PageVisit { path: path.into(), after_seconds, visits })
}

fn looks_at(story: &mut Story, path: &str) {
    story.tell(Command::ViewPage { url: format!("https://harbour.example{path}"), title: String::new() });
}

fn on_site(bot: Arc<Bot>) -> Story {
    Story::on(Channel::Webchat, bot)
}

// --- Delays ---

#[test]
fn a_delay_ends_by_itself_or_by_what_the_contact_writes() {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("think");
    story.expect_bot(&[LATER]);
    story.later(minutes(2));
    story.expect_bot(&[NOW]);

    story.contact("think");
    story.contact("Well?");
    story.expect_bot(&[NOW]);
    story.later(hours(1));
    assert!(story.scene().is_empty(), "it is said once");
}

#[test]
fn taking_over_cancels_a_delay() {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("think");
    story.takes_over(ana());
    story.later(minutes(30));
    story.expect_silence();
    story.gives_back(ana());
    story.expect_bot(&[NOW]);
}

// --- Why ---

#[test]
fn what_the_bot_says_names_its_trigger_and_its_widget() {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("a quote");
    story.expect_event(|event| match event {
        Event::BotSaid { from, .. } => {
            from.trigger.as_deref() == Some("quote")
                && from.widget.as_ref().map(ToString::to_string).as_deref() == Some("quote.widgets[0]")
        }
        _ => false,
    });
    story.contact("Maria");
    story.expect_event(|event| match event {
        Event::AttributeSet { from, .. } => from.widget.as_ref().is_some_and(|step| (step.widget, step.part) == (0, 0)),
        _ => false,
    });
    story.expect_event(|event| match event {
        Event::BotSaid { from, .. } => {
            from.widget.as_ref().map(ToString::to_string).as_deref() == Some("quote.widgets[0].form.questions[1]")
        }
        _ => false,
    });
}

// --- Forms and questions ---

#[test]
fn a_completed_form_is_one_event() {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("a quote");
    story.contact("Maria");
    story.expect_no_event(|event| matches!(event, Event::FormCompleted { .. }));
    story.contact("maria@example.com");
    story.expect_event(|event| match event {
        Event::FormCompleted { form, answers, .. } => {
            let answers: Vec<_> = answers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            form == "quote" && answers == [("name", "Maria"), ("email", "maria@example.com")]
        }
        _ => false,
    });
}

#[test]
fn a_question_is_given_up_after_its_limit() {
    let limited = |limit| {
        let ask = Ask { limit: Some((2, limit)), ..question("How many?", "guests", AnswerKind::Number, "A number?") };
        let bot = TestBot::insurer().dialogue("party", vec![Widget::Ask(ask), text("Right.")]);
        let mut story = Story::of(bot.trigger("party", keywords(&["party"]), go("party")).build());
        story.contact("party");
        story.contact("a few");
        story.expect_bot(&["A number?"]);
        story.contact("some");
        story
    };
    limited(AtLimit::MoveOn).expect_bot(&["Right."]);
    let mut story = limited(AtLimit::HandOff);
    story.expect_waiting("no_answer");
    story.agent(ana(), "Ten?");
    story.gives_back(ana());
    story.expect_bot(&["How many?"]);
}

#[test]
fn a_question_that_may_be_left_out_is_left_out_by_a_word() {
    let skippable = Ask { may_skip: true, ..question("Colour?", "colour", AnswerKind::Text, "") };
    let form = Form {
        id: "order".into(),
        questions: vec![skippable, question("Size?", "size", AnswerKind::Text, "")],
        score: 0,
        alert: None,
    };
    let bot = TestBot::insurer().dialogue("order", vec![Widget::Form(form)]);
    let mut story = Story::of(bot.trigger("order", keywords(&["order"]), go("order")).build());
    story.contact("order");
    story.contact("Skip!");
    story.expect_bot(&["Size?"]);
    story.contact("skip");
    assert_eq!((story.attribute("colour"), story.attribute("size")), (None, Some("skip")));
}

// --- Texts ---

#[test]
fn texts_are_filled_with_what_is_known() {
    let set = Widget::Set { attribute: "plan".into(), value: "the {{size|small}} plan".into() };
    let bot = TestBot::insurer().dialogue("plan", vec![set, text("You have {{plan}}, {{name|friend}}.")]);
    let mut story = Story::of(bot.trigger("plan", keywords(&["plan"]), go("plan")).build());
    story.contact("plan");
    story.expect_bot(&["You have the small plan, friend."]);
}

#[test]
fn one_of_several_texts_is_said_and_in_time_each() {
    let texts = Widget::Texts(vec!["one".into(), "two".into(), "three".into()]);
    let bot = TestBot::insurer().dialogue("dice", vec![texts]);
    let mut story = Story::of(bot.trigger("dice", keywords(&["dice"]), go("dice")).build());
    let mut said = std::collections::BTreeSet::new();
    for _ in 0..60 {
        story.contact("dice");
        said.extend(story.bot_lines().iter().map(ToString::to_string));
        story.tell(Command::Note { agent: ana(), text: "A note.".into() });
    }
    assert_eq!(said.len(), 3, "{said:?}");
}

// --- Pages ---

#[test]
fn a_page_visit_starts_a_dialogue_once_per_session() {
    let bot = TestBot::insurer().trigger("prices", page("/prices*", 0, 1), go("hours")).build();
    let mut story = on_site(bot);
    looks_at(&mut story, "/");
    story.expect_silence();
    looks_at(&mut story, "/prices?x=1");
    story.expect_bot(&[HOURS]);
    story.expect_event(|event| matches!(event, Event::BotSaid { why: Why::PageVisit(path), .. } if path == "/prices"));
    looks_at(&mut story, "/prices");
    story.expect_silence();
    story.later(hours(25));
    looks_at(&mut story, "/prices");
    story.expect_bot(&[HOURS]);
}

#[test]
fn a_page_visit_may_count_only_the_third_time_and_after_a_while() {
    let bot = TestBot::insurer().trigger("lost", page("/shop/*", 20, 3), go("hours")).build();
    let mut story = on_site(bot);
    for path in ["/shop/a", "/shop/b", "/shop/a"] {
        story.expect_silence();
        looks_at(&mut story, path);
    }
    story.later(minutes(1));
    story.expect_bot(&[HOURS]);
}

#[test]
fn whoever_speaks_first_cancels_what_a_page_visit_began() {
    let begun = || {
        let mut story = on_site(TestBot::insurer().trigger("prices", page("/prices", 20, 1), go("hours")).build());
        looks_at(&mut story, "/prices");
        story
    };
    let mut story = begun();
    story.contact("Hello");
    story.expect_bot(&[WELCOME]);
    story.later(minutes(1));
    assert!(story.scene().is_empty());

    let mut story = begun();
    story.tell(Command::Open);
    story.expect_bot(&[WELCOME]);
    story.later(minutes(1));
    story.expect_silence();

    let mut story = begun();
    story.takes_over(ana());
    story.later(minutes(1));
    assert!(story.scene().is_empty());
    story.gives_back(ana());
    story.later(minutes(1));
    assert!(story.scene().is_empty());
}

#[test]
fn a_page_visit_does_not_interrupt_a_question_or_a_person() {
    let bot = || TestBot::insurer().trigger("prices", page("/prices", 0, 1), go("hours")).build();
    let mut story = on_site(bot());
    story.contact("a quote");
    looks_at(&mut story, "/prices");
    story.expect_silence();
    let mut story = on_site(bot());
    story.takes_over(ana());
    looks_at(&mut story, "/prices");
    story.expect_silence();
}

// --- Other triggers ---

#[test]
fn a_get_started_button_and_a_referral_start_what_they_are_for() {
    let bot = TestBot::insurer().trigger("get started", On::Payload("GET_STARTED".into()), go("hours")).trigger(
        "summer",
        On::Referral("summer".into()),
        go("quote"),
    );
    let mut story = Story::of(bot.build());
    story.hear(Heard::tap("GET_STARTED", "Get started"));
    story.expect_bot(&[HOURS]);
    story.hear(Heard { referral: Some("summer".into()), ..Heard::tap("GET_STARTED", "Get started") });
    story.expect_bot(&[NAME]);
    story.hear(Heard { referral: Some("winter".into()), ..Heard::text("hours") });
    assert_eq!(story.attribute("name"), Some("hours"), "a referral that nobody knows changes nothing");
}

#[test]
fn no_match_may_have_a_dialogue_until_a_person_is_offered() {
    let bot = TestBot::insurer().no_answer_limit(3).trigger("no match", On::NoMatch, go("sorry"));
    let bot = bot.dialogue("sorry", vec![text("Sorry."), text("I know the hours.")]);
    let mut story = Story::of(bot.build());
    story.contact("hours");
    for _ in 0..2 {
        story.contact("Blah");
        story.expect_bot(&["Sorry.", "I know the hours."]);
    }
    story.contact("Blah");
    assert_eq!(story.conversation.state.place, Place::OfferedHuman);
}

#[test]
fn a_changed_attribute_starts_its_dialogue_when_the_one_of_the_moment_has_ended() {
    let wants = On::Changed { attribute: "name".into(), is: None };
    let mut story = Story::of(TestBot::insurer().trigger("named", wants, go("hours")).build());
    story.contact("a quote");
    story.contact("Maria");
    assert_ne!(story.bot_lines(), [HOURS], "the form goes on first");
    story.contact("maria@example.com");
    assert_eq!(story.bot_lines().last(), Some(&HOURS));
    story.contact("hours");
    story.expect_bot(&[HOURS]);
}

#[test]
fn the_first_message_of_a_session_at_night_is_told_so_once() {
    let bot = TestBot::insurer().with_hours().dialogue("night", vec![text("We sleep.")]);
    let mut story = Story::of(bot.trigger("closed", On::Hours { open: false }, go("night")).build());
    story.contact("Hello");
    story.expect_bot(&[WELCOME]);
    story.later(hours(10));
    story.contact("Hello");
    assert_ne!(story.bot_lines(), ["We sleep."], "not the first message");
    story.later(hours(35));
    story.contact("your hours?");
    story.expect_bot(&[HOURS]);
    story.later(hours(25));
    story.contact("Hello");
    story.expect_bot(&["We sleep."]);
}

// --- Hot leads ---

fn scoring(hand_off: bool) -> Story {
    let mut bot = TestBot::insurer().dialogue("learn", vec![Widget::Score(5), text("Much to learn.")]);
    bot.settings.hot_lead = Some(HotLead { threshold: 10, hand_off, alert: vec![Recipient::Agents] });
    let mut story = Story::of(bot.trigger("learn", keywords(&["learn"]), go("learn")).build());
    story.contact("learn");
    story.contact("learn");
    story
}

fn is_alert(event: &Event) -> bool {
    matches!(event, Event::Alerted { text } if text.starts_with("A hot lead"))
}

#[test]
fn enough_points_make_a_hot_lead_once_per_session() {
    let mut story = scoring(false);
    story.expect_event(is_alert);
    story.expect_event(|event| matches!(event, Event::Scored { points: 5, hot: true, .. }));
    assert!(story.conversation.summary().hot);
    story.expect_bot_mode();
    story.contact("learn");
    story.expect_no_event(is_alert);
    story.later(hours(25));
    story.contact("learn");
    assert!(!story.conversation.summary().hot, "another session");
    story.contact("learn");
    story.expect_event(is_alert);
}

#[test]
fn a_hot_lead_can_call_a_person_after_what_is_being_said() {
    let mut story = scoring(true);
    story.expect_bot(&["Much to learn.", CALLING]);
    story.expect_waiting("hot_lead");
    story.gives_back(ana());
    story.contact("learn");
    story.expect_bot_mode();
}

// --- Trouble ---

#[test]
fn a_loop_of_go_and_set_stops_with_an_error_and_calls_a_person() {
    let set = |value: &str| Widget::Set { attribute: "a".into(), value: value.into() };
    let bot = TestBot::insurer().dialogue("loop", vec![set("1"), set("2"), Widget::Go("loop".into())]);
    let mut story = Story::of(bot.trigger("loop", keywords(&["loop"]), go("loop")).build());
    story.contact("loop");
    story.expect_waiting("bot_failed");
    story.expect_event(|event| matches!(event, Event::Alerted { text } if text.contains("runs in a circle")));
    assert!(story.scene().len() < 100);
}

#[test]
fn dialogues_that_start_each_other_stop_too() {
    let changed = |is: &str| On::Changed { attribute: "a".into(), is: Some(format!(" {is} ")) };
    let set = |value: &str| vec![Widget::Set { attribute: "a".into(), value: value.into() }];
    let bot = TestBot::insurer()
        .dialogue("one", set("1"))
        .dialogue("two", set("2"))
        .trigger("1", changed("1"), go("two"))
        .trigger("2", changed("2"), go("one"))
        .trigger("loop", keywords(&["loop"]), go("one"));
    let mut story = Story::of(bot.build());
    story.contact("loop");
    story.expect_waiting("bot_failed");
}

#[test]
fn enormous_and_odd_messages_leave_the_conversation_whole() {
    let mut story = Story::of(TestBot::insurer().build());
    let odd = [
        "accid".repeat(20_000),
        "👩‍👩‍👧‍👦".repeat(5_000),
        "\u{fffd}\u{fffd}".into(),
        "e\u{301}".repeat(30_000),
        "\u{202e}".into(),
    ];
    for text in odd {
        story.contact(&text);
        story.gives_back_if_waiting();
    }
    story.contact("hours");
    assert!(!story.bot_lines().is_empty());
    let called = Reason::Urgent;
    story.contact(&format!("{} my claim", "blah ".repeat(10_000)));
    story.expect_waiting(called.as_str());
}

impl Story {
    fn gives_back_if_waiting(&mut self) {
        if !matches!(self.conversation.state.mode, switchboard::domain::state::Mode::Bot) {
            self.gives_back(ana());
        }
    }
}
