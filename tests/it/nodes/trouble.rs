//! An account that its provider refuses is known to every agent, on every node, until something goes out again.

use loadtest::clients::{ConsoleClient, ConsoleFrame};
use loadtest::product::PAGE_ACCOUNT;
use loadtest::provider::{Rule, Then};
use switchboard::domain::event::Event;

use crate::support::installation::{Installation, Kept, SOON, contact};
use crate::support::node::eventually;
use crate::support::nodes::Nodes;

fn code() -> String {
    format!("account:{PAGE_ACCOUNT}")
}

async fn is_told(console: &mut ConsoleClient) -> String {
    let told = |frame: &ConsoleFrame| matches!(frame, ConsoleFrame::Trouble { code: of, .. } if *of == code());
    match console.until(SOON, told).await {
        Ok(ConsoleFrame::Trouble { text, .. }) => text,
        other => panic!("{other:?}"),
    }
}

#[actix_web::test]
async fn a_dead_token_is_told_on_every_node_until_messages_go_out_again() {
    let nodes = Nodes::over(Installation::with(|plan| plan.kept = Kept::InPostgres).await).await;
    let (sender, stands_by) = nodes.start_two().await;
    let mut ana = sender.console(&nodes.installation.ana).await;
    let mut ben = stands_by.console(&nodes.installation.ben).await;

    nodes.installation.provider.rule(Rule::always(Then::token_expired()));
    stands_by.poster().text("7", "hours").await;
    for console in [&mut ana, &mut ben] {
        let words = is_told(console).await;
        assert!(words.contains(PAGE_ACCOUNT) && words.contains("Nothing is lost"), "{words}");
    }
    // Who comes later is told at once.
    is_told(&mut stands_by.console(&nodes.installation.ana).await).await;
    let failed = |event: &Event| matches!(event, Event::Failed { .. });
    assert!(!nodes.log(&contact("7")).await.iter().any(|logged| failed(&logged.event)));

    // Another node comes on duty, and knows of it before it has sent anything.
    nodes.installation.provider.clear_rules();
    sender.node.stop().await;
    eventually("the other sends", async || stands_by.sends().then_some(())).await;
    stands_by.poster().text("8", "hours").await;
    nodes.installation.delivered("8", 1).await;
    let over = |frame: &ConsoleFrame| matches!(frame, ConsoleFrame::TroubleOver { code: of } if *of == code());
    ben.until(SOON, over).await.expect("it is over");
    stands_by.node.stop().await;
}
