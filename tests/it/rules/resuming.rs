use switchboard::domain::bot::WhenPauseEnds;
use switchboard::domain::command::{Command, Extension};
use switchboard::domain::event::{Event, Place, Why};

use crate::support::bot::{CALLING, EMAIL, HELPED, HELPED_DONE, HOURS, NAME, PHONE, QUOTE_DONE, TestBot, WELCOME};
use crate::support::story::{Story, ana, hours, minutes};

fn story() -> Story {
    Story::of(TestBot::insurer().build())
}

fn story_that(then: WhenPauseEnds) -> Story {
    Story::of(TestBot::insurer().when_pause_ends(then).build())
}

/// The contact has given a name and is asked for the e-mail address when Ana takes over.
fn interrupted_form(mut story: Story) -> Story {
    story.contact("I want a quote");
    story.contact("Maria Muster");
    story.expect_bot(&[EMAIL]);
    story.agent(ana(), "One moment, I can help with that.");
    story
}

// --- What happens to an unanswered message ---

#[test]
fn when_the_pause_ends_with_nothing_unanswered_the_bot_waits_for_the_next_message() {
    let mut story = story();
    story.agent(ana(), "Hello");
    story.later(hours(1));
    story.expect_bot_mode();
    story.expect_silence();
    story.contact("Your hours?");
    story.expect_bot(&[HOURS]);
}

#[test]
fn when_the_pause_ends_with_an_unanswered_message_the_bot_answers_it() {
    let mut story = story();
    story.agent(ana(), "Hello");
    story.contact("Hm.");
    story.contact("What are your hours?");
    story.later(hours(1));
    story.expect_bot(&[HOURS]);
    story.expect_bot_mode();
}

#[test]
fn whoever_gives_back_says_whether_the_bot_answers_what_nobody_has() {
    for setting in [WhenPauseEnds::Answer, WhenPauseEnds::Wait, WhenPauseEnds::Keep] {
        for answer in [true, false] {
            let mut story = story_that(setting);
            story.agent(ana(), "Hello");
            story.contact("What are your hours?");
            story.tell(Command::GiveBack { agent: ana(), answer: Some(answer) });
            story.expect_bot_mode();
            if answer {
                story.expect_bot(&[HOURS]);
            } else {
                story.expect_silence();
            }
        }
    }
}

#[test]
fn whoever_lets_the_bot_wait_makes_it_wait_with_its_question_too() {
    let mut story = interrupted_form(story());
    story.contact("What are your hours?");
    story.tell(Command::GiveBack { agent: ana(), answer: Some(false) });
    story.expect_bot_mode();
    story.expect_silence();
    story.contact("Hello?");
    story.expect_bot(&[EMAIL]);
}

#[test]
fn what_a_person_was_called_about_the_bot_does_not_answer_whatever_is_chosen() {
    let mut story = story();
    story.contact("I had an accident");
    story.expect_event(|event| matches!(event, Event::HandedOff { .. }));
    let summary = story.conversation.summary();
    assert!(summary.unanswered > 0 && summary.called);
    story.tell(Command::GiveBack { agent: ana(), answer: Some(true) });
    story.expect_bot_mode();
    story.expect_no_event(|event| matches!(event, Event::HandedOff { .. }));
}

#[test]
fn when_the_pause_ends_with_an_unanswered_message_the_bot_can_be_told_to_wait() {
    let mut story = story_that(WhenPauseEnds::Wait);
    story.agent(ana(), "Hello");
    story.contact("What are your hours?");
    story.later(hours(1));
    story.expect_bot_mode();
    story.expect_silence();
    story.contact("Hello? Your hours?");
    story.expect_bot(&[HOURS]);
}

#[test]
fn when_the_pause_ends_with_an_unanswered_message_it_can_be_kept_for_humans() {
    let mut story = story_that(WhenPauseEnds::Keep);
    story.agent(ana(), "Hello");
    story.contact("What are your hours?");
    story.later(hours(1));
    story.expect_human(&ana());
    story.expect_pause(None);
    story.expect_silence();
    assert_eq!(story.count_alerts(), 2, "one with the warning, one at the end");
    story.later(hours(100));
    assert!(story.scene().is_empty());
}

#[test]
fn a_bot_that_keeps_for_humans_still_comes_back_when_all_is_answered() {
    let mut story = story_that(WhenPauseEnds::Keep);
    story.contact("Hello");
    story.agent(ana(), "Hello");
    story.later(hours(1));
    story.expect_bot_mode();
}

#[test]
fn a_message_that_a_human_answered_is_not_answered_again() {
    let mut story = story();
    story.takes_over(ana());
    story.contact("What are your hours?");
    story.agent(ana(), "Nine to five.");
    story.later(hours(1));
    story.expect_bot_mode();
    story.expect_silence();
}

#[test]
fn an_urgent_message_left_unanswered_calls_people_again_when_the_pause_ends() {
    let mut story = story();
    story.agent(ana(), "Hello");
    story.contact("I had an accident");
    story.later(hours(1));
    story.expect_bot(&[CALLING]);
    story.expect_waiting("urgent");
}

