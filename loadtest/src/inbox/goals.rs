//! What an agent may expect of an installation that has run for years, and whether it is so.

use std::fmt;
use std::time::Duration;

use super::ask::Kind;
use super::{Felt, Start};

const LIST_P99_MS: f64 = 10.0;
const SEARCH_P99_MS: f64 = 100.0;
const START_MAX: Duration = Duration::from_secs(1);
const IDLE_MAX: u64 = 60_000_000;

/// Of one kind what came out worst, beside what it may be.
pub struct Goal {
    what: &'static str,
    worst: String,
    met: bool,
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let met = if self.met { "met" } else { "MISSED" };
        write!(f, "{met:<6} {:<48} {}", self.what, self.worst)
    }
}

pub fn judge(felt: &Felt) -> Vec<Goal> {
    let start = felt.starts.iter().max_by_key(|start| start.shown);
    let started = start.map(|Start { how, shown, .. }| Goal {
        what: "within 1 s of its start it shows inboxes",
        worst: format!("{:.0} ms, {how}", shown.as_secs_f64() * 1000.0),
        met: *shown <= START_MAX,
    });
    let idle = Goal {
        what: "idle, it weighs at most 60 MB",
        worst: format!("{:.1} MB", felt.idle as f64 / 1e6),
        met: felt.idle <= IDLE_MAX,
    };
    let lists = answered(felt, Kind::List, "of 100 lists of any kind 99 come within 10 ms", LIST_P99_MS);
    let searches = answered(felt, Kind::Search, "of 100 searches of any kind 99 come within 100 ms", SEARCH_P99_MS);
    started.into_iter().chain([idle]).chain(lists).chain(searches).collect()
}

fn answered(felt: &Felt, kind: Kind, what: &'static str, max: f64) -> Option<Goal> {
    let samples = felt.samples.iter().filter(|sample| sample.kind == kind);
    let slowest = samples.max_by(|one, other| one.latency.p99.total_cmp(&other.latency.p99))?;
    let given_up = felt.samples.iter().any(|sample| sample.kind == kind && sample.refused > 0);
    let (p99, of) = (slowest.latency.p99, &slowest.what);
    Some(Goal { what, worst: format!("{p99:.1} ms, {of}"), met: p99 <= max && !given_up })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::Latency;
    use crate::inbox::ask::Sample;

    fn sample(kind: Kind, p99: f64) -> Sample {
        Sample {
            kind,
            what: format!("{p99}"),
            asked: 1,
            rows: 1.0,
            refused: 0,
            latency: Latency { p50: 1.0, p99, max: p99 },
        }
    }

    fn start(ms: u64) -> Start {
        Start { how: "cold", ready: Duration::ZERO, shown: Duration::from_millis(ms) }
    }

    #[test]
    fn a_goal_is_met_if_the_worst_of_its_kind_is() {
        let mut felt = Felt {
            filling: Duration::ZERO,
            indexing: Duration::ZERO,
            looking_through: Duration::ZERO,
            bytes: (0, 0),
            starts: vec![start(900), start(100)],
            idle: IDLE_MAX,
            asked: IDLE_MAX * 2,
            samples: vec![sample(Kind::List, 9.0), sample(Kind::Search, 99.0), sample(Kind::Thread, 500.0)],
        };
        let met = |felt: &Felt| judge(felt).iter().map(|goal| goal.met).collect::<Vec<_>>();
        assert_eq!(met(&felt), [true; 4]);
        felt.samples.push(Sample { refused: 1, ..sample(Kind::Search, 1.0) });
        assert_eq!(met(&felt), [true, true, true, false], "what is given up is no answer");
        felt.samples.push(sample(Kind::List, 11.0));
        felt.samples.push(sample(Kind::Search, 101.0));
        felt.starts.push(start(1001));
        felt.idle += 1;
        assert_eq!(met(&felt), [false; 4]);
    }
}
