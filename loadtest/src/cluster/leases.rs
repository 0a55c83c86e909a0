//! The registry as it stands in Redis: which node has which name, and until when each lives. In the store a process has a
//! name of its own, which it keeps.

use std::collections::HashMap;

use anyhow::Result;
use redis::Connection;
use serde_json::Value;

use crate::clock;

/// A node's life under one name.
#[derive(Debug, Clone)]
pub struct Lease {
    /// The node's own name, which it keeps.
    pub node: String,
    /// Milliseconds since 1970 by Redis' clock; 0 if it was ended.
    pub ends: u64,
}

/// All that Redis remembers, by incarnation.
pub fn leases(redis: &mut Connection) -> Result<HashMap<String, Lease>> {
    let mut leases = HashMap::new();
    let registries: Vec<String> = redis::cmd("KEYS").arg("sb:*:{nodes}:m").query(redis)?;
    for about in registries {
        let members = format!("{}z", about.trim_end_matches('m'));
        let abouts: Vec<(String, String)> = redis::cmd("HGETALL").arg(&about).query(redis)?;
        for (incarnation, about) in abouts {
            let ends: Option<f64> = redis::cmd("ZSCORE").arg(&members).arg(&incarnation).query(redis)?;
            let about: Value = serde_json::from_str(&about)?;
            let node = about["node"].as_str().unwrap_or_default().to_owned();
            leases.insert(incarnation, Lease { node, ends: ends.unwrap_or_default() as u64 });
        }
    }
    Ok(leases)
}

/// Under which name a node lives now, and until when.
pub fn living(redis: &mut Connection, node: &str) -> Result<Option<(String, u64)>> {
    let lives = leases(redis)?.into_iter().filter(|(_, lease)| lease.node == node && lease.ends > clock::millis());
    Ok(lives.map(|(incarnation, lease)| (incarnation, lease.ends)).max_by_key(|(_, ends)| *ends))
}
