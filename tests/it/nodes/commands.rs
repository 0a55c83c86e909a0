//! What agents ask for has one outcome, however many copies of it are under way, and wherever.

use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::event::{Agent, Event};
use switchboard::domain::ids::AgentId;
use switchboard::domain::message::Heard;
use switchboard::ports::bus::NotDone;
use uuid::Uuid;

use super::props::count;
use crate::support::installation::contact;
use crate::support::nodes::Nodes;

const PSID: &str = "7";
const LATE: &str = "cmd:0198c1de-0000-7000-8000-000000000001";

fn ana() -> Agent {
    Agent { id: AgentId(Uuid::from_u128(7)), name: "Ana".into() }
}

/// A copy that lay with a node that stood still, or in a socket that its agent had left, comes when it would be granted.
#[actix_web::test]
async fn what_was_refused_is_not_done_later_by_a_copy_that_was_under_way() {
    let nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    let ask = async |command: Command, key: &str| {
        one.node.switchboard.ask(contact(PSID), command, Some(key.to_owned())).await
    };
    let hello = Command::Hear { heard: Heard::text("hours"), provider_id: None, provider_at: None, name: None };
    ask(hello, "in:hello").await.expect("it is heard");
    let give_back = || Command::GiveBack { agent: ana(), answer: None };
    assert_eq!(ask(give_back(), LATE).await, Err(NotDone::Refused(Refusal::BotHasTheFloor)));
    ask(Command::TakeOver { agent: ana() }, "cmd:take-over").await.expect("it is taken over");

    let refused = Err(NotDone::Refused(Refusal::RefusedBefore));
    assert_eq!(ask(give_back(), LATE).await, refused, "where the conversation lives");
    let late = other.node.switchboard.ask(contact(PSID), give_back(), Some(LATE.to_owned()));
    assert_eq!(late.await, refused, "asked of the other node");
    one.node.stop().await;
    let late = other.node.switchboard.ask(contact(PSID), give_back(), Some(LATE.to_owned()));
    assert_eq!(late.await, refused, "by an owner who has refused nothing");

    let log = nodes.log(&contact(PSID)).await;
    assert_eq!(count(&log, |event| matches!(event, Event::GivenBack { .. })), 0, "{log:#?}");
    let anew = other.node.switchboard.ask(contact(PSID), give_back(), Some("cmd:anew".to_owned()));
    assert!(anew.await.is_ok());
    other.node.stop().await;
}
