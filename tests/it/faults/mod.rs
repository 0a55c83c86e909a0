//! What happens to people when something under the product fails. Three real processes, a PostgreSQL and a Redis of the
//! test's own, a proxy before each, a provider, and a crowd that writes down what it was promised.
//!
//! `docs/faults.md` has the table of faults; here each is done in its short form, several in one cluster. `loadtest cluster
//! fault` does them by hand, longer, and by other seeds.

mod nodes_fail;
mod servers_fail;

use std::path::Path;

use loadtest::cluster::{Fault, Length, Plan, trial};
use loadtest::dice;

fn plan() -> Plan {
    let bots = Path::new(env!("CARGO_MANIFEST_DIR")).join("bots");
    Plan::new(env!("CARGO_BIN_EXE_switchboard"), bots, dice::new_seed())
}

/// Does these faults one after the other; every promise is checked at the end.
async fn nobody_notices(faults: &[Fault]) {
    nobody_notices_as(plan(), faults).await;
}

async fn nobody_notices_as(plan: Plan, faults: &[Fault]) {
    let seed = plan.seed;
    let outcome = trial::run(&plan, faults, Length::Short).await;
    let outcome = outcome.unwrap_or_else(|error| panic!("seed {seed}: {error:#}"));
    assert!(outcome.is_clean(), "{outcome}");
    println!("{outcome}");
}
