//! The configuration: read once, checked once, then plain values.
//!
//! Defaults, their units, limits and reasons stand in one place, `switchboard.toml`, which is built in as the lowest
//! layer ([`layers`]). Reading notes every problem and reports all of them together. What is legal but dangerous is a
//! warning: `serve` logs them, `doctor` prints them.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use figment::value::{Dict, Value};
use ipnet::IpNet;

use crate::machine;
use crate::ports::alert::{MailSecurity, MailServer};

pub mod accounts;
mod layers;
mod mail;
pub mod origins;
pub mod outside;
pub mod secret;
mod table;
#[cfg(test)]
mod tests;
mod uploads;

pub use accounts::{Account, Instagram, Kind, Messenger, Others, Sms, Telegram, Webchat, WhatsApp};
pub use layers::{DEFAULTS, Sources};
pub use mail::Letters;
pub use outside::{Outside, Pictures, Shared};
pub use secret::Secret;
pub use table::Problem;
use table::{Report, Table};
pub use uploads::Uploads;

/// An echo takes a few seconds; whoever waits less sends twice.
const RECONCILE_COMFORTABLE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub listen: SocketAddr,
    pub database: Database,
    pub data_dir: PathBuf,
    /// Scheme and host (and port), without a slash at the end.
    pub public_url: Option<String>,
    /// Proxies whose word is taken for where a request comes from, beside those on this machine.
    pub proxies: Vec<IpNet>,
    pub bots: BotSource,
    /// Where the nodes of an installation meet; none: this one is alone.
    pub redis: Option<Secret>,
    /// What tells this node from the others, over restarts.
    pub node_name: Option<String>,
    pub log: String,
    pub log_format: LogFormat,
    /// At least one.
    pub workers: usize,
    /// At least one.
    pub shards: usize,
    pub limits: Limits,
    /// Without one, alerts are shown as failed.
    pub smtp: Option<MailServer>,
    pub letters: Letters,
    pub outside: Outside,
    pub pictures: Pictures,
    pub uploads: Uploads,
    pub accounts: Vec<Account>,
    pub demo: bool,
}

/// Where everything is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A SQLite database in the data directory.
    Embedded,
    /// A PostgreSQL database, by its address. The address may hold a password.
    Postgres(Secret),
}

/// Where bots come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotSource {
    /// A directory of JSON files.
    pub directory: Option<PathBuf>,
    /// The sample that is built in is there too, unless the directory has a bot of its name.
    pub sample: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// How much, and how long. `switchboard.toml` says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub conversations_max: usize,
    pub conversation_queue_max: usize,
    pub outbox_bytes_max: usize,
    pub frame_bytes_max: usize,
    pub body_bytes_max: usize,
    pub sender_queue_max: usize,
    pub polls_max: usize,
    pub passivate_after: Duration,
    pub session_lasts: Duration,
    pub send_timeout: Duration,
    pub reconcile_after: Duration,
    pub failed_kept: Duration,
    pub subscription_look: Duration,
}

/// Everything that is wrong, a line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the configuration has {}:", if self.0.len() == 1 { "a problem" } else { "problems" })?;
        self.0.iter().try_for_each(|problem| write!(out, "\n  {problem}"))
    }
}

impl std::error::Error for Problems {}

/// Reads the configuration.
pub fn load(sources: &Sources) -> Result<Config, Problems> {
    let layers = layers::stack(sources).map_err(|problem| Problems(vec![problem]))?;
    let report = Report { figment: &layers.figment, problems: Default::default() };
    let config = read(sources, &layers, &report);
    match (config, report.problems.into_inner()) {
        (Some(config), problems) if problems.is_empty() => Ok(config),
        (_, problems) => Err(Problems(problems)),
    }
}

