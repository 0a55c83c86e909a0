//! A contact whose conversation another program at the provider has.

use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::event::{Event, GiveBack, Speaker};
use switchboard::domain::message::Heard;

use crate::support::bot::{HOURS, TestBot};
use crate::support::story::{Story, ana};

fn overheard(text: &str) -> Command {
    Command::Overhear { heard: Heard::text(text), provider_id: None, provider_at: None }
}

fn moved(ours: bool) -> Command {
    Command::ThreadMoved { ours, by: None }
}

#[test]
fn what_another_program_is_told_is_recorded_and_the_bot_is_silent() {
    let mut story = Story::of(TestBot::insurer().build());
    story.tell(overheard("Your hours?"));
    story.expect_silence();
    story.expect_floor(&Speaker::Outside);
    story.expect_event(|event| matches!(event, Event::ContactSaid { heard, .. } if heard.text == "Your hours?"));
    story.tell(overheard("Hello?"));
    story.expect_no_event(|event| matches!(event, Event::TakenOver { .. } | Event::PauseMoved { .. }));
}

#[test]
fn a_colleague_who_has_the_floor_keeps_it() {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("Hello");
    story.takes_over(ana());
    story.tell(overheard("Your hours?"));
    story.expect_human(&ana());
    assert_eq!(story.expect_refusal(moved(false)), Refusal::NothingNew);
    assert_eq!(story.expect_refusal(moved(true)), Refusal::NothingNew);
}

#[test]
fn what_is_given_to_us_goes_on_with_the_bot() {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("Hello");
    story.tell(moved(false));
    story.expect_floor(&Speaker::Outside);
    story.tell(overheard("Your hours?"));
    story.tell(moved(true));
    story.expect_event(|event| matches!(event, Event::GivenBack { by: None, why: GiveBack::ByAgent, .. }));
    assert_eq!(story.bot_lines().first(), Some(&HOURS), "and then what it had asked");
    assert_eq!(story.expect_refusal(moved(true)), Refusal::NothingNew);
}

#[test]
fn whoever_passes_it_on_has_the_floor_no_more_whoever_had_it() {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("Hello");
    story.takes_over(ana());
    story.tell(Command::ThreadMoved { ours: false, by: Some(ana()) });
    story.expect_floor(&Speaker::Outside);
    story.expect_event(|event| matches!(event, Event::TakenOver { given_by: Some(agent), .. } if *agent == ana()));
    assert_eq!(
        story.expect_refusal(Command::ThreadMoved { ours: false, by: Some(ana()) }),
        Refusal::NothingNew,
        "it is there already"
    );
}
