use switchboard::domain::event::{Event, PauseMove, Speaker};

use crate::support::bot::{HOURS, TestBot, WELCOME};
use crate::support::outbox::RowState;
use crate::support::story::{Story, ana, hours, minutes};

fn story() -> Story {
    Story::of(TestBot::insurer().build())
}

#[test]
fn a_reply_from_the_page_inbox_takes_over() {
    let mut story = story();
    story.contact("Hello");
    let welcome = story.seq_of(WELCOME);
    story.page_inbox("Hello from the Page.");
    story.expect_floor(&Speaker::Outside);
    story.expect_pause(Some(hours(1)));
    story.expect_row(welcome, None);
    story.contact("hours");
    story.expect_silence();
    story.later(hours(1));
    story.expect_bot(&[HOURS, WELCOME]);
}

#[test]
fn a_reply_from_the_page_inbox_is_not_sent_again_by_us() {
    let mut story = story();
    story.page_inbox("Hello from the Page.");
    assert!(story.outbox.rows.is_empty());
}

#[test]
fn a_reply_from_the_page_inbox_ends_the_waiting() {
    let mut story = story();
    story.contact("I had an accident");
    story.page_inbox("How can I help?");
    story.expect_floor(&Speaker::Outside);
    assert!(story.conversation.state.unanswered.is_none());
}

#[test]
fn a_further_reply_from_outside_moves_the_end_like_an_agents() {
    let mut story = story();
    story.agent(ana(), "Hello");
    story.later(minutes(30));
    story.page_inbox("And from the Page.");
    story.expect_pause(Some(hours(1)));
    story.expect_human(&ana());
    story
        .expect_event(|event| matches!(event, Event::PauseMoved { by: Speaker::Outside, why: PauseMove::Replied, .. }));
}

#[test]
fn an_agent_who_replies_after_the_page_inbox_holds_the_floor() {
    let mut story = story();
    story.page_inbox("Hello from the Page.");
    story.later(minutes(30));
    story.agent(ana(), "I'll go on from here.");
    story.expect_human(&ana());
    story.expect_pause(Some(hours(1)));
    story.expect_row(story.seq_of("I'll go on from here."), Some(RowState::Queued));
}
