//! Notes that name colleagues, over real sockets.

use serde_json::{Value, json};
use switchboard::dice;
use switchboard::domain::event::Event;
use switchboard::ports::people::{Person, Role};

use crate::support::api::ask;
use crate::support::installation::{
    Installation, SignedIn, contact, conversation, everybody_has_come, open_storage, sign_in, told_over_each_store,
};
use crate::support::mail::MailServer;
use crate::support::node::log;

told_over_each_store! { |_| {} =>
    whoever_a_note_names_is_told_once_and_sees_it
    without_a_mail_server_whoever_is_named_is_told_in_the_console_alone
}

const PSID: &str = "7";

async fn without_a_mail_server_whoever_is_named_is_told_in_the_console_alone(installation: Installation) {
    let storage = open_storage(&installation.config()).await;
    everybody_has_come(&*storage.people).await;
    drop(storage);
    let node = installation.start().await;
    installation.poster().text(PSID, "hours").await;
    let mut anas = installation.raw_console(&installation.ana).await;
    let id = dice::new_id().to_string();
    let note = json!({"type": "note", "ref": 1, "cid": id, "conversation": conversation(PSID), "text": "@ben, see"});
    anas.say(note.to_string()).await;
    anas.next_of("done").await;
    let mentions = ask(&installation, &installation.ben, "GET", "/mentions", &Value::Null).await.1;
    assert_eq!(mentions["unseen"], 1, "{mentions}");
    let letters =
        log(&node, &contact(PSID)).await.into_iter().filter(|one| matches!(one.event, Event::AlertQueued { .. }));
    assert_eq!(letters.count(), 0);
    node.stop().await;
}

async fn whoever_a_note_names_is_told_once_and_sees_it(installation: Installation) {
    let server = MailServer::plain();
    installation.configure(&server.settings());
    let storage = open_storage(&installation.config()).await;
    let odd = sign_in(&*storage.people, "Odd", Role::Admin).await;
    let person = storage.people.person_by_email("odd@example.org".to_owned()).await.expect("reads").expect("is there");
    everybody_has_come(&*storage.people).await;
    let person = Person { password_hash: Some("argon2".to_owned()), ..person };
    storage.people.save_person(Person { name: "<b>%s</b> @Ana".to_owned(), ..person }).await.expect("saves");
    drop(storage);
    let (ana, ben) = (&installation.ana, &installation.ben);
    let node = installation.start().await;
    let team = json!({"name": "Night shift", "members": [ana.agent.id.to_string(), ben.agent.id.to_string()]});
    assert_eq!(ask(&installation, &odd, "PUT", &format!("/teams/{}", dice::new_id()), &team).await.0, 204);
    installation.poster().text(PSID, "hours").await;

    let mut bens = installation.raw_console(ben).await;
    bens.say(json!({"type": "inbox", "ref": 1, "window": 9}).to_string()).await;
    bens.next_of("inbox").await;
    let mut anas = installation.raw_console(ana).await;
    let text = "@ben, see to it. @Ben! @night shift, and @<b>%s</b> @Ana: thanks. ana@ben.example";
    let note = json!({"type": "note", "ref": 1, "cid": dice::new_id().to_string(), "conversation": conversation(PSID), "text": text});
    for _ in 0..2 {
        anas.say(note.to_string()).await;
        anas.next_of("done").await;
    }
    bens.next_of("mentioned").await;

    let mentions = async |who: &SignedIn| ask(&installation, who, "GET", "/mentions", &Value::Null).await.1;
    let bens = mentions(ben).await;
    assert_eq!((&bens["unseen"], bens["mentions"].as_array().map(Vec::len)), (&json!(1), Some(1)), "{bens}");
    let row = &bens["mentions"][0];
    assert_eq!((&row["by"], &row["text"], &row["seen"]), (&json!("Ana"), &json!(text), &json!(false)));
    assert_eq!(mentions(&odd).await["unseen"], 1, "whatever they are called");
    assert_eq!(mentions(ana).await["unseen"], 0, "who wrote it knows");
    let letter = server.got(1).await.remove(0);
    assert_eq!(letter["recipients"].as_array().map(Vec::len), Some(2), "{letter}");

    let seen = json!({"conversation": conversation(PSID), "seq": row["seq"]});
    assert_eq!(ask(&installation, ben, "POST", "/mentions/seen", &seen).await.0, 204);
    assert_eq!(mentions(ben).await["unseen"], 0);
    assert_eq!(mentions(&odd).await["unseen"], 1);
    let nobody = json!({"type": "note", "ref": 2, "cid": dice::new_id().to_string(), "conversation": conversation(PSID), "text": "@nobody"});
    anas.say(nobody.to_string()).await;
    anas.next_of("done").await;
    let told =
        log(&node, &contact(PSID)).await.into_iter().filter(|logged| matches!(logged.event, Event::Mentioned { .. }));
    assert_eq!(told.count(), 1);
    node.stop().await;
    assert_eq!(server.letters().len(), 1);
}