fn read(sources: &Sources, layers: &layers::Layers, report: &Report<'_>) -> Option<Config> {
    let values = match layers.figment.find_value("") {
        Ok(Value::Dict(_, values)) => values,
        _ => Dict::new(),
    };
    let mut root = Table::new(report, "", "configuration".to_owned(), values);
    let listen = root.read("listen", listen);
    let database = root.secret_of("database", database);
    let data_dir = root.read("data_dir", path);
    let public_url = root.optional("public_url", public_url);
    let proxies = proxies(&mut root);
    let bots = root.read("bots", path);
    let redis = root.has("redis").then(|| root.secret("redis")).flatten();
    if redis.is_some() && database == Some(Database::Embedded) {
        let fix = "several nodes share a PostgreSQL database: set database = \"postgres://…\", or take redis out";
        report.add(Problem::whole("redis", fix));
    }
    let node_name = root.optional("node_name", node_name);
    let log = root.read("log", log);
    let log_format = root.read("log_format", log_format);
    let workers = or_if_zero(root.number("workers", 0..=1024), machine::half_the_cores());
    let shards = or_if_zero(root.number("shards", 0..=1024), machine::half_the_cores());
    let limits = limits(root.table("limits"));
    let (smtp, letters) = mail::read(root.table("smtp"));
    let outside = outside::read(root.table("outside"), report);
    let pictures = outside::pictures(root.table("pictures"));
    let uploads = uploads::read(root.table("uploads"));
    let defaults = accounts::Defaults::read(&mut root);
    let mut accounts = accounts::read(&mut root, report, layers, &defaults);
    root.finish();
    let demo = accounts::demo();
    if sources.demo && accounts.iter().all(|account| account.id != demo.id) {
        accounts.push(demo);
    }
    let directory = bots.filter(|_| !sources.demo || sources.file().is_some());
    Some(Config {
        listen: listen?,
        database: database?,
        data_dir: data_dir?,
        public_url,
        proxies,
        bots: BotSource { directory, sample: sources.demo },
        redis,
        node_name,
        log: log?,
        log_format: log_format?,
        workers,
        shards,
        limits,
        smtp,
        letters,
        outside,
        pictures,
        uploads,
        accounts,
        demo: sources.demo,
    })
}

fn limits(mut table: Table<'_>) -> Limits {
    const MIB: u64 = 1024 * 1024;
    let seconds = Duration::from_secs;
    let limits = Limits {
        conversations_max: table.number("conversations_max", 1..=10_000_000) as usize,
        conversation_queue_max: table.number("conversation_queue_max", 1..=1_000_000) as usize,
        outbox_bytes_max: table.number("outbox_bytes_max", 4096..=64 * MIB) as usize,
        frame_bytes_max: table.number("frame_bytes_max", 1024..=16 * MIB) as usize,
        body_bytes_max: table.number("body_bytes_max", 1024..=64 * MIB) as usize,
        sender_queue_max: table.number("sender_queue_max", 1..=1_000_000) as usize,
        polls_max: table.number("polls_max", 1..=1_000_000) as usize,
        passivate_after: seconds(table.number("passivate_after_s", 1..=86_400)),
        session_lasts: seconds(table.number("session_days", 1..=365) * 24 * 60 * 60),
        send_timeout: seconds(table.number("send_timeout_s", 1..=120)),
        reconcile_after: seconds(table.number("reconcile_s", 1..=3600)),
        failed_kept: seconds(table.number("failed_days", 1..=3650) * 24 * 60 * 60),
        subscription_look: seconds(table.number("subscription_look_s", 1..=86_400)),
    };
    table.finish();
    limits
}

impl Config {
    /// Where people find us: for links.
    pub fn base_url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen))
    }

    /// Whether cookies may demand https.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }
}

