//! Joins actors, adapters and edge into one running node. The only place that knows them all.

pub mod bots;
mod callees;
mod channels;
mod letters;
mod neighbours;
pub mod storage;
mod uploads;

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix::{Actor, Addr, Arbiter};
use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use anyhow::Context as _;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use self::neighbours::neighbours;
use crate::actors::acquaintance::Acquaintance;
use crate::actors::bots::Lookout;
use crate::actors::caller::Caller;
use crate::actors::custody::Custodian;
use crate::actors::ends::Ends;
use crate::actors::inbox::{Close, Inbox};
use crate::actors::manners::Manners;
use crate::actors::notices::Notices;
use crate::actors::sender::Sender;
use crate::actors::sender_duty::Duties;
use crate::actors::shard::Shard;
use crate::actors::sweeper::Sweeper;
use crate::actors::switchboard::{Limits, Parts, Switchboard};
use crate::adapters::bots::Callees;
use crate::adapters::pictures::Fetcher;
use crate::config::{self, Account, Config};
use crate::dice;
use crate::domain::ids::{AgentId, Incarnation};
use crate::edge::api::office::Office;
use crate::edge::passwords::Passwords;
use crate::edge::portraits::Portraits;
use crate::edge::sign_in::SignIn;
use crate::edge::{self, Edge, error};
use crate::machine;
use crate::ports::clock::{Clock, SystemClock};
use crate::ports::people::{People, Person, Role};
use crate::ports::store::Store;
use storage::Storage;

/// A peer that acknowledges nothing for so long is gone, however full its socket's buffer is.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(20);
const HTTP_STOP_WITHIN: u64 = 5;
/// How long a stop waits for the provider's answers. What is cut off then is uncertain, and may be sent twice.
const SENDS_END_WITHIN: Duration = Duration::from_secs(5);
/// How long a stop waits for what other nodes have asked.
const ANSWERS_END_WITHIN: Duration = Duration::from_secs(5);
const STORE_CLOSE_WITHIN: Duration = Duration::from_secs(10);
/// What a stop takes at most, all these together and what directory and bus have to say: whoever starts a node must not
/// kill it earlier.
pub const STOP_MAX: Duration = Duration::from_secs(30);
const INVITATION_LASTS: Duration = Duration::from_secs(24 * 60 * 60);

/// A node that runs, in the actix system that started it.
pub struct Node {
    pub address: SocketAddr,
    pub switchboard: Switchboard,
    /// Where the first admin signs in, as long as nobody has.
    pub first_sign_in: Option<String>,
    storage: Arc<Storage>,
    inbox: Addr<Inbox>,
    server: ServerHandle,
    shards: Vec<Arbiter>,
    io: Io,
}

/// The runtime of everything that opens sockets of its own: never on a thread of actors. It may be dropped anywhere.
#[derive(Default)]
struct Io(Option<tokio::runtime::Runtime>);

impl Io {
    fn start() -> anyhow::Result<(Io, Handle)> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(machine::half_the_cores()).thread_name("io").enable_all().build();
        let runtime = runtime.context("cannot start threads")?;
        let handle = runtime.handle().clone();
        Ok((Io(Some(runtime)), handle))
    }
}

impl Drop for Io {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Node {
    pub async fn start(config: Config) -> anyhow::Result<Node> {
        Self::start_with(config, Arc::new(SystemClock)).await
    }

    /// With a clock of the caller's: tests bring their own.
    pub async fn start_with(config: Config, clock: Arc<dyn Clock>) -> anyhow::Result<Node> {
        let (io, on_io) = Io::start()?;
        let storage = Arc::new(storage::open(&config, &on_io, clock.clone()).await?);
        Self::start_over(config, clock, storage, io, on_io).await
    }

    /// Over a store that others of this process use, too: tests run several nodes so.
    pub async fn start_beside(config: Config, clock: Arc<dyn Clock>, storage: Arc<Storage>) -> anyhow::Result<Node> {
        let (io, on_io) = Io::start()?;
        Self::start_over(config, clock, storage, io, on_io).await
    }

