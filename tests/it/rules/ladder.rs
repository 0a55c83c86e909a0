//! Whoever waits for a person is told the truth in the end.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use switchboard::bots::load_file;
use switchboard::domain::alert::Recipient;
use switchboard::domain::bot::Bot;
use switchboard::domain::command::Command;
use switchboard::domain::event::{Event, GiveBack, Why};
use switchboard::domain::state::{Mode, Reach};
use switchboard::domain::time::Timestamp;
use switchboard::wire::event::What;
use switchboard::wire::view;

use crate::support::bot::{AGAIN, CALLING, CLOSED, NOBODY, STILL, THANKS, TestBot};
use crate::support::story::{MORNING, Story, ana, hours, minutes};

fn story() -> Story {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("I had an accident");
    story
}

/// Wednesday, 20:00: nobody is there until nine on Thursday.
fn evening() -> Story {
    let mut story = Story::of(TestBot::insurer().with_hours().build());
    story.now = MORNING + hours(10);
    story.contact("I had an accident");
    story
}

fn is_letter_to(event: &Event, people: &[Recipient]) -> bool {
    matches!(event, Event::AlertQueued { alert, .. } if alert.to == people && !alert.subject.is_empty())
}

#[test]
fn others_are_alerted_step_by_step_until_the_contact_is_told_the_truth() {
    let mut story = story();
    story.expect_bot(&[CALLING]);
    story.later(minutes(2));
    story.expect_bot(&[STILL]);
    story.expect_event(|event| matches!(event, Event::Climbed { rungs: 1, text, .. } if text.contains("supervisors")));
    story.expect_event(|event| is_letter_to(event, &[Recipient::Supervisors]));
    story.later(minutes(9));
    story.expect_silence();
    story.later(minutes(1));
    story.expect_bot(&[NOBODY]);
    story.expect_event(|event| matches!(event, Event::Climbed { rungs: 2, next: None, .. }));
    story.expect_event(|event| is_letter_to(event, &[Recipient::Admins]));
    story.later(hours(100));
    assert!(story.scene().is_empty(), "the ladder has an end");
    story.expect_waiting("urgent");
}

#[test]
fn the_contact_tells_how_to_be_reached_and_is_thanked() {
    let mut story = story();
    story.later(minutes(12));
    story.contact("Well, hm.");
    story.expect_bot(&[AGAIN]);
    story.contact("Hello?");
    story.expect_silence();
    story.contact("call me: +49 40 1234567");
    story.expect_bot(&[THANKS]);
    assert_eq!(story.attribute("phone"), Some("+49 40 1234567"));
    story.expect_waiting("urgent");
    story.contact("thanks");
    story.expect_silence();
}

#[test]
fn before_the_contact_is_asked_a_number_is_only_a_message() {
    let mut story = story();
    story.contact("+49 40 1234567");
    story.expect_silence();
    assert_eq!(story.attribute("phone"), None);
}

#[test]
fn who_takes_over_ends_the_climb() {
    let mut story = story();
    story.later(minutes(2));
    let said = story.seq_of(STILL);
    story.takes_over(ana());
    story.expect_event(|event| matches!(event, Event::Withdrawn { of } if of.contains(&said)));
    story.later(minutes(30));
    story.expect_no_event(|event| matches!(event, Event::Climbed { .. }));
}

#[test]
fn who_returns_to_the_bot_ends_the_climb() {
    let mut story = story();
    story.contact("back");
    story.expect_event(|event| matches!(event, Event::GivenBack { why: GiveBack::ByContact, .. }));
    story.later(hours(1));
    assert!(story.scene().is_empty());
}

#[test]
fn what_the_ladder_says_answers_nothing() {
    let mut story = story();
    story.later(minutes(12));
    assert!(story.conversation.state.unanswered.is_some());
    assert_eq!(story.conversation.summary().rungs, 2);
}

