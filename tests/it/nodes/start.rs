//! A Redis that will not do is named at the start, in words, and by the doctor.

use std::sync::Arc;
use std::time::Duration;

use switchboard::config::Secret;
use switchboard::doctor::{Level, doctor};
use switchboard::node::Node;
use switchboard::ports::clock::{Clock, SystemClock};

use crate::support::installation::Installation;
use crate::support::node::SetClock;
use crate::support::nodes::Nodes;
use loadtest::servers::redis::RedisServer;

/// What a node says that is to start with this Redis, and what the doctor finds that is bad.
async fn refused(url: String, clock: Arc<dyn Clock>) -> (String, Vec<String>) {
    let installation = Installation::new().await;
    let mut config = installation.config();
    config.redis = Some(Secret::new(url));
    let error = match Node::start_with(config.clone(), clock.clone()).await {
        Ok(_) => panic!("it starts"),
        Err(error) => format!("{error:#}"),
    };
    let findings = std::thread::spawn(move || doctor(&config, &*clock)).join().expect("it looks");
    let bad = findings.into_iter().filter(|finding| finding.level == Level::Bad);
    (error, bad.map(|finding| finding.what).collect())
}

async fn is_refused(server: &RedisServer, words: &str) {
    says(refused(server.url(), Arc::new(SystemClock)).await, words);
}

fn says((error, found): (String, Vec<String>), words: &str) {
    assert!(error.contains(words), "the start says: {error}");
    assert!(found.iter().any(|what| what.contains(words)), "the doctor says: {found:?}");
}

#[actix_web::test]
async fn an_eviction_policy_that_evicts_is_refused() {
    is_refused(&RedisServer::with(&["--maxmemory-policy", "allkeys-lru"]), "maxmemory-policy allkeys-lru").await;
}

#[actix_web::test]
async fn a_full_redis_is_refused() {
    is_refused(&RedisServer::with(&["--maxmemory", "1"]), "Redis is full").await;
}

#[actix_web::test]
async fn a_replica_is_refused() {
    let primary = RedisServer::start();
    let of = format!("127.0.0.1 {}", primary.port);
    is_refused(&RedisServer::with(&["--replicaof", &of]), "replica and read-only").await;
}

#[actix_web::test]
async fn a_wrong_password_is_said_to_be_rediss_and_is_not_shown() {
    let server = RedisServer::start();
    let _: () = redis::cmd("CONFIG")
        .arg(&["SET", "requirepass", "correct horse"])
        .query(&mut server.connect())
        .expect("it is set");
    let wrong = format!("redis://:hunter2@{}", server.address());
    let (error, found) = refused(wrong, Arc::new(SystemClock)).await;
    assert!(!error.contains("hunter2") && found.iter().all(|what| !what.contains("hunter2")));
    says((error, found), "Redis refuses the user or password");
    let without = refused(server.url(), Arc::new(SystemClock)).await;
    says(without, "Redis wants a password");
}

#[actix_web::test]
async fn nobody_there_is_said() {
    let mut server = RedisServer::start();
    server.kill();
    is_refused(&server, "Redis cannot be reached").await;
}

#[actix_web::test]
async fn a_clock_that_is_hours_off_is_refused() {
    let server = RedisServer::start();
    let clock = SetClock::behind(Duration::from_secs(3 * 3600));
    says(refused(server.url(), clock).await, "10800 s apart");
}

#[actix_web::test]
async fn another_installation_on_the_same_redis_is_refused() {
    let nodes = Nodes::new().await;
    let first = nodes.start().await;
    // It shows itself with its first beats.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let other = Installation::new().await;
    let mut config = other.config();
    config.redis = Some(Secret::new(nodes.redis.url()));
    let error = Node::start(config).await.err().expect("it does not start");
    assert!(format!("{error:#}").contains("serves another installation"), "{error:#}");
    first.node.stop().await;
}
