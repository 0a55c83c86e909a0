//! What stands in `deploy/` fits the program: ports, settings, health, patience.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Command, Output};

use regex::{Captures, Regex};
use serde_norway::Value;
use switchboard::adapters::redis;
use switchboard::config::{Config, DEFAULTS, Database, Sources, load};
use switchboard::node::STOP_MAX;
use switchboard::ports::clock::{Clock, SystemClock};
use url::Url;

use crate::support::installation::Installation;
use loadtest::servers::redis::RedisServer;

const NODES: [&str; 2] = ["left", "right"];
/// Connections to PostgreSQL that a node uses at most, as switchboard.toml says.
const CONNECTIONS_OF_A_NODE: usize = 16;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The compose file with its anchors followed, and with what `.env` would say.
fn compose() -> Value {
    let variable = Regex::new(r"\$\{(\w+)[^}]*\}").expect("a pattern");
    let text = text("deploy/compose.yaml");
    let said = variable.replace_all(&text, |found: &Captures<'_>| match &found[1] {
        "SITE" => "chat.example.org".to_owned(),
        name => format!("secret-of-{name}").replace('_', "-").to_lowercase(),
    });
    let mut compose: Value = serde_norway::from_str(&said).expect("the compose file is YAML");
    compose.apply_merge().expect("its anchors can be followed");
    compose
}

fn strings(list: &Value) -> Vec<String> {
    let words = list.as_sequence().expect("a list").iter();
    words.map(|word| word.as_str().map_or_else(|| format!("{word:?}"), str::to_owned)).collect()
}

/// What a node of the compose file finds in its environment: the image's, and over it the service's.
fn environment(compose: &Value, service: &str) -> BTreeMap<String, String> {
    let image = Regex::new(r"(SWITCHBOARD_\w+)=(\S+)").expect("a pattern");
    let dockerfile = text("deploy/Dockerfile");
    let last = dockerfile.rsplit("\nFROM ").next().expect("a last stage");
    let mut all: BTreeMap<String, String> =
        image.captures_iter(last).map(|found| (found[1].to_owned(), found[2].to_owned())).collect();
    let own = compose["services"][service]["environment"].as_mapping().expect("an environment").iter();
    all.extend(
        own.map(|(name, value)| (name.as_str().unwrap_or_default().into(), value.as_str().unwrap_or_default().into())),
    );
    all
}

fn configuration(environment: BTreeMap<String, String>) -> Config {
    let file = Some(file("deploy/switchboard.toml"));
    let sources = Sources { environment: environment.into_iter().collect(), file, ..Sources::default() };
    load(&sources).unwrap_or_else(|problems| panic!("{problems}"))
}

fn host_of(url: &str) -> String {
    Url::parse(url).expect("an address").host_str().expect("a host").to_owned()
}

#[test]
fn the_nodes_of_the_compose_file_can_read_their_settings_and_find_each_other() {
    let compose = compose();
    let services = compose["services"].as_mapping().expect("services");
    let has = |name: &str| services.contains_key(name);
    let mut names = BTreeSet::new();
    for node in NODES {
        let config = configuration(environment(&compose, node));
        let Database::Postgres(database) = &config.database else { panic!("they share a database") };
        let redis = config.redis.as_ref().expect("they meet");
        assert!(has(&host_of(database.expose())) && has(&host_of(redis.expose())), "their hosts are services");
        assert!(config.is_https() && config.listen.ip().is_unspecified());
        names.extend(config.node_name.clone());
        let front = &compose["networks"]["front"]["ipam"]["config"][0]["subnet"];
        assert_eq!(config.proxies, [front.as_str().expect("a network").parse().expect("a network")]);
    }
    assert_eq!(names.len(), NODES.len(), "each has a name of its own");
}

