//! The faults: what is done, and what must be seen. Each leaves the cluster whole again.

mod churn;
mod death;
mod failover;
mod network;
mod postgres;
mod provider;
mod redis;
mod same;
mod sender;
mod sleep;
mod slots;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result};

use super::{Plan, Scene};
use crate::clock;
use crate::product::Tuning;

/// A lease, in Redis and in words: a node is dead so long after its last sign.
const LEASE: Duration = Duration::from_secs(8);
/// A dead node is missed, and somebody else answers, within so long.
const MISSED_WITHIN: Duration = Duration::from_secs(10);
/// After the end of a fault, whoever writes anywhere is served within so long.
const WHOLE_WITHIN: Duration = Duration::from_secs(20);
/// Contacts that a fault is looked at by.
const PROBES: usize = 6;

/// How long faults last: as short as shows them, or as long as they are described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    Short,
    Long,
}

impl Length {
    fn of(self, short_s: u64, long_s: u64) -> Duration {
        Duration::from_secs(if self == Length::Short { short_s } else { long_s })
    }
}

macro_rules! faults {
    ($($name:ident $story:literal $strike:path)*) => {
        /// A fault, by the number that `docs/faults.md` gives it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Fault { $($name),* }

        impl Fault {
            pub const ALL: &[Fault] = &[$(Fault::$name),*];

            /// What is done, in a sentence.
            pub fn story(self) -> &'static str {
                match self { $(Fault::$name => $story),* }
            }

            async fn strike(self, scene: &mut Scene) -> Result<()> {
                match self { $(Fault::$name => $strike(scene).await),* }
            }
        }
    };
}

faults! {
    F1 "a node is killed and stays away" death::for_good
    F2 "a node is killed and started again under its name" death::and_back
    F4 "a node stands still for less than its lease" sleep::short_of_the_lease
    F5 "a node stands still for longer than its lease, and wakes up" sleep::beyond_the_lease
    F6 "a sender stands still between marking a message and sending it" sleep::before_the_bytes_leave
    F7 "Redis forgets everything" redis::forgets
    F8 "Redis is killed, and comes back empty" redis::is_away
    F9 "Redis stands still, then pauses writes, then everything" redis::stands_still
    F10 "Redis is killed, and its successor has not heard the last of what was acknowledged" failover::forgets_the_last
    F11 "Redis becomes a replica and keeps its connections" failover::is_demoted
    F12 "there are two Redis primaries, and not all nodes see the same" failover::is_two
    F13 "a node is cut off from Redis" network::without_redis
    F14 "a node is cut off from PostgreSQL" network::without_postgres
    F15 "the way to Redis is slow, lossy, narrow" network::slow
    F16 "PostgreSQL crashes, and ends connections in the middle of commits" postgres::crashes
    F17 "PostgreSQL stands still" postgres::stands_still
    F18 "the same webhook comes many times at once, and ten of one newcomer" same::webhooks
    F20 "very many subscriptions come and go while Redis is killed" churn::come_and_go
    F22 "all nodes are restarted, one after the other" death::rolling_restart
    F24 "whoever sends for a busy account changes again and again, and two would" sender::moves
    F25 "the provider refuses everything for a while" provider::refuses
    F27 "Redis is full" failover::is_full
    F28 "a Redis Cluster moves its slots, and loses a part" slots::move_and_vanish
}

impl Fault {
    /// Those that can be done in any cluster, among others.
    pub fn anywhere() -> Vec<Fault> {
        Self::ALL.iter().copied().filter(|fault| !matches!(fault, Fault::F20 | Fault::F28)).collect()
    }

    /// What this fault needs of the cluster: an account is busy if it has more to send than it may.
    pub fn needs(self, plan: Plan) -> Plan {
        match self {
            Fault::F24 => Plan { posters: 2, tuning: Tuning { sends_per_second: 50, ..plan.tuning }, ..plan },
            Fault::F28 => Plan { redis_cluster: true, ..plan },
            _ => plan,
        }
    }

    /// Does it, and sees to it that everybody is served afterwards, and sure of itself: who is not takes what others have.
    pub async fn happen(self, scene: &mut Scene) -> Result<()> {
        scene.moment().await;
        let since = clock::instant();
        self.strike(scene).await.with_context(|| format!("{self}: {}", self.story()))?;
        let took = since.elapsed().as_millis();
        let whole = scene.everybody_is_served(WHOLE_WITHIN).await.with_context(|| format!("after {self}"))?;
        redis::everybody_is_sure(scene).await.with_context(|| format!("after {self}"))?;
        scene.fact(format!("{self}: after {took} ms everybody was served within {} ms", whole.as_millis()));
        Ok(())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Fault::ALL.iter().find(|fault| fault.to_string().eq_ignore_ascii_case(text));
        known.copied().ok_or_else(|| {
            let all: Vec<String> = Fault::ALL.iter().map(ToString::to_string).collect();
            format!("there is no fault {text}; there are {}", all.join(" "))
        })
    }
}

/// Times as people read them: the fastest, the middle, the slowest.
fn times(times: &[Duration]) -> String {
    let at = |place: usize| times.get(place).map_or(0, Duration::as_millis);
    format!("{} / {} / {} ms", at(0), at(times.len() / 2), at(times.len().saturating_sub(1)))
}
