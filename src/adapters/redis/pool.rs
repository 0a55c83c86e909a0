//! Connections for scripts: a pool, because one that is slow must not hold up the others.

use std::time::Duration;

use deadpool_redis::{Runtime, Timeouts, cluster, sentinel};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Cmd, FromRedisValue, RedisError, RedisResult, ServerErrorKind};
use tokio::sync::watch;

use super::place::Place;

/// A server that takes longer than this to answer counts as one that does not.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(3);
const CONNECTIONS_MAX: usize = 8;

/// An atomic act in Lua. All its keys are in one slot.
pub struct Script {
    text: &'static str,
    sha: std::sync::OnceLock<String>,
}

impl Script {
    pub const fn new(text: &'static str) -> Self {
        Self { text, sha: std::sync::OnceLock::new() }
    }

    fn command(&self, by_sha: bool, keys: &[&str], args: &[&str]) -> Cmd {
        let sha = || self.sha.get_or_init(|| redis::Script::new(self.text).get_hash().to_owned());
        let mut command = if by_sha { redis::cmd("EVALSHA") } else { redis::cmd("EVAL") };
        command.arg(if by_sha { sha().as_str() } else { self.text });
        command.arg(keys.len()).arg(keys).arg(args);
        command
    }
}

/// When a server becomes a replica, its connections stand and it takes no writes: they are all left, and whoever has one
/// of his own is told.
#[derive(Clone)]
pub struct Pool {
    to: To,
    demotions: watch::Sender<u64>,
}

#[derive(Clone)]
enum To {
    One(deadpool_redis::Pool),
    Sentinel(sentinel::Pool),
    Cluster(cluster::Pool),
}

impl Pool {
    /// Opens nothing yet.
    pub fn new(place: &Place) -> Result<Self, String> {
        let words = |error: RedisError| error.to_string();
        let timeouts =
            Timeouts { wait: Some(ANSWER_WITHIN), create: Some(ANSWER_WITHIN), recycle: Some(ANSWER_WITHIN) };
        let to = match place {
            Place::One(info) => {
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(ANSWER_WITHIN))
                    .set_response_timeout(Some(ANSWER_WITHIN));
                let manager = deadpool_redis::Manager::new_with_config(info.clone(), config).map_err(words)?;
                let pool = deadpool_redis::Pool::builder(manager).max_size(CONNECTIONS_MAX).timeouts(timeouts);
                To::One(pool.runtime(Runtime::Tokio1).build().map_err(|error| error.to_string())?)
            }
            Place::Sentinel { sentinels, name, primary, tls } => {
                let node = sentinel::SentinelNodeConnectionInfo {
                    tls_mode: tls.then_some(sentinel::TlsMode::Secure),
                    redis_connection_info: Some(settings(primary)),
                };
                let kind = sentinel::SentinelServerType::Master;
                let manager =
                    sentinel::Manager::new(sentinels.clone(), name.clone(), Some(node), kind).map_err(words)?;
                let pool = sentinel::Pool::builder(manager).max_size(CONNECTIONS_MAX).timeouts(timeouts);
                To::Sentinel(pool.runtime(Runtime::Tokio1).build().map_err(|error| error.to_string())?)
            }
            Place::Cluster(nodes) => {
                let manager = cluster::Manager::new(nodes.clone(), false).map_err(words)?;
                let pool = cluster::Pool::builder(manager).max_size(CONNECTIONS_MAX).timeouts(timeouts);
                To::Cluster(pool.runtime(Runtime::Tokio1).build().map_err(|error| error.to_string())?)
            }
        };
        Ok(Self { to, demotions: watch::Sender::new(0) })
    }

    /// Changes when a server that we write to has become a replica.
    pub fn demotions(&self) -> watch::Receiver<u64> {
        self.demotions.subscribe()
    }

    pub async fn query<T: FromRedisValue>(&self, command: &Cmd) -> RedisResult<T> {
        match tokio::time::timeout(ANSWER_WITHIN, self.send(command)).await {
            Ok(Err(error)) => {
                if error.kind() == redis::ErrorKind::Server(ServerErrorKind::ReadOnly) {
                    self.leave_demoted();
                }
                Err(error)
            }
            Ok(answer) => answer,
            Err(_) => Err(RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut))),
        }
    }

    async fn send<T: FromRedisValue>(&self, command: &Cmd) -> RedisResult<T> {
        match &self.to {
            To::One(pool) => {
                let mut connection = pool.get().await.map_err(|error| unpooled(error.to_string(), error))?;
                command.query_async(patient(&mut connection)).await
            }
            To::Sentinel(pool) => {
                let mut connection = pool.get().await.map_err(|error| unpooled(error.to_string(), error))?;
                command.query_async(patient(&mut connection)).await
            }
            To::Cluster(pool) => {
                let mut connection = pool.get().await.map_err(|error| unpooled(error.to_string(), error))?;
                command.query_async(&mut connection).await
            }
        }
    }

    /// A new connection may lead to the new primary. What is in use just now finds out by itself.
    fn leave_demoted(&self) {
        match &self.to {
            To::One(pool) => drop(pool.retain(|_, _| false)),
            To::Sentinel(pool) => drop(pool.retain(|_, _| false)),
            // Its client follows its servers.
            To::Cluster(_) => return,
        }
        metrics::counter!("switchboard_redis_demotions_total").increment(1);
        self.demotions.send_modify(|demotions| *demotions += 1);
    }

    /// By its name; a server that does not know it (yet, or any more) gets the text.
    pub async fn run<T: FromRedisValue>(&self, script: &Script, keys: &[&str], args: &[&str]) -> RedisResult<T> {
        match self.query(&script.command(true, keys, args)).await {
            Err(error) if error.kind() == redis::ErrorKind::Server(ServerErrorKind::NoScript) => {
                self.query(&script.command(false, keys, args)).await
            }
            answer => answer,
        }
    }
}

fn patient(connection: &mut MultiplexedConnection) -> &mut MultiplexedConnection {
    connection.set_response_timeout(ANSWER_WITHIN);
    connection
}

/// The server's own words, where there are some: a wrong password must be told from a silent server.
fn unpooled(words: String, error: deadpool_redis::PoolError) -> RedisError {
    match error {
        deadpool_redis::PoolError::Backend(error) => error,
        _ => RedisError::from(std::io::Error::other(words)),
    }
}

fn settings(info: &redis::ConnectionInfo) -> deadpool_redis::RedisConnectionInfo {
    let settings = info.redis_settings();
    deadpool_redis::RedisConnectionInfo {
        db: settings.db(),
        username: settings.username().map(str::to_owned),
        password: settings.password().map(str::to_owned),
        protocol: deadpool_redis::ProtocolVersion::RESP3,
    }
}
