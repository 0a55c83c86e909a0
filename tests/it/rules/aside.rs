//! Conversations that are closed, and those that are snoozed.

use std::time::Duration;

use switchboard::domain::aside::{SNOOZE_MAX, Status, UNDO};
use switchboard::domain::bot::WhenPauseEnds;
use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::event::{Event, Return, Speaker};
use switchboard::domain::state::State;

use crate::support::bot::{HOURS, NAME, NO_ANSWER, STILL_AFTER, TestBot};
use crate::support::story::{Story, ana, ben, hours, minutes};

fn story() -> Story {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("Hello");
    story
}

fn close(story: &mut Story) {
    story.tell(Command::Close { agent: ana() });
}

fn snooze(story: &mut Story, span: Duration) {
    let until = story.now + span;
    story.tell(Command::Snooze { agent: ana(), until });
}

fn reopen(undo: bool) -> Command {
    Command::Reopen { agent: ana(), undo }
}

fn status(story: &Story) -> &'static str {
    story.conversation.summary().status.as_str()
}

fn came_back(why: Return) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::Reopened { why: because, .. } if *because == why)
}

// --- Closing ---

#[test]
fn closing_gives_the_floor_to_the_bot_without_a_word_and_says_who_did_it() {
    let mut story = story();
    story.agent(ben(), "Hello, this is Ben.");
    story.contact("And my claim?");
    story.tell(Command::Close { agent: ana() });
    story.expect_silence();
    story.expect_bot_mode();
    let had = |floor: &Option<Speaker>| *floor == Some(Speaker::Agent(ben()));
    story.expect_event(|event| matches!(event, Event::Closed { by, floor } if *by == ana() && had(floor)));
    assert_eq!((status(&story), story.conversation.summary().unanswered), ("closed", 0));
    assert_eq!(story.conversation.next_deadline(), None, "the pause is over with it");
    story.later(hours(48));
    story.expect_silence();
}

#[test]
fn closing_ends_the_ladder_of_whoever_waits() {
    let mut story = story();
    story.contact("I had an accident");
    story.expect_waiting("urgent");
    close(&mut story);
    story.later(STILL_AFTER * 20);
    story.expect_silence();
    story.expect_no_event(|event| matches!(event, Event::Climbed { .. }));
}

#[test]
fn a_closed_conversation_reopens_when_the_contact_writes_and_a_new_session_begins() {
    let mut story = story();
    story.contact("a quote");
    story.expect_bot(&[NAME]);
    close(&mut story);
    let session = story.conversation.state.session.number;
    story.later(minutes(5));
    story.contact("hours");
    story.expect_bot(&[HOURS]);
    story.expect_event(came_back(Return::ContactWrote));
    assert_eq!((status(&story), story.conversation.state.session.number), ("open", session + 1));
}

#[test]
fn the_dialogue_that_was_closed_is_not_gone_on_with() {
    let mut story = story();
    story.contact("a quote");
    close(&mut story);
    story.contact("Ada Lovelace");
    story.expect_bot(&[NO_ANSWER]);
    assert_eq!(story.attribute("name"), None);
}

#[test]
fn looking_at_a_page_or_coming_by_a_link_reopens_nothing() {
    let mut story = story();
    close(&mut story);
    story.tell(Command::ViewPage { url: "https://harbour.example/".into(), title: "Harbour".into() });
    assert_eq!(status(&story), "closed");
}

#[test]
fn whoever_takes_the_floor_or_answers_in_another_tool_reopens_it() {
    let mut story = story();
    close(&mut story);
    story.agent(ben(), "One more thing.");
    story.expect_event(came_back(Return::FloorMoved));
    story.expect_human(&ben());
    close(&mut story);
    story.page_inbox("From the Page");
    story.expect_event(came_back(Return::FloorMoved));
    assert_eq!(status(&story), "open");
}

