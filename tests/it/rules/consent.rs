use switchboard::domain::call::Answer;
use switchboard::domain::command::{Command, Outcome, ProviderWord, Refusal};
use switchboard::domain::event::{Event, Receipt};
use switchboard::domain::ids::Seq;

use crate::support::bot::{HOURS, TestBot};
use crate::support::story::{Story, ana, hours};

fn says_to_provider(story: &mut Story, word: ProviderWord, text: &str) {
    story.tell(Command::TellProvider { word, text: text.into(), provider_id: None });
}

fn bounce(of: Option<Seq>, provider_id: &str, opted_out: bool) -> Command {
    Command::Bounce { of, provider_id: provider_id.into(), reason: "undelivered".into(), opted_out }
}

fn reply(text: &str, seen: Seq) -> Command {
    Command::Reply { agent: ana(), text: text.into(), attachment: None, seen, anyway: false }
}

/// The bot has said its hours, and they went out as `m<seq>`.
fn sent() -> (Story, Seq) {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("Your hours?");
    let said = story.seq_of(HOURS);
    story.sent(said);
    (story, said)
}

#[test]
fn to_who_has_opted_out_nobody_writes_until_they_opt_in() {
    let (mut story, _) = sent();
    says_to_provider(&mut story, ProviderWord::Stop, "Stop ");
    story.expect_event(|event| matches!(event, Event::OptedOut { reason } if reason.contains("“Stop”")));
    let refusal = story.expect_refusal(reply("Hello?", story.seq()));
    assert!(matches!(&refusal, Refusal::OptedOut(reason) if reason.contains("Stop")), "{refusal}");
    assert!(story.conversation.summary().opted_out, "screens are told before anybody writes");
    story.contact("Your hours?");
    story.expect_silence();
    says_to_provider(&mut story, ProviderWord::Start, "START");
    story.expect_event(|event| *event == Event::OptedIn);
    assert!(!story.conversation.summary().opted_out);
    story.contact("Your hours?");
    story.expect_event(|event| matches!(event, Event::BotSaid { line, .. } if line.text == HOURS));
    story.agent(ana(), "Hello");
}

#[test]
fn words_for_the_provider_are_answered_by_nobody_else_and_wait_for_nobody() {
    let (mut story, _) = sent();
    story.takes_over(ana());
    for (word, text) in [(ProviderWord::Help, "HELP"), (ProviderWord::Start, "UNSTOP"), (ProviderWord::Stop, "STOP")] {
        says_to_provider(&mut story, word, text);
        story.expect_silence();
        assert_eq!(story.conversation.state.unanswered, None, "{text}");
    }
    story.later(hours(2));
    story.expect_silence();
}

#[test]
fn what_the_bot_says_to_who_has_opted_out_does_not_go_out() {
    let (mut story, _) = sent();
    says_to_provider(&mut story, ProviderWord::Stop, "STOP");
    let turn = story.conversation.state.turn;
    story.tell(Command::BotAnswer { turn, call: None, answer: Answer::text("Your quote is ready.") });
    let lines = [story.seq_of("Your quote is ready.")];
    for seq in lines {
        let failed = story.log.iter().any(|(_, event)| matches!(event, Event::Failed { of, .. } if *of == seq));
        assert!(failed, "message {seq} is on its way");
    }
}

#[test]
fn the_provider_that_refuses_tells_that_they_have_opted_out() {
    let mut story = Story::of(TestBot::insurer().build());
    story.contact("Your hours?");
    let said = story.seq_of(HOURS);
    story.sending(said, Outcome::OptedOut { reason: "the contact has opted out (21610)".into() });
    story.expect_event(|event| matches!(event, Event::Failed { of, .. } if *of == said));
    story.expect_event(|event| matches!(event, Event::OptedOut { .. }));
    assert!(matches!(story.expect_refusal(reply("Hello?", story.seq())), Refusal::OptedOut(_)));
}

#[test]
fn a_message_that_did_not_arrive_after_all_has_failed_unless_it_did() {
    let (mut story, said) = sent();
    story.tell(bounce(None, &format!("m{said}"), false));
    story.expect_event(|event| matches!(event, Event::Bounced { of, .. } if *of == said));
    assert!(story.conversation.state.trouble);
    assert_eq!(story.expect_refusal(bounce(Some(said), "m", false)), Refusal::NothingNew);
    // Its text went to the provider: there is nothing left to send again.
    assert_eq!(story.expect_refusal(Command::Resend { agent: ana(), of: said }), Refusal::NotResendable(said));
    story.receipt(Receipt::Delivered, said);
    assert_eq!(story.expect_refusal(bounce(Some(said), "m", false)), Refusal::NothingNew);
}
