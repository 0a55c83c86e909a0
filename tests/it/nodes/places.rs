//! Ways to Redis: by IPv6, by a name with several addresses, over TLS, and past sentinels.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use switchboard::ports::directory::Claim;
use tempfile::TempDir;

use crate::directory_contract::props::{Joined, Several, conversation};
use crate::support::certificates;
use crate::support::installation::{Installation, Kept, SOON};
use crate::support::node::eventually;
use crate::support::process::Process;
use loadtest::servers::redis::RedisServer;

async fn works(node: &Joined) {
    assert_eq!(node.directory.claim(conversation()).await.expect("it answers"), Claim::Ours);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn redis_is_found_by_ipv6_and_by_a_name_with_several_addresses() {
    if TcpListener::bind("[::1]:0").is_err() {
        return println!("this machine has no IPv6");
    }
    let both = RedisServer::with(&["--bind", "127.0.0.1", "::1"]);
    let nodes = Several::over_redis();
    works(&nodes.join_by("one", format!("redis://[::1]:{}", both.port)).await).await;
    // The name may mean ::1 first, where nobody listens.
    let one = RedisServer::start();
    works(&nodes.join_by("other", format!("redis://localhost:{}", one.port)).await).await;
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

/// Two processes that meet over TLS; one that does not trust the authority does not start.
#[actix_web::test]
async fn nodes_meet_over_tls_if_they_trust_who_signed() {
    let dir = tempfile::tempdir().expect("a directory");
    certificates::make(dir.path()).expect("certificates");
    let (port, of) = (free_port().to_string(), |name: &str| dir.path().join(name).display().to_string());
    let _server = RedisServer::with(&[
        "--tls-port",
        &port,
        "--tls-cert-file",
        &of("server.crt"),
        "--tls-key-file",
        &of("server.key"),
        "--tls-ca-cert-file",
        &of("authority.crt"),
        "--tls-auth-clients",
        "no",
    ]);
    let installation = Installation::with(|plan| plan.kept = Kept::InPostgres).await;
    let command = |name: &str| {
        let mut command = installation.command();
        command.env("SWITCHBOARD_REDIS", format!("rediss://localhost:{port}")).env("SWITCHBOARD_NODE_NAME", name);
        command
    };
    let start = async |name: &str| {
        let mut command = command(name);
        command.env("SSL_CERT_FILE", of("authority.crt"));
        Process::start(command, installation.address()).await
    };
    let (one, other) = (start("one").await, start("other").await);
    for process in [&one, &other] {
        let up = async || process.counts("switchboard_bus_up 1").await.then_some(());
        tokio::time::timeout(SOON, eventually("the bus is up", up)).await.expect("soon");
    }
    one.end().await;
    other.end().await;
    let mut stranger = command("stranger");
    stranger.stdout(Stdio::null()).env_remove("SSL_CERT_FILE");
    let output = tokio::task::spawn_blocking(move || stranger.output()).await.expect("joined").expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("Redis cannot be reached"), "{said}");
}

/// A sentinel that watches one primary. Dropping it kills it.
struct Sentinel {
    child: Child,
    port: u16,
    _dir: TempDir,
}

impl Sentinel {
    fn over(primary: &RedisServer) -> Self {
        let (dir, port) = (tempfile::tempdir().expect("a directory"), free_port());
        let file = dir.path().join("sentinel.conf");
        let settings = format!(
            "port {port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 {} 1\n\
             sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 3000\n",
            primary.port
        );
        std::fs::write(&file, settings).expect("written");
        let mut command = Command::new("redis-server");
        command.arg(&file).arg("--sentinel").current_dir(dir.path());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self { child: child.expect("redis-server is installed"), port, _dir: dir }
    }

    /// Where the primary is, as it says; and how many replicas it knows.
    fn says(&self) -> Option<(u16, usize)> {
        let mut sentinel = redis::Client::open(("127.0.0.1", self.port)).ok()?.get_connection().ok()?;
        let (_, port): (String, String) =
            redis::cmd("SENTINEL").arg(&["get-master-addr-by-name", "main"]).query(&mut sentinel).ok()?;
        let replicas: Vec<redis::Value> =
            redis::cmd("SENTINEL").arg(&["replicas", "main"]).query(&mut sentinel).ok()?;
        Some((port.parse().ok()?, replicas.len()))
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn when_sentinels_name_another_primary_nodes_follow() {
    let mut primary = RedisServer::start();
    let replica = RedisServer::with(&["--replicaof", &format!("127.0.0.1 {}", primary.port)]);
    let sentinel = Sentinel::over(&primary);
    let knows = async || sentinel.says().filter(|(_, replicas)| *replicas == 1).map(|_| ());
    eventually("the sentinel knows the replica", knows).await;
    let nodes = Several::over_redis();
    let url = format!("redis+sentinel://127.0.0.1:{}/main", sentinel.port);
    let node = nodes.join_by("one", url).await;
    works(&node).await;
    primary.kill();
    let moved = async || sentinel.says().filter(|(port, _)| *port == replica.port).map(|_| ());
    tokio::time::timeout(Duration::from_secs(30), eventually("it names another", moved)).await.expect("soon");
    let follows = async || matches!(node.directory.claim(conversation()).await, Ok(Claim::Ours)).then_some(());
    tokio::time::timeout(Duration::from_secs(30), eventually("the node follows", follows)).await.expect("soon");
}
