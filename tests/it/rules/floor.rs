use std::time::Duration;

use switchboard::domain::bot::WhenPauseEnds;
use switchboard::domain::command::{Command, Extension, Refusal};
use switchboard::domain::conversation::TEXT_CHARS_MAX;
use switchboard::domain::event::{Event, GiveBack, PauseMove, Speaker};
use switchboard::domain::time::Timestamp;

use crate::support::bot::{CALLING, TestBot};
use crate::support::story::{Story, ana, ben, hours, minutes};

fn story() -> Story {
    Story::of(TestBot::insurer().build())
}

/// A story in which Ana has just taken over for an hour.
fn taken_over() -> Story {
    let mut story = story();
    story.contact("Hello");
    story.agent(ana(), "Hello, this is Ana.");
    story
}

fn reply(story: &Story, text: &str) -> Command {
    Command::Reply { agent: ana(), text: text.into(), attachment: None, seen: story.seq(), anyway: false }
}

#[test]
fn an_agents_reply_takes_over_and_silences_the_bot_for_an_hour() {
    let mut story = story();
    story.contact("Hello");
    story.agent(ana(), "Hello, this is Ana.");
    assert!(matches!(story.scene()[..2], [Event::TakenOver { .. }, Event::AgentSaid { .. }]));
    story.expect_human(&ana());
    story.expect_pause(Some(hours(1)));

    story.later(minutes(59));
    story.contact("What are your hours?");
    story.expect_silence();
    story.agent(ana(), "Nine to five.");
    story.later(hours(1));
    story.expect_bot_mode();
}

#[test]
fn a_bot_can_be_silent_for_longer_or_shorter() {
    let mut story = Story::of(TestBot::insurer().pause(minutes(20)).build());
    story.agent(ana(), "Hello");
    story.expect_pause(Some(minutes(20)));
}

#[test]
fn taking_over_without_a_word_does_the_same() {
    let mut story = story();
    story.takes_over(ana());
    story.expect_human(&ana());
    story.expect_pause(Some(hours(1)));
    story.later(hours(1));
    story.expect_bot_mode();
}

#[test]
fn an_agent_takes_over_from_waiting_and_the_reason_is_kept() {
    let mut story = story();
    story.contact("I had an accident");
    story.expect_waiting("urgent");
    story.agent(ana(), "I am here.");
    story.expect_human(&ana());
    assert_eq!(story.conversation.summary().wanted.expect("the reason").0.as_str(), "urgent");
}

#[test]
fn every_change_of_the_floor_is_another_turn_and_messages_carry_it() {
    let mut story = story();
    story.contact("Hello");
    story.agent(ana(), "Hello, this is Ana.");
    let turn = story.conversation.state.turn;
    assert_eq!(turn, 1);
    story.expect_event(|event| matches!(event, Event::AgentSaid { turn: 1, .. }));
    story.gives_back(ana());
    story.contact("hours");
    story.expect_event(|event| matches!(event, Event::BotSaid { turn: 2, .. }));
}

#[test]
fn a_further_reply_moves_the_end_to_an_hour_from_now() {
    let mut story = taken_over();
    story.later(minutes(40));
    story.agent(ana(), "And one more thing.");
    story.expect_pause(Some(hours(1)));
    story.expect_event(|event| matches!(event, Event::PauseMoved { why: PauseMove::Replied, .. }));
}

#[test]
fn a_second_reply_never_shortens_a_longer_pause() {
    let mut story = taken_over();
    story.extends(ana(), Extension::Minutes(240));
    story.expect_pause(Some(hours(5)));
    story.later(minutes(10));
    story.agent(ana(), "Still here.");
    story.expect_pause(Some(hours(5) - minutes(10)));
    story.extends(ana(), Extension::UntilResumed);
    story.agent(ana(), "Still here.");
    story.expect_pause(None);
}

/// Somebody answered in the Page inbox, and a colleague extended that pause until resumed by hand. A reply then used
/// to bring the bot back after an hour.
#[test]
fn a_reply_never_shortens_a_pause_that_began_outside() {
    let mut story = story();
    story.page_inbox("I'll look into it.");
    story.extends(ben(), Extension::UntilResumed);
    story.agent(ana(), "Done.");
    story.expect_human(&ana());
    story.expect_pause(None);
}

#[test]
fn a_colleagues_reply_moves_the_end_and_leaves_the_holder() {
    let mut story = taken_over();
    story.later(minutes(30));
    story.agent(ben(), "Ben here, a word from me.");
    story.expect_pause(Some(hours(1)));
    story.expect_human(&ana());
    story.expect_event(|event| matches!(event, Event::PauseMoved { by: Speaker::Agent(by), .. } if *by == ben()));
}

#[test]
fn a_colleague_can_take_over_from_the_holder_and_never_shortens_the_pause() {
    let mut story = taken_over();
    story.extends(ana(), Extension::Minutes(240));
    story.takes_over(ben());
    story.expect_human(&ben());
    story.expect_pause(Some(hours(5)));
    story.extends(ben(), Extension::UntilResumed);
    story.takes_over(ana());
    story.expect_pause(None);
}

