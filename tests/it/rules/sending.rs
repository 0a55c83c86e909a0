use std::sync::Arc;

use switchboard::domain::account::{Account, WhenUncertain};
use switchboard::domain::command::{Command, Outcome, Refusal};
use switchboard::domain::event::Event;
use switchboard::domain::ids::Seq;
use switchboard::domain::state::DeliveryState;

use crate::support::bot::{HOURS, TestBot};
use crate::support::outbox::RowState;
use crate::support::story::{Story, ana, hours, minutes};

/// The bot has said its hours.
fn bot_said() -> (Story, Seq) {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("Your hours?");
    let said = story.seq_of(HOURS);
    (story, said)
}

/// Ana has said hello.
fn agent_said() -> (Story, Seq) {
    let mut story = Story::of(TestBot::insurer().build());
    story.agent(ana(), "Hello");
    let said = story.seq_of("Hello");
    (story, said)
}

fn unknown(story: &Story) -> Outcome {
    Outcome::Unknown { again_at: story.now + minutes(1), reason: "timeout".into() }
}

fn not_sent(story: &Story) -> Outcome {
    Outcome::NotSent { at: story.now + minutes(1), reason: "503".into() }
}

fn refused() -> Outcome {
    Outcome::Refused { reason: "blocked".into() }
}

fn echo(of: Seq) -> Command {
    Command::Echo { of: Some(of), provider_id: "m1".into(), text: "Hello".into() }
}

fn resend(of: Seq) -> Command {
    Command::Resend { agent: ana(), of }
}

#[test]
fn a_message_that_did_not_go_out_is_tried_again_later() {
    let (mut story, said) = agent_said();
    let outcome = not_sent(&story);
    story.sending(said, outcome);
    story.expect_event(|event| matches!(event, Event::Retrying { .. }));
    story.expect_row(said, Some(RowState::Queued));
    assert!(!story.outbox.start_sending(said, story.now), "not before its time");
    story.later(minutes(1));
    story.sent(said);
    story.expect_row(said, None);
}

#[test]
fn a_message_of_unknown_fate_is_tried_once_more_and_then_left_to_people() {
    let (mut story, said) = agent_said();
    let outcome = unknown(&story);
    story.sending(said, outcome);
    story.expect_event(|event| matches!(event, Event::Uncertain { again_at: Some(_), .. }));
    story.later(minutes(1));
    let outcome = unknown(&story);
    story.sending(said, outcome);
    story.expect_event(|event| matches!(event, Event::Uncertain { again_at: None, .. }));
    story.expect_row(said, Some(RowState::Shelved));
    assert!(story.outbox.rows[&said].flagged);

    story.tell(resend(said));
    story.expect_row(said, Some(RowState::Uncertain));
    story.sent(said);
    story.expect_row(said, None);
}

#[test]
fn an_echo_spares_an_uncertain_message_its_second_try() {
    let (mut story, said) = agent_said();
    let outcome = unknown(&story);
    story.sending(said, outcome);
    story.tell(echo(said));
    story.expect_event(|event| matches!(event, Event::Sent { of, .. } if *of == said));
    story.expect_row(said, None);
}

/// "Withdrawn" says that a message never went out. Of one that may have arrived the log must not say so, and an echo
/// that comes after all must not be lost.
#[test]
fn an_uncertain_bot_message_stays_uncertain_through_a_take_over_until_its_echo_comes() {
    let (mut story, said) = bot_said();
    let outcome = unknown(&story);
    story.sending(said, outcome);
    story.takes_over(ana());
    story.expect_no_event(|event| matches!(event, Event::Withdrawn { .. }));
    story.expect_event(|event| matches!(event, Event::Uncertain { again_at: None, .. }));
    story.later(minutes(2));
    assert!(!story.outbox.start_sending(said, story.now), "it is not tried again");
    assert_eq!(story.expect_refusal(resend(said)), Refusal::NotResendable(said));

    story.tell(echo(said));
    story.expect_event(|event| matches!(event, Event::Sent { of, .. } if *of == said));
    story.expect_human(&ana());
    story.expect_row(said, None);
}

#[test]
fn a_second_try_that_fails_after_a_take_over_leaves_the_first_uncertain() {
    let (mut story, said) = bot_said();
    let outcome = unknown(&story);
    story.sending(said, outcome);
    story.later(minutes(1));
    story.starts_sending(said);
    story.takes_over(ana());
    let outcome = not_sent(&story);
    story.ends_sending(said, outcome);
    story.expect_event(|event| matches!(event, Event::Uncertain { again_at: None, .. }));
    story.tell(echo(said));
    story.expect_row(said, None);
}

#[test]
fn a_message_that_may_have_arrived_keeps_its_flag_through_later_tries() {
    let (mut story, said) = agent_said();
    let outcome = unknown(&story);
    story.sending(said, outcome);
    story.later(minutes(1));
    let outcome = not_sent(&story);
    story.sending(said, outcome);
    assert!(story.outbox.rows[&said].flagged);
    assert_eq!(story.delivery(said), Some(&DeliveryState::Uncertain { again: true }));
}

