//! What several nodes do on this machine, and what it costs: messages, takeovers, subscriptions.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::future::{join_all, try_join_all};

use super::{Cluster, Plan};
use crate::clients::{ConsoleClient, ConsoleFrame, Poster, diary, sign_in};
use crate::drive::{self, Board, Pace, Report, Stop, drive};
use crate::product::Tuning;
use crate::provider::{Accepted, Hook, Settings};
use crate::{clock, dice, process, product};

const FIRST_CONTACT: u64 = 7_000_000_000_000_000;
const CONTACTS_PER_NODE: u64 = 500;
/// Connections and unanswered messages of all nodes together, so that more nodes do not mean more pressure.
const CONNECTIONS: usize = 48;
const WINDOW: usize = 1024;
/// A console watches so many conversations at most.
const WATCHED_EACH: usize = 64;
const CONSOLES_AT_ONCE: usize = 16;
const HEARD_WITHIN: Duration = Duration::from_secs(30);
/// Whatever is measured takes no longer, or there is nothing to measure.
const MEASURED_WITHIN: Duration = Duration::from_secs(180);

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub seconds: u64,
    pub takeovers: usize,
    pub subscriptions: usize,
}

/// The boards of the phase that runs, a node each.
type Boards = Arc<RwLock<Vec<Arc<Board>>>>;

/// Measures everything, and calls `tell` with each line as it is known.
pub async fn measure(plan: &Plan, size: Size, tell: impl Fn(&str)) -> Result<()> {
    let plan = &Plan { tuning: Tuning::default(), ..plan.clone() };
    tell(&Line::heading());
    for nodes in 1..=plan.nodes {
        let plan = Plan { nodes, ..plan.clone() };
        for line in in_time("the throughput", throughput(&plan, size.seconds)).await? {
            tell(&line.to_string());
        }
    }
    tell(&in_time("takeovers", takeovers(plan, size.takeovers)).await?);
    tell(&in_time("subscriptions", subscriptions(plan, size.subscriptions)).await?);
    Ok(())
}

async fn in_time<T>(what: &str, measuring: impl Future<Output = Result<T>>) -> Result<T> {
    let measured = tokio::time::timeout(MEASURED_WITHIN, measuring).await;
    measured.with_context(|| format!("{what} took more than {MEASURED_WITHIN:?}"))?
}

// --- Messages ---

/// One phase of a throughput run.
struct Line {
    name: String,
    reports: Vec<Report>,
    seconds: f64,
    nodes_cpu: Duration,
    postgres_cpu: Duration,
    redis_cpu: Duration,
    appends: f64,
    /// Transactions that those were made in.
    transactions: f64,
    commands: u64,
    redis_bytes: u64,
}

async fn throughput(plan: &Plan, seconds: u64) -> Result<Vec<Line>> {
    let boards = Boards::default();
    let cluster =
        Cluster::start_with(plan, Settings { arrivals_max: 0, hook: Some(hook(&boards)), ..settings() }).await?;
    let mut lines = vec![phase(&cluster, &boards, seconds, 0, "where they live").await?];
    if plan.nodes > 1 {
        lines.push(phase(&cluster, &boards, seconds, 1, "at the wrong node").await?);
    }
    Ok(lines)
}

fn settings() -> Settings {
    Settings { token: Some(product::PAGE_TOKEN.into()), ..Settings::default() }
}

/// Gives each reply to the board of its contact.
fn hook(boards: &Boards) -> Hook {
    let boards = boards.clone();
    Arc::new(move |accepted: Accepted<'_>| {
        let boards = boards.read().unwrap_or_else(PoisonError::into_inner);
        let contact = accepted.recipient.parse::<u64>().unwrap_or_default().saturating_sub(FIRST_CONTACT);
        if let Some(board) = boards.get((contact / CONTACTS_PER_NODE) as usize) {
            board.hook()(accepted);
        }
    })
}

