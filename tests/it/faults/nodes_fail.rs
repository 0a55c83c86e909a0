//! Nodes that die, sleep, or are told to end. What is measured here in seconds wants the machine for itself.

use loadtest::cluster::Fault;

use super::nobody_notices;

/// F1, F2, F4, F5, F18, F22.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_with_a_node_that_dies_sleeps_or_ends_is_answered_by_another_and_nothing_is_lost() {
    nobody_notices(&[Fault::F1, Fault::F2, Fault::F4, Fault::F5, Fault::F18, Fault::F22]).await;
}

/// F24.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_account_keeps_its_limit_and_its_words_whoever_sends_for_it() {
    nobody_notices(&[Fault::F24]).await;
}
