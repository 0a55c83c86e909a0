//! Redis and PostgreSQL forget, die, stand still, or cannot be reached; words between nodes are lost. Nothing here is promised
//! in fractions of a second, so other tests may run beside it.

use loadtest::cluster::Fault;

use super::nobody_notices;
#[cfg(feature = "failpoints")]
use super::{nobody_notices_as, plan};

/// F7, F8, F9.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_forgets_dies_or_stands_still_costs_seconds_and_nothing_else() {
    nobody_notices(&[Fault::F7, Fault::F8, Fault::F9]).await;
}

/// F13, F15.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_cannot_reach_redis_serves_on_and_one_that_reaches_it_slowly_lives() {
    nobody_notices(&[Fault::F13, Fault::F15]).await;
}

/// F14, F16, F17.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_crashes_stands_still_or_cannot_be_reached_loses_and_doubles_nothing() {
    nobody_notices(&[Fault::F16, Fault::F17, Fault::F14]).await;
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
