//! Publishing over HTTP, as programs and administrators do.

use futures_util::future::join;
use loadtest::http::{Response, request_once};
use serde_json::{Value, json};
use switchboard::dice;
use switchboard::ports::people::Role;
use switchboard::ports::tokens::ApiToken;

use super::props::{DONE, EMAIL, INSURE, NEW_INSURE, another, answering, asks, publish};
use crate::support::installation::{Installation, SOON, open_storage, told_over_each_store};

told_over_each_store! { |_| {} =>
    who_is_in_the_middle_of_a_form_finishes_it_and_a_roll_back_is_for_new_ones
    of_two_admins_who_publish_at_once_one_learns_who_was_quicker_and_when
    an_error_blocks_publishing_and_its_place_is_named
    a_bot_that_calls_what_the_configuration_bars_is_not_published_and_a_roll_back_says_so
    a_document_of_five_megabytes_is_refused
    a_draft_is_checked_kept_and_published
    what_was_done_and_who_did_it_is_listed
    a_revoked_token_opens_nothing
}

/// Somebody with a token.
struct Program<'a> {
    installation: &'a Installation,
    token: String,
}

impl<'a> Program<'a> {
    async fn admin(installation: &'a Installation, name: &str) -> Self {
        let storage = open_storage(&installation.config()).await;
        let token = format!("swb_{name}");
        let (name, made_by) = (name.to_owned(), "test".to_owned());
        let made = ApiToken { name, role: Role::Admin, made_by, made_at: Default::default(), used_at: None };
        storage.tokens.add_token(dice::hash_token(&token), made).await.expect("a token");
        Self { installation, token }
    }

    async fn ask(&self, method: &str, path: &str, body: &str) -> Response {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let path = format!("/api/v1{path}");
        request_once(method, self.installation.address(), &path, &headers, body.as_bytes(), SOON)
            .await
            .expect("an answer")
    }

    async fn publish(&self, seen: u32, document: &str) -> Response {
        self.ask("POST", &format!("/bots/harbor/versions?seen={seen}&note=because"), document).await
    }
}

fn body(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_else(|_| panic!("no JSON: {}", response.text()))
}

