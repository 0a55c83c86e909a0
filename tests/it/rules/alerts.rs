//! E-mail alerts: what makes them, what stands in them, and what becomes of them (rule 14).

use switchboard::domain::alert::{Alert, Fate, OPEN_MAX, PER_SESSION_MAX, Recipient};
use switchboard::domain::bot::answers::AnswerKind;
use switchboard::domain::bot::triggers::Action;
use switchboard::domain::bot::{Form, HotLead, Letter, Widget};
use switchboard::domain::command::{Command, Outcome, Refusal};
use switchboard::domain::effects::{Effect, effects};
use switchboard::domain::event::Event;
use switchboard::domain::ids::Seq;
use switchboard::domain::state::Mode;

use crate::support::bot::{TestBot, keywords, question, text};
use crate::support::story::{Story, hours, minutes};

fn letter(to: &[&str], subject: &str, body: &str) -> Letter {
    Letter {
        to: to.iter().map(|to| (*to).into()).collect(),
        cc: Vec::new(),
        reply_to: Some("{{email}}".into()),
        subject: subject.into(),
        body: body.into(),
    }
}

/// A contact who writes `tell`, and gets people told.
fn telling(letter: Letter) -> Story {
    let bot = TestBot::insurer().dialogue("tell", vec![Widget::Alert(letter), text("Told.")]);
    Story::of(bot.trigger("tell", keywords(&["tell"]), Action::Go("tell".into())).build())
}

fn letters(story: &Story) -> Vec<(Seq, Alert)> {
    let numbered = story.log.iter().zip(1..);
    numbered
        .filter_map(|((_, event), seq)| match event {
            Event::AlertQueued { alert, .. } => Some((seq, (**alert).clone())),
            _ => None,
        })
        .collect()
}

fn known(story: &mut Story, name: &str, value: &str) {
    story.conversation.state.attributes.insert(name.to_owned(), value.to_owned());
}

fn tried(story: &mut Story, of: Seq, attempt: u32, outcome: Outcome) -> Result<Vec<Event>, Refusal> {
    let command = Command::AlertOutcome { of, attempt, outcome };
    let decided = story.conversation.decide(story.now, command.clone());
    if decided.is_ok() {
        story.tell(command);
    }
    decided
}

fn sent() -> Outcome {
    Outcome::Sent { provider_id: "250 OK".into() }
}

#[test]
fn a_letter_is_filled_in_and_the_dialogue_goes_on_in_the_same_mode() {
    let mut story =
        telling(letter(&["agents", "sales@harbour.example"], "A boat for {{name|nobody}}", "By {{email}}."));
    known(&mut story, "email", "zoe@example.org");
    story.contact("tell");
    story.expect_bot(&["Told."]);
    let [(seq, alert)] = &letters(&story)[..] else { panic!("one letter") };
    assert_eq!(alert.to, [Recipient::Agents, Recipient::Address("sales@harbour.example".into())]);
    assert_eq!((alert.subject.as_str(), alert.body.as_str()), ("A boat for nobody", "By zoe@example.org."));
    assert_eq!(alert.reply_to.as_deref(), Some("zoe@example.org"));
    assert_eq!(story.conversation.state.mode, Mode::Bot);
    assert!(story.conversation.state.alerts.contains_key(seq));
}

#[test]
fn what_a_stranger_calls_themselves_stays_one_line_and_no_recipient() {
    let mut story = telling(letter(&["{{email}}", "agents"], "From {{email}}", "{{email}}"));
    known(&mut story, "email", "a@b.example\r\nBcc: victim@example.org\u{202e}");
    story.contact("tell");
    let [(_, alert)] = &letters(&story)[..] else { panic!("one letter") };
    assert_eq!(alert.to, [Recipient::Agents]);
    assert_eq!(alert.reply_to, None);
    assert_eq!(alert.subject, "From a@b.example Bcc: victim@example.org");
    assert_eq!(alert.body, "a@b.example\nBcc: victim@example.org");
}

#[test]
fn a_letter_commits_with_its_event_on_a_channel_without_deliveries_too() {
    let mut story = telling(letter(&["agents"], "Hello", ""));
    story.contact("tell");
    let site = crate::support::story::conversation(
        switchboard::domain::account::Channel::Webchat,
        story.conversation.bot.clone(),
    );
    let events: Vec<Event> = story.log.iter().map(|(_, event)| event.clone()).collect();
    let [(seq, _)] = letters(&story)[..] else { panic!("one letter") };
    assert_eq!(effects(&site, 1, &events, story.now), [Effect::Alert { seq }]);
}

