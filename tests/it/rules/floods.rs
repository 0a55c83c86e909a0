//! Whatever a contact throws at a conversation, it stays right and small.

use switchboard::domain::message::Heard;
use switchboard::domain::state::State;
use switchboard::wire::stored;

use crate::support::bot::{CALLING, HOURS, TestBot};
use crate::support::story::Story;

/// A snapshot of a conversation after a flood, in bytes: it keeps two messages, the longest too, and little more.
const STATE_BYTES_MAX: usize = 256 * 1024;

fn story() -> Story {
    Story::of(TestBot::insurer().asking_others().build())
}

/// The log alone gives the state, its numbers have no hole, and the state is bounded.
#[track_caller]
fn expect_right_and_small(story: &Story) {
    let mut again = State::default();
    story.log.iter().for_each(|(at, event)| again.apply(event, *at, true));
    assert_eq!(again, story.conversation.state);
    assert_eq!(again.seq, story.log.len() as u64);
    let bytes = stored::write_state(&again).len();
    assert!(bytes < STATE_BYTES_MAX, "{bytes} bytes");
}

#[test]
fn five_hundred_messages_in_one_moment_are_each_heard_and_the_next_is_answered() {
    let mut story = story();
    for number in 0..500 {
        story.hear(Heard::text(format!("message {number}")));
        story.all_sent();
    }
    story.contact("Your hours?");
    story.expect_bot(&[HOURS]);
    expect_right_and_small(&story);
}

#[test]
fn a_flood_during_a_call_waits_within_its_bounds_and_urgent_words_get_through() {
    let mut story = story();
    story.contact("My order?");
    for _ in 0..100 {
        story.contact(&"word ".repeat(20_000));
    }
    expect_right_and_small(&story);
    story.contact("I had an accident");
    story.expect_bot(&[CALLING]);
    story.expect_waiting("urgent");
}

#[test]
fn a_hundred_thousand_bytes_and_a_screen_of_emoji_are_messages_like_others() {
    let mut story = story();
    for text in ["x".repeat(100_000), "word ".repeat(20_000), "👩🏽‍🚀🦄".repeat(5_000), "\u{fffd}".repeat(1_000)]
    {
        story.contact(&text);
        assert_eq!(story.bot_lines().len(), 1, "{:?}", story.bot_lines());
    }
    story.contact(&format!("{} accident", "🦄 ".repeat(10_000)));
    story.expect_waiting("urgent");
    expect_right_and_small(&story);
}
