//! What widgets say: frames over a websocket, or some of them in a poll.

use std::panic::{AssertUnwindSafe, catch_unwind};

use loadtest::product::{WEBCHAT_ACCOUNT, WEBCHAT_SOCKET};
use serde_json::json;
use switchboard::wire::webchat::{VisitorPoll, VisitorSays};

use super::{corpus, feed_with};
use crate::support::installation::Installation;
use crate::support::wire::Wire;

const ORIGIN: (&str, &str) = ("origin", "https://harbor.example");

/// Reads it as the server does. What was understood is said again in the same words: nothing known is lost.
fn digest(body: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(body).into_owned();
    let read = catch_unwind(AssertUnwindSafe(|| {
        let frame = serde_json::from_str::<VisitorSays>(&text).ok();
        let poll = serde_json::from_slice::<VisitorPoll>(body).ok();
        frame.into_iter().chain(poll.into_iter().flat_map(|poll| [poll.hello].into_iter().chain(poll.says))).collect()
    }));
    let frames: Vec<VisitorSays> = read.map_err(|_| "webchat: it panicked".to_owned())?;
    for frame in frames {
        let again = serde_json::to_string(&frame).map_err(|error| format!("webchat: {error}"))?;
        let same = serde_json::from_str::<VisitorSays>(&again).map_err(|error| format!("webchat: {again}: {error}"))?;
        if format!("{frame:?}") != format!("{same:?}") {
            return Err(format!("webchat: {frame:?} became {same:?}"));
        }
    }
    Ok(())
}

#[test]
fn frames_of_widgets_are_read_without_harm() {
    for (name, body) in corpus("webchat") {
        let understood = serde_json::from_slice::<VisitorSays>(&body).is_ok();
        let stem = name.file_stem().expect("a name").to_string_lossy().into_owned();
        assert_eq!(understood, !["nothing", "poll", "half_pairs"].contains(&stem.as_str()), "{stem}");
    }
    feed_with("webchat", digest);
}

#[actix_web::test]
async fn a_widget_that_talks_damaged_frames_harms_nobody() {
    let installation = Installation::new().await;
    let node = installation.start().await;
    let path = format!("{WEBCHAT_SOCKET}{WEBCHAT_ACCOUNT}");
    let open = async || Wire::open(installation.address(), &path, &[ORIGIN]).await.expect("a widget");
    let mut bodies = Vec::new();
    feed_with("webchat", |body| {
        // So many will do over real sockets.
        if bodies.len() < 300 {
            bodies.push(String::from_utf8_lossy(body).into_owned());
        }
        Ok(())
    });
    let mut widget = open().await;
    for body in bodies {
        if widget.try_say(body).await.is_err() {
            widget = open().await;
        }
    }
    // Whatever became of that one, the next is served.
    let mut next = open().await;
    next.say(json!({"type": "hello", "token": null, "after": null}).to_string()).await;
    next.next_of("welcome").await;
    next.say(json!({"type": "say", "id": "0197c1de-0000-7000-8000-000000000009", "text": "hours"}).to_string()).await;
    assert!(next.next_of("ack").await["seq"].is_u64());
    node.stop().await;
}
