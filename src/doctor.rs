//! What is wrong with an installation, in words, before its users find out.
//!
//! Looks and touches nothing but an empty file in the data directory, which it removes, and a key in Redis that lives for a
//! second. It may run beside a serving process.

mod mail;
mod shared_database;
mod webhooks;

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use url::Url;

use crate::adapters::redis;
use crate::adapters::sqlite::{FILE_NAME, FORMAT, LOCK_FILE_NAME};
use crate::bots;
use crate::config::{Config, Database, warnings};
use crate::domain::time::Timestamp;
use crate::machine;
use crate::ports::clock::Clock;

const FREE_BYTES_LOW: u64 = 1024 * 1024 * 1024;
const FREE_BYTES_NONE: u64 = 32 * 1024 * 1024;
const OPEN_FILES_MIN: u64 = 4096;
const PATIENCE: Duration = Duration::from_secs(3);
/// 2026-01-01: no clock that is right shows less.
const THIS_CODE_WAS_WRITTEN: Timestamp = Timestamp(1_767_225_600_000);
/// 2100-01-01.
const NOBODY_LIVES_THEN: Timestamp = Timestamp(4_102_444_800_000);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Ok,
    Warn,
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub level: Level,
    pub what: String,
    /// What to do about it; empty if it is fine.
    pub fix: String,
}

impl Finding {
    fn ok(what: impl Into<String>) -> Self {
        Self { level: Level::Ok, what: what.into(), fix: String::new() }
    }

    fn warn(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { level: Level::Warn, what: what.into(), fix: fix.into() }
    }

    fn bad(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { level: Level::Bad, what: what.into(), fix: fix.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Ok => "ok  ",
            Level::Warn => "warn",
            Level::Bad => "BAD ",
        };
        write!(out, "{level}  {}", self.what)?;
        if !self.fix.is_empty() {
            write!(out, "\n      {}", self.fix)?;
        }
        Ok(())
    }
}

/// Sends a letter to this address, and says what the mail server said.
pub fn send_letter(config: &Config, address: &str, clock: &dyn Clock) -> Finding {
    mail::send_to(config, address, clock.now())
}

/// Looks at everything.
pub fn doctor(config: &Config, clock: &dyn Clock) -> Vec<Finding> {
    let mut findings =
        vec![Finding::ok(format!("The configuration can be read; {}.", count(config.accounts.len(), "account")))];
    findings.extend(warnings(config).into_iter().map(|warning| Finding::warn(warning, "")));
    match &config.database {
        Database::Embedded => {
            findings.extend(data_dir(&config.data_dir));
            findings.extend(free_space(&config.data_dir));
            findings.push(database(config));
        }
        Database::Postgres(url) => findings.extend(shared_database::findings(url.expose(), clock)),
    }
    findings.extend(redis(config, clock.now()));
    findings.extend(bots(config));
    findings.push(open_files(machine::open_files_max()));
    findings.push(port(config.listen));
    findings.push(time(clock.now()));
    findings.extend(providers(config));
    findings.push(mail::finding(config));
    findings.extend(public_url(config));
    findings.extend(webhooks::findings(config));
    findings
}

fn data_dir(dir: &Path) -> Vec<Finding> {
    let shown = dir.display();
    let mut findings = Vec::new();
    if machine::file_system(dir).is_some_and(|kind| kind.is_on_a_network()) {
        let fix = "Choose a directory on a local disk: SQLite's locks do not hold over a network.";
        findings.push(Finding::bad(format!("The data directory {shown} is on a network file system."), fix));
    }
    if !dir.exists() {
        findings.push(Finding::ok(format!("The data directory {shown} does not exist yet; the first start makes it.")));
        return findings;
    }
    let probe = dir.join(format!(".doctor-{}", std::process::id()));
    let written = File::create(&probe).and_then(|mut file| file.write_all(b"doctor"));
    let _ = std::fs::remove_file(&probe);
    findings.push(match written {
        Ok(()) => Finding::ok(format!("The data directory {shown} can be written.")),
        Err(error) => {
            let fix = "Give the directory to the user that runs switchboard, or choose another with --data-dir.";
            Finding::bad(format!("The data directory {shown} cannot be written: {error}."), fix)
        }
    });
    findings
}

