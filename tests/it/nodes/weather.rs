//! Redis forgets, restarts or is cut off, and nothing is lost and nobody answers twice.

use std::time::Duration;

use loadtest::clients::ConsoleFrame;
use switchboard::domain::event::Event;

use super::props::{count, has_no_hole, heard, sees, watch};
use crate::support::installation::{SOON, contact, conversation};
use crate::support::nodes::{Member, Nodes};
use loadtest::proxy::Way;

const CONTACTS: usize = 8;

/// Every contact writes to every node in turn, `round` after `round`; every word is acknowledged.
async fn everybody_writes(members: &[&Member], round: &str) {
    for number in 0..CONTACTS {
        for (node, member) in members.iter().enumerate() {
            let text = format!("{round} at node {node}");
            member.poster().text_surely(&number.to_string(), &text, SOON).await.expect("it is acknowledged");
        }
    }
}

/// Each word once in each log, no hole, and each message to the contact exactly once at the provider.
async fn nothing_is_lost_or_said_twice(nodes: &Nodes, rounds: &[&str], writers: usize) {
    for number in 0..CONTACTS {
        let contact = contact(&number.to_string());
        let log = nodes.log(&contact).await;
        assert!(has_no_hole(&log), "{log:#?}");
        let wanted: Vec<String> =
            rounds.iter().flat_map(|round| (0..writers).map(move |node| format!("{round} at node {node}"))).collect();
        assert_eq!(heard(&log), wanted);
        let ours = count(&log, |event| matches!(event, Event::BotSaid { .. }));
        let arrived = nodes.installation.delivered(&contact.external_key, ours).await;
        assert_eq!(arrived.len(), ours, "contact {number}: {log:#?}");
    }
}

#[actix_web::test]
async fn a_wiped_redis_loses_nothing_and_nobody_answers_twice() {
    let nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    everybody_writes(&[&one, &other], "before").await;
    nodes.redis.flush_all();
    everybody_writes(&[&one, &other], "after").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    nodes.redis.flush_all();
    everybody_writes(&[&one, &other], "again").await;
    nothing_is_lost_or_said_twice(&nodes, &["before", "after", "again"], 2).await;
    one.node.stop().await;
    other.node.stop().await;
}

#[actix_web::test]
async fn while_redis_is_down_words_are_taken_and_answered_and_consoles_see_them() {
    let mut nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    everybody_writes(&[&one, &other], "before").await;
    let mut console = other.console(&nodes.installation.ana).await;
    watch(&mut console, &conversation("0")).await;
    console.until(SOON, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await.unwrap();

    nodes.redis.kill();
    everybody_writes(&[&one, &other], "meanwhile").await;
    sees(&mut console, &conversation("0"), "contact_said", "meanwhile at node 0").await;
    // Somebody new, and an agent.
    one.poster().text_surely("somebody new", "hours", SOON).await.unwrap();
    let cid = console.reply(&conversation("0"), "I am Ana", true).await.unwrap();
    console.answer_to(&cid, SOON).await.unwrap();
    nodes.installation.delivered("somebody new", 1).await;

    nodes.redis.start_again();
    everybody_writes(&[&one, &other], "after").await;
    sees(&mut console, &conversation("0"), "contact_said", "after at node 0").await;
    for number in 1..CONTACTS {
        let log = nodes.log(&contact(&number.to_string())).await;
        assert!(has_no_hole(&log));
        assert_eq!(heard(&log).len(), 6, "{log:#?}");
        let ours = count(&log, |event| matches!(event, Event::BotSaid { .. }));
        assert_eq!(nodes.installation.delivered(&number.to_string(), ours).await.len(), ours);
    }
    one.node.stop().await;
    other.node.stop().await;
}

#[actix_web::test]
async fn a_node_that_is_cut_off_from_redis_goes_on_and_comes_back() {
    let nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    everybody_writes(&[&one, &other], "before").await;
    one.redis.set(Way::Cut);
    everybody_writes(&[&one, &other], "cut off").await;
    // Longer than its lease.
    tokio::time::sleep(Duration::from_secs(9)).await;
    everybody_writes(&[&one, &other], "dead").await;
    one.redis.set(Way::Open);
    everybody_writes(&[&one, &other], "back").await;
    nothing_is_lost_or_said_twice(&nodes, &["before", "cut off", "dead", "back"], 2).await;
    one.node.stop().await;
    other.node.stop().await;
}

/// 300 ms each way are weather, not death.
#[actix_web::test]
async fn a_slow_way_to_redis_makes_nobody_die() {
    let nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    everybody_writes(&[&one, &other], "before").await;
    let slow = Way::Slow(Duration::from_millis(300));
    one.redis.set(slow);
    other.redis.set(slow);
    tokio::time::sleep(Duration::from_secs(10)).await;
    everybody_writes(&[&one, &other], "slowly").await;
    let members: usize =
        redis::cmd("ZCARD").arg(nodes.members_key()).query(&mut nodes.redis.connect()).expect("it answers");
    assert_eq!(members, 2, "nobody had to take a new name");
    one.redis.set(Way::Open);
    other.redis.set(Way::Open);
    nothing_is_lost_or_said_twice(&nodes, &["before", "slowly"], 2).await;
    one.node.stop().await;
    other.node.stop().await;
}
