//! What Meta refuses beside messages, as agents read it: to pass a conversation on, to say what it brings us.

use loadtest::product::PAGE_ACCOUNT;
use serde_json::{Value, json};

use crate::support::api;
use crate::support::installation::{Installation, contact, conversation};
use crate::support::node::{eventually, log};

const PSID: &str = "7392015648120394";
const APP: &str = "[[account.app]]\napp_id = \"263902037430900\"\nname = \"Page inbox\"\n";

/// Consoles have words for the codes in each language; what Meta said comes along.
#[actix_web::test]
async fn a_pass_that_meta_refuses_is_explained_by_a_code_and_changes_nothing() {
    let installation = Installation::with(|plan| plan.page = APP).await;
    let node = installation.start().await;
    installation.poster().text(PSID, "hours").await;
    installation.delivered(PSID, 1).await;
    eventually("it is known to have gone out", async || {
        let log = log(&node, &contact(PSID)).await;
        log.iter().any(|logged| format!("{:?}", logged.event).starts_with("Sent")).then_some(())
    })
    .await;
    let before = log(&node, &contact(PSID)).await.len();
    let path = format!("/conversations/{}/pass", conversation(PSID));
    for (code, subcode, said) in [
        (10, Some(2_018_300), "pass_elsewhere"),
        (10, None, "pass_not_allowed"),
        (190, Some(463), "pass_not_allowed"),
        (100, None, "pass_refused"),
    ] {
        installation.provider.refuse_moves(Some((code, subcode, "Not this one")));
        let body = json!({"app": "263902037430900"});
        let (status, problem) = api::ask(&installation, &installation.ana, "POST", &path, &body).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some(said)), "{problem}");
        assert!(problem["detail"].as_str().unwrap_or_default().contains("Not this one"), "{problem}");
    }
    assert_eq!(log(&node, &contact(PSID)).await.len(), before, "nothing has happened");
    installation.provider.refuse_moves(None);
    let body = json!({"app": "263902037430900"});
    assert_eq!(api::ask(&installation, &installation.ana, "POST", &path, &body).await.0, 204);
    node.stop().await;
}

/// Whether a look at the subscriptions is due depends on the time since the last one alone: here it is a second.
#[actix_web::test]
async fn what_meta_takes_us_off_while_we_run_we_are_put_back_on_with_the_next_look() {
    let installation = Installation::with(|plan| plan.limits = "subscription_look_s = 1").await;
    let process = installation.process().await;
    for _ in 0..3 {
        let all = async || (installation.provider.subscribed().len() == 10).then_some(());
        eventually("everything is brought to us", all).await;
        installation.provider.unsubscribe();
    }
    process.end().await;
}

#[actix_web::test]
async fn where_meta_hides_what_it_brings_us_every_console_says_so_until_it_is_seen_again() {
    let installation = Installation::with(|plan| plan.limits = "subscription_look_s = 1").await;
    let process = installation.process().await;
    let code = format!("hearing:{PAGE_ACCOUNT}");
    let mut ana = installation.raw_console(&installation.ana).await;
    installation.provider.hide_subscriptions(Some((190, Some(463), "Error validating access token")));
    let trouble: Value = ana.next_of("trouble").await;
    assert_eq!(trouble["code"], *code);
    let text = trouble["text"].as_str().unwrap_or_default();
    assert!(text.contains("Error validating access token") && text.contains("may not reach us"), "{text}");
    // Who comes later hears it, too.
    let mut ben = installation.raw_console(&installation.ben).await;
    assert_eq!(ben.next_of("trouble").await["code"], *code);

    installation.provider.unsubscribe();
    installation.provider.hide_subscriptions(None);
    for console in [&mut ana, &mut ben] {
        assert_eq!(console.next_of("trouble_over").await["code"], *code);
    }
    assert_eq!(installation.provider.subscribed().len(), 10, "and it was mended");
    process.end().await;
}
