//! Everything this crate assumes about the `switchboard` program, in one file: its command line, its
//! configuration, its routes, its sample bot.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::messenger::Page;

/// Answers 200 when the server takes work.
pub const READY: &str = "/health/ready";
/// Prometheus text.
pub const METRICS: &str = "/metrics";
/// Sign-in: JSON with `email` and `password` in, a cookie out.
pub const SESSION: &str = "/api/v1/session";
/// The cookie of a signed-in agent.
pub const COOKIE: &str = "switchboard_session";
/// The console's websocket.
pub const CONSOLE_SOCKET: &str = "/console/socket";
/// The widget's websocket, for one account.
pub const WEBCHAT_SOCKET: &str = "/webchat/socket?account=";

pub const PAGE_ACCOUNT: &str = "page-1";
pub const PAGE_ID: &str = "102938475610293";
pub const APP_SECRET: &str = "example-app-secret-1";
pub const PAGE_TOKEN: &str = "example-page-access-token";
pub const VERIFY_TOKEN: &str = "my-verify-token";
pub const WEBCHAT_ACCOUNT: &str = "web-1";

pub const AGENT_NAME: &str = "Ana";
pub const AGENT_EMAIL: &str = "ana@example.org";
pub const AGENT_PASSWORD: &str = "correct horse battery staple";

/// The sample bot says exactly one thing to this.
pub const ONE_REPLY: &str = "hours";
/// The sample bot hands off, urgently, on this.
pub const URGENT: &str = "I had an accident";
/// Waiting for a person, the contact returns to the bot with exactly this.
pub const BACK: &str = "back";

/// The page of the sample configuration.
pub fn page() -> Page {
    Page::new(PAGE_ID, APP_SECRET)
}

/// A `switchboard` program with a configuration and a data directory.
#[derive(Debug, Clone)]
pub struct Product {
    pub bin: PathBuf,
    pub config: PathBuf,
    pub data: PathBuf,
    pub listen: SocketAddr,
    /// The address of a PostgreSQL database; none: SQLite, in `data`.
    pub database: Option<String>,
    /// One of several nodes: where they meet, and its name.
    pub cluster: Option<(String, String)>,
    /// More of its environment.
    pub environment: Vec<(String, String)>,
}

/// What a sample configuration may differ in.
#[derive(Debug, Clone)]
pub struct Tuning {
    pub sends_per_second: u32,
    /// Seconds an uncertain message waits for its echo.
    pub reconcile_s: u32,
    /// How long an agent's take over silences the bots, if not as the bots say.
    pub pause_minutes: Option<u32>,
    /// More lines below `[limits]`.
    pub limits: String,
}

impl Default for Tuning {
    /// No limit is felt, and uncertain messages are settled within a drill, not after it.
    fn default() -> Self {
        Self { sends_per_second: 100_000, reconcile_s: 3, pause_minutes: None, limits: String::new() }
    }
}

impl Product {
    /// Writes the sample configuration into `dir` and chooses a free port.
    pub fn set_up(bin: &Path, bots: &Path, dir: &Path, provider: SocketAddr) -> Result<Self> {
        Self::set_up_as(bin, bots, dir, provider, &Tuning::default())
    }

    /// The same with some things different.
    pub fn set_up_as(bin: &Path, bots: &Path, dir: &Path, provider: SocketAddr, tuning: &Tuning) -> Result<Self> {
        let bin = bin.canonicalize().with_context(|| format!("no program at {}", bin.display()))?;
        let bots = bots.canonicalize().with_context(|| format!("no bots at {}", bots.display()))?;
        let bots = match tuning.pause_minutes {
            Some(minutes) => with_pauses_of(minutes, &bots, dir)?,
            None => bots,
        };
        let config = dir.join("switchboard.toml");
        let data = dir.join("data");
        std::fs::create_dir_all(&data)?;
        std::fs::write(&config, configuration(&bots, provider, tuning))?;
        let (cluster, environment) = (None, Vec::new());
        Ok(Self { bin, config, data, listen: free_port()?, database: None, cluster, environment })
    }

    fn program(&self) -> Command {
        let mut command = Command::new(&self.bin);
        if let Some(url) = &self.database {
            command.env("SWITCHBOARD_DATABASE", url);
        }
        command
    }

    /// The command that serves.
    pub fn serve(&self) -> Command {
        let mut command = self.program();
        command
            .arg("--config")
            .arg(&self.config)
            .arg("--data-dir")
            .arg(&self.data)
            .arg("--listen")
            .arg(self.listen.to_string());
        if let Some((redis, name)) = &self.cluster {
            command.env("SWITCHBOARD_REDIS", redis).env("SWITCHBOARD_NODE_NAME", name);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Creates the first agent; the server must not be running.
    pub fn add_agent(&self) -> Result<()> {
        let mut command = self.program();
        command.args([
            "agent",
            "add",
            "--name",
            AGENT_NAME,
            "--email",
            AGENT_EMAIL,
            "--role",
            "admin",
            "--password-stdin",
        ]);
        let mut child = command
            .arg("--data-dir")
            .arg(&self.data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        child.stdin.take().context("no stdin")?.write_all(AGENT_PASSWORD.as_bytes())?;
        succeeded(child.wait_with_output()?, "agent add").map(drop)
    }

    /// The store as JSON lines, one conversation each.
    pub fn dump(&self) -> Result<String> {
        let output = self.program().arg("dump").arg("--data-dir").arg(&self.data).output()?;
        Ok(String::from_utf8(succeeded(output, "dump")?)?)
    }
}

/// The same bots, whose pauses last so long.
fn with_pauses_of(minutes: u32, bots: &Path, dir: &Path) -> Result<PathBuf> {
    let changed = dir.join("bots");
    std::fs::create_dir_all(&changed)?;
    for file in std::fs::read_dir(bots)? {
        let path = file?.path();
        if let (Some(name), true) = (path.file_name(), path.extension().is_some_and(|kind| kind == "json")) {
            let mut bot: serde_json::Value = serde_json::from_slice(&std::fs::read(&path)?)?;
            bot["settings"]["pause_minutes"] = minutes.into();
            std::fs::write(changed.join(name), serde_json::to_vec_pretty(&bot)?)?;
        }
    }
    Ok(changed)
}

fn configuration(bots: &Path, provider: SocketAddr, tuning: &Tuning) -> String {
    let Tuning { sends_per_second, reconcile_s, limits, .. } = tuning;
    format!(
        r#"bots = {bots:?}

[limits]
reconcile_s = {reconcile_s}
send_timeout_s = 10
{limits}

[[account]]
id = "{PAGE_ACCOUNT}"
kind = "messenger"
page_id = "{PAGE_ID}"
app_secret = "{APP_SECRET}"
page_token = "{PAGE_TOKEN}"
verify_token = "{VERIFY_TOKEN}"
api_base = "http://{provider}"
bot = "harbor"
sends_per_second = {sends_per_second}

[[account]]
id = "{WEBCHAT_ACCOUNT}"
kind = "webchat"
name = "Harbor Insurance"
origins = ["*"]
bot = "harbor"
"#
    )
}

/// A port that nobody listens on at this moment.
pub fn free_port() -> Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

fn succeeded(output: Output, what: &str) -> Result<Vec<u8>> {
    ensure!(output.status.success(), "`{what}` failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}

/// How long a start may take.
pub const START_MAX: Duration = Duration::from_secs(20);
