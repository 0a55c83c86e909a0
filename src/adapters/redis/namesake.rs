//! Another process that goes by this node's name, by mistake: seen, and told to whoever runs both.

use tokio::time::Instant;

use super::members::Members;
use super::membership::LEASE;
use crate::domain::ids::Incarnation;

#[derive(Default)]
pub struct Namesake {
    since: Option<Instant>,
    told: bool,
}

impl Namesake {
    /// Whoever lives longer than a lease beats: it is no earlier process whose lease has still to end.
    pub fn mind(&mut self, members: &Members, me: Incarnation, name: &str) {
        if !members.has_namesake(me, name) {
            if self.told {
                tracing::info!(name, "this node has its name to itself again");
            }
            *self = Self::default();
        } else if !self.told && self.since.get_or_insert_with(Instant::now).elapsed() > LEASE {
            self.told = true;
            tracing::warn!(
                name,
                "another process runs under this node's name: give each a node_name of its own, for each start of one makes the other's conversations move"
            );
        }
        metrics::gauge!("switchboard_namesakes").set(f64::from(u8::from(self.told)));
    }
}
