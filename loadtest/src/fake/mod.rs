//! What every fake provider is made of: the [`Door`] that takes connections and can cut each at any point, the [`Desk`]
//! that posts webhooks until they are taken, and the [`Rule`]s about what goes wrong.
//!
//! It is written on bare TCP, because fakes share the cores with the server under measurement.

mod desk;
mod door;
mod rules;

pub(crate) use desk::Desk;
pub(crate) use door::{Door, Next, Visited, answer, local_parts};
pub(crate) use rules::Rules;
pub use rules::{Rule, Then, When};
