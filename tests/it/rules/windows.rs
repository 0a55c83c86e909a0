use std::sync::Arc;
use std::time::Duration;

use switchboard::domain::account::Channel;
use switchboard::domain::changes::Change;
use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::effects::{Effect, effects};
use switchboard::domain::event::Event;
use switchboard::domain::message::Heard;
use switchboard::domain::template::{Filled, Template};
use switchboard::domain::time::Timestamp;
use switchboard::domain::window::{Author, Window};

use crate::support::bot::TestBot;
use crate::support::story::{Story, ana, minutes};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn heard_at(story: &mut Story, provider_at: Timestamp) {
    let (heard, provider_at) = (Heard::text("Your hours?"), Some(provider_at));
    story.tell(Command::Hear { heard, provider_id: None, provider_at, name: None });
}

fn window(story: &Story) -> Window {
    story.conversation.summary().window.expect("Messenger has windows")
}

fn reply() -> Command {
    Command::Reply { agent: ana(), text: "Hello".into(), attachment: None, seen: 0, anyway: true }
}

/// Who writes what follows from the reply, as the sender is told.
fn author(story: &Story, command: Command) -> Author {
    let events = story.conversation.decide(story.now, command).expect("it is taken");
    let effects = effects(&story.conversation, story.conversation.state.seq + 1, &events, story.now);
    let queued = effects.iter().find_map(|effect| match effect {
        Effect::Queue { by, .. } => Some(by.clone()),
        _ => None,
    });
    queued.expect("something is said")
}

#[test]
fn it_is_open_for_a_day_for_bots_and_for_a_week_for_people() {
    let mut story = Story::of(TestBot::insurer().build());
    assert_eq!(story.conversation.summary().window, None, "nobody has written yet");
    let at = story.now - minutes(1);
    heard_at(&mut story, at);
    let expected = Window { open_until: at + DAY, people_until: at + DAY * 7 };
    assert_eq!(window(&story), expected);
    assert_eq!(author(&story, reply()), Author::Person { late_from: Some(at + DAY), template: None });
}

#[test]
fn what_comes_late_or_from_the_future_opens_no_longer_a_window() {
    let mut story = Story::of(TestBot::insurer().build());
    let now = story.now;
    heard_at(&mut story, now);
    heard_at(&mut story, now - HOUR);
    heard_at(&mut story, now + DAY * 300);
    assert_eq!(window(&story).open_until, now + DAY);
}

#[test]
fn a_reaction_opens_it_anew_and_an_edit_does_not() {
    let mut story = Story::of(TestBot::insurer().build());
    let first = story.now;
    story.contact("Your hours?");
    story.later(HOUR);
    let change = |change| Command::Change { provider_id: "m".into(), change, provider_at: None };
    story.tell(change(Change::Edited { text: "hours".into(), number: 1 }));
    assert_eq!(window(&story).open_until, first + DAY);
    story.tell(change(Change::Reacted { with: Some("❤️".into()) }));
    assert_eq!(window(&story).open_until, first + HOUR + DAY);
    story.later(HOUR);
    story.tell(change(Change::Reacted { with: None }));
    assert_eq!(window(&story).open_until, first + HOUR + DAY);
}

#[test]
fn a_reply_after_a_week_is_refused_until_the_contact_writes_again() {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("Your hours?");
    story.later(DAY * 7 - minutes(1));
    assert!(matches!(author(&story, reply()), Author::Person { late_from: Some(from), .. } if from < story.now));
    story.later(minutes(2));
    assert_eq!(story.expect_refusal(reply()), Refusal::WindowClosed);
    story.contact("Hello?");
    story.agent(ana(), "Here I am");
    story.expect_event(|event| matches!(event, Event::AgentSaid { .. }));
}

#[test]
fn once_whatsapps_day_is_over_an_agent_sends_a_template_and_nobody_anything_else() {
    let template =
        Template { name: "follow_up".into(), language: "en_US".into(), text: "Hello {{1}}, shall we?".into() };
    let mut story = Story::on(Channel::WhatsApp, TestBot::insurer().build());
    Arc::make_mut(&mut story.conversation.account).templates.push(template);
    let send = |name: &str, values: &[&str]| Command::SendTemplate {
        agent: ana(),
        name: name.into(),
        language: "en_US".into(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        seen: 0,
        anyway: true,
    };
    story.contact("Your hours?");
    let heard = story.now;
    assert_eq!(window(&story), Window { open_until: heard + DAY, people_until: heard + DAY });
    story.later(DAY);
    assert_eq!(story.expect_refusal(reply()), Refusal::WindowClosed);
    assert_eq!(story.expect_refusal(send("never_approved", &["Zoë"])), Refusal::NoSuchTemplate);
    assert_eq!(story.expect_refusal(send("follow_up", &[])), Refusal::BadValues { takes: 1 });
    let filled = Filled { name: "follow_up".into(), language: "en_US".into(), values: vec!["Zoë".into()] };
    let by = Author::Person { late_from: Some(heard + DAY), template: Some(filled) };
    assert_eq!(author(&story, send("follow_up", &["Zoë"])), by);
    story.tell(send("follow_up", &["Zoë"]));
    story.expect_human(&ana());
    story.expect_event(|event| matches!(event, Event::AgentSaid { text, .. } if text == "Hello Zoë, shall we?"));
    // A contact who answers opens the day anew.
    story.contact("Yes");
    story.agent(ana(), "Here I am");
}

#[test]
fn web_chat_has_no_windows() {
    let mut story = Story::on(Channel::Webchat, TestBot::insurer().build());
    story.contact("Your hours?");
    assert_eq!(story.conversation.summary().window, None);
    story.later(DAY * 30);
    story.agent(ana(), "Here I am");
}

#[test]
fn what_the_bot_says_after_a_day_does_not_go_out_and_says_why() {
    let pausing = TestBot::insurer().pause(DAY + HOUR).build();
    let mut story = Story::on(Channel::WhatsApp, pausing);
    story.contact("Hello");
    story.takes_over(ana());
    story.contact("Your hours?");
    story.later(DAY + HOUR + minutes(1));
    let said = story.scene().into_iter().find_map(|event| match event {
        Event::Failed { of, reason } => Some((*of, reason.clone())),
        _ => None,
    });
    let (of, reason) = said.expect("the bot answers, and it does not go out");
    assert!(reason.contains("24 hours"), "{reason}");
    story.expect_row(of, Some(crate::support::outbox::RowState::Shelved));
    assert!(story.conversation.state.trouble, "people are shown it");
    let resend = Command::Resend { agent: ana(), of };
    assert_eq!(story.expect_refusal(resend.clone()), Refusal::WindowClosed);
    story.contact("Is anybody there?");
    story.tell(resend);
}

#[test]
fn where_there_is_no_window_the_bot_may_always_speak() {
    let pausing = TestBot::insurer().pause(DAY + HOUR).build();
    let mut story = Story::on(Channel::Telegram, pausing);
    story.contact("Hello");
    story.takes_over(ana());
    story.contact("Your hours?");
    story.later(DAY + HOUR + minutes(1));
    story.expect_no_event(|event| matches!(event, Event::Failed { .. }));
}
