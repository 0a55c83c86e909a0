//! One person on several channels: merged, told of, and taken apart again, over HTTP.

use serde_json::{Value, json};
use switchboard::dice;
use switchboard::domain::command::Command;
use switchboard::node::Node;

use crate::support::api::ask;
use crate::support::installation::{Installation, contact, conversation, told_over_each_store};
use crate::support::node::{self, eventually, log};

told_over_each_store! { |_| {} =>
    two_conversations_of_one_person_are_merged_and_taken_apart
}

const ONE: &str = "7";
const OTHER: &str = "8";

async fn learns(node: &Node, psid: &str, name: &str, value: &str) {
    let learn = Command::Learn { name: name.to_owned(), value: value.to_owned() };
    node::ask(node, &contact(psid), learn).await;
}

async fn two_conversations_of_one_person_are_merged_and_taken_apart(installation: Installation) {
    let node = installation.start().await;
    let mut poster = installation.poster();
    for psid in [ONE, OTHER, "9"] {
        poster.text(psid, "hours").await;
        installation.delivered(psid, 1).await;
    }
    learns(&node, ONE, "email", "bo@example.org").await;
    learns(&node, OTHER, "email", "BO@example.org").await;
    learns(&node, "9", "phone", "1").await;
    let before = log(&node, &contact(ONE)).await;
    let (one, other) = (conversation(ONE), conversation(OTHER));
    let place = |id: &str| format!("/conversations/{id}/contact");
    let ask = async |method: &str, path: String, body: &Value| {
        ask(&installation, &installation.ben, method, &path, body).await
    };
    let person = async |id: &str| ask("GET", place(id), &Value::Null).await.1;
    let ids = |person: &Value| {
        let rows = person["conversations"].as_array().expect("rows").iter();
        rows.map(|row| row["conversation"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&person(&one).await), std::slice::from_ref(&one));

    // What is the same of both suggests that they are one; what is only claimed does not.
    let same = format!("{}?email=bo@example.org", place(&one));
    eventually("somebody is suggested", async || {
        let candidates = ask("GET", same.clone(), &Value::Null).await.1["candidates"].clone();
        (candidates[0]["row"]["conversation"] == json!(other) && candidates[0]["same"] == "email").then_some(())
    })
    .await;
    let claimed = ask("GET", format!("{}?phone=1", place(&one)), &Value::Null).await.1;
    assert_eq!(claimed["candidates"], json!([]));

    let id = dice::new_id().to_string();
    let with = json!({"id": id, "conversation": other});
    for _ in 0..2 {
        assert_eq!(ask("POST", place(&one), &with).await.0, 204);
    }
    let again = json!({"id": dice::new_id().to_string(), "conversation": one});
    assert_eq!(ask("POST", place(&other), &again).await.0, 409);
    let nobody = json!({"id": dice::new_id().to_string(), "conversation": dice::new_id().to_string()});
    assert_eq!(ask("POST", place(&one), &nobody).await.0, 404);
    let merged = person(&other).await;
    assert_eq!(ids(&merged).len(), 2);
    assert_eq!((&merged["merges"][0]["by"], &merged["merges"][0]["undone_by"]), (&json!("Ben"), &Value::Null));
    assert_eq!(merged["conversations"][0]["floor"]["account"], "page-1", "{merged}");

    // What the bot declares of contacts comes along.
    let field = |name: &str, kind: &str| json!({"name": name, "kind": kind, "choices": []});
    assert_eq!(merged["attributes"], json!([field("email", "email"), field("insure", "text")]));

    // Another merge on top of it has to be undone first, and is named.
    let undo = format!("/contact-merges/{id}");
    let top = dice::new_id().to_string();
    let third = json!({"id": top, "conversation": conversation("9")});
    assert_eq!(ask("POST", place(&one), &third).await.0, 204);
    let (status, refused) = ask("DELETE", undo.clone(), &Value::Null).await;
    assert_eq!((status, &refused["code"]), (409, &json!("newer_merge")), "{refused}");
    let detail = refused["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("First undo what Ben merged at") && detail.contains(&top), "{detail}");
    assert_eq!(ask("DELETE", format!("/contact-merges/{top}"), &Value::Null).await.0, 204);

    assert_eq!(ask("DELETE", undo.clone(), &Value::Null).await.0, 204);
    assert_eq!(ask("DELETE", undo, &Value::Null).await.0, 404);
    assert_eq!(ids(&person(&one).await), std::slice::from_ref(&one));
    assert_eq!(person(&one).await["merges"][1]["undone_by"], "Ben");
    assert_eq!(log(&node, &contact(ONE)).await, before, "the log is untouched");
    node.stop().await;
}
