//! What is wrong with a Redis, in words, before it is relied upon.

use std::collections::HashMap;
use std::time::Duration;

use redis::{RedisError, Value};

use super::keys::{CLUSTERS, Keys};
use super::members::About;
use super::place::Place;
use super::pool::Pool;
use crate::domain::time::Timestamp;

const MAJOR_MIN: u64 = 7;
/// Deadlines are written by a node's clock and read by another's.
const CLOCKS_APART_MAX: Duration = Duration::from_secs(60);
const CLOCKS_APART_COMFORTABLE: Duration = Duration::from_secs(2);
/// Another installation whose last sign is younger still runs.
const STRANGER_SEEN: Duration = Duration::from_secs(15);

/// Something that is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// A node does not start with it.
    pub fatal: bool,
    pub what: String,
    pub fix: String,
}

fn fatal(what: impl Into<String>, fix: impl Into<String>) -> Trouble {
    Trouble { fatal: true, what: what.into(), fix: fix.into() }
}

fn advice(what: impl Into<String>, fix: impl Into<String>) -> Trouble {
    Trouble { fatal: false, what: what.into(), fix: fix.into() }
}

/// Looks at everything. `generation` is the store's, if it is known; `now` is this machine's time. Must run where there is
/// a tokio runtime.
pub async fn look(url: &str, generation: Option<&str>, now: Timestamp) -> Vec<Trouble> {
    let unreadable = |why: String| vec![fatal("The setting redis cannot be used.", format!("{why}."))];
    let pool = match Place::parse(url).and_then(|place| Pool::new(&place)) {
        Ok(pool) => pool,
        Err(why) => return unreadable(why),
    };
    let info = match pool.query::<Value>(&redis::cmd("INFO")).await {
        Ok(info) => info,
        Err(error) => return vec![unreachable(&error)],
    };
    let mut troubles = Vec::new();
    for server in texts(&info) {
        troubles.extend(version(&server));
        troubles.extend(eviction(&server));
        troubles.extend(persistence(&server));
    }
    let there = time(&pool).await;
    troubles.extend(there.and_then(|there| clock(now, there)));
    let keys = Keys::new(generation.unwrap_or("doctor"));
    troubles.extend(writing(&pool, &keys).await);
    let installations = installations(&pool, there.unwrap_or(now)).await;
    match generation {
        Some(_) => troubles.extend(stranger(&installations, &keys)),
        // Only who looks from outside: at a start, an earlier process of the same name may not have been missed yet.
        None => troubles.extend(namesakes(&pool, &installations, there.unwrap_or(now)).await),
    }
    troubles.dedup();
    troubles
}

fn unreachable(error: &RedisError) -> Trouble {
    let wrong_password = "Put Redis's user and password into the setting redis: redis://user:password@host.";
    match error.code() {
        Some("WRONGPASS") => fatal("Redis refuses the user or password.", wrong_password),
        Some("NOAUTH") => fatal("Redis wants a password.", wrong_password),
        Some("NOPERM") => fatal("This user may not do what is needed in Redis.", "Allow it all commands on sb:*."),
        _ if error.to_string().to_lowercase().contains("authentication failed") => {
            fatal("Redis refuses the user or password.", wrong_password)
        }
        _ => fatal(
            format!("Redis cannot be reached: {error}."),
            "See that it runs and that the setting redis names its host and port.",
        ),
    }
}

/// One text a server: a cluster answers with a map of them.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::BulkString(bytes) => vec![String::from_utf8_lossy(bytes).into_owned()],
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => vec![text.clone()],
        Value::Map(pairs) => pairs.iter().flat_map(|(_, value)| texts(value)).collect(),
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

fn version(info: &str) -> Option<Trouble> {
    let version = field(info, "redis_version")?;
    let major = version.split('.').next()?.parse::<u64>().ok()?;
    let what = format!("Redis has version {version}; at least {MAJOR_MIN}.0 is needed.");
    (major < MAJOR_MIN).then(|| fatal(what, "Update Redis: sharded channels came with 7.0."))
}

fn eviction(info: &str) -> Option<Trouble> {
    let policy = field(info, "maxmemory_policy").filter(|policy| *policy != "noeviction")?;
    let what = format!("Redis has maxmemory-policy {policy}: when it is full it forgets who owns what.");
    Some(fatal(what, "Set maxmemory-policy noeviction."))
}

fn persistence(info: &str) -> Option<Trouble> {
    let off = field(info, "aof_enabled") == Some("0");
    let what = "Redis forgets everything when it restarts: nothing is lost, but every conversation is claimed anew.";
    off.then(|| advice(what, "Set appendonly yes and appendfsync everysec."))
}

