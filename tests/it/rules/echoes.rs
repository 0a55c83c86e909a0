//! On a channel that shows us our own messages without our mark.

use switchboard::domain::account::Channel;
use switchboard::domain::command::{Command, Outcome, Refusal};
use switchboard::domain::event::{Event, Speaker};
use switchboard::domain::ids::Seq;
use switchboard::domain::upload::{UploadKey, attachment};
use uuid::Uuid;

use crate::support::bot::{HOURS, TestBot};
use crate::support::story::{Story, ana, hours, minutes};

/// The bot has said its hours on Instagram, and they are on their way.
fn on_its_way() -> (Story, Seq) {
    let mut story = Story::on(Channel::Instagram, TestBot::insurer().build());
    story.contact("Your hours?");
    let said = story.seq_of(HOURS);
    story.starts_sending(said);
    (story, said)
}

fn echo(mid: &str, text: &str) -> Command {
    Command::Echo { of: None, provider_id: mid.into(), text: text.into() }
}

fn is_sent(of: Seq) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::Sent { of: sent, .. } if *sent == of)
}

#[test]
fn an_echo_that_overtakes_the_answer_is_known_by_its_words() {
    let (mut story, said) = on_its_way();
    // White space is what channels change.
    story.tell(echo("m1", &format!(" {HOURS}\n")));
    story.expect_event(is_sent(said));
    story.expect_bot_mode();
    let late = Command::Outcome { of: said, outcome: Outcome::Sent { provider_id: "m1".into() } };
    assert_eq!(story.expect_refusal(late), Refusal::NothingNew);
    assert_eq!(story.expect_refusal(echo("m1", HOURS)), Refusal::NothingNew);
}

#[test]
fn an_uncertain_message_whose_words_come_back_has_gone_out() {
    let (mut story, said) = on_its_way();
    let again_at = story.now + minutes(1);
    story.ends_sending(said, Outcome::Unknown { again_at, reason: "cut".into() });
    story.tell(echo("m1", HOURS));
    story.expect_event(is_sent(said));
    // The second try was under way already: its echo is ours as well.
    assert_eq!(story.expect_refusal(echo("m2", HOURS)), Refusal::NothingNew);
    story.expect_bot_mode();
}

#[test]
fn the_parts_of_a_long_text_are_ours_and_only_the_last_proves_it() {
    let mut story = Story::on(Channel::Instagram, TestBot::insurer().build());
    story.contact("Hello");
    story.all_sent();
    let long = "Ünter uns gesagt, so ist es. ".repeat(60);
    story.agent(ana(), &long);
    let said = story.seq();
    story.starts_sending(said);
    let parts = switchboard::domain::split::split(&long, Channel::Instagram.abilities().text);
    assert!(parts.len() == 2 && parts.iter().all(|part| part.len() <= 1000), "{parts:?}");
    assert_eq!(story.expect_refusal(echo("p1", &parts[0])), Refusal::NothingNew);
    story.tell(echo("p2", &parts[1]));
    story.expect_event(is_sent(said));
    story.expect_human(&ana());
}

#[test]
fn an_agents_file_is_known_by_its_kind() {
    let mut story = Story::on(Channel::Instagram, TestBot::insurer().build());
    story.contact("Hello");
    story.all_sent();
    let attachment = Some(attachment(UploadKey(Uuid::from_u128(7)), "roof.png", 7));
    let seen = story.seq();
    story.tell(Command::Reply { agent: ana(), text: String::new(), attachment, seen, anyway: false });
    let said = story.seq();
    story.starts_sending(said);
    story.tell(echo("m1", "[image] https://cdn.example/1"));
    story.expect_event(is_sent(said));
    story.expect_floor(&Speaker::Agent(ana()));
    assert_eq!(story.expect_refusal(echo("m1", "[image] https://cdn.example/1")), Refusal::NothingNew);
}