#[test]
fn proxy_image_and_nodes_speak_of_the_same_port() {
    let compose = compose();
    let port = configuration(environment(&compose, "left")).listen.port();
    let expected: Vec<String> = NODES.iter().map(|node| format!("{node}:{port}")).collect();
    let nodes = compose["services"]["proxy"]["environment"]["NODES"].as_str().expect("nodes");
    assert_eq!(nodes.split(' ').collect::<Vec<_>>(), expected);
    assert!(text("deploy/Dockerfile").lines().any(|line| line == format!("EXPOSE {port}")));
    assert!(text("deploy/Caddyfile").contains("reverse_proxy {$NODES}"));
}

#[test]
fn nobody_is_killed_while_stopping() {
    let compose = compose();
    for node in NODES {
        let grace = compose["services"][node]["stop_grace_period"].as_str().expect("a grace period");
        let seconds: u64 = grace.trim_end_matches('s').parse().expect("seconds");
        assert!(seconds > STOP_MAX.as_secs(), "{node}: {grace}");
    }
    let unit = text("deploy/switchboard.service");
    let seconds = unit.lines().find_map(|line| line.strip_prefix("TimeoutStopSec=")?.parse::<u64>().ok());
    assert!(seconds.expect("a time to stop in") > STOP_MAX.as_secs());
    assert!(unit.contains("KillSignal=SIGTERM"));
}

#[test]
fn every_secret_that_is_asked_for_is_in_the_example() {
    let asked = Regex::new(r"\$\{(\w+)").expect("a pattern");
    let compose = text("deploy/compose.yaml");
    let asked: BTreeSet<&str> =
        asked.captures_iter(&compose).map(|found| found.get(1).expect("a name").as_str()).collect();
    let example = text("deploy/example.env");
    let given: BTreeSet<&str> = example
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0))
        .filter(|name| !name.starts_with('#'))
        .collect();
    assert_eq!(asked, given);
}

/// A setting that was renamed would be an error at every start.
#[test]
fn every_variable_that_is_named_is_a_setting() {
    let variable = Regex::new(r"SWITCHBOARD_[A-Z_]+").expect("a pattern");
    for name in ["README.md", "compose.yaml", "Dockerfile", "switchboard.service"] {
        for found in variable.find_iter(&text(&format!("deploy/{name}"))) {
            let key = found
                .as_str()
                .trim_start_matches("SWITCHBOARD_")
                .rsplit("__")
                .next()
                .unwrap_or_default()
                .to_lowercase();
            let known = |line: &str| line.trim_start_matches("# ").starts_with(&format!("{key} ="));
            let meant_elsewhere = ["config", "web_dist"].contains(&key.as_str());
            assert!(meant_elsewhere || DEFAULTS.lines().any(known), "{name} speaks of {}", found.as_str());
        }
    }
}

#[test]
fn the_database_has_room_for_the_connections_of_all_nodes() {
    let command = strings(&compose()["services"]["postgres"]["command"]);
    let most = command.iter().find_map(|word| word.strip_prefix("max_connections=")?.parse::<usize>().ok());
    assert!(most.expect("a limit") >= (NODES.len() + 1) * CONNECTIONS_OF_A_NODE + 10, "one more node, and some people");
    assert!(DEFAULTS.contains(&format!("A node uses up to {CONNECTIONS_OF_A_NODE} connections")));
}

/// The settings of the compose file, given to a real server: nothing is left to advise.
#[tokio::test]
async fn the_redis_of_the_compose_file_is_as_it_should_be() {
    let command = strings(&compose()["services"]["redis"]["command"]);
    let password = command.iter().position(|word| word == "--requirepass").expect("a password");
    let mut options: Vec<&str> = command.iter().map(String::as_str).collect();
    assert_eq!(options.remove(0), "redis-server");
    options.drain(password - 1..=password);
    let server = RedisServer::with(&options);
    assert_eq!(redis::look(&server.url(), None, SystemClock.now()).await, []);
}

