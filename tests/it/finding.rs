//! Finding what was said, and who: over HTTP, as the console and programs do.

use serde_json::{Value, json};
use switchboard::dice;
use switchboard::ports::people::Role;

use crate::support::api::ask;
use crate::support::installation::{Installation, SOON, SignedIn, open_storage, sign_in, told_over_each_store};
use crate::support::node::eventually;

told_over_each_store! { |_| {} =>
    a_word_of_long_ago_is_found_and_leads_to_its_place
    a_view_keeps_a_filter_and_only_who_may_shares_it
}

fn texts(found: &Value) -> Vec<String> {
    let pieces = |hit: &Value| {
        let pieces = hit["pieces"].as_array().expect("pieces").iter();
        pieces
            .map(|piece| {
                let text = piece["text"].as_str().expect("text");
                if piece["hit"] == json!(true) { format!("[{text}]") } else { text.to_owned() }
            })
            .collect()
    };
    found["hits"].as_array().expect("hits").iter().map(pieces).collect()
}

async fn a_word_of_long_ago_is_found_and_leads_to_its_place(installation: Installation) {
    let node = installation.start().await;
    let mut visitor = installation.visitor().await;
    visitor.say("The <b>façade</b> of my house fell").await.expect("said");
    for number in 0..6 {
        visitor.say(&format!("line {number}")).await.expect("said");
    }
    visitor.say("I had an accident").await.expect("said");
    visitor.until_event(SOON, |event| event.kind == "waiting").await.expect("a person is called");
    let get = async |path: &str| ask(&installation, &installation.ana, "GET", path, &Value::Null).await;

    let found = eventually("it is found within a second or so", async || {
        let (_, found) = get("/search?q=facade%20hou").await;
        (!found["hits"].as_array().expect("hits").is_empty()).then_some(found)
    })
    .await;
    assert_eq!(texts(&found), ["The <b>[façade]</b> of my [house] fell"]);
    let hit = &found["hits"][0];
    assert_eq!((&hit["by"], &hit["channel"], &found["next"]), (&json!("contact"), &json!("webchat"), &Value::Null));

    // Around its place there are lines before and after, and it says so.
    let conversation = hit["conversation"].as_str().expect("an id");
    let (seq, at) = (hit["seq"].as_u64().expect("a seq"), hit["at"].as_u64().expect("a time"));
    let (_, around) = get(&format!("/conversations/{conversation}/events?around={seq}&limit=4")).await;
    let seqs = |part: &Value| -> Vec<u64> {
        part["events"].as_array().expect("events").iter().filter_map(|event| event["seq"].as_u64()).collect()
    };
    assert!(seqs(&around).contains(&seq) && around["newer"] == json!(true), "{around}");
    let (_, by_time) = get(&format!("/conversations/{conversation}/events?at={at}&limit=4")).await;
    assert!(by_time["around"].as_u64().is_some_and(|around| around <= seq), "{by_time}");
    let (_, first) = get(&format!("/conversations/{conversation}/events?at=0&limit=4")).await;
    assert_eq!((&first["around"], seqs(&first).first()), (&json!(1), Some(&1)));
    let (_, last) = get(&format!("/conversations/{conversation}/events?at=9000000000000000&limit=4")).await;
    assert_eq!((&last["newer"], seqs(&last).last()), (&json!(false), last["around"].as_u64().as_ref()));
    let (_, rest) = get(&format!("/conversations/{conversation}/events?after={seq}&limit=2")).await;
    assert_eq!(seqs(&rest), [seq + 1, seq + 2]);

    eventually("it is listed among those who wait", async || {
        let (_, listed) = get("/conversations?mode=waiting&reason=urgent&unanswered=true&order=waiting").await;
        (listed["rows"][0]["conversation"] == json!(conversation)).then_some(())
    })
    .await;
    assert_eq!(get("/conversations?mode=human").await.1["rows"], json!([]));
    for (wrong, word) in [
        ("/conversations?mode=odd", "mode"),
        ("/conversations?mdoe=bot", "mdoe"),
        ("/conversations?after=7", "place"),
        ("/conversations?attribute=city", "value"),
        ("/search?q=%3F!", "no word"),
        (&format!("/search?q={}", "x".repeat(201)), "At most 200"),
    ] {
        let (status, problem) = get(wrong).await;
        assert!(
            status == 422 && problem["detail"].as_str().is_some_and(|why| why.contains(word)),
            "{wrong}: {problem}"
        );
    }
    let (_, choices) = get("/list-choices").await;
    assert!(choices["bots"].as_array().is_some_and(|bots| !bots.is_empty()), "{choices}");
    node.stop().await;
}

async fn a_view_keeps_a_filter_and_only_who_may_shares_it(installation: Installation) {
    let storage = open_storage(&installation.config()).await;
    let vera = sign_in(&*storage.people, "Vera", Role::Supervisor).await;
    drop(storage);
    let ben = &installation.ben;
    let node = installation.start().await;
    let id = dice::new_id();
    let (own, shared) = (format!("/views/{id}"), format!("/shared-views/{id}"));
    let view = json!({"name": " Urgent  ones ", "filter": {"reason": "urgent", "order": "waiting"}});
    let ask = async |who: &SignedIn, method: &str, path: &str, body: &Value| {
        ask(&installation, who, method, path, body).await
    };
    let views = async |who: &SignedIn| ask(who, "GET", "/views", &Value::Null).await.1["views"].clone();

    assert_eq!(ask(ben, "PUT", &shared, &view).await.0, 403, "an agent keeps views for nobody else");
    assert_eq!(ask(ben, "PUT", &own, &view).await.0, 204);
    let bens = views(ben).await;
    assert_eq!((&bens[0]["name"], &bens[0]["shared"]), (&json!("Urgent ones"), &json!(false)));
    assert_eq!(bens[0]["filter"]["order"], json!("waiting"));
    assert_eq!(views(&vera).await, json!([]));
    assert_eq!(ask(&vera, "PUT", &shared, &view).await.0, 409, "the id is taken");
    let other = format!("/shared-views/{}", dice::new_id());
    assert_eq!(ask(&vera, "PUT", &other, &view).await.0, 204);
    assert_eq!(views(ben).await.as_array().map(Vec::len), Some(2));
    assert_eq!(ask(ben, "DELETE", &other, &Value::Null).await.0, 403);
    assert_eq!(ask(ben, "DELETE", &own, &Value::Null).await.0, 204);
    assert_eq!(ask(ben, "DELETE", &own, &Value::Null).await.0, 404);
    for wrong in [json!({"name": "", "filter": {}}), json!({"name": "x", "filter": {"channel": "fax"}})] {
        assert_eq!(ask(ben, "PUT", &own, &wrong).await.0, 422, "{wrong}");
    }
    assert_eq!(ask(&vera, "DELETE", &other, &Value::Null).await.0, 204);
    assert_eq!(views(ben).await, json!([]));
    node.stop().await;
}
