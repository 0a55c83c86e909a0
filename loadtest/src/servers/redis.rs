//! Redis servers of one's own, on free ports, in memory: alone, as a replica, or three primaries of a cluster.
//!
//! What cannot be started or asked is a panic with words: whoever calls this has come to test.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rand::RngExt;
use tempfile::TempDir;

use crate::{clock, process};

/// A server. Dropping it kills it.
pub struct RedisServer {
    host: IpAddr,
    pub port: u16,
    /// Where it talks to others of its cluster, if it has one.
    bus: u16,
    options: Vec<String>,
    child: Child,
    dir: TempDir,
}

impl RedisServer {
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// With more of its settings, as on its command line.
    pub fn with(options: &[&str]) -> Self {
        Self::at(LOCALHOST, options)
    }

    /// At this address of the machine, and no other.
    pub fn at(host: IpAddr, options: &[&str]) -> Self {
        let options: Vec<String> = options.iter().map(ToString::to_string).collect();
        for _ in 0..20 {
            let address = SocketAddr::new(host, free_port(host, PORTS));
            let dir = tempfile::tempdir().expect("a directory");
            let bus = free_port(host, BUS_PORTS);
            if let Some(child) = spawn(address, bus, &options, &dir) {
                return Self { host, port: address.port(), bus, options, child, dir };
            }
        }
        panic!("no redis-server starts; apt-get install redis-server");
    }