#[test]
fn a_complete_form_is_one_letter_with_its_answers() {
    let form = Form {
        id: "boat".into(),
        questions: vec![
            question("How long?", "length", AnswerKind::Text, ""),
            question("A name?", "boat", AnswerKind::Text, ""),
        ],
        score: 0,
        alert: Some(letter(&["agents"], "A boat of {{length}}", "Please call.")),
    };
    let bot = TestBot::insurer().dialogue("boat", vec![Widget::Form(form)]);
    let mut story = Story::of(bot.trigger("boat", keywords(&["boat"]), Action::Go("boat".into())).build());
    story.contact("boat");
    story.contact("9 m");
    assert_eq!(letters(&story), []);
    story.contact("Nautilus");
    let [(_, alert)] = &letters(&story)[..] else { panic!("one letter") };
    assert_eq!(alert.subject, "A boat of 9 m");
    assert_eq!(alert.body, "Please call.\n\nlength: 9 m\nboat: Nautilus");
    assert!(alert.because.contains("form “boat”"), "{}", alert.because);
}

#[test]
fn a_hot_lead_is_a_letter_once_per_session() {
    let mut bot = TestBot::insurer().dialogue("learn", vec![Widget::Score(5), text("Much to learn.")]);
    bot.settings.hot_lead = Some(HotLead { threshold: 10, hand_off: false, alert: vec![Recipient::Supervisors] });
    let mut story = Story::of(bot.trigger("learn", keywords(&["learn"]), Action::Go("learn".into())).build());
    for expected in [0, 1, 1, 1] {
        story.contact("learn");
        assert_eq!(letters(&story).len(), expected);
    }
    assert_eq!(letters(&story)[0].1.to, [Recipient::Supervisors]);
    story.later(hours(25));
    story.contact("learn");
    story.contact("learn");
    assert_eq!(letters(&story).len(), 2);
}

#[test]
fn a_try_is_heard_of_once_and_the_end_is_the_end() {
    let mut story = telling(letter(&["agents"], "Hello", ""));
    story.contact("tell");
    let [(of, _)] = letters(&story)[..] else { panic!("one letter") };
    let at = story.now + minutes(1);
    let busy = || Outcome::NotSent { at, reason: "451 later".into() };
    assert!(tried(&mut story, of, 1, busy()).is_ok());
    assert_eq!(tried(&mut story, of, 1, busy()), Err(Refusal::NothingNew), "the same try");
    assert!(tried(&mut story, of, 3, sent()).is_ok());
    assert_eq!(tried(&mut story, of, 4, sent()), Err(Refusal::NothingNew), "it is over");
    assert_eq!(tried(&mut story, of + 1, 1, sent()), Err(Refusal::NothingNew), "no such alert");
    assert!(story.conversation.state.alerts.is_empty());
}

#[test]
fn what_may_have_arrived_is_sent_once_more_and_never_a_third_time() {
    let mut story = telling(letter(&["agents"], "Hello", ""));
    story.contact("tell");
    let [(of, _)] = letters(&story)[..] else { panic!("one letter") };
    let again_at = story.now + minutes(1);
    let unknown = || Outcome::Unknown { again_at, reason: "the line went dead".into() };
    let fate = |events: Vec<Event>| match events.into_iter().next() {
        Some(Event::AlertTried { fate, .. }) => fate,
        other => panic!("{other:?}"),
    };
    let first = tried(&mut story, of, 1, unknown()).map(fate);
    assert!(matches!(first, Ok(Fate::Unsure { again_at: Some(_), .. })), "{first:?}");
    let second = tried(&mut story, of, 2, unknown()).map(fate);
    assert!(matches!(second, Ok(Fate::Unsure { again_at: None, .. })), "{second:?}");
    assert_eq!(tried(&mut story, of, 3, sent()), Err(Refusal::NothingNew));
}

#[test]
fn nobody_fills_a_mailbox_by_chatting() {
    let mut story = telling(letter(&["agents"], "Hello", ""));
    for _ in 0..PER_SESSION_MAX + 5 {
        story.contact("tell");
        if let Some((of, _)) = letters(&story).last().cloned() {
            let _ = tried(&mut story, of, 1, sent());
        }
    }
    assert_eq!(letters(&story).len(), PER_SESSION_MAX as usize);
    let told = |(_, event): &&(_, Event)| matches!(event, Event::Alerted { text } if text.contains("left out"));
    assert_eq!(story.log.iter().filter(told).count(), 5, "and the agents see that some were left out");
    story.later(hours(25));
    story.contact("tell");
    assert_eq!(letters(&story).len(), PER_SESSION_MAX as usize + 1, "another session");
}

#[test]
fn letters_that_wait_for_a_dead_mail_server_have_an_end() {
    let mut story = telling(letter(&["agents"], "Hello", ""));
    for day in 0..4 {
        for _ in 0..PER_SESSION_MAX {
            story.contact("tell");
        }
        story.later(hours(25));
        assert!(story.conversation.state.alerts.len() <= OPEN_MAX, "after day {day}");
    }
    assert_eq!(letters(&story).len(), OPEN_MAX);
}
