//! A widget that does not behave, and a console that asks for what is not there.

use loadtest::product::{WEBCHAT_ACCOUNT, WEBCHAT_SOCKET};
use serde_json::{Value, json};
use switchboard::domain::command::Command;

use crate::support::installation::{Installation, contact};
use crate::support::node::ask;
use crate::support::wire::{Came, Wire};

const ID: &str = "0197c1de-0000-7000-8000-000000000001";

#[actix_web::test]
async fn a_widget_is_told_what_is_wrong_with_its_message() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut widget = widget(&installation).await;
    let mut complaint = async |frame: Value| {
        widget.say(frame.to_string()).await;
        let error = widget.next_of("error").await;
        (error["code"].as_str().unwrap_or_default().to_owned(), error["again"] == true)
    };
    assert_eq!(complaint(json!({"type": "open"})).await, ("hello_first".into(), false));
    let hello = complaint(json!({"type": "say", "id": ID, "text": "too early"})).await;
    assert_eq!(hello, ("hello_first".into(), false));
    widget.say(json!({"type": "hello", "token": null, "after": null}).to_string()).await;
    widget.next_of("welcome").await;
    let mut complaint = async |frame: Value| {
        widget.say(frame.to_string()).await;
        widget.next_of("error").await["code"].clone()
    };
    assert_eq!(complaint(json!({"type": "say", "id": "1", "text": "hello"})).await, "bad_id");
    assert_eq!(complaint(json!({"type": "say", "id": ID, "text": " \u{200b}\n"})).await, "empty");
    assert_eq!(complaint(json!({"type": "say", "id": ID, "text": "x".repeat(10_001)})).await, "too_long");
    widget.say(json!({"type": "say", "id": ID, "text": "x".repeat(10_000)}).to_string()).await;
    assert_eq!(widget.next_of("ack").await["id"], ID);
    node.stop().await;
}

#[actix_web::test]
async fn a_widget_learns_which_answer_a_question_wants_and_that_one_was_refused() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut widget = widget(&installation).await;
    widget.say(json!({"type": "hello", "token": null, "after": null}).to_string()).await;
    let mut said = 0;
    let mut asked = async |text: &str| {
        said += 1;
        let id = format!("0197c1de-0000-7000-8000-{said:012}");
        widget.say(json!({"type": "say", "id": id, "text": text}).to_string()).await;
        loop {
            let frame = widget.next_of("events").await;
            let events = frame["events"].as_array().cloned().unwrap_or_default();
            let spoke = events.iter().rfind(|event| event["kind"] == "bot_said");
            match spoke {
                Some(bot) => return bot["asks"].clone(),
                None => continue,
            }
        }
    };
    assert_eq!(asked("quote").await, Value::Null, "plain words have no field of their own");
    let email = asked("a boat").await;
    assert_eq!((&email["kind"], &email["autofill"]), (&json!("email"), &json!("email")));
    assert_eq!(email["refused"], false);
    assert_eq!(asked("I have none").await["refused"], true);
    node.stop().await;
}

#[actix_web::test]
async fn a_widget_wears_what_its_account_chose_in_the_language_it_speaks() {
    let site = "[[account]]\nid = \"blue\"\nkind = \"webchat\"\nbot = \"harbor\"\norigins = [\"https://harbor.example\"]\n\
                accent = \"#0a5\"\ntheme = \"light\"\nposition = \"start\"\n[account.texts]\ntitle = \"Questions?\"\n\
                [account.texts.de]\ntitle = \"Fragen?\"\n";
    let installation = Installation::with(|plan| plan.accounts = site.into()).await;
    let node = installation.start().await;
    let look = async |language: Value| {
        let path = format!("{WEBCHAT_SOCKET}blue");
        let at = installation.address();
        let mut widget = Wire::open(at, &path, &[("origin", "https://harbor.example")]).await.expect("a widget");
        widget.say(json!({"type": "hello", "token": null, "after": null, "language": language}).to_string()).await;
        widget.next_of("welcome").await["look"].clone()
    };
    let german = look(json!("de")).await;
    assert_eq!((&german["texts"]["title"], &german["theme"]), (&json!("Fragen?"), &json!("light")));
    assert_eq!((&german["at_start"], &german["accent"]["light"]["ink"]), (&json!(true), &json!("#16171c")));
    assert_eq!(look(json!("fr")).await["texts"]["title"], "Questions?");
    assert_eq!(look(Value::Null).await["texts"]["title"], "Questions?");
    node.stop().await;
}

#[actix_web::test]
async fn a_widget_that_types_like_a_program_is_told_to_wait() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut widget = widget(&installation).await;
    widget.say(json!({"type": "hello", "token": null, "after": null}).to_string()).await;
    let said = 200;
    for number in 0..said {
        let id = format!("0197c1de-0000-7000-8000-{number:012}");
        widget.say(json!({"type": "say", "id": id, "text": format!("line {number}")}).to_string()).await;
    }
    let (mut taken, mut told_to_wait) = (0, 0);
    while taken + told_to_wait < said {
        match widget.next().await {
            Came::Frame(frame) if frame["type"] == "ack" => taken += 1,
            Came::Frame(frame) if frame["type"] == "error" => {
                assert_eq!((&frame["code"], &frame["again"]), (&json!("too_fast"), &json!(true)));
                told_to_wait += 1;
            }
            Came::Frame(_) => {}
            end => panic!("{end:?}"),
        }
    }
    assert!(taken >= 32, "as many as may be under way are taken: {taken}");
    node.stop().await;
}

#[actix_web::test]
async fn a_console_that_watches_what_is_not_there_or_too_much_is_told_so() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let mut wire = installation.raw_console(&installation.ana).await;
    for nothing in [ID, "not an id"] {
        wire.say(json!({"type": "watch", "ref": 1, "conversation": nothing, "after": null}).to_string()).await;
        assert_eq!(wire.next_of("error").await["code"], "no_such_conversation");
    }
    for number in 0..65 {
        let here = contact(&format!("contact-{number}"));
        ask(&node, &here, Command::Note { agent: installation.ana.agent.clone(), text: "here".into() }).await;
        let conversation = here.conversation.to_string();
        wire.say(json!({"type": "watch", "ref": 2, "conversation": conversation, "after": null}).to_string()).await;
        match number {
            64 => assert_eq!(wire.next_of("error").await["code"], "too_many"),
            _ => assert_eq!(wire.next_of("reset").await["conversation"], conversation),
        }
    }
    node.stop().await;
}

async fn widget(installation: &Installation) -> Wire {
    let path = format!("{WEBCHAT_SOCKET}{WEBCHAT_ACCOUNT}");
    Wire::open(installation.address(), &path, &[("origin", "https://harbor.example")]).await.expect("a widget")
}
