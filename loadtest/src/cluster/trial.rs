//! Faults one after the other in one cluster.

use std::time::Duration;

use anyhow::Result;
use rand::RngExt;

use super::{Fault, Length, Outcome, Plan, Scene};
use crate::clock;

/// Does these faults in this order.
pub async fn run(plan: &Plan, faults: &[Fault], length: Length) -> Result<Outcome> {
    let plan = faults.iter().fold(plan.clone(), |plan, fault| fault.needs(plan));
    let mut scene = Scene::open(&plan, length).await?;
    for fault in faults {
        fault.happen(&mut scene).await?;
    }
    scene.close().await
}

/// Does faults at random for so long, and calls `tell` before each.
pub async fn soak(plan: &Plan, time: Duration, faults: &[Fault], tell: impl Fn(Fault)) -> Result<Outcome> {
    let mut scene = Scene::open(plan, Length::Short).await?;
    crate::drill::fault(&scene.cluster.provider, crate::drill::Faults::Random);
    let since = clock::instant();
    while since.elapsed() < time {
        let fault = faults[scene.random.random_range(0..faults.len())];
        tell(fault);
        fault.happen(&mut scene).await?;
    }
    scene.close().await
}
