//! Nodes that die, sleep, or are told to end.

use loadtest::cluster::Fault;

use super::nobody_notices;

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
