//! The protocol of several nodes, explored: every order in which things can happen, within small bounds.
//!
//! What decides is the product's own: `decide` and `apply`, the fence, what a node makes of a claim, a sender's backlog,
//! a reader's feed. What Redis and the database do is stated in Rust (`register`, `support::outbox`), and the chapters
//! `the_scripts` and `the_stores` hold those statements against the real ones. Each model has broken twins, in which one
//! precaution is missing, and the explorer must find what goes wrong in them.

mod delivery;
mod directory;
mod fold;
mod outbox;
mod register;
mod the_scripts;
mod the_stores;
mod watching;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::Hash;

use stateright::{Checker, HasDiscoveries, Model};
use tokio::time::Instant;

/// A model that can be explored.
trait Explored:
    Model<State: Clone + PartialEq + Hash + Debug + Send + Sync, Action: Clone + PartialEq + Debug> + Send + Sync + 'static
{
}

impl<M> Explored for M where
    M: Model<State: Clone + PartialEq + Hash + Debug + Send + Sync, Action: Clone + PartialEq + Debug>
        + Send
        + Sync
        + 'static
{
}

/// Explores all of it: every promise holds, and what should be able to happen can.
fn holds(what: &str, model: impl Explored) {
    let began = Instant::now();
    let explored = model.checker().spawn_bfs().join();
    println!("{what}: {} states in {:.1?}", explored.unique_state_count(), began.elapsed());
    explored.assert_properties();
}

/// The explorer finds how `promise` is broken.
fn breaks(promise: &'static str, model: impl Explored) {
    let when = HasDiscoveries::AnyOf(BTreeSet::from([promise]));
    let explored = model.checker().finish_when(when).spawn_bfs().join();
    let states = explored.unique_state_count();
    let path = explored.discovery(promise).unwrap_or_else(|| panic!("“{promise}” held in {states} states"));
    println!("“{promise}” breaks after {} steps ({states} states)", path.into_actions().len());
}