#[test]
fn a_picture_that_somebody_elsewhere_sends_soon_after_ours_is_theirs() {
    let mut story = Story::on(Channel::Instagram, TestBot::insurer().build());
    story.contact("Hello");
    story.all_sent();
    let attachment = Some(attachment(UploadKey(Uuid::from_u128(7)), "roof.mp4", 7));
    let seen = story.seq();
    story.tell(Command::Reply { agent: ana(), text: String::new(), attachment, seen, anyway: false });
    let said = story.seq();
    story.starts_sending(said);
    story.ends_sending(said, Outcome::Sent { provider_id: "m1".into() });
    assert_eq!(story.expect_refusal(echo("m1", "[video] https://cdn.example/1")), Refusal::NothingNew, "it is ours");
    story.later(minutes(1));
    for (mid, foreign) in [("o1", "[video]"), ("o2", "[video] https://cdn.example/2")] {
        story.tell(echo(mid, foreign));
        story.expect_event(|event| matches!(event, Event::OutsideSaid { provider_id, .. } if provider_id == mid));
    }
}

#[test]
fn a_picture_that_was_sent_twice_is_shown_twice_and_silences_nobody() {
    let mut story = Story::on(Channel::Instagram, TestBot::insurer().build());
    story.contact("Hello");
    story.all_sent();
    let attachment = Some(attachment(UploadKey(Uuid::from_u128(7)), "roof.png", 7));
    let seen = story.seq();
    story.tell(Command::Reply { agent: ana(), text: String::new(), attachment, seen, anyway: false });
    let said = story.seq();
    story.starts_sending(said);
    let again_at = story.now + minutes(1);
    story.ends_sending(said, Outcome::Unknown { again_at, reason: "cut".into() });
    story.later(minutes(1));
    story.starts_sending(said);
    story.gives_back(ana());
    // Both tries arrived: whichever echo comes first proves it, and the other is of nobody known.
    story.tell(echo("copy-1", "[image] https://cdn.example/1"));
    story.expect_event(is_sent(said));
    story.tell(echo("copy-2", "[image] https://cdn.example/2"));
    story.expect_event(|event| matches!(event, Event::OutsideSaid { provider_id, .. } if provider_id == "copy-2"));
    story.expect_bot_mode();
    // Another kind is a person's, and so is the same one long after.
    story.tell(echo("o1", "[file] https://cdn.example/3"));
    story.expect_floor(&Speaker::Outside);
    story.gives_back(ana());
    story.later(hours(1));
    story.tell(echo("o2", "[image] https://cdn.example/4"));
    story.expect_floor(&Speaker::Outside);
}

#[test]
fn what_was_said_twice_is_known_twice() {
    let (mut story, first) = on_its_way();
    story.contact("Your hours, please?");
    let second = story.seq_of(HOURS);
    assert_ne!(first, second);
    story.tell(echo("m1", HOURS));
    story.expect_event(is_sent(first));
    story.starts_sending(second);
    story.tell(echo("m2", HOURS));
    story.expect_event(is_sent(second));
    story.expect_bot_mode();
}

#[test]
fn other_words_and_our_own_long_after_are_a_persons() {
    let (mut story, said) = on_its_way();
    story.tell(echo("o1", "We are open, yes."));
    story.expect_floor(&Speaker::Outside);
    story.ends_sending(said, Outcome::Sent { provider_id: "m1".into() });
    story.gives_back(ana());
    story.later(hours(1));
    story.tell(echo("o2", HOURS));
    story.expect_event(|event| matches!(event, Event::OutsideSaid { provider_id, .. } if provider_id == "o2"));
}

#[test]
fn what_failed_and_a_person_sends_elsewhere_is_theirs() {
    let (mut story, said) = on_its_way();
    story.ends_sending(said, Outcome::Refused { reason: "outside the window".into() });
    story.tell(echo("o1", HOURS));
    story.expect_floor(&Speaker::Outside);
}

#[test]
fn what_our_own_app_sent_never_takes_over() {
    let (mut story, said) = on_its_way();
    let own = |mid: &str, text: &str| Command::OwnEcho { provider_id: mid.into(), text: text.into() };
    assert_eq!(story.expect_refusal(own("o1", "Sent by another program of ours")), Refusal::NothingNew);
    story.tell(own("m1", HOURS));
    story.expect_event(is_sent(said));
}

#[test]
fn where_marks_come_back_words_prove_nothing() {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("Your hours?");
    story.starts_sending(story.seq_of(HOURS));
    story.page_inbox(HOURS);
    story.expect_floor(&Speaker::Outside);
}
