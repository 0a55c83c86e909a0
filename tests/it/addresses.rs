//! Where things are: behind names with several addresses, some of them dead, and in networks that only speak IPv6.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Command;

use loadtest::clients::{Poster, diary};
use loadtest::servers::redis::RedisServer;

use crate::support::installation::{Installation, Kept, SOON, page};
use crate::support::process::Process;

/// One that nobody has.
const NAME: &str = "several.example";
/// Of this machine, and nobody serves there.
const DEAD: &str = "127.0.0.2";

async fn installation() -> Installation {
    Installation::with(|plan| plan.kept = Kept::InPostgres).await
}

/// The program over this installation, whose servers are told to be at `host`.
fn serving(installation: &Installation, redis: &RedisServer, host: &str, listen: &str) -> Command {
    let database = installation.database.clone().expect("an address").replace("@127.0.0.1:", &format!("@{host}:"));
    let mut command = installation.program();
    command.arg("--config").arg(installation.configuration_file()).args(["--listen", listen]);
    command.env("SWITCHBOARD_DATABASE", format!("{database}&sslmode=disable"));
    command.env("SWITCHBOARD_REDIS", format!("redis://{host}:{}", redis.port));
    command
}

/// A contact writes there, and the bot's answer reaches the provider.
async fn answers(installation: &Installation, address: SocketAddr, contact: &str) {
    let (_, status) = Poster::new(address, page(), diary()).text(contact, "hours").await;
    assert_eq!(status, Some(200), "{address}");
    installation.delivered(contact, 1).await;
}

/// Makes what gives `NAME` several addresses, and says where it is.
fn names(installation: &Installation) -> PathBuf {
    let made = installation.dir.path().join("several_addresses.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/several_addresses.c");
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&made).args([source, "-ldl"]).output();
    let compiled = compiled.expect("whoever links Rust has a compiler");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    made
}

#[actix_web::test]
async fn a_name_whose_first_address_is_dead_is_reached_by_the_next() {
    let (installation, redis) = (installation().await, RedisServer::start());
    let mut command = serving(&installation, &redis, NAME, "127.0.0.1:0");
    let several = [("SEVERAL_NAME", NAME), ("SEVERAL_FIRST", DEAD), ("SEVERAL_THEN", "127.0.0.1")];
    command.env("LD_PRELOAD", names(&installation)).envs(several);
    let process = Process::start(command, (Ipv4Addr::LOCALHOST, 0).into()).await;
    answers(&installation, process.address, "7").await;
    process.end().await;

    // With the dead one alone it does not start: so that was asked.
    let mut command = serving(&installation, &redis, NAME, "127.0.0.1:0");
    let dead = [("SEVERAL_NAME", NAME), ("SEVERAL_FIRST", DEAD), ("SEVERAL_THEN", DEAD)];
    command.env("LD_PRELOAD", names(&installation)).envs(dead);
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = tokio::time::timeout(SOON, output).await.expect("it ends").expect("joined").expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("PostgreSQL cannot be reached"), "{said}");
}

#[actix_web::test]
async fn where_there_is_only_ipv6_everything_is_as_ever() {
    let (installation, redis) = (installation().await, RedisServer::at(Ipv6Addr::LOCALHOST.into(), &[]));
    let one = serving(&installation, &redis, "[::1]", "[::1]:0");
    let one = Process::start(one, (Ipv6Addr::LOCALHOST, 0).into()).await;
    assert!(one.address.is_ipv6());
    answers(&installation, one.address, "7").await;

    // All addresses of the machine, of both kinds.
    let other = serving(&installation, &redis, "[::1]", "[::]:0");
    let other = Process::start(other, (Ipv6Addr::UNSPECIFIED, 0).into()).await;
    answers(&installation, (Ipv6Addr::LOCALHOST, other.address.port()).into(), "8").await;
    answers(&installation, (Ipv4Addr::LOCALHOST, other.address.port()).into(), "9").await;
    one.end().await;
    other.end().await;
}
