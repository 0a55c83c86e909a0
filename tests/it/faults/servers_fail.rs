//! Redis and PostgreSQL forget, die, stand still, or cannot be reached.

use loadtest::cluster::Fault;

use super::nobody_notices;

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