#[test]
fn an_agent_reopens_it_by_hand_and_the_bot_keeps_the_floor() {
    let mut story = story();
    story.agent(ana(), "Hello");
    close(&mut story);
    story.later(hours(3));
    story.tell(Command::Reopen { agent: ben(), undo: false });
    story.expect_event(|event| matches!(event, Event::Reopened { by: Some(by), .. } if *by == ben()));
    story.expect_silence();
    story.expect_bot_mode();
    assert_eq!(status(&story), "open");
}

#[test]
fn closing_taken_back_leaves_everything_as_it_was() {
    let mut story = story();
    story.contact("a quote");
    story.agent(ben(), "Hello, this is Ben.");
    story.contact("And my boat?");
    let before = story.conversation.state.clone();
    let row = story.conversation.summary();
    close(&mut story);
    story.later(Duration::from_secs(9));
    story.tell(reopen(true));
    story.expect_silence();
    let after = &story.conversation.state;
    assert_eq!(State { seq: before.seq, turn: before.turn, ..after.clone() }, before);
    assert_eq!(story.conversation.summary().since, row.since, "it waits as long as it did");
    story.later(hours(1));
    story.expect_bot_mode();
}

#[test]
fn whoever_waits_waits_on_when_closing_is_taken_back() {
    let mut story = story();
    story.contact("I had an accident");
    let since = story.conversation.summary().since;
    close(&mut story);
    story.tell(reopen(true));
    story.expect_waiting("urgent");
    assert_eq!(story.conversation.summary().since, since);
    story.later(STILL_AFTER);
    story.expect_event(|event| matches!(event, Event::Climbed { .. }));
}

#[test]
fn only_whoever_closed_it_takes_that_back_and_only_for_a_minute_and_before_anybody_speaks() {
    let mut story = story();
    close(&mut story);
    assert_eq!(story.expect_refusal(Command::Reopen { agent: ben(), undo: true }), Refusal::TooLate);
    story.later(UNDO + Duration::from_millis(1));
    assert_eq!(story.expect_refusal(reopen(true)), Refusal::TooLate);
    story.contact("hours");
    assert_eq!(story.expect_refusal(reopen(true)), Refusal::NothingNew);
}

#[test]
fn closing_twice_and_reopening_what_is_open_changes_nothing() {
    let mut story = story();
    assert_eq!(story.expect_refusal(reopen(false)), Refusal::NothingNew);
    close(&mut story);
    assert_eq!(story.expect_refusal(Command::Close { agent: ben() }), Refusal::NothingNew);
    let until = story.now + hours(1);
    assert_eq!(story.expect_refusal(Command::Snooze { agent: ana(), until }), Refusal::IsClosed);
}

#[test]
fn a_hot_lead_is_none_any_more_once_the_session_is_closed() {
    let mut story = story();
    story.conversation.state.session.hot = true;
    close(&mut story);
    assert!(!story.conversation.summary().hot);
    story.tell(reopen(true));
    assert!(story.conversation.summary().hot);
}

// --- Snoozing ---

#[test]
fn a_snooze_ends_at_its_time_once_and_never_early() {
    let mut story = story();
    snooze(&mut story, hours(2));
    assert_eq!(status(&story), "snoozed");
    story.later(hours(2) - Duration::from_millis(1));
    assert_eq!((status(&story), story.expect_refusal(Command::DeadlinePassed)), ("snoozed", Refusal::NothingDue));
    story.later(Duration::from_millis(1));
    story.expect_event(came_back(Return::TimeCame));
    assert_eq!((status(&story), story.conversation.next_deadline()), ("open", None));
    assert_eq!(story.expect_refusal(Command::DeadlinePassed), Refusal::NothingDue);
}

