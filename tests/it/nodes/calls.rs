//! Calls to others' systems move with their conversation.

use serde_json::json;
use switchboard::domain::call::Ending;
use switchboard::domain::event::Event;

use super::moves::says;
use super::props::{count, has_no_hole};
use crate::support::installation::{Installation, contact};
use crate::support::nodes::Nodes;
use crate::support::other::{Manner, Other};

const PSID: &str = "7";
const TIMEOUT_SECONDS: u32 = 60;

async fn nodes(other: &Other) -> Nodes {
    let installation = Installation::with(|plan| {
        plan.bot = json!({"schema": 1, "name": "Robot", "triggers": [{"keywords": ["accident"], "hand_off": "urgent"}],
            "outside": {"url": other.url("/turn"), "secret": "other", "timeout_seconds": TIMEOUT_SECONDS}});
        plan.outside = format!(
            "trusted_hosts = [\"{0}\"]\n[outside.secrets.other]\nvalue = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\n\
             hosts = [\"{0}\"]\n",
            other.address
        );
    });
    Nodes::over(installation.await).await
}

#[actix_web::test]
async fn an_open_call_of_a_node_that_died_is_made_again_by_another_and_says_so() {
    let other = Other::start(Manner::Hangs);
    let nodes = nodes(&other).await;
    let (one, two) = (nodes.start().await, nodes.start().await);
    says(&one, &contact(PSID), "Good morning").await;
    other.asked(1).await;

    other.now(Manner::Answers(json!({"messages": [{"text": "Good morning to you."}]})));
    one.die().await;
    // Nobody writes: whoever lives finds it.
    let asked = other.asked(2).await;
    nodes.installation.delivered(PSID, 1).await;
    let attempts: Vec<&str> = asked.iter().map(|asked| asked.header("switchboard-attempt")).collect();
    assert_eq!(attempts, ["1", "2"]);
    assert_eq!(asked[0].header("webhook-id"), asked[1].header("webhook-id"));
    assert_eq!(nodes.installation.provider.texts_for(PSID), ["Good morning to you."]);
    let log = nodes.log(&contact(PSID)).await;
    assert!(has_no_hole(&log));
    assert_eq!(count(&log, |event| matches!(event, Event::CallOpened { .. })), 1);
    assert_eq!(count(&log, |event| matches!(event, Event::CallRepeated { attempt: 2, .. })), 1);
    assert_eq!(count(&log, |event| matches!(event, Event::CallEnded { how: Ending::Answered, .. })), 1);
    two.node.stop().await;
    assert_eq!(other.received().len(), 2, "and nobody asks a third time");
}
