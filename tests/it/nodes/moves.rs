//! Conversations and senders move when their node ends.

use std::time::Duration;

use switchboard::domain::command::Command;
use switchboard::domain::event::Event;
use switchboard::domain::message::Heard;
use switchboard::ports::store::Contact;
use tokio::time::Instant;

use super::props::{LEASE_AND_MORE, count, has_no_hole, heard};
use crate::support::installation::{Installation, contact};
use crate::support::node::eventually;
use crate::support::nodes::{Member, Nodes};

const PSID: &str = "7";

/// The node hears it, as often as it takes; how long that took.
pub async fn says(member: &Member, contact: &Contact, text: &str) -> Duration {
    let since = Instant::now();
    let said = async || {
        let command = Command::Hear {
            heard: Heard::text(text),
            provider_id: Some(text.to_owned()),
            provider_at: None,
            name: None,
        };
        member.node.switchboard.ask(contact.clone(), command, Some(format!("in:{text}"))).await.ok()
    };
    eventually("it is heard", said).await;
    since.elapsed()
}

#[actix_web::test]
async fn when_a_node_dies_another_answers_within_one_lease() {
    let nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    says(&one, &contact(PSID), "first").await;
    says(&other, &contact(PSID), "second").await;
    one.die().await;
    let took = says(&other, &contact(PSID), "third").await;
    assert!(took <= LEASE_AND_MORE, "{took:?}");
    let log = nodes.log(&contact(PSID)).await;
    assert_eq!(heard(&log), ["first", "second", "third"]);
    assert!(has_no_hole(&log));
    // Whoever sent for the account is dead, too: somebody else does.
    let answers = count(&log, |event| matches!(event, Event::BotSaid { .. }));
    nodes.installation.delivered(PSID, answers).await;
    other.node.stop().await;
}

#[actix_web::test]
async fn a_node_that_goes_down_leaves_everything_to_others_at_once() {
    let nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    for number in 0..20 {
        says(&one, &contact(&number.to_string()), "first").await;
    }
    let since = Instant::now();
    one.node.stop().await;
    assert!(since.elapsed() < Duration::from_secs(30));
    for number in 0..20 {
        let took = says(&other, &contact(&number.to_string()), "second").await;
        assert!(took < Duration::from_secs(3), "{took:?}");
        let log = nodes.log(&contact(&number.to_string())).await;
        assert_eq!(heard(&log), ["first", "second"]);
    }
    other.node.stop().await;
}

#[actix_web::test]
async fn whoever_asks_while_a_node_goes_down_is_answered_within_two_seconds() {
    let nodes = Nodes::new().await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    for number in 0..20 {
        says(&one, &contact(&number.to_string()), "first").await;
        says(&other, &contact(&number.to_string()), "second").await;
    }
    let asking = async {
        for round in 0..20 {
            for number in 0..20 {
                let text = format!("round {round}");
                let command = Command::Hear {
                    heard: Heard::text(&text),
                    provider_id: Some(text.clone()),
                    provider_at: None,
                    name: None,
                };
                let since = Instant::now();
                let contact = contact(&number.to_string());
                let answer = other.node.switchboard.ask(contact, command, Some(format!("in:{text}"))).await;
                assert!(answer.is_ok(), "{answer:?}");
                assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
            }
        }
    };
    futures_util::future::join(one.node.stop(), asking).await;
    for number in 0..20 {
        let log = nodes.log(&contact(&number.to_string())).await;
        assert!(has_no_hole(&log));
        assert_eq!(heard(&log).len(), 22);
    }
    other.node.stop().await;
}

/// The store's fence, with tokens as two nodes would have them.
#[actix_web::test]
async fn a_zombie_writes_nothing_and_its_node_goes_on_with_what_the_new_owner_wrote() {
    let nodes = Nodes::new().await;
    let (zombie, other) = (nodes.start().await, nodes.start().await);
    says(&zombie, &contact(PSID), "first").await;
    // Its lease runs out; what it has in memory it keeps, and does not know.
    zombie.redis.set(loadtest::proxy::Way::Swallows);
    let took = says(&other, &contact(PSID), "second").await;
    assert!(took <= LEASE_AND_MORE, "{took:?}");
    // What the zombie would refuse by what it knows, it does not refuse.
    let agent = nodes.installation.ana.agent.clone();
    let take_over = Command::TakeOver { agent: agent.clone() };
    other.node.switchboard.ask(contact(PSID), take_over, None).await.expect("taken over");
    zombie
        .node
        .switchboard
        .ask(contact(PSID), Command::GiveBack { agent, answer: None }, None)
        .await
        .expect("given back");
    // The zombie's next append is fenced; it loads again and continues the same log.
    says(&zombie, &contact(PSID), "third").await;
    let log = nodes.log(&contact(PSID)).await;
    assert!(has_no_hole(&log));
    assert_eq!(heard(&log), ["first", "second", "third"]);
    zombie.redis.set(loadtest::proxy::Way::Open);
    other.node.stop().await;
    zombie.node.stop().await;
}

#[actix_web::test]
async fn an_accounts_limit_holds_across_a_move_of_its_sender() {
    const PER_SECOND: usize = 20;
    let installation = Installation::with(|plan| plan.sends_per_second = PER_SECOND as u32).await;
    let nodes = Nodes::over(installation).await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    for number in 0..60 {
        says(&one, &contact(&number.to_string()), "hours").await;
    }
    // In the middle of it, whoever sends goes down and the other takes over.
    eventually("it is sending", async || (nodes.installation.provider.arrivals().len() > 10).then_some(())).await;
    one.node.stop().await;
    for number in 0..60 {
        nodes.installation.delivered(&number.to_string(), 1).await;
    }
    let arrivals = nodes.installation.provider.arrivals();
    let messages = arrivals.iter().filter(|arrival| arrival.text.is_some());
    let mut times: Vec<u64> = messages.map(|arrival| arrival.at).collect();
    times.sort_unstable();
    let most = (0..times.len()).map(|from| times[from..].iter().take_while(|at| **at < times[from] + 1000).count());
    let most = most.max().unwrap_or_default();
    // What a busy machine holds up arrives a moment later, with what comes then; two that send at once would be twice as many.
    assert!(most <= PER_SECOND * 3 / 2, "{most} messages within a second");
    other.node.stop().await;
}
