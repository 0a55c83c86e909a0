//! Who is signed out is signed out on every node at once.

use std::time::Duration;

use loadtest::http::request_once;
use loadtest::product::{CONSOLE_SOCKET, COOKIE};
use switchboard::ports::people::Role;
use tokio::time::Instant;

use crate::support::installation::{SOON, sign_in};
use crate::support::nodes::Nodes;
use crate::support::wire::{Came, Wire};

#[actix_web::test]
async fn an_admin_at_one_node_closes_a_console_at_another_before_it_asks_by_itself() {
    let nodes = Nodes::new().await;
    let vera = sign_in(&*nodes.storage.people, "Vera", Role::Admin).await;
    let (one, other) = (nodes.start().await, nodes.start().await);
    let ana = &nodes.installation.ana;
    let cookie = format!("{COOKIE}={}", ana.cookie);
    let mut console = Wire::open(other.node.address, CONSOLE_SOCKET, &[("cookie", &cookie)]).await.expect("a console");
    console.next_of("hello").await;

    let path = format!("/api/v1/people/{}/sessions", ana.agent.id);
    let admin = format!("{COOKIE}={}", vera.cookie);
    let asked = Instant::now();
    let answer =
        request_once("DELETE", one.node.address, &path, &[("cookie", &admin)], b"", SOON).await.expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (200, r#"{"ended":1}"#));
    assert_eq!(console.end().await, Came::Closed(4401, "signed out; sign in again".into()));
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    one.node.stop().await;
    other.node.stop().await;
}