/// Every node's contacts write, `shift` nodes further than where their conversations live.
async fn phase(cluster: &Cluster, boards: &Boards, seconds: u64, shift: usize, name: &str) -> Result<Line> {
    let nodes = cluster.members.len();
    let fresh: Vec<Arc<Board>> =
        (0..nodes as u64).map(|node| Board::new(FIRST_CONTACT + node * CONTACTS_PER_NODE, CONTACTS_PER_NODE)).collect();
    fresh.clone_into(&mut boards.write().unwrap_or_else(PoisonError::into_inner));
    let before = Costs::of(cluster).await?;
    let since = clock::instant();
    let driving = fresh.into_iter().enumerate().map(|(node, board)| {
        let mut plan = drive::Plan::new(cluster.members[(node + shift) % nodes].address, product::page());
        plan.first_psid = FIRST_CONTACT + node as u64 * CONTACTS_PER_NODE;
        plan.contacts = CONTACTS_PER_NODE;
        plan.connections = CONNECTIONS / nodes;
        plan.window = WINDOW / nodes;
        plan.pace = Pace::Closed;
        plan.stop = Stop::After(Duration::from_secs(seconds));
        drive(plan, board)
    });
    let reports = try_join_all(driving).await?;
    let after = Costs::of(cluster).await?;
    Ok(Line {
        name: format!("{nodes} node{}, {name}", if nodes == 1 { "" } else { "s" }),
        reports,
        seconds: since.elapsed().as_secs_f64(),
        nodes_cpu: after.nodes - before.nodes,
        postgres_cpu: after.postgres.saturating_sub(before.postgres),
        redis_cpu: after.redis - before.redis,
        appends: after.appends - before.appends,
        transactions: after.transactions - before.transactions,
        commands: after.commands - before.commands,
        redis_bytes: after.redis_bytes,
    })
}

/// What has been spent so far.
struct Costs {
    nodes: Duration,
    postgres: Duration,
    redis: Duration,
    appends: f64,
    transactions: f64,
    commands: u64,
    redis_bytes: u64,
}

impl Costs {
    async fn of(cluster: &Cluster) -> Result<Self> {
        let mut nodes = Duration::ZERO;
        for member in &cluster.members {
            nodes += process::cpu_time(member.pid()?)?;
        }
        let info: String = redis::cmd("INFO").query(&mut cluster.redis.connect())?;
        let field = |name: &str| {
            let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.and_then(|value| value.trim().parse::<u64>().ok()).with_context(|| format!("Redis tells no {name}"))
        };
        Ok(Self {
            nodes,
            postgres: cluster.postgres.cpu_time(),
            redis: process::cpu_time(cluster.redis.pid())?,
            appends: cluster.counter("switchboard_appends_total").await,
            transactions: cluster.counter("switchboard_append_transactions_total").await,
            commands: field("total_commands_processed")?,
            redis_bytes: field("used_memory")?,
        })
    }
}

impl Line {
    fn heading() -> String {
        format!(
            "{:<28}{:>11}{:>11}{:>8}{:>17}{:>16}{:>8}{:>12}{:>8}{:>10}{:>10}{:>9}",
            "",
            "messages/s",
            "appends/s",
            "at once",
            "reply p50/p99",
            "µs CPU: nodes",
            "Redis",
            "PostgreSQL",
            "cores",
            "commands",
            "Redis MB",
            "missing"
        )
    }
}

/// Costs are for each message, over the whole phase with its warm-up.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_second: f64 = self.reports.iter().map(|report| report.per_second).sum();
        let acked: u64 = self.reports.iter().map(|report| report.acked).sum();
        let missing: u64 = self.reports.iter().map(|report| report.missing + report.given_up + report.duplicates).sum();
        let slowest = |of: fn(&crate::drive::Latency) -> f64| {
            self.reports.iter().filter_map(|report| report.reply.as_ref().map(of)).fold(0.0, f64::max)
        };
        let each = |cpu: Duration| cpu.as_secs_f64() * 1e6 / acked.max(1) as f64;
        let cpu = self.nodes_cpu + self.postgres_cpu + self.redis_cpu;
        write!(
            f,
            "{:<28}{per_second:>11.0}{:>11.0}{:>8.1}{:>17}{:>16.0}{:>8.1}{:>12.0}{:>8.2}{:>10.2}{:>10.1}{missing:>9}",
            self.name,
            self.appends / self.seconds,
            self.appends / self.transactions.max(1.0),
            format!("{:.0} / {:.0} ms", slowest(|latency| latency.p50), slowest(|latency| latency.p99)),
            each(self.nodes_cpu),
            each(self.redis_cpu),
            each(self.postgres_cpu),
            cpu.as_secs_f64() / self.seconds,
            self.commands as f64 / acked.max(1) as f64,
            self.redis_bytes as f64 / 1e6,
        )
    }
}

// --- Takeovers ---

