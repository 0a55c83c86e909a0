//! Several nodes of one installation, in this process: one store, one Redis, and a way to each that can be cut.

use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::Arc;

use loadtest::clients::{ConsoleClient, Poster, WebchatClient, diary};
use loadtest::product::{PAGE_ACCOUNT, WEBCHAT_ACCOUNT};
use loadtest::proxy::{Proxy, Way};
use loadtest::servers::redis::RedisServer;
use switchboard::config::Secret;
use switchboard::domain::ids::AccountId;
use switchboard::node::Node;
use switchboard::node::storage::{self, Storage};
use switchboard::ports::clock::SystemClock;
use switchboard::ports::store::{Contact, LoggedEvent, Store};

use super::installation::{Installation, SignedIn, page};
use super::node::eventually;

/// What the nodes share.
pub struct Nodes {
    pub installation: Installation,
    pub redis: RedisServer,
    pub store: Arc<dyn Store>,
    pub storage: Arc<Storage>,
    started: Cell<usize>,
}

/// One node, and its way to Redis.
pub struct Member {
    pub node: Node,
    pub redis: Proxy,
}

impl Nodes {
    pub async fn new() -> Self {
        Self::over(Installation::new().await).await
    }

    pub async fn over(installation: Installation) -> Self {
        let (config, io) = (installation.config(), tokio::runtime::Handle::current());
        let storage = Arc::new(storage::open(&config, &io, Arc::new(SystemClock)).await.expect("a store"));
        let store = storage.store.clone();
        Self { installation, redis: RedisServer::start(), store, storage, started: Cell::new(0) }
    }

    pub async fn start(&self) -> Member {
        self.started.set(self.started.get() + 1);
        self.start_as(&format!("node-{}", self.started.get())).await
    }

    pub async fn start_as(&self, name: &str) -> Member {
        let redis = Proxy::to(self.redis.address());
        let mut config = self.installation.config();
        config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        config.redis = Some(Secret::new(format!("redis://{}", redis.address)));
        config.node_name = Some(name.to_owned());
        let node = Node::start_beside(config, Arc::new(SystemClock), self.storage.clone()).await.expect("a node");
        Member { node, redis }
    }

    /// Two, of which the first sends for the page.
    pub async fn start_two(&self) -> (Member, Member) {
        let (one, other) = (self.start().await, self.start().await);
        eventually("one of them sends", async || (one.sends() || other.sends()).then_some(())).await;
        if one.sends() { (one, other) } else { (other, one) }
    }

    /// Where Redis keeps who lives.
    pub fn members_key(&self) -> String {
        let pattern = "sb:*:{nodes}:z";
        let keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query(&mut self.redis.connect()).expect("it answers");
        keys.into_iter().next().expect("somebody lives")
    }

    pub async fn log(&self, contact: &Contact) -> Vec<LoggedEvent> {
        let read = self.store.read_after(contact.conversation, 0, 100_000).await.expect("reads");
        read.map(|reading| reading.events).unwrap_or_default()
    }
}

impl Member {
    pub fn poster(&self) -> Poster {
        Poster::new(self.node.address, page(), diary())
    }

    pub async fn console(&self, agent: &SignedIn) -> ConsoleClient {
        let mut console = ConsoleClient::new(self.node.address, agent.cookie.clone(), diary());
        console.connect().await.expect("a console");
        console
    }

    pub async fn visitor(&self) -> WebchatClient {
        let mut visitor = WebchatClient::new(self.node.address, WEBCHAT_ACCOUNT, diary());
        visitor.connect().await.expect("a widget");
        visitor
    }

    /// Whether it is the one that sends for the page.
    pub fn sends(&self) -> bool {
        self.node.switchboard.parts().duties.has(&AccountId::new(PAGE_ACCOUNT))
    }

    /// Dies as far as others can see: its Redis is gone before it could say a word.
    pub async fn die(self) {
        self.redis.set(Way::Cut);
        self.node.stop().await;
    }
}