async fn time(pool: &Pool) -> Option<Timestamp> {
    let (seconds, micros): (u64, u64) = pool.query(&redis::cmd("TIME")).await.ok()?;
    Some(Timestamp(seconds * 1000 + micros / 1000))
}

fn clock(here: Timestamp, there: Timestamp) -> Option<Trouble> {
    let apart = Duration::from_millis(here.0.abs_diff(there.0));
    let what = format!("The clocks of this machine and of Redis are {} s apart.", apart.as_secs());
    let fix = "Keep the time of all machines by NTP: pauses end by it.";
    match apart {
        apart if apart > CLOCKS_APART_MAX => Some(fatal(what, fix)),
        apart if apart > CLOCKS_APART_COMFORTABLE => Some(advice(what, fix)),
        _ => None,
    }
}

async fn writing(pool: &Pool, keys: &Keys) -> Option<Trouble> {
    let mut write = redis::cmd("SET");
    write.arg(keys.probe()).arg("1").arg("PX").arg(1000);
    let error = pool.query::<Value>(&write).await.err()?;
    Some(match error.code() {
        Some("OOM") => fatal("Redis is full.", "Give it more memory (maxmemory), or remove what is not needed."),
        Some("READONLY") => fatal("This Redis is a replica and read-only.", "Name the primary, or the sentinels."),
        Some("MISCONF") => fatal("Redis cannot write to its disk and refuses changes.", "See its log and free space."),
        _ => fatal(format!("Redis takes no writes: {error}."), "See its log."),
    })
}

/// Those whose nodes run now.
async fn installations(pool: &Pool, now: Timestamp) -> Vec<String> {
    let mut seen = redis::cmd("ZRANGE");
    seen.arg(CLUSTERS).arg(now.0.saturating_sub(STRANGER_SEEN.as_millis() as u64)).arg("+inf").arg("BYSCORE");
    pool.query(&seen).await.unwrap_or_default()
}

/// Keys never meet, but memory, load and fate would be shared without anybody knowing.
fn stranger(installations: &[String], keys: &Keys) -> Option<Trouble> {
    let other = installations.iter().find(|other| **other != keys.cluster)?;
    let what = format!("This Redis serves another installation ({other}), whose nodes are running now.");
    Some(fatal(what, "Give each installation its own Redis, or check that all nodes use the same database."))
}

/// Each start of one makes what the other has move.
async fn namesakes(pool: &Pool, installations: &[String], now: Timestamp) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    for cluster in installations {
        let keys = Keys { cluster: cluster.clone() };
        let mut names = living_names(pool, &keys, now).await.unwrap_or_default();
        names.sort_unstable();
        let twice = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]);
        troubles.extend(twice.map(|name| {
            let what = format!(
                "Two nodes that run now are called {name:?}: each start of one makes the other's conversations move."
            );
            advice(what, "Give each node a node_name of its own.")
        }));
    }
    troubles.dedup();
    troubles
}

async fn living_names(pool: &Pool, keys: &Keys, now: Timestamp) -> redis::RedisResult<Vec<String>> {
    let mut living = redis::cmd("ZRANGE");
    let living: Vec<String> =
        pool.query(living.arg(keys.members()).arg(format!("({}", now.0)).arg("+inf").arg("BYSCORE")).await?;
    let all: HashMap<String, String> = pool.query(redis::cmd("HGETALL").arg(keys.about())).await?;
    let name = |node: &String| serde_json::from_str::<About>(all.get(node)?).ok().map(|about| about.node);
    Ok(living.iter().filter_map(name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_old_or_forgets_is_refused() {
        let old = version("redis_version:6.2.14\r\nredis_mode:standalone\r\n").expect("it is too old");
        assert!(old.fatal && old.what.contains("6.2.14; at least 7.0"), "{old:?}");
        assert_eq!(version("redis_version:7.0.15\r\n"), None);
        assert!(eviction("maxmemory_policy:allkeys-lru\r\n").expect("it evicts").fatal);
        assert_eq!(eviction("maxmemory_policy:noeviction\r\n"), None);
        assert!(!persistence("aof_enabled:0\r\n").expect("it forgets when it restarts").fatal, "nothing is lost");
    }

    #[test]
    fn clocks_that_are_apart_are_told_and_refused_when_it_is_a_minute() {
        let apart = |ms: u64| clock(Timestamp(1_800_000_000_000), Timestamp(1_800_000_000_000 + ms));
        assert_eq!(apart(2_000), None);
        assert!(!apart(2_001).expect("is told").fatal);
        assert!(apart(60_001).expect("is refused").fatal);
    }
}
