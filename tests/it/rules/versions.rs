//! A dialogue is finished on the version of the bot that began it.

use std::sync::Arc;
use std::time::Duration;

use switchboard::domain::bot::{Bot, Widget};
use switchboard::domain::event::{Event, Place};

use crate::support::bot::{EMAIL, HOURS, NAME, NOW, QUOTE_DONE, TestBot, WELCOME, text};
use crate::support::story::{Story, ana, hours, minutes};

const NEW_HOURS: &str = "We are open day and night.";
const NEW_DONE: &str = "Thank you, the quote will take a week.";

/// A story in which versions are chosen as the actor chooses them.
struct Versions {
    story: Story,
    versions: Vec<Arc<Bot>>,
}

impl Versions {
    fn new() -> Self {
        let first = numbered(TestBot::insurer(), 1);
        Self { story: Story::of(first.clone()), versions: vec![first] }
    }

    /// The second version: other hours, a quote without a form, nothing to think about.
    fn publish_the_second(&mut self) {
        let quote = vec![text(NEW_DONE)];
        let second = TestBot::insurer().dialogue("hours", vec![text(NEW_HOURS)]).dialogue("quote", quote);
        let second = second.dialogue("think", vec![text("Done.")]).dialogue("welcome", vec![text(NEW_HOURS)]);
        self.versions.push(numbered(second, 2));
    }

    fn then(&mut self, act: impl FnOnce(&mut Story)) -> &Story {
        let wanted = self.story.conversation.state.version_at(self.story.now);
        let found = self.versions.iter().find(|bot| wanted.is_some_and(|wanted| bot.is(wanted)));
        self.story.conversation.bot = found.or(self.versions.last()).expect("a version").clone();
        act(&mut self.story);
        &self.story
    }

    fn pinned(&self) -> Option<String> {
        self.story.conversation.state.pinned.as_ref().map(ToString::to_string)
    }
}

fn numbered(bot: TestBot, number: u32) -> Arc<Bot> {
    Arc::new(Arc::into_inner(bot.build()).expect("nobody else has it").published_as(number))
}

#[test]
fn a_form_is_finished_on_the_version_that_began_it_and_what_follows_is_new() {
    let mut told = Versions::new();
    told.then(|story| story.contact("I want a quote")).expect_bot(&[NAME]);
    assert_eq!(told.pinned().as_deref(), Some("harbour@1"));
    told.publish_the_second();
    told.then(|story| story.contact("Maria Muster")).expect_bot(&[EMAIL]);
    told.then(|story| story.contact("maria@example.org")).expect_bot(&[QUOTE_DONE]);
    assert_eq!(told.pinned(), None);
    told.then(|story| story.contact("hours")).expect_bot(&[NEW_HOURS]);
    told.then(|story| story.contact("quote")).expect_bot(&[NEW_DONE]);
}

#[test]
fn who_is_in_the_middle_of_nothing_is_answered_by_the_new_version_at_once() {
    let mut told = Versions::new();
    told.then(|story| story.contact("hours")).expect_bot(&[HOURS]);
    told.publish_the_second();
    told.then(|story| story.contact("hours")).expect_bot(&[NEW_HOURS]);
}

#[test]
fn a_form_that_a_person_interrupted_goes_on_on_its_version() {
    let mut told = Versions::new();
    told.then(|story| story.contact("I want a quote"));
    told.then(|story| story.contact("Maria Muster")).expect_bot(&[EMAIL]);
    told.then(|story| story.agent(ana(), "One moment."));
    told.publish_the_second();
    told.then(|story| story.later(minutes(10)));
    told.then(|story| story.gives_back(ana())).expect_bot(&[EMAIL]);
    told.then(|story| story.contact("maria@example.org")).expect_bot(&[QUOTE_DONE]);
}

#[test]
fn a_delay_of_an_old_version_ends_as_that_version_says() {
    let mut told = Versions::new();
    told.then(|story| story.contact("think"));
    assert_eq!(told.pinned().as_deref(), Some("harbour@1"));
    told.publish_the_second();
    told.then(|story| story.later(minutes(2))).expect_bot(&[NOW]);
}

#[test]
fn a_dialogue_that_waits_first_of_all_is_pinned_too() {
    let first = TestBot::insurer().dialogue("think", vec![Widget::Wait(Duration::from_secs(60)), text("old")]);
    let mut told = Versions::new();
    told.versions = vec![numbered(first, 1)];
    told.then(|story| story.contact("think"));
    told.publish_the_second();
    told.then(|story| story.later(minutes(2))).expect_bot(&["old"]);
}

#[test]
fn a_menu_left_for_a_quiet_day_belongs_to_the_past() {
    let mut told = Versions::new();
    told.then(|story| story.contact("good evening")).expect_bot(&[WELCOME]);
    told.publish_the_second();
    told.then(|story| story.later(hours(23)));
    told.then(|story| story.contact("hours")).expect_bot(&[HOURS]);
    told.then(|story| story.contact("quote")).expect_bot(&[NEW_DONE]);
}

#[test]
fn a_question_left_for_a_quiet_day_is_given_up_for_the_new_version() {
    let mut told = Versions::new();
    told.then(|story| story.contact("quote")).expect_bot(&[NAME]);
    told.publish_the_second();
    told.then(|story| story.later(hours(25)));
    let story = told.then(|story| story.contact("hours"));
    story.expect_bot(&[NEW_HOURS]);
    story.expect_event(|event| matches!(event, Event::BotMoved { then: Place::Idle, .. }));
    assert_eq!(told.pinned(), None);
}

#[test]
fn a_question_left_for_a_quiet_day_stays_open_while_its_version_answers() {
    let mut told = Versions::new();
    told.then(|story| story.contact("quote")).expect_bot(&[NAME]);
    told.then(|story| story.later(hours(25)));
    told.then(|story| story.contact("Maria Muster")).expect_bot(&[EMAIL]);
}

#[test]
fn rebuilt_from_its_log_a_conversation_is_on_the_same_version() {
    let mut told = Versions::new();
    told.then(|story| story.contact("I want a quote"));
    told.publish_the_second();
    told.then(|story| story.contact("Maria Muster"));
    let mut again = Versions::new().story.conversation;
    told.story.log.iter().for_each(|(at, event)| again.apply(event, *at));
    assert_eq!(again.state, told.story.conversation.state);
    assert_eq!(again.state.pinned.map(|pinned| pinned.number), Some(1));
}
