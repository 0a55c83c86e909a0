//! Places where nodes meet.

use std::collections::BTreeMap;
use std::net::Ipv6Addr;
use std::sync::Arc;

use switchboard::adapters::local::{LocalBus, LocalDirectory};
use switchboard::adapters::redis::join;
use switchboard::dice;
use switchboard::domain::ids::{AccountId, ConversationId};
use switchboard::ports::bus::Bus;
use switchboard::ports::directory::{ActorName, Directory};
use tokio::runtime::Runtime;

use loadtest::servers::redis::{RedisCluster, RedisServer};

/// Where one node can be.
pub trait Place {
    async fn node(&mut self) -> Arc<dyn Directory>;
    async fn bus(&mut self) -> Arc<dyn Bus>;
}

pub struct Local;

impl Place for Local {
    async fn node(&mut self) -> Arc<dyn Directory> {
        Arc::new(LocalDirectory)
    }

    async fn bus(&mut self) -> Arc<dyn Bus> {
        Arc::new(LocalBus::default())
    }
}

/// Where several can be.
pub struct Several {
    server: Server,
    generation: String,
    number: usize,
}

enum Server {
    One(RedisServer),
    Cluster(RedisCluster),
}

impl Several {
    pub fn over_redis() -> Self {
        Self::over(Server::One(RedisServer::start()))
    }

    pub fn over_cluster() -> Self {
        Self::over(Server::Cluster(RedisCluster::start()))
    }

    /// Where there is no IPv4.
    pub fn over_redis_by_ipv6() -> Self {
        Self::over(Server::One(RedisServer::at(Ipv6Addr::LOCALHOST.into(), &[])))
    }

    pub fn over_cluster_by_ipv6() -> Self {
        Self::over(Server::Cluster(RedisCluster::at(Ipv6Addr::LOCALHOST.into())))
    }

    fn over(server: Server) -> Self {
        Self { server, generation: dice::new_id().to_string(), number: 0 }
    }

    pub fn url(&self) -> String {
        match &self.server {
            Server::One(server) => server.url(),
            Server::Cluster(cluster) => cluster.url(),
        }
    }

    pub async fn join(&mut self) -> Joined {
        self.number += 1;
        let name = format!("node-{}", self.number);
        self.join_as(&name).await
    }

    pub async fn join_as(&self, name: &str) -> Joined {
        self.join_by(name, self.url()).await
    }

    /// By another way than straight.
    pub async fn join_by(&self, name: &str, url: String) -> Joined {
        let io = Runtime::new().expect("a runtime");
        let (directory, bus) =
            join(&url, name.to_owned(), self.generation.clone(), io.handle()).await.expect("it joins");
        Joined { directory: Arc::new(directory), bus: Arc::new(bus), io: Some(io) }
    }

    /// The one server, to be cut off from or killed.
    pub fn server(&mut self) -> &mut RedisServer {
        match &mut self.server {
            Server::One(server) => server,
            Server::Cluster(_) => panic!("there are three servers"),
        }
    }

    /// Three servers that share the slots.
    pub fn cluster(&self) -> &RedisCluster {
        match &self.server {
            Server::Cluster(cluster) => cluster,
            Server::One(_) => panic!("there is one server"),
        }
    }

    /// The same, to lose one of them.
    pub fn cluster_mut(&mut self) -> &mut RedisCluster {
        match &mut self.server {
            Server::Cluster(cluster) => cluster,
            Server::One(_) => panic!("there is one server"),
        }
    }

    /// Who lives, and until when, in ms.
    pub fn leases(&self) -> BTreeMap<String, u64> {
        let server = match &self.server {
            Server::One(server) => server,
            Server::Cluster(cluster) => cluster.server_of("{nodes}"),
        };
        let mut redis = server.connect();
        let keys: Vec<String> = redis::cmd("KEYS").arg("sb:*:{nodes}:z").query(&mut redis).expect("it answers");
        let mut range = redis::cmd("ZRANGE");
        let all: Vec<(String, f64)> =
            range.arg(&keys[0]).arg(&["0", "-1", "WITHSCORES"]).query(&mut redis).expect("it answers");
        all.into_iter().map(|(node, ends)| (node, ends as u64)).filter(|(_, ends)| *ends > 0).collect()
    }

    /// Everything in it is gone.
    pub fn wipe(&self) {
        match &self.server {
            Server::One(server) => server.flush_all(),
            Server::Cluster(cluster) => cluster.flush_all(),
        }
    }
}

impl Place for Several {
    async fn node(&mut self) -> Arc<dyn Directory> {
        let joined = self.join().await;
        let directory = joined.directory.clone();
        // It lives as long as the test.
        std::mem::forget(joined);
        directory
    }

    async fn bus(&mut self) -> Arc<dyn Bus> {
        let joined = self.join().await;
        let bus = joined.bus.clone();
        std::mem::forget(joined);
        bus
    }
}

/// A node as far as others see it. Dropped, it is dead without a word.
pub struct Joined {
    pub directory: Arc<dyn Directory>,
    pub bus: Arc<dyn Bus>,
    io: Option<Runtime>,
}

impl Drop for Joined {
    fn drop(&mut self) {
        if let Some(io) = self.io.take() {
            io.shutdown_background();
        }
    }
}

pub fn conversation() -> ActorName {
    ActorName::Conversation(ConversationId(dice::new_id()))
}

pub fn sender() -> ActorName {
    ActorName::Sender(AccountId::new("page"))
}
