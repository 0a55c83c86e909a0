//! Everyone, as one look showed them, and what to make of it. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::ids::Incarnation;

/// What a node says about itself.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq, Hash)]
#[serde(default)]
pub struct About {
    pub node: String,
    pub version: String,
    pub draining: bool,
    /// It cannot write to the store.
    pub ill: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    Alive,
    Dead,
}

/// Everyone, at one moment of Redis's clock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Members {
    pub now: u64,
    pub all: BTreeMap<Incarnation, (u64, About)>,
}

impl Members {
    /// What `scripts/members.lua` gives.
    pub fn read(told: Vec<String>) -> Self {
        let mut told = told.into_iter();
        let now = told.next().and_then(|now| now.parse().ok()).unwrap_or_default();
        let mut all = BTreeMap::new();
        while let (Some(node), Some(ends), Some(about)) = (told.next(), told.next(), told.next()) {
            if let Ok(node) = node.parse() {
                let about = serde_json::from_str(&about).unwrap_or_default();
                all.insert(node, (ends.parse::<f64>().unwrap_or_default() as u64, about));
            }
        }
        Self { now, all }
    }

    /// None: nobody knows this one; only a look that is younger than its entry may say that it is dead.
    pub fn judge(&self, node: Incarnation) -> Option<Judged> {
        let (ends, _) = self.all.get(&node)?;
        Some(if *ends > self.now { Judged::Alive } else { Judged::Dead })
    }

    pub fn living(&self) -> usize {
        self.all.values().filter(|(ends, _)| *ends > self.now).count()
    }

    /// Those beside `me` that take actors.
    pub fn others_that_take(&self, me: Incarnation) -> Vec<Incarnation> {
        let up = |(node, (ends, about)): &(&Incarnation, &(u64, About))| {
            **node != me && *ends > self.now && !about.draining && !about.ill
        };
        self.all.iter().filter(up).map(|(node, _)| *node).collect()
    }
}