#[test]
fn the_image_is_built_of_what_the_source_wants_and_runs_as_nobody_in_particular() {
    let dockerfile = text("deploy/Dockerfile");
    let stages: Vec<&str> = dockerfile.lines().filter(|line| line.starts_with("FROM ")).collect();
    let [web, build, last] = stages[..] else { panic!("three stages: {stages:?}") };
    let cargo = text("Cargo.toml");
    let rust =
        cargo.lines().find_map(|line| line.strip_prefix("rust-version = ")).expect("a version").trim_matches('"');
    assert!(build.contains(&format!("rust:{rust}-")), "{build}");
    // package.json: ^20.19.0 || >=22.12.0
    assert!(text("static/package.json").contains(">=22.12.0") && web.contains("node:22.12-"), "{web}");
    assert!(last.contains("-slim") && !last.contains(" AS "), "{last}");
    let runs = dockerfile.rsplit("\nFROM ").next().expect("a last stage");
    let user = runs.lines().find_map(|line| line.strip_prefix("USER ")).expect("a user");
    assert!(user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "{user}");
    assert!(runs.contains(r#"HEALTHCHECK"#) && runs.contains(r#"CMD ["switchboard", "health"]"#));
    // A stage sees of the source what it copies, and that must be there.
    for line in
        dockerfile.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.starts_with("--from"))
    {
        let words: Vec<&str> = line.split(' ').collect();
        for source in &words[..words.len() - 1] {
            assert!(file(source).exists(), "{source} is copied and does not exist");
        }
    }
}

/// What the program embeds beside `src/` must be copied for it, or the image cannot be built.
#[test]
fn what_the_program_embeds_is_copied_into_the_image() {
    let dockerfile = text("deploy/Dockerfile");
    for needed in ["Cargo.toml", "Cargo.lock", "build.rs", "switchboard.toml", "src", "bots", "loadtest", "benches"] {
        let copied =
            dockerfile.lines().any(|line| line.starts_with("COPY ") && line.split(' ').any(|word| word == needed));
        assert!(copied, "{needed}");
        assert!(text("deploy/Dockerfile.dockerignore").lines().any(|line| line == format!("!{needed}")), "{needed}");
    }
}

async fn health(address: std::net::SocketAddr) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.arg("health").arg("--listen").arg(address.to_string());
    tokio::task::spawn_blocking(move || command.output()).await.expect("joined").expect("it runs")
}

#[actix_web::test]
async fn what_proxies_and_containers_ask_is_answered() {
    let installation = Installation::new().await;
    let process = installation.process().await;
    let caddyfile = text("deploy/Caddyfile");
    let asked = caddyfile.lines().find_map(|line| line.trim().strip_prefix("health_uri ")).expect("a question");
    assert_eq!(process.status(asked).await, Some(200));
    assert!(health(process.address).await.status.success());
    let address = process.address;
    process.end().await;
    let gone = health(address).await;
    assert!(!gone.status.success() && String::from_utf8_lossy(&gone.stderr).contains("no server answers"));
}

/// The tools' own opinion, where they are installed.
#[test]
fn proxy_and_systemd_understand_their_files() {
    let run = |command: &mut Command| command.output().ok().map(|output| (output.status.success(), output));
    let mut caddy = Command::new("caddy");
    caddy.args(["validate", "--adapter", "caddyfile", "--config"]).arg(file("deploy/Caddyfile"));
    if let Some((fine, output)) = run(caddy.env("SITE", "chat.example.org").env("NODES", "left:8080 right:8080")) {
        assert!(fine, "{}", String::from_utf8_lossy(&output.stderr));
    }
    let dir = tempfile::tempdir().expect("a directory");
    let unit = dir.path().join("switchboard.service");
    let here = text("deploy/switchboard.service").replace("/usr/local/bin/switchboard", "/bin/true");
    std::fs::write(&unit, here).expect("written");
    if let Some((fine, output)) = run(Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&unit)) {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(fine && !said.contains("switchboard.service"), "{said}");
    }
}
