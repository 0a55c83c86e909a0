//! What somebody waits for goes out before what the bot says on its own.

use std::time::Duration;

use switchboard::domain::bot::Widget;
use switchboard::domain::bot::triggers::Action;
use switchboard::domain::command::Command;
use switchboard::domain::effects::{Effect, effects};
use switchboard::domain::message::Heard;
use switchboard::domain::window::{Author, Urgency};

use crate::support::bot::{TestBot, keywords, text};
use crate::support::story::{Story, ana, minutes};

fn story() -> Story {
    Story::of(TestBot::insurer().build())
}

/// How urgent each message is that follows from the command.
fn urgency(story: &Story, command: Command) -> Vec<Urgency> {
    let events = story.conversation.decide(story.now, command).expect("it is taken");
    let effects = effects(&story.conversation, story.conversation.state.seq + 1, &events, story.now);
    let queued = effects.iter().filter_map(|effect| match effect {
        Effect::Queue { by, .. } => Some(by.urgency()),
        _ => None,
    });
    queued.collect()
}

fn hears(words: &str) -> Command {
    Command::Hear { heard: Heard::text(words), provider_id: None, provider_at: None, name: None }
}

/// What follows from the next deadline, when it is reached.
fn in_time(story: &mut Story) -> Vec<Urgency> {
    story.now = story.conversation.next_deadline().expect("something will be due");
    urgency(story, Command::DeadlinePassed)
}

#[test]
fn who_writes_waits_for_the_answer_and_what_a_person_writes_comes_before_it() {
    let mut story = story();
    let answers = urgency(&story, hears("Your hours?"));
    assert!(!answers.is_empty() && answers.iter().all(|one| *one == Urgency::Answer), "{answers:?}");
    story.contact("Your hours?");
    let reply = Command::Reply { agent: ana(), text: "Hello".into(), attachment: None, seen: 0, anyway: true };
    assert_eq!(urgency(&story, reply), [Urgency::Person]);
    assert!(Urgency::Person < Urgency::Answer && Urgency::Answer < Urgency::OwnAccord);
}

#[test]
fn a_pause_that_ended_makes_the_bot_answer_on_its_own_accord() {
    let mut story = story();
    story.agent(ana(), "Hello");
    story.contact("Your hours?");
    story.later(minutes(55));
    assert_eq!(in_time(&mut story), [Urgency::OwnAccord]);
    // Also if they wrote a moment ago: very many pauses may end with this one.
    story.contact("Your hours?");
    assert_eq!(in_time(&mut story), [Urgency::OwnAccord]);
}

#[test]
fn an_agent_who_gives_back_wants_the_bot_to_answer_now() {
    let mut story = story();
    story.agent(ana(), "Hello");
    story.contact("Your hours?");
    story.later(minutes(30));
    let answers = urgency(&story, Command::GiveBack { agent: ana(), answer: Some(true) });
    assert_eq!(answers, [Urgency::Answer]);
}

#[test]
fn a_breath_within_a_dialogue_is_awaited_and_a_word_of_the_next_day_is_not() {
    let after = |seconds| {
        let dialogue = vec![Widget::Wait(Duration::from_secs(seconds)), text("Are you still there?")];
        let bot = TestBot::insurer().dialogue("later", dialogue);
        let on = keywords(&["later"]);
        let bot = bot.trigger("later", on, Action::Go("later".into()));
        let mut story = Story::of(bot.build());
        story.contact("later");
        in_time(&mut story)
    };
    assert_eq!(after(3), [Urgency::Answer]);
    assert_eq!(after(60), [Urgency::Answer]);
    assert_eq!(after(24 * 3600), [Urgency::OwnAccord]);
}

#[test]
fn whoever_waits_for_a_person_hears_how_that_stands_as_an_answer() {
    let mut story = story();
    story.contact("I had an accident");
    let still = in_time(&mut story);
    assert_eq!(still, [Urgency::Answer]);
}

#[test]
fn a_snooze_that_is_over_is_nobodys_input() {
    let dialogue = vec![Widget::Wait(Duration::from_secs(30)), text("How was it?")];
    let bot = TestBot::insurer().dialogue("later", dialogue);
    let go = Action::Go("later".into());
    let mut story = Story::of(bot.trigger("later", keywords(&["later"]), go).build());
    story.contact("later");
    let until = story.now + Duration::from_secs(30);
    story.tell(Command::Snooze { agent: ana(), until });
    assert_eq!(in_time(&mut story), [Urgency::OwnAccord]);
}

#[test]
fn only_bots_say_things_on_their_own() {
    assert_eq!(Author::Person { late_from: None, template: None }.urgency(), Urgency::Person);
    assert_eq!(Author::Bot { awaited: true }.urgency(), Urgency::Answer);
    assert_eq!(Author::Bot { awaited: false }.urgency(), Urgency::OwnAccord);
}
