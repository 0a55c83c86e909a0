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

    /// Whether another process lives under this name.
    pub fn has_namesake(&self, me: Incarnation, name: &str) -> bool {
        self.all.iter().any(|(node, (ends, about))| *node != me && *ends > self.now && about.node == name)
    }

    /// Those beside `me` that take actors.
    pub fn others_that_take(&self, me: Incarnation) -> Vec<Incarnation> {
        let up = |(node, (ends, about)): &(&Incarnation, &(u64, About))| {
            **node != me && *ends > self.now && !about.draining && !about.ill
        };
        self.all.iter().filter(up).map(|(node, _)| *node).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// As nodes of earlier versions describe themselves, and as later ones may.
    const ABOUT: [&str; 4] = [
        r#"{"node":"left","version":"0.1.0","draining":false,"ill":false}"#,
        r#"{"node":"left"}"#,
        r#"{"node":"left","version":"9.9.9","draining":false,"ill":false,"mood":["good"]}"#,
        r#"{"died":1800000000000}"#,
    ];

    fn node(number: u128) -> Incarnation {
        Incarnation(Uuid::from_u128(number))
    }

    fn seen(ends: u64) -> Members {
        let all =
            (1..).zip(ABOUT).flat_map(|(number, about)| [node(number).to_string(), ends.to_string(), about.into()]);
        Members::read(std::iter::once("1000".to_owned()).chain(all).collect())
    }

    #[test]
    fn nodes_of_other_versions_are_understood() {
        assert_eq!(
            serde_json::to_string(&About { node: "left".into(), version: "0.1.0".into(), ..About::default() })
                .ok()
                .as_deref(),
            Some(ABOUT[0])
        );
        let members = seen(1001);
        assert_eq!(members.living(), 4);
        assert_eq!(members.others_that_take(node(1)), [node(2), node(3), node(4)]);
        assert_eq!((1..=3).map(|number| members.all[&node(number)].1.node.as_str()).collect::<Vec<_>>(), ["left"; 3]);
    }

    #[test]
    fn a_namesake_is_another_that_lives() {
        assert!(seen(1001).has_namesake(node(1), "left"));
        assert!(!seen(1001).has_namesake(node(1), "right"));
        assert!(!seen(1000).has_namesake(node(1), "left"), "all are dead");
        let alone = Members::read(vec!["1000".into(), node(1).to_string(), "1001".into(), ABOUT[0].into()]);
        assert!(!alone.has_namesake(node(1), "left"), "it is we ourselves");
    }
}
