//! Calls to others' systems: an operator's own, asked by a widget, and the outside bot that answers here.

use std::sync::Arc;
use std::time::Duration;

use switchboard::domain::account::Channel;
use switchboard::domain::bot::Bot;
use switchboard::domain::call::{Answer, Ask, BACKLOG_MAX, Ending, Outcome, Request};
use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::conversation::Conversation;
use switchboard::domain::event::{Event, Place, Reason};
use switchboard::domain::ids::{BotId, Seq};
use switchboard::domain::message::{Heard, Line};
use switchboard::domain::state::State;
use switchboard::wire::bot::read;

use crate::support::story::{Story, ana, minutes};

const BROKEN: &str = "Something went wrong, a colleague comes.";
const BEGUN: &str = "Which order?";
const DONE: &str = "It is on its way.";
const SORRY: &str = "The shop does not answer. Try again later.";

/// A shop that looks orders up. `failed` is where a call that fails goes on.
fn shop(failed: &str) -> Arc<Bot> {
    let document = r#"{"schema": 1, "name": "Shop", "settings": {"texts": {"bot_failed": "BROKEN"}},
      "attributes": {"order": {"type": "text"}, "status": {"type": "text"}, "items": {"type": "number"}},
      "triggers": [{"first_contact": true, "go": "hours"}, {"keywords": ["order"], "go": "order"}, {"keywords": ["hours"], "go": "hours"},
        {"keywords": ["round"], "go": "round"}, {"keywords": ["accident"], "hand_off": "urgent"}],
      "dialogues": [
        {"id": "order", "widgets": [{"ask": {"text": "Which order?", "attribute": "order"}},
          {"http_call": {"url": "https://shop.example/orders/{{order}}", "send": {"who": "{{name|nobody}}"},
            "bearer": "shop", "timeout_seconds": 5, "answer": {"status": "/status", "items": "/items"}FAILED}},
          {"text": "It is {{status}}."}, {"end": true}]},
        {"id": "sorry", "widgets": [{"text": "The shop does not answer. Try again later."}, {"end": true}]},
        {"id": "hours", "widgets": [{"text": "Nine to five."}, {"end": true}]},
        {"id": "round", "widgets": [{"http_call": {"url": "https://shop.example/ping", "failed": "sorry"}},
          {"branch": [{"if": {"channel": "messenger"}, "go": "round"}]}, {"end": true}]}
      ]}"#;
    bot(&document.replace("FAILED", failed).replace("BROKEN", BROKEN))
}

fn robot() -> Arc<Bot> {
    bot(&r#"{"schema": 1, "name": "Robot", "settings": {"texts": {"bot_failed": "BROKEN"}},
        "triggers": [{"keywords": ["accident"], "hand_off": "urgent"}],
        "outside": {"url": "https://robot.example/turn", "secret": "robot", "timeout_seconds": 8}}"#
        .replace("BROKEN", BROKEN))
}

fn bot(document: &str) -> Arc<Bot> {
    let document = read(document).unwrap_or_else(|found| panic!("{found:#?}"));
    Arc::new(document.to_bot(BotId::new("shop")))
}

/// The seq of the call that is open.
#[track_caller]
fn open(story: &Story) -> Seq {
    story.conversation.state.call.as_ref().expect("a call is open").id
}

fn answers(story: &mut Story, call: Seq, outcome: Outcome) {
    let turn = story.conversation.state.turn;
    story.tell(Command::Called { call, turn, outcome });
}