#[test]
fn messages_notes_and_page_views_do_not_move_the_end() {
    let mut story = taken_over();
    story.later(minutes(30));
    story.contact("Are you there?");
    story.tell(Command::Note { agent: ben(), text: "Customer since 2009.".into() });
    story.tell(Command::ViewPage { url: "https://harbour.example/prices".into(), title: "Prices".into() });
    story.expect_pause(Some(minutes(30)));
}

#[test]
fn extending_adds_to_the_present_end() {
    let mut story = taken_over();
    story.later(minutes(10));
    story.extends(ana(), Extension::Minutes(15));
    story.expect_pause(Some(minutes(65)));
    story.extends(ben(), Extension::Minutes(60));
    story.extends(ben(), Extension::Minutes(240));
    story.expect_pause(Some(hours(5) + minutes(65)));
    story.expect_event(|event| {
        matches!(event, Event::PauseMoved { by: Speaker::Agent(by), why: PauseMove::Extended, .. } if *by == ben())
    });
}

#[test]
fn extending_until_tomorrow_means_nine_in_the_agents_zone() {
    let mut story = taken_over();
    story.extends(ana(), Extension::TomorrowIn("America/New_York".into()));
    story.expect_pause(Some(hours(28))); // 10:00 UTC to 9:00 in New York, which is 14:00 UTC
    let refusal =
        story.expect_refusal(Command::Extend { agent: ana(), by: Extension::TomorrowIn("Asia/Tokyo".into()) });
    assert_eq!(refusal, Refusal::NothingNew, "Tokyo's morning is earlier: nothing is shortened");
}

#[test]
fn extending_until_resumed_ends_only_by_hand() {
    let mut story = taken_over();
    story.extends(ana(), Extension::UntilResumed);
    assert_eq!(story.conversation.next_deadline(), None);
    story.later(hours(1000));
    story.expect_human(&ana());
    story.gives_back(ben());
    story.expect_bot_mode();
    story.expect_event(
        |event| matches!(event, Event::GivenBack { by: Some(by), why: GiveBack::ByAgent, .. } if *by == ben()),
    );
}

#[test]
fn five_minutes_before_the_end_there_is_one_warning() {
    let mut story = taken_over();
    story.later(minutes(55) - Duration::from_millis(1));
    assert!(story.scene().is_empty());
    story.later(Duration::from_millis(1));
    let end = story.now + minutes(5);
    story.expect_event(|event| matches!(event, Event::PauseEnding { until } if *until == end));
    story.expect_no_event(|event| matches!(event, Event::Alerted { .. }));
    story.later(minutes(4));
    assert!(story.scene().is_empty(), "one is enough");
}

#[test]
fn the_warning_alerts_somebody_if_a_message_is_unanswered() {
    let mut story = taken_over();
    story.contact("Are you there?");
    story.later(minutes(55));
    story.expect_event(|event| matches!(event, Event::PauseEnding { .. }));
    story.expect_event(|event| matches!(event, Event::Alerted { .. }));
}

#[test]
fn a_pause_that_was_extended_after_its_warning_warns_again() {
    let mut story = taken_over();
    story.later(minutes(56));
    story.extends(ana(), Extension::Minutes(15));
    story.later(minutes(14));
    story.expect_event(|event| matches!(event, Event::PauseEnding { .. }));
    story.expect_human(&ana());
    story.later(minutes(5));
    story.expect_bot_mode();
}

#[test]
fn a_deadline_that_was_overtaken_does_nothing() {
    let mut story = taken_over();
    story.later(minutes(50));
    story.agent(ana(), "One moment.");
    story.later(minutes(11));
    assert!(story.scene().is_empty());
    assert_eq!(story.expect_refusal(Command::DeadlinePassed), Refusal::NothingDue);
    story.gives_back(ana());
    assert_eq!(story.expect_refusal(Command::DeadlinePassed), Refusal::NothingDue);
}

#[test]
fn a_deadline_that_comes_very_late_ends_the_pause_at_once() {
    let mut story = taken_over();
    story.now = story.now + hours(9);
    story.tell(Command::DeadlinePassed);
    story.expect_bot_mode();
    story.expect_no_event(|event| matches!(event, Event::PauseEnding { .. }));
    assert_eq!(story.expect_refusal(Command::DeadlinePassed), Refusal::NothingDue);
}

#[test]
fn a_short_pause_ends_without_a_warning() {
    let mut story = Story::of(TestBot::insurer().pause(minutes(5)).build());
    story.agent(ana(), "Hello");
    story.later(minutes(5));
    story.expect_bot_mode();
    story.expect_no_event(|event| matches!(event, Event::PauseEnding { .. }));
}

#[test]
fn giving_back_while_waiting_calls_the_person_off() {
    let mut story = story();
    story.contact("I had an accident");
    story.expect_bot(&[CALLING]);
    story.gives_back(ana());
    story.expect_bot_mode();
    story.expect_silence();
}

