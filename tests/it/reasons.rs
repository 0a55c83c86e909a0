//! Why humans are wanted: shown, filtered and counted, in the console, over HTTP and for Prometheus.

use loadtest::http::request_once;
use loadtest::product::{CONSOLE_SOCKET, COOKIE};
use serde_json::{Value, json};

use crate::support::installation::{Installation, SOON, told_over_each_store};
use crate::support::node::{eventually, metric};
use crate::support::wire::Wire;

told_over_each_store! { |_| {} =>
    those_who_wait_are_listed_and_counted_by_their_reason
}

async fn those_who_wait_are_listed_and_counted_by_their_reason(installation: Installation) {
    let node = installation.start().await;
    for words in ["I had an accident", "my policy number is 7", "talk to a person"] {
        let mut visitor = installation.visitor().await;
        visitor.say(words).await.expect("said");
        visitor.until_event(SOON, |event| event.kind == "waiting").await.expect("a person is called");
    }
    let cookie = format!("{COOKIE}={}", installation.ana.cookie);
    let headers = [("cookie", cookie.as_str())];
    let ask = async |query: &str| {
        let path = format!("/api/v1/hand-offs{query}");
        let answer = request_once("GET", installation.address(), &path, &headers, b"", SOON).await.expect("an answer");
        (answer.status, serde_json::from_slice::<Value>(&answer.body).expect("JSON"))
    };
    eventually("all three wait", async || {
        (ask("").await.1["waiting"].as_array().map(Vec::len) == Some(3)).then_some(())
    })
    .await;
    let (_, urgent) = ask("?reason=urgent").await;
    let words: Vec<&Value> = urgent["waiting"].as_array().expect("rows").iter().map(|row| &row["words"]).collect();
    assert_eq!(words, [&json!("accident"), &json!("policy number")], "the longest waiting first");
    assert_eq!((&urgent["reasons"]["urgent"], &urgent["reasons"]["asked"]), (&json!(2), &json!(1)));
    assert_eq!(ask("?reason=asked").await.1["waiting"].as_array().map(Vec::len), Some(1));
    let (status, problem) = ask("?reason=boredom").await;
    assert!(status == 422 && problem["detail"].to_string().contains("hot_lead"), "{problem}");

    let mut wire = Wire::open(installation.address(), CONSOLE_SOCKET, &headers).await.expect("a console");
    wire.say(json!({"type": "inbox", "ref": 1, "window": 50, "reason": "asked"}).to_string()).await;
    let lists = wire.next_of("inbox").await;
    assert_eq!(lists["rows"].as_array().map(Vec::len), Some(1), "{lists}");
    assert_eq!((&lists["rows"][0]["floor"]["reason"], &lists["counts"]["waiting"]), (&json!("asked"), &json!(1)));
    assert_eq!(lists["counts"]["reasons"]["urgent"], 2, "{lists}");
    wire.say(json!({"type": "inbox", "ref": 2, "window": 50}).to_string()).await;
    let lists = wire.next_of("inbox").await;
    assert_eq!((&lists["fresh"], lists["rows"].as_array().map(Vec::len)), (&json!(true), Some(3)), "{lists}");
    let metrics = installation.get("/metrics").await.text();
    assert!(metric(&metrics, "switchboard_waiting") >= 3.0, "{metrics}");
    node.stop().await;
}