    async fn start_over(
        config: Config,
        clock: Arc<dyn Clock>,
        storage: Arc<Storage>,
        io: Io,
        on_io: Handle,
    ) -> anyhow::Result<Node> {
        let config = Arc::new(config);
        // First of all: what is counted while joining the others is counted, too.
        let metrics = metrics_handle();
        let store = storage.store.clone();
        bots::take_in(&config, &*storage.bots, &*clock).await?;
        let answering = bots::answering(&config, &storage.bots).await?;
        let listener = TcpListener::bind(config.listen)
            .with_context(|| format!("cannot listen on {}; choose another --listen address", config.listen))?;
        let address = listener.local_addr()?;
        let neighbours = neighbours(&config, address, store.generation(), &*clock, &on_io).await?;
        let accounts: Vec<_> = config.accounts.iter().map(Account::to_domain).collect();
        store.provision(accounts.clone()).await?;
        let looked_at = store.clone();
        let ends = Ends::start(Box::new(move |known| looked_at.beyond(known)), &on_io);
        let parts = Arc::new(Parts {
            store,
            directory: neighbours.directory,
            bus: neighbours.bus,
            clock: clock.clone(),
            incarnation: Incarnation(dice::new_id()),
            accounts: accounts.into_iter().map(|account| (account.id.clone(), Arc::new(account))).collect(),
            bots: answering,
            limits: limits(&config),
            notices: Notices::default(),
            duties: Duties::default(),
            ends,
            uploads: storage.uploads.clone(),
            teams: storage.teams.clone(),
            public_url: config.public_url.clone(),
            letters: config.smtp.is_some(),
        });
        let shards: Vec<Arbiter> = (0..config.shards).map(|_| Arbiter::new()).collect();
        let alerts = letters::Alerts::of(&config, &storage, &own_address(&config, address), &on_io)?;
        let callee = callees::callee(&config, &own_address(&config, address), clock.clone(), &on_io)?;
        let switchboard =
            start_actors(&parts, &shards, &config, &own_address(&config, address), alerts, callee, &on_io).await?;
        let inbox = Inbox::new(parts.clone()).start();
        let people = storage.people.clone();
        let first_sign_in = invite_first_admin(&*people, &*clock, &own_address(&config, address)).await?;
        let edge = Data::new(Edge {
            switchboard: switchboard.clone(),
            inbox: inbox.clone(),
            inlets: channels::inlets(&config, &own_address(&config, address)),
            shelves: channels::shelves(&config)?,
            namesakes: edge::webhooks::Namesakes::default(),
            pictures: pictures(&config)?,
            addresses: edge::Addresses::default(),
            custody: channels::custody(&config)?,
            portraits: Portraits::new(channels::portraits(&config)?),
            visitors: Arc::new(channels::visitors(&config, storage.visitor_key)),
            writing: storage.writing.clone(),
            finding: storage.finding.clone(),
            views: storage.views.clone(),
            contacts: storage.contacts.clone(),
            mentions: storage.mentions.clone(),
            polls: Semaphore::new(config.limits.polls_max),
            taking_in: Arc::new(Semaphore::new(config.uploads.at_once_max)),
            config: config.clone(),
            metrics,
        });
        let office = Data::new(Office {
            people: people.clone(),
            teams: storage.teams.clone(),
            tokens: storage.tokens.clone(),
            bots: storage.bots.clone(),
            clock: clock.clone(),
            outside: config.outside.clone(),
            base: own_address(&config, address),
        });
        let passwords = Passwords::new().context("this machine cannot hash passwords")?;
        let sign_in = Data::new(SignIn::new(people, clock.clone(), passwords, &config));
        let server = serve(&config, listener, edge, sign_in, office)?;
        let stop = server.handle();
        actix::spawn(server);
        uploads::keep_tidy(&storage.uploads, clock.clone(), &on_io);
        channels::keep_hooks(&config, &own_address(&config, address), &switchboard.parts().notices, &on_io)?;
        channels::keep_doors(&config, &switchboard.parts().bots, &on_io)?;
        Ok(Node { address, switchboard, first_sign_in, storage, inbox, server: stop, shards, io })
    }

