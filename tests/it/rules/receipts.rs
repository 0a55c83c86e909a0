use switchboard::domain::account::Channel;
use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::event::{Event, Receipt};
use switchboard::domain::ids::Seq;
use switchboard::domain::state::DeliveryState;
use switchboard::domain::time::Timestamp;

use crate::support::bot::{HOURS, TestBot};
use crate::support::story::{Story, ana, minutes};

/// The bot has said its hours, and they went out as `m<seq>`.
fn sent() -> (Story, Seq) {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("Your hours?");
    let said = story.seq_of(HOURS);
    story.sent(said);
    (story, said)
}

fn acknowledge(receipt: Receipt, of: Seq) -> Command {
    Command::Acknowledge { receipt, provider_ids: vec![format!("m{of}")], watermark: None }
}

fn until(receipt: Receipt, watermark: Timestamp) -> Command {
    Command::Acknowledge { receipt, provider_ids: vec![], watermark: Some(watermark) }
}

#[test]
fn receipts_move_forward() {
    let (mut story, said) = sent();
    story.receipt(Receipt::Delivered, said);
    story.expect_event(|event| matches!(event, Event::Received { receipt: Receipt::Delivered, .. }));
    story.receipt(Receipt::Read, said);
    story.expect_event(|event| matches!(event, Event::Received { receipt: Receipt::Read, .. }));
}

#[test]
fn receipts_never_move_back() {
    let (mut story, said) = sent();
    story.receipt(Receipt::Read, said);
    for receipt in [Receipt::Delivered, Receipt::Read] {
        assert_eq!(story.expect_refusal(acknowledge(receipt, said)), Refusal::NothingNew);
    }
}

#[test]
fn a_receipt_that_comes_twice_is_one() {
    let (mut story, said) = sent();
    story.receipt(Receipt::Delivered, said);
    assert_eq!(story.expect_refusal(acknowledge(Receipt::Delivered, said)), Refusal::NothingNew);
}

#[test]
fn a_receipt_until_a_moment_is_for_everything_written_before_it() {
    let (mut story, first) = sent();
    story.later(minutes(1));
    let between = story.now;
    story.later(minutes(1));
    story.contact("hours again");
    let second = story.seq_of(HOURS);
    story.sent(second);
    story.tell(until(Receipt::Read, between));
    story.expect_event(|event| matches!(event, Event::Received { of, .. } if *of == [first]));
    story.tell(until(Receipt::Read, story.now));
    story.expect_event(|event| matches!(event, Event::Received { of, .. } if *of == [second]));
}

#[test]
fn a_receipt_for_what_we_never_sent_is_nothing() {
    let (mut story, said) = sent();
    assert_eq!(story.expect_refusal(acknowledge(Receipt::Read, said + 40)), Refusal::NothingNew);
}

#[test]
fn an_echo_of_ours_is_no_second_message() {
    let (mut story, said) = sent();
    let text = HOURS.to_owned();
    let marked = Command::Echo { of: Some(said), provider_id: format!("m{said}"), text: text.clone() };
    let plain = Command::Echo { of: None, provider_id: format!("m{said}"), text };
    for echo in [marked, plain] {
        assert_eq!(story.expect_refusal(echo), Refusal::NothingNew);
    }
    story.receipt(Receipt::Delivered, said);
    story.expect_bot_mode();
}

#[test]
fn an_echo_that_overtakes_the_providers_answer_tells_that_it_was_sent() {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("Your hours?");
    let said = story.seq_of(HOURS);
    story.starts_sending(said);
    story.tell(Command::Echo { of: Some(said), provider_id: "m".into(), text: HOURS.into() });
    story.expect_event(|event| matches!(event, Event::Sent { of, .. } if *of == said));
    story.expect_row(said, None);
    let outcome = switchboard::domain::command::Outcome::Sent { provider_id: "m".into() };
    assert_eq!(story.expect_refusal(Command::Outcome { of: said, outcome }), Refusal::NothingNew);
}

#[test]
fn a_visitors_screen_tells_what_it_has_shown_and_only_forward() {
    let mut story = Story::on(Channel::Webchat, TestBot::insurer().build());
    story.contact("Your hours?");
    let first = story.seq_of(HOURS);
    story.agent(ana(), "Hello");
    let second = story.seq_of("Hello");
    story.tell(Command::Seen { seq: second });
    story.expect_event(
        |event| matches!(event, Event::Received { of, receipt: Receipt::Read } if *of == [first, second]),
    );
    for seq in [second, first, 0] {
        assert_eq!(story.expect_refusal(Command::Seen { seq }), Refusal::NothingNew);
    }
}

#[test]
fn only_the_latest_messages_are_kept_for_receipts_but_never_an_open_one_forgotten() {
    let mut story = Story::of(TestBot::insurer().build());
    for number in 0..100 {
        story.agent(ana(), &format!("Message {number}"));
    }
    assert_eq!(story.conversation.state.deliveries.len(), 100);
    story.all_sent();
    story.agent(ana(), "The last one");
    assert!(story.conversation.state.deliveries.len() <= 64, "{}", story.conversation.state.deliveries.len());
    assert_eq!(story.delivery(story.seq_of("The last one")), Some(&DeliveryState::Open));
    assert_eq!(story.conversation.state.said.len(), 16);
}