async fn who_is_in_the_middle_of_a_form_finishes_it_and_a_roll_back_is_for_new_ones(installation: Installation) {
    let admin = Program::admin(&installation, "deploy").await;
    let node = installation.start().await;
    let mut early = installation.visitor().await;
    asks(&mut early, "quote", INSURE).await;
    let done = admin.publish(1, &another(NEW_INSURE)).await;
    assert_eq!((done.status, &body(&done)["version"]), (200, &json!(2)), "{}", done.text());
    let mut late = installation.visitor().await;
    asks(&mut late, "quote", NEW_INSURE).await;
    let back =
        admin.ask("POST", "/bots/harbor/publish", r#"{"seen": 2, "version": 1, "note": "too many boats"}"#).await;
    assert_eq!((back.status, &body(&back)["version"]), (200, &json!(1)), "{}", back.text());
    let mut latest = installation.visitor().await;
    asks(&mut latest, "quote", INSURE).await;
    for visitor in [&mut early, &mut late] {
        asks(visitor, "a boat", EMAIL).await;
        asks(visitor, "ana@example.org", DONE).await;
    }
    asks(&mut late, "quote", INSURE).await;
    node.stop().await;
}

async fn of_two_admins_who_publish_at_once_one_learns_who_was_quicker_and_when(installation: Installation) {
    let (one, other) = (Program::admin(&installation, "one").await, Program::admin(&installation, "other").await);
    let node = installation.start().await;
    let (mine, yours) = (another("Which house?"), another("Which ship?"));
    let (first, second) = join(one.publish(1, &mine), other.publish(1, &yours)).await;
    let (refused, winner) = if first.status == 200 { (second, "token one") } else { (first, "token other") };
    assert_eq!(refused.status, 409, "{}", refused.text());
    let detail = body(&refused)["detail"].as_str().expect("words").to_owned();
    assert!(detail.starts_with(&format!("{winner} has published version 2 at 20")), "{detail}");
    assert_eq!(answering(&**node.bots()).await, 2);
    node.stop().await;
}

async fn an_error_blocks_publishing_and_its_place_is_named(installation: Installation) {
    let admin = Program::admin(&installation, "deploy").await;
    let node = installation.start().await;
    let wrong = another(NEW_INSURE).replace("\"go\": \"prices\"", "\"go\": \"price\"");
    let refused = admin.publish(1, &wrong).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    let place = &body(&refused)["places"][0];
    assert_eq!(place["path"], "triggers[3].go", "{place}");
    assert!(place["line"].as_u64() > Some(1) && !place["fix"].as_str().unwrap_or_default().is_empty(), "{place}");
    assert!(place["problem"].as_str().unwrap_or_default().contains("there is no dialogue \"price\""), "{place}");
    assert_eq!(answering(&**node.bots()).await, 1);
    let shapeless = body(&admin.publish(1, "{\"schema\": 1,\n\"nam\": 2}").await);
    assert_eq!((&shapeless["places"][0]["line"], &shapeless["places"][0]["path"]), (&json!(2), &json!("nam")));
    node.stop().await;
}

/// Published by hand, it would fail at its first contact.
async fn a_bot_that_calls_what_the_configuration_bars_is_not_published_and_a_roll_back_says_so(
    installation: Installation,
) {
    let admin = Program::admin(&installation, "deploy").await;
    let node = installation.start().await;
    let call = json!({"schema": 1, "name": "Shop", "triggers": [{"first_contact": true, "go": "order"},
        {"keywords": ["claim"], "hand_off": "urgent"}],
        "dialogues": [{"id": "order", "widgets": [
            {"http_call": {"url": "http://10.0.0.5/hello", "bearer": "shop", "failed": "sorry"}}, {"end": true}]},
            {"id": "sorry", "widgets": [{"text": "Not now."}, {"end": true}]}]})
    .to_string();
    let refused = admin.publish(1, &call).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let places = body(&refused)["places"].clone();
    for (number, problem, fix) in
        [(0, "10.0.0.5:80 is private", "outside.trusted_hosts"), (1, "no secret \"shop\"", "[outside.secrets.shop]")]
    {
        let place = &places[number];
        assert_eq!(
            (&place["path"], &place["line"]),
            (&json!("dialogues[0].widgets[0].http_call"), &json!(1)),
            "{place}"
        );
        assert!(place["problem"].as_str().unwrap_or_default().contains(problem), "{place}");
        assert!(place["fix"].as_str().unwrap_or_default().contains(fix), "{place}");
    }
    let found = body(&admin.ask("POST", "/bot-check", &call).await);
    assert_eq!(found["findings"].as_array().map(Vec::len), Some(2), "{found}");
    let saved = body(&admin.ask("PUT", "/bots/harbor/draft?seen=0", &call).await);
    assert_eq!(saved["findings"], found["findings"], "a draft may be unfinished");
    let refused = admin.ask("POST", "/bots/harbor/publish", r#"{"seen": 1, "draft": 1}"#).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert_eq!(answering(&**node.bots()).await, 1);
    // It was allowed once: who goes back to it is in a hurry, and is told.
    publish(&**node.bots(), &call).await;
    publish(&**node.bots(), &another(NEW_INSURE)).await;
    let back = admin.ask("POST", "/bots/harbor/publish", r#"{"seen": 3, "version": 2}"#).await;
    assert_eq!((back.status, body(&back)["warnings"].as_array().map(Vec::len)), (200, Some(2)), "{}", back.text());
    node.stop().await;
}

async fn a_document_of_five_megabytes_is_refused(installation: Installation) {
    let admin = Program::admin(&installation, "deploy").await;
    let node = installation.start().await;
    let large = format!("{{\"schema\": 1, \"name\": \"{}\"}}", "x".repeat(5 * 1024 * 1024));
    for (method, path) in
        [("POST", "/bots/harbor/versions?seen=1"), ("PUT", "/bots/harbor/draft?seen=0"), ("POST", "/bot-check")]
    {
        let refused = admin.ask(method, path, &large).await;
        assert_eq!((refused.status, &body(&refused)["code"]), (413, &json!("too_large")), "{path}");
    }
    assert_eq!(answering(&**node.bots()).await, 1);
    node.stop().await;
}

async fn a_draft_is_checked_kept_and_published(installation: Installation) {
    let admin = Program::admin(&installation, "deploy").await;
    let node = installation.start().await;
    let half = admin.ask("PUT", "/bots/harbor/draft?seen=0", "{\"schema\": 1}").await;
    assert_eq!((half.status, &body(&half)["revision"]), (200, &json!(1)), "{}", half.text());
    assert_eq!(body(&half)["findings"][0]["level"], "error");
    let refused = admin.ask("POST", "/bots/harbor/publish", r#"{"seen": 1, "draft": 1}"#).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let blind = admin.ask("PUT", "/bots/harbor/draft?seen=0", &another(NEW_INSURE)).await;
    assert_eq!(blind.status, 409, "{}", blind.text());
    let whole = admin.ask("PUT", "/bots/harbor/draft?seen=1", &another(NEW_INSURE)).await;
    assert_eq!(body(&whole)["revision"], 2, "{}", whole.text());
    let done = admin.ask("POST", "/bots/harbor/publish", r#"{"seen": 1, "draft": 2}"#).await;
    assert_eq!((done.status, &body(&done)["version"]), (200, &json!(2)), "{}", done.text());
    assert_eq!(admin.ask("GET", "/bots/harbor/draft", "").await.status, 404);
    let document = body(&admin.ask("GET", "/bots/harbor/versions/2", "").await);
    assert_eq!(document["document"], json!(another(NEW_INSURE)), "to the letter");
    node.stop().await;
}

async fn what_was_done_and_who_did_it_is_listed(installation: Installation) {
    let admin = Program::admin(&installation, "deploy").await;
    let node = installation.start().await;
    admin.publish(1, &another(NEW_INSURE)).await;
    let made = admin.ask("POST", "/tokens", r#"{"name": "reader", "role": "supervisor"}"#).await;
    assert!(body(&made)["token"].as_str().is_some_and(|token| token.starts_with("swb_")), "{}", made.text());
    let new = r#"{"name": "Cleo", "email": "cleo@example.org", "role": "agent"}"#;
    let link = body(&admin.ask("POST", "/people", new).await)["link"].as_str().expect("a link").to_owned();
    assert!(link.contains("/welcome?token="), "{link}");
    let audit = body(&admin.ask("GET", "/audit", "").await);
    let entries = audit["entries"].as_array().expect("entries");
    let told: Vec<_> = entries
        .iter()
        .map(|entry| (entry["what"].as_str().unwrap_or(""), entry["by"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(
        told[..3],
        [("person.added", "token deploy"), ("token.added", "token deploy"), ("bot.published", "token deploy")]
    );
    assert_eq!((&entries[2]["subject"], &entries[2]["note"]), (&json!("harbor@2"), &json!("because")));
    let secret = made.text();
    let secret = secret.split('"').find(|part| part.starts_with("swb_")).expect("a token");
    assert!(
        !audit.to_string().contains(secret) && !audit.to_string().contains(link.split('=').nth(1).expect("a token"))
    );
    node.stop().await;
}

async fn a_revoked_token_opens_nothing(installation: Installation) {
    let (admin, other) = (Program::admin(&installation, "one").await, Program::admin(&installation, "other").await);
    let node = installation.start().await;
    assert_eq!(other.ask("GET", "/bots", "").await.status, 200);
    assert_eq!(admin.ask("DELETE", "/tokens/other", "").await.status, 204);
    let refused = other.ask("GET", "/bots", "").await;
    assert_eq!((refused.status, &body(&refused)["code"]), (401, &json!("not_signed_in")));
    assert_eq!(admin.ask("DELETE", "/tokens/other", "").await.status, 404);
    node.stop().await;
}