#[test]
fn outside_the_hours_the_contact_is_told_at_once_and_the_climb_begins_in_the_morning() {
    let mut story = evening();
    story.expect_bot(&[CLOSED]);
    story.expect_waiting("urgent");
    story.later(hours(13) - Duration::from_millis(1));
    assert!(story.scene().is_empty());
    story.later(Duration::from_millis(1));
    story.expect_event(|event| matches!(event, Event::Climbed { rungs: 0, text, .. } if text.contains("open again")));
    story.expect_silence();
    story.later(minutes(2));
    story.expect_bot(&[STILL]);
    story.later(minutes(10));
    story.expect_bot(&[NOBODY]);
}

#[test]
fn who_told_at_night_how_to_be_reached_is_not_asked_again() {
    let mut story = evening();
    story.contact("maria@example.com");
    story.expect_bot(&[THANKS]);
    story.later(hours(14));
    assert_eq!(story.bot_lines(), [STILL]);
}

/// Whoever checks that there is one voice must be able to tell the ladder's lines from the bot's own.
#[test]
fn what_the_ladder_says_is_told_as_such() {
    let mut story = story();
    story.later(minutes(12));
    story.contact("Hm.");
    story.contact("ana@example.org");
    let called = story.log.iter().position(|(_, event)| matches!(event, Event::HandedOff { .. })).expect("a hand-off");
    let mut told = 0;
    for (at, event) in &story.log[called..] {
        if let What::BotSaid { why, .. } = view::event(0, *at, event).what {
            assert!(why.contains("ladder"), "{why}");
            told += 1;
        }
    }
    assert_eq!(told, 4);
}

/// From any bot, at any hour, by any way into the waiting.
#[test]
fn no_ladder_leaves_anybody_in_silence() {
    let sample = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("bots").join(name);
        Arc::new(load_file(&path).expect("a good bot"))
    };
    let bots: Vec<Arc<Bot>> = vec![
        sample("harbor.json"),
        sample("shop.json"),
        sample("mood.json"),
        TestBot::insurer().build(),
        TestBot::insurer().with_hours().calling_silently().build(),
    ];
    for bot in bots {
        for start in (0..7 * 24).map(|hour| MORNING + hours(hour)) {
            for words in ["claim refund person", "somebody human", "carousel human"] {
                walk(&bot, start, words);
            }
        }
    }
}

fn walk(bot: &Arc<Bot>, start: Timestamp, words: &str) {
    let mut story = Story::of(bot.clone());
    story.now = start;
    story.contact(words);
    let Mode::Waiting { .. } = story.conversation.state.mode else { panic!("{words} calls nobody in {}", bot.name) };
    let mut climbed = 0;
    while let Some(due) = story.conversation.next_deadline() {
        assert!(due > story.now && due.since(story.now) <= hours(24 * 4), "in {}: {due:?}", bot.name);
        story.now = due;
        story.tell(Command::DeadlinePassed);
        let called = story.scene().iter().find_map(|event| match event {
            Event::Climbed { rungs, .. } => Some(*rungs),
            _ => None,
        });
        let called = called.unwrap_or_else(|| panic!("nothing was climbed in {}", bot.name));
        // The opening of the shop calls those of the first rung.
        let rung = bot.ladder.rungs.get(called.saturating_sub(1)).map_or(&bot.ladder.last.alert, |rung| &rung.alert);
        story.expect_event(|event| is_letter_to(event, rung));
        climbed += 1;
    }
    assert!(climbed > bot.ladder.rungs.len(), "{climbed} rungs in {}", bot.name);
    let asked = |(_, event): &(Timestamp, Event)| matches!(event, Event::BotSaid { why: Why::AskingHowToReach, .. });
    assert!(story.log.iter().any(asked), "{words} in {} at {start:?}", bot.name);
    let Mode::Waiting { reach, .. } = story.conversation.state.mode else { panic!("it stopped waiting") };
    assert_ne!(reach, Reach::NotAsked);
    story.contact("ana@example.org");
    story.expect_event(|event| matches!(event, Event::BotSaid { why: Why::Reached, .. }));
}
