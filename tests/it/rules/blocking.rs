//! Contacts whom we do not listen to.

use switchboard::domain::call::Answer;
use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::event::Event;
use switchboard::domain::filter::Aside;
use switchboard::domain::state::State;

use crate::support::bot::{HOURS, TestBot};
use crate::support::story::{Story, ana, ben, hours};

fn story() -> Story {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("Hello");
    story
}

fn block(on: bool) -> Command {
    Command::Block { agent: ana(), on }
}

#[test]
fn what_a_blocked_contact_writes_is_kept_and_nobody_answers_it() {
    let mut story = story();
    story.tell(block(true));
    story.expect_event(|event| matches!(event, Event::Blocked { by, on: true } if *by == ana()));
    for text in ["hours", "I had an accident", "Is sömebody there"] {
        story.contact(text);
        story.expect_silence();
        story.expect_event(|event| matches!(event, Event::ContactSaid { heard, .. } if heard.text == text));
        story.expect_no_event(|event| matches!(event, Event::HandedOff { .. } | Event::Reopened { .. }));
    }
    let row = story.conversation.summary();
    assert_eq!((row.unanswered, Aside::of(&row)), (0, Some(Aside::Blocked)));
    story.later(hours(48));
    story.expect_silence();
    story.tell(Command::ViewPage { url: "https://harbour.example/".into(), title: "Harbour".into() });
    story.expect_silence();
}

#[test]
fn blocking_takes_the_floor_from_whoever_has_it_and_no_ladder_climbs_on() {
    let mut story = story();
    story.contact("I had an accident");
    story.expect_waiting("urgent");
    story.tell(block(true));
    story.expect_bot_mode();
    assert_eq!(story.conversation.next_deadline(), None);
}

#[test]
fn nobody_writes_to_a_blocked_contact_by_mistake() {
    let mut story = story();
    story.tell(block(true));
    let seen = story.seq();
    let reply = Command::Reply { agent: ben(), text: "Hello?".into(), attachment: None, seen, anyway: true };
    assert_eq!(story.expect_refusal(reply), Refusal::IsBlocked);
    assert_eq!(story.expect_refusal(Command::TakeOver { agent: ben() }), Refusal::IsBlocked);
    assert_eq!(story.expect_refusal(Command::Reopen { agent: ben(), undo: false }), Refusal::IsBlocked);
    assert_eq!(story.expect_refusal(block(true)), Refusal::NothingNew);
}

#[test]
fn an_outside_bot_that_speaks_to_a_blocked_contact_is_kept_from_it() {
    let mut story = story();
    story.tell(block(true));
    let turn = story.conversation.state.turn;
    story.tell(Command::BotAnswer { turn, call: None, answer: Answer::text("Buy now") });
    story.expect_event(|event| matches!(event, Event::Suppressed { .. }));
}

#[test]
fn blocking_taken_back_leaves_everything_as_it_was() {
    let mut story = story();
    story.takes_over(ben());
    let before = story.conversation.state.clone();
    story.tell(block(true));
    story.tell(block(false));
    let after = story.conversation.state.clone();
    assert_eq!(State { seq: before.seq, turn: before.turn, ..after }, before);
}

#[test]
fn who_is_unblocked_later_is_answered_again() {
    let mut story = story();
    story.tell(block(true));
    story.later(hours(5));
    story.contact("anybody?");
    story.tell(Command::Block { agent: ben(), on: false });
    story.expect_silence();
    story.contact("hours");
    story.expect_bot(&[HOURS]);
    assert_eq!(Aside::of(&story.conversation.summary()), None);
}
