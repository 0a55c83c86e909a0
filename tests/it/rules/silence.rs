use switchboard::domain::call::Answer;
use switchboard::domain::command::{Command, Outcome};
use switchboard::domain::event::{Event, Place};
use switchboard::domain::message::Heard;

use crate::support::bot::{EMAIL, HOURS, NAME, TestBot, WELCOME};
use crate::support::outbox::RowState;
use crate::support::story::{Story, ana, ben, hours, minutes};

fn story() -> Story {
    Story::of(TestBot::insurer().build())
}

#[test]
fn taking_over_withdraws_what_the_bot_had_not_sent() {
    let mut story = story();
    story.contact("Hello");
    let welcome = story.seq_of(WELCOME);
    story.expect_row(welcome, Some(RowState::Queued));
    story.agent(ana(), "Hello, this is Ana.");
    story.expect_row(welcome, None);
    story.expect_event(|event| matches!(event, Event::Withdrawn { of } if *of == [welcome]));
    story.expect_row(story.seq_of("Hello, this is Ana."), Some(RowState::Queued));
    assert!(!story.outbox.start_sending(welcome, story.now));
}

#[test]
fn a_message_being_sent_is_the_only_one_that_may_still_arrive() {
    let mut story = story();
    story.contact("What are your hours?");
    let said = story.seq_of(HOURS);
    story.starts_sending(said);
    story.takes_over(ana());
    story.expect_row(said, Some(RowState::Sending));
    story.ends_sending(said, Outcome::Sent { provider_id: "m1".into() });
    story.expect_event(|event| matches!(event, Event::Sent { of, .. } if *of == said));
}

#[test]
fn a_message_that_failed_to_go_out_during_the_take_over_is_not_tried_again() {
    let mut story = story();
    story.contact("What are your hours?");
    let said = story.seq_of(HOURS);
    story.starts_sending(said);
    story.takes_over(ana());
    let at = story.now + minutes(1);
    story.ends_sending(said, Outcome::NotSent { at, reason: "503".into() });
    story.expect_event(|event| matches!(event, Event::Withdrawn { of } if *of == [said]));
    story.expect_row(said, None);
}

#[test]
fn a_message_of_unknown_fate_is_not_tried_again_after_a_take_over() {
    let mut story = story();
    story.contact("What are your hours?");
    let said = story.seq_of(HOURS);
    story.starts_sending(said);
    story.takes_over(ana());
    let again_at = story.now + minutes(1);
    story.ends_sending(said, Outcome::Unknown { again_at, reason: "timeout".into() });
    story.expect_event(|event| matches!(event, Event::Uncertain { again_at: None, .. }));
    story.expect_row(said, Some(RowState::Shelved));
}

#[test]
fn giving_back_does_not_revive_what_was_withdrawn() {
    let mut story = story();
    story.contact("What are your hours?");
    let said = story.seq_of(HOURS);
    story.starts_sending(said);
    story.takes_over(ana());
    story.gives_back(ana());
    let at = story.now + minutes(1);
    story.ends_sending(said, Outcome::NotSent { at, reason: "503".into() });
    story.expect_row(said, None);
}

#[test]
fn a_take_over_leaves_the_messages_of_people_alone() {
    let mut story = story();
    story.agent(ana(), "Hello, this is Ana.");
    story.takes_over(ben());
    story.expect_row(story.seq_of("Hello, this is Ana."), Some(RowState::Queued));
}

#[test]
fn a_late_bot_answer_is_suppressed_and_logged() {
    let mut story = story();
    story.contact("Hello");
    let turn = story.conversation.state.turn;
    story.takes_over(ana());
    story.tell(Command::BotAnswer { turn, call: None, answer: Answer::text("Hello, I am a bot.") });
    story.expect_silence();
    story.expect_event(|event| matches!(event, Event::Suppressed { .. }));

    story.gives_back(ana());
    story.tell(Command::BotAnswer { turn, call: None, answer: Answer::text("Hello, I am a bot.") });
    story.expect_silence();
    story.expect_event(|event| matches!(event, Event::Suppressed { .. }));

    let turn = story.conversation.state.turn;
    story.tell(Command::BotAnswer { turn, call: None, answer: Answer::text("Hello, I am a bot.") });
    story.expect_bot(&["Hello, I am a bot."]);
}

#[test]
fn while_a_human_has_the_floor_everything_is_recorded_and_nothing_is_done() {
    let mut story = story();
    story.contact("Hello");
    story.agent(ana(), "Hello, this is Ana.");
    story.contact("I had an accident");
    story.contact("hours");
    story.contact_taps("A quote");
    story.expect_silence();
    story.expect_event(|event| matches!(event, Event::ContactSaid { heard: Heard { tap: Some(_), .. }, .. }));
    story.expect_human(&ana());
    assert_eq!(story.conversation.state.unanswered.as_ref().map(|unanswered| unanswered.count), Some(3));
}

#[test]
fn while_a_human_has_the_floor_no_answer_of_a_form_is_consumed() {
    let mut story = story();
    story.contact("I want a quote");
    story.expect_bot(&[NAME]);
    story.takes_over(ana());
    story.contact("Maria Muster");
    assert_eq!(story.attribute("name"), None);
    assert!(matches!(story.conversation.state.place, Place::Interrupted(_)));
}

#[test]
fn opening_the_chat_does_not_make_the_bot_speak_to_a_contact_of_ours() {
    let mut story = story();
    story.takes_over(ana());
    story.expect_refusal(Command::Open);
    story.gives_back(ana());
    story.tell(Command::Open);
    story.expect_bot(&[WELCOME]);
    story.expect_refusal(Command::Open);
}

#[test]
fn a_channel_without_deliveries_has_nothing_to_withdraw() {
    let mut story = Story::on(switchboard::domain::account::Channel::Webchat, TestBot::insurer().build());
    story.contact("quote");
    story.contact("Maria");
    story.expect_bot(&[EMAIL]);
    story.agent(ana(), "Hello");
    assert!(story.outbox.rows.is_empty() && story.conversation.state.deliveries.is_empty());
    story.later(hours(1));
    story.expect_bot_mode();
}
