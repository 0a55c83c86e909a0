use switchboard::domain::changes::Change;
use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::event::Event;
use switchboard::domain::ids::Seq;
use switchboard::domain::message::Heard;

use crate::support::bot::{HOURS, TestBot};
use crate::support::story::{Story, ana};

fn hear(text: &str, mid: &str) -> Command {
    Command::Hear { heard: Heard::text(text), provider_id: Some(mid.into()), provider_at: None, name: None }
}

fn change(mid: &str, change: Change) -> Command {
    Command::Change { provider_id: mid.into(), change, provider_at: None }
}

fn edited(text: &str, number: u32) -> Change {
    Change::Edited { text: text.into(), number }
}

fn reacted(with: &str) -> Change {
    Change::Reacted { with: Some(with.into()) }
}

/// The contact has written `m`, while Ana has the floor.
fn unanswered() -> Story {
    let mut story = Story::of(TestBot::insurer().build());
    story.agent(ana(), "Hello");
    story.tell(hear("Is it bleu?", "m"));
    story
}

fn last_change_is_of(story: &Story, expected: Option<Seq>) {
    story.expect_event(|event| matches!(event, Event::ContactChanged { of, .. } if *of == expected));
}

#[test]
fn a_change_says_which_message_it_is_of_theirs_or_ours() {
    let mut story = Story::of(TestBot::insurer().build());
    story.tell(hear("Your hours?", "m"));
    let said = story.seq_of(HOURS);
    story.sent(said);
    story.tell(change("m", edited("Your opening hours?", 1)));
    last_change_is_of(&story, Some(1));
    story.tell(change(&format!("m{said}"), reacted("❤️")));
    last_change_is_of(&story, Some(said));
    story.expect_bot_mode();
}

#[test]
fn the_bot_does_not_answer_a_change() {
    let mut story = Story::of(TestBot::insurer().build());
    story.tell(hear("What is this?", "m"));
    let before = story.conversation.state.seq;
    story.tell(change("m", edited("Your hours?", 1)));
    assert_eq!(story.conversation.state.seq, before + 1);
}

#[test]
fn what_nobody_has_answered_is_answered_as_it_reads_now() {
    let mut story = unanswered();
    story.tell(change("m", edited("Your hours?", 1)));
    assert_eq!(story.conversation.summary().last.unwrap().text, "Your hours?");
    story.tell(Command::GiveBack { agent: ana(), answer: None });
    assert!(story.seq_of(HOURS) > 0);
}

#[test]
fn what_was_taken_back_needs_no_answer() {
    let mut story = unanswered();
    story.tell(change("m", Change::Deleted));
    let summary = story.conversation.summary();
    assert_eq!((summary.unanswered, summary.last.unwrap().text.contains("bleu")), (0, false));
}

#[test]
fn what_was_said_before_it_still_does_by_a_person() {
    let mut story = unanswered();
    story.tell(hear("Your hours?", "m2"));
    story.tell(change("m2", Change::Deleted));
    let unanswered = story.conversation.state.unanswered.clone().unwrap();
    assert_eq!((unanswered.count, unanswered.called), (1, true));
}

#[test]
fn late_and_repeated_changes_do_nothing() {
    let mut story = unanswered();
    story.tell(change("m", edited("Is it blue?", 2)));
    for late in [edited("Is it blu?", 1), edited("Is it blue?", 2)] {
        assert_eq!(story.expect_refusal(change("m", late)), Refusal::NothingNew);
    }
    story.tell(change("m", Change::Deleted));
    for late in [Change::Deleted, edited("Is it red?", 3), reacted("❤️")] {
        assert_eq!(story.expect_refusal(change("m", late)), Refusal::NothingNew);
    }
}

#[test]
fn changes_of_messages_we_never_heard_of_are_recorded_and_harmless() {
    let mut story = unanswered();
    let before = story.conversation.state.unanswered.clone();
    for change_of in [edited("What?", 1), reacted("😮"), Change::Deleted] {
        story.tell(change("m_unknown", change_of));
        last_change_is_of(&story, None);
    }
    assert_eq!(story.conversation.state.unanswered, before);
}

#[test]
fn a_message_that_comes_after_it_was_taken_back_is_known_as_gone_and_not_answered() {
    let mut story = Story::of(TestBot::insurer().build());
    story.tell(change("m", Change::Deleted));
    story.tell(hear("Your hours?", "m"));
    last_change_is_of(&story, Some(2));
    assert_eq!((story.conversation.state.seq, story.conversation.summary().unanswered), (3, 0));
}

#[test]
fn only_the_latest_names_are_kept() {
    let mut story = unanswered();
    for number in 0..100 {
        story.tell(hear("and …", &format!("n{number}")));
    }
    assert!(story.conversation.state.names.0.len() <= 20);
    story.tell(change("m", reacted("❤️")));
    last_change_is_of(&story, None);
}