    pub fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }

    /// Another that repeats what this one does. It reaches it at `by`.
    pub fn replica_by(&self, by: SocketAddr) -> Self {
        let replica =
            Self::with(&["--replicaof", &format!("{} {}", by.ip(), by.port()), "--repl-diskless-sync-delay", "0"]);
        let until = clock::instant() + Duration::from_secs(20);
        while !replica.info("replication").contains("master_link_status:up") {
            assert!(clock::instant() < until, "a replica does not find its primary");
            std::thread::sleep(Duration::from_millis(10));
        }
        replica
    }

    /// From now on it is nobody's replica, also when it starts again.
    pub fn promote(&mut self) {
        if let Some(place) = self.options.iter().position(|option| option == "--replicaof") {
            self.options.drain(place..place + 2);
        }
        let _: () = redis::cmd("REPLICAOF").arg(&["NO", "ONE"]).query(&mut self.connect()).expect("promoted");
    }

    /// From now on it is a replica of the other; whoever is connected stays so.
    pub fn demote_under(&self, other: &Self) {
        let (host, port) = (other.host.to_string(), other.port.to_string());
        let _: () = redis::cmd("REPLICAOF").arg(&[&host, &port]).query(&mut self.connect()).expect("demoted");
    }

    /// What it says of itself.
    pub fn info(&self, section: &str) -> String {
        redis::cmd("INFO").arg(section).query(&mut self.connect()).expect("it answers")
    }

    /// How many clients are connected, whoever asks not counted, nor servers.
    pub fn clients(&self) -> usize {
        let list: String = redis::cmd("CLIENT").arg("LIST").query(&mut self.connect()).expect("it answers");
        let is_server = |line: &&str| line.contains(" flags=S ") || line.contains(" flags=M ");
        list.lines().filter(|line| !is_server(line)).count() - 1
    }

    pub fn set(&self, name: &str, value: &str) {
        let _: () = redis::cmd("CONFIG").arg(&["SET", name, value]).query(&mut self.connect()).expect("it is set");
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it ends");
    }

    /// Back on the same port; without a file it has forgotten everything.
    pub fn start_again(&mut self) {
        self.child = spawn(self.address(), self.bus, &self.options, &self.dir).expect("it starts again on its port");
    }

    /// Stands still, as a machine that is paused does; keys' times run on.
    pub fn stop(&self) {
        process::freeze(self.child.id()).expect("a signal");
    }

    /// Goes on.
    pub fn go_on(&self) {
        process::thaw(self.child.id()).expect("a signal");
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn connect(&self) -> redis::Connection {
        redis::Client::open(self.url()).expect("a URL").get_connection().expect("a connection")
    }

    pub fn flush_all(&self) {
        let _: () = redis::cmd("FLUSHALL").query(&mut self.connect()).expect("flushed");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Below the ports that the system gives to outgoing connections.
const PORTS: std::ops::Range<u16> = 15_000..25_000;
const BUS_PORTS: std::ops::Range<u16> = 25_000..32_000;

/// A port that nobody had a moment ago.
fn free_port(host: IpAddr, ports: std::ops::Range<u16>) -> u16 {
    loop {
        let port = rand::rng().random_range(ports.clone());
        if TcpListener::bind((host, port)).is_ok() {
            return port;
        }
    }
}

fn spawn(address: SocketAddr, bus: u16, options: &[String], dir: &TempDir) -> Option<Child> {
    let mut command = Command::new("redis-server");
    let (host, port) = (address.ip().to_string(), address.port().to_string());
    command.args(["--port", &port, "--bind", &host, "--save", "", "--dir"]).arg(dir.path());
    command
        .args(["--cluster-port", &bus.to_string()])
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().expect("redis-server is installed");
    let until = clock::instant() + Duration::from_secs(20);
    while clock::instant() < until && child.try_wait().expect("it can be asked").is_none() {
        if serves(address) == Some(child.id()) {
            return Some(child);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// The process that serves there, once it does.
fn serves(address: SocketAddr) -> Option<u32> {
    let client = redis::Client::open((address.ip().to_string(), address.port())).ok()?;
    let info: String = redis::cmd("INFO").arg("server").query(&mut client.get_connection().ok()?).ok()?;
    info.lines().find_map(|line| line.strip_prefix("process_id:")?.trim().parse().ok())
}

/// Three primaries that share the slots.
pub struct RedisCluster {
    servers: Vec<RedisServer>,
}

impl RedisCluster {
    pub fn start() -> Self {
        Self::at(LOCALHOST)
    }

    /// At this address of the machine, and no other.
    pub fn at(host: IpAddr) -> Self {
        let options =
            ["--cluster-enabled", "yes", "--cluster-node-timeout", "5000", "--cluster-require-full-coverage", "no"];
        let servers: Vec<RedisServer> = (0..3).map(|_| RedisServer::at(host, &options)).collect();
        let ranges = [(0, 5460), (5461, 10922), (10923, 16383)];
        for (number, server) in servers.iter().enumerate() {
            let mut connection = server.connect();
            let (from, to) = ranges[number];
            let cluster = |words: &[&str]| redis::cmd("CLUSTER").arg(words).to_owned();
            let _: () = cluster(&["ADDSLOTSRANGE", &format!("{from}"), &format!("{to}")])
                .query(&mut connection)
                .expect("slots");
            let _: () =
                cluster(&["SET-CONFIG-EPOCH", &format!("{}", number + 1)]).query(&mut connection).expect("an epoch");
            if number > 0 {
                let first = servers[0].port.to_string();
                let bus = servers[0].bus.to_string();
                let _: () =
                    cluster(&["MEET", &host.to_string(), &first, &bus]).query(&mut connection).expect("they meet");
            }
        }
        let cluster = Self { servers };
        cluster.wait_until_whole();
        cluster
    }

    fn wait_until_whole(&self) {
        let until = clock::instant() + Duration::from_secs(30);
        let whole = |server: &RedisServer| {
            let info: String = redis::cmd("CLUSTER").arg("INFO").query(&mut server.connect()).expect("it answers");
            info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
        };
        while !self.servers.iter().all(whole) {
            assert!(clock::instant() < until, "the cluster does not come together");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Which of them has the slot of this key or channel, and the slot.
    pub fn place_of(&self, key: &str) -> (usize, u16) {
        let mut connection = self.servers[0].connect();
        let slot: u16 = redis::cmd("CLUSTER").arg(&["KEYSLOT", key]).query(&mut connection).expect("a slot");
        (self.owner_of(slot), slot)
    }

    /// The one that has this key.
    pub fn server_of(&self, key: &str) -> &RedisServer {
        &self.servers[self.place_of(key).0]
    }

    pub fn owner_of(&self, slot: u16) -> usize {
        let has = |server: &RedisServer| Self::gives(server, slot, "myself");
        self.servers.iter().position(has).expect("somebody has the slot")
    }

    /// Whether this server thinks that another, or it itself, has the slot.
    fn gives(server: &RedisServer, slot: u16, who: &str) -> bool {
        let nodes: String = redis::cmd("CLUSTER").arg("NODES").query(&mut server.connect()).expect("it answers");
        let line = nodes.lines().find(|line| line.contains(who)).expect("it knows it");
        let mut ranges = line.split(' ').skip(8).filter(|range| !range.starts_with('['));
        ranges.any(|range| {
            let (from, to) = range.split_once('-').unwrap_or((range, range));
            (from.parse::<u16>().expect("a slot")..=to.parse().expect("a slot")).contains(&slot)
        })
    }

    /// Moves a slot with what is in it to another server, as `redis-cli --cluster reshard` does, while clients are at work.
    pub fn move_slot(&self, slot: u16, to: usize) {
        let from = self.owner_of(slot);
        if from == to {
            return;
        }
        let (mut source, mut target) = (self.servers[from].connect(), self.servers[to].connect());
        let id = |connection: &mut redis::Connection| -> String {
            redis::cmd("CLUSTER").arg("MYID").query(connection).expect("an id")
        };
        let (source_id, target_id) = (id(&mut source), id(&mut target));
        let set = |connection: &mut redis::Connection, how: &str, who: &str| {
            let slot = slot.to_string();
            let _: () =
                redis::cmd("CLUSTER").arg(&["SETSLOT", &slot, how, who]).query(connection).expect("the slot is set");
        };
        set(&mut target, "IMPORTING", &source_id);
        set(&mut source, "MIGRATING", &target_id);
        loop {
            let keys: Vec<String> =
                redis::cmd("CLUSTER").arg("GETKEYSINSLOT").arg(slot).arg(100).query(&mut source).expect("keys");
            if keys.is_empty() {
                break;
            }
            let mut migrate = redis::cmd("MIGRATE");
            migrate
                .arg(self.servers[to].host.to_string())
                .arg(self.servers[to].port)
                .arg("")
                .arg(0)
                .arg(5000)
                .arg("KEYS")
                .arg(&keys);
            let _: redis::Value = migrate.query(&mut source).expect("keys move");
        }
        set(&mut target, "NODE", &target_id);
        set(&mut source, "NODE", &target_id);
        for (number, other) in self.servers.iter().enumerate() {
            if number != from && number != to {
                set(&mut other.connect(), "NODE", &target_id);
            }
        }
        self.until_all_agree(slot, &target_id);
    }

    /// Servers that hear of two moves in the wrong order give a slot to each other, for ever: each has less to say than
    /// the other. Then all are told again, as an operator's `redis-cli --cluster fix` does.
    fn until_all_agree(&self, slot: u16, owner: &str) {
        let until = clock::instant() + Duration::from_secs(20);
        let agreed = || self.servers.iter().all(|server| Self::gives(server, slot, owner));
        // What is still under way among them has come by then.
        std::thread::sleep(Duration::from_millis(10));
        while !agreed() {
            assert!(clock::instant() < until, "the servers do not agree about slot {slot}");
            eprintln!("the servers do not agree about slot {slot}: they are told again");
            for server in &self.servers {
                let slot = slot.to_string();
                let told = redis::cmd("CLUSTER").arg(&["SETSLOT", &slot, "NODE", owner]).to_owned();
                let _: () = told.query(&mut server.connect()).expect("the slot is set");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What somebody hears of, on any of them.
    pub fn shard_channels(&self) -> Vec<String> {
        (0..self.servers.len()).flat_map(|number| self.shard_channels_of(number)).collect()
    }

    /// The same, on this one.
    pub fn shard_channels_of(&self, number: usize) -> Vec<String> {
        redis::cmd("PUBSUB").arg("SHARDCHANNELS").query(&mut self.servers[number].connect()).expect("channels")
    }

    /// The keys that one of them has, like `KEYS`.
    pub fn keys_of(&self, number: usize, pattern: &str) -> Vec<String> {
        redis::cmd("KEYS").arg(pattern).query(&mut self.servers[number].connect()).expect("keys")
    }

    pub fn kill(&mut self, number: usize) {
        self.servers[number].kill();
    }

    /// Back with its slots, and nothing in them; none of the others has replaced it.
    pub fn start_again(&mut self, number: usize) {
        self.servers[number].start_again();
        self.wait_until_whole();
    }

    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.servers.iter().map(RedisServer::address).collect()
    }

    pub fn url(&self) -> String {
        let hosts: Vec<String> = self.servers.iter().map(|server| server.address().to_string()).collect();
        format!("redis+cluster://{}", hosts.join(","))
    }

    pub fn flush_all(&self) {
        self.servers.iter().for_each(RedisServer::flush_all);
    }
}
