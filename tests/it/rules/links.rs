//! Links by which a contact comes, with words and without.

use switchboard::domain::bot::triggers::{Action, On};
use switchboard::domain::event::{Event, Why};
use switchboard::domain::message::Heard;

use crate::support::bot::{CALLING, EMAIL, HOURS, NAME, NO_ANSWER, TestBot, WELCOME};
use crate::support::story::{Story, ana, hours};

fn story() -> Story {
    let spring = On::Referral("spring".into());
    Story::of(TestBot::insurer().trigger("spring", spring, Action::Go("hours".into())).build())
}

fn came_by(word: &str) -> Heard {
    Heard { referral: Some(word.to_owned()), ..Heard::default() }
}

#[test]
fn a_link_without_words_pulls_its_trigger() {
    let mut story = story();
    story.hear(came_by("spring"));
    story.expect_bot(&[HOURS]);
    story.expect_event(|event| matches!(event, Event::BotSaid { why: Why::Referral(word), .. } if word == "spring"));
    assert_eq!(story.conversation.state.unanswered, None, "nothing was said");
}

#[test]
fn a_link_that_nobody_waits_for_greets_a_stranger_and_else_is_only_kept() {
    let mut story = story();
    story.hear(came_by("autumn"));
    story.expect_bot(&[WELCOME]);
    story.hear(came_by("autumn"));
    story.expect_silence();
    story.expect_event(|event| matches!(event, Event::ContactSaid { heard, .. } if heard.referral.is_some()));
}

#[test]
fn a_link_is_no_answer_and_counts_as_no_words() {
    let mut story = story();
    story.contact("a quote");
    story.expect_bot(&[NAME]);
    story.hear(came_by("autumn"));
    story.expect_silence();
    story.contact("Maria");
    story.expect_bot(&[EMAIL]);
    assert_eq!(story.attribute("name"), Some("Maria"));

    let mut story = self::story();
    story.contact("Hello");
    story.contact("Nothing of that.");
    story.expect_bot(&[NO_ANSWER]);
    story.hear(came_by("autumn"));
    story.expect_silence();
    assert_eq!(story.conversation.state.unmatched, 1);
}

#[test]
fn while_a_person_is_called_or_has_the_floor_a_link_moves_nothing() {
    let mut story = story();
    story.contact("my claim");
    story.expect_bot(&[CALLING]);
    story.hear(came_by("spring"));
    story.expect_silence();
    story.expect_waiting("urgent");
    story.agent(ana(), "Hello");
    story.hear(came_by("spring"));
    assert_eq!(story.conversation.state.unanswered, None);
    story.later(hours(1));
    story.expect_bot_mode();
    story.expect_silence();
}

#[test]
fn a_link_with_words_is_answered_by_its_trigger_and_without_one_by_the_words() {
    let mut story = story();
    story.hear(Heard { referral: Some("spring".to_owned()), ..Heard::text("my quote") });
    story.expect_bot(&[HOURS]);
    story.hear(Heard { referral: Some("autumn".to_owned()), ..Heard::text("my quote") });
    story.expect_bot(&[NAME]);
}