fn free_space(dir: &Path) -> Option<Finding> {
    let free = machine::free_bytes(dir)?;
    let what = format!("{} MiB are free for the data directory.", free / (1024 * 1024));
    Some(match free {
        free if free < FREE_BYTES_NONE => {
            Finding::bad(what, "Free some space now: messages cannot be accepted without it.")
        }
        free if free < FREE_BYTES_LOW => Finding::warn(what, "Free some space soon; at least 1 GiB is comfortable."),
        _ => Finding::ok(what),
    })
}

fn database(config: &Config) -> Finding {
    let path = config.data_dir.join(FILE_NAME);
    if !path.exists() {
        return Finding::ok("There is no database yet; the first start makes it.");
    }
    let format = match format_of(&path) {
        Ok(format) => format,
        Err(error) => {
            let fix =
                "If the file is damaged, restore the last backup; if it is not ours, choose another data directory.";
            return Finding::bad(format!("The database {} cannot be read: {error}.", path.display()), fix);
        }
    };
    if format > FORMAT as i64 {
        let what = format!("The database has format {format}; this version knows formats up to {FORMAT}.");
        return Finding::bad(what, "Install the newer version again: a database does not go back.");
    }
    match holder(&config.data_dir) {
        Some(pid) => Finding::ok(format!("The database has format {format}; process {pid} is using it.")),
        None => Finding::ok(format!("The database has format {format}; nobody is using it.")),
    }
}

/// What a node would say when it starts, except whether another installation is there: only the database knows ours.
fn redis(config: &Config, now: Timestamp) -> Vec<Finding> {
    let Some(url) = &config.redis else { return Vec::new() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let troubles = match runtime {
        Ok(runtime) => runtime.block_on(redis::look(url.expose(), None, now)),
        Err(error) => return vec![Finding::bad(format!("Redis cannot be looked at: {error}."), "")],
    };
    if troubles.is_empty() {
        return vec![Finding::ok("Redis can be reached and is set up as it should be.")];
    }
    let found = |trouble: redis::Trouble| match trouble.fatal {
        true => Finding::bad(trouble.what, trouble.fix),
        false => Finding::warn(trouble.what, trouble.fix),
    };
    troubles.into_iter().map(found).collect()
}

fn format_of(database: &Path) -> rusqlite::Result<i64> {
    let sql =
        Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    sql.busy_timeout(PATIENCE)?;
    sql.query_row("SELECT count(*) FROM sqlite_master", (), |_| Ok(()))?;
    sql.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// The process that holds the lock beside the database.
fn holder(dir: &Path) -> Option<String> {
    let mut file = File::open(dir.join(LOCK_FILE_NAME)).ok()?;
    if !matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) {
        return None;
    }
    let mut pid = String::new();
    let _ = (&mut file).take(20).read_to_string(&mut pid);
    Some(if pid.trim().is_empty() { "of an unknown number".to_owned() } else { pid.trim().to_owned() })
}

fn bots(config: &Config) -> Vec<Finding> {
    match bots::load(config) {
        Ok(bots) if bots.is_empty() && config.accounts.is_empty() => {
            vec![Finding::ok("There are no bots, and no account wants one.")]
        }
        Ok(bots) => {
            let names: Vec<&str> = bots.iter().map(|bot| bot.id.as_str()).collect();
            let read = Finding::ok(format!("{} can be read: {}.", count(bots.len(), "bot file"), names.join(", ")));
            std::iter::once(read).chain(bots_without_file(config, &names)).collect()
        }
        Err(errors) => errors.into_iter().map(|error| Finding::bad(format!("A bot is wrong: {error}"), "")).collect(),
    }
}

/// They may have been published otherwise; only the store knows.
fn bots_without_file(config: &Config, files: &[&str]) -> Vec<Finding> {
    let without = config.accounts.iter().filter(|account| !files.contains(&account.bot.as_str()));
    let warn = |account: &crate::config::Account| {
        let what = format!("The bot {} of the account {} has no file.", account.bot, account.id);
        Finding::warn(what, "That is fine if it was published with `switchboard bot publish`; else the start refuses.")
    };
    without.map(warn).collect()
}

fn open_files(max: Option<u64>) -> Finding {
    match max {
        None => Finding::ok("Any number of files and sockets may be open."),
        Some(max) if max >= OPEN_FILES_MIN => Finding::ok(format!("{max} files and sockets may be open.")),
        Some(max) => {
            let fix = format!(
                "Each visitor and agent needs one. Allow at least {OPEN_FILES_MIN} (ulimit -n, or LimitNOFILE= for systemd)."
            );
            Finding::warn(format!("Only {max} files and sockets may be open."), fix)
        }
    }
}

fn port(listen: SocketAddr) -> Finding {
    if listen.port() == 0 {
        return Finding::ok("Any free port will be taken.");
    }
    match TcpListener::bind(listen) {
        Ok(_) => Finding::ok(format!("{listen} is free.")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => match ask_ready(listen) {
            Some(200) => Finding::ok(format!("A switchboard is answering at {listen} and is ready.")),
            Some(503) => Finding::warn(format!("A server at {listen} says it is not ready."), "Look into its log."),
            _ => Finding::bad(
                format!("Another program uses {listen}."),
                "Stop it, or choose another address in `listen`.",
            ),
        },
        Err(error) => {
            Finding::bad(format!("{listen} cannot be used: {error}."), "Choose an address of this machine in `listen`.")
        }
    }
}

/// The status that `/health/ready` answers there; none if nobody does.
pub fn ask_ready(listen: SocketAddr) -> Option<u16> {
    let address = match listen.ip().is_unspecified() {
        true if listen.is_ipv4() => SocketAddr::from(([127, 0, 0, 1], listen.port())),
        true => SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], listen.port())),
        false => listen,
    };
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let question = format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(question.as_bytes()).ok()?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).ok()?;
    std::str::from_utf8(&head).ok()?.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

