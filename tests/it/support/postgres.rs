//! A PostgreSQL of the tests' own, shared by all tests of a run; each test has a schema of its own in it.
//!
//! The first test that wants one starts it, on a free port, below the system's temporary directory; with nextest,
//! where every test is a process, the others find it there. A small guardian waits until nobody has used it for some
//! seconds, then stops and removes it, however the tests ended. The server keeps its durable settings: what is tested
//! is also what is measured. Only initdb does not wait for the disk, for if the machine fails, so does the test. It speaks
//! TLS to those who want it, as `localhost`, under an authority made for the occasion.

use std::fs::{self, File};
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use loadtest::servers::postgres::{programs, somebody};
use switchboard::dice;
use tokio_postgres::NoTls;

use super::certificates;

/// A user who needs a password; everybody else is let in.
pub const GUARDED: &str = "guarded";
pub const PASSWORD: &str = "correct-horse-battery";

const INSTALL: &str = "PostgreSQL is installed: apt-get install postgresql";
const START_MAX: Duration = Duration::from_secs(30);

/// What the guardian does: five quiet seconds, then nobody new, then away with it.
const GUARD: &str = r#"quiet=0
while [ "$quiet" -lt 5 ]; do
    sleep 1
    if flock -n -x "$USERS" true; then quiet=$((quiet + 1)); else quiet=0; fi
done
exec flock -x "$USERS" sh -c '
    pid=$(head -n 1 "$HOME_DIR/data/postmaster.pid" 2>/dev/null)
    [ -n "$pid" ] && kill -INT "$pid" 2>/dev/null
    while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    rm -rf "$HOME_DIR" "$USERS"'
"#;

/// An empty schema, and how to get there.
pub struct Schema {
    pub name: String,
    pub port: u16,
}

impl Schema {
    pub async fn fresh() -> Schema {
        let port = tokio::task::spawn_blocking(port).await.expect("a server");
        let schema = Schema { name: format!("t{}", dice::new_id().simple()), port };
        let sql = schema.superuser().await;
        sql.batch_execute(&format!("CREATE SCHEMA {}", schema.name)).await.expect("a schema");
        schema
    }

    pub fn url(&self) -> String {
        self.url_at(self.port)
    }

    /// The same by another port: a proxy's.
    pub fn url_at(&self, port: u16) -> String {
        self.url_of(&format!("127.0.0.1:{port}"), "postgres")
    }

    pub fn url_of(&self, hosts: &str, user: &str) -> String {
        format!("postgres://{user}@{hosts}/postgres?options=-csearch_path%3D{}", self.name)
    }

    /// A connection that may do everything, and sees this schema.
    pub async fn superuser(&self) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await.expect("a connection");
        tokio::spawn(connection);
        client
    }
}

/// The port of the run's server, started if need be. This process counts as a user of it until it ends.
fn port() -> u16 {
    static PORT: OnceLock<(u16, File)> = OnceLock::new();
    PORT.get_or_init(|| {
        let home = home();
        let users = home.with_extension("users");
        let using = use_it(&users).expect("a lock");
        let port = find_or_start(&home, &users).expect("a PostgreSQL");
        (port, using)
    })
    .0
}

fn home() -> PathBuf {
    let run = std::env::var("NEXTEST_RUN_ID").unwrap_or_else(|_| std::process::id().to_string());
    std::env::temp_dir().join(format!("switchboard-postgres-{run}"))
}

/// The certificate of the authority that has signed the server's.
pub fn authority() -> PathBuf {
    home().join("authority.crt")
}

/// A lock that others share, on a file that the guardian has not taken away meanwhile.
fn use_it(users: &Path) -> io::Result<File> {
    loop {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(users)?;
        file.lock_shared()?;
        if fs::metadata(users).is_ok_and(|there| file.metadata().is_ok_and(|ours| ours.ino() == there.ino())) {
            return Ok(file);
        }
    }
}

fn find_or_start(home: &Path, users: &Path) -> io::Result<u16> {
    fs::create_dir_all(home)?;
    let starting = File::options().read(true).write(true).create(true).truncate(false).open(home.join("starting"))?;
    starting.lock()?;
    let ready = home.join("port");
    if let Some(port) = fs::read_to_string(&ready).ok().and_then(|text| text.parse().ok()) {
        return Ok(port);
    }
    let port = start(home)?;
    guard(home, users)?;
    fs::write(ready, port.to_string())?;
    Ok(port)
}

/// Initialises a cluster and starts a server on it, as somebody who is not root.
fn start(home: &Path) -> io::Result<u16> {
    let data = home.join("data");
    let somebody = somebody();
    if let Some((user, group)) = somebody {
        chown(home, Some(user), Some(group))?;
    }
    let program = |name: &str| {
        let mut command = Command::new(programs().expect(INSTALL).join(name));
        command.current_dir(home).env("LC_ALL", "C").stdin(Stdio::null());
        if let Some((user, group)) = somebody {
            command.uid(user).gid(group);
        }
        command
    };
    let mut initdb = program("initdb");
    initdb.args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--pgdata"]);
    let made = initdb.arg(&data).output()?;
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    let doors = format!(
        "local all all trust\nhost all {GUARDED} all scram-sha-256\nhost all all 127.0.0.1/32 trust\nhost all all ::1/128 trust\n"
    );
    fs::write(data.join("pg_hba.conf"), doors)?;
    certify(home)?;
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let log = File::create(home.join("log"))?;
    let mut server = program("postgres");
    server.arg("-D").arg(&data).arg("-k").arg(home).arg("-p").arg(port.to_string());
    for setting in ["listen_addresses=127.0.0.1,::1", "max_connections=400", "shared_buffers=64MB", "ssl=on"] {
        server.arg("-c").arg(setting);
    }
    server.arg("-c").arg(format!("ssl_cert_file={}", home.join("server.crt").display()));
    server.arg("-c").arg(format!("ssl_key_file={}", home.join("server.key").display()));
    server.stdout(log.try_clone()?).stderr(log).process_group(0).spawn()?;
    let begun = std::time::Duration::from_millis(50);
    for _ in 0..START_MAX.as_millis() / begun.as_millis() {
        if command_line(home, port, "SELECT 1") {
            let guarded = format!("CREATE ROLE {GUARDED} LOGIN SUPERUSER PASSWORD '{PASSWORD}'");
            assert!(command_line(home, port, &guarded), "a role");
            return Ok(port);
        }
        std::thread::sleep(begun);
    }
    panic!("PostgreSQL does not start: {}", fs::read_to_string(home.join("log")).unwrap_or_default());
}

/// A server reads its key only if it is its own.
fn certify(home: &Path) -> io::Result<()> {
    certificates::make(home)?;
    match somebody() {
        Some((user, group)) => chown(home.join("server.key"), Some(user), Some(group)),
        None => Ok(()),
    }
}

fn command_line(home: &Path, port: u16, sql: &str) -> bool {
    let mut psql = Command::new(programs().expect(INSTALL).join("psql"));
    psql.arg("-h").arg(home).arg("-p").arg(port.to_string()).args(["-U", "postgres", "-d", "postgres", "-qc", sql]);
    psql.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    psql.status().is_ok_and(|status| status.success())
}

fn guard(home: &Path, users: &Path) -> io::Result<()> {
    let mut guardian = Command::new("sh");
    guardian.args(["-c", GUARD]).env("USERS", users).env("HOME_DIR", home).current_dir("/");
    guardian.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    guardian.spawn().map(drop)
}
