//! Labels: agents and bots put them on, and dialogues go by them.

use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::event::{Event, Origin};
use switchboard::domain::ids::BotId;
use switchboard::domain::label::LABELS_MAX;
use switchboard::domain::state::State;
use switchboard::wire::bot::read;

use crate::support::bot::TestBot;
use crate::support::story::{Story, ana};

const LABELS: &str = r#"{"schema": 1, "name": "Shop",
  "triggers": [{"first_contact": true, "go": "hello"}, {"keywords": ["join"], "go": "join"},
    {"keywords": ["leave"], "go": "leave"}, {"keywords": ["human"], "hand_off": "asked"}],
  "dialogues": [
    {"id": "hello", "widgets": [{"branch": [{"if": {"label": "VIP"}, "go": "vip"}]}, {"text": "Hello."}, {"end": true}]},
    {"id": "vip", "widgets": [{"text": "Welcome back."}, {"end": true}]},
    {"id": "join", "widgets": [{"label": {"add": ["vip", "Club  2026"], "remove": ["new"]}}, {"go": "hello"}]},
    {"id": "leave", "widgets": [{"label": {"remove": ["VIP"]}}, {"go": "hello"}]}]}"#;

fn story() -> Story {
    let bot = read(LABELS).expect("a good document").to_bot(BotId::new("shop"));
    Story::of(std::sync::Arc::new(bot))
}

fn label(story: &mut Story, label: &str, on: bool) -> Result<(), Refusal> {
    story.try_to(Command::Label { agent: ana(), label: label.into(), on })
}

fn labels(story: &Story) -> Vec<&str> {
    story.conversation.state.labels.iter().map(|label| label.as_str()).collect()
}

#[test]
fn a_bot_puts_labels_on_takes_them_off_and_goes_by_them_at_once() {
    let mut story = story();
    label(&mut story, "new", true).expect("put on");
    story.contact("hi");
    story.expect_bot(&["Hello."]);
    story.contact("join");
    story.expect_bot(&["Welcome back."]);
    assert_eq!(labels(&story), ["club 2026", "vip"]);
    story.contact("join");
    story.expect_no_event(|event| matches!(event, Event::Labelled { .. }));
    story.contact("leave");
    story.expect_bot(&["Hello."]);
    assert_eq!(labels(&story), ["club 2026"]);
}

#[test]
fn a_bot_goes_by_what_an_agent_has_put_on() {
    let mut story = story();
    label(&mut story, " Vip ", true).expect("put on");
    story.expect_event(|event| matches!(event, Event::Labelled { by: Some(by), on: true, .. } if *by == ana()));
    story.expect_bot_mode();
    story.contact("hi");
    story.expect_bot(&["Welcome back."]);
    assert_eq!(story.conversation.summary().labels.iter().map(ToString::to_string).collect::<Vec<_>>(), ["vip"]);
}

#[test]
fn what_changes_nothing_or_is_no_label_is_refused() {
    let mut story = Story::of(TestBot::insurer().build());
    assert_eq!(label(&mut story, "\t", true), Err(Refusal::BadLabel));
    assert_eq!(label(&mut story, &"x".repeat(41), true), Err(Refusal::BadLabel));
    assert_eq!(label(&mut story, "vip", false), Err(Refusal::NothingNew));
    label(&mut story, "vip", true).expect("put on");
    assert_eq!(label(&mut story, "VIP", true), Err(Refusal::NothingNew));
    label(&mut story, "vip", false).expect("taken off");
    assert_eq!(labels(&story), [""; 0]);
}

#[test]
fn a_contact_carries_so_many_and_the_agents_learn_what_a_bot_had_to_leave_out() {
    let mut story = story();
    for number in 1..LABELS_MAX {
        label(&mut story, &format!("label {number}"), true).expect("put on");
    }
    story.contact("join");
    story.expect_event(|event| matches!(event, Event::Labelled { from: Origin { widget: Some(_), .. }, .. }));
    story.expect_event(|event| matches!(event, Event::Alerted { text } if text.contains("“club 2026” was left out")));
    assert_eq!(labels(&story).len(), LABELS_MAX);
    assert_eq!(label(&mut story, "one more", true), Err(Refusal::TooManyLabels));
}

#[test]
fn the_log_alone_gives_the_labels() {
    let mut story = story();
    label(&mut story, "new", true).expect("put on");
    story.contact("join");
    let mut again = State::default();
    story.log.iter().for_each(|(at, event)| again.apply(event, *at, true));
    assert_eq!(again, story.conversation.state);
}