#[test]
fn a_snooze_that_was_said_anew_or_ended_by_hand_does_not_fire() {
    let mut story = story();
    snooze(&mut story, hours(1));
    snooze(&mut story, hours(3));
    story.later(hours(2));
    assert_eq!(status(&story), "snoozed");
    story.tell(reopen(false));
    assert_eq!((status(&story), story.conversation.next_deadline()), ("open", None));
    snooze(&mut story, hours(1));
    close(&mut story);
    story.later(hours(2));
    assert_eq!(status(&story), "closed");
}

#[test]
fn a_contact_who_writes_ends_the_snooze_at_once() {
    let mut story = story();
    snooze(&mut story, hours(9));
    story.contact("hours");
    story.expect_event(came_back(Return::ContactWrote));
    story.expect_bot(&[HOURS]);
    assert_eq!(status(&story), "open");
}

/// Who may speak is another matter: the pause runs on, and the bot is back when it ends, snoozed or not.
#[test]
fn a_pause_runs_on_while_a_conversation_is_snoozed() {
    let mut story = story();
    story.contact("a quote");
    story.agent(ana(), "Hello, this is Ana.");
    snooze(&mut story, hours(5));
    story.expect_human(&ana());
    story.expect_pause(Some(hours(1)));
    story.later(hours(1));
    story.expect_bot_mode();
    assert_eq!(status(&story), "snoozed");
    story.later(hours(4));
    assert_eq!(status(&story), "open");
}

#[test]
fn an_agent_with_the_floor_may_write_on_and_leave_it_snoozed_but_taking_the_floor_ends_it() {
    let mut story = story();
    story.takes_over(ana());
    snooze(&mut story, hours(5));
    story.agent(ana(), "I will ask, and write tomorrow.");
    assert_eq!(status(&story), "snoozed");
    story.takes_over(ben());
    story.expect_event(came_back(Return::FloorMoved));
}

/// Nobody is left in silence because somebody snoozed them.
#[test]
fn the_ladder_climbs_on_and_a_hand_off_brings_the_conversation_back() {
    let mut story = story();
    snooze(&mut story, hours(5));
    story.contact("I had an accident");
    assert_eq!(status(&story), "open");
    snooze(&mut story, hours(5));
    story.later(STILL_AFTER);
    story.expect_event(|event| matches!(event, Event::Climbed { .. }));
    assert_eq!(status(&story), "snoozed");
}

#[test]
fn a_snooze_and_a_pause_that_end_together_both_end() {
    let mut story = Story::of(TestBot::insurer().when_pause_ends(WhenPauseEnds::Answer).build());
    story.takes_over(ana());
    let until = story.now + hours(1);
    story.tell(Command::Snooze { agent: ana(), until });
    story.later(hours(1));
    story.expect_bot_mode();
    assert_eq!((status(&story), story.conversation.next_deadline()), ("open", None));
}

#[test]
fn a_snooze_has_a_time_to_come_and_at_most_a_year() {
    let mut story = story();
    let now = story.now;
    for until in [now, now + SNOOZE_MAX + Duration::from_millis(1)] {
        assert_eq!(story.expect_refusal(Command::Snooze { agent: ana(), until }), Refusal::BadTime);
    }
    story.tell(Command::Snooze { agent: ana(), until: now + SNOOZE_MAX });
    let again = Command::Snooze { agent: ben(), until: now + SNOOZE_MAX };
    assert_eq!(story.expect_refusal(again), Refusal::NothingNew);
}

#[test]
fn closing_what_was_snoozed_taken_back_leaves_it_snoozed() {
    let mut story = story();
    snooze(&mut story, hours(5));
    let until = story.now + hours(5);
    close(&mut story);
    story.tell(reopen(true));
    assert_eq!(story.conversation.state.status, Status::Snoozed { until });
}

#[test]
fn the_log_alone_says_what_is_laid_aside() {
    let mut story = story();
    story.agent(ben(), "Hello");
    snooze(&mut story, hours(5));
    close(&mut story);
    let mut again = State::default();
    story.log.iter().for_each(|(at, event)| again.apply(event, *at, true));
    assert_eq!(again, story.conversation.state);
}