    /// Says goodbye to every socket, takes no more, and returns when everything accepted is written and other nodes may
    /// have what was here.
    pub async fn stop(mut self) {
        let (directory, bus) = {
            let parts = self.switchboard.parts();
            (parts.directory.clone(), parts.bus.clone())
        };
        directory.drain();
        self.switchboard.parts().notices.restarting();
        self.server.stop(true).await;
        self.finish_sending().await;
        if tokio::time::timeout(ANSWERS_END_WITHIN, self.switchboard.close()).await.is_err() {
            tracing::warn!("what other nodes asked was not answered in time; they ask again");
        }
        self.inbox.do_send(Close);
        for shard in self.shards.drain(..) {
            shard.stop();
            let _ = actix_web::web::block(move || shard.join()).await;
        }
        // Nothing is written here any more: others may have it all.
        directory.leave().await;
        bus.close().await;
        drop((directory, bus));
        // What the store still writes, it writes there.
        let io = std::mem::take(&mut self.io);
        let parts = Arc::downgrade(self.switchboard.parts());
        let shares_store = Arc::strong_count(&self.storage) > 1;
        let in_use = self.storage.in_use();
        drop(self);
        let closed = async {
            while parts.strong_count() > 0 || (!shares_store && in_use.strong_count() > 0) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if tokio::time::timeout(STORE_CLOSE_WITHIN, closed).await.is_err() {
            tracing::warn!("the store is still in use; it closes with the process");
        }
        drop(io);
    }

    async fn finish_sending(&self) {
        let finished = async {
            while self.switchboard.rest().await > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if tokio::time::timeout(SENDS_END_WITHIN, finished).await.is_err() {
            tracing::warn!("the provider did not answer in time; some messages are uncertain");
        }
    }

    /// For tests that look inside.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.storage.store
    }

    pub fn bots(&self) -> &Arc<dyn crate::ports::bots::Bots> {
        &self.storage.bots
    }
}

/// How the node is reached by people: the configured address, or where it listens.
pub fn own_address(config: &Config, bound: SocketAddr) -> String {
    config.public_url.clone().unwrap_or_else(|| format!("http://{bound}"))
}

fn limits(config: &Config) -> Limits {
    Limits {
        conversations_max: config.limits.conversations_max,
        conversation_queue_max: config.limits.conversation_queue_max,
        outbox_bytes_max: config.limits.outbox_bytes_max,
        frame_bytes_max: config.limits.frame_bytes_max,
        sender_queue_max: config.limits.sender_queue_max,
        passivate_after: config.limits.passivate_after,
        reconcile: config.limits.reconcile_after,
        failed_kept: config.limits.failed_kept,
    }
}

async fn start_actors(
    parts: &Arc<Parts>,
    shards: &[Arbiter],
    config: &Config,
    base: &str,
    alerts: letters::Alerts,
    callee: Callees,
    io: &tokio::runtime::Handle,
) -> anyhow::Result<Switchboard> {
    let share = parts.limits.conversations_max.div_ceil(shards.len());
    let start = |shard: &Arbiter| {
        let parts = parts.clone();
        Shard::start_in_arbiter(&shard.handle(), move |_| Shard::new(parts, share))
    };
    let switchboard = Switchboard::new(parts.clone(), shards.iter().map(start).collect());
    let (mut senders, mut outlets) = (HashMap::new(), HashMap::new());
    let paces: HashMap<_, _> = config.accounts.iter().map(|account| (&account.id, account.pace)).collect();
    for (number, (account, outlet)) in channels::outlets(config, base)?.into_iter().enumerate() {
        let (switchboard, id, io) = (switchboard.clone(), account.clone(), io.clone());
        outlets.insert(account.clone(), outlet.clone());
        let shard = shards[number % shards.len()].handle();
        let way_out = (outlet, paces.get(&account).copied().flatten());
        let sender = Sender::start_in_arbiter(&shard, move |_| Sender::new(switchboard, id, way_out, io));
        senders.insert(account, sender);
    }
    let alerter = alerts.start(&switchboard, &shards[0].handle());
    let (calling, callee, on_io) = (switchboard.clone(), Arc::new(callee), io.clone());
    let caller = Caller::start_in_arbiter(&shards[0].handle(), move |_| Caller::new(calling, callee, on_io));
    let acquaintance = Acquaintance::new(channels::profiles(config)?, io.clone());
    let manners = Manners::new(outlets, parts.store.clone(), io.clone());
    let custodian = Custodian::new(channels::keepers(config)?, io.clone());
    switchboard.introduce(senders, alerter, caller, (manners, acquaintance, custodian));
    let swept = switchboard.clone();
    let bots = parts.bots.clone();
    Lookout::start_in_arbiter(&shards[0].handle(), move |_| Lookout(bots));
    Sweeper::start_in_arbiter(&shards[0].handle(), move |_| Sweeper::new(swept));
    Ok(switchboard)
}

fn pictures(config: &Config) -> anyhow::Result<edge::pictures::Fetcher> {
    let config::Pictures { trusted_hosts, bytes_max, file_bytes_max } = &config.pictures;
    let fetcher = Fetcher::new(trusted_hosts, (*bytes_max, *file_bytes_max), channels::keys(config));
    Ok(Arc::new(fetcher.context("cannot make an HTTP client")?))
}

fn serve(
    config: &Config,
    listener: TcpListener,
    edge: Data<Edge>,
    sign_in: Data<SignIn>,
    office: Data<Office>,
) -> anyhow::Result<actix_web::dev::Server> {
    let body_bytes_max = config.limits.body_bytes_max;
    let app = move || {
        App::new()
            .app_data(edge.clone())
            .app_data(sign_in.clone())
            .app_data(office.clone())
            .configure(|config| error::extractors(config, body_bytes_max))
            .configure(edge::routes)
    };
    let server = HttpServer::new(app)
        .workers(config.workers)
        .on_connect(|connection, _| bound_silence(connection))
        .shutdown_timeout(HTTP_STOP_WITHIN)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

fn bound_silence(connection: &dyn std::any::Any) {
    if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() {
        let socket = socket2::SockRef::from(stream);
        let _ = socket.set_tcp_user_timeout(Some(TCP_USER_TIMEOUT));
        let _ = socket.set_tcp_nodelay(true);
    }
}

/// One recorder for the process, whoever asks first.
fn metrics_handle() -> Option<PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).clone()
}

/// As long as nobody has signed in, every start gives a new one-time link for the first admin.
async fn invite_first_admin(people: &dyn People, clock: &dyn Clock, base: &str) -> anyhow::Result<Option<String>> {
    // The first admin has no address yet. Once anybody else is known, the operator adds people by the command line.
    let admin = match (people.person_by_email(String::new()).await?, people.count_people().await?) {
        (Some(person), 1) => person,
        (None, 0) => {
            let (id, name, email) = (AgentId(dice::new_id()), String::new(), String::new());
            let person = Person { id, name, email, role: Role::Admin, password_hash: None };
            people.save_person(person.clone()).await?;
            person
        }
        _ => return Ok(None),
    };
    let (token, hash) = dice::token();
    people.revoke_invitations(admin.id).await?;
    people.add_invitation(hash, admin.id, clock.now() + INVITATION_LASTS).await?;
    Ok(Some(format!("{base}/welcome?token={token}")))
}

/// Runs a node until it is told to stop.
pub fn run(config: Config) -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(async move {
        let demo = config.demo;
        let public = config.clone();
        let node = Node::start(config).await?;
        print_welcome(&node, &own_address(&public, node.address), demo);
        wait_for_the_end().await?;
        tracing::info!("stopping");
        node.stop().await;
        Ok(())
    })
}

/// For people and for scripts: one line a thing, on standard output.
fn print_welcome(node: &Node, base: &str, demo: bool) {
    println!("Switchboard {} is running.", env!("CARGO_PKG_VERSION"));
    println!("  console  {base}/");
    if demo {
        println!("  demo     {base}/demo");
    }
    if let Some(link) = &node.first_sign_in {
        println!("  first sign-in, once, within 24 hours:\n           {link}");
    }
}

async fn wait_for_the_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
