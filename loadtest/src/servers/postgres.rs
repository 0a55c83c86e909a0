//! A PostgreSQL server of one's own, in a temporary directory, on a free port, with its durable settings.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use crate::process::{self, Signal};
use crate::{clock, product};

const START_MAX: Duration = Duration::from_secs(30);
const SETTINGS: [&str; 5] =
    ["listen_addresses=127.0.0.1", "max_connections=200", "shared_buffers=128MB", "ssl=off", "log_min_messages=fatal"];

/// A server. Dropping it ends it at once.
pub struct Postgres {
    pub address: SocketAddr,
    child: Child,
    dir: TempDir,
}

impl Postgres {
    /// Makes an empty database and serves it.
    pub async fn start() -> Result<Self> {
        let dir = TempDir::with_prefix("switchboard-postgres-")?;
        if let Some((user, group)) = somebody() {
            chown(dir.path(), Some(user), Some(group))?;
        }
        // Only the making does not wait for the disk: if the machine fails, so does the test.
        let mut initdb = program(dir.path(), "initdb")?;
        initdb.args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--pgdata"]);
        let made = initdb.arg(dir.path().join("data")).output().context("cannot run initdb")?;
        ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let address = product::free_port()?;
        let server = Self { address, child: spawn(dir.path(), address)?, dir };
        server.wait().await?;
        Ok(server)
    }

    /// For a node that reaches it at `address`: a proxy's, or its own.
    pub fn url_at(address: SocketAddr) -> String {
        format!("postgres://postgres@{address}/postgres")
    }

    pub fn url(&self) -> String {
        Self::url_at(self.address)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A connection that may do everything.
    pub async fn connect(&self) -> Result<Client> {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// The server and its connections stand still.
    pub fn freeze(&self) -> Result<()> {
        self.signal_all(Signal::STOP)
    }

    pub fn thaw(&self) -> Result<()> {
        self.signal_all(Signal::CONT)
    }

    /// Ends without a checkpoint, as after a crash, and comes back by recovery.
    pub async fn crash_and_start_again(&mut self) -> Result<()> {
        process::signal_group(self.pid(), Signal::QUIT)?;
        self.child.wait()?;
        self.child = spawn(self.dir.path(), self.address)?;
        self.wait().await
    }

    /// CPU time of the server and all its connections.
    pub fn cpu_time(&self) -> Duration {
        self.processes().into_iter().filter_map(|pid| process::cpu_time(pid).ok()).sum()
    }

    /// Its connections are groups of their own, so a signal to its group would not reach them.
    fn signal_all(&self, signal: Signal) -> Result<()> {
        for pid in self.processes() {
            // One that has just ended stands still enough.
            let _ = process::signal(pid, signal);
        }
        Ok(())
    }

    fn processes(&self) -> Vec<u32> {
        let task = format!("/proc/{0}/task/{0}/children", self.pid());
        let children = fs::read_to_string(task).unwrap_or_default();
        let children = children.split_whitespace().filter_map(|pid| pid.parse().ok());
        std::iter::once(self.pid()).chain(children).collect()
    }

    async fn wait(&self) -> Result<()> {
        let until = clock::instant() + START_MAX;
        while let Err(error) = self.connect().await {
            if clock::instant() > until {
                let log = fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
                bail!("PostgreSQL does not start: {error}\n{log}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.thaw();
        let _ = process::signal_group(self.pid(), Signal::QUIT);
        let _ = self.child.wait();
    }
}

fn spawn(home: &Path, address: SocketAddr) -> Result<Child> {
    let log = File::options().create(true).append(true).open(home.join("log"))?;
    let mut server = program(home, "postgres")?;
    server.arg("-D").arg(home.join("data")).arg("-k").arg(home).arg("-p").arg(address.port().to_string());
    for setting in SETTINGS {
        server.arg("-c").arg(setting);
    }
    server.stdout(log.try_clone()?).stderr(log).process_group(0);
    server.spawn().context("cannot start PostgreSQL")
}

fn program(home: &Path, name: &str) -> Result<Command> {
    let programs = programs().context("PostgreSQL is not installed: apt-get install postgresql")?;
    let mut command = Command::new(programs.join(name));
    command.current_dir(home).env("LC_ALL", "C").stdin(Stdio::null());
    if let Some((user, group)) = somebody() {
        command.uid(user).gid(group);
    }
    Ok(command)
}

/// The newest PostgreSQL that Debian has installed.
pub fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let bins = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists());
    bins.max_by_key(|bin| version_of(bin))
}

fn version_of(bin: &Path) -> u32 {
    let name = bin.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    name.and_then(|name| name.parse().ok()).unwrap_or(0)
}

/// Whom root becomes, for PostgreSQL refuses to serve as root: user and group.
pub fn somebody() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let passwd = fs::read_to_string("/etc/passwd").ok()?;
    let of = |name: &str| {
        let line = passwd.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    of("postgres").or_else(|| of("nobody"))
}