/// A node is killed; each of its contacts writes elsewhere until it is heard.
async fn takeovers(plan: &Plan, count: usize) -> Result<String> {
    let mut cluster = Cluster::start_with(plan, Settings { arrivals_max: 0, ..settings() }).await?;
    let contacts: Vec<String> = (0..count as u64).map(|number| (FIRST_CONTACT + number).to_string()).collect();
    let first = cluster.members[0].address;
    try_join_all(contacts.chunks(32).map(|some| all_heard(some, vec![first]))).await?;
    cluster.members[0].kill()?;
    let others: Vec<_> = cluster.members[1..].iter().map(|member| member.address).collect();
    let mut times: Vec<Duration> =
        join_all(contacts.iter().map(|contact| all_heard(std::slice::from_ref(contact), others.clone())))
            .await
            .into_iter()
            .collect::<Result<_>>()?;
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64();
    let mut line = format!(
        "takeover after a kill, {count} conversations: p50 {:.2} s, p90 {:.2} s, p99 {:.2} s, max {:.2} s\n",
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0)
    );
    for second in 0..=times.last().map_or(0, Duration::as_secs) {
        let within = times.iter().filter(|time| time.as_secs() == second).count();
        line.push_str(&format!("{second:>8} s {within:>6} {}\n", "▇".repeat((within * 50).div_ceil(count.max(1)))));
    }
    Ok(line)
}

/// These contacts write one after the other, at these nodes in turn; how long it took until all were heard.
async fn all_heard(contacts: &[String], nodes: Vec<SocketAddr>) -> Result<Duration> {
    let (since, diary) = (clock::instant(), diary());
    let mut poster = Poster::new(nodes[0], product::page(), diary);
    for contact in contacts {
        let mid = format!("m_{}", dice::new_id());
        let mut turn = 0;
        while poster.post_text(contact, &mid, product::ONE_REPLY).await != Some(200) {
            ensure!(since.elapsed() < HEARD_WITHIN, "{contact} was not heard within {HEARD_WITHIN:?}");
            turn += 1;
            poster.move_to(nodes[turn % nodes.len()]);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(since.elapsed())
}

// --- Subscriptions ---

/// Consoles on one node watch so many conversations; Redis is killed and comes back.
async fn subscriptions(plan: &Plan, count: usize) -> Result<String> {
    let mut cluster =
        Cluster::start_with(&Plan { nodes: 2, ..plan.clone() }, Settings { arrivals_max: 0, ..settings() }).await?;
    let contacts: Vec<String> = (0..count as u64).map(|number| (FIRST_CONTACT + number).to_string()).collect();
    let address = cluster.members[0].address;
    try_join_all(contacts.chunks(count.div_ceil(32).max(1)).map(|some| all_heard(some, vec![address]))).await?;
    let sql = cluster.postgres.connect().await?;
    let ids: Vec<String> =
        sql.query("SELECT id::text FROM conversation", &[]).await?.iter().map(|row| row.get(0)).collect();
    let cookie = sign_in(address, product::AGENT_EMAIL, product::AGENT_PASSWORD).await?;
    let watching = cluster.members[1].address;
    let mut consoles = Vec::new();
    for some in ids.chunks(WATCHED_EACH * CONSOLES_AT_ONCE) {
        let opening = some.chunks(WATCHED_EACH).map(|ids| watching_all(watching, cookie.clone(), ids));
        consoles.extend(try_join_all(opening).await?);
    }
    // Nobody reads a silent console, and nothing is lost by that here.
    cluster.redis.kill();
    let member = &cluster.members[1];
    wait(async || member.counter("switchboard_bus_up").await == 0.0).await?;
    cluster.redis.start_again();
    let since = clock::instant();
    wait(async || member.counter("switchboard_bus_up").await == 1.0).await?;
    let took = since.elapsed();
    let info: String = redis::cmd("INFO").arg("commandstats").query(&mut cluster.redis.connect())?;
    let calls = info.lines().find_map(|line| line.strip_prefix("cmdstat_ssubscribe:calls=")?.split(',').next());
    Ok(format!(
        "{} subscriptions of one node stood again {} ms after Redis was back, by {} commands",
        ids.len(),
        took.as_millis(),
        calls.unwrap_or("no")
    ))
}

/// A console that has seen each of these conversations.
async fn watching_all(node: SocketAddr, cookie: String, ids: &[String]) -> Result<ConsoleClient> {
    let mut console = ConsoleClient::new(node, cookie, diary());
    console.connect().await?;
    for id in ids {
        console.watch(id).await?;
        console.until(HEARD_WITHIN, |frame| matches!(frame, ConsoleFrame::Reset { .. })).await?;
    }
    Ok(console)
}

async fn wait(mut look: impl AsyncFnMut() -> bool) -> Result<()> {
    let since = clock::instant();
    while !look().await {
        ensure!(since.elapsed() < HEARD_WITHIN, "it did not happen within {HEARD_WITHIN:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}