/// What is legal and probably not wanted, in words.
pub fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = Vec::new();
    let public = !config.listen.ip().is_loopback();
    if public && !config.is_https() {
        warnings.push(format!(
            "listen = {:?} can be reached from other machines, but public_url is not https: passwords and conversations travel \
             in the clear. Put a proxy that speaks TLS in front and set public_url to its https address.",
            config.listen.to_string()
        ));
    }
    if public && config.demo {
        warnings.push("--demo on an address that other machines can reach: everybody may chat with it.".to_owned());
    }
    if config.database == Database::Embedded
        && machine::file_system(&config.data_dir).is_some_and(|kind| kind.is_in_memory())
    {
        warnings.push(format!(
            "data_dir = {:?} is in memory: a restart of the machine forgets every conversation. Choose a directory on a disk.",
            config.data_dir.display().to_string()
        ));
    }
    if config.database != Database::Embedded && config.redis.is_none() {
        let fix = "Set redis before you start a second one; without it, two would take conversations from each other.";
        warnings.push(format!("database is shared, but redis is not set: only one process may serve from it. {fix}"));
    }
    if config.limits.reconcile_after < RECONCILE_COMFORTABLE {
        warnings.push(format!(
            "limits.reconcile_s = {}: echoes often take longer, and then contacts get messages twice. Leave it at 30.",
            config.limits.reconcile_after.as_secs()
        ));
    }
    if let Some(smtp) = &config.smtp
        && smtp.security == MailSecurity::Plain
        && smtp.sign_in.is_some()
        && !is_loopback(&format!("smtp://{}", smtp.host))
    {
        let fix = "Use \"starttls\" or \"tls\".";
        warnings.push(format!("smtp.security = \"plain\": the password for {} travels in the clear. {fix}", smtp.host));
    }
    warnings.extend(config.accounts.iter().filter_map(account_warning));
    warnings
}

fn account_warning(account: &Account) -> Option<String> {
    if let Some(base) = account.kind.api_base().filter(|base| !base.starts_with("https://") && !is_loopback(base)) {
        let id = &account.id;
        return Some(format!(
            "account {id}: api_base = {base:?} is not https, so its token travels in the clear. Use https."
        ));
    }
    match &account.kind {
        Kind::Webchat(webchat) if webchat.origins.allow_everyone() => Some(format!(
            "account {}: origins contains \"*\", so any website may show this chat as its own. Name your websites.",
            account.id
        )),
        _ => None,
    }
}

fn is_loopback(address: &str) -> bool {
    match url::Url::parse(address).ok().and_then(|url| url.host().map(|host| host.to_owned())) {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn or_if_zero(number: u64, default: usize) -> usize {
    if number == 0 { default } else { number as usize }
}

fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "this is not an address and a port. Write it like \"127.0.0.1:8080\"".to_owned())
}

fn database(text: &str) -> Result<Database, String> {
    match text.trim() {
        "" | "sqlite" => Ok(Database::Embedded),
        url if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Ok(Database::Postgres(Secret::new(url)))
        }
        _ => Err("this is \"sqlite\", or an address like \"postgres://user:password@host:5432/name\"".to_owned()),
    }
}

fn path(text: &str) -> Result<PathBuf, String> {
    if text.trim().is_empty() { Err("this must name a directory".to_owned()) } else { Ok(PathBuf::from(text)) }
}

fn node_name(text: &str) -> Result<String, String> {
    let fits = !text.trim().is_empty() && text.chars().count() <= 100;
    if fits { Ok(text.to_owned()) } else { Err("a node's name has 1 to 100 characters".to_owned()) }
}

fn public_url(text: &str) -> Result<String, String> {
    origins::origin(text).map_err(|why| format!("{why}. Write it like \"https://chat.example.org\""))
}

fn proxies(root: &mut Table<'_>) -> Vec<IpNet> {
    let Some((words, value)) = root.list("proxies") else { return Vec::new() };
    let mut proxies = Vec::new();
    for word in words.iter().filter(|word| !word.is_empty()) {
        match word.parse().or_else(|_| word.parse().map(|address: IpAddr| address.into())) {
            Ok(network) => proxies.push(network),
            Err(_) => {
                root.wrong("proxies", &value, format!("“{word}” is neither an address nor a network like 10.0.0.0/24"));
            }
        }
    }
    proxies
}

fn log(text: &str) -> Result<String, String> {
    let filter = tracing_subscriber::EnvFilter::builder().parse(text);
    let words = "Write error, warn, info, debug or trace, or per module, such as \"info,switchboard::edge=debug\"";
    filter.map(|_| text.to_owned()).map_err(|_| format!("this is not a log filter. {words}"))
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("the formats are \"text\" and \"json\"".to_owned()),
    }
}