#[test]
fn what_a_person_was_called_about_is_never_treated_as_new() {
    let mut story = story();
    story.contact("I had an accident");
    story.expect_bot(&[CALLING]);
    story.takes_over(ana());
    story.gives_back(ana());
    story.expect_bot_mode();
    story.expect_silence();
}

#[test]
fn a_pause_that_ends_without_a_word_about_the_call_alerts_the_agents() {
    let mut story = story();
    story.contact("I had an accident");
    story.expect_bot(&[CALLING]);
    story.takes_over(ana());
    story.later(hours(1));
    story.expect_bot_mode();
    story.expect_event(|event| matches!(event, Event::Alerted { text } if text.contains("nobody has answered")));
    story.expect_silence();
}

// --- Where the bot resumes ---

#[test]
fn after_a_form_was_interrupted_its_question_is_asked_again() {
    let mut story = interrupted_form(story());
    story.gives_back(ana());
    story.expect_bot(&[EMAIL]);
    story.expect_event(|event| matches!(event, Event::BotSaid { why: Why::AskedAgain, .. }));
    story.contact("maria@example.com");
    story.expect_bot(&[QUOTE_DONE]);
    assert_eq!(story.attribute("name"), Some("Maria Muster"));
    assert_eq!(story.attribute("email"), Some("maria@example.com"));
}

#[test]
fn after_the_pause_of_a_form_the_next_message_brings_its_question_again() {
    let mut story = interrupted_form(story());
    story.later(hours(1));
    story.expect_silence();
    story.contact("So?");
    story.expect_bot(&[EMAIL]);
    story.contact("maria@example.com");
    story.expect_bot(&[QUOTE_DONE]);
}

#[test]
fn an_unanswered_keyword_is_answered_before_the_question_is_asked_again() {
    let mut story = interrupted_form(story());
    story.contact("What are your hours?");
    story.later(hours(1));
    story.expect_bot(&[HOURS, EMAIL]);
}

#[test]
fn after_a_menu_was_interrupted_it_is_shown_again() {
    let mut story = story();
    story.contact("Hello");
    story.expect_bot(&[WELCOME]);
    story.agent(ana(), "Hello");
    story.gives_back(ana());
    story.expect_bot(&[WELCOME]);
    story.contact("2");
    story.expect_bot(&[NAME]);
}

#[test]
fn after_a_hand_off_step_the_bot_goes_on_after_it_never_into_it() {
    let mut story = story();
    story.contact("Please call me");
    story.expect_bot(&[PHONE]);
    story.contact("+49 40 1234567");
    story.expect_bot(&[CALLING]);
    story.expect_waiting("asked");
    story.agent(ana(), "I am calling now.");
    story.gives_back(ana());
    story.expect_bot(&[HELPED]);
    story.expect_bot_mode();
    story.contact("Yes, a lot.");
    story.expect_bot(&[HELPED_DONE]);
}

#[test]
fn after_urgent_words_in_a_form_its_question_is_asked_again() {
    let mut story = story();
    story.contact("I want a quote");
    story.contact("It is about a claim");
    story.expect_waiting("urgent");
    story.agent(ana(), "Tell me.");
    story.gives_back(ana());
    story.expect_bot(&[NAME]);
    story.contact("Maria");
    story.expect_bot(&[EMAIL]);
}

#[test]
fn a_question_interrupted_twice_is_still_asked_again() {
    let mut story = interrupted_form(story());
    story.later(hours(1));
    story.agent(ana(), "Anything else?");
    story.extends(ana(), Extension::Minutes(15));
    story.later(minutes(75));
    story.expect_bot_mode();
    story.contact("No.");
    story.expect_bot(&[EMAIL]);
}

/// The keyword's dialogue ended with its hand-off; the question from before was then asked into the waiting, and lost.
#[test]
fn a_keyword_that_calls_a_person_keeps_the_interrupted_question_for_later() {
    let mut story = interrupted_form(story());
    story.later(hours(1));
    story.contact("Is somebody there?");
    story.expect_bot(&[CALLING]);
    story.expect_waiting("asked");
    assert!(matches!(story.scene().last(), Some(Event::HandedOff { .. })), "nothing is said after a hand-off");
    story.agent(ana(), "Yes, me.");
    story.gives_back(ana());
    story.expect_bot(&[EMAIL]);
}

#[test]
fn after_a_finished_dialogue_the_bot_waits_for_a_trigger() {
    let mut story = story();
    story.contact("Your hours?");
    story.agent(ana(), "Hello");
    story.gives_back(ana());
    story.expect_silence();
    assert_eq!(story.conversation.state.place, Place::Idle);
}

#[test]
fn a_bot_that_changed_meanwhile_does_not_stumble_over_the_old_place() {
    let mut story = interrupted_form(story());
    story.conversation.bot = TestBot::without_dialogues().build();
    story.gives_back(ana());
    story.expect_silence();
    story.contact("Hello");
    assert!(!story.bot_lines().is_empty());
}

impl Story {
    fn count_alerts(&self) -> usize {
        self.scene().into_iter().filter(|event| matches!(event, Event::Alerted { .. })).count()
    }
}
