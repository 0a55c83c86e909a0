use switchboard::domain::event::{Event, GiveBack, Reason};
use switchboard::domain::message::{Attachment, AttachmentKind, Heard};

use crate::support::bot::{CALLING, EMAIL, EMAIL_AGAIN, HOURS, NAME, NO_ANSWER, OFFER, TestBot, WELCOME};
use crate::support::story::{Story, ana};

fn story() -> Story {
    Story::of(TestBot::insurer().build())
}

/// A story past the welcome, where the bot waits for a trigger.
fn welcomed() -> Story {
    let mut story = story();
    story.contact("Hello");
    story.contact("Your hours?");
    story.expect_bot(&[HOURS]);
    story
}

// --- Urgent words ---

#[test]
fn urgent_words_hand_off_at_once() {
    let mut story = story();
    story.contact("I had an accident");
    story.expect_bot(&[CALLING]);
    story.expect_waiting("urgent");
    story.expect_event(|event| matches!(event, Event::HandedOff { words, .. } if words == "accident"));
}

#[test]
fn urgent_words_hand_off_inside_forms() {
    let mut story = story();
    story.contact("I want a quote");
    story.expect_bot(&[NAME]);
    story.contact("my policy-number is 12");
    story.expect_waiting("urgent");
    assert_eq!(story.attribute("name"), None);
}

#[test]
fn urgent_words_hand_off_inside_menus_and_offers() {
    let mut story = story();
    story.contact("Hello");
    story.contact("CLAIM!");
    story.expect_waiting("urgent");

    let mut story = welcomed();
    story.contact("Blah");
    story.contact("Blah");
    story.expect_bot(&[OFFER]);
    story.contact("an áccident");
    story.expect_waiting("urgent");
}

#[test]
fn words_that_merely_contain_an_urgent_word_do_not_hand_off() {
    let mut story = story();
    story.contact("I disclaim, it was accidental");
    story.expect_bot_mode();
}

#[test]
fn urgent_words_change_nothing_for_somebody_who_waits_already() {
    let mut story = story();
    story.contact("I had an accident");
    story.contact("A bad accident!");
    story.expect_silence();
    story.expect_no_event(|event| matches!(event, Event::HandedOff { .. }));
}

#[test]
fn a_button_means_what_it_does_and_not_the_words_on_it() {
    let mut story = story();
    story.contact("Hello");
    story.hear(Heard::tap("menu:welcome:0:1", "A quote for an accident"));
    story.expect_bot(&[NAME]);
    story.expect_bot_mode();
}

// --- The end of the bot's abilities ---

#[test]
fn two_unmatched_messages_bring_the_offer_of_a_human() {
    let mut story = welcomed();
    story.contact("Blah");
    story.expect_bot(&[NO_ANSWER]);
    story.contact("Blah blah");
    story.expect_bot(&[OFFER]);
    story.expect_bot_mode();
    story.contact_taps("Yes, please");
    story.expect_waiting("no_answer");
}

#[test]
fn a_matched_message_in_between_starts_the_count_afresh() {
    let mut story = welcomed();
    story.contact("Blah");
    story.contact("Your hours?");
    story.contact("Blah");
    story.expect_bot(&[NO_ANSWER]);
}

#[test]
fn the_limit_is_a_setting() {
    let mut story = Story::of(TestBot::insurer().no_answer_limit(1).build());
    story.contact("Your hours?");
    story.contact("Blah");
    story.expect_bot(&[OFFER]);
}

#[test]
fn an_offer_is_taken_in_words_or_declined() {
    for (words, waiting) in [("yes", true), ("1", true), ("Yes, please!", true), ("no", false), ("2", false)] {
        let mut story = welcomed();
        story.contact("Blah");
        story.contact("Blah");
        story.contact(words);
        match waiting {
            true => story.expect_waiting("no_answer"),
            false => story.expect_bot(&[WELCOME]),
        }
    }
}

#[test]
fn an_old_offer_can_still_be_taken() {
    let mut story = welcomed();
    story.contact("Blah");
    story.contact("Blah");
    story.contact("I want a quote");
    story.expect_bot(&[NAME]);
    story.contact_taps("Yes, please");
    story.expect_waiting("no_answer");
    story.gives_back(ana());
    story.expect_bot(&[NAME]);
}

#[test]
fn a_dialogue_that_runs_in_a_circle_calls_a_person() {
    let mut story = story();
    story.contact("carousel");
    story.expect_waiting("bot_failed");
}

#[test]
fn a_menu_can_lead_to_a_person() {
    let mut story = story();
    story.contact("Hello");
    story.contact_taps("Talk to a person");
    story.expect_bot(&[CALLING]);
    story.expect_waiting("asked");
    let wanted = story.conversation.summary().wanted;
    assert_eq!(wanted, Some((Reason::Asked, "Talk to a person".into())));
}

#[test]
fn an_answer_of_the_wrong_kind_is_asked_for_again() {
    let mut story = story();
    story.contact("quote");
    story.contact("Maria");
    story.expect_bot(&[EMAIL]);
    story.contact("I do not have one");
    story.expect_bot(&[EMAIL_AGAIN]);
    assert_eq!(story.attribute("email"), None);
}

// --- Waiting ---

#[test]
fn while_waiting_the_bot_says_nothing_of_its_own() {
    let mut story = story();
    story.contact("Hello");
    story.contact("I had an accident");
    for text in ["hours", "Hello?", "quote"] {
        story.contact(text);
        story.expect_silence();
        story.expect_waiting("urgent");
    }
    story.contact_taps("A quote");
    story.expect_silence();
}

#[test]
fn a_waiting_contact_can_return_to_the_bot_and_its_question() {
    let mut story = story();
    story.contact("I want a quote");
    story.contact("first, my claim");
    story.expect_waiting("urgent");
    story.contact(" BACK. ");
    story.expect_bot_mode();
    story.expect_event(|event| matches!(event, Event::GivenBack { by: None, why: GiveBack::ByContact, .. }));
    story.expect_bot(&[NAME]);
}

#[test]
fn only_the_word_alone_brings_a_waiting_contact_back() {
    let mut story = story();
    story.contact("I had an accident");
    story.contact("call me back");
    story.expect_waiting("urgent");
}

/// With no word to return by, a picture or a thumbs-up, which have no words either, used to be taken for it.
#[test]
fn a_picture_never_means_back() {
    let mut story = Story::of(TestBot::insurer().back_word("").build());
    story.contact("I had an accident");
    let attachments =
        vec![Attachment { kind: AttachmentKind::Image, url: String::new(), name: "car.jpg".into(), bytes: None }];
    story.hear(Heard { attachments, ..Heard::default() });
    story.contact("👍");
    story.expect_waiting("urgent");
}