#[test]
fn a_withdrawal_that_comes_after_the_echo_is_nothing() {
    let (mut story, said) = bot_said();
    let outcome = unknown(&story);
    story.sending(said, outcome);
    story.tell(echo(said));
    assert_eq!(story.expect_refusal(Command::Withdraw { of: vec![said] }), Refusal::NothingNew);
    assert!(matches!(story.delivery(said), Some(DeliveryState::Sent { .. })));
}

#[test]
fn a_refused_message_can_be_sent_again_by_hand() {
    let (mut story, said) = agent_said();
    story.sending(said, refused());
    story.expect_row(said, Some(RowState::Shelved));
    assert!(story.conversation.state.trouble);
    story.tell(resend(said));
    story.sent(said);
    assert!(!story.conversation.state.trouble);
    assert_eq!(story.expect_refusal(resend(said)), Refusal::NotResendable(said));
}

#[test]
fn a_failed_bot_message_can_be_sent_again_until_a_human_takes_over() {
    let (mut story, said) = bot_said();
    story.sending(said, refused());
    story.tell(resend(said));
    story.sending(said, refused());
    story.takes_over(ana());
    assert_eq!(story.expect_refusal(resend(said)), Refusal::NotResendable(said));
    story.gives_back(ana());
    assert_eq!(story.expect_refusal(resend(said)), Refusal::NotResendable(said));
}

#[test]
fn a_message_on_its_way_cannot_be_sent_again_by_hand() {
    let (mut story, said) = agent_said();
    assert_eq!(story.expect_refusal(resend(said)), Refusal::NotResendable(said));
    assert_eq!(story.expect_refusal(resend(99)), Refusal::NotResendable(99));
    let outcome = unknown(&story);
    story.sending(said, outcome);
    assert_eq!(story.expect_refusal(resend(said)), Refusal::NotResendable(said));
}

#[test]
fn a_failed_message_whose_echo_comes_after_all_was_sent() {
    let (mut story, said) = agent_said();
    story.sending(said, refused());
    story.tell(echo(said));
    story.expect_row(said, None);
    assert!(matches!(story.delivery(said), Some(DeliveryState::Sent { .. })));
}

#[test]
fn a_message_sent_again_by_hand_is_never_called_unsent_afterwards() {
    let (mut story, said) = bot_said();
    let outcome = unknown(&story);
    story.sending(said, outcome);
    story.later(minutes(1));
    story.sending(said, refused());
    story.tell(resend(said));
    story.takes_over(ana());
    story.expect_no_event(|event| matches!(event, Event::Withdrawn { .. }));
    story.tell(echo(said));
    story.expect_row(said, None);
}

#[test]
fn an_outcome_told_twice_is_one() {
    let (mut story, said) = agent_said();
    story.sending(said, refused());
    let again = Command::Outcome { of: said, outcome: refused() };
    assert_eq!(story.expect_refusal(again), Refusal::NothingNew);
}

/// The account of the story holds what is uncertain.
fn holding((mut story, said): (Story, Seq)) -> (Story, Seq) {
    let account = (*story.conversation.account).clone();
    story.conversation.account = Arc::new(Account { uncertain: WhenUncertain::Hold, ..account });
    (story, said)
}

#[test]
fn an_account_that_holds_sends_nothing_uncertain_by_itself() {
    let (mut story, said) = holding(agent_said());
    let outcome = unknown(&story);
    story.sending(said, outcome);
    story.expect_event(|event| matches!(event, Event::Uncertain { again_at: None, .. }));
    story.expect_row(said, Some(RowState::Shelved));
    story.later(hours(24));
    assert!(!story.outbox.start_sending(said, story.now), "it waits for a person");
    story.tell(resend(said));
    assert!(story.outbox.rows[&said].flagged, "and is flagged for ever");
    let outcome = unknown(&story);
    story.sending(said, outcome);
    story.expect_row(said, Some(RowState::Shelved));
}

#[test]
fn what_is_held_is_settled_by_its_echo_at_any_time() {
    let (mut story, said) = holding(agent_said());
    let outcome = unknown(&story);
    story.sending(said, outcome);
    assert!(story.conversation.state.trouble);
    story.later(hours(2));
    story.tell(echo(said));
    story.expect_event(|event| matches!(event, Event::Sent { of, .. } if *of == said));
    story.expect_row(said, None);
    assert!(!story.conversation.state.trouble);
}

#[test]
fn a_message_that_is_left_is_never_sent_again_and_its_echo_is_still_news() {
    let leave = |of| Command::Leave { agent: Some(ana()), of };
    let (mut story, said) = holding(agent_said());
    assert_eq!(story.expect_refusal(leave(said)), Refusal::NothingNew, "it is on its way");
    let outcome = unknown(&story);
    story.sending(said, outcome);
    story.tell(leave(said));
    story.expect_row(said, None);
    assert!(!story.conversation.state.trouble, "nobody has to look at it any more");
    assert_eq!(story.expect_refusal(leave(said)), Refusal::NothingNew);
    assert_eq!(story.expect_refusal(resend(said)), Refusal::NotResendable(said));
    story.tell(echo(said));
    assert!(matches!(story.delivery(said), Some(DeliveryState::Sent { .. })));
}
