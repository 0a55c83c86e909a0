//! What a server must be like before we trust it with conversations: looked at when a node starts, and by `doctor`.

use super::connect::{self, CONNECTIONS_MAX, Sql};
use super::{Address, OpenError, migrations, trouble};
use crate::domain::time::Timestamp;
use crate::ports::clock::Clock;

/// What this is tested with.
const VERSION_MIN: i32 = 150_000;
/// Leases last two seconds by the clock of whoever takes them; a difference below that harms nothing.
const CLOCK_COMFORTABLE_MS: u64 = 2_000;
/// Deadlines would be kept minutes too early or too late, depending on the node that keeps them.
const CLOCK_BEARABLE_MS: u64 = 60_000;

/// The default of `synchronous_commit` is asked of `reset_val`: our own connections may have changed it.
const LOOK: &str = "SELECT current_setting('server_version_num')::integer, current_setting('server_version'),
    current_setting('fsync'), current_setting('full_page_writes'),
    coalesce((SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit'), ''),
    current_setting('synchronous_standby_names'), (SELECT count(*) FROM pg_stat_replication),
    current_setting('max_connections')::integer, (extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// What a server says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// As `server_version_num` has it: 150004 is 15.4.
    pub number: i32,
    pub version: String,
    fsync: String,
    full_page_writes: String,
    synchronous_commit: String,
    synchronous_standbys: String,
    standbys: i64,
    connections: i32,
    /// How far its clock is from ours, in milliseconds, as far as the time that asking took lets us tell.
    clock_off_ms: u64,
}

/// Something legal that can cost messages or sleep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub what: String,
    pub fix: &'static str,
}

/// Everything there is to know without changing anything.
#[derive(Debug)]
pub struct Examined {
    pub server: Server,
    /// How many steps of ours the database has taken; none if it holds nothing of ours.
    pub format: Option<usize>,
    /// As it is on our connections.
    pub synchronous_commit: String,
}

/// Looks at a database without touching it.
pub async fn examine(address: &Address, clock: &dyn Clock) -> Result<Examined, OpenError> {
    let pool = connect::pool(address, 1).map_err(|error| OpenError::Database(error.to_string()))?;
    let sql = connect::get(&pool).await.map_err(|error| OpenError::of(&error))?;
    let server = look(&sql, clock).await?;
    let format = migrations::check(&sql).await?;
    let row = sql.query_one("SHOW synchronous_commit", &[]).await;
    let synchronous_commit = row.and_then(|row| row.try_get(0));
    let synchronous_commit = synchronous_commit.map_err(|error| OpenError::Database(trouble::words(&error)))?;
    Ok(Examined { server, format, synchronous_commit })
}

pub async fn look(sql: &Sql, clock: &dyn Clock) -> Result<Server, OpenError> {
    ask(sql, clock).await.map_err(|error| OpenError::Database(trouble::words(&error)))
}

async fn ask(sql: &Sql, clock: &dyn Clock) -> Result<Server, tokio_postgres::Error> {
    let statement = sql.prepare(LOOK).await?;
    let before = clock.now();
    let row = sql.query_one(&statement, &[]).await?;
    let after = clock.now();
    let there = Timestamp(u64::try_from(row.try_get::<_, i64>(8)?).unwrap_or(0));
    Ok(Server {
        number: row.try_get(0)?,
        version: row.try_get(1)?,
        fsync: row.try_get(2)?,
        full_page_writes: row.try_get(3)?,
        synchronous_commit: row.try_get(4)?,
        synchronous_standbys: row.try_get(5)?,
        standbys: row.try_get(6)?,
        connections: row.try_get(7)?,
        clock_off_ms: off(before, there, after),
    })
}

/// How far `there`, asked between `before` and `after`, is outside of them.
fn off(before: Timestamp, there: Timestamp, after: Timestamp) -> u64 {
    before.0.saturating_sub(there.0).max(there.0.saturating_sub(after.0))
}

impl Server {
    /// Why no node must start on it.
    pub fn refusal(&self) -> Option<OpenError> {
        if self.number < VERSION_MIN {
            return Some(OpenError::TooOld { found: self.version.clone(), needed: VERSION_MIN / 10_000 });
        }
        if self.fsync != "on" {
            return Some(OpenError::NoFsync);
        }
        (self.clock_off_ms > CLOCK_BEARABLE_MS).then_some(OpenError::Clock { seconds: self.clock_off_ms / 1_000 })
    }

    pub fn warnings(&self) -> Vec<Warning> {
        let warn = |what: String, fix| Warning { what, fix };
        let mut warnings = Vec::new();
        if self.clock_off_ms > CLOCK_COMFORTABLE_MS {
            let what = format!("PostgreSQL's clock and ours are {} ms apart.", self.clock_off_ms);
            warnings.push(warn(what, "Keep both machines' clocks right with NTP: pauses and deadlines follow them."));
        }
        if self.full_page_writes != "on" {
            let what = "PostgreSQL runs with full_page_writes = off.".to_owned();
            warnings.push(warn(
                what,
                "Unless its file system writes whole pages (ZFS), a power cut damages the database: turn it on.",
            ));
        }
        if self.synchronous_commit == "off" {
            let what = "PostgreSQL's default is synchronous_commit = off; our own connections turn it on.".to_owned();
            warnings.push(warn(what, "Turn it on for this database, so that nobody takes the default for the truth."));
        }
        if self.standbys > 0 && self.synchronous_standbys.is_empty() {
            let what = "PostgreSQL has a standby that is not synchronous.".to_owned();
            warnings.push(warn(
                what,
                "After a failover to it, messages that we acknowledged may be missing: set synchronous_standby_names.",
            ));
        }
        if usize::try_from(self.connections).is_ok_and(|all| all < 2 * CONNECTIONS_MAX) {
            let what =
                format!("PostgreSQL allows {} connections; a node uses up to {CONNECTIONS_MAX}.", self.connections);
            warnings.push(warn(what, "Raise max_connections before you add nodes."));
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Server {
        Server {
            number: 150_004,
            version: "15.4".to_owned(),
            fsync: "on".to_owned(),
            full_page_writes: "on".to_owned(),
            synchronous_commit: "on".to_owned(),
            synchronous_standbys: String::new(),
            standbys: 0,
            connections: 100,
            clock_off_ms: 0,
        }
    }

    #[test]
    fn a_sound_server_is_fine() {
        assert!(server().refusal().is_none());
        assert_eq!(server().warnings(), []);
    }

    #[test]
    fn what_would_lose_messages_is_refused() {
        let refusal = |server: Server| server.refusal().expect("a refusal").to_string();
        let old = Server { number: 140_011, version: "14.11".to_owned(), ..server() };
        assert_eq!(refusal(old), "PostgreSQL 14.11 is too old; switchboard needs version 15 or newer");
        assert!(refusal(Server { fsync: "off".to_owned(), ..server() }).contains("fsync = off"));
        assert!(refusal(Server { clock_off_ms: 7_200_000, ..server() }).contains("7200 seconds apart"));
    }

    #[test]
    fn what_may_cost_messages_is_a_warning() {
        let warning = |server: Server| match &server.warnings()[..] {
            [warning] => warning.what.clone(),
            other => panic!("{other:?}"),
        };
        assert!(warning(Server { clock_off_ms: 2_001, ..server() }).contains("2001 ms apart"));
        assert!(warning(Server { full_page_writes: "off".to_owned(), ..server() }).contains("full_page_writes"));
        assert!(warning(Server { synchronous_commit: "off".to_owned(), ..server() }).contains("synchronous_commit"));
        assert!(warning(Server { standbys: 1, ..server() }).contains("not synchronous"));
        assert!(warning(Server { connections: 20, ..server() }).contains("20 connections"));
    }

    #[test]
    fn a_slow_answer_does_not_make_a_clock_wrong() {
        let off = |before, there, after| off(Timestamp(before), Timestamp(there), Timestamp(after));
        assert_eq!((off(100, 150, 900), off(100, 95, 900), off(100, 950, 900)), (0, 5, 50));
    }
}