fn time(now: Timestamp) -> Finding {
    let fix = "Set the clock and keep it right with NTP: pauses and deadlines follow it.";
    match now {
        now if now < THIS_CODE_WAS_WRITTEN => Finding::bad("The clock of this machine is in the past.", fix),
        now if now > NOBODY_LIVES_THEN => Finding::bad("The clock of this machine is in the far future.", fix),
        _ => Finding::ok("The clock of this machine is plausible."),
    }
}

fn providers(config: &Config) -> Vec<Finding> {
    let mut bases: Vec<&str> = config.accounts.iter().filter_map(|account| account.kind.api_base()).collect();
    bases.sort_unstable();
    bases.dedup();
    bases
        .into_iter()
        .map(|base| reach(base, "The provider at", "Messages wait until it can be. Look at DNS, firewall and proxy."))
        .collect()
}

fn public_url(config: &Config) -> Option<Finding> {
    let url = config.public_url.as_deref()?;
    let fix = "If a proxy serves it and only others can see it, this is fine; else look at DNS and the proxy.";
    Some(reach(url, "The public address", fix))
}

fn reach(url: &str, name: &str, fix: &str) -> Finding {
    match connect(url) {
        Ok(()) => Finding::ok(format!("{name} {url} can be reached.")),
        Err(why) => Finding::warn(format!("{name} {url} cannot be reached: {why}."), fix),
    }
}

/// Opens a connection, trying all addresses within [`PATIENCE`]. Looking the name up may take as long again.
fn connect(url: &str) -> Result<(), String> {
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let (answer, answered) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        answer.send((host.as_str(), port).to_socket_addrs().map(|found| found.collect::<Vec<_>>()))
    });
    let found = answered.recv_timeout(PATIENCE).map_err(|_| "its name was not found in time".to_owned())?;
    let addresses = found.map_err(|error| format!("its name was not found ({error})"))?;
    let patience = PATIENCE / addresses.len().max(1) as u32;
    let mut why = "its name has no address".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(&address, patience) {
            Ok(_) => return Ok(()),
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}

fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};
    use crate::ports::clock::ManualClock;

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    fn config(dir: &Path) -> Config {
        let (data_dir, listen) = (Some(dir.display().to_string()), Some("127.0.0.1:0".to_owned()));
        load(&Sources { demo: true, data_dir, listen, ..Sources::default() }).expect("a configuration")
    }

    fn worst(findings: &[Finding]) -> Vec<String> {
        findings.iter().filter(|finding| finding.level == Level::Bad).map(|finding| finding.what.clone()).collect()
    }

    #[test]
    fn a_fresh_installation_is_not_bad() {
        let dir = tempfile::tempdir().expect("a directory");
        let findings = doctor(&config(&dir.path().join("not-yet")), &ManualClock::at(NOW));
        assert_eq!(worst(&findings), Vec::<String>::new());
    }

    #[test]
    fn a_database_of_a_newer_version_is_bad() {
        let dir = tempfile::tempdir().expect("a directory");
        let config = config(dir.path());
        let sql = Connection::open(config.data_dir.join(FILE_NAME)).expect("a database");
        sql.pragma_update(None, "user_version", FORMAT as i64 + 1).expect("written");
        assert_eq!(database(&config).level, Level::Bad);
        sql.pragma_update(None, "user_version", FORMAT as i64).expect("written");
        assert_eq!(database(&config), Finding::ok(format!("The database has format {FORMAT}; nobody is using it.")));
    }

    #[test]
    fn a_database_in_use_names_the_process() {
        let dir = tempfile::tempdir().expect("a directory");
        let config = config(dir.path());
        Connection::open(config.data_dir.join(FILE_NAME))
            .and_then(|sql| sql.pragma_update(None, "user_version", 1))
            .expect("a database");
        let mut lock = File::create(dir.path().join("switchboard.lock")).expect("a lock");
        lock.write_all(b"4711").expect("written");
        lock.try_lock().expect("locked");
        assert_eq!(database(&config), Finding::ok("The database has format 1; process 4711 is using it."));
    }

    #[test]
    fn a_file_that_is_no_database_is_bad() {
        let dir = tempfile::tempdir().expect("a directory");
        let config = config(dir.path());
        std::fs::write(
            config.data_dir.join(FILE_NAME),
            "this is not a database, it only says so in many more words than fit".repeat(20),
        )
        .expect("written");
        let found = database(&config);
        assert_eq!(found.level, Level::Bad, "{found}");
    }

    #[test]
    fn a_port_in_use_by_a_stranger_is_bad_and_by_us_is_fine() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let answers = ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 503 Busy\r\n\r\n", "220 mail.example\r\n"];
        let server = std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().expect("a caller");
                let _asked = stream.read(&mut [0; 512]).expect("a request");
                stream.write_all(answer.as_bytes()).expect("answered");
            }
            listener
        });
        let levels: Vec<Level> = answers.iter().map(|_| port(address).level).collect();
        assert_eq!(levels, [Level::Ok, Level::Warn, Level::Bad]);
        drop(server.join());
        assert_eq!(port(address), Finding::ok(format!("{address} is free.")));
    }

    #[test]
    fn a_provider_that_cannot_be_reached_is_only_a_warning() {
        let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
        let found = reach(&format!("http://{closed}"), "The provider at", "Wait.");
        assert_eq!((found.level, found.fix.as_str()), (Level::Warn, "Wait."));
    }

    #[test]
    fn few_open_files_and_a_wrong_clock_are_noticed() {
        assert_eq!(open_files(Some(1024)).level, Level::Warn);
        assert_eq!(open_files(None).level, Level::Ok);
        assert_eq!(time(Timestamp(0)).level, Level::Bad);
        assert_eq!(time(NOW).level, Level::Ok);
    }
}
