//! Redis becomes a replica, and breaks no connection.

use std::time::Duration;

use loadtest::clients::ConsoleFrame;
use loadtest::servers::redis::RedisServer;

use super::props::{sees, watch};
use crate::support::installation::{SOON, conversation};
use crate::support::node::eventually;
use crate::support::nodes::{Member, Nodes};

const PSID: &str = "7";

#[actix_web::test]
async fn nodes_leave_a_redis_that_was_demoted_and_hear_each_other_by_its_successor() {
    let nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    one.poster().text_surely(PSID, "hours", SOON).await.unwrap();
    let mut console = other.console(&nodes.installation.ana).await;
    watch(&mut console, &conversation(PSID)).await;
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();

    let successor = succeeded(&nodes.redis, &[&one, &other]).await;
    // And once more, while their connections are still young.
    let _last = succeeded(&successor, &[&one, &other]).await;

    one.poster().text_surely(PSID, "and on Sunday?", SOON).await.unwrap();
    sees(&mut console, &conversation(PSID), "contact_said", "and on Sunday?").await;
    one.node.stop().await;
    other.node.stop().await;
}

/// Another takes its place, and everybody leaves it.
async fn succeeded(demoted: &RedisServer, by: &[&Member]) -> RedisServer {
    let mut successor = demoted.replica_by(demoted.address());
    successor.promote();
    by.iter().for_each(|member| member.redis.lead_to(successor.address()));
    demoted.demote_under(&successor);
    let left = async || (demoted.clients() == 0).then_some(());
    tokio::time::timeout(Duration::from_secs(60), eventually("the demoted one is left", left)).await.expect("soon");
    successor
}
