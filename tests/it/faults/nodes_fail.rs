//! Nodes that die, sleep, or are told to end.

use loadtest::cluster::Fault;

use super::nobody_notices;
#[cfg(feature = "failpoints")]
use super::{nobody_notices_as, plan};

/// F1, F2.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_with_a_node_that_is_killed_is_answered_by_another() {
    nobody_notices(&[Fault::F1, Fault::F2]).await;
}

/// F4, F5.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_that_slept_longer_than_its_lease_writes_nothing() {
    nobody_notices(&[Fault::F4, Fault::F5]).await;
}

/// F18, F22.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_loses_nothing_and_delays_nobody() {
    nobody_notices(&[Fault::F18, Fault::F22]).await;
}

/// F24.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_account_keeps_its_limit_and_its_words_whoever_sends_for_it() {
    nobody_notices(&[Fault::F24]).await;
}

/// F6.
#[cfg(feature = "failpoints")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_that_slept_before_the_bytes_left_sends_nothing() {
    nobody_notices(&[Fault::F6]).await;
}

/// F21: every node misses one word in twenty of what others say.
#[cfg(feature = "failpoints")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_between_nodes_that_are_lost_are_made_up_for() {
    let plan = loadtest::cluster::Plan { failpoints: Some("bus-heard=5%return".into()), ..plan() };
    nobody_notices_as(plan, &[Fault::F18]).await;
}