/// Whoever had it: the bot, nobody yet, a colleague.
#[test]
fn an_agent_hands_the_floor_to_a_colleague_with_words_the_contact_never_sees() {
    let hand = |to, note: &str| Command::HandOver { agent: ana(), to, note: note.into() };
    let mut story = story();
    story.contact("I had an accident");
    story.expect_waiting("urgent");
    story.tell(hand(ben(), "Knows the harbour."));
    let given = |event: &Event| matches!(event, Event::TakenOver { given_by: Some(by), .. } if *by == ana());
    story.expect_event(given);
    story.expect_event(
        |event| matches!(event, Event::NoteAdded { agent, text } if *agent == ana() && text == "Knows the harbour."),
    );
    story.expect_human(&ben());
    story.expect_pause(Some(hours(1)));
    story.expect_silence();

    story.later(minutes(30));
    assert_eq!(story.expect_refusal(hand(ben(), "")).code(), "already_taken");
    assert_eq!(story.expect_refusal(hand(ana(), &"x".repeat(10_001))).code(), "too_long");
    story.tell(hand(ana(), " "));
    story.expect_human(&ana());
    story.expect_pause(Some(hours(1)));
    story.expect_no_event(|event| matches!(event, Event::NoteAdded { .. }));
    story.later(hours(1));
    story.expect_bot_mode();
}

#[test]
fn impossible_commands_are_refused_in_words() {
    let mut story = story();
    let extend = |by| Command::Extend { agent: ana(), by };
    let no = |story: &mut Story, command, words: &str| assert_eq!(story.expect_refusal(command).to_string(), words);

    no(&mut story, Command::GiveBack { agent: ana(), answer: None }, "the bot already has the floor");
    no(&mut story, extend(Extension::Minutes(15)), "there is no pause to extend: the bot has the floor");
    no(&mut story, Command::DeadlinePassed, "nothing is due");

    story.takes_over(ana());
    no(&mut story, Command::TakeOver { agent: ana() }, "Ana already has the floor");
    no(&mut story, extend(Extension::Minutes(0)), "a pause can be moved by 1 to 10080 minutes");
    no(&mut story, extend(Extension::Minutes(10_081)), "a pause can be moved by 1 to 10080 minutes");
    no(&mut story, extend(Extension::TomorrowIn("Mars/Olympus".into())), "“Mars/Olympus” is not a time zone");

    story.extends(ana(), Extension::UntilResumed);
    no(&mut story, extend(Extension::Minutes(15)), "the pause has no end already; give back to end it");
    no(&mut story, extend(Extension::UntilResumed), "nothing changes by that");
}

#[test]
fn empty_and_endless_messages_are_refused_before_anybody_takes_over() {
    let mut story = story();
    for empty in ["", " \n\t", "\u{200b} "] {
        let empty = reply(&story, empty);
        assert_eq!(story.expect_refusal(empty), Refusal::Empty);
    }
    let long = reply(&story, &"ä".repeat(TEXT_CHARS_MAX + 1));
    assert_eq!(story.expect_refusal(long), Refusal::TooLong { limit: TEXT_CHARS_MAX });
    let note = Command::Note { agent: ana(), text: " ".into() };
    assert_eq!(story.expect_refusal(note), Refusal::Empty);
    story.expect_bot_mode();
    story.agent(ana(), &"ä".repeat(TEXT_CHARS_MAX));
}

#[test]
fn a_conversation_that_keeps_failing_is_parked_with_the_humans() {
    let mut story = story();
    story.contact("Hello");
    story.tell(Command::Park { why: "It failed five times.".into() });
    story.expect_floor(&Speaker::System);
    story.expect_pause(None);
    story.expect_event(|event| matches!(event, Event::Alerted { .. }));
    story.tell(Command::Park { why: "And again.".into() });
    story.expect_no_event(|event| matches!(event, Event::TakenOver { .. }));

    let mut other = story.clone();
    story.agent(ana(), "I am here.");
    other.takes_over(ana());
    for story in [story, other] {
        story.expect_human(&ana());
        story.expect_pause(Some(hours(1)));
    }
}

#[test]
fn a_reply_in_the_page_inbox_takes_a_parked_conversation_too() {
    let mut story = story();
    story.tell(Command::Park { why: "It failed five times.".into() });
    story.page_inbox("Let me see.");
    story.expect_floor(&Speaker::Outside);
    story.expect_pause(Some(hours(1)));
}

#[test]
fn a_reply_to_a_pause_kept_for_humans_leaves_it_with_them() {
    let mut story = Story::of(TestBot::insurer().when_pause_ends(WhenPauseEnds::Keep).build());
    story.agent(ana(), "Hello");
    story.contact("Are you there?");
    story.later(hours(1));
    story.expect_pause(None);
    story.agent(ana(), "Yes.");
    story.expect_pause(None);
}

#[test]
fn time_may_stand_at_its_very_beginning() {
    let mut story = story();
    story.now = Timestamp(0);
    story.takes_over(ana());
    story.later(hours(1));
    story.expect_bot_mode();
}
