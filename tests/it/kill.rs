//! `kill -9` at any moment, and what was promised afterwards.

use std::path::Path;

use loadtest::drill::{Drill, run};

use crate::support::postgres::Schema;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_promised_survives_twenty_kills_at_any_moment() {
    survives(20, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_promised_survives_kills_at_any_moment_over_postgres() {
    survives(10, Some(Schema::fresh().await.url())).await;
}

async fn survives(rounds: u32, database: Option<String>) {
    let program = env!("CARGO_BIN_EXE_switchboard");
    let bots = Path::new(env!("CARGO_MANIFEST_DIR")).join("bots");
    let drill = Drill { rounds, database, posters: 6, visitors: 6, life_ms: (200, 1200), ..Drill::new(program, bots) };
    let outcome = run(&drill).await.expect("a drill");
    assert!(outcome.is_clean(), "{outcome}");
}
