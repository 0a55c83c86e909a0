//! How many calls go out at a time: in all, to one host, and to one host in a second. Who has to wait, waits within
//! the call's time-out.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub struct Lanes {
    all: Arc<Semaphore>,
    per_host_max: usize,
    per_second: NonZeroU32,
    /// Bounded by the bots: no contact can name a host.
    hosts: Mutex<HashMap<String, Arc<Lane>>>,
}

struct Lane {
    room: Arc<Semaphore>,
    pace: DefaultDirectRateLimiter,
}

/// Room for one call, until dropped.
pub struct Pass {
    _host: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
}

impl Lanes {
    pub fn new(calls_max: usize, per_host_max: usize, per_second: u32) -> Self {
        let per_second = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
        Self { all: Arc::new(Semaphore::new(calls_max)), per_host_max, per_second, hosts: Mutex::default() }
    }

    /// The host's own limit comes first, so that a slow one does not take the room of all.
    pub async fn enter(&self, host: &str) -> Pass {
        let lane = self.lane(host);
        let in_host = lane.room.clone().acquire_owned().await.ok();
        lane.pace.until_ready().await;
        Pass { _host: in_host, _all: self.all.clone().acquire_owned().await.ok() }
    }

    fn lane(&self, host: &str) -> Arc<Lane> {
        let mut hosts = self.hosts.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let new = || {
            let pace = RateLimiter::direct(Quota::per_second(self.per_second));
            Arc::new(Lane { room: Arc::new(Semaphore::new(self.per_host_max)), pace })
        };
        hosts.entry(host.to_owned()).or_insert_with(new).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_host_that_hangs_leaves_room_for_others() {
        let lanes = Lanes::new(3, 2, 1_000);
        let _held = (lanes.enter("slow:443").await, lanes.enter("slow:443").await);
        let third = tokio::time::timeout(Duration::from_millis(50), lanes.enter("slow:443")).await;
        assert!(third.is_err(), "the host has its limit");
        let other = tokio::time::timeout(Duration::from_millis(50), lanes.enter("quick:443")).await;
        assert!(other.is_ok(), "others go on");
    }
}
