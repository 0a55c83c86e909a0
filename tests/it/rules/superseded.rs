use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::event::{Agent, Event};
use switchboard::domain::ids::Seq;

use crate::support::bot::{HOURS, TestBot};
use crate::support::story::{Story, ana, ben, hours};

fn story() -> Story {
    Story::of(TestBot::insurer().build())
}

fn reply(agent: Agent, seen: Seq, anyway: bool) -> Command {
    Command::Reply { agent, text: "Hello".into(), attachment: None, seen, anyway }
}

#[test]
fn a_reply_written_before_a_colleague_answered_is_superseded() {
    let mut story = story();
    story.takes_over(ana());
    story.contact("Are you there?");
    let seen = story.seq();
    story.agent(ben(), "Yes, we are.");
    let since = vec![story.seq_of("Yes, we are.")];
    assert_eq!(story.expect_refusal(reply(ana(), seen, false)), Refusal::Superseded { since });
    story.tell(reply(ana(), seen, true));
    story.expect_event(|event| matches!(event, Event::AgentSaid { .. }));
}

#[test]
fn a_reply_written_before_the_bot_spoke_is_superseded_and_takes_nothing_over() {
    let mut story = story();
    let seen = story.seq();
    story.contact("Your hours?");
    let since = vec![story.seq_of(HOURS)];
    assert_eq!(story.expect_refusal(reply(ana(), seen, false)), Refusal::Superseded { since });
    story.expect_bot_mode();
}

#[test]
fn a_reply_written_before_somebody_spoke_outside_is_superseded() {
    let mut story = story();
    story.page_inbox("Hello from the Page.");
    let refusal = story.expect_refusal(reply(ana(), 0, false));
    assert_eq!(refusal, Refusal::Superseded { since: vec![2] });
}

#[test]
fn ones_own_words_and_the_contacts_do_not_supersede() {
    let mut story = story();
    story.takes_over(ana());
    let seen = story.seq();
    story.agent(ana(), "Hello");
    story.contact("Hello!");
    story.tell(Command::Note { agent: ben(), text: "Known customer.".into() });
    story.tell(reply(ana(), seen, false));
}

#[test]
fn a_very_old_screen_is_still_told_that_others_spoke() {
    let mut story = story();
    story.takes_over(ben());
    for number in 0..40 {
        story.agent(ben(), &format!("Message {number}"));
    }
    story.later(hours(1));
    match story.expect_refusal(reply(ana(), 1, false)) {
        Refusal::Superseded { since } => assert_eq!(since.last(), Some(&story.seq_of("Message 39"))),
        refusal => panic!("{refusal}"),
    }
}
