//! How urgent a conversation is, as agents judge it.

use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::event::Event;
use switchboard::domain::filter::{Filter, Order};
use switchboard::domain::priority::Priority;

use crate::support::bot::TestBot;
use crate::support::story::{Story, ana};

fn story() -> Story {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("Hello");
    story
}

fn judge(priority: Priority) -> Command {
    Command::Prioritise { agent: ana(), priority }
}

#[test]
fn a_priority_is_told_with_who_judged_so_and_moves_nothing() {
    let mut story = story();
    let turn = story.conversation.state.turn;
    story.tell(judge(Priority::High));
    story.expect_event(|event| matches!(event, Event::Prioritised { by, priority: Priority::High } if *by == ana()));
    story.expect_bot_mode();
    assert_eq!((story.conversation.state.turn, story.conversation.summary().priority), (turn, Priority::High));
    assert_eq!(story.expect_refusal(judge(Priority::High)), Refusal::NothingNew);
    story.tell(judge(Priority::None));
    assert_eq!(story.conversation.summary().priority, Priority::None);
}

#[test]
fn closing_ends_it_and_taking_that_back_brings_it_back() {
    let mut story = story();
    story.tell(judge(Priority::Urgent));
    story.tell(Command::Close { agent: ana() });
    assert_eq!(story.conversation.summary().priority, Priority::None);
    story.tell(Command::Reopen { agent: ana(), undo: true });
    assert_eq!(story.conversation.summary().priority, Priority::Urgent);
}

#[test]
fn a_list_by_priority_has_only_those_that_have_one() {
    let mut story = story();
    let all = Filter::default();
    assert!(!all.fits(&story.conversation.summary(), Order::Priority));
    story.tell(judge(Priority::Low));
    assert!(all.fits(&story.conversation.summary(), Order::Priority));
    let urgent = Filter { priority: Some(Priority::Urgent), ..Filter::default() };
    assert!(!urgent.fits(&story.conversation.summary(), Order::Newest));
}
