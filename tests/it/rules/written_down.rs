use switchboard::domain::bot::answers::{AnswerKind, Shape};
use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::described::ATTRIBUTES_MAX;
use switchboard::domain::event::Event;

use crate::support::bot::TestBot;
use crate::support::story::{Story, ana, ben};

fn story() -> Story {
    Story::of(TestBot::insurer().build())
}

fn set(story: &mut Story, name: &str, value: &str) -> Result<(), Refusal> {
    story.try_to(Command::SetAttribute { agent: ana(), name: name.into(), value: value.into() })
}

#[test]
fn an_agent_writes_down_corrects_and_forgets_what_is_known_of_a_contact() {
    let mut story = story();
    set(&mut story, "city", " Porto ").expect("written down");
    story.expect_event(
        |event| matches!(event, Event::AttributeSet { by: Some(by), value, .. } if *by == ana() && value == "Porto"),
    );
    story.expect_bot_mode();
    set(&mut story, "city", "Lisbon").expect("corrected");
    assert_eq!(story.conversation.state.attributes.get("city").map(String::as_str), Some("Lisbon"));
    assert_eq!(set(&mut story, "city", "Lisbon"), Err(Refusal::NothingNew));
    set(&mut story, "city", "").expect("forgotten");
    assert!(story.conversation.state.attributes.is_empty());
    assert_eq!(set(&mut story, "city", ""), Err(Refusal::NothingNew));
}

#[test]
fn what_is_no_attribute_is_not_written_down() {
    let mut story = story();
    for (name, value) in [("", "x"), (" a", "x"), ("a\nb", "x"), ("a", "x\ny")] {
        assert_eq!(set(&mut story, name, value), Err(Refusal::BadAttribute), "{name:?} {value:?}");
    }
    assert_eq!(set(&mut story, &"n".repeat(65), "x"), Err(Refusal::BadAttribute));
    assert_eq!(set(&mut story, "a", &"x".repeat(1_001)), Err(Refusal::BadAttribute));
    for number in 0..ATTRIBUTES_MAX {
        set(&mut story, &format!("a{number}"), "x").expect("there is room");
    }
    assert_eq!(set(&mut story, "one more", "x"), Err(Refusal::TooManyAttributes));
    set(&mut story, "a1", "y").expect("what is there can be corrected");
}

#[test]
fn what_the_bot_declares_is_written_down_as_what_it_is() {
    let size = AnswerKind::Choice(vec!["Small".into(), "Large".into()]);
    let bot = TestBot::insurer().declaring("size", size).declaring("guests", AnswerKind::Number);
    let mut story = Story::of(bot.declaring("wedding", AnswerKind::Date { month_first: false }).build());
    for (name, value, kept) in
        [("size", "large", "Large"), ("guests", "12,5", "12.5"), ("wedding", "4.3.2026", "2026-03-04")]
    {
        set(&mut story, name, value).expect("it is of its kind");
        assert_eq!(story.conversation.state.attributes.get(name).map(String::as_str), Some(kept));
        assert_eq!(set(&mut story, name, kept), Err(Refusal::NothingNew));
    }
    for (name, value, shape) in
        [("size", "Huge", Shape::Choice), ("guests", "a few", Shape::Number), ("wedding", "31.2.2026", Shape::Date)]
    {
        assert_eq!(set(&mut story, name, value), Err(Refusal::NotOfKind(shape)), "{name} {value}");
    }
    // Each has a code of its own, for which screens have words.
    let codes: Vec<_> = Shape::ALL.iter().map(|shape| Refusal::NotOfKind(*shape).code()).collect();
    let known = [
        "bad_attribute",
        "not_an_email",
        "not_a_number",
        "not_a_phone",
        "not_a_url",
        "not_a_date",
        "not_a_choice",
        "not_yes_or_no",
    ];
    assert_eq!(codes, known);
    set(&mut story, "size", "").expect("what is forgotten is of no kind");
    set(&mut story, "colour", "Huge").expect("nobody has declared it");
}

#[test]
fn a_colleague_is_told_by_letter_only_where_letters_can_be_sent() {
    for letter in [true, false] {
        let mut story = story();
        let (text, mentioned) = ("@Ben look".into(), vec![ben()]);
        story.tell(Command::NoteTo { agent: ana(), text, mentioned, letter });
        story.expect_event(|event| matches!(event, Event::Mentioned { .. }));
        let letters = story.log.iter().filter(|(_, event)| matches!(event, Event::AlertQueued { .. })).count();
        assert_eq!(letters, usize::from(letter));
    }
}