fn values(values: &[(&str, &str)]) -> Outcome {
    Outcome::Values(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

fn asking(failed: &str) -> Story {
    let mut story = Story::of(shop(failed));
    story.contact("order");
    story.expect_bot(&[BEGUN]);
    story.contact("A 7/..");
    story
}

fn with_branch() -> Story {
    asking(r#", "failed": "sorry""#)
}

/// P10: the log alone gives the state.
#[track_caller]
fn expect_rebuilt(story: &Story) {
    let (account, bot) = (story.conversation.account.clone(), story.conversation.bot.clone());
    let mut rebuilt = Conversation::new(story.conversation.id, account, bot, State::default());
    story.log.iter().for_each(|(at, event)| rebuilt.apply(event, *at));
    assert_eq!(rebuilt.state, story.conversation.state);
}

fn ended(how: &Ending) -> impl Fn(&Event) -> bool + '_ {
    move |event| matches!(event, Event::CallEnded { how: ended, .. } if ended == how)
}

fn fails(story: &Story) -> usize {
    let failed = |event: &Event| matches!(event, Event::HandedOff { reason: Reason::BotFailed, .. });
    story.log.iter().filter(|(_, event)| failed(event)).count()
}

#[test]
fn a_widget_asks_with_what_is_known_and_nothing_of_it_leaves_its_place() {
    let story = with_branch();
    story.expect_event(|event| match event {
        Event::CallOpened { ask: Ask::Http(Request { url, send, bearer, .. }), .. } => {
            url == "https://shop.example/orders/A%207%2F%2E%2E"
                && send == &[("who".to_owned(), "nobody".to_owned())]
                && bearer.as_deref() == Some("shop")
        }
        _ => false,
    });
    assert!(matches!(story.conversation.state.place, Place::Calling(_)));
    expect_rebuilt(&story);
}

#[test]
fn an_answer_becomes_attributes_and_the_dialogue_goes_on() {
    let mut story = with_branch();
    let call = open(&story);
    answers(&mut story, call, values(&[("status", "on its way"), ("items", "3")]));
    story.expect_bot(&["It is on its way."]);
    assert_eq!((story.attribute("status"), story.attribute("items")), (Some("on its way"), Some("3")));
    assert_eq!(story.conversation.state.call, None);
    expect_rebuilt(&story);
}

#[test]
fn an_answer_that_lacks_something_or_does_not_fit_is_a_failure() {
    for wrong in [values(&[("status", "on its way")]), values(&[("status", "on its way"), ("items", "some")])] {
        let mut story = with_branch();
        let call = open(&story);
        answers(&mut story, call, wrong);
        story.expect_bot(&[SORRY]);
        assert_eq!(story.attribute("status"), None, "nothing of a bad answer stays");
    }
}

#[test]
fn a_call_that_fails_goes_on_where_its_widget_says() {
    let mut story = with_branch();
    let call = open(&story);
    answers(&mut story, call, Outcome::Failed("500 Internal Server Error".into()));
    story.expect_event(ended(&Ending::Failed("500 Internal Server Error".into())));
    story.expect_bot(&[SORRY]);
    story.expect_bot_mode();
    expect_rebuilt(&story);
}

#[test]
fn a_call_nobody_answers_hands_off_once_within_its_time_and_says_so() {
    let mut story = asking("");
    let call = open(&story);
    story.later(Duration::from_millis(4_999));
    story.expect_bot_mode();
    story.later(Duration::from_millis(1));
    story.expect_event(ended(&Ending::Failed("no answer within 5 seconds".into())));
    story.expect_bot(&[BROKEN]);
    story.expect_waiting("bot_failed");
    let turn = story.conversation.state.turn;
    let late = story.expect_refusal(Command::Called { call, turn, outcome: values(&[("status", "late")]) });
    assert_eq!(late, Refusal::NothingNew);
    story.later(minutes(1));
    assert_eq!(fails(&story), 1);
    expect_rebuilt(&story);
}

#[test]
fn taking_over_ends_the_call_in_the_same_step_and_its_answer_does_nothing() {
    let mut story = with_branch();
    let call = open(&story);
    story.agent(ana(), "I have a look.");
    let kinds = story.scene();
    assert!(
        matches!(
            kinds[..3],
            [Event::CallEnded { how: Ending::Cancelled, .. }, Event::TakenOver { .. }, Event::AgentSaid { .. }]
        ),
        "{kinds:#?}"
    );
    let turn = story.conversation.state.turn;
    let answer = Command::Called { call, turn, outcome: values(&[("status", "there"), ("items", "1")]) };
    story.expect_refusal(answer);
    assert_eq!(story.attribute("status"), None);
    // It may have done its work: it is not made again, and counts as failed.
    story.gives_back(ana());
    story.expect_bot(&["The shop does not answer. Try again later."]);
    assert_eq!(story.conversation.state.call, None);
    expect_rebuilt(&story);
}

#[test]
fn urgent_words_call_a_person_while_a_call_is_open() {
    for bot in [shop(""), robot()] {
        let mut story = Story::of(bot);
        story.contact("order");
        if story.conversation.state.call.is_none() {
            story.contact("7");
        }
        let call = open(&story);
        story.contact("There was an accident!");
        story.expect_waiting("urgent");
        story.expect_event(ended(&Ending::Cancelled));
        let turn = story.conversation.state.turn;
        let late = Command::Called { call, turn, outcome: Outcome::Failed("slow".into()) };
        story.expect_refusal(late);
        assert_eq!(fails(&story), 0);
        expect_rebuilt(&story);
    }
}

#[test]
fn what_the_contact_says_during_a_call_waits_for_its_end() {
    let mut story = with_branch();
    let call = open(&story);
    story.contact("hello?");
    story.contact("your hours?");
    story.expect_silence();
    answers(&mut story, call, values(&[("status", "on its way"), ("items", "3")]));
    story.expect_bot(&["It is on its way.", "Nine to five."]);
    expect_rebuilt(&story);
}

#[test]
fn calls_in_a_circle_stop_at_a_limit_and_call_a_person() {
    let mut story = Story::of(shop(""));
    story.contact("round");
    let mut calls = 0;
    while let Some(open) = story.conversation.state.call.as_ref().map(|open| open.id) {
        answers(&mut story, open, Outcome::Values(Vec::new()));
        calls += 1;
        assert!(calls < 100, "it never stops");
    }
    story.expect_waiting("bot_failed");
    story.expect_bot(&[BROKEN]);
    assert_eq!(fails(&story), 1);
    expect_rebuilt(&story);
}

#[test]
fn whoever_made_a_call_may_be_gone_and_the_next_try_says_which_it_is() {
    let mut story = with_branch();
    let call = open(&story);
    let look = story.conversation.next_look().expect("somebody looks");
    assert_eq!(look.since(story.now), Duration::from_secs(2));
    story.tell(Command::CallAgain { call });
    story.expect_event(|event| matches!(event, Event::CallRepeated { attempt: 2, .. }));
    story.tell(Command::CallAgain { call });
    story.expect_event(|event| matches!(event, Event::CallRepeated { attempt: 3, .. }));
    expect_rebuilt(&story);
    story.later(Duration::from_secs(5));
    story.expect_bot(&[SORRY]);
    story.expect_refusal(Command::CallAgain { call });
}

#[test]
fn an_outside_bot_answers_with_words_attributes_and_a_hand_off() {
    let mut story = Story::of(robot());
    story.contact("Good morning");
    let call = open(&story);
    let answer = Answer { set: vec![("mood".into(), "good".into())], ..Answer::text(DONE) };
    answers(&mut story, call, Outcome::Bot(answer));
    story.expect_bot(&[DONE]);
    assert_eq!(story.attribute("mood"), Some("good"));
    story.contact("A person, please");
    let call = open(&story);
    let hand_off = Some((Reason::Asked, "A person, please".to_owned()));
    answers(&mut story, call, Outcome::Bot(Answer { lines: Vec::new(), set: Vec::new(), hand_off, end: true }));
    story.expect_waiting("asked");
    expect_rebuilt(&story);
}

#[test]
fn an_outside_bot_gets_what_was_said_meanwhile_together_and_in_order() {
    let mut story = Story::of(robot());
    story.contact("one");
    let first = open(&story);
    story.contact("two");
    story.contact("three");
    assert_eq!(open(&story), first, "it is asked one thing at a time");
    answers(&mut story, first, Outcome::Bot(Answer::text("One.")));
    story.expect_bot(&["One."]);
    assert_ne!(open(&story), first);
    let about = |story: &Story| {
        let about = &story.conversation.state.call.as_ref().expect("open").about;
        (about.heard.iter().map(|(_, heard)| heard.text.clone()).collect::<Vec<_>>(), about.left_out)
    };
    assert_eq!(about(&story), (vec!["two".to_owned(), "three".to_owned()], 0));
    (1..=500).for_each(|number| story.contact(&number.to_string()));
    let second = open(&story);
    answers(&mut story, second, Outcome::Bot(Answer::text("Two, three.")));
    let (heard, left_out) = about(&story);
    assert_eq!((heard.len(), left_out, heard.last().map(String::as_str)), (BACKLOG_MAX, 480, Some("500")));
    expect_rebuilt(&story);
}

#[test]
fn an_outside_bot_that_fails_or_is_silent_hands_off_once_and_says_so() {
    let mut story = Story::of(robot());
    story.contact("Good morning");
    story.later(Duration::from_secs(8));
    story.expect_bot(&[BROKEN]);
    story.expect_waiting("bot_failed");
    expect_rebuilt(&story);

    let mut story = Story::of(robot());
    story.contact("Good morning");
    let call = open(&story);
    answers(&mut story, call, Outcome::Failed("the answer is no JSON".into()));
    story.expect_waiting("bot_failed");
    story.later(Duration::from_secs(8));
    assert_eq!(fails(&story), 1);
}

#[test]
fn an_outside_bot_that_answers_late_is_suppressed_in_the_log() {
    let mut story = Story::of(robot());
    story.contact("Good morning");
    let (call, turn) = (open(&story), story.conversation.state.turn);
    story.takes_over(ana());
    for late in [
        Command::Called { call, turn, outcome: Outcome::Bot(Answer::text(DONE)) },
        Command::BotAnswer { turn, call: None, answer: Answer::text(DONE) },
    ] {
        story.tell(late);
        story.expect_silence();
        story.expect_event(|event| matches!(event, Event::Suppressed { text, .. } if text == DONE));
    }
    story.expect_human(&ana());
}

#[test]
fn an_outside_bot_may_answer_later_and_in_pieces_but_each_call_once() {
    let mut story = Story::of(robot());
    story.contact("Good morning");
    let (call, turn) = (open(&story), story.conversation.state.turn);
    story.tell(Command::BotAnswer { turn, call: Some(call), answer: Answer { end: false, ..Answer::text("Wait.") } });
    assert_eq!(open(&story), call, "more is to come");
    story.tell(Command::BotAnswer { turn, call: Some(call), answer: Answer::text(DONE) });
    story.expect_bot(&[DONE]);
    assert_eq!(story.conversation.state.call, None);
    // The second try of the same call, or its response, says nothing again.
    for again in [
        Command::BotAnswer { turn, call: Some(call), answer: Answer::text(DONE) },
        Command::Called { call, turn, outcome: Outcome::Bot(Answer::text(DONE)) },
    ] {
        story.tell(again);
        story.expect_silence();
        story.expect_event(|event| matches!(event, Event::Suppressed { .. }));
    }
    // Under the same turn it may say something of its own accord.
    story.tell(Command::BotAnswer { turn, call: None, answer: Answer::text("By the way …") });
    story.expect_bot(&["By the way …"]);
    expect_rebuilt(&story);
}

#[test]
fn after_a_pause_the_outside_bot_is_asked_about_what_nobody_answered() {
    let mut story = Story::on(Channel::Webchat, robot());
    story.contact("Good morning");
    story.takes_over(ana());
    story.contact("Is anybody there?");
    story.expect_silence();
    story.later(minutes(61));
    let about = &story.conversation.state.call.as_ref();
    let about = about.map(|call| call.about.heard.iter().map(|(_, heard)| heard.text.as_str()).collect::<Vec<_>>());
    // Its time is over as well by now: a person is called.
    assert_eq!(about, None);
    story.expect_waiting("bot_failed");
    let asked = story.log.iter().filter(|(_, event)| matches!(event, Event::CallOpened { ask: Ask::Bot, .. })).count();
    assert_eq!(asked, 2);
    story.contact("back");
    assert_eq!(story.conversation.state.call.as_ref().and_then(|call| call.about.last()), Some(&Heard::text("back")));
    expect_rebuilt(&story);
}

#[test]
fn a_picture_of_an_outside_bot_is_said_like_words() {
    let mut story = Story::of(robot());
    story.contact("Good morning");
    let call = open(&story);
    let line = Line { text: String::new(), ..Line::text("") };
    answers(&mut story, call, Outcome::Bot(Answer { lines: vec![line], ..Answer::text("") }));
    assert_eq!(story.bot_lines().len(), 1);
}
